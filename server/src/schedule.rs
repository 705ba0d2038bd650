//! What is done on a schedule, by one process at a time: LiveKit is asked again and again who is where, and what is old is
//! removed.

use crate::{
    AppState, Result,
    meetings::reconcile,
    retention,
    store::{self, Engine, ScopedFutureExt},
};
use domain::time::{Millis, Timestamp};
use std::time::Duration;
use uuid::Uuid;

/// Rooms whose mentor removed somebody are looked at this often …
const GUARD_EVERY: Duration = Duration::from_secs(5);
/// … and all others this often.
const LOOK_EVERY: Millis = Millis::minutes(1);
/// What is no longer needed is removed this often.
const SWEEP_EVERY: Millis = Millis::hours(1);
/// Without a sign of life for this long, it is stuck. Longer than a look at many rooms takes.
const STUCK_AFTER: Duration = Duration::from_secs(180);
/// A leader that does not renew its lease for this long is dead.
const LEASE: Millis = Millis::seconds(15);
/// Name of the lease.
const SCHEDULES: &str = "schedules";

/// Works while this process is the leader, until the server stops.
pub async fn run_forever(state: AppState) {
    let holder = Uuid::new_v4().to_string();
    let mut shutdown = state.shutdown.clone();
    let (mut looked_at, mut swept_at) = (Timestamp(0), Timestamp(0));
    loop {
        state.heartbeats.beat("schedule", STUCK_AFTER);
        match leads(&state, &holder).await {
            Ok(true) => {
                looked_at = look(&state, looked_at).await;
                swept_at = sweep(&state, swept_at).await;
            }
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "no telling which process keeps the schedules"),
        }
        tokio::select! {
            () = tokio::time::sleep(GUARD_EVERY) => {}
            _ = shutdown.wait_for(|stopping| *stopping) => break,
        }
    }
    if let Err(error) = resign(&state, &holder).await {
        tracing::debug!(%error, "the lease of the schedules runs out by itself");
    }
}

/// Whether this process keeps the schedules. A SQLite file has one process.
async fn leads(state: &AppState, holder: &str) -> Result<bool> {
    if state.db.engine() == Engine::Sqlite {
        return Ok(true);
    }
    let now = state.clock.now();
    let taking = state.db.write(|txn| {
        async move { store::leases::take(txn, SCHEDULES, holder, now, now + LEASE).await }
            .scope_boxed()
    });
    Ok(taking.await?)
}

async fn resign(state: &AppState, holder: &str) -> Result<()> {
    if state.db.engine() == Engine::Sqlite {
        return Ok(());
    }
    let giving = state.db.write(|txn| {
        async move { store::leases::give_back(txn, SCHEDULES, holder).await }.scope_boxed()
    });
    Ok(giving.await?)
}

/// Looks at what is due; says when everything was last looked at.
async fn look(state: &AppState, looked_at: Timestamp) -> Timestamp {
    let now = state.clock.now();
    let whole = now.since(looked_at) >= LOOK_EVERY;
    let found = match whole {
        true => reconcile::all(state).await,
        false => reconcile::with_removals(state).await,
    };
    match found {
        Ok(found) => tracing::debug!(?found, "rooms compared with LiveKit"),
        Err(error) => {
            tracing::warn!(%error, "rooms could not be compared with LiveKit");
            // Again in a few seconds.
            return looked_at;
        }
    }
    if whole { now } else { looked_at }
}

/// Removes what is no longer needed, once an hour; says when that was done.
async fn sweep(state: &AppState, swept_at: Timestamp) -> Timestamp {
    let now = state.clock.now();
    if now.since(swept_at) < SWEEP_EVERY {
        return swept_at;
    }
    let alive = || state.heartbeats.beat("schedule", STUCK_AFTER);
    if let Err(error) = retention::sweep(state, alive).await {
        tracing::warn!(%error, "could not remove what is old");
    }
    now
}
