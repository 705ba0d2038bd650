//! The database: connections, the one write helper, and what can go wrong with them.
//! One file per table has its functions; rows and entities never leave this folder.

pub(crate) mod entity;

pub mod account_emails;
pub mod announcements;
pub mod appointments;
pub mod attempts;
pub mod audit;
pub mod authenticators;
pub mod blocks;
pub mod calendar_feeds;
pub mod ceremonies;
pub mod changes;
pub mod coverage;
pub mod data_exports;
pub mod emails;
mod former;
pub mod identities;
pub mod jobs;
pub mod leases;
pub mod logins;
pub mod mentors;
pub mod notifications;
pub mod old;
pub(crate) mod open_logins;
mod part;
pub mod participants;
pub mod passkeys;
pub mod personal_data;
pub(crate) mod recent;
pub mod reports;
pub mod rooms;
pub mod sessions;
pub mod sign_ups;
mod txn;
pub mod users;
pub mod webhook_events;

pub use former::anonymise;
pub use part::{Part, has_more};
pub use scoped_futures::ScopedFutureExt;
pub use sea_orm::ConnectionTrait as Queries;
pub use txn::{AfterCommit, Effects, Txn};

use crate::fail;
use scoped_futures::ScopedBoxFuture;
use sea_orm::{
    ConnAcquireErr, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend,
    DbErr, RuntimeErr, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
    Value,
    sqlx::{
        self, Connection,
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};
use serde::Serialize;
use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use uuid::Uuid;

/// Connections that read a SQLite file at the same time.
const SQLITE_READERS: u32 = 8;
/// Connections to PostgreSQL unless [`Db::connect_with`] is told otherwise.
pub const POSTGRES_CONNECTIONS: u32 = 16;
/// How long SQLite waits for a lock that another process holds.
const SQLITE_BUSY: Duration = Duration::from_secs(5);
/// How long a caller waits for its turn with SQLite; longer than another process may hold the lock.
const SQLITE_ACQUIRE: Duration = Duration::from_secs(8);
/// How long a caller waits for a connection to PostgreSQL, also when the server is down.
const POSTGRES_ACQUIRE: Duration = Duration::from_secs(3);
/// A PostgreSQL connection that was idle for this long is asked whether it still lives.
const CHECK_AFTER: Duration = Duration::from_secs(1);
/// PostgreSQL ends a statement that takes longer.
const STATEMENT: Duration = Duration::from_secs(10);
/// Name of the rule against overlapping seats, on both engines.
const SEAT_RULE: &str = "session_seats_no_overlap";
/// How often a write that met a busy database is tried again.
const RETRIES: u32 = 5;

/// Which database program answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file, embedded.
    Sqlite,
    /// A server.
    Postgres,
}

/// What a transaction's work returns: a future that lives as long as the transaction (`'t`) and may borrow from
/// whoever asked for it (`'a`).
pub type Work<'a, 't, T, E> = ScopedBoxFuture<'a, 't, Result<T, E>>;

/// The database; clones share the connections.
#[derive(Clone)]
pub struct Db {
    readers: DatabaseConnection,
    writer: DatabaseConnection,
    engine: Engine,
    /// Transactions that were committed, or may have been.
    writes: Arc<AtomicU64>,
    after_commit: Arc<OnceLock<AfterCommit>>,
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Db")
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}

