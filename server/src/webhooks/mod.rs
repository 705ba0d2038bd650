//! LiveKit's messages: verified, stored once, answered at once, and applied later.
//!
//! They are hints. They may come twice, late, in any order, or never; what they say is worked out
//! from all messages about a room together, so none of that matters.

mod batch;
mod event;
mod history;
mod signature;

use crate::{
    AppState, Result,
    jobs::{self, Job},
    meetings,
    store::{
        self, StoreError, Txn, participants,
        webhook_events::{self, EventState, NewEvent},
    },
};
use domain::{ids::RoomName, problem::Problem, time::Timestamp};
use event::{Content, Fact, Incoming, RoomOf, What};
use history::{History, Presence};
use scoped_futures::ScopedFutureExt;

pub use batch::Inbox;
pub use signature::is_genuine;

/// What became of a genuine message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// Stored; a job will apply it.
    Stored,
    /// Stored, and of no use to us.
    Ignored,
    /// Stored for a person to look at: we do not understand it.
    Parked,
    /// Known already.
    Duplicate,
    /// About a room whose name is not one of ours; not stored.
    Foreign,
}

/// Takes a message: `authorization` is the header's value, `body` the bytes as they came.
///
/// # Errors
/// [`Problem::InvalidSignature`] unless LiveKit signed these very bytes; [`StoreError::Busy`] or
/// [`StoreError::Unreachable`] when it could not be stored, so that LiveKit sends it again.
pub async fn receive(
    state: &AppState,
    authorization: Option<&str>,
    body: &[u8],
) -> Result<Accepted> {
    if !is_genuine(&state.config.media.webhook_keys, authorization, body) {
        tracing::warn!(
            bytes = body.len(),
            "webhook refused: its signature is not valid"
        );
        return Err(Problem::InvalidSignature.into());
    }
    let incoming = Incoming::read(body);
    let now = state.clock.now();
    let (id, event) = (incoming.id.clone(), incoming.event.clone());
    let accepted = state.webhooks.store(&state.db, incoming, now).await?;
    match accepted {
        Accepted::Parked => {
            tracing::warn!(webhook.id = %id, webhook.event = event, "webhook not understood; kept in webhook_events");
        }
        Accepted::Stored | Accepted::Ignored | Accepted::Duplicate | Accepted::Foreign => {}
    }
    tracing::debug!(webhook.id = %id, webhook.event = event, ?accepted, "webhook received");
    Ok(accepted)
}

/// Stores a message with the job that will apply it.
async fn keep(
    txn: &Txn,
    incoming: Incoming,
    now: Timestamp,
) -> std::result::Result<Accepted, StoreError> {
    let Incoming {
        id,
        event,
        room,
        content,
        text,
    } = incoming;
    let (room, session) = match room {
        RoomOf::Foreign => return Ok(Accepted::Foreign),
        RoomOf::Unsaid => (None, None),
        RoomOf::Ours(name) => match participants::room(txn, &name).await? {
            // Of a session deleted since, or `doctor` looking whether messages arrive.
            None => (Some(name), None),
            Some(found) => (Some(name), Some(found.session)),
        },
    };
    let (event_state, error, accepted) = match (content, session) {
        (Content::Fact(_), Some(_)) => (EventState::Received, None, Accepted::Stored),
        (Content::Fact(_), None) if room.is_some() => {
            (EventState::Ignored, None, Accepted::Ignored)
        }
        (Content::Fact(_), None) => (
            EventState::Parked,
            Some("it names no room".to_owned()),
            Accepted::Parked,
        ),
        (Content::Irrelevant, _) => (EventState::Ignored, None, Accepted::Ignored),
        (Content::Unclear(why), _) => (EventState::Parked, Some(why), Accepted::Parked),
    };
    let new = NewEvent {
        id,
        event,
        room: room.clone(),
        body: text,
        state: event_state,
        error,
        received_at: now,
    };
    if !webhook_events::insert(txn, &new).await? {
        return Ok(Accepted::Duplicate);
    }
    if let (Accepted::Stored, Some(session), Some(room)) = (accepted, session, room) {
        jobs::enqueue(txn, &Job::ProcessWebhooks { room, session }, now, now).await?;
    }
    Ok(accepted)
}

