//! Gaps and folds: the stated policy, by example.

use crate::{oracle::Walk, zones::Shifting};
use domain::{
    availability::{Day, Interval, Length, Schedule, ScheduleDraft, WeeklyHours, free_slots, hhmm},
    time::{Millis, Timestamp},
};

/// A Sunday, when most zones set their clocks: 2026-03-29.
const SUNDAY: Day = Day(20_541);

fn every_day(spans: &[(u16, u16)]) -> ScheduleDraft {
    let of_day = |weekday| {
        spans.iter().map(move |&(from_min, to_min)| WeeklyHours {
            weekday,
            from_min,
            to_min,
        })
    };
    ScheduleDraft {
        hours: (0..7).flat_map(of_day).collect(),
        lengths: vec![30],
        min_notice: 0,
        ..ScheduleDraft::default()
    }
}

/// What the wall shows at the starts of the half-hours on offer that begin on `day`, compared with
/// the oracle on the way. A time shown again has a mark.
fn shown(spans: &[(u16, u16)], zone: &Shifting, day: Day) -> Vec<String> {
    let draft = every_day(spans);
    let midday = Timestamp(i64::from(SUNDAY.0) * 86_400_000) + Millis::hours(12);
    let range = Interval {
        from: midday - Millis::days(3),
        to: midday + Millis::days(3),
    };
    let walk = Walk::around(range, |minute| zone.wall(minute));
    let schedule = Schedule::check(draft.clone()).expect("good");
    let length = Length::parse(30).expect("a length");
    let found = free_slots(&schedule, length, &[], &[], range, range.from, zone);
    let expected = crate::oracle::slots(&draft, 30, &[], &[], range, range.from, &walk);
    assert_eq!(found, expected);
    let mut before = i64::MIN;
    let mut words = Vec::new();
    for slot in found {
        let wall = zone.wall(slot.from.0 / 60_000);
        let again = if wall <= before { " again" } else { "" };
        before = before.max(wall);
        if wall.div_euclid(1_440) == i64::from(day.0) {
            let minute = u16::try_from(wall.rem_euclid(1_440)).expect("small");
            words.push(format!("{}{again}", hhmm(minute)));
        }
    }
    words
}

fn on_sunday(spans: &[(u16, u16)], zone: &Shifting) -> Vec<String> {
    shown(spans, zone, SUNDAY)
}

#[test]
fn a_wall_time_in_a_gap_moves_forward_by_the_gaps_length() {
    // 02:00 becomes 03:00.
    let spring = Shifting::at_wall(SUNDAY, 120, 60, 120);
    assert_eq!(
        on_sunday(&[(60, 240)], &spring),
        ["01:00", "01:30", "03:00", "03:30"]
    );
    // 02:30 is 03:30, as a start and as an end.
    assert_eq!(on_sunday(&[(150, 240)], &spring), ["03:30"]);
    assert_eq!(
        on_sunday(&[(60, 150)], &spring),
        ["01:00", "01:30", "03:00"]
    );
    // The hour that does not exist holds nothing.
    assert!(on_sunday(&[(120, 180)], &spring).is_empty());
}

#[test]
fn stretches_that_a_gap_moves_into_each_other_are_one() {
    let spring = Shifting::at_wall(SUNDAY, 120, 60, 120);
    // 01:45–02:15 ends at 03:15, within 03:00–04:00.
    assert_eq!(
        on_sunday(&[(105, 135), (180, 240)], &spring),
        ["01:45", "03:15"]
    );
    // 02:00–02:50 is wholly within 03:00–04:00; the day after is as always.
    let spans = [(120, 170), (180, 240)];
    assert_eq!(on_sunday(&spans, &spring), ["03:00", "03:30"]);
    assert_eq!(
        shown(&spans, &spring, SUNDAY.next()),
        ["02:00", "03:00", "03:30"]
    );
}

#[test]
fn of_a_wall_time_shown_twice_the_first_counts() {
    // 03:00 becomes 02:00.
    let autumn = Shifting::at_wall(SUNDAY, 180, 120, 60);
    assert_eq!(
        on_sunday(&[(150, 180)], &autumn),
        ["02:30", "02:00 again", "02:30 again"]
    );
    assert_eq!(
        on_sunday(&[(60, 150)], &autumn),
        ["01:00", "01:30", "02:00"]
    );
    assert_eq!(on_sunday(&[(120, 150)], &autumn), ["02:00"]);
    assert_eq!(
        on_sunday(&[(120, 180)], &autumn),
        ["02:00", "02:30", "02:00 again", "02:30 again"]
    );
}

