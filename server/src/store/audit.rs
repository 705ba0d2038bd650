//! Table `audit_log`: what moderators, admins and the system did. Rows are only added.

use super::{StoreError, Txn, entity::audit_log as table};
use domain::{
    audit::AuditAction,
    ids::{SessionId, UserId},
    time::Timestamp,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

/// An act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who; `None` for the system, or when the account is gone.
    pub actor: Option<UserId>,
    /// What.
    pub action: AuditAction,
    /// In which session.
    pub session: Option<SessionId>,
    /// To whom.
    pub subject: Option<UserId>,
    /// Words for an admin, without names and addresses; may be empty.
    pub detail: String,
}

/// Adds an act, in the transaction that carries it out.
///
/// # Errors
/// When the database does not answer.
pub async fn record(txn: &Txn, entry: &AuditEntry) -> Result<(), StoreError> {
    table::Entity::insert(table::ActiveModel {
        id: Set(Uuid::new_v4()),
        at: Set(entry.at.0),
        actor: Set(entry.actor.map(|id| id.0)),
        action: Set(entry.action.as_str().to_owned()),
        session_id: Set(entry.session.map(|id| id.0)),
        subject: Set(entry.subject.map(|id| id.0)),
        detail: Set(entry.detail.clone()),
    })
    .exec_without_returning(txn)
    .await?;
    Ok(())
}

/// Latest first; those of one session, or of all.
///
/// # Errors
/// When the database does not answer, or [`StoreError::Inconsistent`].
pub async fn list(
    db: &impl ConnectionTrait,
    session: Option<SessionId>,
    limit: u64,
) -> Result<Vec<AuditEntry>, StoreError> {
    page(db, session, 0, limit).await
}

/// As [`list`], leaving out the first `offset` entries.
///
/// # Errors
/// As [`list`].
pub async fn page(
    db: &impl ConnectionTrait,
    session: Option<SessionId>,
    offset: u64,
    limit: u64,
) -> Result<Vec<AuditEntry>, StoreError> {
    let mut query = table::Entity::find();
    if let Some(session) = session {
        query = query.filter(table::Column::SessionId.eq(session.0));
    }
    let rows = query
        .order_by_desc(table::Column::At)
        .order_by_asc(table::Column::Id)
        .offset(offset)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(AuditEntry {
                at: Timestamp(row.at),
                actor: row.actor.map(UserId),
                action: AuditAction::parse(&row.action)
                    .ok_or_else(|| StoreError::inconsistent("audit_log", row.id))?,
                session: row.session_id.map(SessionId),
                subject: row.subject.map(UserId),
                detail: row.detail,
            })
        })
        .collect()
}
