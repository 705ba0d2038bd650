//! Zones made for tests.

use domain::{
    availability::{DAY_MIN, Day, LocalTime},
    time::Timestamp,
};

const MINUTE: i64 = 60_000;

/// A zone that sets its clocks anew at given moments, which are some days apart.
#[derive(Debug, Clone)]
pub struct Shifting {
    /// Offset from UTC at first, in minutes.
    pub first: i64,
    /// Minutes since 1970-01-01T00:00Z, ascending, and the offset from then on.
    pub changes: Vec<(i64, i64)>,
}

impl Shifting {
    pub fn fixed(first: i64) -> Self {
        Self {
            first,
            changes: Vec::new(),
        }
    }

    /// Clocks that are set once, when they show `day` and `minute`, from one offset to another.
    pub fn at_wall(day: Day, minute: i64, from: i64, to: i64) -> Self {
        Self {
            first: from,
            changes: vec![(wall_minute(day, minute) - from, to)],
        }
    }

    /// What the wall shows at a minute of real time.
    pub fn wall(&self, minute: i64) -> i64 {
        let offset = self.changes.iter().rev().find(|(at, _)| *at <= minute);
        minute + offset.map_or(self.first, |(_, offset)| *offset)
    }
}

pub fn wall_minute(day: Day, minute: i64) -> i64 {
    i64::from(day.0) * i64::from(DAY_MIN) + minute
}

impl LocalTime for Shifting {
    fn day_of(&self, at: Timestamp) -> Day {
        let wall = self.wall(at.0.div_euclid(MINUTE));
        Day(i32::try_from(wall.div_euclid(i64::from(DAY_MIN))).expect("a date"))
    }

    fn at(&self, day: Day, minute: u16) -> Option<Timestamp> {
        let shown = wall_minute(day, i64::from(minute));
        let mut offset = self.first;
        for (change, next) in &self.changes {
            // Shown before this change, or in the gap that it makes: the offset before it counts.
            if shown - offset < *change || shown - next < *change {
                break;
            }
            offset = *next;
        }
        Some(Timestamp((shown - offset) * MINUTE))
    }
}
