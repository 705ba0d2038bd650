//! Table `data_exports`: copies of what is kept about people, one for each, for themselves. What is in them is in
//! [`personal_data`](super::personal_data).

use super::{StoreError, Txn, statement};
use domain::{
    export::{Export, ExportState},
    ids::{DataExportId, UserId},
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, FromQueryResult};

/// A person's copy, without what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExportRow {
    pub id: DataExportId,
    pub export: Export,
    /// Size of the archive; 0 while there is none.
    pub bytes: u64,
}

#[derive(FromQueryResult)]
struct Row {
    id: DataExportId,
    created_at: Timestamp,
    ready_at: Option<Timestamp>,
    failed_at: Option<Timestamp>,
    bytes: Option<i32>,
}

/// A person's copy, the latest that they asked for.
///
/// # Errors
/// When the database does not answer.
pub async fn of_user(
    db: &impl ConnectionTrait,
    user: UserId,
) -> Result<Option<ExportRow>, StoreError> {
    let sql = "SELECT id, created_at, ready_at, failed_at, CAST(length(archive) AS INTEGER) AS bytes \
               FROM data_exports WHERE user_id = $1";
    let found = Row::find_by_statement(statement(db, sql, [user.into()]))
        .one(db)
        .await?;
    Ok(found.map(|row| ExportRow {
        id: row.id,
        export: Export {
            asked_at: row.created_at,
            state: match (row.ready_at, row.failed_at) {
                (Some(at), _) => ExportState::Ready { at },
                (None, Some(_)) => ExportState::Failed,
                (None, None) => ExportState::BeingMade,
            },
        },
        bytes: u64::try_from(row.bytes.unwrap_or_default()).unwrap_or_default(),
    }))
}

/// Begins a copy; it takes the place of the one before.
///
/// # Errors
/// When the database does not answer.
pub async fn replace(
    txn: &Txn,
    user: UserId,
    id: DataExportId,
    now: Timestamp,
) -> Result<(), StoreError> {
    delete(txn, user).await?;
    let sql = "INSERT INTO data_exports (id, user_id, created_at) VALUES ($1, $2, $3)";
    let values = [id.into(), user.into(), now.into()];
    txn.execute_raw(statement(txn, sql, values)).await?;
    Ok(())
}

/// Whose copy is to be made; `None` when it is there, replaced, or its person gone.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(
    db: &impl ConnectionTrait,
    id: DataExportId,
) -> Result<Option<UserId>, StoreError> {
    let sql = "SELECT e.user_id FROM data_exports e JOIN users u ON u.id = e.user_id \
               WHERE e.id = $1 AND e.ready_at IS NULL AND u.anonymised_at IS NULL";
    let row = db.query_one_raw(statement(db, sql, [id.into()])).await?;
    Ok(row.map(|row| row.try_get("", "user_id")).transpose()?)
}

/// Puts a copy in; `false` when it is there already, or not wanted any more.
///
/// # Errors
/// When the database does not answer.
pub async fn finish(
    txn: &Txn,
    id: DataExportId,
    archive: &[u8],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE data_exports SET archive = $2, ready_at = $3, failed_at = NULL \
               WHERE id = $1 AND ready_at IS NULL";
    let values = [id.into(), archive.to_vec().into(), now.into()];
    let put = txn.execute_raw(statement(txn, sql, values)).await?;
    Ok(put.rows_affected() > 0)
}

/// Notes that a copy could not be made.
///
/// # Errors
/// When the database does not answer.
pub async fn fail(txn: &Txn, id: DataExportId, now: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE data_exports SET failed_at = $2 WHERE id = $1 AND ready_at IS NULL";
    txn.execute_raw(statement(txn, sql, [id.into(), now.into()]))
        .await?;
    Ok(())
}

/// What is in a copy that is there.
///
/// # Errors
/// When the database does not answer.
pub async fn archive(
    db: &impl ConnectionTrait,
    id: DataExportId,
) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT archive FROM data_exports WHERE id = $1 AND archive IS NOT NULL";
    let row = db.query_one_raw(statement(db, sql, [id.into()])).await?;
    Ok(row.map(|row| row.try_get("", "archive")).transpose()?)
}

/// Removes a person's copy.
///
/// # Errors
/// When the database does not answer.
pub async fn delete(txn: &Txn, user: UserId) -> Result<(), StoreError> {
    let sql = "DELETE FROM data_exports WHERE user_id = $1";
    txn.execute_raw(statement(txn, sql, [user.into()])).await?;
    Ok(())
}
