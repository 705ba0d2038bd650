//! Free slots in the zones of the tz database, around the changes of their clocks, against the slow
//! oracle of `domain`'s tests. `cargo xtask soak` runs what is too long for every day.

#[path = "../../../domain/tests/slots/oracle.rs"]
mod oracle;

use domain::{
    availability::{
        DAY_MIN, DateOverride, Day, Interval, LENGTHS_MIN, Length, LocalTime, OverrideKind,
        Schedule, ScheduleDraft, WeeklyHours, check_overrides, free_slots,
    },
    time::{Millis, Timestamp},
};
use jiff::tz::TimeZone;
use oracle::Walk;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use server::zones::{self, Zone};
use std::time::Instant;

/// Changes of clocks from 2020-01-01 to 2030-12-31 are checked.
const YEARS: [&str; 2] = ["2020-01-01T00:00:00Z", "2031-01-01T00:00:00Z"];
/// The daily run draws the same every day; the soak takes another seed.
const SEED: u64 = 20_261_124;

fn at(text: &str) -> Timestamp {
    zones::parse_rfc3339(text, "at").expect("a time")
}

/// Every zone of the tz database, aliases included.
fn names() -> Vec<String> {
    let mut names: Vec<String> = jiff::tz::db().available().map(|n| n.to_string()).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| TimeZone::get(name).is_ok());
    assert!(
        names.len() > 400,
        "the tz database has {} zones",
        names.len()
    );
    names
}

/// When the zone's clocks change.
fn changes(zone: &TimeZone) -> Vec<Timestamp> {
    let [first, end] = YEARS.map(|year| year.parse::<jiff::Timestamp>().expect("a time"));
    zone.following(first)
        .map(|change| change.timestamp())
        .take_while(|change| *change < end)
        .map(|change| Timestamp(change.as_millisecond()))
        .collect()
}

/// What a wall in the zone shows at a minute of real time, in minutes.
fn wall(zone: &TimeZone, minute: i64) -> i64 {
    let moment = jiff::Timestamp::from_second(minute * 60).expect("a time");
    let offset = zone.to_offset(moment).seconds();
    assert_eq!(offset % 60, 0, "offsets of these years are whole minutes");
    minute + i64::from(offset / 60)
}

/// Times of day near the change, in steps of 15 minutes, and others.
fn time_of_day(rng: &mut StdRng, near: i64) -> u16 {
    let minute = if rng.random_ratio(2, 3) {
        (near.div_euclid(15) + rng.random_range(-12..=12)) * 15
    } else {
        rng.random_range(0..=96) * 15
    };
    u16::try_from(minute.clamp(0, i64::from(DAY_MIN))).expect("small")
}

fn span(rng: &mut StdRng, near: i64) -> (u16, u16) {
    loop {
        let (a, b) = (time_of_day(rng, near), time_of_day(rng, near));
        if a != b {
            return (a.min(b), a.max(b));
        }
    }
}

/// Spans of one day that do not overlap; some touch.
fn spans(rng: &mut StdRng, near: i64) -> Vec<(u16, u16)> {
    let mut spans: Vec<(u16, u16)> = Vec::new();
    for _ in 0..rng.random_range(0..=4) {
        let (from, to) = span(rng, near);
        if spans.iter().all(|taken| to <= taken.0 || taken.1 <= from) {
            spans.push((from, to));
        }
    }
    spans
}

/// Hours around the change; with overrides, buffers and limits now and then.
fn draw(rng: &mut StdRng, near: i64) -> ScheduleDraft {
    let mut hours = Vec::new();
    for weekday in 0..7 {
        let of_day = match rng.random_range(0..4) {
            0 => vec![(0, DAY_MIN)],
            _ => spans(rng, near.rem_euclid(1_440)),
        };
        hours.extend(of_day.into_iter().map(|(from_min, to_min)| WeeklyHours {
            weekday,
            from_min,
            to_min,
        }));
    }
    let date = i32::try_from(near.div_euclid(1_440)).expect("a date");
    let mut overrides = Vec::new();
    for _ in 0..rng.random_range(0..=3) {
        let from_day = Day(date + rng.random_range(-2..=2));
        let (from_min, to_min) = span(rng, near.rem_euclid(1_440));
        overrides.push(DateOverride {
            from_day,
            to_day: Day(from_day.0 + rng.random_range(0..=1)),
            kind: match rng.random_ratio(1, 3) {
                true => OverrideKind::Off,
                false => OverrideKind::Extra { from_min, to_min },
            },
            label: String::new(),
        });
        if check_overrides(overrides.clone()).is_err() {
            overrides.pop();
        }
    }
    let mut sometimes = |most| match rng.random_ratio(1, 3) {
        true => rng.random_range(0..=most),
        false => 0,
    };
    ScheduleDraft {
        hours,
        overrides,
        lengths: LENGTHS_MIN.to_vec(),
        buffer_before: sometimes(45),
        buffer_after: sometimes(45),
        min_notice: sometimes(3_000),
        booking_window: 30,
        max_per_day: Some(sometimes(3)).filter(|limit| *limit > 0),
        max_per_week: Some(sometimes(6)).filter(|limit| *limit > 0),
        paused: false,
    }
}

