//! Addresses that a mail server refuses for good: their person reads it on the next page, and admins have one entry
//! about all of them instead of one each.

use super::jobs::notify_admin::notify_admins;
use crate::store::{StoreError, Txn, notifications, users};
use domain::{ids::UserId, time::Timestamp};

/// The kind of the entry.
const KIND: &str = "addresses_failing";

/// Notes that emails to a person do not arrive.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn undeliverable(
    txn: &Txn,
    user: UserId,
    now: Timestamp,
) -> Result<(), StoreError> {
    if !users::email_failed(txn, user, now).await? {
        return Ok(());
    }
    if let Some(entry) = tell(txn, now).await? {
        notify_admins(txn, entry, None, now).await?;
    }
    Ok(())
}

/// Brings the entry up to date after somebody has another address, or is gone.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn address_works(txn: &Txn, now: Timestamp) -> Result<(), StoreError> {
    match users::failing_emails(txn).await? {
        0 => notifications::resolve_kind(txn, KIND, now).await,
        _ => tell(txn, now).await.map(drop),
    }
}

async fn tell(
    txn: &Txn,
    now: Timestamp,
) -> Result<Option<domain::ids::NotificationId>, StoreError> {
    let people = users::failing_emails(txn).await?;
    let cause = format!(
        "Mail servers refuse the addresses of {people} {}. They read so on their next page and can change the address; accounts: /admin/users.",
        if people == 1 { "person" } else { "people" }
    );
    let title = "Emails to some people do not arrive";
    notifications::raise_kind(txn, KIND, title, &cause, now).await
}
