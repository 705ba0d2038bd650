//! Examples; the properties are in `domain/tests/slots`.

use super::*;
use crate::availability::{DAY_MIN, DateOverride, OverrideKind, ScheduleDraft, WeeklyHours};

/// A zone with a fixed offset in minutes.
struct Fixed(i64);

impl LocalTime for Fixed {
    fn day_of(&self, at: Timestamp) -> Day {
        Day(i32::try_from((at.0 + self.0 * 60_000).div_euclid(86_400_000)).expect("a date"))
    }
    fn at(&self, day: Day, minute: u16) -> Option<Timestamp> {
        Some(Timestamp(
            i64::from(day.0) * 86_400_000 + (i64::from(minute) - self.0) * 60_000,
        ))
    }
}

const UTC: Fixed = Fixed(0);
/// 2026-01-05.
const MONDAY: Day = Day(20_458);

/// A moment of the week that begins on [`MONDAY`], in UTC.
fn at(weekday: i64, hour: i64, minute: i64) -> Timestamp {
    Timestamp(i64::from(MONDAY.0) * 86_400_000)
        + Millis::days(weekday)
        + Millis::minutes(hour * 60 + minute)
}

fn from_to(from: Timestamp, to: Timestamp) -> Interval {
    Interval { from, to }
}

/// Hours of a day of [`at`]'s week, from one full hour to another.
fn hours(weekday: u8, from: u16, to: u16) -> WeeklyHours {
    WeeklyHours {
        weekday,
        from_min: from * 60,
        to_min: to * 60,
    }
}

/// Mondays from nine to twelve in sessions of an hour, without notice.
fn mondays() -> ScheduleDraft {
    ScheduleDraft {
        hours: vec![hours(0, 9, 12)],
        lengths: vec![60],
        min_notice: 0,
        ..ScheduleDraft::default()
    }
}

fn schedule(draft: ScheduleDraft) -> Schedule {
    Schedule::check(draft).expect("a good schedule")
}

fn minutes(minutes: u16) -> Length {
    Length::parse(minutes).expect("a length")
}

/// Starts of the free slots of an hour in the week, seen from its first moment.
fn starts(draft: ScheduleDraft, busy: &[Interval], booked: &[Timestamp]) -> Vec<Timestamp> {
    let (now, end) = (at(0, 0, 0), at(7, 0, 0));
    let range = from_to(now, end);
    free_slots(
        &schedule(draft),
        minutes(60),
        busy,
        booked,
        range,
        now,
        &UTC,
    )
    .into_iter()
    .map(|slot| slot.from)
    .collect()
}

fn why_not(draft: ScheduleDraft, start: Timestamp, booked: &[Timestamp]) -> Option<NotBookable> {
    check_start(
        &schedule(draft),
        minutes(60),
        start,
        booked,
        at(0, 0, 0),
        &UTC,
    )
    .err()
}

#[test]
fn hours_become_slots_and_busy_time_is_left_out() {
    let [nine, ten, eleven] = [9, 10, 11].map(|hour| at(0, hour, 0));
    assert_eq!(starts(mondays(), &[], &[]), [nine, ten, eleven]);
    let taken = [from_to(at(0, 9, 50), at(0, 10, 10))];
    assert_eq!(starts(mondays(), &taken, &[]), [eleven]);
    // Touching is fine, on both sides; a moment more is not.
    let taken = [from_to(ten, eleven)];
    assert_eq!(starts(mondays(), &taken, &[]), [nine, eleven]);
    let taken = [from_to(ten - Millis(1), eleven)];
    assert_eq!(starts(mondays(), &taken, &[]), [eleven]);
    let taken = [from_to(ten, eleven + Millis(1))];
    assert_eq!(starts(mondays(), &taken, &[]), [nine]);
    // Busy time comes in any order, doubled, nested and empty.
    let taken = [
        from_to(at(0, 11, 10), at(0, 11, 20)),
        from_to(at(0, 11, 0), at(0, 12, 0)),
        from_to(at(0, 9, 30), at(0, 9, 30)),
        from_to(at(0, 11, 0), at(0, 12, 0)),
        from_to(at(0, 2, 0), at(0, 4, 0)),
    ];
    assert_eq!(starts(mondays(), &taken, &[]), [nine, ten]);
}

