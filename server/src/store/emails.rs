//! Table `emails`: emails to one person each, written with the change they are about.

use super::{StoreError, Txn, entity::emails as table, statement};
use domain::email::EmailKind;
use domain::{
    ids::{EmailId, SessionId, UserId},
    time::Timestamp,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};

/// An email to be sent.
#[derive(Debug, Clone)]
pub struct NewEmail {
    pub id: EmailId,
    /// About which session.
    pub session: SessionId,
    pub user: UserId,
    /// What it is about.
    pub kind: EmailKind,
    /// The session's version it is about.
    pub version: u32,
    /// JSON.
    pub detail: String,
    /// When it was written.
    pub now: Timestamp,
}

/// An email that was written.
#[derive(Debug, Clone)]
pub struct EmailRow {
    pub id: EmailId,
    /// About which session.
    pub session: SessionId,
    pub user: UserId,
    /// What it is about.
    pub kind: EmailKind,
    /// The session's version it is about.
    pub version: u32,
    /// JSON.
    pub detail: String,
    /// Whether it was sent or became void.
    pub is_settled: bool,
}

/// Writes an email, unless the same person has one of the same kind about the same version of the
/// session; `false` when they do.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(txn: &Txn, mail: &NewEmail) -> Result<bool, StoreError> {
    let sql = "INSERT INTO emails (id, session_id, user_id, kind, version, detail, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (session_id, user_id, kind, version) DO NOTHING";
    let values = [
        mail.id.into(),
        mail.session.into(),
        mail.user.into(),
        mail.kind.into(),
        i32::try_from(mail.version).unwrap_or(i32::MAX).into(),
        mail.detail.as_str().into(),
        mail.now.into(),
    ];
    let written = txn.execute_raw(statement(txn, sql, values)).await?;
    Ok(written.rows_affected() > 0)
}

/// Finds an email.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    db: &impl ConnectionTrait,
    mail: EmailId,
) -> Result<Option<EmailRow>, StoreError> {
    let found = table::Entity::find_by_id(mail).one(db).await?;
    Ok(found.map(|row| EmailRow {
        id: row.id,
        session: row.session_id,
        user: row.user_id,
        kind: row.kind,
        version: u32::try_from(row.version).unwrap_or_default(),
        detail: row.detail,
        is_settled: row.sent_at.is_some() || row.void_at.is_some(),
    }))
}

/// How many emails were sent to a person since `since`.
///
/// # Errors
/// When the database does not answer.
pub async fn sent_since(
    db: &impl ConnectionTrait,
    user: UserId,
    since: Timestamp,
) -> Result<u64, StoreError> {
    Ok(table::Entity::find()
        .filter(table::Column::UserId.eq(user))
        .filter(table::Column::SentAt.gt(since))
        .count(db)
        .await?)
}

/// How an email ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The mail server took it.
    Sent,
    /// It is not true any more and goes to nobody.
    Void,
}

/// Records how an email ended; the first end stays.
///
/// # Errors
/// When the database does not answer.
pub async fn settle(txn: &Txn, mail: EmailId, end: End, now: Timestamp) -> Result<(), StoreError> {
    let column = match end {
        End::Sent => table::Column::SentAt,
        End::Void => table::Column::VoidAt,
    };
    table::Entity::update_many()
        .col_expr(column, now.into())
        .filter(table::Column::Id.eq(mail))
        .filter(table::Column::SentAt.is_null())
        .filter(table::Column::VoidAt.is_null())
        .exec(txn)
        .await?;
    Ok(())
}
