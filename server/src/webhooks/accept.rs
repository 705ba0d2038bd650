//! Stores a message with the job that will apply it.

use super::{
    event::{Content, Incoming, RoomOf},
    jobs::process_webhooks::ProcessWebhooks,
};
use crate::{
    jobs::enqueue,
    store::{
        StoreError, Txn, participants,
        webhook_events::{self, EventState, NewEvent},
    },
};
use domain::time::Timestamp;

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

/// Stores a message with the job that will apply it.
pub(super) async fn keep(
    txn: &Txn,
    incoming: Incoming,
    now: Timestamp,
) -> Result<Accepted, StoreError> {
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
            // About a session deleted since, or `doctor` checking whether messages arrive.
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
        enqueue(txn, &ProcessWebhooks { room, session }, now, now).await?;
    }
    Ok(accepted)
}
