//! Tells open pages that something about a session changed: those of this process at once, and those of
//! other processes on the same PostgreSQL through its own announcements (LISTEN and NOTIFY).

use crate::{AppState, store::announcements};
use domain::ids::SessionId;
use secrecy::ExposeSecret;
use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::broadcast::{self, error::RecvError};
use uuid::Uuid;

/// Changes within this time are told to other processes together.
const GATHER: Duration = Duration::from_millis(10);
/// Changes are remembered for this long, for pages that began to listen after they were made …
const REMEMBERED_FOR: Duration = Duration::from_secs(60);
/// … and at most so many of them.
const REMEMBERED: usize = 4_096;
/// Pause before the next attempt to listen.
const AGAIN: Duration = Duration::from_secs(1);

/// What pages are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Something about a session changed in this process.
    Here(SessionId),
    /// Something about a session changed in another process.
    Elsewhere(SessionId),
    /// Announcements may have been lost: anything may have changed.
    Unknown,
}

impl Change {
    /// Whether `session` may be another one now.
    pub fn concerns(self, session: SessionId) -> bool {
        match self {
            Self::Here(id) | Self::Elsewhere(id) => id == session,
            Self::Unknown => true,
        }
    }
}

/// In-process announcements. A receiver that lags simply reads the state anew.
#[derive(Debug, Clone)]
pub struct Events {
    sender: broadcast::Sender<Change>,
    recent: Arc<Mutex<VecDeque<(Instant, Change)>>>,
}

impl Default for Events {
    fn default() -> Self {
        Self {
            sender: broadcast::channel(1_024).0,
            recent: Arc::default(),
        }
    }
}

impl Events {
    /// Announces that `session` changed; nobody listening is fine.
    pub fn changed(&self, session: SessionId) {
        self.tell(Change::Here(session));
    }

    fn tell(&self, change: Change) {
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

    /// What changed within the last `age`; `Change::Unknown` alone when that is not remembered.
    pub fn within(&self, age: Duration) -> Vec<Change> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = |at: &Instant| at.elapsed() <= age;
        let is_cut = recent.len() >= REMEMBERED && recent.front().is_some_and(|(at, _)| is_new(at));
        if is_cut || age > REMEMBERED_FOR {
            return vec![Change::Unknown];
        }
        let new = recent.iter().filter(|(at, _)| is_new(at));
        new.map(|(_, change)| *change).collect()
    }

    /// Announcements of all sessions from now on; the receiver filters.
    pub fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.sender.subscribe()
    }
}

/// Shares announcements with the other processes on the same PostgreSQL until the server stops. Never
/// in anybody's way: a change that cannot be told is found when pages look again.
pub async fn share(state: AppState) {
    let me = Uuid::new_v4().to_string();
    let mut shutdown = state.shutdown.clone();
    tokio::select! {
        ((), ()) = async { tokio::join!(tell_others(&state, &me), hear_others(&state, &me)) } => {}
        _ = shutdown.wait_for(|stopping| *stopping) => {}
    }
}

/// What a process tells: its own name, and the session or `*`.
fn message(me: &str, session: Option<SessionId>) -> String {
    match session {
        Some(id) => format!("{me} {id}"),
        None => format!("{me} *"),
    }
}

/// `None` for what this process told itself.
fn heard(message: &str, me: &str) -> Option<Change> {
    match message.split_once(' ') {
        Some((origin, _)) if origin == me => None,
        Some((_, id)) => Some(id.parse().map_or(Change::Unknown, Change::Elsewhere)),
        None => Some(Change::Unknown),
    }
}

async fn tell_others(state: &AppState, me: &str) {
    let mut changes = state.events.subscribe();
    loop {
        let (mut sessions, mut lost) = (BTreeSet::new(), false);
        let mut next = Some(changes.recv().await);
        if let Some(Ok(Change::Here(_)) | Err(_)) = next {
            tokio::time::sleep(GATHER).await;
        }
        while let Some(change) = next {
            match change {
                Ok(Change::Here(session)) => {
                    sessions.insert(session);
                }
                Ok(Change::Elsewhere(_) | Change::Unknown) => {}
                Err(RecvError::Lagged(_)) => lost = true,
                Err(RecvError::Closed) => return,
            }
            next = changes.try_recv().ok().map(Ok);
        }
        let mut messages: Vec<String> = sessions
            .into_iter()
            .map(|session| message(me, Some(session)))
            .collect();
        messages.extend(lost.then(|| message(me, None)));
        if let Err(error) = announcements::send(state.db.read(), &messages).await {
            tracing::warn!(%error, "other processes could not be told of a change");
        }
    }
}

async fn hear_others(state: &AppState, me: &str) {
    loop {
        match announcements::listen(state.config.database_url.expose_secret()).await {
            Ok(mut listener) => {
                // Whatever was said before is not heard any more.
                state.events.tell(Change::Unknown);
                while let Ok(said) = listener.next().await {
                    let change = said.map_or(Some(Change::Unknown), |said| heard(&said, me));
                    if let Some(change) = change {
                        state.events.tell(change);
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "other processes cannot be heard"),
        }
        tokio::time::sleep(AGAIN).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_minute_is_remembered_and_what_is_not_may_be_anything() {
        let (events, session) = (Events::default(), SessionId(Uuid::from_u128(7)));
        let minute = REMEMBERED_FOR;
        assert!(events.within(minute).is_empty());
        events.changed(session);
        assert_eq!(events.within(minute), [Change::Here(session)]);
        assert!(events.within(Duration::ZERO).is_empty());
        assert_eq!(
            events.within(minute + Duration::from_millis(1)),
            [Change::Unknown]
        );
        for _ in 0..REMEMBERED {
            events.changed(session);
        }
        assert_eq!(events.within(minute), [Change::Unknown]);
    }

    #[test]
    fn a_process_does_not_hear_itself_and_understands_the_others() {
        let session = SessionId(Uuid::from_u128(7));
        let said = message("one", Some(session));
        assert_eq!(heard(&said, "one"), None);
        assert_eq!(heard(&said, "two"), Some(Change::Elsewhere(session)));
        assert_eq!(heard(&message("one", None), "two"), Some(Change::Unknown));
        assert_eq!(heard("nonsense", "two"), Some(Change::Unknown));
    }
}
