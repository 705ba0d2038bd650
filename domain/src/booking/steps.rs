//! Who may do what with a booking, and what it becomes.

use super::notes::note;
use crate::{
    access::SessionFacts,
    problem::Problem,
    session::{Booking, Room, SeatRole},
    time::{Millis, Timestamp},
};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// How long a slot is held while its form is filled in.
pub const HOLD: Millis = Millis::minutes(10);
/// Calling off or moving a session this close to its start needs a reason.
pub const LATE: Millis = Millis::hours(24);

/// What somebody wants to do with a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Finish a held booking.
    Finish {
        /// Whether this mentor confirms bookings by hand.
        mentor_confirms: bool,
    },
    /// Say yes to a request.
    Confirm,
    /// Say no to a request.
    Decline,
    /// Ask the mentee for more information.
    Ask,
    /// Give it.
    Answer,
    /// Move it to another time.
    Reschedule {
        /// Whether this mentor confirms bookings by hand.
        mentor_confirms: bool,
    },
    /// Call it off.
    Cancel,
}

/// What happened to a session, as its people read it.
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
pub enum ChangeKind {
    /// Booked and confirmed at once.
    Booked,
    /// Asked for; the mentor answers.
    Requested,
    /// The mentor said yes.
    Confirmed,
    /// The mentor said no.
    Declined,
    /// The mentor wants to know more.
    Asked,
    /// The mentee answered.
    Answered,
    /// Moved to another time.
    Rescheduled,
    /// Called off.
    Cancelled,
}

/// What a booking becomes; who holds which seat stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// The new state.
    pub booking: Booking,
    /// What the history calls it.
    pub change: ChangeKind,
}

/// What `step`, taken by the holder of `role`'s seat at `now`, makes of a session.
///
/// # Errors
/// [`Problem::Forbidden`] for the other person's steps; [`Problem::Conflict`] with the reason when
/// the session is not in a state for it any more.
pub fn after(
    session: &SessionFacts,
    held_until: Option<Timestamp>,
    role: SeatRole,
    step: Step,
    now: Timestamp,
) -> Result<Next, Problem> {
    if !belongs_to(step, role) {
        return Err(Problem::Forbidden);
    }
    if matches!(session.room, Room::Ended { .. }) && !is_off(session.booking) {
        return refuse("This session is over and cannot be changed.");
    }
    let (booking, change) = match (step, session.booking) {
        (Step::Finish { mentor_confirms }, Booking::Held) => {
            if held_until.is_none_or(|until| now >= until) {
                return refuse(
                    "The time was held for 10 minutes and is free again. Please choose it once more.",
                );
            }
            not_begun(session, now)?;
            if mentor_confirms {
                (Booking::Requested, ChangeKind::Requested)
            } else {
                (Booking::Confirmed, ChangeKind::Booked)
            }
        }
        (Step::Confirm, Booking::Requested) => {
            not_begun(session, now)?;
            (Booking::Confirmed, ChangeKind::Confirmed)
        }
        (Step::Decline, Booking::Requested) => (Booking::Declined, ChangeKind::Declined),
        (Step::Ask, Booking::Requested) => {
            not_begun(session, now)?;
            (Booking::Requested, ChangeKind::Asked)
        }
        (Step::Answer, Booking::Requested) => (Booking::Requested, ChangeKind::Answered),
        (Step::Reschedule { mentor_confirms }, Booking::Requested | Booking::Confirmed) => {
            not_begun(session, now)?;
            // A mentor's own move needs no second yes; a mentee's does where the first one did.
            let confirmed = match role {
                SeatRole::Mentor => session.booking == Booking::Confirmed,
                SeatRole::Mentee => session.booking == Booking::Confirmed && !mentor_confirms,
            };
            let booking = if confirmed {
                Booking::Confirmed
            } else {
                Booking::Requested
            };
            (booking, ChangeKind::Rescheduled)
        }
        // A held time is nobody else's business: it is given back, or runs out.
        (Step::Cancel, Booking::Requested | Booking::Confirmed) => {
            if now >= session.ends_at {
                return refuse("This session is over and cannot be cancelled.");
            }
            // From here on, what came of it follows from who was there. A request is still only that.
            if session.booking == Booking::Confirmed && now >= session.scheduled_at {
                return refuse(begun(role));
            }
            let by = match role {
                SeatRole::Mentor => session.mentor,
                SeatRole::Mentee => session.mentee,
            };
            (
                Booking::Cancelled {
                    by: Some(by),
                    at: now,
                },
                ChangeKind::Cancelled,
            )
        }
        (_, Booking::Cancelled { .. }) => return refuse("This session was cancelled."),
        (_, Booking::Declined) => return refuse("The mentor declined this session."),
        (_, Booking::Held) => return refuse("This booking is not finished yet."),
        (Step::Finish { .. }, Booking::Requested | Booking::Confirmed) => {
            return refuse("This session is booked already.");
        }
        (Step::Confirm | Step::Decline | Step::Ask | Step::Answer, Booking::Confirmed) => {
            return refuse("This session is confirmed already.");
        }
    };
    Ok(Next { booking, change })
}

