//! The window in which a meeting is open.

use crate::time::{Millis, Timestamp};
use serde::{Deserialize, Serialize};

/// Minutes before the close at which people inside are warned (DESIGN §3 "Room").
pub const WARNINGS: [i64; 3] = [10, 5, 1];

/// By how much a mentor extends a meeting at a time (DESIGN §3 "Room").
pub const EXTENSION: Millis = Millis::minutes(15);

/// By how much a meeting is extended in all. An hour finishes a talk that took longer than planned; whoever needs more
/// books another session, instead of taking the other person's time without asking.
pub const EXTENSIONS: Millis = Millis::minutes(60);

/// A meeting is extended in the last part of its window: earlier nobody knows yet that time runs out, and the added
/// time would be kept from other sessions of both.
pub const EXTEND_FROM: Millis = Millis::minutes(30);

/// How far the window reaches around the scheduled start. Configurable by the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowRules {
    /// The window opens this long before `scheduled_at`.
    pub opens_before: Millis,
    /// The window closes this long after `scheduled_at`, or when the session ends if that is later.
    pub closes_after: Millis,
}

impl Default for WindowRules {
    /// 15 minutes before to 2 hours after (DESIGN §2).
    fn default() -> Self {
        Self {
            opens_before: Millis::minutes(15),
            closes_after: Millis::hours(2),
        }
    }
}

/// The time in which a meeting is open, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// First millisecond in which people may enter.
    pub opens_at: Timestamp,
    /// Last millisecond in which people may enter.
    pub closes_at: Timestamp,
}

/// Where a moment lies relative to a [`Window`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Before `opens_at`.
    Before,
    /// From `opens_at` to `closes_at`, both included.
    Inside,
    /// After `closes_at`.
    After,
}

/// Why a meeting is not extended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotExtended {
    /// It does not close for longer than [`EXTEND_FROM`].
    #[error("A meeting can be extended in the {} minutes before it closes.", EXTEND_FROM.0 / 60_000)]
    TooEarly,
    /// It was extended by [`EXTENSIONS`].
    #[error(
        "This meeting was extended by {} minutes already and cannot go on for longer. Book another session to continue.",
        EXTENSIONS.0 / 60_000
    )]
    UsedUp,
}

impl Window {
    /// The window of a session scheduled for [`scheduled_at`, `ends_at`); never shorter than the
    /// session itself.
    pub fn of(scheduled_at: Timestamp, ends_at: Timestamp, rules: WindowRules) -> Self {
        Self {
            opens_at: scheduled_at - rules.opens_before,
            closes_at: (scheduled_at + rules.closes_after).max(ends_at),
        }
    }

    /// The same window, closing later.
    #[must_use]
    pub fn extended(self, by: Millis) -> Self {
        Self {
            closes_at: self.closes_at + by,
            ..self
        }
    }

    /// The window after one more [`EXTENSION`], of a meeting that was extended by `extended` so far.
    ///
    /// # Errors
    /// Why it is not extended.
    pub fn once_more(self, extended: Millis, now: Timestamp) -> Result<Self, NotExtended> {
        if extended + EXTENSION > EXTENSIONS {
            Err(NotExtended::UsedUp)
        } else if now < self.closes_at - EXTEND_FROM {
            Err(NotExtended::TooEarly)
        } else {
            Ok(self.extended(EXTENSION))
        }
    }

    /// Where `now` lies.
    pub fn moment(self, now: Timestamp) -> Moment {
        if now < self.opens_at {
            Moment::Before
        } else if now <= self.closes_at {
            Moment::Inside
        } else {
            Moment::After
        }
    }
}

/// When people inside are to be warned next, after `now`, of a close at `closes_at`.
pub fn next_warning(closes_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    WARNINGS
        .into_iter()
        .map(|minutes| closes_at - Millis::minutes(minutes))
        .find(|at| *at > now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: Timestamp = Timestamp(1_800_000_000_000);

    fn window(length: Millis) -> Window {
        Window::of(START, START + length, WindowRules::default())
    }

    #[test]
    fn both_ends_of_the_window_are_inside_to_the_millisecond() {
        let w = window(Millis::minutes(45));
        for (now, expected) in [
            (Timestamp(START.0 - 15 * 60_000 - 1), Moment::Before),
            (Timestamp(START.0 - 15 * 60_000), Moment::Inside),
            (Timestamp(START.0 + 120 * 60_000), Moment::Inside),
            (Timestamp(START.0 + 120 * 60_000 + 1), Moment::After),
        ] {
            assert_eq!(w.moment(now), expected, "{now:?}");
        }
    }

    #[test]
    fn a_long_session_keeps_its_window_open_to_its_end() {
        let w = window(Millis::hours(3));
        assert_eq!(w.moment(START + Millis::hours(3)), Moment::Inside);
        assert_eq!(
            w.moment(Timestamp(START.0 + 3 * 3_600_000 + 1)),
            Moment::After
        );
    }

    #[test]
    fn each_warning_comes_once_and_in_order() {
        let w = window(Millis::minutes(45));
        let (mut now, mut left) = (w.opens_at, Vec::new());
        while let Some(at) = next_warning(w.closes_at, now) {
            left.push(w.closes_at.since(at));
            now = at;
        }
        assert_eq!(left, WARNINGS.map(Millis::minutes));
        let later = w.extended(EXTENSION).closes_at;
        assert_eq!(next_warning(later, now), Some(later - Millis::minutes(10)));
    }

    #[test]
    fn a_meeting_is_extended_late_and_by_an_hour_in_all() {
        let mut window = window(Millis::minutes(45));
        let early = window.closes_at - EXTEND_FROM - Millis(1);
        assert_eq!(
            window.once_more(Millis(0), early),
            Err(NotExtended::TooEarly)
        );
        assert!(window.once_more(Millis(0), early + Millis(1)).is_ok());
        let (first, mut extended) = (window.closes_at, Millis(0));
        while let Ok(longer) = window.once_more(extended, window.closes_at) {
            (window, extended) = (longer, extended + EXTENSION);
        }
        assert_eq!(window.closes_at, first + Millis::hours(1));
        assert_eq!(
            window.once_more(extended, window.closes_at),
            Err(NotExtended::UsedUp)
        );
    }

    proptest! {
        #[test]
        fn a_window_always_covers_its_session(
            start in 0i64..4_000_000_000_000, length in 1i64..100_000_000,
            before in 0i64..10_000_000, after in 0i64..10_000_000,
        ) {
            let rules = WindowRules { opens_before: Millis(before), closes_after: Millis(after) };
            let (from, to) = (Timestamp(start), Timestamp(start + length));
            let w = Window::of(from, to, rules);
            prop_assert_eq!(w.moment(from), Moment::Inside);
            prop_assert_eq!(w.moment(to), Moment::Inside);
            prop_assert_eq!(w.moment(Timestamp(w.opens_at.0 - 1)), Moment::Before);
            prop_assert_eq!(w.moment(Timestamp(w.closes_at.0 + 1)), Moment::After);
        }
    }
}
