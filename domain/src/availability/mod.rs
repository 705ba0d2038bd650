//! When a mentor can be booked: what a mentor offers, in local wall time, turned into free slots.
//!
//! Zone arithmetic stays behind [`LocalTime`], so that no time-zone database reaches the browser.
//!
//! # From wall time to real time
//! Hours are what a clock on the mentor's wall shows. For each local date:
//! 1. The date's weekly hours count unless the date is off; extra hours of the date count always.
//!    What overlaps or touches is one stretch.
//! 2. Both ends of a stretch become moments: a wall time that the clocks skip (a gap) moves forward
//!    by the gap's length, and one that they show twice (a fold) is its first occurrence, as in
//!    RFC 5545 §3.3.5. So 01:00–02:30 ends at 03:30 on the night when 02:00 becomes 03:00, and
//!    02:00–03:00 lasts two hours on the night when 03:00 becomes 02:00.
//! 3. A date lasts from its first moment to the first moment of the next one, and its hours never
//!    leave it. A date that a zone skipped (Pacific/Apia, 2011-12-30) has no hours at all.
//! 4. Stretches that a gap moved together, so that they overlap or touch in real time, are one.
//! 5. A stretch is cut into slots in real time from its start, so that a slot keeps its length
//!    whatever the clocks do. A remainder too short for a slot is left.

mod hours;
mod length;
mod overrides;
mod schedule;
mod slots;
mod wall;

pub use hours::{HOURS_MAX, HoursProblem, WeeklyHours, check_hours};
pub use length::{LENGTHS_MIN, Length, LengthProblem};
pub use overrides::{
    DateOverride, OVERRIDE_DATES_MAX, OVERRIDES_MAX, OverrideKind, OverrideProblem, OverrideWord,
    check_overrides,
};
pub use schedule::{Schedule, ScheduleDraft};
pub use slots::{NotBookable, check_start, free_slots};
pub use wall::{DAY_MIN, Day, LocalTime, hhmm, parse_hhmm};

use crate::time::{Millis, Timestamp};
use serde::{Deserialize, Serialize};

/// A stretch of real time, [from, to).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Interval {
    /// Start.
    pub from: Timestamp,
    /// End, excluded.
    pub to: Timestamp,
}

impl Interval {
    /// Whether the two share any time; touching ends do not overlap.
    pub fn overlaps(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }

    /// The interval with time added on both sides.
    #[must_use]
    pub fn widened(self, before: Millis, after: Millis) -> Self {
        Self {
            from: self.from - before,
            to: self.to + after,
        }
    }
}

/// The same time as spans in order, with time between them. Empty spans are dropped.
fn union<T: Copy + Ord>(mut spans: Vec<(T, T)>) -> Vec<(T, T)> {
    spans.retain(|(from, to)| from < to);
    spans.sort_unstable();
    spans.dedup_by(|later, earlier| {
        let meets = later.0 <= earlier.1;
        if meets {
            earlier.1 = earlier.1.max(later.1);
        }
        meets
    });
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_union_has_no_overlaps_no_touching_ends_and_no_empty_spans() {
        let spans = vec![(5, 7), (1, 3), (3, 4), (2, 3), (6, 9), (12, 12), (10, 9)];
        assert_eq!(union(spans), [(1, 4), (5, 9)]);
        assert_eq!(union::<u8>(Vec::new()), []);
        // One that holds the next ones does not shrink.
        assert_eq!(union(vec![(0, 9), (1, 2), (8, 10)]), [(0, 10)]);
    }

    #[test]
    fn touching_intervals_do_not_overlap() {
        let of = |from, to| Interval {
            from: Timestamp(from),
            to: Timestamp(to),
        };
        assert!(!of(0, 5).overlaps(of(5, 9)) && !of(5, 9).overlaps(of(0, 5)));
        assert!(of(0, 6).overlaps(of(5, 9)) && of(5, 9).overlaps(of(0, 6)));
        assert_eq!(of(5, 9).widened(Millis(2), Millis(3)), of(3, 12));
    }
}
