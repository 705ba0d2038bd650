//! The database's tables and how they came about, for SQLite and PostgreSQL.
//!
//! Imports nothing of ours: code moves on, old migrations must still compile and mean the same.
//! Changes come in two steps, first add, later remove, so that the previous release keeps working.

mod dialect;
mod m20261123_000001_core;
mod m20261123_000002_scheduling;
mod m20261123_000003_rooms;
mod m20261125_000004_names;
mod m20261126_000005_accounts;
mod m20261126_000006_fair_record;
mod m20261126_000007_safety;
mod m20261126_000008_deletion;
mod m20261126_000009_keys;
mod m20261126_000010_data_exports;
mod m20261126_000011_door;

use sea_orm_migration::{
    MigrationTrait, MigratorTrait, async_trait,
    sea_orm::{
        ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction,
        DbBackend, DbErr, RuntimeErr, SqliteTransactionMode, TransactionOptions, TransactionTrait,
        sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};
use std::time::{Duration, Instant};

/// Key of the PostgreSQL lock that makes two migrating processes take turns ("YMmigr" in ASCII).
const LOCK: i64 = 0x59_4d_6d_69_67_72;

/// How long to wait for SQLite's file while somebody else has it.
const SQLITE_BUSY: Duration = Duration::from_secs(30);

/// Pause between two attempts to open a file that somebody else has.
const OPEN_AGAIN: Duration = Duration::from_millis(20);

/// All migrations, oldest first.
struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_core::Migration),
            Box::new(m20261123_000002_scheduling::Migration),
            Box::new(m20261123_000003_rooms::Migration),
            Box::new(m20261125_000004_names::Migration),
            Box::new(m20261126_000005_accounts::Migration),
            Box::new(m20261126_000006_fair_record::Migration),
            Box::new(m20261126_000007_safety::Migration),
            Box::new(m20261126_000008_deletion::Migration),
            Box::new(m20261126_000009_keys::Migration),
            Box::new(m20261126_000010_data_exports::Migration),
            Box::new(m20261126_000011_door::Migration),
        ]
    }
}

/// Brings the database at `url` up to date, making the SQLite file when it is missing. All pending
/// migrations are applied or none; several processes may call it at the same time.
///
/// # Errors
/// When the database cannot be reached, a migration fails, or the database was migrated by a newer
/// release.
pub async fn migrate(url: &str) -> Result<(), DbErr> {
    migrate_some(url, None).await
}

/// As [`migrate`], but the first `count` migrations only: what an older release left behind, for tests of the way on.
///
/// # Errors
/// As [`migrate`].
pub async fn migrate_first(url: &str, count: u32) -> Result<(), DbErr> {
    migrate_some(url, Some(count)).await
}

/// How many migrations there are.
pub fn count() -> u32 {
    u32::try_from(Migrator::migrations().len()).unwrap_or(u32::MAX)
}

async fn migrate_some(url: &str, count: Option<u32>) -> Result<(), DbErr> {
    let db = connect(url, MissingFile::Create).await?;
    let done = migrate_on(&db, count).await;
    let closed = db.close().await;
    done.and(closed)
}

/// Names of the migrations that the database at `url` has not seen yet. Changes nothing.
///
/// # Errors
/// When the database cannot be reached or does not exist, or was migrated by a newer release.
pub async fn pending(url: &str) -> Result<Vec<String>, DbErr> {
    let db = connect(url, MissingFile::Refuse).await?;
    let pending = Migrator::get_pending_migrations_read_only(&db).await;
    db.close().await?;
    Ok(pending?
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect())
}

/// What to do when SQLite's file does not exist.
#[derive(Clone, Copy, PartialEq, Eq)]
enum MissingFile {
    Create,
    Refuse,
}

/// One connection of its own. On SQLite foreign keys are off: rebuilding a table with keys on would
/// delete what refers to it, and the pragma does nothing inside a transaction.
async fn connect(url: &str, missing: MissingFile) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(Duration::from_secs(10))
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |o| {
            o.journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(SQLITE_BUSY)
                .foreign_keys(false)
                .create_if_missing(missing == MissingFile::Create)
        });
    let began = Instant::now();
    loop {
        match Database::connect(options.clone()).await {
            // Turning WAL on needs the file for itself, and SQLite does not wait for that by its busy
            // timeout: whoever opens a new file second is refused at once.
            Err(error) if is_busy(&error) && began.elapsed() < SQLITE_BUSY => {
                tokio::time::sleep(OPEN_AGAIN).await;
            }
            // This text of SeaORM quotes the address, password and all.
            Err(DbErr::Conn(RuntimeErr::Internal(_))) => {
                return Err(DbErr::Conn(RuntimeErr::Internal(
                    "the database's address cannot be read".to_owned(),
                )));
            }
            other => return other,
        }
    }
}

/// Whether somebody else holds SQLite's file (SQLITE_BUSY).
fn is_busy(error: &DbErr) -> bool {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(cause)) => cause
            .as_database_error()
            .is_some_and(|cause| cause.code().as_deref() == Some("5")),
        // DbErr is not ours and marked as growing.
        _ => false,
    }
}

async fn migrate_on(db: &DatabaseConnection, count: Option<u32>) -> Result<(), DbErr> {
    // One transaction around all of it: half a migration never stays behind, and whoever comes
    // second waits here and then finds nothing left to do.
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    let txn = db.begin_with_options(options).await?;
    if txn.get_database_backend() == DbBackend::Postgres {
        txn.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})"))
            .await?;
    }
    Migrator::up(&txn, count).await?;
    if txn.get_database_backend() == DbBackend::Sqlite {
        check_foreign_keys(&txn).await?;
    }
    txn.commit().await
}

async fn check_foreign_keys(txn: &DatabaseTransaction) -> Result<(), DbErr> {
    let check = sea_orm_migration::sea_orm::Statement::from_string(
        DbBackend::Sqlite,
        "PRAGMA foreign_key_check",
    );
    let Some(row) = txn.query_one_raw(check).await? else {
        return Ok(());
    };
    let (table, parent): (String, String) = (row.try_get("", "table")?, row.try_get("", "parent")?);
    Err(DbErr::Migration(format!(
        "a row in {table} refers to a row in {parent} that is gone; nothing was changed"
    )))
}
