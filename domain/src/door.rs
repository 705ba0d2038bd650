//! The door: being connected to a room before being in it.
//!
//! A browser may connect while its person still checks the devices. It sends nothing real then, and
//! nobody sends it anything real; only what comes after the server's `enter` counts as having been
//! there.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// LiveKit's attribute with the [`Standing`] of a participant. Only the server sets it.
pub const STANDING: &str = "state";
/// LiveKit's attribute with the moment at which somebody came in from the door: UTC milliseconds.
pub const ENTERED: &str = "entered";

/// Where somebody who is connected to a room stands.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Standing {
    /// Connected, not in: sees and hears nothing real, sends nothing real, counts for nothing.
    Door,
    /// In the meeting.
    #[default]
    In,
}

impl Standing {
    /// Reads LiveKit's attribute. Whoever has none is in: join tokens without it let people in at once.
    pub fn of_attribute(word: Option<&str>) -> Self {
        word.and_then(Self::parse).unwrap_or_default()
    }
}

/// When somebody came to the door, and when in, of what LiveKit says about a participant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Arrival {
    /// Since when they were connected without being in; `None` for somebody who came in at once.
    pub door_at: Option<Timestamp>,
    /// Since when they were in; `None` for somebody who never was, as far as is known.
    pub joined_at: Option<Timestamp>,
}

impl Arrival {
    /// From when the connection began, where the participant stands, and the attribute [`ENTERED`].
    pub fn of(connected_at: Option<Timestamp>, standing: Standing, entered: Option<&str>) -> Self {
        let entered = entered.and_then(|ms| ms.parse().ok()).map(Timestamp);
        match (standing, entered) {
            (Standing::Door, _) => Self {
                door_at: connected_at,
                joined_at: None,
            },
            (Standing::In, Some(entered)) => Self {
                door_at: connected_at,
                // Nobody was in before they were connected.
                joined_at: Some(entered).max(connected_at),
            },
            (Standing::In, None) => Self {
                door_at: None,
                joined_at: connected_at,
            },
        }
    }

    /// What two accounts of one stay say together: the earliest of each moment.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let earliest = |a: Option<Timestamp>, b: Option<Timestamp>| match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Self {
            door_at: earliest(self.door_at, other.door_at),
            joined_at: earliest(self.joined_at, other.joined_at),
        }
    }

    /// When the connection began, as far as is known.
    pub fn connected_at(self) -> Option<Timestamp> {
        self.door_at.or(self.joined_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const AT: Timestamp = Timestamp(1_800_000_000_000);
    const LATER: Timestamp = Timestamp(1_800_000_030_000);

    #[test]
    fn only_the_word_door_keeps_somebody_out() {
        for (word, standing) in [
            (None, Standing::In),
            (Some("in"), Standing::In),
            (Some("door"), Standing::Door),
            (Some("Door"), Standing::In),
            (Some(""), Standing::In),
        ] {
            assert_eq!(Standing::of_attribute(word), standing, "{word:?}");
        }
    }

    #[test]
    fn time_at_the_door_is_no_time_in_the_meeting() {
        let arrival = |standing, entered| Arrival::of(Some(AT), standing, entered);
        let (door, entered) = (Some(AT), LATER.0.to_string());
        let at_the_door = Arrival {
            door_at: door,
            joined_at: None,
        };
        assert_eq!(arrival(Standing::Door, None), at_the_door);
        assert_eq!(arrival(Standing::Door, Some(&entered)), at_the_door);
        let came_in = arrival(Standing::In, Some(&entered));
        assert_eq!((came_in.door_at, came_in.joined_at), (door, Some(LATER)));
        let at_once = arrival(Standing::In, None);
        assert_eq!((at_once.door_at, at_once.joined_at), (None, Some(AT)));
        let too_early = arrival(Standing::In, Some("5"));
        assert_eq!(too_early.joined_at, Some(AT), "not before the connection");
        assert_eq!(arrival(Standing::In, Some("soon")), at_once);
    }

    proptest! {
        #[test]
        fn accounts_of_one_stay_add_up_in_any_order(times in proptest::collection::vec((proptest::option::of(0_i64..9), proptest::option::of(0_i64..9)), 0..6)) {
            let accounts: Vec<Arrival> = times
                .iter()
                .map(|(door, joined)| Arrival { door_at: door.map(Timestamp), joined_at: joined.map(Timestamp) })
                .collect();
            let forward = accounts.iter().copied().fold(Arrival::default(), Arrival::and);
            let backward = accounts.iter().rev().copied().fold(Arrival::default(), Arrival::and);
            prop_assert_eq!(forward, backward);
            prop_assert_eq!(forward.and(forward), forward);
        }
    }
}
