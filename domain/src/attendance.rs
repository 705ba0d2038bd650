//! Who was there, for how long, and what came of the session.
//!
//! Attendance is the union of a person's stays. The outcome is decided when it cannot change any
//! more for a session that went as planned: at its end, and not before the grace period is over
//! ([`decided_at`]); once more when the room has ended, should somebody have come later; and again
//! whenever evidence comes late.
//!
//! Nobody is said to have missed a session because of what somebody else did, or because we did not
//! look: see [`outcome`].

use crate::{
    access::SessionFacts,
    availability::Interval,
    seats::Seats,
    session::{Booking, EndReason, Outcome, Room, SeatRole},
    time::{Millis, Timestamp},
};

/// How long after the start the other person has to be waited for.
pub const GRACE: Millis = Millis::minutes(15);

/// A gap up to this long is a reconnect, not an absence.
pub const RECONNECT: Millis = Millis::minutes(1);

/// Being in the room together for this long is a meeting.
pub const MET: Millis = Millis::minutes(1);

/// LiveKit is asked every minute who is in a room. Between two answers up to this far apart the room
/// counts as observed, so that one look may fail.
pub const UNSEEN: Millis = Millis::minutes(2);

/// When the outcome of a session of [`starts_at`, `ends_at`) is decided.
pub fn decided_at(starts_at: Timestamp, ends_at: Timestamp) -> Timestamp {
    ends_at.max(starts_at + GRACE)
}

/// The stays merged: sorted, without overlaps, with gaps up to `bridge` closed.
pub fn union(stays: impl IntoIterator<Item = Interval>, bridge: Millis) -> Vec<Interval> {
    let mut stays: Vec<Interval> = stays.into_iter().filter(|s| s.from <= s.to).collect();
    stays.sort_unstable();
    let mut whole: Vec<Interval> = Vec::with_capacity(stays.len());
    for stay in stays {
        match whole.last_mut() {
            Some(last) if stay.from <= last.to + bridge => last.to = last.to.max(stay.to),
            _ => whole.push(stay),
        }
    }
    whole
}

/// Time covered by intervals that do not overlap.
pub fn total(union: &[Interval]) -> Millis {
    Millis(union.iter().map(|i| i.to.0 - i.from.0).sum())
}

/// Time covered by both of two unions.
pub fn together(a: &[Interval], b: &[Interval]) -> Millis {
    let shared = |x: &Interval, y: &Interval| (x.to.min(y.to).0 - x.from.max(y.from).0).max(0);
    Millis(
        a.iter()
            .flat_map(|x| b.iter().map(move |y| shared(x, y)))
            .sum(),
    )
}

/// What is known of a session when it is decided what came of it.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// Scheduled start.
    pub starts_at: Timestamp,
    /// Each person's stays; one that goes on ends at the moment of asking.
    pub stays: Seats<&'a [Interval]>,
    /// When LiveKit answered who is in the room: from the first to the last of answers that were at
    /// most [`UNSEEN`] apart.
    pub observed: &'a [Interval],
    /// When the mentor first kept the mentee out, also when the mentee was let in again.
    pub kept_out_at: Option<Timestamp>,
    /// Whether, when and by whom the room was ended.
    pub room: Room,
}

/// What one person's absence comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Was there when it counted.
    Came,
    /// Was not, though nothing kept them out and we looked.
    Missed,
    /// Was not seen there, and nobody can blame them for it.
    Excused,
}

impl Evidence<'_> {
    fn grace_ends(&self) -> Timestamp {
        self.starts_at + GRACE
    }

    /// When people have to be there: as the grace period ends, or the room, if that is earlier.
    fn moment(&self) -> Timestamp {
        match self.room {
            Room::Ended { at, .. } => at.min(self.grace_ends()),
            Room::Scheduled | Room::Open | Room::Live | Room::Failed => self.grace_ends(),
        }
    }

    /// Whether somebody else took the chance to come away before the grace period was over.
    fn was_prevented(&self, role: SeatRole) -> bool {
        let is_mentee = role == SeatRole::Mentee;
        let was_kept_out = self.kept_out_at.is_some_and(|at| at <= self.grace_ends());
        let was_shut_out = match self.room {
            Room::Ended { at, reason, .. } if at < self.grace_ends() => match reason {
                EndReason::EndedByMentor => is_mentee,
                EndReason::EndedByAdmin | EndReason::Cancelled => true,
                // A window that short was known to both.
                EndReason::TimeUp => false,
            },
            Room::Ended { .. } | Room::Scheduled | Room::Open | Room::Live | Room::Failed => false,
        };
        was_shut_out || (is_mentee && was_kept_out)
    }

    /// Whether LiveKit was asked from the start until people had to be there. A room may be made at
    /// the start, so that the first answer comes a little later; the last one may not come too early.
    fn is_observed(&self) -> bool {
        let until = self.moment();
        let from = self.starts_at.min(until);
        union(self.observed.iter().copied(), UNSEEN)
            .iter()
            .any(|seen| seen.from <= from + UNSEEN && until <= seen.to)
    }

    fn part(&self, role: SeatRole) -> Part {
        let moment = self.moment();
        let came = union(self.stays[role].iter().copied(), RECONNECT)
            .iter()
            .any(|stay| stay.from <= moment && moment <= stay.to + RECONNECT);
        if came {
            Part::Came
        } else if self.was_prevented(role) || !self.is_observed() {
            Part::Excused
        } else {
            Part::Missed
        }
    }
}

