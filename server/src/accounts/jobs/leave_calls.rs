//! Puts a person out of calls that they joined with a login which has ended.

use crate::{
    AppState, Result,
    jobs::Job,
    media::remove_where,
    store::{logins, participants, rooms},
};
use domain::ids::{SessionId, UserId};
use serde::{Deserialize, Serialize};

/// Remove a person from calls; runs until LiveKit confirms that they are gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveCalls {
    pub user: UserId,
}

impl Job for LeaveCalls {
    const KIND: &'static str = "leave_calls";
    const TITLE: &'static str = "End calls of a login that ended";
    const FAILING: &'static str = "A call goes on although its login ended";

    fn session(&self) -> Option<SessionId> {
        None
    }

    fn key(&self) -> String {
        self.user.to_string()
    }

    async fn run(&self, state: &AppState) -> Result<()> {
        let db = state.db.read();
        let (live, theirs) = (logins::of_user(db, self.user).await?, self.user.to_string());
        for session in participants::sessions_of(db, self.user).await? {
            let Some(room) = rooms::current(db, session).await? else {
                continue;
            };
            let removing = remove_where(&*state.media, &room.name, |person| {
                let is_live = |id| live.iter().any(|login| login.login == id);
                person.identity == theirs && person.login.is_some_and(|id| !is_live(id))
            });
            if removing.await? > 0 {
                tracing::info!(session.id = %session, "a call ended with its login");
            }
        }
        Ok(())
    }
}
