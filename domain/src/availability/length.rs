//! How long a session is.

use crate::time::Millis;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Session lengths a mentor can offer, in minutes.
pub const LENGTHS_MIN: [u16; 6] = [15, 25, 30, 45, 60, 90];

/// Length of a session: one of [`LENGTHS_MIN`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Length(u16);

/// A length that no mentor can offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Choose 15, 25, 30, 45, 60 or 90 minutes.")]
pub struct LengthProblem;

impl Length {
    /// Accepts one of [`LENGTHS_MIN`].
    ///
    /// # Errors
    /// For any other number.
    pub fn parse(minutes: u16) -> Result<Self, LengthProblem> {
        LENGTHS_MIN
            .contains(&minutes)
            .then_some(Self(minutes))
            .ok_or(LengthProblem)
    }

    /// In minutes.
    pub fn minutes(self) -> u16 {
        self.0
    }

    /// As a length of time.
    pub fn millis(self) -> Millis {
        Millis::minutes(i64::from(self.0))
    }
}

impl TryFrom<u16> for Length {
    type Error = LengthProblem;
    fn try_from(minutes: u16) -> Result<Self, LengthProblem> {
        Self::parse(minutes)
    }
}

impl From<Length> for u16 {
    fn from(length: Length) -> Self {
        length.0
    }
}

/// For example `45 minutes`.
impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} minutes", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_six_lengths_exist() {
        for minutes in 0..=u16::MAX {
            assert_eq!(
                Length::parse(minutes).map(Length::minutes).ok(),
                LENGTHS_MIN.contains(&minutes).then_some(minutes)
            );
        }
        assert_eq!(
            serde_json::from_str::<Length>("45").ok(),
            Length::parse(45).ok()
        );
        assert!(serde_json::from_str::<Length>("46").is_err());
    }
}
