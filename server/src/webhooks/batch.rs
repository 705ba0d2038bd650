//! Stores messages in groups: LiveKit may send a thousand a second, and each commit waits for the disk.

use super::{Accepted, event::Incoming, keep};
use crate::store::{Db, StoreError};
use domain::time::Timestamp;
use scoped_futures::ScopedFutureExt;
use std::{sync::OnceLock, time::Duration};
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

type Stored = Result<Accepted, StoreError>;

/// Takes messages from many requests and stores them together; made when the first one comes.
#[derive(Debug, Default)]
pub struct Inbox(OnceLock<mpsc::Sender<Waiting>>);

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
    /// Stores a message, and answers once that is committed.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when that takes too long, and whatever the database says.
    pub(super) async fn store(&self, db: &Db, incoming: Incoming, came_at: Timestamp) -> Stored {
        let sender = self.0.get_or_init(|| {
            let (sender, waiting) = mpsc::channel(WAITING);
            // Ends when the inbox is gone.
            tokio::spawn(work(db.clone(), waiting));
            sender
        });
        let (answer, stored) = oneshot::channel();
        let message = Message { incoming, came_at };
        match sender.try_send(Waiting { message, answer }) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Closed(_)) => return Err(StoreError::Busy),
        }
        match timeout(STORE_WITHIN, stored).await {
            Ok(Ok(stored)) => stored,
            Ok(Err(_)) | Err(_) => Err(StoreError::Busy),
        }
    }
}

async fn work(db: Db, mut waiting: mpsc::Receiver<Waiting>) {
    while let Some(first) = waiting.recv().await {
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
