//! Tells open pages that something about a session changed: those of this process at once, and those of
//! other processes on the same PostgreSQL through its own announcements (LISTEN and NOTIFY).

use crate::store::{self, AfterCommit, Db, Effects, announcements};
use domain::{
    ids::{SessionId, UserId},
    seats::Seats,
};
use futures::FutureExt;
use secrecy::{ExposeSecret, SecretString};
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::{
    Notify,
    broadcast::{self, error::RecvError},
};
use uuid::Uuid;

/// Updates within this time are told to other processes together.
const GATHER: Duration = Duration::from_millis(10);
/// Updates are remembered for this long, for pages that began to listen after they were made …
const REMEMBERED_FOR: Duration = Duration::from_secs(60);
/// … and at most so many of them.
const REMEMBERED: usize = 4_096;
/// Sessions whose people are remembered; past that, they are looked up anew.
const REMEMBERED_PEOPLE: usize = 10_000;
/// Pause before the next attempt to listen.
const AGAIN: Duration = Duration::from_secs(1);

/// How many streams may be open in one process; pages that get none look again when they are loaded anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamLimits {
    /// Of one login: a browser keeps one for each visible tab.
    pub per_login: usize,
    /// Of one person, with all their browsers.
    pub per_user: usize,
    /// From one client address, or one /64 of IPv6. Wide: a school has one address, and a proxy that is not trusted
    /// makes everybody one client.
    pub per_network: usize,
    /// Of everybody.
    pub in_all: usize,
}

impl Default for StreamLimits {
    fn default() -> Self {
        Self {
            per_login: 8,
            per_user: 32,
            per_network: 4_000,
            in_all: 20_000,
        }
    }
}

/// What pages are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Update {
    /// Something about a session changed in this process.
    Here(Changed),
    /// Something about a session changed in another process.
    Elsewhere(Changed),
    /// Announcements may have been lost: anything may have changed.
    Unknown,
}

/// A session that is not as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    pub session: SessionId,
    /// Who is told. They never become others.
    pub people: Seats<UserId>,
}

impl Update {
    /// What changed; `None` when it may be anything.
    pub fn what(self) -> Option<Changed> {
        match self {
            Self::Here(changed) | Self::Elsewhere(changed) => Some(changed),
            Self::Unknown => None,
        }
    }

    /// Whether `session` may be another one now.
    pub fn concerns(self, session: SessionId) -> bool {
        self.what().is_none_or(|changed| changed.session == session)
    }
}

/// In-process announcements. A receiver that lags simply reads the state anew.
#[derive(Debug, Clone)]
pub struct Events {
    sender: broadcast::Sender<Update>,
    recent: Arc<Mutex<VecDeque<(Instant, Update)>>>,
    /// Who holds the seats of sessions that changed lately.
    people: Arc<Mutex<HashMap<SessionId, Seats<UserId>>>>,
    looks: Arc<AtomicU64>,
}

impl Default for Events {
    fn default() -> Self {
        Self {
            sender: broadcast::channel(1_024).0,
            recent: Arc::default(),
            people: Arc::default(),
            looks: Arc::default(),
        }
    }
}

impl Events {
    /// Counts a look at the database for the open pages of one person.
    pub(crate) fn looked(&self) {
        self.looks.fetch_add(1, Ordering::Relaxed);
    }

    /// How often the database was asked for open pages because something changed.
    pub fn looks(&self) -> u64 {
        self.looks.load(Ordering::Relaxed)
    }

    /// Announces that a session changed; nobody listening is fine.
    pub fn changed(&self, session: SessionId, people: Seats<UserId>) {
        self.tell(Update::Here(Changed { session, people }));
    }

    /// What follows a commit: pages are told, and jobs looked for.
    pub(crate) fn after_commit(&self, jobs: Arc<Notify>) -> AfterCommit {
        let events = self.clone();
        Box::new(move |db, Effects { changed, jobs: due }| {
            if due {
                jobs.notify_one();
            }
            let events = events.clone();
            async move { events.announce(&db, changed).await }.boxed()
        })
    }

    async fn announce(&self, db: &Db, changed: BTreeMap<SessionId, Option<Seats<UserId>>>) {
        let known = |(session, people): (&SessionId, &Option<Seats<UserId>>)| {
            let people = (*people).or_else(|| self.people().get(session).copied());
            (*session, people)
        };
        let changed: Vec<_> = changed.iter().map(known).collect();
        let unknown = changed.iter().filter(|(_, people)| people.is_none());
        let unknown: Vec<SessionId> = unknown.map(|(session, _)| *session).collect();
        let found = match store::sessions::holders(db.read(), &unknown).await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(%error, "pages look at everything: it is unknown whom a change concerns");
                return self.tell(Update::Unknown);
            }
        };
        self.remember(&found);
        let known = changed
            .into_iter()
            .filter_map(|(session, people)| Some((session, people?)));
        for (session, people) in known.chain(found) {
            self.changed(session, people);
        }
    }

    fn people(&self) -> MutexGuard<'_, HashMap<SessionId, Seats<UserId>>> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, found: &[(SessionId, Seats<UserId>)]) {
        let mut people = self.people();
        if people.len() + found.len() > REMEMBERED_PEOPLE {
            people.clear();
        }
        people.extend(found.iter().copied());
    }

    fn tell(&self, change: Update) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        while recent.len() >= REMEMBERED
            || recent
                .front()
                .is_some_and(|(at, _)| at.elapsed() > REMEMBERED_FOR)
        {
            recent.pop_front();
        }
        recent.push_back((Instant::now(), change));
        // Sent before others may tell: whoever subscribes and then asks for the past misses nothing.
        // An error only means that nobody listens.
        let _listeners = self.sender.send(change);
    }

    /// What changed within the last `age`; `Update::Unknown` alone when that is not remembered.
    pub fn within(&self, age: Duration) -> Vec<Update> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = |at: &Instant| at.elapsed() <= age;
        let is_cut = recent.len() >= REMEMBERED && recent.front().is_some_and(|(at, _)| is_new(at));
        if is_cut || age > REMEMBERED_FOR {
            return vec![Update::Unknown];
        }
        let new = recent.iter().filter(|(at, _)| is_new(at));
        new.map(|(_, change)| *change).collect()
    }

    /// Announcements of all sessions from now on; the receiver filters.
    pub fn subscribe(&self) -> broadcast::Receiver<Update> {
        self.sender.subscribe()
    }
}

