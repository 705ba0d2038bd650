//! Nobody is a no-show because of what somebody else did, or because we did not look; and a real one is found.

use super::*;
use crate::{
    booking::{Step, after},
    ids::{SessionId, UserId},
};
use proptest::prelude::*;
use uuid::Uuid;

const START: Timestamp = Timestamp(1_800_000_000_000);
const GRACE_S: i64 = GRACE.0 / 1_000;
const OPENS_S: i64 = -900;
const CLOSES_S: i64 = 7_200;
const MENTOR: UserId = UserId(Uuid::from_u128(1));
const MENTEE: UserId = UserId(Uuid::from_u128(2));

fn at(second: i64) -> Timestamp {
    START + Millis::seconds(second)
}

fn span((from, to): (i64, i64)) -> Interval {
    Interval {
        from: at(from),
        to: at(to),
    }
}

fn ended(second: i64, reason: EndReason) -> Room {
    let by = match reason {
        EndReason::EndedByMentor => Some(MENTOR),
        EndReason::EndedByAdmin | EndReason::TimeUp | EndReason::Cancelled => None,
    };
    Room::Ended {
        by,
        at: at(second),
        reason,
    }
}

/// What came of it, with times in seconds from the start.
fn decide(
    mentor: &[(i64, i64)],
    mentee: &[(i64, i64)],
    observed: &[(i64, i64)],
    kept_out: Option<i64>,
    room: Room,
) -> Outcome {
    let spans = |all: &[(i64, i64)]| all.iter().copied().map(span).collect::<Vec<_>>();
    let (mentor, mentee, observed) = (spans(mentor), spans(mentee), spans(observed));
    outcome(&Evidence {
        starts_at: START,
        stays: Seats {
            mentor: &mentor,
            mentee: &mentee,
        },
        observed: &observed,
        kept_out_at: kept_out.map(at),
        room,
    })
}

