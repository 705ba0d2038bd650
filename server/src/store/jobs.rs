//! Table `jobs`: the outbox. Rows are written in the transaction of the change that needs them.

use super::{Engine, StoreError, Txn, engine_of, entity::jobs, statement};
use domain::{
    ids::{JobId, SessionId},
    time::Timestamp,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

/// A job to be done.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Word for the log.
    pub kind: &'static str,
    /// JSON.
    pub payload: String,
    /// The session concerned.
    pub session: Option<SessionId>,
    /// For whom it is done; jobs are taken from each owner in turn.
    pub owner: Option<String>,
    /// Not before.
    pub run_at: Timestamp,
    /// While a waiting job has this key, another with the same key is not written.
    pub dedupe_key: Option<String>,
    /// When it was written.
    pub now: Timestamp,
}

/// A job somebody claimed.
#[derive(Debug, Clone, FromQueryResult)]
pub struct ClaimedJob {
    id: JobId,
    /// Its kind, as stored.
    pub kind: String,
    /// JSON.
    pub payload: String,
    session_id: Option<SessionId>,
    attempts: i32,
    /// Until when it is this worker's: what came of it counts only under this lease.
    locked_until: Timestamp,
}

impl ClaimedJob {
    pub fn id(&self) -> JobId {
        self.id
    }
    /// The session concerned.
    pub fn session(&self) -> Option<SessionId> {
        self.session_id
    }
    /// How often it was claimed, this time included.
    pub fn attempts(&self) -> u32 {
        u32::try_from(self.attempts).unwrap_or(u32::MAX)
    }
}

/// Writes a job, unless one with the same key waits already.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(txn: &Txn, job: &NewJob) -> Result<(), StoreError> {
    jobs::Entity::insert(jobs::ActiveModel {
        id: Set(JobId(Uuid::new_v4())),
        kind: Set(job.kind.to_owned()),
        payload: Set(job.payload.clone()),
        session_id: Set(job.session),
        owner: Set(job.owner.clone()),
        run_at: Set(job.run_at),
        attempts: Set(0),
        locked_until: Set(None),
        locked_by: Set(None),
        last_error: Set(None),
        done_at: Set(None),
        dead_at: Set(None),
        dedupe_key: Set(job.dedupe_key.clone()),
        created_at: Set(job.now),
    })
    .on_conflict(OnConflict::new().do_nothing().to_owned())
    .exec_without_returning(txn)
    .await?;
    if job.run_at <= job.now {
        txn.wake_jobs();
    }
    Ok(())
}

/// Removes a session's jobs of some kinds that are not done: what they were to do is void. A worker
/// that has one of them finds nothing to do.
///
/// # Errors
/// When the database does not answer.
pub async fn void(txn: &Txn, session: SessionId, kinds: &[&str]) -> Result<(), StoreError> {
    jobs::Entity::delete_many()
        .filter(jobs::Column::SessionId.eq(session))
        .filter(jobs::Column::Kind.is_in(kinds.iter().copied()))
        .filter(jobs::Column::DoneAt.is_null())
        .filter(jobs::Column::DeadAt.is_null())
        .exec(txn)
        .await?;
    Ok(())
}

