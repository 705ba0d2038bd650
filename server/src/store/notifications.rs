//! Table `admin_notifications`.

use super::{StoreError, Txn, entity::admin_notifications as table};
use domain::{
    ids::{JobId, NotificationId, SessionId},
    time::Timestamp,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict, SimpleExpr},
};
use uuid::Uuid;

/// An entry.
#[derive(Debug, Clone, FromQueryResult)]
pub struct NotificationRow {
    pub id: NotificationId,
    /// The session concerned.
    #[sea_orm(from_alias = "session_id")]
    pub session: Option<SessionId>,
    /// The job that keeps failing.
    #[sea_orm(from_alias = "job_id")]
    pub job: Option<JobId>,
    pub title: String,
    /// Why, as far as known.
    pub cause: String,
    /// When it was raised.
    pub created_at: Timestamp,
    /// When it was settled.
    pub resolved_at: Option<Timestamp>,
}

/// Raises an entry about a failing job and returns it, or brings the cause of the open one up to date.
///
/// # Errors
/// When the database does not answer.
pub async fn raise(
    txn: &Txn,
    job: JobId,
    session: Option<SessionId>,
    title: &str,
    cause: &str,
    now: Timestamp,
) -> Result<Option<NotificationId>, StoreError> {
    let id = NotificationId(Uuid::new_v4());
    table::Entity::insert(table::ActiveModel {
        id: Set(id),
        kind: Set("job_failing".to_owned()),
        session_id: Set(session),
        job_id: Set(Some(job)),
        title: Set(title.to_owned()),
        cause: Set(cause.to_owned()),
        created_at: Set(now),
        resolved_at: Set(None),
    })
    .on_conflict(
        OnConflict::column(table::Column::JobId)
            .target_and_where(Expr::col(table::Column::ResolvedAt).is_null())
            .update_column(table::Column::Cause)
            .to_owned(),
    )
    .exec_without_returning(txn)
    .await?;
    let found = table::Entity::find_by_id(id).one(txn).await?;
    Ok(found.map(|row| row.id))
}

/// Raises an entry of a kind of which there is one at a time and returns it, or brings the cause of the open one up to
/// date.
///
/// # Errors
/// When the database does not answer.
pub async fn raise_kind(
    txn: &Txn,
    kind: &str,
    title: &str,
    cause: &str,
    now: Timestamp,
) -> Result<Option<NotificationId>, StoreError> {
    let known = table::Entity::update_many()
        .col_expr(table::Column::Cause, cause.into())
        .filter(table::Column::Kind.eq(kind))
        .filter(table::Column::ResolvedAt.is_null())
        .exec(txn)
        .await?;
    if known.rows_affected > 0 {
        return Ok(None);
    }
    let id = NotificationId(Uuid::new_v4());
    table::Entity::insert(table::ActiveModel {
        id: Set(id),
        kind: Set(kind.to_owned()),
        session_id: Set(None),
        job_id: Set(None),
        title: Set(title.to_owned()),
        cause: Set(cause.to_owned()),
        created_at: Set(now),
        resolved_at: Set(None),
    })
    .exec_without_returning(txn)
    .await?;
    Ok(Some(id))
}

/// Whether there is an open entry of a kind.
///
/// # Errors
/// When the database does not answer.
pub async fn is_open(db: &impl ConnectionTrait, kind: &str) -> Result<bool, StoreError> {
    let open = table::Entity::find()
        .filter(table::Column::Kind.eq(kind))
        .filter(table::Column::ResolvedAt.is_null())
        .count(db)
        .await?;
    Ok(open > 0)
}

/// Settles the open entries that fit.
async fn settle(txn: &Txn, fits: SimpleExpr, now: Timestamp) -> Result<(), StoreError> {
    table::Entity::update_many()
        .col_expr(table::Column::ResolvedAt, now.into())
        .filter(fits)
        .filter(table::Column::ResolvedAt.is_null())
        .exec(txn)
        .await?;
    Ok(())
}

/// Settles the open entry of a kind, if there is one.
///
/// # Errors
/// When the database does not answer.
pub async fn resolve_kind(txn: &Txn, kind: &str, now: Timestamp) -> Result<(), StoreError> {
    settle(txn, table::Column::Kind.eq(kind), now).await
}

/// Settles the open entry about a job, if there is one.
///
/// # Errors
/// When the database does not answer.
pub async fn resolve(txn: &Txn, job: JobId, now: Timestamp) -> Result<(), StoreError> {
    settle(txn, table::Column::JobId.eq(job), now).await
}

/// Settles all open entries about a session.
///
/// # Errors
/// When the database does not answer.
pub async fn resolve_session(
    txn: &Txn,
    session: SessionId,
    now: Timestamp,
) -> Result<(), StoreError> {
    settle(txn, table::Column::SessionId.eq(session), now).await
}

/// The list: open entries first, then settled ones, each latest first; at most 100.
///
/// # Errors
/// When the database does not answer.
pub async fn list(db: &impl ConnectionTrait) -> Result<Vec<NotificationRow>, StoreError> {
    Ok(table::Entity::find()
        .order_by_desc(table::Column::ResolvedAt.is_null())
        .order_by_desc(table::Column::CreatedAt)
        .limit(100)
        .into_model()
        .all(db)
        .await?)
}

/// Finds an entry.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    db: &impl ConnectionTrait,
    id: NotificationId,
) -> Result<Option<NotificationRow>, StoreError> {
    let entry = table::Entity::find_by_id(id);
    Ok(entry.into_model().one(db).await?)
}
