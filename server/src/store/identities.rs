//! Table `identities`: accounts at other providers that sign people in.

use super::{StoreError, Txn, statement};
use domain::{ids::UserId, time::Timestamp};
use sea_orm::ConnectionTrait;

/// Whose an identity is.
///
/// # Errors
/// When the database does not answer.
pub async fn user(
    db: &impl ConnectionTrait,
    issuer: &str,
    subject: &str,
) -> Result<Option<UserId>, StoreError> {
    let sql = "SELECT user_id FROM identities WHERE issuer = $1 AND subject = $2";
    let row = db
        .query_one_raw(statement(db, sql, [issuer.into(), subject.into()]))
        .await?;
    Ok(row.map(|row| row.try_get("", "user_id")).transpose()?)
}

/// Issuers at which a person has an identity.
///
/// # Errors
/// When the database does not answer.
pub async fn issuers(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT issuer FROM identities WHERE user_id = $1";
    let rows = db.query_all_raw(statement(db, sql, [user.into()])).await?;
    let issuers = rows.iter().map(|row| row.try_get("", "issuer"));
    Ok(issuers.collect::<Result<_, _>>()?)
}

/// Links an identity to an account.
///
/// # Errors
/// [`StoreError::Duplicate`] when it is linked already, or the account has another one of the issuer.
pub async fn insert(
    txn: &Txn,
    issuer: &str,
    subject: &str,
    user: UserId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO identities (issuer, subject, user_id, created_at) VALUES ($1, $2, $3, $4)";
    let values = [issuer.into(), subject.into(), user.into(), now.into()];
    txn.execute_raw(statement(txn, sql, values)).await?;
    Ok(())
}

/// Notes a use.
///
/// # Errors
/// When the database does not answer.
pub async fn used(
    txn: &Txn,
    issuer: &str,
    subject: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE identities SET last_used_at = $3 WHERE issuer = $1 AND subject = $2";
    let values = [issuer.into(), subject.into(), now.into()];
    txn.execute_raw(statement(txn, sql, values)).await?;
    Ok(())
}

/// Unlinks a person's identity; `false` when there is none.
///
/// # Errors
/// When the database does not answer.
pub async fn delete(txn: &Txn, issuer: &str, user: UserId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM identities WHERE issuer = $1 AND user_id = $2";
    let gone = txn
        .execute_raw(statement(txn, sql, [issuer.into(), user.into()]))
        .await?;
    Ok(gone.rows_affected() > 0)
}
