//! Points in time and lengths of time, without a clock.

use serde::{Deserialize, Serialize};
use std::ops::{Add, Sub};

/// A point in time: milliseconds since 1970-01-01T00:00:00Z (UTC), as stored in every table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Time from `earlier` to `self`; zero when `earlier` is later.
    pub fn since(self, earlier: Self) -> Millis {
        Millis((self.0 - earlier.0).max(0))
    }
}

/// A length of time in milliseconds; a negative one points to the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    /// `n` seconds.
    pub const fn seconds(n: i64) -> Self {
        Self(n * 1_000)
    }
    /// `n` minutes.
    pub const fn minutes(n: i64) -> Self {
        Self(n * 60_000)
    }
    /// `n` hours.
    pub const fn hours(n: i64) -> Self {
        Self(n * 3_600_000)
    }
    /// `n` days of 24 hours.
    pub const fn days(n: i64) -> Self {
        Self(n * 86_400_000)
    }
    /// Whole seconds, rounded up.
    pub const fn as_seconds_ceil(self) -> i64 {
        (self.0 + 999).div_euclid(1_000)
    }
}

impl Add<Millis> for Timestamp {
    type Output = Self;
    fn add(self, length: Millis) -> Self {
        Self(self.0.saturating_add(length.0))
    }
}

impl Sub<Millis> for Timestamp {
    type Output = Self;
    fn sub(self, length: Millis) -> Self {
        Self(self.0.saturating_sub(length.0))
    }
}

impl Add for Millis {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// A length of time as a clock face for countdowns: `1:05:09`, `5:09`, `0:00`.
/// Seconds are rounded up, so that `0:00` means the moment has come.
pub fn clock_face(left: Millis) -> String {
    let total = left.as_seconds_ceil().max(0);
    let (hours, minutes, seconds) = (total / 3_600, total / 60 % 60, total % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_countdown_shows_zero_only_when_the_moment_has_come() {
        assert_eq!(clock_face(Millis(0)), "0:00");
        assert_eq!(clock_face(Millis(1)), "0:01");
        assert_eq!(clock_face(Millis::seconds(309)), "5:09");
        assert_eq!(clock_face(Millis::seconds(3_909)), "1:05:09");
        assert_eq!(clock_face(Millis(-5)), "0:00");
    }
}
