//! Table `logins`, as live updates look at it: which logins of a person have not ended.

use super::{StoreError, statement};
use domain::{
    ids::{LoginId, UserId},
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, FromQueryResult};
use std::collections::HashSet;

#[derive(FromQueryResult)]
struct Row {
    id: LoginId,
}

/// The logins of a person that have not ended by `now`.
///
/// # Errors
/// When the database does not answer.
pub async fn of_user(
    db: &impl ConnectionTrait,
    user: UserId,
    now: Timestamp,
) -> Result<HashSet<LoginId>, StoreError> {
    let sql = "SELECT l.id FROM logins l JOIN users u ON u.id = l.user_id \
               WHERE l.user_id = $1 AND l.expires_at > $2 AND u.anonymised_at IS NULL";
    let rows = Row::find_by_statement(statement(db, sql, [user.into(), now.into()]))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
