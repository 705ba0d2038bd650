//! Table `calendar_feeds`: secret addresses of people's calendars. Only hashes are kept.

use super::{StoreError, Txn, entity::calendar_feeds as table, statement};
use domain::{ids::UserId, time::Timestamp};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, sea_query::OnConflict};

/// Gives a person's calendar a new address; the one before stops working.
///
/// # Errors
/// When the database does not answer.
pub async fn replace(
    txn: &Txn,
    user: UserId,
    token_hash: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    table::Entity::insert(table::ActiveModel {
        user_id: Set(user),
        token_hash: Set(token_hash.to_owned()),
        created_at: Set(now),
    })
    .on_conflict(
        OnConflict::column(table::Column::UserId)
            .update_columns([table::Column::TokenHash, table::Column::CreatedAt])
            .to_owned(),
    )
    .exec_without_returning(txn)
    .await?;
    Ok(())
}

/// Takes the address away; `false` when there was none.
///
/// # Errors
/// When the database does not answer.
pub async fn delete(txn: &Txn, user: UserId) -> Result<bool, StoreError> {
    let gone = table::Entity::delete_by_id(user).exec(txn).await?;
    Ok(gone.rows_affected > 0)
}

/// Whose calendar an address shows; nobody's once the account is gone.
///
/// # Errors
/// When the database does not answer.
pub async fn user(
    db: &impl ConnectionTrait,
    token_hash: &str,
) -> Result<Option<UserId>, StoreError> {
    let sql = "SELECT f.user_id FROM calendar_feeds f JOIN users u ON u.id = f.user_id \
               WHERE f.token_hash = $1 AND u.anonymised_at IS NULL";
    let row = db
        .query_one_raw(statement(db, sql, [token_hash.into()]))
        .await?;
    Ok(row.map(|row| row.try_get("", "user_id")).transpose()?)
}

/// Since when a person's calendar has an address; `None` when it has none.
///
/// # Errors
/// When the database does not answer.
pub async fn since(
    db: &impl ConnectionTrait,
    user: UserId,
) -> Result<Option<Timestamp>, StoreError> {
    let found = table::Entity::find_by_id(user).one(db).await?;
    Ok(found.map(|row| row.created_at))
}
