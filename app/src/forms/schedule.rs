//! The form of a mentor's schedule.

use super::{
    dates::{self, DateRow},
    hours::{self, HoursRow},
};
use domain::{
    availability::ScheduleDraft,
    problem::{Problem, Refusals},
};
use serde::{Deserialize, Serialize};

/// The numbers of the schedule's form, as entered; an empty one means no limit, or the default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// Minutes kept free before a session.
    pub buffer_before: String,
    /// Minutes kept free after a session.
    pub buffer_after: String,
    /// How many hours ahead a session must be booked, at least.
    pub min_notice_hours: String,
    /// How many days ahead a session can be booked, at most.
    pub booking_window: String,
    /// Maximum number of sessions a day.
    pub max_per_day: String,
    /// Maximum number of sessions a week.
    pub max_per_week: String,
    /// No bookings for now.
    #[serde(default)]
    pub paused: bool,
}

/// Reads the form; what it means is checked by [`domain::availability::Schedule::check`].
///
/// # Errors
/// `Problem::Invalid` naming every field that cannot be read.
pub fn parse(
    hours: &[HoursRow],
    dates: &[DateRow],
    lengths: Vec<u16>,
    rules: &Rules,
) -> Result<ScheduleDraft, Problem> {
    let mut refusals = Refusals::default();
    let usual = ScheduleDraft::default();
    let hours = refusals.take_named("hours", hours::parse(hours));
    let overrides = refusals.take_named("overrides", dates::parse(dates));
    let mut number = |field, text: &str| refusals.take(field, number(text)).flatten();
    let buffer_before = number("bufferBefore", &rules.buffer_before).unwrap_or_default();
    let buffer_after = number("bufferAfter", &rules.buffer_after).unwrap_or_default();
    let min_notice =
        number("minNotice", &rules.min_notice_hours).map(|hours| hours.saturating_mul(60));
    let booking_window = number("bookingWindow", &rules.booking_window);
    let max_per_day = number("maxPerDay", &rules.max_per_day);
    let max_per_week = number("maxPerWeek", &rules.max_per_week);
    let draft = hours
        .zip(overrides)
        .map(|(hours, overrides)| ScheduleDraft {
            hours,
            overrides,
            lengths,
            buffer_before,
            buffer_after,
            min_notice: min_notice.unwrap_or(usual.min_notice),
            booking_window: booking_window.unwrap_or(usual.booking_window),
            max_per_day,
            max_per_week,
            paused: rules.paused,
        });
    refusals.finish(draft)
}

fn number(text: &str) -> Result<Option<u32>, &'static str> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| "Enter a whole number."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::availability::{DAY_MIN, OverrideKind};

    fn row(kind: &str, from_day: &str, to_day: &str, from: &str, to: &str) -> DateRow {
        DateRow {
            kind: kind.to_owned(),
            from_day: from_day.to_owned(),
            to_day: to_day.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
            label: "Holiday".to_owned(),
        }
    }

    #[test]
    fn a_schedule_survives_the_form() {
        let dates = vec![
            row("off", "2026-12-24", "2027-01-02", "", ""),
            row("extra", "2026-12-05", "", "10:00", "00:00"),
        ];
        let rules = Rules {
            min_notice_hours: "24".to_owned(),
            max_per_day: " 3 ".to_owned(),
            ..Rules::default()
        };
        let draft = parse(&[], &dates, vec![30], &rules).expect("readable");
        assert_eq!(
            (draft.min_notice, draft.max_per_day, draft.max_per_week),
            (24 * 60, Some(3), None)
        );
        assert_eq!(
            draft.booking_window,
            ScheduleDraft::default().booking_window
        );
        let shown = dates::rows(&draft.overrides, 0);
        assert_eq!(
            (&shown[..2], shown.len()),
            (&dates[..], 2 + dates::EMPTY_ROWS)
        );
        assert!(matches!(
            draft.overrides[1].kind,
            OverrideKind::Extra {
                from_min: 600,
                to_min: DAY_MIN
            }
        ));
    }

    #[test]
    fn everything_unreadable_is_said_at_once() {
        let rules = Rules {
            buffer_before: "-1".to_owned(),
            booking_window: "soon".to_owned(),
            ..Rules::default()
        };
        let dates = vec![row("extra", "2026-12-05", "", "25:00", "26:00")];
        let problem = parse(&[], &dates, Vec::new(), &rules).expect_err("refused");
        for field in ["overrides", "bufferBefore", "bookingWindow"] {
            assert!(problem.for_field(field).is_some(), "{field}");
        }
        assert!(dates::parse(&[row("off", "2026-02-30", "", "", "")]).is_err());
        let hours_of_a_day_off = dates::parse(&[row("off", "2026-12-05", "", "10:00", "")]);
        assert!(
            hours_of_a_day_off.is_err(),
            "not taken for a day off in silence"
        );
        assert_eq!(dates::parse(&[row("off", " ", "", "", "")]), Ok(Vec::new()));
    }
}
