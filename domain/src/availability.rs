//! When a mentor can be booked: weekly hours in local wall time, turned into free slots.
//!
//! Zone arithmetic stays behind [`LocalTime`], so that no time-zone database reaches the browser.

use crate::time::{Millis, Timestamp};
use serde::{Deserialize, Serialize};

/// Session lengths a mentor can offer, in minutes.
pub const LENGTHS_MIN: [u16; 6] = [15, 25, 30, 45, 60, 90];
/// A slot must start at least this far in the future.
pub const NOTICE: Millis = Millis::minutes(5);
/// A slot must start within this time from now.
pub const HORIZON: Millis = Millis::days(60);
/// Minutes in a day of wall time.
pub const DAY_MIN: u16 = 24 * 60;

/// A calendar date without a zone, as days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub i32);

impl Day {
    /// Day of the week, Monday = 0 … Sunday = 6. 1970-01-01 was a Thursday.
    pub fn weekday(self) -> u8 {
        u8::try_from((self.0 + 3).rem_euclid(7)).unwrap_or_default()
    }
    /// The following date.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Hours on one weekday, [from, to) in minutes after local midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WeeklyHours {
    /// Monday = 0 … Sunday = 6.
    pub weekday: u8,
    /// First minute, 0–1439.
    pub from_min: u16,
    /// End, 1–1440.
    pub to_min: u16,
}

/// Why weekly hours were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HoursProblem {
    /// A weekday or a time that does not exist, or an end before its start.
    #[error("Each time must be a real time of day, and end after it starts.")]
    Impossible,
    /// Two entries of one day overlap.
    #[error("Two of the times overlap on the same day.")]
    Overlap,
}

/// Checks and sorts weekly hours.
///
/// # Errors
/// When an entry is impossible or two overlap.
pub fn check_hours(mut hours: Vec<WeeklyHours>) -> Result<Vec<WeeklyHours>, HoursProblem> {
    if hours
        .iter()
        .any(|h| h.weekday > 6 || h.to_min > DAY_MIN || h.from_min >= h.to_min)
    {
        return Err(HoursProblem::Impossible);
    }
    hours.sort_unstable();
    if hours
        .windows(2)
        .any(|pair| pair[0].weekday == pair[1].weekday && pair[1].from_min < pair[0].to_min)
    {
        return Err(HoursProblem::Overlap);
    }
    Ok(hours)
}

/// Zone arithmetic, given by the caller.
pub trait LocalTime {
    /// The local date at a moment.
    fn day_of(&self, at: Timestamp) -> Day;
    /// The moment of a local wall time: in a gap it is shifted forward by the gap's length, in a
    /// fold it is the first occurrence. `minute` may be 1440 for the end of the day.
    fn at(&self, day: Day, minute: u16) -> Option<Timestamp>;
}

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
}