#[test]
fn ending_removing_and_not_looking_make_nobody_a_no_show() {
    use EndReason::{EndedByAdmin, EndedByMentor, TimeUp};
    use Outcome::{Completed, MissedByBoth, MissedByMentee, MissedByMentor, Unknown};
    let whole: &[_] = &[(-880, 4_000)];
    let waits: &[_] = &[(-60, GRACE_S + 60)];
    let nobody: &[_] = &[];
    let over = ended(3_600, EndedByMentor);
    for (what, mentor, mentee, observed, kept_out, room, expected) in [
        // The plain ones first.
        (
            "a mentee who does not come",
            waits,
            nobody,
            whole,
            None,
            over,
            MissedByMentee,
        ),
        (
            "a mentor who does not come",
            nobody,
            waits,
            whole,
            None,
            over,
            MissedByMentor,
        ),
        (
            "nobody comes",
            nobody,
            nobody,
            whole,
            None,
            Room::Live,
            MissedByBoth,
        ),
        // Removed at the earliest moment, and at the last that counts.
        (
            "removed before anybody came",
            waits,
            nobody,
            whole,
            Some(OPENS_S),
            over,
            Unknown,
        ),
        (
            "removed as the grace ends",
            waits,
            nobody,
            whole,
            Some(GRACE_S),
            over,
            Unknown,
        ),
        (
            "removed after it",
            waits,
            nobody,
            whole,
            Some(GRACE_S + 1),
            over,
            MissedByMentee,
        ),
        (
            "removed by a mentor who is not there",
            nobody,
            nobody,
            whole,
            Some(0),
            over,
            MissedByMentor,
        ),
        // Ended by the mentor: who waits, who does not, and when.
        (
            "ended before the start from inside",
            &[(-700, -600)],
            nobody,
            whole,
            None,
            ended(-600, EndedByMentor),
            Unknown,
        ),
        (
            "ended before the start from outside",
            nobody,
            nobody,
            whole,
            None,
            ended(-600, EndedByMentor),
            MissedByMentor,
        ),
        (
            "ended while the mentee waits",
            nobody,
            &[(0, 300)],
            whole,
            None,
            ended(300, EndedByMentor),
            MissedByMentor,
        ),
        (
            "ended after five minutes alone",
            &[(0, 300)],
            nobody,
            whole,
            None,
            ended(300, EndedByMentor),
            Unknown,
        ),
        (
            "ended a second too early",
            &[(0, 899)],
            nobody,
            whole,
            None,
            ended(GRACE_S - 1, EndedByMentor),
            Unknown,
        ),
        (
            "ended as the grace ends",
            &[(0, 900)],
            nobody,
            whole,
            None,
            ended(GRACE_S, EndedByMentor),
            MissedByMentee,
        ),
        (
            "both there when it was ended",
            &[(0, 40)],
            &[(10, 40)],
            whole,
            None,
            ended(40, EndedByMentor),
            Completed,
        ),
        // By an administrator: nobody's fault.
        (
            "ended by an admin, nobody there",
            nobody,
            nobody,
            whole,
            None,
            ended(60, EndedByAdmin),
            Unknown,
        ),
        (
            "ended by an admin, the mentee waits",
            nobody,
            &[(0, 60)],
            whole,
            None,
            ended(60, EndedByAdmin),
            Unknown,
        ),
        // A session whose window is shorter than the grace period.
        (
            "a short window",
            &[(0, 600)],
            nobody,
            whole,
            None,
            ended(600, TimeUp),
            MissedByMentee,
        ),
        // Not looked at, at the beginning, in the middle, at the end, at all.
        ("never asked", waits, nobody, nobody, None, over, Unknown),
        (
            "asked once",
            waits,
            nobody,
            &[(300, 300)],
            None,
            over,
            Unknown,
        ),
        (
            "asked two minutes late",
            waits,
            nobody,
            &[(120, 4_000)],
            None,
            over,
            MissedByMentee,
        ),
        (
            "asked later",
            waits,
            nobody,
            &[(121, 4_000)],
            None,
            over,
            Unknown,
        ),
        (
            "a look failed",
            waits,
            nobody,
            &[(-60, 300), (420, 4_000)],
            None,
            over,
            MissedByMentee,
        ),
        (
            "more than one failed",
            waits,
            nobody,
            &[(-60, 300), (421, 4_000)],
            None,
            over,
            Unknown,
        ),
        (
            "asked until the grace ends",
            waits,
            nobody,
            &[(-60, GRACE_S)],
            None,
            over,
            MissedByMentee,
        ),
        (
            "a second less",
            waits,
            nobody,
            &[(-60, GRACE_S - 1)],
            None,
            over,
            Unknown,
        ),
        // Who was there needs no look: LiveKit's own messages say so.
        (
            "met unobserved",
            &[(0, 120)],
            &[(60, 120)],
            nobody,
            None,
            over,
            Completed,
        ),
    ] {
        let decided = decide(mentor, mentee, observed, kept_out, room);
        assert_eq!(decided, expected, "{what}");
    }
}

/// What somebody does; whether they may is decided on the way.
#[derive(Debug, Clone, Copy)]
enum Act {
    Remove,
    AllowBack,
    End(SeatRole),
    AdminEnds,
    Cancel(SeatRole),
}

/// A session as it went: what was recorded, and what the record must not be used for.
#[derive(Debug)]
struct World {
    facts: SessionFacts,
    kept_out: Option<i64>,
    out: Vec<(i64, i64)>,
}

