//! The room of a session from the booking on: its record, and what happens around its window by itself.

use super::jobs::{
    close_window::CloseWindow, create_room::CreateRoom, decide_outcome::DecideOutcome,
    delete_room::DeleteRoom, warn_closing::WarnClosing,
};
use crate::{
    jobs::{self, Job, enqueue},
    store::{self, StoreError, Txn, rooms::RoomRecord},
};
use domain::{
    ids::SessionId,
    session::{EndReason, Room},
    time::{Millis, Timestamp},
    window::Window,
};

type Stored = Result<(), StoreError>;

/// Writes the record of a confirmed session's room and plans its window. Called again after the session moved, it
/// keeps a room that LiveKit never had, and replaces any other.
pub(crate) async fn prepare_room(
    txn: &Txn,
    session: SessionId,
    window: Window,
    now: Timestamp,
) -> Stored {
    match store::rooms::current(txn, session).await? {
        None => {
            store::rooms::insert(txn, session, 1, now).await?;
        }
        Some(room) if room.ensured_at.is_none() && !room.is_ended => {}
        Some(room) => replace_room(txn, &room, now).await?,
    }
    plan_window(txn, session, window, now).await
}

/// Ends a session's room, and writes the record of the next one.
pub(super) async fn replace_room(txn: &Txn, room: &RoomRecord, now: Timestamp) -> Stored {
    let session = room.session;
    remove_rooms(txn, session, now).await?;
    store::rooms::insert(txn, session, room.name.generation() + 1, now).await?;
    Ok(())
}

/// Plans what happens by itself around a window: the room is made when it opens, people inside are warned, and what
/// is left is ended when it has closed. What was planned before is void.
pub(super) async fn plan_window(
    txn: &Txn,
    session: SessionId,
    window: Window,
    now: Timestamp,
) -> Stored {
    let planned = [CreateRoom::KIND, WarnClosing::KIND, CloseWindow::KIND];
    jobs::void(txn, session, &planned).await?;
    let exists = store::rooms::current(txn, session).await?;
    match exists.and_then(|room| room.ensured_at) {
        None => enqueue(txn, &CreateRoom { session }, window.opens_at, now).await?,
        Some(_) => WarnClosing::plan(txn, session, window.closes_at, now).await?,
    }
    let closed = window.closes_at + Millis(1);
    enqueue(txn, &CloseWindow { session }, closed, now).await
}

/// Forgets what was planned for a session that is off, or has no window of its own for now.
pub(crate) async fn cancel_window(txn: &Txn, session: SessionId) -> Stored {
    let planned = [
        CreateRoom::KIND,
        CloseWindow::KIND,
        WarnClosing::KIND,
        DecideOutcome::KIND,
    ];
    jobs::void(txn, session, &planned).await
}

/// Takes a session's room away until it has a time again; people inside are disconnected.
pub(crate) async fn withdraw_room(txn: &Txn, session: SessionId, now: Timestamp) -> Stored {
    cancel_window(txn, session).await?;
    store::notifications::resolve_session(txn, session, now).await?;
    match store::rooms::current(txn, session).await? {
        Some(room) if room.ensured_at.is_some() => remove_rooms(txn, session, now).await,
        Some(_) | None => Ok(()),
    }
}

/// Ends the rooms of a time that the session no longer has: there is none until the next is made.
async fn remove_rooms(txn: &Txn, session: SessionId, now: Timestamp) -> Stored {
    for room in store::rooms::end(txn, session, EndReason::Cancelled, now).await? {
        enqueue(txn, &DeleteRoom { room, session }, now, now).await?;
    }
    store::sessions::set_room(txn, session, Room::Scheduled, now).await?;
    Ok(())
}