/// Free slots of `length`, whose start lies in [`range.from`, `range.to`).
///
/// Each entry of weekly hours is cut into slots counted in real time from its start, so a slot
/// keeps its length across a change of clocks; an entry shortened by a gap yields fewer slots.
pub fn free_slots(
    hours: &[WeeklyHours],
    length: Millis,
    busy: &[Interval],
    range: Interval,
    now: Timestamp,
    zone: &impl LocalTime,
) -> Vec<Interval> {
    let first = range.from.max(now + NOTICE);
    let last = range.to.min(now + HORIZON);
    let mut slots = Vec::new();
    if first >= last || length.0 <= 0 {
        return slots;
    }
    // One day earlier: an entry of the day before can reach past local midnight of a shifted day.
    let mut day = Day(zone.day_of(first).0 - 1);
    let end = zone.day_of(last);
    while day <= end {
        for entry in hours.iter().filter(|h| h.weekday == day.weekday()) {
            let (Some(from), Some(to)) = (zone.at(day, entry.from_min), zone.at(day, entry.to_min))
            else {
                continue;
            };
            let mut start = from;
            while start + length <= to {
                let slot = Interval {
                    from: start,
                    to: start + length,
                };
                if start >= first && start < last && !busy.iter().any(|b| b.overlaps(slot)) {
                    slots.push(slot);
                }
                start = slot.to;
            }
        }
        day = day.next();
    }
    slots.sort_unstable();
    // Entries that touch across a change of clocks may collide in real time.
    slots.dedup_by(|later, earlier| earlier.overlaps(*later));
    slots
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A zone with a fixed offset in minutes.
    struct Fixed(i64);

    impl LocalTime for Fixed {
        fn day_of(&self, at: Timestamp) -> Day {
            Day(i32::try_from((at.0 + self.0 * 60_000).div_euclid(86_400_000)).unwrap_or_default())
        }
        fn at(&self, day: Day, minute: u16) -> Option<Timestamp> {
            Some(Timestamp(
                i64::from(day.0) * 86_400_000 + (i64::from(minute) - self.0) * 60_000,
            ))
        }
    }

    const MONDAY: i64 = 20_458 * 86_400_000; // 2026-01-05T00:00:00Z

    #[test]
    fn hours_become_slots_and_busy_time_is_left_out() {
        let hours = [WeeklyHours {
            weekday: 0,
            from_min: 9 * 60,
            to_min: 12 * 60,
        }];
        let now = Timestamp(MONDAY - 86_400_000);
        let range = Interval {
            from: now,
            to: Timestamp(MONDAY + 86_400_000),
        };
        let nine = Timestamp(MONDAY + 9 * 3_600_000);
        let busy = [Interval {
            from: nine + Millis::minutes(50),
            to: nine + Millis::minutes(70),
        }];
        let starts: Vec<_> = free_slots(&hours, Millis::minutes(60), &busy, range, now, &Fixed(0))
            .into_iter()
            .map(|s| s.from)
            .collect();
        assert_eq!(starts, vec![nine + Millis::hours(2)]);
        let free = free_slots(&hours, Millis::minutes(60), &[], range, now, &Fixed(0));
        assert_eq!(free.len(), 3);
    }

    #[test]
    fn weekdays_are_counted_from_monday() {
        assert_eq!(Day(20_458).weekday(), 0);
        assert_eq!(Day(0).weekday(), 3);
        assert_eq!(Day(-1).weekday(), 2);
    }

    #[test]
    fn impossible_and_overlapping_hours_are_refused() {
        let h = |weekday, from_min, to_min| WeeklyHours {
            weekday,
            from_min,
            to_min,
        };
        assert_eq!(
            check_hours(vec![h(7, 0, 60)]),
            Err(HoursProblem::Impossible)
        );
        assert_eq!(
            check_hours(vec![h(1, 60, 60)]),
            Err(HoursProblem::Impossible)
        );
        assert_eq!(
            check_hours(vec![h(1, 0, 1_500)]),
            Err(HoursProblem::Impossible)
        );
        assert_eq!(
            check_hours(vec![h(1, 60, 120), h(1, 90, 180)]),
            Err(HoursProblem::Overlap)
        );
        assert_eq!(
            check_hours(vec![h(1, 120, 180), h(1, 60, 120)]),
            Ok(vec![h(1, 60, 120), h(1, 120, 180)])
        );
    }

    proptest! {
        #[test]
        fn slots_never_overlap_never_meet_busy_time_and_keep_their_length(
            offset in -720i64..840,
            entries in proptest::collection::vec((0u8..7, 0u16..1_439, 1u16..600), 0..8),
            busy in proptest::collection::vec((0i64..14 * 1_440, 1i64..600), 0..20),
            length in proptest::sample::select(LENGTHS_MIN.to_vec()),
        ) {
            let hours: Vec<_> = entries.into_iter()
                .map(|(weekday, from_min, l)| WeeklyHours { weekday, from_min, to_min: (from_min + l).min(DAY_MIN) })
                .collect();
            let Ok(hours) = check_hours(hours) else { return Ok(()) };
            let now = Timestamp(MONDAY);
            let busy: Vec<_> = busy.into_iter().map(|(from, l)| Interval { from: now + Millis::minutes(from), to: now + Millis::minutes(from + l) }).collect();
            let range = Interval { from: now, to: now + Millis::days(14) };
            let length = Millis::minutes(i64::from(length));
            let zone = Fixed(offset);
            let slots = free_slots(&hours, length, &busy, range, now, &zone);
            for pair in slots.windows(2) { prop_assert!(!pair[0].overlaps(pair[1])); }
            for slot in &slots {
                prop_assert_eq!(slot.to.since(slot.from), length);
                prop_assert!(slot.from >= now + NOTICE && slot.from < range.to);
                prop_assert!(!busy.iter().any(|b| b.overlaps(*slot)));
                let day = zone.day_of(slot.from);
                let inside = [Day(day.0 - 1), day].into_iter().any(|d| hours.iter().any(|h| h.weekday == d.weekday()
                    && zone.at(d, h.from_min).is_some_and(|f| f <= slot.from)
                    && zone.at(d, h.to_min).is_some_and(|t| slot.to <= t)));
                prop_assert!(inside);
            }
        }
    }
}
