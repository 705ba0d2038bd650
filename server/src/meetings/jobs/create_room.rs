//! Makes a session's room at LiveKit when its window opens.

use crate::{
    AppState, Result,
    jobs::Job,
    meetings::{enter, room_state},
    store::{self, StoreError, Txn},
};
use domain::{
    access::{Access, access},
    ids::SessionId,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Create a session's room at LiveKit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateRoom {
    pub session: SessionId,
}

impl Job for CreateRoom {
    const KIND: &'static str = "create_room";
    const TITLE: &'static str = "Create a meeting room";
    const FAILING: &'static str = "A meeting room cannot be created";

    fn session(&self) -> Option<SessionId> {
        Some(self.session)
    }

    fn key(&self) -> String {
        self.session.to_string()
    }

    async fn run(&self, state: &AppState) -> Result<()> {
        let db = state.db.read();
        let (Some(record), Some(room)) = (
            store::sessions::find(db, self.session).await?,
            store::rooms::current(db, self.session).await?,
        ) else {
            return Ok(());
        };
        let (facts, rules) = (&record.facts, state.config.window);
        match access(Some(facts), facts.mentor, state.clock.now(), rules) {
            Access::Open { closes_at, .. } => {
                enter::ensure_now(state, &room, closes_at).await?;
                Ok(())
            }
            // Too early only when the session moved: its new window has a job of its own.
            Access::TooEarly { .. }
            | Access::NotFound
            | Access::NotYours
            | Access::Cancelled { .. }
            | Access::NotConfirmed { .. }
            | Access::Ended { .. }
            | Access::Closed { .. }
            | Access::Removed { .. } => Ok(()),
        }
    }

    /// Until somebody joins, or an admin retries.
    async fn given_up(&self, txn: &Txn, now: Timestamp) -> std::result::Result<(), StoreError> {
        let Some(record) = store::sessions::find(txn, self.session).await? else {
            return Ok(());
        };
        let old = record.facts.room;
        room_state::set_room(txn, self.session, old, old.creation_failed(), now).await
    }
}
