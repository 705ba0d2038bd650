//! A session's three separate states: booking, room, outcome.

use crate::{ids::UserId, time::Timestamp};
use serde::{Deserialize, Serialize};

/// What a person is in one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeatRole {
    /// Runs the room and may end it.
    Mentor,
    /// Booked the session.
    Mentee,
}

impl SeatRole {
    /// Both, in the order in which they are shown.
    pub const ALL: [Self; 2] = [Self::Mentor, Self::Mentee];

    /// The other seat.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Mentor => Self::Mentee,
            Self::Mentee => Self::Mentor,
        }
    }

    /// The word used in tables, tokens and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mentor => "mentor",
            Self::Mentee => "mentee",
        }
    }

    /// Reads [`SeatRole::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// State of the booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Booking {
    /// A slot is held while its form is filled in.
    Held,
    /// Waits for the mentor's answer.
    Requested,
    /// The mentor said no.
    Declined,
    /// Takes place.
    Confirmed,
    /// Called off.
    Cancelled {
        /// Who called it off; `None` when that person's account is gone.
        by: Option<UserId>,
        /// When.
        at: Timestamp,
    },
}

impl Booking {
    /// The word stored in `sessions.booking`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Requested => "requested",
            Self::Declined => "declined",
            Self::Confirmed => "confirmed",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// Reads [`Booking::as_str`] back, with who called it off and when; `None` when they do not fit.
    pub fn parse(text: &str, by: Option<UserId>, at: Option<Timestamp>) -> Option<Self> {
        match (text, at) {
            ("held", _) => Some(Self::Held),
            ("requested", _) => Some(Self::Requested),
            ("declined", _) => Some(Self::Declined),
            ("confirmed", _) => Some(Self::Confirmed),
            ("cancelled", Some(at)) => Some(Self::Cancelled { by, at }),
            _ => None,
        }
    }
}

/// Why a room was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The mentor pressed "End for everyone".
    EndedByMentor,
    /// An admin ended the room.
    EndedByAdmin,
    /// The window closed.
    TimeUp,
    /// The session was cancelled.
    Cancelled,
}

impl EndReason {
    const ALL: [Self; 4] = [
        Self::EndedByMentor,
        Self::EndedByAdmin,
        Self::TimeUp,
        Self::Cancelled,
    ];

