//! Emails to the two people of a session.
//!
//! An email is a row of `emails` and a job, both written in the transaction of the change it tells
//! of ([`post`], [`plan_reminders`]); the job composes it and hands it to the mail server ([`send`]).
//! Nothing waits for a mail server, and nothing is lost when it is away: the job comes back for about
//! a day, then waits for an admin. Should the server take an email and our note of it get lost, the
//! email goes out again, with the same Message-ID.

mod compose;

pub use compose::compose;

use crate::{
    AppState, Result, fail,
    jobs::{self, Job},
    mail::{Email, MailError},
    store::{
        StoreError, Txn,
        appointments::{self, Appointment},
        emails::{self, EmailRow, End, NewEmail},
        json, notifications, users,
    },
};
use domain::{
    ids::{EmailId, NotificationId, SessionId, UserId},
    session::{Booking, SeatRole},
    time::{Millis, Timestamp},
    window::{Window, WindowRules},
};
use scoped_futures::ScopedFutureExt;
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use strum::{Display, EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

/// A mail server has this long for one email, greeting to goodbye.
const DELIVER_WITHIN: Duration = Duration::from_secs(10);
/// When the first reminder is due, before the start.
const DAY: Millis = Millis::days(1);
/// When the second one is.
const HOUR: Millis = Millis::hours(1);

/// What an email tells of.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Display,
    EnumString,
    IntoStaticStr,
    VariantArray,
    DeriveValueType,
)]
#[strum(serialize_all = "snake_case")]
#[sea_orm(value_type = "String")]
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
    /// A day before the start.
    ReminderDayBefore,
    /// An hour before the start.
    ReminderHourBefore,
    /// The meeting is open.
    ReminderOpen,
}

domain::words!(EmailKind);

