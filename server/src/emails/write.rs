//! Writes emails together with the change that they are about.

use super::{
    jobs::send_email::SendEmail,
    kind::{Cause, DAY, Detail, EmailKind, HOUR},
};
use crate::{
    jobs::enqueue,
    store::{
        StoreError, Txn,
        appointments::{self, Appointment},
        emails::{self, NewEmail},
        json,
    },
};
use domain::{
    ids::{EmailId, SessionId},
    session::Booking,
    time::Timestamp,
    window::{Window, WindowRules},
};
use uuid::Uuid;

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
    cause: &Cause,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(about) = appointments::find(txn, session).await? else {
        return Ok(());
    };
    write(txn, &about, kind, cause, now, now).await
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
) -> Result<(), StoreError> {
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
    cause: &Cause,
    send_at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let detail = Detail {
        by: cause.by,
        note: cause.note.clone(),
        previous: cause.previous,
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
            let job = SendEmail {
                email: new.id,
                session: about.session,
                user: Some(new.user),
            };
            enqueue(txn, &job, send_at, now).await?;
        }
    }
    Ok(())
}