/// Compares slots around a moment with the oracle; how many there were.
fn check(name: &str, around: Timestamp, offers: usize, rng: &mut StdRng) -> usize {
    let (ours, tz) = (Zone::or_utc(name), TimeZone::get(name).expect("known"));
    let window = |length| Interval {
        from: around - length,
        to: around + length,
    };
    let range = window(Millis::hours(40));
    let walk = Walk::around(range, |minute| wall(&tz, minute));
    let mut checked = 0;
    for i in 0..offers {
        // What the wall shows before or after the change.
        let near = wall(
            &tz,
            around.0 / 60_000 - i64::try_from(i % 2).expect("small"),
        );
        let draft = draw(rng, near);
        let length = *LENGTHS_MIN.choose(rng).expect("lengths");
        let mut moment = || range.from + Millis::minutes(rng.random_range(0..80 * 60));
        let booked: Vec<_> = (0..3).map(|_| moment()).collect();
        let busy: Vec<_> = booked
            .iter()
            .map(|from| Interval {
                from: *from,
                to: *from + Millis::minutes(45),
            })
            .filter(|_| i % 4 != 0)
            .collect();
        let now = range.from - Millis::hours(1);
        let schedule = Schedule::check(draft.clone()).expect("drafts are good");
        let minutes = Length::parse(length).expect("a length");
        let free = |range| free_slots(&schedule, minutes, &busy, &booked, range, now, &ours);
        let found = free(range);
        let expected = oracle::slots(&draft, length, &busy, &booked, range, now, &walk);
        let story = || {
            format!(
                "{name} around {}, {length} minutes of {draft:?}, busy {busy:?}, booked {booked:?}",
                zones::rfc3339(around)
            )
        };
        assert_eq!(found, expected, "{}", story());
        let fault = oracle::fault(&draft, length, &found, &walk);
        assert_eq!(fault, None, "{}", story());
        let (mut first, mut second) = (range, range);
        first.to = around;
        second.from = around;
        assert_eq!(found, [free(first), free(second)].concat(), "{}", story());
        checked += found.len();
    }
    checked
}

/// Moments to look around: the changes, or any moment of a zone that never changes its clocks.
fn moments(name: &str, rng: &mut StdRng) -> Vec<Timestamp> {
    let found = changes(&TimeZone::get(name).expect("known"));
    if found.is_empty() {
        let [first, end] = YEARS.map(at);
        let minutes = end.since(first).0 / 60_000;
        return vec![first + Millis::minutes(rng.random_range(0..minutes))];
    }
    found
}

#[test]
fn slots_in_a_sample_of_zones_are_those_of_the_oracle_around_changes_of_clocks() {
    println!("seed {SEED}");
    let mut rng = StdRng::seed_from_u64(SEED);
    let names = names();
    let sample: Vec<_> = names.choose_multiple(&mut rng, 120).collect();
    for name in sample {
        let all = moments(name, &mut rng);
        let some: Vec<_> = all.choose_multiple(&mut rng, 2).collect();
        for around in some {
            check(name, *around, 2, &mut rng);
        }
    }
}

#[test]
fn zones_with_unusual_changes_are_those_of_the_oracle_too() {
    let mut rng = StdRng::seed_from_u64(SEED);
    for (name, around) in [
        ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
        ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
        ("Antarctica/Casey", "2020-10-03T16:01:00Z"),
        ("Antarctica/Casey", "2021-03-13T13:00:00Z"),
        ("Antarctica/Troll", "2026-03-29T01:00:00Z"),
        ("America/Nuuk", "2023-03-26T01:00:00Z"),
        ("America/St_Johns", "2009-11-01T02:31:00Z"),
        ("Africa/Cairo", "2026-04-23T22:00:00Z"),
        ("Africa/Casablanca", "2026-02-15T02:00:00Z"),
        ("Asia/Pyongyang", "2018-05-04T15:00:00Z"),
        ("Pacific/Apia", "2011-12-30T10:00:00Z"),
        ("Pacific/Kwajalein", "1993-08-21T12:00:00Z"),
        ("America/Toronto", "1919-03-31T04:30:00Z"),
    ] {
        let around = at(around);
        let tz = TimeZone::get(name).expect("known");
        let minute = around.0 / 60_000;
        assert_ne!(
            wall(&tz, minute),
            wall(&tz, minute - 1) + 1,
            "{name} changes then"
        );
        check(name, around, 4, &mut rng);
    }
}

