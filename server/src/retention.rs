//! Nothing is kept for longer than it has to be: what is old is removed, some rows at a time, so that nobody waits for
//! it.

use crate::{
    AppState, Result,
    accounts::SIGN_UP_WAITS_FOR,
    config::Retention,
    store::{
        self, ScopedFutureExt,
        old::{self, Old},
    },
};
use domain::{export, time::Millis};

/// Rows that one transaction removes.
const BATCH: u32 = 500;
/// Transactions for each kind of rows; what is left then goes an hour later.
const BATCHES: u32 = 40;

/// How long rows are kept.
fn kept(what: Old, kept: &Retention) -> Millis {
    match what {
        Old::Logins => kept.logins,
        Old::Emails => kept.emails,
        Old::AccountEmails => kept.links,
        Old::SignUps => SIGN_UP_WAITS_FOR,
        Old::Ceremonies => Millis(0),
        Old::Attempts => kept.attempts,
        Old::Audit => kept.audit,
        Old::Webhooks => kept.webhooks,
        Old::WaitingWebhooks | Old::DeadJobs => kept.dead_jobs,
        Old::DoneJobs => kept.jobs,
        Old::Notifications => kept.notifications,
        Old::Reports => kept.reports,
        Old::DataExports => export::KEPT_FOR,
    }
}

/// Removes what is old, and times that nobody holds any more. `alive` is called between the steps.
///
/// # Errors
/// When the database does not answer.
pub async fn sweep(state: &AppState, alive: impl Fn()) -> Result<()> {
    let now = state.clock.now();
    let releasing = state
        .db
        .write(|txn| async move { store::sessions::release_expired(txn, now).await }.scope_boxed());
    releasing.await?;
    for what in Old::ALL {
        let before = now - kept(what, &state.config.retention);
        for _ in 0..BATCHES {
            alive();
            let removing = state.db.write(|txn| {
                async move { old::remove(txn, what, before, BATCH).await }.scope_boxed()
            });
            if removing.await? < u64::from(BATCH) {
                break;
            }
        }
    }
    Ok(())
}
