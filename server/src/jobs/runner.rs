//! Runs jobs, records what came of them, and says so when one keeps failing.

use super::{
    Alert, Lane,
    registry::{Kind, Registry, Work},
};
use crate::{
    AppState, Error, Result,
    store::{
        self, ScopedFutureExt, StoreError,
        jobs::{ClaimedJob, Kinds},
    },
};
use domain::{
    job::{NOTIFY_AFTER, backoff},
    time::{Millis, Timestamp},
};
use futures::FutureExt;
use std::{any::Any, panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::{sync::Semaphore, task::JoinSet};

/// A worker holds a job for this long; a job whose worker died becomes due again afterwards.
const LEASE: Millis = Millis::seconds(60);
/// Jobs of each lane that one process runs at the same time.
const SLOTS: [(Lane, usize); 3] = [(Lane::Rooms, 8), (Lane::Emails, 2), (Lane::Exports, 1)];
/// The runner looks at the table at least this often, should an announcement be lost.
const POLL: Duration = Duration::from_secs(1);
/// How long to wait for the next look while all slots are taken, or just after jobs were started.
const SOON: Duration = Duration::from_millis(50);
/// A runner that looks at nothing for this long is stuck. Longer than a database may take to say no.
const STUCK_AFTER: Duration = Duration::from_secs(60);
/// Running jobs have this long to finish at shutdown.
const FINISH_WITHIN: Duration = Duration::from_secs(5);

async fn claim(state: &AppState, kinds: &Kinds, limit: usize) -> Result<Vec<ClaimedJob>> {
    let now = state.clock.now();
    let worker = format!("process-{}", std::process::id());
    let (worker, limit) = (&worker, u32::try_from(limit).unwrap_or(u32::MAX));
    let claiming = state.db.write(|txn| {
        async move { store::jobs::claim(txn, kinds, worker, now, now + LEASE, limit).await }
            .scope_boxed()
    });
    Ok(claiming.await?)
}

/// A claimed job with what is known of its kind.
struct Claimed<'r> {
    job: ClaimedJob,
    kind: Option<&'r Kind>,
    work: Option<Box<dyn Work>>,
}

/// Runs one claimed job and records what came of it.
async fn run(state: &AppState, registry: &Registry, job: ClaimedJob) {
    let kind = registry.find(&job.kind);
    let read = kind
        .ok_or_else(|| Error::Other(format!("unknown kind of job: {}", job.kind)))
        .and_then(|kind| {
            (kind.read)(&job.payload)
                .map_err(|error| Error::Other(format!("unreadable job: {error}")))
        });
    let (work, result) = match read {
        Ok(work) => {
            let result = AssertUnwindSafe(work.run(state)).catch_unwind().await;
            (
                Some(work),
                result.unwrap_or_else(|panic| Err(panicked(&*panic))),
            )
        }
        Err(error) => (None, Err(error)),
    };
    let claimed = Claimed { job, kind, work };
    let recorded = match result {
        Ok(()) => record_done(state, &claimed.job).await,
        Err(error) => record_failure(state, registry, &claimed, &error).await,
    };
    match recorded {
        Ok(true) => {}
        // Its lease ran out, and what others made of it counts.
        Ok(false) => tracing::warn!(job.id = %claimed.job.id(), "a job's result came too late"),
        // The lease runs out and the job runs again: jobs are idempotent.
        Err(error) => {
            tracing::error!(job.id = %claimed.job.id(), %error, "could not record a job's result");
        }
    }
}

fn panicked(panic: &(dyn Any + Send)) -> Error {
    let said = panic.downcast_ref::<&str>().copied();
    let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Error::Other(format!("it panicked: {}", said.unwrap_or("without a word")))
}

async fn record_done(state: &AppState, job: &ClaimedJob) -> Result<bool> {
    let now = state.clock.now();
    let recording = state.db.write(|txn| {
        async move {
            let is_ours = store::jobs::done(txn, job, now).await?;
            if is_ours {
                store::notifications::resolve(txn, job.id(), now).await?;
            }
            Ok::<_, StoreError>(is_ours)
        }
        .scope_boxed()
    });
    Ok(recording.await?)
}

