//! Ends what is left of a session's room when its window has closed.

use crate::{
    AppState, Result,
    jobs::Job,
    meetings::end::end_in,
    store::{self, ScopedFutureExt, StoreError},
};
use domain::{
    access::{Access, access},
    ids::SessionId,
    session::EndReason,
};
use serde::{Deserialize, Serialize};

/// End what is left of a session's room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseWindow {
    pub session: SessionId,
}

impl Job for CloseWindow {
    const KIND: &'static str = "close_window";
    const TITLE: &'static str = "End a meeting whose time is up";
    const FAILING: &'static str = "A meeting whose time is up cannot be ended";

    fn session(&self) -> Option<SessionId> {
        Some(self.session)
    }

    fn key(&self) -> String {
        self.session.to_string()
    }

    async fn run(&self, state: &AppState) -> Result<()> {
        let (id, now, rules) = (self.session, state.clock.now(), state.config.window);
        let ending = state.db.write(|txn| {
            async move {
                // Locked: the mentor may be extending the meeting at this moment.
                let Some(record) = store::sessions::lock(txn, id).await? else {
                    return Ok(());
                };
                let (facts, mentor) = (&record.facts, record.facts.mentor);
                match access(Some(facts), mentor, now, rules) {
                    Access::Closed { .. } => end_in(txn, id, None, EndReason::TimeUp, now).await,
                    Access::NotFound
                    | Access::NotYours
                    | Access::Cancelled { .. }
                    | Access::NotConfirmed { .. }
                    | Access::Ended { .. }
                    | Access::Removed { .. }
                    | Access::TooEarly { .. }
                    | Access::Open { .. } => Ok::<_, StoreError>(()),
                }
            }
            .scope_boxed()
        });
        Ok(ending.await?)
    }
}
