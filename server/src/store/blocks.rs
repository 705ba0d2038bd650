//! Table `blocks`: who wants nothing to do with whom. A pair is blocked whichever of the two did it, and only that one
//! is told.

use super::{StoreError, Txn, entity::blocks as table, statement};
use domain::{ids::UserId, time::Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult,
    PaginatorTrait, QueryFilter, sea_query::OnConflict,
};

/// Blocks somebody; doing it twice is fine.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(
    txn: &Txn,
    blocker: UserId,
    blocked: UserId,
    now: Timestamp,
) -> Result<(), StoreError> {
    table::Entity::insert(table::ActiveModel {
        blocker_id: Set(blocker),
        blocked_id: Set(blocked),
        created_at: Set(now),
    })
    .on_conflict(
        OnConflict::columns([table::Column::BlockerId, table::Column::BlockedId])
            .do_nothing()
            .to_owned(),
    )
    .exec_without_returning(txn)
    .await?;
    Ok(())
}

/// Unblocks somebody; doing it twice is fine.
///
/// # Errors
/// When the database does not answer.
pub async fn delete(txn: &Txn, blocker: UserId, blocked: UserId) -> Result<(), StoreError> {
    table::Entity::delete_by_id((blocker, blocked))
        .exec(txn)
        .await?;
    Ok(())
}

/// Whether one of the two blocked the other.
///
/// # Errors
/// When the database does not answer.
pub async fn between(
    db: &impl ConnectionTrait,
    one: UserId,
    two: UserId,
) -> Result<bool, StoreError> {
    let pair = |blocker: UserId, blocked: UserId| {
        Condition::all()
            .add(table::Column::BlockerId.eq(blocker))
            .add(table::Column::BlockedId.eq(blocked))
    };
    let found = table::Entity::find()
        .filter(Condition::any().add(pair(one, two)).add(pair(two, one)))
        .count(db)
        .await?;
    Ok(found > 0)
}

/// Whether `blocker` blocked `blocked`.
///
/// # Errors
/// When the database does not answer.
pub async fn is_blocked(
    db: &impl ConnectionTrait,
    blocker: UserId,
    blocked: UserId,
) -> Result<bool, StoreError> {
    let found = table::Entity::find_by_id((blocker, blocked))
        .one(db)
        .await?;
    Ok(found.is_some())
}

/// Somebody whom a person blocked.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Blocked {
    pub id: UserId,
    pub name: String,
}

/// Whom a person blocked, by name.
///
/// # Errors
/// When the database does not answer.
pub async fn of(db: &impl ConnectionTrait, blocker: UserId) -> Result<Vec<Blocked>, StoreError> {
    let sql = "SELECT u.id, u.name FROM blocks b JOIN users u ON u.id = b.blocked_id \
               WHERE b.blocker_id = $1 ORDER BY u.name, u.id";
    Ok(
        Blocked::find_by_statement(statement(db, sql, [blocker.into()]))
            .all(db)
            .await?,
    )
}
