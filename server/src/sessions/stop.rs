//! Ends what somebody would still come to, when they may not or want not to any more.

use super::follow::{Written, follow};
use crate::{
    meetings::end_in,
    store::{
        self, StoreError, Txn,
        sessions::{Edit, SessionRecord},
    },
};
use domain::{
    availability::Interval,
    booking::{ChangeKind, Next},
    ids::UserId,
    session::{Booking, EndReason, SeatRole},
    time::Timestamp,
    window::WindowRules,
};

type Stored = Result<(), StoreError>;

/// Declines or withdraws the requests between two people that wait for an answer, and gives back what one holds of the
/// other's time. Nobody is told why.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn end_requests_between(
    txn: &Txn,
    by: UserId,
    other: UserId,
    rules: WindowRules,
    now: Timestamp,
) -> Stored {
    store::sessions::release_holds_between(txn, by, other).await?;
    for record in store::sessions::lock_ahead(txn, by, rules, now).await? {
        let facts = &record.facts;
        if facts.booking != Booking::Requested || facts.role_of(other).is_none() {
            continue;
        }
        let next = match facts.role_of(by) {
            Some(SeatRole::Mentor) => Next {
                booking: Booking::Declined,
                change: ChangeKind::Declined,
            },
            Some(SeatRole::Mentee) | None => cancelled(by, now),
        };
        write(txn, &record, next, by, rules, now).await?;
    }
    Ok(())
}

/// What becomes of the meetings that somebody could be in now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Running {
    /// They end for both.
    Ends,
    /// They go on until their own end.
    GoesOn,
}

/// Cancels what a person would still come to, in the name of `by`; times that anybody holds of theirs are given back.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn stop_all(
    txn: &Txn,
    (user, by): (UserId, UserId),
    running: Running,
    rules: WindowRules,
    now: Timestamp,
) -> Stored {
    store::sessions::release_all_holds(txn, user).await?;
    for record in store::sessions::lock_ahead(txn, user, rules, now).await? {
        let facts = &record.facts;
        let has_begun = facts.booking == Booking::Confirmed && facts.scheduled_at <= now;
        match (has_begun, running) {
            (true, Running::Ends) => {
                end_in(txn, facts.id, Some(by), EndReason::EndedByAdmin, now).await?;
            }
            (true, Running::GoesOn) => {}
            (false, _) => write(txn, &record, cancelled(by, now), by, rules, now).await?,
        }
    }
    Ok(())
}

fn cancelled(by: UserId, now: Timestamp) -> Next {
    Next {
        booking: Booking::Cancelled {
            by: Some(by),
            at: now,
        },
        change: ChangeKind::Cancelled,
    }
}

async fn write(
    txn: &Txn,
    record: &SessionRecord,
    next: Next,
    by: UserId,
    rules: WindowRules,
    now: Timestamp,
) -> Stored {
    let edit = Edit {
        booking: Some(next.booking),
        ..Edit::default()
    };
    store::sessions::edit(txn, record, &edit, now).await?;
    let facts = &record.facts;
    let time = Interval {
        from: facts.scheduled_at,
        to: facts.ends_at,
    };
    let written = Written {
        session: facts.id,
        version: record.version + 1,
        before: Some((facts.booking, time)),
        next,
        time,
        by,
        note: String::new(),
    };
    follow(txn, &written, rules, now).await
}
