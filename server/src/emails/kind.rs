//! What emails tell of, and how long that stays true.

use crate::store::{appointments::Appointment, emails::EmailRow};
use domain::{
    ids::UserId,
    session::{Booking, SeatRole},
    time::{Millis, Timestamp},
};
use serde::{Deserialize, Serialize};

/// When the first reminder is due, before the start.
pub(super) const DAY: Millis = Millis::days(1);
/// When the second one is.
pub(super) const HOUR: Millis = Millis::hours(1);

/// What an email tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailKind {
    /// A session was booked and takes place.
    Booked,
    /// A session was asked for.
    Requested,
    /// The mentor said yes.
    Confirmed,
    /// The mentor said no.
    Declined,
    /// The mentor wants to know something first.
    InfoAsked,
    /// The mentee told them.
    InfoAnswered,
    /// The session has another time.
    Changed,
    /// The session was called off.
    Cancelled,
    /// The session comes nearer.
    Reminder(Reminder),
}

/// How near a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reminder {
    /// A day before the start.
    DayBefore,
    /// An hour before the start.
    HourBefore,
    /// The meeting is open.
    Open,
}

impl EmailKind {
    const ALL: [Self; 11] = [
        Self::Booked,
        Self::Requested,
        Self::Confirmed,
        Self::Declined,
        Self::InfoAsked,
        Self::InfoAnswered,
        Self::Changed,
        Self::Cancelled,
        Self::Reminder(Reminder::DayBefore),
        Self::Reminder(Reminder::HourBefore),
        Self::Reminder(Reminder::Open),
    ];

    /// The word stored in `emails.kind`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Requested => "requested",
            Self::Confirmed => "confirmed",
            Self::Declined => "declined",
            Self::InfoAsked => "info_asked",
            Self::InfoAnswered => "info_answered",
            Self::Changed => "changed",
            Self::Cancelled => "cancelled",
            Self::Reminder(Reminder::DayBefore) => "reminder_day_before",
            Self::Reminder(Reminder::HourBefore) => "reminder_hour_before",
            Self::Reminder(Reminder::Open) => "reminder_open",
        }
    }

    /// Reads [`EmailKind::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Who is told. A confirmation goes to both, since it brings the calendar entry.
    pub(super) fn readers(self) -> &'static [SeatRole] {
        match self {
            Self::Booked
            | Self::Requested
            | Self::Confirmed
            | Self::Changed
            | Self::Cancelled
            | Self::Reminder(_) => &[SeatRole::Mentor, SeatRole::Mentee],
            Self::Declined | Self::InfoAsked => &[SeatRole::Mentee],
            Self::InfoAnswered => &[SeatRole::Mentor],
        }
    }
}

/// What the people who caused an email have to say; the rest is read from the session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cause {
    /// Whose doing it was; `None` for nobody's.
    pub by: Option<UserId>,
    /// Reason, question or answer; may be empty.
    pub note: String,
    /// When the session was to start before, if that changed.
    pub previous: Option<Timestamp>,
}

/// `emails.detail`: the session as it was when the email was written. What is sent later than it
/// was written still tells of that moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// Whose doing it was.
    pub by: Option<UserId>,
    /// Reason, question or answer.
    pub note: String,
    /// When the session was to start before, if that changed.
    pub previous: Option<Timestamp>,
    /// Start.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
}

/// Whether an email says something that is not true any more. News stays news; a reminder belongs
/// to one version of a confirmed session, and is pointless once the next one is due.
pub(super) fn is_overtaken(
    kind: EmailKind,
    email: &EmailRow,
    about: &Appointment,
    now: Timestamp,
) -> bool {
    let until = match kind {
        EmailKind::Booked
        | EmailKind::Requested
        | EmailKind::Confirmed
        | EmailKind::Declined
        | EmailKind::InfoAsked
        | EmailKind::InfoAnswered
        | EmailKind::Changed
        | EmailKind::Cancelled => return false,
        EmailKind::Reminder(Reminder::DayBefore) => about.time.from - HOUR,
        EmailKind::Reminder(Reminder::HourBefore) => about.time.from,
        EmailKind::Reminder(Reminder::Open) => about.time.to,
    };
    email.version != about.version
        || about.booking != Booking::Confirmed
        || about.is_over
        || now >= until
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_kinds_read_back() {
        for kind in EmailKind::ALL {
            assert_eq!(EmailKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(EmailKind::parse("advertising"), None);
    }
}