/// Whether the holder of `role`'s seat takes this step at all.
pub fn belongs_to(step: Step, role: SeatRole) -> bool {
    match step {
        Step::Confirm | Step::Decline | Step::Ask => role == SeatRole::Mentor,
        Step::Finish { .. } | Step::Answer => role == SeatRole::Mentee,
        Step::Reschedule { .. } | Step::Cancel => true,
    }
}

fn is_off(booking: Booking) -> bool {
    match booking {
        Booking::Cancelled { .. } | Booking::Declined => true,
        Booking::Held | Booking::Requested | Booking::Confirmed => false,
    }
}

/// Why a session that goes on is not called off, and what can be done instead.
fn begun(role: SeatRole) -> &'static str {
    match role {
        SeatRole::Mentor => {
            "This session has begun, so it cannot be cancelled any more. You can end the meeting in its room; \
             what came of the session follows from who was there."
        }
        SeatRole::Mentee => {
            "This session has begun, so it cannot be cancelled any more. You can leave the meeting at any time; \
             what came of the session follows from who was there."
        }
    }
}

fn not_begun(session: &SessionFacts, now: Timestamp) -> Result<(), Problem> {
    if now < session.scheduled_at {
        Ok(())
    } else {
        refuse("This session has already begun.")
    }
}

fn refuse<T>(why: &str) -> Result<T, Problem> {
    Err(Problem::Conflict(why.to_owned()))
}

/// Which steps a page offers to the holder of a seat.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Steps {
    /// Finish the form.
    pub finish: bool,
    /// Confirm, decline, or ask for more.
    pub answer_request: bool,
    /// Answer the mentor's question.
    pub tell_more: bool,
    /// Move it.
    pub reschedule: bool,
    /// Call it off.
    pub cancel: bool,
    /// Whether moving or calling off needs a reason now.
    pub reason_needed: bool,
}

/// What `role` may do with a session at `now`; nobody without a seat may do anything.
pub fn steps(
    session: &SessionFacts,
    held_until: Option<Timestamp>,
    is_asked: bool,
    role: Option<SeatRole>,
    now: Timestamp,
) -> Steps {
    let Some(role) = role else {
        return Steps::default();
    };
    let may = |step| after(session, held_until, role, step, now).is_ok();
    // Whether the mentor confirms by hand changes what becomes of it, not whether it is allowed.
    let mentor_confirms = false;
    Steps {
        finish: may(Step::Finish { mentor_confirms }),
        answer_request: may(Step::Confirm),
        tell_more: is_asked && may(Step::Answer),
        reschedule: may(Step::Reschedule { mentor_confirms }),
        cancel: may(Step::Cancel),
        reason_needed: reason_needed(session, now),
    }
}

/// Whether moving or calling off needs a reason: a confirmed session within [`LATE`] of its start.
pub fn reason_needed(session: &SessionFacts, now: Timestamp) -> bool {
    session.booking == Booking::Confirmed && now + LATE > session.scheduled_at
}

