//! Tells people inside that the window closes soon, again and again until it does.

use crate::{
    AppState, Result,
    jobs::{Job, enqueue},
    store::{self, ScopedFutureExt, StoreError, Txn, rooms::RoomRecord},
};
use domain::{
    access::{Access, access},
    ids::SessionId,
    notice::Notice,
    time::Timestamp,
    window::next_warning,
};
use serde::{Deserialize, Serialize};

/// Warn people inside that the window closes soon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarnClosing {
    pub session: SessionId,
}

impl WarnClosing {
    /// Plans the next warning of people inside a meeting that closes at `closes_at`.
    pub(in crate::meetings) async fn plan(
        txn: &Txn,
        session: SessionId,
        closes_at: Timestamp,
        now: Timestamp,
    ) -> std::result::Result<(), StoreError> {
        match next_warning(closes_at, now) {
            Some(at) => enqueue(txn, &Self { session }, at, now).await,
            None => Ok(()),
        }
    }
}

impl Job for WarnClosing {
    const KIND: &'static str = "warn_closing";
    const TITLE: &'static str = "Tell people that a meeting closes soon";
    const FAILING: &'static str = "People cannot be warned that their meeting closes";

    fn session(&self) -> Option<SessionId> {
        Some(self.session)
    }

    fn key(&self) -> String {
        self.session.to_string()
    }

    async fn run(&self, state: &AppState) -> Result<()> {
        let (db, id, now) = (state.db.read(), self.session, state.clock.now());
        let Some(record) = store::sessions::find(db, id).await? else {
            return Ok(());
        };
        let (facts, rules) = (&record.facts, state.config.window);
        let decision = access(Some(facts), facts.mentor, now, rules);
        let room = store::rooms::current(db, id).await?;
        let (Access::Open { closes_at, .. }, Some(room)) = (decision, room) else {
            return Ok(());
        };
        tell_close(state, &room, closes_at).await;
        let planning = state
            .db
            .write(|txn| async move { Self::plan(txn, id, closes_at, now).await }.scope_boxed());
        Ok(planning.await?)
    }
}

/// Browsers count down by themselves, so a message that gets lost is no reason to fail.
pub(in crate::meetings) async fn tell_close(
    state: &AppState,
    room: &RoomRecord,
    closes_at: Timestamp,
) {
    let notice = Notice::Closing { closes_at };
    if let Err(error) = state.media.tell(&room.name, None, notice).await {
        tracing::debug!(session.id = %room.session, %error, "people inside could not be told when the meeting closes");
    }
}
