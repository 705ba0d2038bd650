//! Running late: one click tells the other person, and another takes it back.

use crate::{
    access::{Access, SessionFacts, access},
    ids::UserId,
    time::{Millis, Timestamp},
    window::WindowRules,
};

/// From this long before the start people can say that they will be late; before that there is time
/// to move the session.
pub const FROM: Millis = Millis::hours(1);

/// Whether `user` can say at `now` that they are running late, or take it back: a seat holder, from
/// [`FROM`] before the start until the meeting closes for them.
pub fn may_say_late(
    session: &SessionFacts,
    user: UserId,
    now: Timestamp,
    rules: WindowRules,
) -> bool {
    match access(Some(session), user, now, rules) {
        Access::Open { .. } => true,
        Access::TooEarly { .. } => now >= session.scheduled_at - FROM,
        Access::NotFound
        | Access::NotYours
        | Access::Cancelled { .. }
        | Access::NotConfirmed { .. }
        | Access::Ended { .. }
        | Access::Closed { .. }
        | Access::Removed { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::SessionId,
        session::{Booking, EndReason, Room},
    };
    use uuid::Uuid;

    const START: Timestamp = Timestamp(1_800_000_000_000);
    const MENTOR: UserId = UserId(Uuid::from_u128(10));
    const MENTEE: UserId = UserId(Uuid::from_u128(20));

    fn facts() -> SessionFacts {
        SessionFacts {
            id: SessionId(Uuid::from_u128(1)),
            mentor: MENTOR,
            mentee: MENTEE,
            scheduled_at: START,
            ends_at: START + Millis::minutes(45),
            booking: Booking::Confirmed,
            room: Room::Scheduled,
            extended: Millis(0),
            mentee_removed_at: None,
        }
    }

    fn may(session: &SessionFacts, user: UserId, now: Timestamp) -> bool {
        may_say_late(session, user, now, WindowRules::default())
    }

    #[test]
    fn it_can_be_said_from_an_hour_before_the_start_to_the_close_to_the_millisecond() {
        let close = START + WindowRules::default().closes_after;
        for user in [MENTOR, MENTEE] {
            assert!(!may(&facts(), user, START - FROM - Millis(1)));
            assert!(may(&facts(), user, START - FROM));
            assert!(may(&facts(), user, START));
            assert!(may(&facts(), user, close));
            assert!(!may(&facts(), user, close + Millis(1)));
        }
    }

    #[test]
    fn only_somebody_who_is_expected_can_say_it() {
        assert!(!may(&facts(), UserId(Uuid::from_u128(30)), START));
        for booking in [
            Booking::Held,
            Booking::Requested,
            Booking::Declined,
            Booking::Cancelled {
                by: None,
                at: START,
            },
        ] {
            assert!(!may(&SessionFacts { booking, ..facts() }, MENTEE, START));
        }
        let (by, reason) = (None, EndReason::EndedByMentor);
        let room = Room::Ended {
            by,
            at: START,
            reason,
        };
        assert!(!may(&SessionFacts { room, ..facts() }, MENTOR, START));
        let removed = SessionFacts {
            mentee_removed_at: Some(START),
            ..facts()
        };
        assert!(!may(&removed, MENTEE, START) && may(&removed, MENTOR, START));
    }
}
