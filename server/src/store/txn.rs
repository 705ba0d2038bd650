//! A transaction, and what has to happen once it is committed.

use super::Db;
use domain::{
    ids::{SessionId, UserId},
    seats::Seats,
};
use futures::future::BoxFuture;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, PoisonError},
};

/// What follows a commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effects {
    /// Sessions that are not as they were, with their people where a row that is gone told them.
    pub changed: BTreeMap<SessionId, Option<Seats<UserId>>>,
    /// Whether a job is due.
    pub jobs: bool,
}

impl Effects {
    fn is_empty(&self) -> bool {
        self.changed.is_empty() && !self.jobs
    }
}

/// Carries the effects of a commit out, with the database that was written to.
pub type AfterCommit = Box<dyn Fn(Db, Effects) -> BoxFuture<'static, ()> + Send + Sync>;

/// A transaction that is under way. Only functions of [`store`](super) write with it; a connection of the
/// pool does not fit where it is asked for.
pub struct Txn {
    inner: DatabaseTransaction,
    effects: Mutex<Effects>,
}

impl fmt::Debug for Txn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Txn").finish_non_exhaustive()
    }
}

impl Txn {
    pub(super) fn new(inner: DatabaseTransaction) -> Self {
        Self {
            inner,
            effects: Mutex::default(),
        }
    }

    /// Open pages of the session's people are told once this is committed. Functions that write a session, its
    /// room or who is in it call this themselves.
    pub(super) fn changed(&self, session: SessionId) {
        self.effects().changed.entry(session).or_default();
    }

    /// As [`Txn::changed`], for a session whose row is gone afterwards.
    pub(super) fn removed(&self, session: SessionId, people: Seats<UserId>) {
        self.effects().changed.insert(session, Some(people));
    }

    /// The job runner looks for due jobs once this is committed.
    pub(super) fn wake_jobs(&self) {
        self.effects().jobs = true;
    }

    fn effects(&self) -> std::sync::MutexGuard<'_, Effects> {
        self.effects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Commits; the effects, when there are any.
    pub(super) async fn commit(self) -> Result<Option<Effects>, DbErr> {
        self.inner.commit().await?;
        let effects = self
            .effects
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(Some(effects).filter(|effects| !effects.is_empty()))
    }

    pub(super) async fn rollback(self) -> Result<(), DbErr> {
        self.inner.rollback().await
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Txn {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.inner.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.inner.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.inner.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.inner.query_all_raw(statement).await
    }
}
