//! The session's state and its window: when the meeting closes.

use crate::{
    leave_reason::LeaveReason,
    room::{
        model::{ConnectionState, Effect, Phase, RoomModel},
        text,
    },
};
use domain::{
    access::Access,
    time::{Millis, Timestamp},
    views::LiveState,
    window::WARNINGS,
};

/// A connection that lasted this long is stable: attempts are counted from zero again.
const STABLE_AFTER: Millis = Millis::seconds(30);

impl RoomModel {
    pub(super) fn live(&mut self, live: LiveState) -> Vec<Effect> {
        self.present = live.present;
        self.at_door = live.at_door;
        self.late = live.late;
        if let (Phase::Joining | Phase::InRoom, Some(reason)) =
            (&self.phase, LeaveReason::from_access(live.access))
        {
            return self.leave(reason);
        }
        match live.access {
            Access::Open { closes_at, .. } => self.closes(closes_at),
            Access::NotFound
            | Access::NotYours
            | Access::Cancelled { .. }
            | Access::NotConfirmed { .. }
            | Access::Ended { .. }
            | Access::Closed { .. }
            | Access::Removed { .. }
            | Access::TooEarly { .. } => Vec::new(),
        }
    }

    /// The window closes at `at`; a toast says so when that is later than before.
    pub(super) fn closes(&mut self, at: Timestamp) -> Vec<Effect> {
        let added = at.since(self.closes_at);
        self.closes_at = at;
        if added > Millis(0) && self.in_room() {
            self.toast(text::extended(added))
        } else {
            Vec::new()
        }
    }

    pub(super) fn tick(&mut self, now: Timestamp) -> Vec<Effect> {
        let before = self.closes_at.since(self.now);
        self.now = now;
        let left = self.closes_at.since(now);
        if !self.in_room() {
            return Vec::new();
        }
        let is_stable = self.connection == ConnectionState::Connected
            && self
                .connected_at
                .is_some_and(|at| now.since(at) >= STABLE_AFTER);
        if is_stable {
            self.attempts = 0;
            self.was_removed = false;
            self.expected_back.clear();
        }
        for minutes in WARNINGS {
            let limit = Millis::minutes(minutes);
            if before > limit && left <= limit {
                return self.toast(text::closes_in(minutes));
            }
        }
        Vec::new()
    }
}
