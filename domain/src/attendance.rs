//! Who was there, for how long, and what came of the session.
//!
//! Attendance is the union of a person's stays. The outcome is decided when it cannot change any
//! more for a session that went as planned: at its end, and not before the grace period is over
//! ([`decided_at`]); and once more when the room has ended, should somebody have come later.

use crate::{
    availability::Interval,
    session::Outcome,
    time::{Millis, Timestamp},
};

/// How long after the start the other person has to be waited for.
pub const GRACE: Millis = Millis::minutes(15);

/// A gap up to this long is a reconnect, not an absence.
pub const RECONNECT: Millis = Millis::minutes(1);

/// Being in the room together for this long is a meeting.
pub const MET: Millis = Millis::minutes(1);

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

/// What came of a session that started at `starts_at`, from both people's stays; a stay that goes on
/// ends at the moment of asking.
///
/// Met for [`MET`]: completed. Otherwise whoever was not there when the grace period ended missed
/// it: waiting until then is what both may expect of each other, however often the connection broke.
pub fn outcome(mentor: &[Interval], mentee: &[Interval], starts_at: Timestamp) -> Outcome {
    let exact = |stays: &[Interval]| union(stays.iter().copied(), Millis(0));
    if together(&exact(mentor), &exact(mentee)) >= MET {
        return Outcome::Completed;
    }
    let waited = |stays: &[Interval]| {
        let moment = starts_at + GRACE;
        union(stays.iter().copied(), RECONNECT)
            .iter()
            .any(|i| i.from <= moment && moment <= i.to + RECONNECT)
    };
    match (waited(mentor), waited(mentee)) {
        (true, true) => Outcome::Completed,
        (true, false) => Outcome::MissedByMentee,
        (false, true) => Outcome::MissedByMentor,
        (false, false) => Outcome::MissedByBoth,
    }
}

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