/// Job: applies what is stored about a room. Doing it twice, or before an earlier message came, is fine.
///
/// # Errors
/// When the database does not answer.
pub async fn process(state: &AppState, room: &RoomName) -> Result<()> {
    let now = state.clock.now();
    let applying = state
        .db
        .write(|txn| async move { apply(txn, room, now).await }.scope_boxed());
    Ok(applying.await?)
}

async fn apply(txn: &Txn, name: &RoomName, now: Timestamp) -> std::result::Result<(), StoreError> {
    // One job of a room at a time, or one that knows less might write last.
    let room = participants::room_locked(txn, name).await?;
    let events = webhook_events::of_room(txn, name).await?;
    let waiting = || events.iter().filter(|event| event.is_waiting);
    let ids: Vec<String> = waiting().map(|event| event.id.clone()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let Some(room) = room else {
        // The session was deleted meanwhile, and who was there with it.
        webhook_events::settle(txn, &ids, EventState::Ignored, now).await?;
        return Ok(());
    };
    let history = History::of(events.iter().filter_map(|event| fact_in(&event.body)));
    for stay in history.stays() {
        participants::merge(txn, &room, &stay).await?;
    }
    let presence = history.presence(room.ensured_sid.as_deref());
    let somebody_came = waiting()
        .filter_map(|event| fact_in(&event.body))
        .any(|fact| matches!(fact.what, What::Started | What::Joined(_)));
    if room.is_ended && somebody_came && matches!(presence, Presence::Exists { .. }) {
        // An ended room stays ended: whatever brought it back, it goes again.
        let (room, session) = (name.clone(), room.session);
        jobs::enqueue(txn, &Job::DeleteRoom { room, session }, now, now).await?;
    }
    apply_presence(txn, name, &room, presence, now).await?;
    evict_unwanted(txn, name, &room, &history, now).await?;
    webhook_events::settle(txn, &ids, EventState::Processed, now).await
}

fn fact_in(body: &str) -> Option<Fact> {
    match Incoming::read(body.as_bytes()).content {
        Content::Fact(fact) => Some(fact),
        Content::Irrelevant | Content::Unclear(_) => None,
    }
}

/// Whoever entered without being allowed to goes again at once: with an old token, or a suffix.
async fn evict_unwanted(
    txn: &Txn,
    name: &RoomName,
    room: &participants::RoomOfStays,
    history: &History,
    now: Timestamp,
) -> std::result::Result<(), StoreError> {
    let stays = history.stays();
    let mut inside = stays.iter().filter(|stay| stay.left.is_none());
    let Some(record) = store::sessions::find(txn, room.session).await? else {
        return Ok(());
    };
    if !room.is_ended && inside.any(|stay| !record.facts.admits(&stay.identity)) {
        let (room, session) = (name.clone(), room.session);
        jobs::enqueue(txn, &Job::Evict { room, session }, now, now).await?;
    }
    Ok(())
}

/// Writes whether the room exists to its session, unless the session has moved on to another room.
async fn apply_presence(
    txn: &Txn,
    name: &RoomName,
    room: &participants::RoomOfStays,
    presence: Presence,
    now: Timestamp,
) -> std::result::Result<(), StoreError> {
    let current = store::rooms::current(txn, room.session).await?;
    let is_current = current.is_some_and(|current| current.id == room.id);
    let Some(record) = store::sessions::find(txn, room.session)
        .await?
        .filter(|_| is_current)
    else {
        return Ok(());
    };
    let old = record.facts.room;
    let new = match presence {
        Presence::Unsaid => old,
        Presence::Exists { was_entered: true } => old.created().joined(),
        Presence::Exists { was_entered: false } => old.created(),
        Presence::Gone => {
            store::rooms::lost(txn, name).await?;
            old.lost()
        }
    };
    meetings::set_room(txn, room.session, old, new, now).await
}