/// Some of the jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kinds {
    /// Of every kind.
    All,
    /// Of these kinds.
    Only(Vec<&'static str>),
    /// Of every kind but these.
    Except(Vec<&'static str>),
}

impl Kinds {
    /// The condition, for SQL. Kinds are words of our own code.
    fn condition(&self) -> String {
        match self {
            Self::All => "1 = 1".to_owned(),
            Self::Only(kinds) => format!("kind IN ('{}')", kinds.join("', '")),
            Self::Except(kinds) => format!("kind NOT IN ('{}')", kinds.join("', '")),
        }
    }
}

/// Claims up to `limit` due jobs, one of each owner before the second of any, until `lease_until`; an expired lease makes a job due again. A claimed
/// job gives up its key: what happens while it runs may need the same work once more.
///
/// # Errors
/// When the database does not answer.
pub async fn claim(
    txn: &Txn,
    kinds: &Kinds,
    worker: &str,
    now: Timestamp,
    lease_until: Timestamp,
    limit: u32,
) -> Result<Vec<ClaimedJob>, StoreError> {
    let of_kind = kinds.condition();
    // SQLite has one writer at a time and needs no row locks.
    let skip = match engine_of(txn) {
        Engine::Postgres => "FOR UPDATE OF j SKIP LOCKED",
        Engine::Sqlite => "",
    };
    let sql = format!(
        "UPDATE jobs SET locked_until = $1, locked_by = $2, attempts = attempts + 1, dedupe_key = NULL WHERE id IN (\
         SELECT j.id FROM jobs j JOIN (\
         SELECT id, CASE WHEN owner IS NULL THEN 1 ELSE ROW_NUMBER() OVER (PARTITION BY owner ORDER BY run_at, id) END \
         AS turn FROM jobs WHERE done_at IS NULL AND dead_at IS NULL AND run_at <= $3 AND {of_kind} \
         AND (locked_until IS NULL OR locked_until < $3)) t ON t.id = j.id \
         WHERE j.done_at IS NULL AND j.dead_at IS NULL AND (j.locked_until IS NULL OR j.locked_until < $3) \
         ORDER BY t.turn, j.run_at LIMIT {limit} {skip}) \
         RETURNING id, kind, payload, session_id, attempts, locked_until"
    );
    let values = [lease_until.into(), worker.into(), now.into()];
    Ok(ClaimedJob::find_by_statement(statement(txn, &sql, values))
        .all(txn)
        .await?)
}

/// When the next of some jobs is due: the earliest `run_at` or lease end among waiting ones.
///
/// # Errors
/// When the database does not answer.
pub async fn next_due(
    db: &impl ConnectionTrait,
    kinds: &Kinds,
) -> Result<Option<Timestamp>, StoreError> {
    let due: Option<(Option<Timestamp>,)> = jobs::Entity::find()
        .select_only()
        .expr(Expr::cust(
            "MIN(CASE WHEN locked_until > run_at THEN locked_until + 1 ELSE run_at END)",
        ))
        .filter(jobs::Column::DoneAt.is_null())
        .filter(jobs::Column::DeadAt.is_null())
        .filter(Expr::cust(kinds.condition()))
        .into_tuple()
        .one(db)
        .await?;
    Ok(due.and_then(|(at,)| at))
}

/// Writes a claimed job's result; `false` when its lease ran out and somebody else has it, or has done it.
async fn settle(
    txn: &Txn,
    job: &ClaimedJob,
    result: sea_orm::UpdateMany<jobs::Entity>,
) -> Result<bool, StoreError> {
    let settled = result
        .col_expr(jobs::Column::LockedUntil, Option::<Timestamp>::None.into())
        .filter(jobs::Column::Id.eq(job.id))
        .filter(jobs::Column::LockedUntil.eq(job.locked_until))
        .filter(jobs::Column::DoneAt.is_null())
        .exec(txn)
        .await?;
    Ok(settled.rows_affected > 0)
}

/// Marks a job as done; `false` when its lease ran out and somebody else has it, or has done it.
///
/// # Errors
/// When the database does not answer.
pub async fn done(txn: &Txn, job: &ClaimedJob, now: Timestamp) -> Result<bool, StoreError> {
    let done = jobs::Entity::update_many()
        .col_expr(jobs::Column::DoneAt, now.into())
        .col_expr(jobs::Column::LastError, Option::<String>::None.into());
    settle(txn, job, done).await
}

/// Puts a failed job back under its key, to run at `run_at`; `None` makes it dead until somebody
/// retries it. When the same work waits already, that does it, and this job is done. `false` as for [`done`].
///
/// # Errors
/// When the database does not answer.
pub async fn failed(
    txn: &Txn,
    job: &ClaimedJob,
    dedupe_key: Option<&str>,
    error: &str,
    run_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if let (Some(_), Some(key)) = (run_at, dedupe_key) {
        let waits = jobs::Entity::find()
            .select_only()
            .column(jobs::Column::Id)
            .filter(jobs::Column::DedupeKey.eq(key))
            .filter(jobs::Column::DoneAt.is_null())
            .filter(jobs::Column::DeadAt.is_null())
            .into_tuple::<JobId>()
            .one(txn)
            .await?;
        if waits.is_some() {
            return done(txn, job, now).await;
        }
    }
    let failed = jobs::Entity::update_many().col_expr(jobs::Column::LastError, error.into());
    let failed = match run_at {
        Some(at) => failed
            .col_expr(jobs::Column::RunAt, at.into())
            .col_expr(jobs::Column::DedupeKey, dedupe_key.into()),
        None => failed.col_expr(jobs::Column::DeadAt, now.into()),
    };
    settle(txn, job, failed).await
}

/// Makes a waiting or dead job due at once, with its attempts counted anew; `false` when it is done.
///
/// # Errors
/// [`StoreError::Duplicate`] when the same work waits already.
pub async fn retry(txn: &Txn, job: JobId, now: Timestamp) -> Result<bool, StoreError> {
    let changed = jobs::Entity::update_many()
        .col_expr(jobs::Column::RunAt, now.into())
        .col_expr(jobs::Column::DeadAt, Option::<Timestamp>::None.into())
        .col_expr(jobs::Column::Attempts, 0.into())
        .filter(jobs::Column::Id.eq(job))
        .filter(jobs::Column::DoneAt.is_null())
        .exec(txn)
        .await?;
    if changed.rows_affected > 0 {
        txn.wake_jobs();
    }
    Ok(changed.rows_affected > 0)
}

/// Kinds of the jobs that wait for a session, sorted. Only tests ask.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(
    db: &impl ConnectionTrait,
    session: SessionId,
) -> Result<Vec<String>, StoreError> {
    Ok(jobs::Entity::find()
        .select_only()
        .column(jobs::Column::Kind)
        .filter(jobs::Column::SessionId.eq(session))
        .filter(jobs::Column::DoneAt.is_null())
        .filter(jobs::Column::DeadAt.is_null())
        .order_by_asc(jobs::Column::Kind)
        .into_tuple()
        .all(db)
        .await?)
}

