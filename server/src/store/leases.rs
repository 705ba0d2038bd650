//! Table `leases`: which process does what only one may do at a time.

use super::{StoreError, Txn, statement};
use domain::time::Timestamp;
use sea_orm::ConnectionTrait;

/// Takes or renews a lease until `until`; `false` while another holder's lease runs.
///
/// # Errors
/// When the database does not answer.
pub async fn take(
    txn: &Txn,
    name: &str,
    holder: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO leases AS l (name, holder, until_at) VALUES ($1, $2, $3) \
               ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_at = excluded.until_at \
               WHERE l.holder = excluded.holder OR l.until_at < $4";
    let values = [name.into(), holder.into(), until.into(), now.into()];
    let taken = txn.execute_raw(statement(txn, sql, values)).await?;
    Ok(taken.rows_affected() > 0)
}

/// Gives a lease back, so that another process need not wait for its end.
///
/// # Errors
/// When the database does not answer.
pub async fn give_back(txn: &Txn, name: &str, holder: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM leases WHERE name = $1 AND holder = $2";
    txn.execute_raw(statement(txn, sql, [name.into(), holder.into()]))
        .await?;
    Ok(())
}
