//! Table `session_changes`.

use super::{StoreError, Txn, entity::session_changes};
use domain::{
    booking::ChangeKind,
    ids::{SessionId, UserId},
    time::Timestamp,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

/// Something that happened to a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    pub session: SessionId,
    /// The session's version afterwards.
    pub version: u32,
    pub kind: ChangeKind,
    /// Who did it; `None` when that person's account is gone.
    pub by: Option<UserId>,
    /// The session's start afterwards.
    pub starts_at: Timestamp,
    /// The start before, when it was moved.
    pub previous_starts_at: Option<Timestamp>,
    /// What they wrote; may be empty.
    pub note: String,
    pub at: Timestamp,
}

/// Writes an entry.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(txn: &Txn, change: &HistoryRow) -> Result<(), StoreError> {
    session_changes::Entity::insert(session_changes::ActiveModel {
        id: Set(Uuid::new_v4()),
        session_id: Set(change.session),
        version: Set(i32::try_from(change.version).unwrap_or(i32::MAX)),
        kind: Set(change.kind),
        by_user: Set(change.by),
        starts_at: Set(change.starts_at),
        previous_starts_at: Set(change.previous_starts_at),
        note: Set(change.note.clone()),
        at: Set(change.at),
    })
    .exec_without_returning(txn)
    .await?;
    Ok(())
}

/// A session's history, oldest first.
///
/// # Errors
/// When the database does not answer, or [`StoreError::Unreadable`].
pub async fn of_session(
    db: &impl ConnectionTrait,
    session: SessionId,
) -> Result<Vec<HistoryRow>, StoreError> {
    let rows = session_changes::Entity::find()
        .filter(session_changes::Column::SessionId.eq(session))
        .order_by_asc(session_changes::Column::Version)
        .order_by_asc(session_changes::Column::At)
        .order_by_asc(session_changes::Column::Id)
        .all(db)
        .await?;
    let change = |row: session_changes::Model| HistoryRow {
        session,
        version: u32::try_from(row.version).unwrap_or_default(),
        kind: row.kind,
        by: row.by_user,
        starts_at: row.starts_at,
        previous_starts_at: row.previous_starts_at,
        note: row.note,
        at: row.at,
    };
    Ok(rows.into_iter().map(change).collect())
}