impl Db {
    /// Opens the database at `url` (`sqlite://file` or `postgres://…`). It must have been migrated.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] when it cannot be opened.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        Self::connect_with(url, POSTGRES_CONNECTIONS).await
    }

    /// As [`Db::connect`], with at most `postgres_connections` connections to a PostgreSQL server.
    ///
    /// # Errors
    /// As [`Db::connect`].
    pub async fn connect_with(url: &str, postgres_connections: u32) -> Result<Self, StoreError> {
        if url.starts_with("sqlite:") {
            Self::connect_sqlite(url).await
        } else {
            let mut options = options(url, postgres_connections, POSTGRES_ACQUIRE);
            options
                .statement_timeout(STATEMENT)
                .test_before_acquire_if_idle_for(CHECK_AFTER);
            let pool = Database::connect(options).await?;
            Ok(Self {
                readers: pool.clone(),
                writer: pool,
                engine: Engine::Postgres,
                writes: Arc::default(),
                after_commit: Arc::default(),
            })
        }
    }

    /// SQLite has one writer at a time. A pool of exactly one writing connection makes writers queue
    /// in the order they came instead of competing for the file's lock, and readers, which WAL lets
    /// run beside the writer, cannot write by mistake.
    async fn connect_sqlite(url: &str) -> Result<Self, StoreError> {
        if url.contains(":memory:") || url.contains("mode=memory") {
            return Err(StoreError::Unreachable(
                "SQLite needs a file: several connections share it".to_owned(),
            ));
        }
        let mut writer = options(url, 1, SQLITE_ACQUIRE);
        writer
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .map_sqlx_sqlite_opts(|o| {
                o.journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .busy_timeout(SQLITE_BUSY)
                    .foreign_keys(true)
                    .optimize_on_close(true, None)
            })
            .map_sqlx_sqlite_pool_opts(|o| {
                o.after_release(|connection, _| {
                    Box::pin(async move {
                        // Answers once everything before it is done, a rollback included.
                        connection.ping().await?;
                        // SQLite ends a transaction by itself when the disk fails or is full, and the
                        // driver, whose own ROLLBACK is then refused, goes on counting it: all that
                        // this connection wrote from then on would never be committed.
                        Ok(!connection.is_in_transaction())
                    })
                })
            });
        // The writer comes first: it turns WAL on, which stays in the file.
        let writer = Database::connect(writer).await?;
        let mut readers = options(url, SQLITE_READERS, SQLITE_ACQUIRE);
        readers
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .map_sqlx_sqlite_opts(|o| {
                o.busy_timeout(SQLITE_BUSY)
                    .foreign_keys(true)
                    .pragma("query_only", "ON")
            });
        let readers = Database::connect(readers).await?;
        Ok(Self {
            readers,
            writer,
            engine: Engine::Sqlite,
            writes: Arc::default(),
            after_commit: Arc::default(),
        })
    }

    /// Says what happens after a commit that has [`Effects`]; only the first call counts.
    pub fn on_commit(&self, after: AfterCommit) {
        if self.after_commit.set(after).is_err() {
            tracing::error!("a database has only one follow-up of its commits");
        }
    }

    /// For reading, outside a transaction. On SQLite it refuses to write.
    pub fn read(&self) -> &DatabaseConnection {
        &self.readers
    }

    /// Runs `work` in a transaction and commits it: everything is written, or nothing. The only
    /// place where a transaction begins.
    ///
    /// When the database is busy, `work` is run again from the start, so it must change nothing but
    /// the transaction. It must not use [`Db::read`] or [`Db::write`] itself and never wait for the
    /// network: others queue behind it.
    ///
    /// ```ignore
    /// let id = db.write(|txn| {
    ///     let user = &user;
    ///     async move { users::insert(txn, &user).await }.scope_boxed()
    /// }).await?;
    /// ```
    ///
    /// # Errors
    /// What `work` returns; [`StoreError::Busy`] when the database stays busy.
    pub async fn write<'a, T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: 'a,
        F: for<'t> Fn(&'t Txn) -> Work<'a, 't, T, E>,
        E: From<StoreError> + MaybeBusy + 'a,
    {
        let mut attempt = 0;
        loop {
            match self.write_once(&work).await {
                Err(error) if error.is_busy() && attempt < RETRIES => {
                    attempt += 1;
                    // 5–10, 10–20, … 80–160 ms.
                    let base = 5 << (attempt - 1);
                    let pause = base + base * u64::from(rand::random::<u8>()) / 255;
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
                answer => return answer,
            }
        }
    }

    async fn write_once<'a, T, E, F>(&self, work: &F) -> Result<T, E>
    where
        T: 'a,
        F: for<'t> Fn(&'t Txn) -> Work<'a, 't, T, E>,
        E: From<StoreError> + 'a,
    {
        // Immediate: a deferred transaction that reads first and writes later fails at once, in
        // spite of the busy timeout, when another process wrote in between.
        let mode = match self.engine {
            Engine::Sqlite => Some(SqliteTransactionMode::Immediate),
            Engine::Postgres => None,
        };
        let options = TransactionOptions {
            sqlite_transaction_mode: mode,
            ..Default::default()
        };
        let txn = self
            .writer
            .begin_with_options(options)
            .await
            .map_err(StoreError::from)?;
        let txn = Txn::new(txn);
        match work(&txn).await {
            Ok(value) => {
                self.commit(txn).await?;
                Ok(value)
            }
            Err(error) => {
                // The work's own error matters; a failed rollback means the connection is gone.
                if let Err(lost) = txn.rollback().await {
                    tracing::debug!(error = %lost, "rollback failed");
                }
                Err(error)
            }
        }
    }

    /// In a task of its own, with what follows: whoever waits for it may disconnect, and then nobody would be told of
    /// what was committed all the same.
    async fn commit(&self, txn: Txn) -> Result<(), StoreError> {
        let db = self.clone();
        let committing = tokio::spawn(async move {
            fail::step("before a commit");
            let committed = txn.commit().await;
            // Before anybody is told, who then reads anew.
            db.writes.fetch_add(1, Ordering::SeqCst);
            fail::step("after a commit");
            if let (Some(effects), Some(after)) = (committed?, db.after_commit.get()) {
                after(db.clone(), effects).await;
            }
            Ok::<_, DbErr>(())
        });
        match committing.await {
            Ok(committed) => Ok(committed?),
            Err(lost) => Err(StoreError::Unreachable(format!(
                "a commit was lost: {lost}"
            ))),
        }
    }

    /// How many transactions of this process were committed.
    pub(crate) fn writes(&self) -> u64 {
        self.writes.load(Ordering::SeqCst)
    }

    /// Which database program answers.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Asks the database for a sign of life, and whether its tables are there.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] or [`StoreError::Busy`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.readers
            .query_one_raw(statement(
                &self.readers,
                "SELECT 1 FROM users WHERE 1 = 0",
                [],
            ))
            .await?;
        Ok(())
    }

    /// SQLite's version, such as `3.51.3`; `None` on PostgreSQL.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sqlite_version(&self) -> Result<Option<String>, StoreError> {
        match self.engine {
            Engine::Postgres => Ok(None),
            Engine::Sqlite => {
                let row = self
                    .readers
                    .query_one_raw(statement(&self.readers, "SELECT sqlite_version() AS v", []))
                    .await?;
                Ok(row.map(|row| row.try_get("", "v")).transpose()?)
            }
        }
    }

    /// Closes all connections; SQLite folds its log into the file.
    ///
    /// # Errors
    /// When a connection does not close.
    pub async fn close(self) -> Result<(), StoreError> {
        self.readers.close_by_ref().await?;
        self.writer.close_by_ref().await?;
        Ok(())
    }
}