#[test]
fn a_date_that_a_zone_skipped_has_no_slots() {
    for (name, skipped) in [
        ("Pacific/Apia", "2011-12-30"),
        ("Pacific/Kwajalein", "1993-08-21"),
    ] {
        let zone = Zone::or_utc(name);
        let skipped = Day::parse(skipped).expect("a date");
        let around_the_clock = |weekday| WeeklyHours {
            weekday,
            from_min: 0,
            to_min: DAY_MIN,
        };
        let schedule = |weekdays: Vec<u8>| {
            let draft = ScheduleDraft {
                hours: weekdays.into_iter().map(around_the_clock).collect(),
                lengths: vec![60],
                min_notice: 0,
                ..ScheduleDraft::default()
            };
            Schedule::check(draft).expect("good")
        };
        let hour = Length::parse(60).expect("a length");
        let noon = zone.at(Day(skipped.0 - 1), 720).expect("a moment");
        let range = Interval {
            from: noon - Millis::days(1),
            to: noon + Millis::days(2),
        };
        let free = |weekdays| {
            free_slots(
                &schedule(weekdays),
                hour,
                &[],
                &[],
                range,
                range.from,
                &zone,
            )
        };
        assert_eq!(free(vec![skipped.weekday()]), [], "{name}");
        // The day before and the day after are whole, and nothing comes twice.
        let all = free((0..7).collect());
        assert_eq!(all.len(), 72, "{name}");
        assert!(all.iter().all(|slot| zone.day_of(slot.from) != skipped));
        let before = all
            .iter()
            .filter(|s| zone.day_of(s.from).0 == skipped.0 - 1);
        let after = all
            .iter()
            .filter(|s| zone.day_of(s.from).0 == skipped.0 + 1);
        assert_eq!((before.count(), after.count()), (24, 24), "{name}");
    }
}

#[test]
#[ignore = "minutes; `cargo xtask soak` runs it"]
#[expect(
    clippy::disallowed_methods,
    reason = "the soak's seed comes from xtask"
)]
fn soak_every_zone_around_every_change_of_clocks() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let seed = number("YM_SOAK_SEED").unwrap_or(SEED);
    let offers = number("YM_SOAK_OFFERS").map_or(8, |n| usize::try_from(n).expect("small"));
    let (started, names) = (Instant::now(), names());
    let (mut around, mut unchanged, mut slots) = (0, 0, 0);
    for (i, name) in names.iter().enumerate() {
        let mut rng = StdRng::seed_from_u64(seed.wrapping_add(i as u64));
        for moment in &moments(name, &mut rng) {
            slots += check(name, *moment, offers, &mut rng);
        }
        match changes(&TimeZone::get(name).expect("known")).len() {
            0 => unchanged += 1,
            n => around += n,
        }
        eprint!(
            "\r{}/{} zones, {around} changes, {slots} slots  ",
            i + 1,
            names.len()
        );
    }
    eprintln!();
    println!(
        "seed {seed}: {} zones ({unchanged} without changes), {around} changes of clocks, {offers} offers each, {slots} slots, {:.0} s: all right",
        names.len(),
        started.elapsed().as_secs_f64()
    );
}

#[test]
#[ignore = "measures a release build; `cargo xtask soak` runs it"]
fn soak_a_month_of_a_mentor_with_500_sessions_takes_less_than_5_ms() {
    let zone = Zone::or_utc("Europe/Berlin");
    let now = at("2026-10-10T08:00:00Z");
    let every_day = |weekday| WeeklyHours {
        weekday,
        from_min: 0,
        to_min: DAY_MIN,
    };
    let schedule = Schedule::check(ScheduleDraft {
        hours: (0..7).map(every_day).collect(),
        lengths: vec![15],
        buffer_before: 5,
        buffer_after: 5,
        max_per_day: Some(50),
        max_per_week: Some(200),
        ..ScheduleDraft::default()
    });
    let schedule = schedule.expect("good");
    let booked: Vec<_> = (0..500).map(|i| now + Millis::minutes(i * 89)).collect();
    let busy: Vec<_> = booked
        .iter()
        .map(|from| Interval {
            from: *from,
            to: *from + Millis::minutes(25),
        })
        .collect();
    let range = Interval {
        from: now,
        to: now + Millis::days(31),
    };
    let length = Length::parse(15).expect("a length");
    let mut times: Vec<_> = (0..101)
        .map(|_| {
            let started = Instant::now();
            let found = free_slots(&schedule, length, &busy, &booked, range, now, &zone);
            assert!(found.len() > 500, "{}", found.len());
            started.elapsed()
        })
        .collect();
    times.sort_unstable();
    let (median, worst) = (times[50], times[100]);
    println!("a month with 500 sessions: median {median:?}, worst {worst:?} of 101");
    if !cfg!(debug_assertions) {
        assert!(median.as_millis() < 5, "{median:?}");
    }
}
