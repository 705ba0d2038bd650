//! Overwrites who somebody was.

use super::{
    held::tell_held,
    lock::{find, lock},
};
use crate::{
    AppState, Result,
    accounts::{end_logins, write_email},
    config::Config,
    sessions::{self, Running},
    store::{
        self, ScopedFutureExt, Txn,
        account_emails::Owner,
        audit::{self, AuditEntry},
    },
};
use domain::{account::AccountEmail, audit::AuditAction, ids::UserId, time::Timestamp};

/// Overwrites who somebody was, and tells them, as the last thing.
///
/// # Errors
/// `Problem::NotFound` for what is deleted; `Problem::Conflict` for the last admin.
pub(super) async fn carry_out(
    txn: &Txn,
    (user, by): (UserId, Option<UserId>),
    config: &Config,
    now: Timestamp,
) -> Result<()> {
    let account = lock(txn, user).await?;
    // Nothing is left, unless it is done without waiting.
    let people = (user, by.unwrap_or(user));
    sessions::stop_all(txn, people, Running::Ends, config.window, now).await?;
    end_logins(txn, user, |_| true, now).await?;
    store::anonymise(txn, user, now).await?;
    let entry = AuditEntry::of(now, by, AuditAction::AccountDeleted, Some(user));
    audit::record(txn, &entry).await?;
    // After what was written to the address before is gone.
    let (kind, owner) = (AccountEmail::Deleted, Owner::OfAddress);
    write_email(txn, kind, &account.email, owner, now).await?;
    Ok(tell_held(txn, now).await?)
}

/// Deletes an account at once: `user delete --now`.
///
/// # Errors
/// `Problem::NotFound` for an unknown address; `Problem::Conflict` for the last admin.
pub async fn delete_by_address(state: &AppState, email: &str) -> Result<()> {
    let user = find(state, email).await?;
    let now = state.clock.now();
    let deleting = state.db.write(|txn| {
        let config = &state.config;
        async move { carry_out(txn, (user, None), config, now).await }.scope_boxed()
    });
    deleting.await?;
    tracing::info!(user.id = %user, "account {user} deleted");
    Ok(())
}
