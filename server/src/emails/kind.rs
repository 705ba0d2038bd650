//! What emails are about, and how long that stays true.

use crate::store::{appointments::Appointment, emails::EmailRow};
pub use domain::email::EmailKind;

use domain::{
    ids::UserId,
    session::Booking,
    time::{Millis, Timestamp},
};
use serde::{Deserialize, Serialize};

/// When the first reminder is due, before the start.
pub(super) const DAY: Millis = Millis::days(1);
/// When the second one is.
pub(super) const HOUR: Millis = Millis::hours(1);

/// What the people who caused an email have to say; the rest is read from the session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cause {
    /// Who did it; `None` for nobody.
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
    /// Who did it.
    pub by: Option<UserId>,
    /// Reason, question or answer.
    pub note: String,
    /// When the session was to start before, if that changed.
    pub previous: Option<Timestamp>,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

/// Whether an email says something that is not true any more. News stays news; a reminder belongs
/// to one version of a confirmed session, and is pointless once the next one is due.
pub(super) fn is_overtaken(email: &EmailRow, about: &Appointment, now: Timestamp) -> bool {
    let until = match email.kind {
        EmailKind::Booked
        | EmailKind::Requested
        | EmailKind::Confirmed
        | EmailKind::Declined
        | EmailKind::InfoAsked
        | EmailKind::InfoAnswered
        | EmailKind::Changed
        | EmailKind::Cancelled => return false,
        EmailKind::ReminderDayBefore => about.time.from - HOUR,
        EmailKind::ReminderHourBefore => about.time.from,
        EmailKind::ReminderOpen => about.time.to,
    };
    email.version != about.version
        || about.booking != Booking::Confirmed
        || about.is_over
        || now >= until
}
