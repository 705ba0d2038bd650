//! Puts everybody out of a room who must not be in it.

use crate::{AppState, Result, jobs::Job, store};
use domain::ids::{RoomName, SessionId};
use serde::{Deserialize, Serialize};

/// Put people out of a room; runs until LiveKit confirms that they are gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evict {
    pub room: RoomName,
    pub session: SessionId,
}

impl Job for Evict {
    const KIND: &'static str = "evict";
    const TITLE: &'static str = "Put somebody out of a room";
    const FAILING: &'static str = "Somebody who was removed cannot be put out of a meeting";

    fn session(&self) -> Option<SessionId> {
        Some(self.session)
    }

    fn key(&self) -> String {
        self.room.to_string()
    }

    async fn run(&self, state: &AppState) -> Result<()> {
        let Some(record) = store::sessions::find(state.db.read(), self.session).await? else {
            return Ok(());
        };
        let mut gone = 0;
        for person in state.media.people(&self.room).await? {
            if person.is_person && !record.facts.admits(&person.identity) {
                let removing = state.media.remove_participant(&self.room, &person.identity);
                removing.await?;
                gone += 1;
            }
        }
        if gone > 0 {
            tracing::info!(session.id = %self.session, gone, "people were put out of a room they may not be in");
        }
        Ok(())
    }
}
