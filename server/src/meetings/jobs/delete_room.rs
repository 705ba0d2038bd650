//! Deletes an ended room at LiveKit until it is gone, and closes the record of who was in it. LiveKit is asked once more
//! before: who was there at the end must not depend on its messages alone.

use crate::{
    AppState, Result,
    jobs::Job,
    meetings::{jobs::decide_outcome::DecideOutcome, reconcile, stays},
    store::{self, ScopedFutureExt, rooms::RoomRecord},
};
use domain::ids::{RoomName, SessionId};
use serde::{Deserialize, Serialize};

/// Delete a room at LiveKit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteRoom {
    pub room: RoomName,
    pub session: SessionId,
}

impl DeleteRoom {
    /// For the room of a record.
    pub(crate) fn of(room: &RoomRecord) -> Self {
        Self {
            room: room.name.clone(),
            session: room.session,
        }
    }
}

impl Job for DeleteRoom {
    const KIND: &'static str = "delete_room";
    const TITLE: &'static str = "Delete an ended meeting room";
    const FAILING: &'static str = "An ended meeting room cannot be deleted";

    fn session(&self) -> Option<SessionId> {
        Some(self.session)
    }

    fn key(&self) -> String {
        self.room.to_string()
    }

    async fn run(&self, state: &AppState) -> Result<()> {
        reconcile::before_deletion(state, &self.room).await?;
        state.media.delete_room(&self.room).await?;
        let (name, now) = (&self.room, state.clock.now());
        let closing = state.db.write(|txn| {
            async move {
                store::rooms::deleted(txn, name, now).await?;
                let Some((room, Some(ended_at))) = store::rooms::by_name(txn, name).await? else {
                    return Ok(());
                };
                if !stays::close(txn, &room, ended_at, now).await? {
                    return Ok(());
                }
                match store::sessions::find(txn, room.session).await? {
                    Some(record) => DecideOutcome::again(txn, &record.facts, now).await,
                    None => Ok(()),
                }
            }
            .scope_boxed()
        });
        Ok(closing.await?)
    }
}
