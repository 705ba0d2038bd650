//! What holds for every offer in every zone.

use crate::{
    oracle::{self, Walk},
    zones::Shifting,
};
use domain::{
    availability::{
        DAY_MIN, DateOverride, Day, Interval, LENGTHS_MIN, Length, NotBookable, OverrideKind,
        Schedule, ScheduleDraft, WeeklyHours, check_hours, check_overrides, check_start,
        free_slots,
    },
    time::{Millis, Timestamp},
};
use proptest::{collection::vec, prelude::*, sample::select};

/// 2026-01-05, a Monday.
const MONDAY: i64 = 20_458;
/// Days in which slots are asked for.
const DAYS: i64 = 14;

fn minute(minute: i64) -> Timestamp {
    Timestamp((MONDAY * 1_440 + minute) * 60_000)
}

/// Times of day, mostly at the hour, so that stretches touch and meet changes of clocks.
fn time_of_day() -> impl Strategy<Value = u16> {
    prop_oneof![
        3 => (0u16..=24).prop_map(|hour| hour * 60),
        1 => (0u16..=96).prop_map(|quarter| quarter * 15),
        1 => 0..=DAY_MIN,
    ]
}

fn span() -> impl Strategy<Value = (u16, u16)> {
    (time_of_day(), time_of_day())
        .prop_map(|(a, b)| (a.min(b), a.max(b)))
        .prop_filter("not empty", |(from, to)| from < to)
}

/// As many as fit together.
fn keep<T: Clone, E>(all: Vec<T>, check: impl Fn(Vec<T>) -> Result<Vec<T>, E>) -> Vec<T> {
    let mut kept = Vec::new();
    for one in all {
        kept.push(one);
        if check(kept.clone()).is_err() {
            kept.pop();
        }
    }
    kept
}

fn hours() -> impl Strategy<Value = Vec<WeeklyHours>> {
    let one = (0u8..7, span()).prop_map(|(weekday, (from_min, to_min))| WeeklyHours {
        weekday,
        from_min,
        to_min,
    });
    vec(one, 0..16).prop_map(|all| keep(all, check_hours))
}

fn overrides() -> impl Strategy<Value = Vec<DateOverride>> {
    let kind = prop_oneof![
        Just(OverrideKind::Off),
        span().prop_map(|(from_min, to_min)| OverrideKind::Extra { from_min, to_min }),
    ];
    let one = (-2i32..16, 0i32..4, kind).prop_map(|(from, more, kind)| {
        let from_day = Day(i32::try_from(MONDAY).expect("small") + from);
        DateOverride {
            from_day,
            to_day: Day(from_day.0 + more),
            kind,
            label: String::new(),
        }
    });
    vec(one, 0..8).prop_map(|all| keep(all, check_overrides))
}

fn draft() -> impl Strategy<Value = ScheduleDraft> {
    let buffer = || prop_oneof![2 => Just(0u32), 1 => 0u32..=60];
    let limits = (proptest::option::of(1u32..4), proptest::option::of(1u32..8));
    let clock = (prop_oneof![Just(0u32), 0u32..3_000], 3u32..20);
    let lengths = proptest::sample::subsequence(LENGTHS_MIN.to_vec(), 1..=6);
    (
        hours(),
        overrides(),
        lengths,
        buffer(),
        buffer(),
        limits,
        clock,
    )
        .prop_map(
            |(
                hours,
                overrides,
                lengths,
                buffer_before,
                buffer_after,
                limits,
                (min_notice, booking_window),
            )| {
                ScheduleDraft {
                    hours,
                    overrides,
                    lengths,
                    buffer_before,
                    buffer_after,
                    min_notice,
                    booking_window,
                    max_per_day: limits.0,
                    max_per_week: limits.1,
                    paused: false,
                }
            },
        )
}

/// Clocks set up to three times, by an hour, half an hour, three hours or a day, or anything else.
fn zone() -> impl Strategy<Value = Shifting> {
    let jump = prop_oneof![
        3 => select(vec![60i64, -60]),
        3 => select(vec![15, -15, 30, -30, 120, -120, 180, -180]),
        1 => select(vec![1_440, -1_440]),
        1 => -300i64..300,
    ];
    // At an hour of the wall, mostly around midnight and in the night.
    let when = prop_oneof![
        3 => (0i64..5).prop_map(|hour| hour * 60),
        1 => 0i64..1_440,
        1 => select(vec![1, 1_380, 1_410]),
    ];
    let change = (0i64..2, when, jump);
    (-48i64..=56, vec(change, 0..4)).prop_map(|(quarters, changes)| {
        let first = quarters * 15;
        let mut offset = first;
        let mut at = MONDAY;
        let mut set = Vec::new();
        for (days, minute, jump) in changes {
            at += 4 + days;
            set.push((at * 1_440 + minute - offset, offset + jump));
            offset += jump;
        }
        Shifting {
            first,
            changes: set,
        }
    })
}

fn busy() -> impl Strategy<Value = Vec<Interval>> {
    let one = (-1_440..DAYS * 1_440, 0i64..300).prop_map(|(from, length)| Interval {
        from: minute(from),
        to: minute(from + length),
    });
    vec(one, 0..24)
}

fn booked() -> impl Strategy<Value = Vec<Timestamp>> {
    vec((-2 * 1_440..(DAYS + 2) * 1_440).prop_map(minute), 0..16)
}

fn checked(draft: &ScheduleDraft) -> Schedule {
    Schedule::check(draft.clone()).expect("drafts are good")
}

