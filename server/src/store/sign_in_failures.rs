//! Table `sign_in_failures`: failed sign-ins, counted for all processes together.

use super::{StoreError, Txn, statement};
use domain::time::{Millis, Timestamp};
use sea_orm::{ConnectionTrait, FromQueryResult};

/// Failures under one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failures {
    /// When the first one was counted.
    pub since: Timestamp,
    /// How many.
    pub count: u32,
}

#[derive(FromQueryResult)]
struct Row {
    since: Timestamp,
    failures: i32,
}

/// Failures under a key, if there are any.
///
/// # Errors
/// When the database does not answer.
pub async fn find(db: &impl ConnectionTrait, key: &str) -> Result<Option<Failures>, StoreError> {
    let sql = "SELECT since, failures FROM sign_in_failures WHERE key_hash = $1";
    let row = Row::find_by_statement(statement(db, sql, [key.into()]))
        .one(db)
        .await?;
    Ok(row.map(|row| Failures {
        since: row.since,
        count: u32::try_from(row.failures).unwrap_or(u32::MAX),
    }))
}

/// Counts a failure; a count that is older than `window` begins anew.
///
/// # Errors
/// When the database does not answer.
pub async fn add(txn: &Txn, key: &str, now: Timestamp, window: Millis) -> Result<(), StoreError> {
    let sql = "INSERT INTO sign_in_failures AS f (key_hash, since, failures) VALUES ($1, $2, 1) \
               ON CONFLICT (key_hash) DO UPDATE SET \
               failures = CASE WHEN f.since <= $3 THEN 1 ELSE f.failures + 1 END, \
               since = CASE WHEN f.since <= $3 THEN excluded.since ELSE f.since END";
    let values = [key.into(), now.into(), (now - window).into()];
    txn.execute_raw(statement(txn, sql, values)).await?;
    Ok(())
}

/// Removes counts that began before `before`.
///
/// # Errors
/// When the database does not answer.
pub async fn sweep(txn: &Txn, before: Timestamp) -> Result<(), StoreError> {
    let sql = "DELETE FROM sign_in_failures WHERE since < $1";
    txn.execute_raw(statement(txn, sql, [before.into()]))
        .await?;
    Ok(())
}
