//! Table `reports`: concerns that were reported to admins. Nobody else reads them.

use super::{Part, StoreError, Txn, entity::reports as table, statement};
use domain::{
    ids::{ReportId, SessionId, UserId},
    safety::ReportCategory,
    time::Timestamp,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait,
    QueryFilter,
};

/// A concern that is reported.
#[derive(Debug, Clone)]
pub struct NewReport {
    pub id: ReportId,
    pub reporter: UserId,
    pub about: UserId,
    /// The session it arose in, if it did in one.
    pub session: Option<SessionId>,
    pub category: ReportCategory,
    /// May be empty.
    pub words: String,
    pub now: Timestamp,
}

/// Writes one.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(txn: &Txn, report: &NewReport) -> Result<(), StoreError> {
    table::Entity::insert(table::ActiveModel {
        id: Set(report.id),
        reporter_id: Set(Some(report.reporter)),
        about_id: Set(report.about),
        session_id: Set(report.session),
        category: Set(report.category),
        words: Set(report.words.clone()),
        created_at: Set(report.now),
        closed_at: Set(None),
        closed_by: Set(None),
    })
    .exec_without_returning(txn)
    .await?;
    Ok(())
}

/// A concern as an admin reads it.
#[derive(Debug, Clone, FromQueryResult)]
pub struct ReportRow {
    pub id: ReportId,
    /// Who reported it; `None` when the account is gone.
    pub reporter_name: Option<String>,
    pub about_id: UserId,
    pub about_name: String,
    /// Whether that person is suspended already.
    pub suspended_at: Option<Timestamp>,
    /// How many concerns about the person were reported, this one included.
    pub about_count: i64,
    pub session_id: Option<SessionId>,
    pub category: ReportCategory,
    pub words: String,
    pub created_at: Timestamp,
    pub closed_at: Option<Timestamp>,
}

/// Concerns, open ones first, then latest first.
///
/// # Errors
/// When the database does not answer.
pub async fn page(
    db: &impl ConnectionTrait,
    Part { offset, limit }: Part,
) -> Result<Vec<ReportRow>, StoreError> {
    let sql = format!(
        "SELECT r.id, w.name AS reporter_name, r.about_id, a.name AS about_name, a.suspended_at, \
         (SELECT COUNT(*) FROM reports o WHERE o.about_id = r.about_id) AS about_count, \
         r.session_id, r.category, r.words, r.created_at, r.closed_at \
         FROM reports r JOIN users a ON a.id = r.about_id LEFT JOIN users w ON w.id = r.reporter_id \
         ORDER BY CASE WHEN r.closed_at IS NULL THEN 0 ELSE 1 END, r.created_at DESC, r.id \
         LIMIT {limit} OFFSET {offset}"
    );
    Ok(ReportRow::find_by_statement(statement(db, &sql, []))
        .all(db)
        .await?)
}

/// How many are open.
///
/// # Errors
/// When the database does not answer.
pub async fn open(db: &impl ConnectionTrait) -> Result<u64, StoreError> {
    Ok(table::Entity::find()
        .filter(table::Column::ClosedAt.is_null())
        .count(db)
        .await?)
}

/// Closes an open one, and says whom it is about; `None` when it is not open.
///
/// # Errors
/// When the database does not answer.
pub async fn close(
    txn: &Txn,
    id: ReportId,
    by: UserId,
    now: Timestamp,
) -> Result<Option<UserId>, StoreError> {
    let closed = table::Entity::update_many()
        .col_expr(table::Column::ClosedAt, now.into())
        .col_expr(table::Column::ClosedBy, by.into())
        .filter(table::Column::Id.eq(id))
        .filter(table::Column::ClosedAt.is_null())
        .exec(txn)
        .await?;
    if closed.rows_affected == 0 {
        return Ok(None);
    }
    let found = table::Entity::find_by_id(id).one(txn).await?;
    Ok(found.map(|row| row.about_id))
}