#[test]
fn buffers_keep_their_distance_on_their_own_side() {
    let [nine, ten, eleven] = [9, 10, 11].map(|hour| at(0, hour, 0));
    let with = |before, after, busy: Interval| {
        let draft = ScheduleDraft {
            buffer_before: before,
            buffer_after: after,
            ..mondays()
        };
        starts(draft, &[busy], &[])
    };
    let until_ten = from_to(at(0, 8, 0), ten);
    assert_eq!(with(15, 0, until_ten), [eleven]);
    assert_eq!(with(0, 15, until_ten), [ten, eleven]);
    let from_eleven = from_to(eleven, at(0, 13, 0));
    assert_eq!(with(15, 0, from_eleven), [nine, ten]);
    assert_eq!(with(0, 15, from_eleven), [nine]);
    // Exactly the buffer is enough.
    let (early, late) = (
        from_to(nine, at(0, 9, 45)),
        from_to(at(0, 11, 15), at(0, 12, 0)),
    );
    assert_eq!(with(15, 15, early), [ten, eleven]);
    assert_eq!(with(15, 15, late), [nine, ten]);
    // Buffers may leave the mentor's hours.
    let elsewhere = from_to(at(3, 0, 0), at(3, 1, 0));
    assert_eq!(with(240, 240, elsewhere), [nine, ten, eleven]);
}

#[test]
fn touching_and_overlapping_hours_are_one_stretch() {
    let draft = ScheduleDraft {
        hours: vec![
            WeeklyHours {
                weekday: 0,
                from_min: 540,
                to_min: 570,
            },
            WeeklyHours {
                weekday: 0,
                from_min: 570,
                to_min: 650,
            },
        ],
        overrides: vec![DateOverride {
            from_day: MONDAY,
            to_day: MONDAY,
            kind: OverrideKind::Extra {
                from_min: 640,
                to_min: 720,
            },
            label: String::new(),
        }],
        ..mondays()
    };
    let expected = [9, 10, 11].map(|hour| at(0, hour, 0));
    assert_eq!(starts(draft, &[], &[]), expected);
}

#[test]
fn a_remainder_too_short_for_a_slot_is_left_and_dates_are_cut_apart() {
    let draft = ScheduleDraft {
        hours: vec![
            WeeklyHours {
                weekday: 0,
                from_min: 1_350,
                to_min: DAY_MIN,
            },
            WeeklyHours {
                weekday: 1,
                from_min: 0,
                to_min: 119,
            },
        ],
        ..mondays()
    };
    assert_eq!(starts(draft, &[], &[]), [at(0, 22, 30), at(1, 0, 0)]);
}

#[test]
fn the_range_takes_its_first_moment_and_leaves_its_last() {
    let found = |from, to| {
        let range = from_to(from, to);
        free_slots(
            &schedule(mondays()),
            minutes(60),
            &[],
            &[],
            range,
            at(0, 0, 0),
            &UTC,
        )
        .len()
    };
    let (nine, eleven) = (at(0, 9, 0), at(0, 11, 0));
    assert_eq!(found(nine, eleven), 2);
    assert_eq!(found(nine + Millis(1), eleven + Millis(1)), 2);
    assert_eq!(found(nine, nine + Millis(1)), 1);
    assert_eq!(found(nine, nine), 0);
    assert_eq!(found(eleven, nine), 0);
    assert_eq!(found(Timestamp(i64::MIN), Timestamp(i64::MAX)), 9 * 3);
}

#[test]
fn notice_and_horizon_count_to_the_moment() {
    let draft = ScheduleDraft {
        min_notice: 120,
        booking_window: 7,
        ..mondays()
    };
    let offered =
        |now, start| check_start(&schedule(draft.clone()), minutes(60), start, &[], now, &UTC);
    let nine = at(0, 9, 0);
    let slot = from_to(nine, at(0, 10, 0));
    assert_eq!(offered(at(0, 7, 0), nine), Ok(slot));
    let late = at(0, 7, 0) + Millis(1);
    assert_eq!(
        offered(late, nine),
        Err(NotBookable::Notice { minutes: 120 })
    );
    let early = at(-7, 9, 0);
    assert_eq!(offered(early, nine), Err(NotBookable::Horizon { days: 7 }));
    assert_eq!(offered(early + Millis(1), nine), Ok(slot));
    assert_eq!(offered(nine + Millis(1), nine), Err(NotBookable::Past));
    for start in [i64::MIN, i64::MAX] {
        assert!(offered(nine, Timestamp(start)).is_err());
    }
}

#[test]
fn without_notice_a_slot_can_be_booked_until_it_starts() {
    let nine = at(0, 9, 0);
    let offered = |now| check_start(&schedule(mondays()), minutes(60), nine, &[], now, &UTC);
    assert!(offered(nine).is_ok());
    assert_eq!(offered(nine + Millis(1)), Err(NotBookable::Past));
}

