//! What emails are about.

use crate::session::SeatRole;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// What an email is about; its word is stored in `emails.kind`.
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
pub enum EmailKind {
    /// A session was booked and takes place.
    Booked,
    /// A session was asked for.
    Requested,
    /// The mentor said yes.
    Confirmed,
    /// The mentor said no.
    Declined,
    /// The mentor asked something first.
    InfoAsked,
    /// The mentee answered.
    InfoAnswered,
    /// The session has another time.
    Changed,
    /// The session was called off.
    Cancelled,
    /// A day before the start.
    ReminderDayBefore,
    /// An hour before the start.
    ReminderHourBefore,
    /// The meeting is open.
    ReminderOpen,
}

impl EmailKind {
    /// Whether its moment matters: it is sent on time, or not at all.
    pub fn is_reminder(self) -> bool {
        match self {
            Self::ReminderDayBefore | Self::ReminderHourBefore | Self::ReminderOpen => true,
            Self::Booked
            | Self::Requested
            | Self::Confirmed
            | Self::Declined
            | Self::InfoAsked
            | Self::InfoAnswered
            | Self::Changed
            | Self::Cancelled => false,
        }
    }

    /// Who is told. A confirmation goes to both, since it brings the calendar entry.
    pub fn readers(self) -> &'static [SeatRole] {
        match self {
            Self::Booked
            | Self::Requested
            | Self::Confirmed
            | Self::Changed
            | Self::Cancelled
            | Self::ReminderDayBefore
            | Self::ReminderHourBefore
            | Self::ReminderOpen => &[SeatRole::Mentor, SeatRole::Mentee],
            Self::Declined | Self::InfoAsked => &[SeatRole::Mentee],
            Self::InfoAnswered => &[SeatRole::Mentor],
        }
    }
}
