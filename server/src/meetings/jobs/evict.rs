//! Removes everybody from a room who must not be in it.

use crate::{AppState, Result, jobs::Job, media::remove_where, store};
use domain::ids::{RoomName, SessionId};
use serde::{Deserialize, Serialize};

/// Remove people from a room; runs until LiveKit confirms that they are gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evict {
    pub room: RoomName,
    pub session: SessionId,
}

impl Job for Evict {
    const KIND: &'static str = "evict";
    const TITLE: &'static str = "Remove somebody from a room";
    const FAILING: &'static str = "Somebody cannot be removed from a meeting";

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
        let removing = remove_where(&*state.media, &self.room, |person| {
            person.is_person && !record.facts.admits(&person.identity)
        });
        let gone = removing.await?;
        if gone > 0 {
            tracing::info!(session.id = %self.session, gone, "people were removed from a room they may not be in");
        }
        Ok(())
    }
}