/// Shares announcements with the other processes on the same PostgreSQL for as long as it runs. Never in anybody's
/// way: a change that cannot be told is found when pages look again.
pub async fn share(events: Events, db: Db, database_url: SecretString) {
    let me = Uuid::new_v4().to_string();
    tokio::join!(
        tell_others(&events, &db, &me),
        hear_others(&events, &database_url, &me)
    );
}

/// What a process tells: its own name, and the session with its people, or `*`.
fn message(me: &str, changed: Option<Changed>) -> String {
    match changed {
        Some(Changed { session, people }) => {
            format!("{me} {session} {} {}", people.mentor, people.mentee)
        }
        None => format!("{me} *"),
    }
}

/// `None` for what this process told itself.
fn heard(message: &str, me: &str) -> Option<Update> {
    let mut words = message.split(' ');
    if words.next() == Some(me) {
        return None;
    }
    let mut changed = || {
        Some(Changed {
            session: words.next()?.parse().ok()?,
            people: Seats {
                mentor: words.next()?.parse().ok()?,
                mentee: words.next()?.parse().ok()?,
            },
        })
    };
    Some(changed().map_or(Update::Unknown, Update::Elsewhere))
}

async fn tell_others(events: &Events, db: &Db, me: &str) {
    let mut updates = events.subscribe();
    loop {
        let (mut gathered, mut lost) = (BTreeMap::new(), false);
        let mut next = Some(updates.recv().await);
        if let Some(Ok(Update::Here(_)) | Err(_)) = next {
            tokio::time::sleep(GATHER).await;
        }
        while let Some(update) = next {
            match update {
                Ok(Update::Here(changed)) => {
                    gathered.insert(changed.session, changed);
                }
                Ok(Update::Elsewhere(_) | Update::Unknown) => {}
                Err(RecvError::Lagged(_)) => lost = true,
                Err(RecvError::Closed) => return,
            }
            next = updates.try_recv().ok().map(Ok);
        }
        let mut messages: Vec<String> = gathered
            .into_values()
            .map(|changed| message(me, Some(changed)))
            .collect();
        messages.extend(lost.then(|| message(me, None)));
        if let Err(error) = announcements::send(db.read(), &messages).await {
            tracing::warn!(%error, "other processes could not be told of a change");
        }
    }
}

async fn hear_others(events: &Events, database_url: &SecretString, me: &str) {
    loop {
        match announcements::listen(database_url.expose_secret()).await {
            Ok(mut listener) => {
                // Earlier announcements are lost.
                events.tell(Update::Unknown);
                while let Ok(said) = listener.next().await {
                    let update = said.map_or(Some(Update::Unknown), |said| heard(&said, me));
                    if let Some(update) = update {
                        events.tell(update);
                    }
                }
            }
            Err(error) => {
                tracing::warn!(%error, "announcements of other processes cannot be received")
            }
        }
        tokio::time::sleep(AGAIN).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGED: Changed = Changed {
        session: SessionId(Uuid::from_u128(7)),
        people: Seats {
            mentor: UserId(Uuid::from_u128(8)),
            mentee: UserId(Uuid::from_u128(9)),
        },
    };

    #[test]
    fn the_last_minute_is_remembered_and_what_is_not_may_be_anything() {
        let (events, Changed { session, people }) = (Events::default(), CHANGED);
        let minute = REMEMBERED_FOR;
        assert!(events.within(minute).is_empty());
        events.changed(session, people);
        assert_eq!(events.within(minute), [Update::Here(CHANGED)]);
        assert!(events.within(Duration::ZERO).is_empty());
        assert_eq!(
            events.within(minute + Duration::from_millis(1)),
            [Update::Unknown]
        );
        for _ in 0..REMEMBERED {
            events.changed(session, people);
        }
        assert_eq!(events.within(minute), [Update::Unknown]);
    }

    #[test]
    fn a_process_does_not_hear_itself_and_understands_the_others() {
        let said = message("one", Some(CHANGED));
        assert_eq!(heard(&said, "one"), None);
        assert_eq!(heard(&said, "two"), Some(Update::Elsewhere(CHANGED)));
        assert_eq!(heard(&message("one", None), "two"), Some(Update::Unknown));
        assert_eq!(heard("nonsense", "two"), Some(Update::Unknown));
    }
}
