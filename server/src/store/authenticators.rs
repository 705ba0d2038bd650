//! Tables `authenticators` and `recovery_codes`: codes of an authenticator app, and those for when it is lost.

use super::{StoreError, Txn, statement};
use domain::{ids::UserId, time::Timestamp};
use sea_orm::{ConnectionTrait, FromQueryResult};

/// A person's authenticator app.
#[derive(Debug, Clone, FromQueryResult)]
pub struct AuthenticatorRow {
    /// What the app knows, too; base32.
    pub secret: String,
    /// Since when codes are asked for; `None` before the first one was given.
    pub on_since: Option<Timestamp>,
}

/// A person's authenticator app, if they began to set one up.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    db: &impl ConnectionTrait,
    user: UserId,
) -> Result<Option<AuthenticatorRow>, StoreError> {
    let sql = "SELECT secret, on_since FROM authenticators WHERE user_id = $1";
    Ok(
        AuthenticatorRow::find_by_statement(statement(db, sql, [user.into()]))
            .one(db)
            .await?,
    )
}

/// Gives a person a secret, unless one is in use.
///
/// # Errors
/// When the database does not answer.
pub async fn put_secret(txn: &Txn, user: UserId, secret: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO authenticators (user_id, secret) VALUES ($1, $2) \
               ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret \
               WHERE authenticators.on_since IS NULL";
    txn.execute_raw(statement(txn, sql, [user.into(), secret.into()]))
        .await?;
    Ok(())
}

/// Asks for codes of this secret from now on, the one of `step` used up; `false` when the secret is another one by now.
///
/// # Errors
/// When the database does not answer.
pub async fn turn_on(
    txn: &Txn,
    user: UserId,
    secret: &str,
    step: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE authenticators SET on_since = $4, last_step = $3 \
               WHERE user_id = $1 AND secret = $2 AND on_since IS NULL";
    let values = [user.into(), secret.into(), step.into(), now.into()];
    let changed = txn.execute_raw(statement(txn, sql, values)).await?;
    Ok(changed.rows_affected() > 0)
}

/// Uses up the code of a time step, and of all before; `false` when that was done already.
///
/// # Errors
/// When the database does not answer.
pub async fn use_step(txn: &Txn, user: UserId, step: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE authenticators SET last_step = $2 \
               WHERE user_id = $1 AND on_since IS NOT NULL AND last_step < $2";
    let values = [user.into(), step.into()];
    let used = txn.execute_raw(statement(txn, sql, values)).await?;
    Ok(used.rows_affected() > 0)
}

/// Forgets a person's app and recovery codes; `false` when codes were not asked for.
///
/// # Errors
/// When the database does not answer.
pub async fn delete(txn: &Txn, user: UserId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM recovery_codes WHERE user_id = $1";
    txn.execute_raw(statement(txn, sql, [user.into()])).await?;
    let was_on = find(txn, user)
        .await?
        .is_some_and(|row| row.on_since.is_some());
    let sql = "DELETE FROM authenticators WHERE user_id = $1";
    txn.execute_raw(statement(txn, sql, [user.into()])).await?;
    Ok(was_on)
}

/// Replaces a person's recovery codes.
///
/// # Errors
/// When the database does not answer.
pub async fn put_recovery_codes(
    txn: &Txn,
    user: UserId,
    hashes: &[String],
) -> Result<(), StoreError> {
    let sql = "DELETE FROM recovery_codes WHERE user_id = $1";
    txn.execute_raw(statement(txn, sql, [user.into()])).await?;
    for hash in hashes {
        let sql = "INSERT INTO recovery_codes (code_hash, user_id) VALUES ($1, $2)";
        let values = [hash.clone().into(), user.into()];
        txn.execute_raw(statement(txn, sql, values)).await?;
    }
    Ok(())
}

/// Uses a recovery code up; `false` when it is none of the person's (any more).
///
/// # Errors
/// When the database does not answer.
pub async fn take_recovery_code(txn: &Txn, user: UserId, hash: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = $2";
    let taken = txn
        .execute_raw(statement(txn, sql, [user.into(), hash.into()]))
        .await?;
    Ok(taken.rows_affected() > 0)
}

/// How many recovery codes a person has left.
///
/// # Errors
/// When the database does not answer.
pub async fn recovery_codes_left(
    db: &impl ConnectionTrait,
    user: UserId,
) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) AS n FROM recovery_codes WHERE user_id = $1";
    let row = db.query_one_raw(statement(db, sql, [user.into()])).await?;
    Ok(row
        .map(|row| row.try_get("", "n"))
        .transpose()?
        .unwrap_or(0))
}

/// Whether a password or a link alone does not sign a person in: codes are asked for, or they are an admin with
/// a passkey where admins `must` have a second factor.
///
/// # Errors
/// When the database does not answer.
pub async fn is_due(txn: &Txn, user: UserId, must: bool) -> Result<bool, StoreError> {
    let sql = "SELECT u.id FROM users u WHERE u.id = $1 AND (\
               EXISTS (SELECT 1 FROM authenticators a WHERE a.user_id = u.id AND a.on_since IS NOT NULL) \
               OR ($2 AND u.is_admin AND EXISTS (SELECT 1 FROM passkeys p WHERE p.user_id = u.id)))";
    let row = txn
        .query_one_raw(statement(txn, sql, [user.into(), must.into()]))
        .await?;
    Ok(row.is_some())
}
