//! What a mentor offers, checked.

use super::{
    Interval,
    hours::{WeeklyHours, check_hours},
    length::Length,
    overrides::{DateOverride, OverrideKind, check_overrides},
    union,
    wall::Day,
};
use crate::{
    problem::{Problem, Refusals},
    time::{Millis, Timestamp},
};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Longest buffer before or after a session, in minutes.
const BUFFER_MAX: u32 = 240;
/// Longest minimum notice, in minutes: 30 days.
const MIN_NOTICE_MAX: u32 = 30 * 24 * 60;
/// How far ahead bookings can be taken, in days.
const BOOKING_WINDOW_DAYS: RangeInclusive<u32> = 1..=365;
/// Limits of sessions on a day.
const PER_DAY: RangeInclusive<u32> = 1..=50;
/// Limits of sessions in a week.
const PER_WEEK: RangeInclusive<u32> = 1..=200;

/// What a mentor offers as it is entered and stored, before [`Schedule::check`]. Its fields are named
/// like those of the form, in camelCase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleDraft {
    /// Hours of every week.
    pub hours: Vec<WeeklyHours>,
    /// Dates that differ.
    pub overrides: Vec<DateOverride>,
    /// Lengths to choose from, in minutes.
    pub lengths: Vec<u16>,
    /// Minutes kept free before a session.
    pub buffer_before: u32,
    /// Minutes kept free after a session.
    pub buffer_after: u32,
    /// Minimum notice: minutes between a booking and the start of its session.
    pub min_notice: u32,
    /// Booking window: how many days ahead sessions can be booked.
    pub booking_window: u32,
    /// Most sessions on one date.
    pub max_per_day: Option<u32>,
    /// Most sessions in one ISO week.
    pub max_per_week: Option<u32>,
    /// No bookings for now.
    pub paused: bool,
}

impl Default for ScheduleDraft {
    /// No hours and no lengths yet; 5 minutes' notice, 60 days ahead, as new profiles have it.
    fn default() -> Self {
        Self {
            hours: Vec::new(),
            overrides: Vec::new(),
            lengths: Vec::new(),
            buffer_before: 0,
            buffer_after: 0,
            min_notice: 5,
            booking_window: 60,
            max_per_day: None,
            max_per_week: None,
            paused: false,
        }
    }
}

/// What a mentor offers. It can only be made by [`Schedule::check`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule(ScheduleDraft, Vec<Length>);

impl Schedule {
    /// Checks, cleans and sorts what was entered or stored. Lengths entered twice count once.
    ///
    /// # Errors
    /// [`Problem::Invalid`] with at most one problem for each field.
    pub fn check(draft: ScheduleDraft) -> Result<Self, Problem> {
        let mut refusals = Refusals::default();
        let hours = refusals.take("hours", check_hours(draft.hours));
        let overrides = refusals.take("overrides", check_overrides(draft.overrides));
        let lengths = refusals.take("lengths", check_lengths(&draft.lengths));
        for (field, value) in [
            ("bufferBefore", draft.buffer_before),
            ("bufferAfter", draft.buffer_after),
        ] {
            if value > BUFFER_MAX {
                refusals.add(field, format!("Choose 0 to {BUFFER_MAX} minutes."));
            }
        }
        if draft.min_notice > MIN_NOTICE_MAX {
            refusals.add("minNotice", "Choose at most 30 days.");
        }
        for (field, value, range, unit) in [
            (
                "bookingWindow",
                Some(draft.booking_window),
                BOOKING_WINDOW_DAYS,
                "days",
            ),
            ("maxPerDay", draft.max_per_day, PER_DAY, "sessions"),
            ("maxPerWeek", draft.max_per_week, PER_WEEK, "sessions"),
        ] {
            if value.is_some_and(|value| !range.contains(&value)) {
                let (least, most) = range.into_inner();
                refusals.add(field, format!("Choose {least} to {most} {unit}."));
            }
        }
        let whole = hours.zip(overrides).zip(lengths);
        let ((hours, overrides), lengths) = refusals.finish(whole)?;
        let clean = ScheduleDraft {
            hours,
            overrides,
            lengths: lengths.iter().map(|length| length.minutes()).collect(),
            ..draft
        };
        Ok(Self(clean, lengths))
    }