proptest! {
    #[test]
    fn slots_are_those_of_the_oracle_in_every_range(
        (draft, zone, busy, booked) in (draft(), zone(), busy(), booked()),
        pick in any::<prop::sample::Index>(),
        // At quarters of an hour and to the millisecond, so that ranges end at slots and within them.
        cuts in vec(prop_oneof![3 => (0..DAYS * 96).prop_map(|quarter| quarter * 900_000), 1 => 0..DAYS * 86_400_000], 3),
        now in -1_440i64..4_000,
    ) {
        let schedule = checked(&draft);
        let length = *pick.get(schedule.lengths());
        let now = minute(now);
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| minute(0) + Millis(cut)).collect();
        cuts.sort_unstable();
        let free = |from: usize, to: usize| {
            let range = Interval { from: cuts[from], to: cuts[to] };
            free_slots(&schedule, length, &busy, &booked, range, now, &zone)
        };
        let whole = free(0, 2);
        let range = Interval { from: cuts[0], to: cuts[2] };
        let walk = Walk::around(Interval { from: minute(0), to: minute(DAYS * 1_440) }, |m| zone.wall(m));
        let expected = oracle::slots(&draft, length.minutes(), &busy, &booked, range, now, &walk);
        prop_assert_eq!(&whole, &expected);
        prop_assert_eq!(oracle::fault(&draft, length.minutes(), &whole, &walk), None);
        prop_assert_eq!(&whole, &[free(0, 1), free(1, 2)].concat());
    }

    #[test]
    fn a_start_is_offered_exactly_when_it_is_a_slot_of_an_idle_mentor(
        (draft, zone, booked) in (draft(), zone(), booked()),
        pick in any::<prop::sample::Index>(),
        now in -1_440i64..4_000,
        other in vec(0i64..DAYS * 1_440, 30),
    ) {
        let schedule = checked(&draft);
        let length = *pick.get(schedule.lengths());
        let (now, range) = (minute(now), Interval { from: minute(0), to: minute(DAYS * 1_440) });
        let slots = free_slots(&schedule, length, &[], &booked, range, now, &zone);
        for slot in &slots {
            prop_assert_eq!(check_start(&schedule, length, slot.from, &booked, now, &zone), Ok(*slot));
        }
        for start in other.into_iter().map(minute) {
            let offered = check_start(&schedule, length, start, &booked, now, &zone);
            let slot = slots.iter().find(|slot| slot.from == start);
            prop_assert_eq!(offered.ok(), slot.copied());
            if let Err(why) = offered {
                let early = matches!(why, NotBookable::Past | NotBookable::Notice { .. });
                prop_assert_eq!(early, start < schedule.earliest(now));
                prop_assert_eq!(matches!(why, NotBookable::Horizon { .. }), start >= schedule.latest(now));
            }
        }
    }

    #[test]
    fn booking_slots_one_after_another_never_exceeds_a_limit_or_meets_a_seat(
        (draft, zone) in (draft(), zone()),
        picks in vec(any::<prop::sample::Index>(), 1..12),
    ) {
        let schedule = checked(&draft);
        let length = schedule.lengths()[0];
        let (now, range) = (minute(-1_440), Interval { from: minute(0), to: minute(DAYS * 1_440) });
        let (mut seats, mut booked) = (Vec::<Interval>::new(), Vec::new());
        for pick in picks {
            let free = free_slots(&schedule, length, &seats, &booked, range, now, &zone);
            if free.is_empty() {
                break;
            }
            let slot = *pick.get(&free);
            let seat = schedule.seat(slot);
            prop_assert!(!seats.iter().any(|taken| taken.overlaps(seat)));
            seats.push(seat);
            booked.push(slot.from);
            let walls = || booked.iter().map(|at: &Timestamp| zone.wall(at.0 / 60_000).div_euclid(1_440));
            let wall = zone.wall(slot.from.0 / 60_000).div_euclid(1_440);
            let that_day = u32::try_from(walls().filter(|day| *day == wall).count()).expect("small");
            let week = |day: i64| (day + 3).div_euclid(7);
            let that_week = u32::try_from(walls().filter(|day| week(*day) == week(wall)).count()).expect("small");
            prop_assert!(draft.max_per_day.is_none_or(|most| that_day <= most));
            prop_assert!(draft.max_per_week.is_none_or(|most| that_week <= most));
        }
    }

    #[test]
    fn an_offer_survives_being_stored(draft in draft()) {
        let schedule = checked(&draft);
        let json = serde_json::to_string(schedule.draft()).expect("JSON");
        let read: ScheduleDraft = serde_json::from_str(&json).expect("the same");
        prop_assert_eq!(Schedule::check(read), Ok(schedule));
    }
}

#[test]
fn fixed_zones_agree_with_the_oracle_too() {
    let draft = ScheduleDraft {
        hours: vec![WeeklyHours {
            weekday: 2,
            from_min: 0,
            to_min: DAY_MIN,
        }],
        lengths: vec![25],
        ..ScheduleDraft::default()
    };
    let range = Interval {
        from: minute(0),
        to: minute(DAYS * 1_440),
    };
    let length = Length::parse(25).expect("a length");
    for quarters in -48..=56 {
        let zone = Shifting::fixed(quarters * 15);
        let walk = Walk::around(range, |m| zone.wall(m));
        let found = free_slots(&checked(&draft), length, &[], &[], range, range.from, &zone);
        assert_eq!(
            found,
            oracle::slots(&draft, 25, &[], &[], range, range.from, &walk)
        );
        assert!(found.len() >= 57);
    }
}