#[test]
fn half_hour_shifts_keep_slots_whole() {
    // Lord Howe: 02:00 becomes 02:30 in October and 01:30 in April.
    let october = Shifting::at_wall(SUNDAY, 120, 630, 660);
    assert_eq!(on_sunday(&[(90, 195)], &october), ["01:30", "02:30"]);
    let april = Shifting::at_wall(SUNDAY, 120, 660, 630);
    assert_eq!(
        on_sunday(&[(75, 165)], &april),
        ["01:15", "01:45", "01:45 again", "02:15"]
    );
}

#[test]
fn a_gap_at_midnight_shortens_the_new_date_only() {
    // Saturday ends, and it is 01:00.
    let spring = Shifting::at_wall(SUNDAY, 0, 120, 180);
    assert_eq!(on_sunday(&[(0, 120)], &spring), ["01:00", "01:30"]);
    let saturday = Day(SUNDAY.0 - 1);
    assert_eq!(
        shown(&[(1_380, 1_440)], &spring, saturday),
        ["23:00", "23:30"]
    );
}

#[test]
fn hours_never_leave_their_date() {
    // 23:00 becomes 00:00: 22:30–23:30 would end at 00:30 on Monday.
    let spring = Shifting::at_wall(SUNDAY, 1_380, -120, -60);
    assert_eq!(on_sunday(&[(1_350, 1_410)], &spring), ["22:30"]);
    assert_eq!(
        shown(&[(0, 30), (1_350, 1_410)], &spring, SUNDAY.next()),
        ["00:00", "22:30", "23:00"]
    );
    // Toronto, 1919: 23:30 becomes 00:30, so that Monday begins at 00:30.
    let toronto = Shifting::at_wall(SUNDAY, 1_410, -300, -240);
    assert_eq!(on_sunday(&[(1_350, 1_440)], &toronto), ["22:30", "23:00"]);
    assert_eq!(
        shown(&[(30, 90)], &toronto, SUNDAY.next()),
        ["00:30", "01:00"]
    );
    assert_eq!(shown(&[(0, 90)], &toronto, SUNDAY.next()), ["01:00"]);
}

#[test]
fn a_skipped_date_has_no_hours_and_its_neighbours_keep_theirs() {
    // Pacific/Apia, 2011: the day began on the other side of the date line.
    let apia = Shifting::at_wall(SUNDAY, 0, -600, 840);
    let spans = [(0, 60), (540, 600), (1_380, 1_440)];
    let usual = ["00:00", "00:30", "09:00", "09:30", "23:00", "23:30"];
    assert!(on_sunday(&spans, &apia).is_empty());
    for neighbour in [-1, 1] {
        assert_eq!(shown(&spans, &apia, Day(SUNDAY.0 + neighbour)), usual);
    }
    // Skipped from noon to noon: half of both dates is left.
    let noon = Shifting::at_wall(SUNDAY, 720, -600, 840);
    assert_eq!(
        on_sunday(&spans, &noon),
        ["00:00", "00:30", "09:00", "09:30"]
    );
    assert_eq!(shown(&spans, &noon, SUNDAY.next()), ["23:00", "23:30"]);
}

#[test]
fn a_date_shown_twice_is_offered_once() {
    // Sunday ends, and begins again.
    let manila = Shifting::at_wall(SUNDAY.next(), 0, 840, -600);
    assert_eq!(on_sunday(&[(540, 600)], &manila), ["09:00", "09:30"]);
    assert_eq!(
        shown(&[(540, 600)], &manila, SUNDAY.next()),
        ["09:00", "09:30"]
    );
}

#[test]
fn midnight_shown_twice_belongs_to_the_new_date() {
    // St John's until 2011: at 00:01 it is 23:01 again.
    let autumn = Shifting::at_wall(SUNDAY, 1, -150, -210);
    // One stretch in real time, from the first midnight on.
    assert_eq!(
        on_sunday(&[(0, 90)], &autumn),
        ["00:00", "00:00 again", "00:30", "01:00"]
    );
    assert_eq!(
        shown(&[(0, 90)], &autumn, Day(SUNDAY.0 - 1)),
        ["00:00", "00:30", "01:00", "23:30 again"]
    );
}