/// A job that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedJob {
    pub id: JobId,
    /// Its kind, as stored.
    pub kind: String,
    /// The session concerned.
    pub session: Option<SessionId>,
    /// How often it was tried.
    pub attempts: u32,
    /// What went wrong last.
    pub error: String,
    /// When it runs again; `None` for one that was given up.
    pub next: Option<Timestamp>,
    /// When it was given up.
    pub dead_at: Option<Timestamp>,
}

/// Jobs that were given up (`dead`), or wait after failing at least once; latest first, at most 200.
///
/// # Errors
/// When the database does not answer.
pub async fn failing(db: &impl ConnectionTrait, dead: bool) -> Result<Vec<FailedJob>, StoreError> {
    let query = jobs::Entity::find().filter(jobs::Column::DoneAt.is_null());
    let query = if dead {
        query
            .filter(jobs::Column::DeadAt.is_not_null())
            .order_by_desc(jobs::Column::DeadAt)
    } else {
        query
            .filter(jobs::Column::DeadAt.is_null())
            .filter(jobs::Column::LastError.is_not_null())
            .order_by_asc(jobs::Column::RunAt)
    };
    let rows = query.limit(200).all(db).await?;
    Ok(rows.into_iter().map(FailedJob::from).collect())
}

/// Finds a job that failed and is not done.
///
/// # Errors
/// When the database does not answer.
pub async fn find_failed(
    db: &impl ConnectionTrait,
    id: JobId,
) -> Result<Option<FailedJob>, StoreError> {
    let row = jobs::Entity::find_by_id(id)
        .filter(jobs::Column::DoneAt.is_null())
        .filter(jobs::Column::LastError.is_not_null())
        .one(db)
        .await?;
    Ok(row.map(FailedJob::from))
}

impl From<jobs::Model> for FailedJob {
    fn from(row: jobs::Model) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            session: row.session_id,
            attempts: u32::try_from(row.attempts).unwrap_or_default(),
            error: row.last_error.unwrap_or_default(),
            next: row.dead_at.is_none().then_some(row.run_at),
            dead_at: row.dead_at,
        }
    }
}

/// How many jobs wait, and how many were given up.
///
/// # Errors
/// When the database does not answer.
pub async fn count(db: &impl ConnectionTrait) -> Result<(u64, u64), StoreError> {
    let open = || jobs::Entity::find().filter(jobs::Column::DoneAt.is_null());
    let waiting = open().filter(jobs::Column::DeadAt.is_null());
    let dead = open().filter(jobs::Column::DeadAt.is_not_null());
    Ok((waiting.count(db).await?, dead.count(db).await?))
}
