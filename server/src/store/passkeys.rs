//! Table `passkeys`: keys that sign people in.

use super::{StoreError, Txn, statement};
use domain::{
    ids::{PasskeyId, UserId},
    text::DisplayName,
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, FromQueryResult};

/// A passkey.
#[derive(Debug, Clone, FromQueryResult)]
pub struct PasskeyRow {
    pub id: PasskeyId,
    #[sea_orm(from_alias = "user_id")]
    pub user: UserId,
    pub name: String,
    /// JSON: public key, counter and backup flags.
    pub passkey: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

/// A new passkey.
#[derive(Debug, Clone)]
pub struct NewPasskey {
    pub id: PasskeyId,
    pub user: UserId,
    /// base64url.
    pub credential_id: String,
    /// What its person calls it.
    pub name: DisplayName,
    /// JSON: public key, counter and backup flags.
    pub passkey: String,
    pub created_at: Timestamp,
}

/// Inserts one.
///
/// # Errors
/// [`StoreError::Duplicate`] when it is somebody's already.
pub async fn insert(txn: &Txn, new: &NewPasskey) -> Result<(), StoreError> {
    let sql = "INSERT INTO passkeys (id, user_id, credential_id, name, passkey, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    let values = [
        new.id.into(),
        new.user.into(),
        new.credential_id.clone().into(),
        new.name.as_str().into(),
        new.passkey.clone().into(),
        new.created_at.into(),
    ];
    txn.execute_raw(statement(txn, sql, values)).await?;
    Ok(())
}

/// A person's passkeys, oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn of_user(
    db: &impl ConnectionTrait,
    user: UserId,
) -> Result<Vec<PasskeyRow>, StoreError> {
    let sql = "SELECT id, user_id, name, passkey, created_at, last_used_at FROM passkeys \
               WHERE user_id = $1 ORDER BY created_at, id";
    Ok(
        PasskeyRow::find_by_statement(statement(db, sql, [user.into()]))
            .all(db)
            .await?,
    )
}

/// Finds one by its credential id, base64url.
///
/// # Errors
/// When the database does not answer.
pub async fn by_credential(
    db: &impl ConnectionTrait,
    credential_id: &str,
) -> Result<Option<PasskeyRow>, StoreError> {
    let sql = "SELECT id, user_id, name, passkey, created_at, last_used_at FROM passkeys WHERE credential_id = $1";
    Ok(
        PasskeyRow::find_by_statement(statement(db, sql, [credential_id.into()]))
            .one(db)
            .await?,
    )
}

/// Notes a use, with what changed of the key; `false` when it was removed or used meanwhile.
///
/// # Errors
/// When the database does not answer.
pub async fn used(
    txn: &Txn,
    before: &PasskeyRow,
    passkey: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE passkeys SET passkey = $3, last_used_at = $4 WHERE id = $1 AND passkey = $2";
    let values = [
        before.id.into(),
        before.passkey.clone().into(),
        passkey.into(),
        now.into(),
    ];
    let used = txn.execute_raw(statement(txn, sql, values)).await?;
    Ok(used.rows_affected() > 0)
}

/// Gives one of a person's own another name; `false` when there is none.
///
/// # Errors
/// When the database does not answer.
pub async fn rename(
    txn: &Txn,
    user: UserId,
    id: PasskeyId,
    name: &DisplayName,
) -> Result<bool, StoreError> {
    let sql = "UPDATE passkeys SET name = $3 WHERE id = $1 AND user_id = $2";
    let values = [id.into(), user.into(), name.as_str().into()];
    let renamed = txn.execute_raw(statement(txn, sql, values)).await?;
    Ok(renamed.rows_affected() > 0)
}

/// Removes all of a person's.
///
/// # Errors
/// When the database does not answer.
pub async fn delete_all(txn: &Txn, user: UserId) -> Result<(), StoreError> {
    let sql = "DELETE FROM passkeys WHERE user_id = $1";
    txn.execute_raw(statement(txn, sql, [user.into()])).await?;
    Ok(())
}

/// Removes one of a person's own; `false` when there is none.
///
/// # Errors
/// When the database does not answer.
pub async fn delete(txn: &Txn, user: UserId, id: PasskeyId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM passkeys WHERE id = $1 AND user_id = $2";
    let gone = txn
        .execute_raw(statement(txn, sql, [id.into(), user.into()]))
        .await?;
    Ok(gone.rows_affected() > 0)
}
