//! A session's three separate states: booking, room, outcome.

use crate::{ids::UserId, time::Timestamp};
use serde::{Deserialize, Serialize};
use strum::{EnumDiscriminants, EnumString, IntoStaticStr, VariantArray};

/// What a person is in one session.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SeatRole {
    /// Runs the room and may end it.
    Mentor,
    /// Booked the session.
    Mentee,
}

impl SeatRole {
    /// The other seat.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Mentor => Self::Mentee,
            Self::Mentee => Self::Mentor,
        }
    }
}

/// State of the booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumDiscriminants)]
#[serde(rename_all = "snake_case")]
#[strum_discriminants(
    name(BookingWord),
    doc = "The word stored in `sessions.booking`.",
    derive(Hash, EnumString, IntoStaticStr, VariantArray),
    strum(serialize_all = "snake_case")
)]
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
        BookingWord::from(self).as_str()
    }

    /// The state that a word stands for, with who called it off and when; `None` when they do not fit.
    pub fn of(word: BookingWord, by: Option<UserId>, at: Option<Timestamp>) -> Option<Self> {
        Some(match word {
            BookingWord::Held => Self::Held,
            BookingWord::Requested => Self::Requested,
            BookingWord::Declined => Self::Declined,
            BookingWord::Confirmed => Self::Confirmed,
            BookingWord::Cancelled => Self::Cancelled { by, at: at? },
        })
    }
}

/// Why a room was ended.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumDiscriminants)]
#[serde(rename_all = "snake_case")]
#[strum_discriminants(
    name(RoomWord),
    doc = "The word stored in `sessions.room` and `livekit_rooms.status`.",
    derive(Hash, EnumString, IntoStaticStr, VariantArray),
    strum(serialize_all = "snake_case")
)]
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
        RoomWord::from(self).as_str()
    }

    /// The state that a word stands for, with how the room ended; `None` when they do not fit.
    pub fn of(
        word: RoomWord,
        by: Option<UserId>,
        at: Option<Timestamp>,
        reason: Option<EndReason>,
    ) -> Option<Self> {
        Some(match word {
            RoomWord::Scheduled => Self::Scheduled,
            RoomWord::Open => Self::Open,
            RoomWord::Live => Self::Live,
            RoomWord::Ended => Self::Ended {
                by,
                at: at?,
                reason: reason?,
            },
            RoomWord::Failed => Self::Failed,
        })
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
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
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
    /// Nobody can tell: it was not observed, or cut short before the grace period was over.
    Unknown,
    /// Somebody contests the decision.
    Disputed,
}

impl Outcome {
    /// Whether somebody did not come.
    pub fn is_missed(self) -> bool {
        match self {
            Self::MissedByMentor | Self::MissedByMentee | Self::MissedByBoth => true,
            Self::Pending | Self::Completed | Self::Unknown | Self::Disputed => false,
        }
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
}
