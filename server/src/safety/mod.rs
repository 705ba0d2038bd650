//! Keeping people safe from each other: blocking, reporting, suspending.

mod block;
mod report;
mod suspend;

pub use block::{block, blocked, unblock};
pub use report::{Report, close, page, report};
pub use suspend::{reinstate, suspend};

use crate::store::{StoreError, Txn, audit, audit::AuditEntry};
use domain::{audit::AuditAction, ids::UserId, time::Timestamp};

/// Writes who did what to whom.
async fn record(
    txn: &Txn,
    action: AuditAction,
    (actor, subject): (UserId, UserId),
    detail: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let entry = AuditEntry {
        detail: detail.to_owned(),
        ..AuditEntry::of(at, Some(actor), action, Some(subject))
    };
    audit::record(txn, &entry).await
}