#[test]
fn a_paused_mentor_and_a_length_not_offered_have_no_slots() {
    let paused = ScheduleDraft {
        paused: true,
        ..mondays()
    };
    assert_eq!(starts(paused.clone(), &[], &[]), []);
    assert_eq!(why_not(paused, at(0, 9, 0), &[]), Some(NotBookable::Paused));
    let short = ScheduleDraft {
        lengths: vec![30],
        ..mondays()
    };
    assert_eq!(starts(short.clone(), &[], &[]), []);
    assert_eq!(why_not(short, at(0, 9, 0), &[]), Some(NotBookable::Length));
}

#[test]
fn only_the_starts_of_slots_are_offered() {
    assert_eq!(why_not(mondays(), at(0, 10, 0), &[]), None);
    for (weekday, hour, minute) in [(0, 9, 30), (0, 8, 0), (0, 12, 0), (1, 9, 0)] {
        let start = at(weekday, hour, minute);
        assert_eq!(
            why_not(mondays(), start, &[]),
            Some(NotBookable::OutsideHours)
        );
    }
}

#[test]
fn a_full_day_or_week_offers_nothing_more() {
    let limited = |max_per_day, max_per_week| ScheduleDraft {
        hours: vec![hours(0, 9, 11), hours(1, 9, 11)],
        max_per_day,
        max_per_week,
        ..mondays()
    };
    let (monday, tuesday) = ([at(0, 9, 0), at(0, 10, 0)], [at(1, 9, 0), at(1, 10, 0)]);
    let all = [monday, tuesday].concat();
    // One more than is booked is still fine.
    let booked = [at(0, 20, 0)];
    assert_eq!(starts(limited(Some(2), None), &[], &booked), all);
    assert_eq!(starts(limited(Some(1), None), &[], &booked), tuesday);
    let full = why_not(limited(Some(1), None), at(0, 9, 0), &booked);
    assert_eq!(full, Some(NotBookable::DayFull));
    // A week reaches from Monday's first moment to Sunday's last.
    let (first, last) = (at(0, 0, 0), at(7, 0, 0) - Millis(1));
    for booked in [[first, last], [last, first]] {
        assert_eq!(starts(limited(None, Some(3)), &[], &booked), all);
        assert_eq!(starts(limited(None, Some(2)), &[], &booked), []);
        let full = why_not(limited(None, Some(2)), at(1, 9, 0), &booked);
        assert_eq!(full, Some(NotBookable::WeekFull));
    }
    let outside = [first - Millis(1), at(7, 0, 0)];
    assert_eq!(starts(limited(Some(1), Some(1)), &[], &outside), all);
}

#[test]
fn limits_count_on_the_mentors_date() {
    // In Tokyo it is Monday, 09:00, when UTC's Monday begins.
    let tokyo = Fixed(9 * 60);
    let schedule = schedule(ScheduleDraft {
        max_per_day: Some(1),
        ..mondays()
    });
    let now = at(-3, 0, 0);
    let at_nine = |booked| check_start(&schedule, minutes(60), at(0, 0, 0), &[booked], now, &tokyo);
    assert_eq!(at_nine(at(-1, 15, 0)), Err(NotBookable::DayFull));
    assert_eq!(at_nine(at(0, 14, 59)), Err(NotBookable::DayFull));
    assert!(at_nine(at(-1, 14, 59)).is_ok() && at_nine(at(0, 15, 0)).is_ok());
}

#[test]
fn every_reason_reads_well() {
    let min_notice = |minutes| NotBookable::Notice { minutes }.to_string();
    for (minutes, words) in [
        (1, "1 minute's"),
        (5, "5 minutes'"),
        (60, "1 hour's"),
        (90, "90 minutes'"),
        (1_440, "1 day's"),
        (2_880, "2 days'"),
    ] {
        let expected = format!("This mentor needs {words} notice. Choose a later time.");
        assert_eq!(min_notice(minutes), expected);
    }
}

#[test]
fn what_has_to_be_loaded_covers_buffers_and_whole_weeks() {
    let schedule = schedule(ScheduleDraft {
        buffer_before: 10,
        buffer_after: 20,
        max_per_week: Some(3),
        ..mondays()
    });
    let range = from_to(at(2, 0, 0), at(2, 0, 1));
    assert_eq!(
        schedule.busy_range(minutes(60), range),
        from_to(at(1, 23, 50), at(2, 1, 21))
    );
    let booked = schedule.booked_range(range).expect("there are limits");
    assert!(booked.from <= at(-1, 0, 0) && booked.to >= at(8, 0, 0));
    let unlimited = Schedule::check(mondays()).expect("good");
    assert_eq!(unlimited.booked_range(range), None);
}
