//! Deletions that a suspension holds up.

use crate::{
    emails::notify_admins,
    store::{StoreError, Txn, notifications, users},
};
use domain::time::Timestamp;

/// The kind of the admins' entry.
const HELD: &str = "held_deletions";

/// Brings the admins' entry about deletions that a suspension holds up up to date.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn tell_held(txn: &Txn, now: Timestamp) -> Result<(), StoreError> {
    let held = users::held_deletions(txn, now).await?;
    if held == 0 {
        return notifications::resolve_kind(txn, HELD, now).await;
    }
    let title = "An account is to be deleted, and its person is suspended";
    let cause = format!(
        "Accounts: {held}. Decide about each at /admin/users: delete it all the same, keep it, or reinstate its person."
    );
    match notifications::raise_kind(txn, HELD, title, &cause, now).await? {
        Some(entry) => notify_admins(txn, entry, None, now).await,
        None => Ok(()),
    }
}
