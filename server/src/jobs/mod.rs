//! The outbox: what must happen although its cause is long committed.
//!
//! A job is a row that is written in the transaction which makes it necessary ([`enqueue`]). Each kind of job is one
//! file with one [`Job`], beside what it works on; all of them are listed once, in [`crate::job_list()`]. This folder
//! knows the runner and the trait, and no kind.

mod registry;
mod runner;

pub use registry::{AlertAdmins, Registry};
pub use runner::{run_due, run_forever};

use crate::{
    AppState, Result,
    store::{self, StoreError, Txn, jobs::NewJob},
};
use domain::{ids::SessionId, job::MAX_ATTEMPTS, time::Timestamp};
use serde::{Serialize, de::DeserializeOwned};

/// What a function of the store returns.
type Stored = std::result::Result<(), StoreError>;

/// A kind of work, and the payload of one piece of it. Every job may run more than once.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The word stored in `jobs.kind`.
    const KIND: &'static str;
    /// Which slots it takes.
    const LANE: Lane = Lane::Rooms;
    /// Attempts after which it is dead and waits for a person.
    const MAX_ATTEMPTS: u32 = MAX_ATTEMPTS;
    /// What an admin reads.
    const TITLE: &'static str;
    /// What an admin reads when it keeps failing.
    const FAILING: &'static str;
    /// How admins learn that it keeps failing.
    const ALERT: Alert = Alert::ListAndEmail;

    /// The session concerned.
    fn session(&self) -> Option<SessionId>;

    /// For whom it is done, where one person's must not wait behind another's thousand.
    fn owner(&self) -> Option<String> {
        None
    }

    /// Two waiting jobs of one kind with the same key are one.
    fn key(&self) -> String;

    /// Does the work; doing it twice is fine.
    ///
    /// # Errors
    /// What went wrong; it is tried again, unless that [is final](crate::Error::is_final).
    fn run(&self, state: &AppState) -> impl Future<Output = Result<()>> + Send;

    /// What else is written when it is given up.
    ///
    /// # Errors
    /// When the database does not answer.
    fn given_up(&self, _txn: &Txn, _now: Timestamp) -> impl Future<Output = Stored> + Send {
        std::future::ready(Ok(()))
    }
}

/// Jobs of one lane run beside those of another, in slots of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Everything about sessions and their rooms.
    Rooms,
    /// Emails: a mail server that hangs delays no room.
    Emails,
    /// Copies of people's data, one at a time: each is held in memory while it is made.
    Exports,
}

/// How admins learn that a job keeps failing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alert {
    /// By an entry of their list, and by email.
    ListAndEmail,
    /// By an entry of their list; by email only once it is given up. A mail server that is down cannot report itself.
    List,
    /// Not at all: what reports failures does not report its own.
    Nobody,
}

/// Writes `job` in the caller's transaction, to run at `run_at`; the same job waits only once.
///
/// # Errors
/// When the database does not answer.
pub async fn enqueue<J: Job>(txn: &Txn, job: &J, run_at: Timestamp, now: Timestamp) -> Stored {
    let new = NewJob {
        kind: J::KIND,
        payload: store::json(job)?,
        session: job.session(),
        owner: job.owner(),
        run_at,
        dedupe_key: Some(dedupe_key(job)),
        now,
    };
    store::jobs::insert(txn, &new).await
}

fn dedupe_key<J: Job>(job: &J) -> String {
    format!("{}:{}", J::KIND, job.key())
}

/// Removes a session's jobs of some kinds that are not done: what they were to do is void.
///
/// # Errors
/// When the database does not answer.
pub async fn void(txn: &Txn, session: SessionId, kinds: &[&str]) -> Stored {
    store::jobs::void(txn, session, kinds).await
}
