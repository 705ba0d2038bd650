//! Decides what came of a session whose scheduled time is over, or whose room has ended.

use crate::{
    AppState, Result,
    jobs::Job,
    meetings::attendance::decision,
    store::{self, ScopedFutureExt, StoreError, participants},
};
use domain::{ids::SessionId, session::Booking};
use serde::{Deserialize, Serialize};

/// Decide what came of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecideOutcome {
    pub session: SessionId,
}

impl Job for DecideOutcome {
    const KIND: &'static str = "decide_outcome";
    const TITLE: &'static str = "Decide what came of a session";
    const FAILING: &'static str = "What came of a session cannot be decided";

    fn session(&self) -> Option<SessionId> {
        Some(self.session)
    }

    fn key(&self) -> String {
        self.session.to_string()
    }

    async fn run(&self, state: &AppState) -> Result<()> {
        let (id, now) = (self.session, state.clock.now());
        let deciding = state.db.write(|txn| {
            async move {
                let Some(record) = store::sessions::lock(txn, id).await? else {
                    return Ok::<_, StoreError>(());
                };
                // A room that LiveKit never had is our fault, not anybody's absence.
                if record.facts.booking != Booking::Confirmed
                    || !store::rooms::existed(txn, id).await?
                {
                    return Ok(());
                }
                let stays = participants::of_session(txn, id).await?;
                if let Some(outcome) = decision(&record, &stays, now) {
                    store::sessions::decide(txn, id, outcome, now).await?;
                }
                Ok(())
            }
            .scope_boxed()
        });
        Ok(deciding.await?)
    }
}
