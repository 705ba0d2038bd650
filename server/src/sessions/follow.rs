//! What follows from a change of a session, in its transaction: seats, room, history, emails and jobs. The one place
//! for all changes, booking at once and finishing a hold alike.

use crate::{
    emails::{self, Cause, EmailKind},
    meetings::{
        end_in,
        lifecycle::{cancel_window, prepare_room, withdraw_room},
    },
    store::{self, StoreError, Txn, changes::HistoryRow},
};
use domain::{
    availability::Interval,
    booking::{ChangeKind, Next},
    ids::{SessionId, UserId},
    session::{Booking, EndReason},
    time::Timestamp,
    window::{Window, WindowRules},
};

type Stored = Result<(), StoreError>;

/// A change that was just written to a session's row and seats.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub session: SessionId,
    /// Its version now.
    pub version: u32,
    /// State of the booking and time before; `None` for a session that was not there, or only held.
    pub before: Option<(Booking, Interval)>,
    /// What it became.
    pub next: Next,
    /// Its time now.
    pub time: Interval,
    /// Who did it.
    pub by: UserId,
    /// Reason, question or answer; may be empty.
    pub note: String,
}

impl Written {
    /// The start before, when it was moved.
    fn previous_start(&self) -> Option<Timestamp> {
        let (_, before) = self.before.filter(|(_, before)| *before != self.time)?;
        Some(before.from)
    }
}

/// Writes everything that follows from a change.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn follow(
    txn: &Txn,
    written: &Written,
    rules: WindowRules,
    now: Timestamp,
) -> Stored {
    room(txn, written, rules, now).await?;
    let entry = HistoryRow {
        session: written.session,
        version: written.version,
        kind: written.next.change,
        by: Some(written.by),
        starts_at: written.time.from,
        previous_starts_at: written.previous_start(),
        note: written.note.clone(),
        at: now,
    };
    store::changes::insert(txn, &entry).await?;
    let cause = Cause {
        by: Some(written.by),
        note: written.note.clone(),
        previous: written.previous_start(),
    };
    emails::post(
        txn,
        written.session,
        email(written.next.change),
        &cause,
        now,
    )
    .await?;
    if written.next.booking == Booking::Confirmed {
        emails::plan_reminders(txn, written.session, rules, now).await?;
    }
    Ok(())
}

/// What becomes of seats and room.
async fn room(txn: &Txn, written: &Written, rules: WindowRules, now: Timestamp) -> Stored {
    let (id, time) = (written.session, written.time);
    let was_confirmed = matches!(written.before, Some((Booking::Confirmed, _)));
    match written.next.booking {
        Booking::Cancelled { by, .. } => {
            end_in(txn, id, by, EndReason::Cancelled, now).await?;
            cancel_window(txn, id).await
        }
        Booking::Declined => store::sessions::release_seats(txn, id).await,
        Booking::Confirmed => {
            if was_confirmed && written.previous_start().is_none() {
                return Ok(());
            }
            if was_confirmed {
                withdraw_room(txn, id, now).await?;
            }
            let window = Window::of(time.from, time.to, rules);
            prepare_room(txn, id, window, now).await
        }
        Booking::Requested if was_confirmed => withdraw_room(txn, id, now).await,
        Booking::Requested | Booking::Held => Ok(()),
    }
}

/// Which email is about a change.
fn email(change: ChangeKind) -> EmailKind {
    match change {
        ChangeKind::Booked => EmailKind::Booked,
        ChangeKind::Requested => EmailKind::Requested,
        ChangeKind::Confirmed => EmailKind::Confirmed,
        ChangeKind::Declined => EmailKind::Declined,
        ChangeKind::Asked => EmailKind::InfoAsked,
        ChangeKind::Answered => EmailKind::InfoAnswered,
        ChangeKind::Rescheduled => EmailKind::Changed,
        ChangeKind::Cancelled => EmailKind::Cancelled,
    }
}