/// A reason given for calling off or moving.
///
/// # Errors
/// [`Problem::Invalid`] on `reason` when it is needed and missing, or too long.
pub fn reason(session: &SessionFacts, text: &str, now: Timestamp) -> Result<String, Problem> {
    let text = note("reason", text)?;
    if text.is_empty() && reason_needed(session, now) {
        return Err(Problem::field(
            "reason",
            "It is less than a day until the session: say in a few words why.",
        ));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::{SessionId, UserId},
        session::EndReason,
    };
    use proptest::prelude::*;
    use uuid::Uuid;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    fn user(n: u128) -> UserId {
        UserId(Uuid::from_u128(n))
    }

    fn session(booking: Booking) -> SessionFacts {
        SessionFacts {
            id: SessionId(Uuid::from_u128(1)),
            mentor: user(1),
            mentee: user(2),
            scheduled_at: NOW + Millis::days(2),
            ends_at: NOW + Millis::days(2) + Millis::hours(1),
            booking,
            room: Room::Scheduled,
            extended: Millis(0),
            mentee_removed_at: None,
        }
    }

    const UNTIL: Option<Timestamp> = Some(Timestamp(NOW.0 + HOLD.0));
    const FINISH: Step = Step::Finish {
        mentor_confirms: true,
    };

    fn becomes(booking: Booking, role: SeatRole, step: Step) -> Result<Booking, u16> {
        let outcome = after(&session(booking), UNTIL, role, step, NOW);
        outcome
            .map(|outcome| outcome.booking)
            .map_err(|problem| problem.status())
    }

    #[test]
    fn a_request_is_answered_by_the_mentor_alone() {
        use SeatRole::{Mentee, Mentor};
        assert_eq!(
            becomes(Booking::Requested, Mentor, Step::Confirm),
            Ok(Booking::Confirmed)
        );
        assert_eq!(
            becomes(Booking::Requested, Mentor, Step::Decline),
            Ok(Booking::Declined)
        );
        assert_eq!(
            becomes(Booking::Requested, Mentor, Step::Ask),
            Ok(Booking::Requested)
        );
        for step in [Step::Confirm, Step::Decline, Step::Ask] {
            assert_eq!(becomes(Booking::Requested, Mentee, step), Err(403));
            assert_eq!(becomes(Booking::Confirmed, Mentor, step), Err(409));
            assert_eq!(becomes(Booking::Declined, Mentor, step), Err(409));
        }
        assert_eq!(becomes(Booking::Requested, Mentor, Step::Answer), Err(403));
    }

    #[test]
    fn a_hold_ends_to_the_millisecond() {
        let at = |now| {
            after(
                &session(Booking::Held),
                UNTIL,
                SeatRole::Mentee,
                FINISH,
                now,
            )
        };
        assert!(at(Timestamp(NOW.0 + HOLD.0 - 1)).is_ok());
        assert_eq!(at(NOW + HOLD).map_err(|p| p.status()), Err(409));
        let automatic = Step::Finish {
            mentor_confirms: false,
        };
        assert_eq!(
            becomes(Booking::Held, SeatRole::Mentee, automatic),
            Ok(Booking::Confirmed)
        );
        assert_eq!(
            becomes(Booking::Held, SeatRole::Mentee, FINISH),
            Ok(Booking::Requested)
        );
    }

    #[test]
    fn a_held_time_is_not_cancelled_but_given_back() {
        for role in SeatRole::ALL {
            assert_eq!(becomes(Booking::Held, *role, Step::Cancel), Err(409));
        }
    }

    #[test]
    fn a_session_is_called_off_until_it_begins_to_the_millisecond() {
        let confirmed = session(Booking::Confirmed);
        let start = confirmed.scheduled_at;
        for role in SeatRole::ALL.iter().copied() {
            let cancel = |facts: &SessionFacts, now| after(facts, None, role, Step::Cancel, now);
            assert!(cancel(&confirmed, start - Millis(1)).is_ok());
            for (now, why) in [(start, "has begun"), (confirmed.ends_at, "is over")] {
                let refused = cancel(&confirmed, now).expect_err("too late").to_string();
                assert!(refused.contains(why), "{refused}");
            }
            assert!(!steps_of(&confirmed, role, start).cancel);
            // Nobody waits for a session that was only asked for.
            let requested = session(Booking::Requested);
            assert!(cancel(&requested, start).is_ok());
            assert!(cancel(&requested, requested.ends_at).is_err());
        }
    }

    #[test]
    fn a_mentees_move_asks_again_where_the_mentor_confirms_by_hand() {
        let step = |mentor_confirms| Step::Reschedule { mentor_confirms };
        assert_eq!(
            becomes(Booking::Confirmed, SeatRole::Mentee, step(true)),
            Ok(Booking::Requested)
        );
        assert_eq!(
            becomes(Booking::Confirmed, SeatRole::Mentee, step(false)),
            Ok(Booking::Confirmed)
        );
        assert_eq!(
            becomes(Booking::Confirmed, SeatRole::Mentor, step(true)),
            Ok(Booking::Confirmed)
        );
        assert_eq!(
            becomes(Booking::Requested, SeatRole::Mentor, step(false)),
            Ok(Booking::Requested)
        );
    }

    #[test]
    fn a_reason_is_needed_on_the_last_day_of_a_confirmed_session() {
        let confirmed = session(Booking::Confirmed);
        let last_day = confirmed.scheduled_at - LATE;
        assert_eq!(reason(&confirmed, " ", last_day), Ok(String::new()));
        assert!(reason(&confirmed, " ", Timestamp(last_day.0 + 1)).is_err());
        assert_eq!(
            reason(&confirmed, " Ill. ", Timestamp(last_day.0 + 1)),
            Ok("Ill.".to_owned())
        );
        assert_eq!(
            reason(&session(Booking::Requested), "", confirmed.scheduled_at),
            Ok(String::new())
        );
    }

    fn any_step() -> impl Strategy<Value = Step> {
        prop_oneof![
            any::<bool>().prop_map(|mentor_confirms| Step::Finish { mentor_confirms }),
            Just(Step::Confirm),
            Just(Step::Decline),
            Just(Step::Ask),
            Just(Step::Answer),
            any::<bool>().prop_map(|mentor_confirms| Step::Reschedule { mentor_confirms }),
            Just(Step::Cancel),
        ]
    }

    proptest! {
        #[test]
        fn nothing_follows_a_cancellation_a_refusal_or_an_end(
            steps in proptest::collection::vec((any_step(), any::<bool>(), 0i64..4), 1..30),
        ) {
            let mut facts = session(Booking::Held);
            let mut off = false;
            let mut now = NOW;
            for (step, by_mentor, hours) in steps {
                now = now + Millis::hours(hours);
                let role = if by_mentor { SeatRole::Mentor } else { SeatRole::Mentee };
                let result = after(&facts, UNTIL, role, step, now);
                if off {
                    prop_assert!(result.is_err());
                }
                if let Ok(outcome) = result {
                    facts.booking = outcome.booking;
                    off = is_off(outcome.booking);
                    prop_assert!(outcome.booking != Booking::Held);
                    if outcome.booking == Booking::Confirmed {
                        prop_assert!(now < facts.scheduled_at);
                    }
                }
            }
            facts.booking = Booking::Confirmed;
            facts.room = Room::Ended { by: None, at: now, reason: EndReason::TimeUp };
            for role in [SeatRole::Mentor, SeatRole::Mentee] {
                prop_assert!(after(&facts, UNTIL, role, Step::Cancel, now).is_err());
                prop_assert_eq!(steps_of(&facts, role, now), Steps { reason_needed: reason_needed(&facts, now), ..Steps::default() });
            }
        }
    }

    fn steps_of(facts: &SessionFacts, role: SeatRole, now: Timestamp) -> Steps {
        steps(facts, UNTIL, true, Some(role), now)
    }

    #[test]
    fn a_page_offers_each_person_their_own_steps() {
        let requested = session(Booking::Requested);
        let mentor = steps_of(&requested, SeatRole::Mentor, NOW);
        let mentee = steps_of(&requested, SeatRole::Mentee, NOW);
        assert!(mentor.answer_request && !mentor.tell_more && mentor.cancel);
        assert!(!mentee.answer_request && mentee.tell_more && mentee.reschedule);
        assert_eq!(steps(&requested, None, true, None, NOW), Steps::default());
    }
}