/// Settings common to all pools.
fn options(url: &str, connections: u32, acquire: Duration) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(acquire)
        .sqlx_logging(false)
        .record_stmt_in_spans(false);
    options
}

/// The engine behind a connection or transaction.
pub(crate) fn engine_of(db: &impl ConnectionTrait) -> Engine {
    match db.get_database_backend() {
        DbBackend::Sqlite => Engine::Sqlite,
        _ => Engine::Postgres,
    }
}

/// A statement in plain SQL with `$1`, `$2`, … which both engines understand.
pub(crate) fn statement<const N: usize>(
    db: &impl ConnectionTrait,
    sql: &str,
    values: [Value; N],
) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

/// A value as JSON, for a text column.
pub(crate) fn json(value: &(impl Serialize + ?Sized)) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::Other(DbErr::Json(e.to_string())))
}

/// Errors that can say whether the database was busy, so that the write is worth another try.
pub trait MaybeBusy {
    /// Whether this is [`StoreError::Busy`].
    fn is_busy(&self) -> bool;
}

impl MaybeBusy for StoreError {
    fn is_busy(&self) -> bool {
        matches!(self, Self::Busy)
    }
}

/// What can go wrong with the database.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Somebody else is writing, or two writers wait for each other; worth another try.
    #[error("the database is busy")]
    Busy,
    /// The person already has an active seat at that time.
    #[error("the seat overlaps another one")]
    SeatTaken,
    /// A row with the same key exists.
    #[error("duplicate {what}")]
    Duplicate {
        /// Table and columns joined by `_`, the same on both engines: `users_email`.
        what: String,
    },
    /// The database cannot be reached or cannot work.
    #[error("database unreachable: {0}")]
    Unreachable(String),
    /// The columns of a row do not fit together in a way our code never writes.
    #[error("inconsistent row {row} in {table}")]
    Inconsistent { table: &'static str, row: Uuid },
    /// A column says something our code never writes.
    #[error("{0}")]
    Unreadable(String),
    /// Anything else: our own fault.
    #[error(transparent)]
    Other(DbErr),
}

impl StoreError {
    /// A row whose columns do not fit together.
    pub fn inconsistent(table: &'static str, row: Uuid) -> Self {
        Self::Inconsistent { table, row }
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => {
                Self::Unreachable("no connection became free in time".to_owned())
            }
            DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => {
                Self::Unreachable("connections are closed".to_owned())
            }
            // This text of SeaORM quotes the address, password and all.
            DbErr::Conn(RuntimeErr::Internal(_)) => {
                Self::Unreachable("its address cannot be read".to_owned())
            }
            DbErr::Conn(RuntimeErr::SqlxError(cause)) => {
                of_driver(cause).unwrap_or_else(|| Self::Unreachable(cause.to_string()))
            }
            DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
                of_driver(cause).unwrap_or(Self::Other(error))
            }
            DbErr::TryIntoErr { into, source, .. } => {
                Self::Unreadable(format!("unreadable {into}: {source}"))
            }
            // DbErr is not ours and marked as growing.
            _ => Self::Other(error),
        }
    }
}

