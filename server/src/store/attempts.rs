//! Table `attempts`: what may be tried only so often, counted for all processes together.

use super::{StoreError, Txn, statement};
use domain::time::{Millis, Timestamp};
use sea_orm::{ConnectionTrait, FromQueryResult};

/// Attempts under one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct Attempts {
    /// When the first one was counted.
    pub since: Timestamp,
    /// From when on the next one is allowed; 0, and not the moment of the last one, while nothing holds it up: whoever
    /// read the clock a little earlier is not too early.
    pub next_at: Timestamp,
    /// How many.
    pub attempts: i32,
}

/// Attempts under a key, if there are any.
///
/// # Errors
/// When the database does not answer.
pub async fn find(db: &impl ConnectionTrait, key: &str) -> Result<Option<Attempts>, StoreError> {
    let sql = "SELECT since, next_at, attempts FROM attempts WHERE key_hash = $1";
    Ok(
        Attempts::find_by_statement(statement(db, sql, [key.into()]))
            .one(db)
            .await?,
    )
}

/// Counts an attempt and returns all of them, unless it comes too early. One statement: of two at the same moment one is
/// the later, and waits here until the other's transaction ends. A count that is older than `window` begins anew.
///
/// # Errors
/// When the database does not answer.
pub async fn count(
    txn: &Txn,
    key: &str,
    now: Timestamp,
    window: Millis,
) -> Result<Option<Attempts>, StoreError> {
    let sql = "INSERT INTO attempts AS a (key_hash, since, next_at, attempts) VALUES ($1, $2, 0, 1) \
               ON CONFLICT (key_hash) DO UPDATE SET \
               attempts = CASE WHEN a.since <= $3 THEN 1 ELSE a.attempts + 1 END, \
               since = CASE WHEN a.since <= $3 THEN excluded.since ELSE a.since END \
               WHERE a.next_at <= $2 RETURNING since, next_at, attempts";
    let values = [key.into(), now.into(), (now - window).into()];
    Ok(Attempts::find_by_statement(statement(txn, sql, values))
        .one(txn)
        .await?)
}

/// Allows the next attempt under a key from `next_at` on.
///
/// # Errors
/// When the database does not answer.
pub async fn allow_from(txn: &Txn, key: &str, next_at: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE attempts SET next_at = $2 WHERE key_hash = $1";
    txn.execute_raw(statement(txn, sql, [key.into(), next_at.into()]))
        .await?;
    Ok(())
}

/// Takes one attempt back: it was a good one.
///
/// # Errors
/// When the database does not answer.
pub async fn give_back(txn: &Txn, key: &str) -> Result<(), StoreError> {
    let sql = "UPDATE attempts SET attempts = attempts - 1, next_at = 0 WHERE key_hash = $1 AND attempts > 0";
    txn.execute_raw(statement(txn, sql, [key.into()])).await?;
    Ok(())
}

/// Forgets all attempts under a key.
///
/// # Errors
/// When the database does not answer.
pub async fn forget(txn: &Txn, key: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM attempts WHERE key_hash = $1";
    txn.execute_raw(statement(txn, sql, [key.into()])).await?;
    Ok(())
}