fn play(acts: &[(i64, Act)]) -> World {
    let mut world = World {
        facts: SessionFacts {
            id: SessionId(Uuid::from_u128(9)),
            mentor: MENTOR,
            mentee: MENTEE,
            scheduled_at: START,
            ends_at: at(3_600),
            booking: Booking::Confirmed,
            room: Room::Live,
            extended: Millis(0),
            mentee_removed_at: None,
        },
        kept_out: None,
        out: Vec::new(),
    };
    for (second, act) in acts.iter().copied() {
        let is_over = matches!(world.facts.room, Room::Ended { .. });
        if is_over || world.facts.booking != Booking::Confirmed {
            break;
        }
        match act {
            Act::Remove => {
                world.kept_out = world.kept_out.or(Some(second));
                if world.facts.mentee_removed_at.is_none() {
                    world.facts.mentee_removed_at = Some(at(second));
                    world.out.push((second, CLOSES_S));
                }
            }
            Act::AllowBack => {
                if world.facts.mentee_removed_at.take().is_some()
                    && let Some(last) = world.out.last_mut()
                {
                    last.1 = second;
                }
            }
            Act::End(SeatRole::Mentor) => {
                world.facts.room = ended(second, EndReason::EndedByMentor);
            }
            // Refused: a mentee leaves, and the room stays.
            Act::End(SeatRole::Mentee) => {}
            Act::AdminEnds => world.facts.room = ended(second, EndReason::EndedByAdmin),
            Act::Cancel(role) => {
                if let Ok(next) = after(&world.facts, None, role, Step::Cancel, at(second)) {
                    assert!(second < 0, "called off after the start");
                    world.facts.booking = next.booking;
                    world.facts.room = ended(second, EndReason::Cancelled);
                }
            }
        }
    }
    world
}

/// The part of somebody's wish to be there that came true.
fn inside(wishes: &[(i64, i64)], until: i64, out: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut parts: Vec<(i64, i64)> = wishes.iter().map(|w| (w.0, w.1.min(until))).collect();
    for (from, to) in out {
        let cut = |(a, b): (i64, i64)| [(a, b.min(*from)), (a.max(*to), b)];
        parts = parts.into_iter().flat_map(cut).collect();
    }
    parts.retain(|(a, b)| a < b);
    parts
}

