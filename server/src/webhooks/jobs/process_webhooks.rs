//! Applies what LiveKit's messages say about a room.

use crate::{
    AppState, Result,
    jobs::{Job, enqueue},
    meetings::{
        jobs::{decide_outcome::DecideOutcome, delete_room::DeleteRoom, evict::Evict},
        room_state::set_room,
    },
    store::{
        self, ScopedFutureExt, StoreError, Txn,
        participants::{self, RoomOfStays, StayFacts},
        sessions::SessionRecord,
        webhook_events::{self, EventState},
    },
    webhooks::{
        event::{Content, Fact, Incoming, What},
        history::{History, Presence},
    },
};
use domain::{
    ids::{RoomName, SessionId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Apply what is stored about a room. Doing it twice, or before an earlier message came, is fine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessWebhooks {
    pub room: RoomName,
    pub session: SessionId,
}

impl Job for ProcessWebhooks {
    const KIND: &'static str = "process_webhooks";
    const TITLE: &'static str = "Apply messages from the video server";
    const FAILING: &'static str = "Messages from the video server cannot be processed";

    fn session(&self) -> Option<SessionId> {
        Some(self.session)
    }

    fn key(&self) -> String {
        self.room.to_string()
    }

    async fn run(&self, state: &AppState) -> Result<()> {
        let (room, now) = (&self.room, state.clock.now());
        let applying = state
            .db
            .write(|txn| async move { apply(txn, room, now).await }.scope_boxed());
        Ok(applying.await?)
    }
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
    let stays = history.stays();
    for stay in &stays {
        participants::merge(txn, &room, stay).await?;
    }
    let presence = history.presence(room.ensured_sid.as_deref());
    let somebody_came = waiting()
        .filter_map(|event| fact_in(&event.body))
        .any(|fact| matches!(fact.what, What::Started | What::Joined(_)));
    if room.is_ended && somebody_came && matches!(presence, Presence::Exists { .. }) {
        // An ended room stays ended: whatever brought it back, it goes again.
        let (room, session) = (name.clone(), room.session);
        enqueue(txn, &DeleteRoom { room, session }, now, now).await?;
    }
    apply_presence(txn, name, &room, presence, now).await?;
    if let Some(record) = store::sessions::find(txn, room.session).await? {
        evict_unwanted(txn, name, (&room, &record), &stays, now).await?;
        if !stays.is_empty() {
            DecideOutcome::again(txn, &record.facts, now).await?;
        }
    }
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
    (room, record): (&RoomOfStays, &SessionRecord),
    stays: &[StayFacts],
    now: Timestamp,
) -> std::result::Result<(), StoreError> {
    let mut inside = stays.iter().filter(|stay| stay.left.is_none());
    if !room.is_ended && inside.any(|stay| !record.facts.admits(&stay.identity)) {
        let (room, session) = (name.clone(), room.session);
        enqueue(txn, &Evict { room, session }, now, now).await?;
    }
    Ok(())
}

/// Writes whether the room exists to its session, unless the session has moved on to another room.
async fn apply_presence(
    txn: &Txn,
    name: &RoomName,
    room: &RoomOfStays,
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
    set_room(txn, room.session, old, new, now).await
}