    /// As it is stored and shown in the form: checked, cleaned and sorted.
    pub fn draft(&self) -> &ScheduleDraft {
        &self.0
    }

    /// Lengths to choose from, shortest first, at least one.
    pub fn lengths(&self) -> &[Length] {
        &self.1
    }

    /// Time kept free before a session.
    pub fn buffer_before(&self) -> Millis {
        Millis::minutes(i64::from(self.0.buffer_before))
    }

    /// Time kept free after a session.
    pub fn buffer_after(&self) -> Millis {
        Millis::minutes(i64::from(self.0.buffer_after))
    }

    /// A session with its buffers: the time of the mentor's seat.
    pub fn seat(&self, session: Interval) -> Interval {
        session.widened(self.buffer_before(), self.buffer_after())
    }

    /// No session starts before this moment.
    pub fn earliest(&self, now: Timestamp) -> Timestamp {
        now + Millis::minutes(i64::from(self.0.min_notice))
    }

    /// Every session starts before this moment.
    pub fn latest(&self, now: Timestamp) -> Timestamp {
        now + Millis::days(i64::from(self.0.booking_window))
    }

    /// The time for which the mentor's busy intervals have to be known, to tell which slots of
    /// `length` that start in `range` are free.
    pub fn busy_range(&self, length: Length, range: Interval) -> Interval {
        self.seat(range.widened(Millis(0), length.millis()))
    }

    /// The time in which the starts of the mentor's sessions have to be known, to tell which days
    /// and weeks of `range` are full; `None` when there are no limits.
    pub fn booked_range(&self, range: Interval) -> Option<Interval> {
        // A week, and two days for the longest that clocks were ever set forward or back.
        let around = Millis::days(9);
        let limited = self.0.max_per_day.is_some() || self.0.max_per_week.is_some();
        limited.then(|| range.widened(around, around))
    }

    /// The date's hours in minutes after local midnight, in order, with time between them.
    pub(super) fn hours_on(&self, day: Day) -> Vec<(u16, u16)> {
        let mut off = false;
        let mut spans = Vec::new();
        for entry in self.0.overrides.iter().filter(|entry| entry.covers(day)) {
            match entry.kind {
                OverrideKind::Off => off = true,
                OverrideKind::Extra { from_min, to_min } => spans.push((from_min, to_min)),
            }
        }
        if !off {
            let weekday = day.weekday();
            let of_day = self.0.hours.iter().filter(|h| h.weekday == weekday);
            spans.extend(of_day.map(|h| (h.from_min, h.to_min)));
        }
        union(spans)
    }
}