    /// The word used in tables, JSON and data messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EndedByMentor => "ended_by_mentor",
            Self::EndedByAdmin => "ended_by_admin",
            Self::TimeUp => "time_up",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads [`EndReason::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }

    /// What a participant reads.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::EndedByMentor => "The mentor ended the meeting for everyone.",
            Self::EndedByAdmin => "An administrator ended the meeting.",
            Self::TimeUp => "Time is up: the meeting's window has closed.",
            Self::Cancelled => "The session was cancelled.",
        }
    }
}

/// State of a session's room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Room {
    /// Recorded; not yet created at LiveKit.
    Scheduled,
    /// Exists at LiveKit, nobody is in it.
    Open,
    /// Somebody is or was in it.
    Live,
    /// Over for good.
    Ended {
        /// Who ended it; `None` for the system.
        by: Option<UserId>,
        /// When.
        at: Timestamp,
        /// Why.
        reason: EndReason,
    },
    /// Creation keeps failing; an admin was told. Joining still tries again.
    Failed,
}

impl Room {
    /// The word stored in `sessions.room` and `livekit_rooms.status`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Open => "open",
            Self::Live => "live",
            Self::Ended { .. } => "ended",
            Self::Failed => "failed",
        }
    }

    /// After LiveKit confirmed that the room exists. An ended room stays ended, a live one live.
    #[must_use]
    pub fn created(self) -> Self {
        match self {
            Self::Scheduled | Self::Failed | Self::Open => Self::Open,
            Self::Live => Self::Live,
            Self::Ended { .. } => self,
        }
    }

    /// After somebody joined.
    #[must_use]
    pub fn joined(self) -> Self {
        match self {
            Self::Scheduled | Self::Open | Self::Live | Self::Failed => Self::Live,
            Self::Ended { .. } => self,
        }
    }

    /// After creation was given up for now.
    #[must_use]
    pub fn creation_failed(self) -> Self {
        match self {
            Self::Scheduled | Self::Failed => Self::Failed,
            Self::Open | Self::Live | Self::Ended { .. } => self,
        }
    }

    /// After LiveKit no longer has the room though we did not end it (DESIGN §3 "Room").
    #[must_use]
    pub fn lost(self) -> Self {
        match self {
            Self::Scheduled | Self::Open | Self::Live => Self::Scheduled,
            Self::Failed | Self::Ended { .. } => self,
        }
    }

    /// The end. The first end wins: its reason is never overwritten.
    #[must_use]
    pub fn ended(self, by: Option<UserId>, at: Timestamp, reason: EndReason) -> Self {
        match self {
            Self::Scheduled | Self::Open | Self::Live | Self::Failed => {
                Self::Ended { by, at, reason }
            }
            Self::Ended { .. } => self,
        }
    }
}

/// What came of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Not decided yet.
    Pending,
    /// Both were there.
    Completed,
    /// The mentor did not come.
    MissedByMentor,
    /// The mentee did not come.
    MissedByMentee,
    /// Nobody came.
    MissedByBoth,
    /// Somebody contests the decision.
    Disputed,
}

impl Outcome {
    const ALL: [Self; 6] = [
        Self::Pending,
        Self::Completed,
        Self::MissedByMentor,
        Self::MissedByMentee,
        Self::MissedByBoth,
        Self::Disputed,
    ];

    /// The word stored in `sessions.outcome`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Completed => "completed",
            Self::MissedByMentor => "missed_by_mentor",
            Self::MissedByMentee => "missed_by_mentee",
            Self::MissedByBoth => "missed_by_both",
            Self::Disputed => "disputed",
        }
    }

    /// Whether somebody did not come.
    pub fn is_missed(self) -> bool {
        match self {
            Self::MissedByMentor | Self::MissedByMentee | Self::MissedByBoth => true,
            Self::Pending | Self::Completed | Self::Disputed => false,
        }
    }

    /// Whether one of the two may say that it was otherwise.
    pub fn may_be_contested(self) -> bool {
        match self {
            Self::Completed | Self::MissedByMentor | Self::MissedByMentee | Self::MissedByBoth => {
                true
            }
            Self::Pending | Self::Disputed => false,
        }
    }

    /// Reads [`Outcome::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn step(room: Room, which: u8) -> Room {
        match which % 5 {
            0 => room.created(),
            1 => room.joined(),
            2 => room.creation_failed(),
            3 => room.lost(),
            _ => room.ended(None, Timestamp(5), EndReason::TimeUp),
        }
    }

    proptest! {
        #[test]
        fn an_ended_room_stays_ended_with_its_first_reason(steps in proptest::collection::vec(0u8..5, 0..40)) {
            let first = Room::Live.ended(None, Timestamp(1), EndReason::EndedByMentor);
            let last = steps.into_iter().fold(first, step);
            prop_assert_eq!(last, first);
        }
    }

    #[test]
    fn a_room_that_livekit_lost_can_be_created_again() {
        assert_eq!(Room::Live.lost().created(), Room::Open);
    }

    #[test]
    fn words_of_states_read_back() {
        let (by, at) = (None, Timestamp(1));
        for booking in [
            Booking::Held,
            Booking::Requested,
            Booking::Declined,
            Booking::Confirmed,
            Booking::Cancelled { by, at },
        ] {
            assert_eq!(
                Booking::parse(booking.as_str(), by, Some(at)),
                Some(booking)
            );
        }
        assert_eq!(Booking::parse("cancelled", by, None), None);
        for reason in EndReason::ALL {
            assert_eq!(EndReason::parse(reason.as_str()), Some(reason));
        }
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::parse(outcome.as_str()), Some(outcome));
        }
    }
}
