//! Decides what came of a session whose scheduled time is over, or whose room has ended; again when evidence came late.

use crate::{
    AppState, Result,
    jobs::{Job, enqueue},
    meetings::attendance::decision,
    store::{self, ScopedFutureExt, StoreError, Txn, participants},
};
use domain::{
    access::SessionFacts,
    attendance::decided_at,
    ids::SessionId,
    session::{Booking, Room},
    time::{Millis, Timestamp},
};
use serde::{Deserialize, Serialize};

/// LiveKit's last messages about an ended room arrive within this time.
pub(crate) const SETTLES_WITHIN: Millis = Millis::seconds(10);

/// Decide what came of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecideOutcome {
    pub session: SessionId,
}

impl DecideOutcome {
    /// Decides again, after LiveKit's word about who was there came later than the decision. Until then the job
    /// that decides first is waiting.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn again(
        txn: &Txn,
        facts: &SessionFacts,
        now: Timestamp,
    ) -> std::result::Result<(), StoreError> {
        let first = match facts.room {
            Room::Ended { at, .. } => at + SETTLES_WITHIN,
            Room::Scheduled | Room::Open | Room::Live | Room::Failed => {
                decided_at(facts.scheduled_at, facts.ends_at)
            }
        };
        if facts.booking != Booking::Confirmed || now < first {
            return Ok(());
        }
        enqueue(txn, &Self { session: facts.id }, now, now).await
    }
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
                if record.facts.booking != Booking::Confirmed {
                    return Ok(());
                }
                let stays = participants::of_session(txn, id).await?;
                let observed = store::coverage::of_session(txn, id).await?;
                if let Some(outcome) = decision(&record, &stays, &observed, now) {
                    store::sessions::decide(txn, id, outcome, now).await?;
                }
                Ok(())
            }
            .scope_boxed()
        });
        Ok(deciding.await?)
    }
}