/// Sorted, each once.
fn check_lengths(minutes: &[u16]) -> Result<Vec<Length>, String> {
    let mut lengths = minutes
        .iter()
        .map(|minutes| Length::parse(*minutes))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|problem| problem.to_string())?;
    if lengths.is_empty() {
        return Err("Choose at least one length.".to_owned());
    }
    lengths.sort_unstable();
    lengths.dedup();
    Ok(lengths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> ScheduleDraft {
        ScheduleDraft {
            lengths: vec![60],
            ..ScheduleDraft::default()
        }
    }

    fn refused(draft: ScheduleDraft) -> Vec<String> {
        let refused = Schedule::check(draft);
        let Err(Problem::Invalid(problems)) = refused else {
            panic!("refused: {refused:?}")
        };
        problems
            .into_iter()
            .map(|problem| format!("{}: {}", problem.field, problem.message))
            .collect()
    }

    #[test]
    fn lengths_are_sorted_and_count_once() {
        let schedule = Schedule::check(ScheduleDraft {
            lengths: vec![60, 25, 60, 15],
            ..draft()
        });
        let schedule = schedule.expect("good");
        assert_eq!(schedule.draft().lengths, [15, 25, 60]);
        assert_eq!(schedule.lengths().len(), 3);
    }

    #[test]
    fn every_field_is_refused_by_its_name_in_the_form() {
        let nonsense = ScheduleDraft {
            hours: vec![WeeklyHours {
                weekday: 0,
                from_min: 60,
                to_min: 30,
            }],
            overrides: vec![DateOverride {
                from_day: Day(1),
                to_day: Day(0),
                kind: OverrideKind::Off,
                label: String::new(),
            }],
            lengths: Vec::new(),
            buffer_before: 241,
            buffer_after: u32::MAX,
            min_notice: 43_201,
            booking_window: 0,
            max_per_day: Some(0),
            max_per_week: Some(201),
            paused: true,
        };
        let names = serde_json::to_value(&nonsense).expect("JSON");
        let problems = refused(nonsense);
        assert_eq!(
            problems,
            [
                "hours: Monday: the end must come after the start.",
                "overrides: The last day, 1970-01-01, must not come before the first, 1970-01-02.",
                "lengths: Choose at least one length.",
                "bufferBefore: Choose 0 to 240 minutes.",
                "bufferAfter: Choose 0 to 240 minutes.",
                "minNotice: Choose at most 30 days.",
                "bookingWindow: Choose 1 to 365 days.",
                "maxPerDay: Choose 1 to 50 sessions.",
                "maxPerWeek: Choose 1 to 200 sessions.",
            ]
        );
        for problem in &problems {
            let field = problem.split(':').next().unwrap_or_default();
            assert!(names.get(field).is_some(), "{field}");
        }
        assert_eq!(
            refused(ScheduleDraft {
                lengths: vec![60, 61],
                ..draft()
            }),
            ["lengths: Choose 15, 25, 30, 45, 60 or 90 minutes."]
        );
    }

    #[test]
    fn the_ends_of_every_range_are_accepted_and_the_next_numbers_are_not() {
        type Set = fn(&mut ScheduleDraft, u32);
        let fields: [(u32, u32, Set); 6] = [
            (0, 240, |d, n| d.buffer_before = n),
            (0, 240, |d, n| d.buffer_after = n),
            (0, 43_200, |d, n| d.min_notice = n),
            (1, 365, |d, n| d.booking_window = n),
            (1, 50, |d, n| d.max_per_day = Some(n)),
            (1, 200, |d, n| d.max_per_week = Some(n)),
        ];
        let accepts = |set: Set, value| {
            let mut entered = draft();
            set(&mut entered, value);
            Schedule::check(entered).is_ok()
        };
        for (least, most, set) in fields {
            assert!(accepts(set, least) && accepts(set, most) && !accepts(set, most + 1));
            assert!(least == 0 || !accepts(set, least - 1));
        }
    }

    #[test]
    fn days_off_remove_weekly_hours_and_extra_hours_stay() {
        let monday = Day(20_458);
        let with = |overrides: Vec<OverrideKind>| {
            let overrides = overrides
                .into_iter()
                .map(|kind| DateOverride {
                    from_day: monday,
                    to_day: monday,
                    kind,
                    label: String::new(),
                })
                .collect();
            let schedule = Schedule::check(ScheduleDraft {
                hours: vec![WeeklyHours {
                    weekday: 0,
                    from_min: 540,
                    to_min: 720,
                }],
                overrides,
                ..draft()
            });
            schedule.expect("good").hours_on(monday)
        };
        let extra = |from_min, to_min| OverrideKind::Extra { from_min, to_min };
        assert_eq!(with(vec![]), [(540, 720)]);
        assert_eq!(with(vec![OverrideKind::Off]), []);
        assert_eq!(with(vec![extra(720, 780)]), [(540, 780)]);
        assert_eq!(with(vec![extra(600, 660)]), [(540, 720)]);
        assert_eq!(with(vec![extra(721, 780)]), [(540, 720), (721, 780)]);
        assert_eq!(with(vec![OverrideKind::Off, extra(600, 660)]), [(600, 660)]);
    }
}