/// What came of a session.
///
/// Met for [`MET`]: completed. Otherwise whoever was not there when the grace period ended missed
/// it: waiting until then is what both may expect of each other, however often the connection broke.
///
/// Two things are nobody's absence. Whoever was kept out or shut out by somebody else before the
/// grace period was over did not miss the session. And absence is only what LiveKit told us again
/// and again while it lasted: where we did not ask, or got no answer, nobody knows, and what came of
/// the session is unknown unless both were there.
pub fn outcome(evidence: &Evidence<'_>) -> Outcome {
    let Seats { mentor, mentee } = evidence
        .stays
        .map(|stays| union(stays.iter().copied(), Millis(0)));
    if together(&mentor, &mentee) >= MET {
        return Outcome::Completed;
    }
    match (
        evidence.part(SeatRole::Mentor),
        evidence.part(SeatRole::Mentee),
    ) {
        (Part::Came, Part::Came) => Outcome::Completed,
        (Part::Missed, Part::Missed) => Outcome::MissedByBoth,
        (Part::Missed, Part::Came | Part::Excused) => Outcome::MissedByMentor,
        (Part::Came | Part::Excused, Part::Missed) => Outcome::MissedByMentee,
        (Part::Came | Part::Excused, Part::Excused) | (Part::Excused, Part::Came) => {
            Outcome::Unknown
        }
    }
}

/// Whether one of the two may say at `now` that it was otherwise than `outcome`: also when nothing was
/// decided although the time is over.
pub fn may_contest(session: &SessionFacts, outcome: Outcome, now: Timestamp) -> bool {
    match outcome {
        Outcome::Completed
        | Outcome::MissedByMentor
        | Outcome::MissedByMentee
        | Outcome::MissedByBoth
        | Outcome::Unknown => true,
        Outcome::Pending => {
            session.booking == Booking::Confirmed
                && now >= decided_at(session.scheduled_at, session.ends_at)
        }
        Outcome::Disputed => false,
    }
}

#[cfg(test)]
mod fairness;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: Timestamp = Timestamp(1_800_000_000_000);

    /// Seconds from the start.
    fn stay(from: i64, to: i64) -> Interval {
        Interval {
            from: START + Millis::seconds(from),
            to: START + Millis::seconds(to),
        }
    }

    /// Of a session that was observed from beginning to end, and that nobody cut short.
    fn outcome(mentor: &[Interval], mentee: &[Interval], starts_at: Timestamp) -> Outcome {
        super::outcome(&Evidence {
            starts_at,
            stays: Seats { mentor, mentee },
            observed: &[stay(-900, 7_200)],
            kept_out_at: None,
            room: Room::Live,
        })
    }

    #[test]
    fn overlapping_and_touching_stays_count_once() {
        let stays = [stay(100, 200), stay(0, 150), stay(200, 210), stay(300, 350)];
        let whole = union(stays, Millis(0));
        assert_eq!(whole, [stay(0, 210), stay(300, 350)]);
        assert_eq!(total(&whole), Millis::seconds(260));
        assert_eq!(union(stays, Millis::seconds(90)), [stay(0, 350)]);
        assert_eq!(union(stays, Millis(89_999)).len(), 2);
    }

    #[test]
    fn a_minute_together_is_a_meeting_and_a_millisecond_less_is_not() {
        let mentor = [stay(0, 300)];
        assert_eq!(
            outcome(&mentor, &[stay(240, 900)], START),
            Outcome::Completed
        );
        let mut late = stay(240, 600);
        late.from = late.from + Millis(1);
        assert_eq!(outcome(&mentor, &[late], START), Outcome::MissedByBoth);
    }

    #[test]
    fn whoever_waits_until_the_grace_period_ends_did_not_miss_it() {
        let grace = GRACE.0 / 1_000;
        let waited = [stay(-60, grace)];
        assert_eq!(outcome(&waited, &[], START), Outcome::MissedByMentee);
        assert_eq!(outcome(&[], &waited, START), Outcome::MissedByMentor);
        assert_eq!(outcome(&[], &[], START), Outcome::MissedByBoth);
        // Gone more than a minute too early, or came after it.
        assert_eq!(
            outcome(&[stay(0, grace - 61)], &[], START),
            Outcome::MissedByBoth
        );
        assert_eq!(
            outcome(&[stay(grace + 1, 3_000)], &[], START),
            Outcome::MissedByBoth
        );
    }

    #[test]
    fn a_broken_connection_is_not_an_absence() {
        let waiting = [stay(0, 400), stay(450, 860), stay(915, 1_000)];
        assert_eq!(outcome(&waiting, &[], START), Outcome::MissedByMentee);
    }

    #[test]
    fn the_outcome_is_decided_at_the_end_and_after_the_grace_period() {
        let short = decided_at(START, START + Millis::minutes(10));
        assert_eq!(short, START + GRACE);
        let long = decided_at(START, START + Millis::minutes(60));
        assert_eq!(long, START + Millis::minutes(60));
    }

    fn stays() -> impl Strategy<Value = Vec<Interval>> {
        proptest::collection::vec((-900i64..7_200, 0i64..2_000), 0..8)
            .prop_map(|all| all.into_iter().map(|(f, l)| stay(f, f + l)).collect())
    }

    proptest! {
        #[test]
        fn attendance_does_not_depend_on_order_or_repetition(all in stays()) {
            let once = union(all.clone(), Millis(0));
            let mut twice = all.clone();
            twice.reverse();
            twice.extend(all);
            prop_assert_eq!(&union(twice, Millis(0)), &once);
            for pair in once.windows(2) {
                prop_assert!(pair[0].to < pair[1].from);
            }
        }

        #[test]
        fn roles_are_treated_alike(a in stays(), b in stays()) {
            let mirrored = match outcome(&b, &a, START) {
                Outcome::MissedByMentor => Outcome::MissedByMentee,
                Outcome::MissedByMentee => Outcome::MissedByMentor,
                same => same,
            };
            prop_assert_eq!(outcome(&a, &b, START), mirrored);
        }
    }
}