impl EmailKind {
    /// Who is told. A confirmation goes to both, since it brings the calendar entry.
    fn readers(self) -> &'static [SeatRole] {
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

/// Writes emails about what just happened to a session, to everybody who is told of it, and the
/// jobs that send them. Call it in the transaction of the change, after the change: version, time
/// and people are read from the session as it is then. Writing the same email twice is one email.
///
/// # Errors
/// When the database does not answer.
pub async fn post(
    txn: &Txn,
    session: SessionId,
    kind: EmailKind,
    told: &Cause,
    now: Timestamp,
) -> std::result::Result<(), StoreError> {
    let Some(about) = appointments::find(txn, session).await? else {
        return Ok(());
    };
    write(txn, &about, kind, told, now, now).await
}

/// Writes the reminders of a confirmed session: a day before, an hour before, and when the meeting
/// opens. Those whose time has passed are left out. Call it like [`post`], whenever a session became
/// confirmed or changed its time; reminders of an older version void themselves.
///
/// # Errors
/// When the database does not answer.
pub async fn plan_reminders(
    txn: &Txn,
    session: SessionId,
    window: WindowRules,
    now: Timestamp,
) -> std::result::Result<(), StoreError> {
    let Some(about) = appointments::find(txn, session).await? else {
        return Ok(());
    };
    if about.booking != Booking::Confirmed {
        return Ok(());
    }
    let opens_at = Window::of(about.time.from, about.time.to, window).opens_at;
    for (kind, due) in [
        (EmailKind::ReminderDayBefore, about.time.from - DAY),
        (EmailKind::ReminderHourBefore, about.time.from - HOUR),
        (EmailKind::ReminderOpen, opens_at),
    ] {
        if due > now {
            write(txn, &about, kind, &Cause::default(), due, now).await?;
        }
    }
    Ok(())
}

async fn write(
    txn: &Txn,
    about: &Appointment,
    kind: EmailKind,
    told: &Cause,
    send_at: Timestamp,
    now: Timestamp,
) -> std::result::Result<(), StoreError> {
    let detail = Detail {
        by: told.by,
        note: told.note.clone(),
        previous: told.previous,
        starts_at: about.time.from,
        ends_at: about.time.to,
    };
    let detail = json(&detail)?;
    for role in kind.readers() {
        let new = NewEmail {
            id: EmailId(Uuid::new_v4()),
            session: about.session,
            user: about.people[*role].id,
            kind,
            version: about.version,
            detail: detail.clone(),
            now,
        };
        if emails::insert(txn, &new).await? {
            let job = Job::SendEmail {
                mail: new.id,
                session: about.session,
            };
            jobs::enqueue(txn, &job, send_at, now).await?;
        }
    }
    Ok(())
}

/// Sends an email, unless it was sent or is not true any more. Work of [`Job::SendEmail`].
///
/// # Errors
/// [`crate::Error::Mail`] when the email could not be handed over.
pub async fn send(state: &AppState, id: EmailId) -> Result<()> {
    let Some(mail) = emails::find(state.db.read(), id).await? else {
        return Ok(());
    };
    let about = appointments::find(state.db.read(), mail.session).await?;
    let Some(about) = about.filter(|_| !mail.is_settled) else {
        return Ok(());
    };
    let now = state.clock.now();
    let reader = about.role_of(mail.user).map(|role| &about.people[role]);
    let is_void =
        reader.is_none_or(|reader| reader.email.is_none()) || is_overtaken(&mail, &about, now);
    if is_void {
        return settle(state, id, End::Void).await;
    }
    let email = compose(&state.config, &mail, &about, now)?;
    deliver(state, &email).await?;
    tracing::info!(mail.id = %id, mail.kind = mail.kind.as_str(), session.id = %mail.session, "mail {id} sent");
    settle(state, id, End::Sent).await
}

async fn deliver(state: &AppState, email: &Email) -> Result<()> {
    fail::step("before an email");
    let delivered = tokio::time::timeout(DELIVER_WITHIN, state.mail.deliver(email)).await;
    fail::step("after an email");
    match delivered {
        Ok(delivered) => Ok(delivered?),
        Err(_) => {
            let seconds = DELIVER_WITHIN.as_secs();
            Err(MailError::Unreachable(format!("not within {seconds} seconds")).into())
        }
    }
}

/// Tells an admin by mail what needs attention, unless it is settled. Work of [`Job::NotifyAdmin`].
///
/// # Errors
/// [`crate::Error::Mail`] when the email could not be handed over.
pub async fn alert(state: &AppState, id: NotificationId, admin: UserId) -> Result<()> {
    let entry = notifications::find(state.db.read(), id).await?;
    let admins = users::admins(state.db.read()).await?;
    let reader = admins.into_iter().find(|reader| reader.id == admin);
    let (Some(entry), Some(reader)) = (entry.filter(|e| e.resolved_at.is_none()), reader) else {
        return Ok(());
    };
    // The same email again has the same id.
    let letter_id = EmailId(Uuid::from_u128(id.0.as_u128() ^ admin.0.as_u128()));
    let (email, now) = ((&*reader.email, &*reader.name), state.clock.now());
    let email = compose::alert(&state.config, letter_id, email, &entry, now)?;
    deliver(state, &email).await?;
    tracing::info!(notification.id = %id, "an admin was told by mail");
    Ok(())
}

async fn settle(state: &AppState, id: EmailId, end: End) -> Result<()> {
    let now = state.clock.now();
    Ok(state
        .db
        .write(|txn| async move { emails::settle(txn, id, end, now).await }.scope_boxed())
        .await?)
}

/// Whether an email says something that is not true any more. News stays news; a reminder belongs
/// to one version of a confirmed session, and is pointless once the next one is due.
fn is_overtaken(mail: &EmailRow, about: &Appointment, now: Timestamp) -> bool {
    let until = match mail.kind {
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
    mail.version != about.version
        || about.booking != Booking::Confirmed
        || about.is_over
        || now >= until
}
