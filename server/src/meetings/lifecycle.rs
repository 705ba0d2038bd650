//! What a booking does to its room: made with a confirmed session, moved with it, never brought back.

use crate::{
    jobs::{self, Job},
    store::{self, StoreError, Txn},
};
use domain::{
    availability::Interval,
    ids::SessionId,
    session::{EndReason, Room},
    time::{Millis, Timestamp},
    window::{Window, WindowRules},
};

type Stored = Result<(), StoreError>;

/// Writes the record of a confirmed session's room and the jobs that open and close it. Called again
/// after the session moved, it keeps a room that LiveKit never had, and replaces any other.
pub(crate) async fn prepare_room(
    txn: &Txn,
    session: SessionId,
    time: Interval,
    rules: WindowRules,
    now: Timestamp,
) -> Stored {
    match store::rooms::current(txn, session).await? {
        None => {
            store::rooms::insert(txn, session, 1, now).await?;
        }
        Some(room) if room.ensured_at.is_none() && !room.is_ended => {}
        Some(room) => {
            remove_rooms(txn, session, now).await?;
            store::rooms::insert(txn, session, room.generation + 1, now).await?;
            store::sessions::set_room(txn, session, Room::Scheduled, now).await?;
        }
    }
    let window = Window::of(time.from, time.to, rules);
    let closed = window.closes_at + Millis(1);
    jobs::enqueue(txn, &Job::CreateRoom { session }, window.opens_at, now).await?;
    jobs::enqueue(txn, &Job::CloseWindow { session }, closed, now).await
}

/// Forgets when a session's room was to open and close; people inside are shown out.
pub(crate) async fn put_room_off(txn: &Txn, session: SessionId, now: Timestamp) -> Stored {
    jobs::void_window(txn, session).await?;
    store::notifications::resolve_session(txn, session, now).await?;
    match store::rooms::current(txn, session).await? {
        Some(room) if room.ensured_at.is_some() => {
            remove_rooms(txn, session, now).await?;
            store::sessions::set_room(txn, session, Room::Scheduled, now).await?;
            Ok(())
        }
        Some(_) | None => Ok(()),
    }
}

/// Ends the rooms of a time that the session no longer has.
async fn remove_rooms(txn: &Txn, session: SessionId, now: Timestamp) -> Stored {
    for room in store::rooms::end(txn, session, EndReason::Cancelled, now).await? {
        jobs::enqueue(txn, &Job::DeleteRoom { room, session }, now, now).await?;
    }
    Ok(())
}
