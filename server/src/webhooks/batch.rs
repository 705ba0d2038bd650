//! Stores messages in groups: LiveKit may send a thousand a second, and each commit waits for the disk.

use super::{
    accept::{Accepted, keep},
    event::Incoming,
};
use crate::{
    heartbeats::Heartbeats,
    store::{Db, StoreError},
};
use domain::time::Timestamp;
use scoped_futures::ScopedFutureExt;
use std::time::Duration;
use tokio::{
    sync::{
        mpsc::{self, error::TrySendError},
        oneshot,
    },
    time::{Instant, timeout, timeout_at},
};

/// A group is committed this long after its first message came …
const GATHER: Duration = Duration::from_millis(5);
/// … or when it has this many.
const GROUP: usize = 64;
/// Messages that wait for their group. More means that the database does not keep up.
const WAITING: usize = 1_024;
/// LiveKit sends a room's messages one after the other and waits for each answer. A database that
/// takes longer than this to store one counts as busy; LiveKit then sends the message again.
const STORE_WITHIN: Duration = Duration::from_secs(2);

/// A sign of life comes this often while no message does …
const BEAT_EVERY: Duration = Duration::from_secs(5);
/// … and without one for this long, the task is stuck. Longer than a database may take to say no.
const STUCK_AFTER: Duration = Duration::from_secs(60);

type Stored = Result<Accepted, StoreError>;

/// Takes messages from many requests; they wait here for whoever stores them ([`store_forever`]). Clones share it.
#[derive(Debug, Clone)]
pub struct Inbox(mpsc::Sender<Waiting>);

/// The other end of an [`Inbox`].
#[derive(Debug)]
pub struct Outlet(mpsc::Receiver<Waiting>);

#[derive(Debug)]
struct Waiting {
    message: Message,
    answer: oneshot::Sender<Stored>,
}

#[derive(Debug, Clone)]
struct Message {
    incoming: Incoming,
    came_at: Timestamp,
}

impl Inbox {
    /// An empty inbox, and the end that its messages leave by.
    pub fn new() -> (Self, Outlet) {
        let (sender, waiting) = mpsc::channel(WAITING);
        (Self(sender), Outlet(waiting))
    }

    /// Stores a message, and answers once that is committed.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when that takes too long, and whatever the database says.
    pub(super) async fn store(&self, incoming: Incoming, came_at: Timestamp) -> Stored {
        let (answer, stored) = oneshot::channel();
        let message = Message { incoming, came_at };
        match self.0.try_send(Waiting { message, answer }) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Closed(_)) => return Err(StoreError::Busy),
        }
        match timeout(STORE_WITHIN, stored).await {
            Ok(Ok(stored)) => stored,
            Ok(Err(_)) | Err(_) => Err(StoreError::Busy),
        }
    }
}

/// Stores what comes in, in groups, for as long as there are inboxes.
pub async fn store_forever(db: Db, Outlet(mut waiting): Outlet, heartbeats: Heartbeats) {
    loop {
        heartbeats.beat("webhook inbox", STUCK_AFTER);
        let first = match timeout(BEAT_EVERY, waiting.recv()).await {
            Ok(Some(first)) => first,
            Ok(None) => return,
            Err(_) => continue,
        };
        let (mut group, until) = (vec![first], Instant::now() + GATHER);
        while group.len() < GROUP {
            match timeout_at(until, waiting.recv()).await {
                Ok(Some(next)) => group.push(next),
                Ok(None) | Err(_) => break,
            }
        }
        // Nobody waits for an answer that took too long; LiveKit sends those again.
        group.retain(|one| !one.answer.is_closed());
        commit(&db, group).await;
    }
}

async fn commit(db: &Db, group: Vec<Waiting>) {
    let (messages, answers): (Vec<Message>, Vec<_>) = group
        .into_iter()
        .map(|one| (one.message, one.answer))
        .unzip();
    let stored = match write(db, &messages).await {
        Ok(stored) => stored.into_iter().map(Ok).collect(),
        Err(error @ (StoreError::Busy | StoreError::Unreachable(_))) => {
            vec![Err(error); messages.len()]
        }
        // One of them is at fault; the others must not suffer for it.
        Err(_) => one_by_one(db, &messages).await,
    };
    for (answer, stored) in answers.into_iter().zip::<Vec<Stored>>(stored) {
        // Whoever asked may have given up.
        let _gone = answer.send(stored);
    }
}

async fn one_by_one(db: &Db, messages: &[Message]) -> Vec<Stored> {
    let mut all = Vec::with_capacity(messages.len());
    for message in messages {
        let stored = write(db, std::slice::from_ref(message)).await;
        all.push(stored.map(|stored| stored.into_iter().next().unwrap_or(Accepted::Ignored)));
    }
    all
}

async fn write(db: &Db, messages: &[Message]) -> Result<Vec<Accepted>, StoreError> {
    db.write(|txn| {
        let messages = messages.to_vec();
        async move {
            let mut accepted = Vec::with_capacity(messages.len());
            for message in messages {
                accepted.push(keep(txn, message.incoming, message.came_at).await?);
            }
            Ok(accepted)
        }
        .scope_boxed()
    })
    .await
}