fn moments() -> impl Strategy<Value = i64> {
    prop_oneof![
        OPENS_S..CLOSES_S,
        Just(0),
        Just(GRACE_S),
        GRACE_S - 70..GRACE_S + 70,
        -2i64..3
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let role = || prop_oneof![Just(SeatRole::Mentor), Just(SeatRole::Mentee)];
    prop_oneof![
        Just(Act::Remove),
        Just(Act::AllowBack),
        role().prop_map(Act::End),
        Just(Act::AdminEnds),
        role().prop_map(Act::Cancel),
    ]
}

fn acts() -> impl Strategy<Value = Vec<(i64, Act)>> {
    proptest::collection::vec((moments(), act()), 0..5).prop_map(|mut acts| {
        acts.sort_by_key(|(second, _)| *second);
        acts
    })
}

fn wishes() -> impl Strategy<Value = Vec<(i64, i64)>> {
    let wish = (moments(), 1i64..2_000).prop_map(|(from, length)| (from, from + length));
    proptest::collection::vec(wish, 0..3)
}

/// Seconds at which LiveKit answered: every minute, but for some gaps.
fn looks() -> impl Strategy<Value = Vec<i64>> {
    let gaps = proptest::collection::vec((moments(), 1i64..1_500), 0..3);
    gaps.prop_map(|gaps| {
        let is_seen = |second: &i64| {
            gaps.iter()
                .all(|(from, length)| !(*from..from + length).contains(second))
        };
        (OPENS_S..=CLOSES_S).step_by(60).filter(is_seen).collect()
    })
}

/// As they are stored: stretches of answers that are not too far apart.
fn stretches(looks: &[i64]) -> Vec<(i64, i64)> {
    let mut all: Vec<(i64, i64)> = Vec::new();
    for look in looks.iter().copied() {
        match all.last_mut() {
            Some(last) if look - last.1 <= UNSEEN.0 / 1_000 => last.1 = look,
            _ => all.push((look, look)),
        }
    }
    all
}

proptest! {
    #[test]
    fn nobody_is_a_no_show_who_was_there_or_kept_out_or_not_looked_for(
        acts in acts(), mentor in wishes(), mentee in wishes(), looks in looks(),
    ) {
        let world = play(&acts);
        if world.facts.booking != Booking::Confirmed {
            return Ok(()); // Called off before the start: nothing came of it.
        }
        let (end, early_end) = match world.facts.room {
            Room::Ended { at, reason, .. } => {
                let second = (at.0 - START.0) / 1_000;
                (second, (second < GRACE_S).then_some(reason))
            }
            Room::Scheduled | Room::Open | Room::Live | Room::Failed => (CLOSES_S, None),
        };
        let mentor = inside(&mentor, end, &[]);
        let mentee = inside(&mentee, end, &world.out);
        let decided = decide(&mentor, &mentee, &stretches(&looks), world.kept_out, world.facts.room);

        let moment = end.min(GRACE_S);
        let was_there = |stays: &[(i64, i64)]| stays.iter().any(|(a, b)| *a <= moment && moment <= *b);
        let from = moment.min(0);
        let around: Vec<i64> = looks.iter().copied().filter(|look| *look <= moment).collect();
        let next = looks.iter().copied().find(|look| *look >= moment);
        let seen: Vec<i64> = around.into_iter().chain(next).collect();
        let is_seen = next.is_some()
            && seen.first().is_some_and(|first| *first <= from + 120)
            // Where nobody looked before, the first look may come that late as well.
            && seen.windows(2).all(|pair| pair[1] <= from + 120 || pair[1] - pair[0] <= 120);

        let missed = |role| match role {
            SeatRole::Mentor => matches!(decided, Outcome::MissedByMentor | Outcome::MissedByBoth),
            SeatRole::Mentee => matches!(decided, Outcome::MissedByMentee | Outcome::MissedByBoth),
        };
        if missed(SeatRole::Mentee) {
            prop_assert!(!was_there(&mentee));
            prop_assert!(early_end.is_none());
            prop_assert!(world.kept_out.is_none_or(|second| second > GRACE_S));
        }
        if missed(SeatRole::Mentor) {
            prop_assert!(!was_there(&mentor));
            prop_assert!(early_end != Some(EndReason::EndedByAdmin));
        }
        if missed(SeatRole::Mentor) || missed(SeatRole::Mentee) {
            prop_assert!(is_seen, "{seen:?}");
        }
        prop_assert!(decided != Outcome::Pending && decided != Outcome::Disputed);
    }

    #[test]
    fn a_real_no_show_is_found_whatever_the_other_does_afterwards(
        come in OPENS_S..=0, go in GRACE_S..CLOSES_S, later in GRACE_S..CLOSES_S, is_mentor in any::<bool>(), offset in 0i64..60,
    ) {
        let looks: Vec<i64> = (OPENS_S + offset..=CLOSES_S).step_by(60).collect();
        let waits = [(come, go.min(later))];
        let (mentor, mentee, expected): (&[_], &[_], _) = if is_mentor {
            (&waits, &[], Outcome::MissedByMentee)
        } else {
            (&[], &waits, Outcome::MissedByMentor)
        };
        let room = ended(later, EndReason::EndedByMentor);
        prop_assert_eq!(decide(mentor, mentee, &stretches(&looks), None, room), expected);
    }

    #[test]
    fn more_looks_never_turn_a_no_show_into_nothing_and_more_stays_never_make_one(
        mentor in wishes(), mentee in wishes(), looks in looks(), another in wishes(),
    ) {
        let room = Room::Live;
        let less = decide(&mentor, &mentee, &stretches(&looks), None, room);
        let all: Vec<i64> = (OPENS_S..=CLOSES_S).step_by(60).collect();
        let more = decide(&mentor, &mentee, &stretches(&all), None, room);
        if less != Outcome::Unknown {
            prop_assert_eq!(less, more);
        }
        let longer = [mentee.clone(), another].concat();
        let known = decide(&mentor, &longer, &stretches(&all), None, room);
        let blames = |outcome| matches!(outcome, Outcome::MissedByMentee | Outcome::MissedByBoth);
        prop_assert!(blames(more) || !blames(known));
    }
}
