//! Kinds of jobs by their stored word.

use super::{Alert, Job, Lane, Stored, dedupe_key};
use crate::{
    AppState, Result,
    store::{StoreError, Txn, jobs::Kinds},
};
use domain::{
    ids::{NotificationId, SessionId},
    time::Timestamp,
};
use futures::future::BoxFuture;
use std::fmt;

/// Tells every admin of a new entry of their list; written in the transaction that raised it.
pub type AlertAdmins = for<'t> fn(
    &'t Txn,
    NotificationId,
    Option<SessionId>,
    Timestamp,
) -> BoxFuture<'t, std::result::Result<(), StoreError>>;

/// All kinds of jobs.
pub struct Registry {
    kinds: Vec<Kind>,
    pub(super) alert_admins: AlertAdmins,
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = self.kinds.iter().map(|kind| kind.word);
        f.debug_list().entries(kinds).finish()
    }
}

/// One kind of jobs.
pub(super) struct Kind {
    word: &'static str,
    lane: Lane,
    title: &'static str,
    pub(super) failing: &'static str,
    pub(super) max_attempts: u32,
    pub(super) alert: Alert,
    pub(super) read: fn(&str) -> serde_json::Result<Box<dyn Work>>,
}

/// A job of any kind.
pub(super) trait Work: Send + Sync {
    fn dedupe_key(&self) -> String;
    fn run<'a>(&'a self, state: &'a AppState) -> BoxFuture<'a, Result<()>>;
    fn given_up<'a>(&'a self, txn: &'a Txn, now: Timestamp) -> BoxFuture<'a, Stored>;
}

impl<J: Job> Work for J {
    fn dedupe_key(&self) -> String {
        dedupe_key(self)
    }

    fn run<'a>(&'a self, state: &'a AppState) -> BoxFuture<'a, Result<()>> {
        Box::pin(Job::run(self, state))
    }

    fn given_up<'a>(&'a self, txn: &'a Txn, now: Timestamp) -> BoxFuture<'a, Stored> {
        Box::pin(Job::given_up(self, txn, now))
    }
}

impl Registry {
    /// No kind yet.
    pub fn new(alert_admins: AlertAdmins) -> Self {
        Self {
            kinds: Vec::new(),
            alert_admins,
        }
    }

    /// With one kind more.
    #[must_use]
    pub fn with<J: Job>(mut self) -> Self {
        self.kinds.push(Kind {
            word: J::KIND,
            lane: J::LANE,
            title: J::TITLE,
            failing: J::FAILING,
            max_attempts: J::MAX_ATTEMPTS,
            alert: J::ALERT,
            read: |payload| Ok(Box::new(serde_json::from_str::<J>(payload)?)),
        });
        self
    }

    pub(super) fn find(&self, word: &str) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.word == word)
    }

    /// What an admin reads of a stored kind.
    pub fn title(&self, word: &str) -> &'static str {
        self.find(word).map_or("Unknown job", |kind| kind.title)
    }

    /// The stored kinds of a lane. Unknown kinds belong to rooms, so that they are noticed and given up.
    pub(super) fn lane(&self, lane: Lane) -> Kinds {
        let words = |kinds: &dyn Fn(&&Kind) -> bool| {
            let kinds = self.kinds.iter().filter(kinds);
            kinds.map(|kind| kind.word).collect()
        };
        match lane {
            Lane::Rooms => Kinds::Except(words(&|kind| kind.lane != Lane::Rooms)),
            Lane::Emails | Lane::Exports => Kinds::Only(words(&|kind| kind.lane == lane)),
        }
    }
}
