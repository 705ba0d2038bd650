//! Table `session_changes`.

use super::{StoreError, Txn, entity::session_changes, statement};
use domain::{
    booking::ChangeKind,
    ids::{SessionId, UserId},
    time::Timestamp,
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, FromQueryResult};
use uuid::Uuid;

/// Something that happened to a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    /// The session.
    pub session: SessionId,
    /// The session's version afterwards.
    pub version: u32,
    /// What.
    pub kind: ChangeKind,
    /// Who did it; `None` when that person's account is gone.
    pub by: Option<UserId>,
    /// The session's start afterwards.
    pub starts_at: Timestamp,
    /// The start before, when it was moved.
    pub previous_starts_at: Option<Timestamp>,
    /// What they wrote; may be empty.
    pub note: String,
    /// When.
    pub at: Timestamp,
}

/// Writes an entry.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(txn: &Txn, change: &HistoryRow) -> Result<(), StoreError> {
    session_changes::Entity::insert(session_changes::ActiveModel {
        id: Set(Uuid::new_v4()),
        session_id: Set(change.session.0),
        version: Set(i32::try_from(change.version).unwrap_or(i32::MAX)),
        kind: Set(change.kind.as_str().to_owned()),
        by_user: Set(change.by.map(|user| user.0)),
        starts_at: Set(change.starts_at.0),
        previous_starts_at: Set(change.previous_starts_at.map(|at| at.0)),
        note: Set(change.note.clone()),
        at: Set(change.at.0),
    })
    .exec_without_returning(txn)
    .await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    version: i32,
    kind: String,
    by_user: Option<Uuid>,
    starts_at: i64,
    previous_starts_at: Option<i64>,
    note: String,
    at: i64,
}

/// A session's history, oldest first.
///
/// # Errors
/// When the database does not answer, or [`StoreError::Inconsistent`].
pub async fn of_session(
    db: &impl ConnectionTrait,
    session: SessionId,
) -> Result<Vec<HistoryRow>, StoreError> {
    let sql = "SELECT id, version, kind, by_user, starts_at, previous_starts_at, note, at \
               FROM session_changes WHERE session_id = $1 ORDER BY version, at, id";
    let rows = Row::find_by_statement(statement(db, sql, [session.0.into()]))
        .all(db)
        .await?;
    let change = |row: Row| {
        Ok(HistoryRow {
            session,
            version: u32::try_from(row.version).unwrap_or_default(),
            kind: ChangeKind::parse(&row.kind)
                .ok_or_else(|| StoreError::inconsistent("session_changes", row.id))?,
            by: row.by_user.map(UserId),
            starts_at: Timestamp(row.starts_at),
            previous_starts_at: row.previous_starts_at.map(Timestamp),
            note: row.note,
            at: Timestamp(row.at),
        })
    };
    rows.into_iter().map(change).collect()
}
