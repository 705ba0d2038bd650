//! Table `ceremonies`: what the server remembers between the two halves of a sign-in that needs two.

use super::{StoreError, Txn, statement};
use domain::{ids::LoginId, time::Timestamp};
use sea_orm::{ConnectionTrait, FromQueryResult};

/// A ceremony that was begun.
#[derive(Debug, Clone, FromQueryResult)]
pub struct CeremonyRow {
    /// SHA-256, hex, of what the browser holds in a cookie.
    pub token_hash: String,
    /// What it is for.
    pub kind: String,
    /// The login that began it; `None` when nobody is signed in.
    #[sea_orm(from_alias = "login_id")]
    pub login: Option<LoginId>,
    /// JSON, which depends on the kind.
    pub state: String,
    /// From then on it is void.
    pub expires_at: Timestamp,
}

/// Inserts one.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(txn: &Txn, row: &CeremonyRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO ceremonies (token_hash, kind, login_id, state, expires_at) VALUES ($1, $2, $3, $4, $5)";
    let values = [
        row.token_hash.clone().into(),
        row.kind.clone().into(),
        row.login.into(),
        row.state.clone().into(),
        row.expires_at.into(),
    ];
    txn.execute_raw(statement(txn, sql, values)).await?;
    Ok(())
}

/// Finds one; `None` when it is gone, too old, or of another kind.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    db: &impl ConnectionTrait,
    kind: &str,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<CeremonyRow>, StoreError> {
    let sql = "SELECT token_hash, kind, login_id, state, expires_at FROM ceremonies \
               WHERE token_hash = $1 AND kind = $2 AND expires_at > $3";
    let values = [token_hash.into(), kind.into(), now.into()];
    Ok(CeremonyRow::find_by_statement(statement(db, sql, values))
        .one(db)
        .await?)
}

/// Takes one out, so that nobody finishes it twice; `None` when it is gone, too old, or of another kind.
///
/// # Errors
/// When the database does not answer.
pub async fn take(
    txn: &Txn,
    kind: &str,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<CeremonyRow>, StoreError> {
    let sql = "DELETE FROM ceremonies WHERE token_hash = $1 AND kind = $2 \
               RETURNING token_hash, kind, login_id, state, expires_at";
    let values = [token_hash.into(), kind.into()];
    let found = CeremonyRow::find_by_statement(statement(txn, sql, values))
        .one(txn)
        .await?;
    Ok(found.filter(|row| now < row.expires_at))
}