async fn record_failure(
    state: &AppState,
    registry: &Registry,
    claimed: &Claimed<'_>,
    error: &Error,
) -> Result<bool> {
    let Claimed { job, kind, work } = claimed;
    let (id, attempts, now) = (job.id(), job.attempts(), state.clock.now());
    // One that nobody can read will not be readable later either.
    let readable = kind.filter(|_| work.is_some());
    let patience = readable.map_or(0, |kind| kind.max_attempts);
    let is_dead = attempts >= patience || error.is_final();
    let run_at = (!is_dead).then(|| now + backoff(attempts, rand::random()));
    let title = readable.map_or("A job cannot be read", |kind| kind.failing);
    let alert = kind.map_or(Alert::ListAndEmail, |kind| kind.alert);
    let key = work.as_ref().map(|work| work.dedupe_key());
    let (key, cause) = (key.as_deref(), &error.to_string());
    tracing::warn!(job.id = %id, job.kind = job.kind, job.attempts = attempts, job.dead = is_dead, error = %cause, "job failed");
    let is_raised = (is_dead || attempts >= NOTIFY_AFTER) && alert != Alert::Nobody;
    let by_email = is_dead || alert == Alert::ListAndEmail;
    let recording = state.db.write(|txn| {
        async move {
            if !store::jobs::failed(txn, job, key, cause, run_at, now).await? {
                return Ok(false);
            }
            if is_raised {
                let session = job.session();
                let raised = store::notifications::raise(txn, id, session, title, cause, now);
                if let Some(entry) = raised.await?.filter(|_| by_email) {
                    (registry.alert_admins)(txn, entry, session, now).await?;
                }
            }
            if let Some(work) = work.as_ref().filter(|_| is_dead) {
                work.given_up(txn, now).await?;
            }
            Ok::<_, StoreError>(true)
        }
        .scope_boxed()
    });
    Ok(recording.await?)
}

/// Runs everything that is due, until nothing is; returns how many jobs ran. For tests and tools.
///
/// # Errors
/// When jobs cannot be claimed.
pub async fn run_due(state: &AppState, registry: &Registry) -> Result<usize> {
    let mut count = 0;
    loop {
        let claimed = claim(state, &Kinds::All, SLOTS[0].1).await?;
        if claimed.is_empty() {
            return Ok(count);
        }
        count += claimed.len();
        for job in claimed {
            run(state, registry, job).await;
        }
    }
}

/// The slots of one lane.
struct Slots {
    kinds: Kinds,
    free: Arc<Semaphore>,
}

/// Runs jobs until the server stops, then lets running ones finish for up to 5 seconds.
pub async fn run_forever(state: AppState, registry: &'static Registry) {
    let lanes = SLOTS.map(|(lane, slots)| Slots {
        kinds: registry.lane(lane),
        free: Arc::new(Semaphore::new(slots)),
    });
    let mut running = JoinSet::new();
    let mut shutdown = state.shutdown.clone();
    loop {
        state.heartbeats.beat("job runner", STUCK_AFTER);
        while running.try_join_next().is_some() {}
        let mut pause = POLL;
        for lane in &lanes {
            match start_due(&state, registry, lane, &mut running).await {
                Ok(soon) => pause = pause.min(soon),
                Err(error) => tracing::warn!(%error, "could not claim jobs"),
            }
        }
        tokio::select! {
            () = state.jobs_waiting.notified() => {}
            () = tokio::time::sleep(pause) => {}
            _ = shutdown.wait_for(|stopping| *stopping) => break,
        }
    }
    let finish = async { while running.join_next().await.is_some() {} };
    if tokio::time::timeout(FINISH_WITHIN, finish).await.is_err() {
        tracing::warn!(
            "jobs were still running at shutdown; their leases run out and they run again"
        );
    }
}

/// Starts what is due in free slots; says how long to wait for the next look.
async fn start_due(
    state: &AppState,
    registry: &'static Registry,
    lane: &Slots,
    running: &mut JoinSet<()>,
) -> Result<Duration> {
    // Reading first: an idle server writes nothing.
    let Some(due) = store::jobs::next_due(state.db.read(), &lane.kinds).await? else {
        return Ok(POLL);
    };
    let now = state.clock.now();
    if due > now {
        return Ok(until(now, due).min(POLL));
    }
    let free = lane.free.available_permits();
    if free == 0 {
        return Ok(SOON);
    }
    for job in claim(state, &lane.kinds, free).await? {
        let Ok(permit) = lane.free.clone().acquire_owned().await else {
            break;
        };
        let state = state.clone();
        running.spawn(async move {
            let _slot = permit;
            run(&state, registry, job).await;
        });
    }
    Ok(SOON)
}

fn until(now: Timestamp, later: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(later.since(now).0).unwrap_or(u64::MAX))
}
