//! Table `audit_log`: what people did with their accounts, and moderators, admins and the system with others. Rows are
//! only added, and counted; they go when they are old.

use super::{Part, StoreError, Txn, entity::audit_log as table};
use domain::{
    audit::{AuditAction, counted_as},
    ids::{SessionId, UserId},
    time::Timestamp,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use uuid::Uuid;

/// An action.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct AuditEntry {
    pub at: Timestamp,
    /// Who; `None` for the system, or when the account is gone.
    pub actor: Option<UserId>,
    pub action: AuditAction,
    /// In which session.
    #[sea_orm(from_alias = "session_id")]
    pub session: Option<SessionId>,
    pub subject: Option<UserId>,
    /// Text for an admin, without names and addresses; may be empty.
    pub detail: String,
    /// How often within the hour, for what is counted; `at` is the last time.
    pub times: i32,
}

impl AuditEntry {
    /// What somebody did to somebody, in no session, with nothing more to say.
    pub fn of(
        at: Timestamp,
        actor: Option<UserId>,
        action: AuditAction,
        subject: Option<UserId>,
    ) -> Self {
        Self {
            at,
            actor,
            action,
            session: None,
            subject,
            detail: String::new(),
            times: 1,
        }
    }
}

/// Adds an action, in the transaction that carries it out; counts it by the entry of the same hour, if it
/// [is counted](AuditAction::is_counted).
///
/// # Errors
/// When the database does not answer.
pub async fn record(txn: &Txn, entry: &AuditEntry) -> Result<(), StoreError> {
    let key = counted_as(
        entry.action,
        entry.actor,
        entry.subject,
        &entry.detail,
        entry.at,
    );
    let again = OnConflict::column(table::Column::CountedAs)
        .value(
            table::Column::Times,
            Expr::col((table::Entity, table::Column::Times)).add(1),
        )
        .update_column(table::Column::At)
        .to_owned();
    table::Entity::insert(table::ActiveModel {
        id: Set(Uuid::new_v4()),
        at: Set(entry.at),
        actor: Set(entry.actor),
        action: Set(entry.action),
        session_id: Set(entry.session),
        subject: Set(entry.subject),
        detail: Set(entry.detail.clone()),
        times: Set(entry.times),
        counted_as: Set(key),
    })
    .on_conflict(again)
    .exec_without_returning(txn)
    .await?;
    Ok(())
}

/// Latest first, without the first `offset` entries; those of one session, or of all.
///
/// # Errors
/// When the database does not answer, or [`StoreError::Unreadable`].
pub async fn page(
    db: &impl ConnectionTrait,
    session: Option<SessionId>,
    Part { offset, limit }: Part,
) -> Result<Vec<AuditEntry>, StoreError> {
    let mut query = table::Entity::find();
    if let Some(session) = session {
        query = query.filter(table::Column::SessionId.eq(session));
    }
    Ok(query
        .order_by_desc(table::Column::At)
        .order_by_asc(table::Column::Id)
        .offset(u64::from(offset))
        .limit(u64::from(limit))
        .into_model()
        .all(db)
        .await?)
}