/// What the driver's error means to us, if anything.
fn of_driver(error: &sqlx::Error) -> Option<StoreError> {
    let unreachable = || Some(StoreError::Unreachable(error.to_string()));
    match error {
        sqlx::Error::Database(cause) => {
            let code = cause.code().unwrap_or_default();
            if cause
                .try_downcast_ref::<sqlx::sqlite::SqliteError>()
                .is_some()
            {
                of_sqlite(code.parse().unwrap_or_default(), cause.message())
            } else {
                of_postgres(&code, cause.constraint(), cause.message())
            }
        }
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => unreachable(),
        // sqlx's error is not ours and marked as growing.
        _ => None,
    }
}

/// Maps SQLite's extended result codes (<https://www.sqlite.org/rescode.html>).
fn of_sqlite(code: u32, message: &str) -> Option<StoreError> {
    const CONSTRAINT_TRIGGER: u32 = 1811;
    const CONSTRAINT_PRIMARYKEY: u32 = 1555;
    const CONSTRAINT_UNIQUE: u32 = 2067;
    match code {
        // A refused ON DELETE RESTRICT has this code as well, hence the look at the text.
        CONSTRAINT_TRIGGER if message.contains("seat_overlap") => Some(StoreError::SeatTaken),
        CONSTRAINT_PRIMARYKEY | CONSTRAINT_UNIQUE => {
            // "UNIQUE constraint failed: sessions.mentee_id, sessions.idempotency_key"
            let columns = message.rsplit(": ").next().unwrap_or_default();
            let table = columns.split('.').next().unwrap_or_default();
            let names = columns
                .split(", ")
                .filter_map(|column| column.split('.').nth(1));
            let what = names.fold(table.to_owned(), |what, name| format!("{what}_{name}"));
            Some(StoreError::Duplicate { what })
        }
        // The low byte is the primary code: BUSY (with BUSY_SNAPSHOT 517) and LOCKED.
        _ => match code & 0xff {
            5 | 6 => Some(StoreError::Busy),
            // IOERR, CORRUPT, FULL, CANTOPEN, NOTADB: the file or its disk, not our statement.
            10 | 11 | 13 | 14 | 26 => Some(StoreError::Unreachable(message.to_owned())),
            _ => None,
        },
    }
}

/// Maps PostgreSQL's SQLSTATE codes (appendix A of its manual).
fn of_postgres(code: &str, constraint: Option<&str>, message: &str) -> Option<StoreError> {
    match code {
        "23P01" if constraint == Some(SEAT_RULE) => Some(StoreError::SeatTaken),
        "23505" => Some(StoreError::Duplicate {
            what: constraint.unwrap_or("row").to_owned(),
        }),
        // serialization_failure, deadlock_detected, lock_not_available
        "40001" | "40P01" | "55P03" => Some(StoreError::Busy),
        // Statement timeout, shutting down, starting up, too many connections, disk full, no such
        // database, refused sign-in, and broken connections.
        "57014" | "57P01" | "57P02" | "57P03" | "53300" | "53100" | "3D000" | "28000" | "28P01" => {
            Some(StoreError::Unreachable(message.to_owned()))
        }
        _ if code.starts_with("08") => Some(StoreError::Unreachable(message.to_owned())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_names_a_duplicate_as_postgres_does() {
        let what = |message| match of_sqlite(2067, message) {
            Some(StoreError::Duplicate { what }) => what,
            other => panic!("{other:?}"),
        };
        assert_eq!(what("UNIQUE constraint failed: users.email"), "users_email");
        assert_eq!(
            what("UNIQUE constraint failed: sessions.mentee_id, sessions.idempotency_key"),
            "sessions_mentee_id_idempotency_key"
        );
    }

    #[test]
    fn busy_codes_are_busy_and_nothing_else_is() {
        for code in [5, 517, 261, 6] {
            assert!(of_sqlite(code, "").is_some_and(|e| e.is_busy()), "{code}");
        }
        for code in ["40001", "40P01", "55P03"] {
            assert!(
                of_postgres(code, None, "").is_some_and(|e| e.is_busy()),
                "{code}"
            );
        }
        assert!(of_sqlite(275, "CHECK constraint failed").is_none());
        assert!(of_postgres("23514", Some("sessions_booking"), "").is_none());
    }

    #[test]
    fn only_our_rule_means_that_a_seat_is_taken() {
        assert!(matches!(
            of_sqlite(1811, "seat_overlap"),
            Some(StoreError::SeatTaken)
        ));
        assert!(of_sqlite(1811, "FOREIGN KEY constraint failed").is_none());
        assert!(matches!(
            of_postgres("23P01", Some(SEAT_RULE), ""),
            Some(StoreError::SeatTaken)
        ));
        assert!(of_postgres("23P01", Some("other"), "").is_none());
    }
}
