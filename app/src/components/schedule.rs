//! What a mentor offers, as a form.

use super::{form::Form, hours};
use crate::api::mentors::{DateRow, HoursRow, Rules};
use domain::{
    availability::{DAY_MIN, DateOverride, Day, OverrideKind, ScheduleDraft, parse_hhmm},
    problem::{FieldProblem, Problem},
};
use leptos::prelude::*;

/// Empty lines for other dates, beyond those in use.
const EMPTY_DATES: usize = 3;

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
    let mut refused = Refused::default();
    let usual = ScheduleDraft::default();
    let hours = refused.take(hours::parse(hours));
    let overrides = refused.take(read_dates(dates));
    let mut number = |field, text: &str| refused.take(number(field, text)).flatten();
    let buffer_before = number("bufferBefore", &rules.buffer_before).unwrap_or_default();
    let buffer_after = number("bufferAfter", &rules.buffer_after).unwrap_or_default();
    let min_notice =
        number("minNotice", &rules.min_notice_hours).map(|hours| hours.saturating_mul(60));
    let booking_window = number("bookingWindow", &rules.booking_window);
    let max_per_day = number("maxPerDay", &rules.max_per_day);
    let max_per_week = number("maxPerWeek", &rules.max_per_week);
    match (hours, overrides) {
        (Some(hours), Some(overrides)) if refused.0.is_empty() => Ok(ScheduleDraft {
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
        }),
        _ => Err(Problem::Invalid(refused.0)),
    }
}

/// Collects what was refused, so that all of it is said at once.
#[derive(Default)]
struct Refused(Vec<FieldProblem>);

impl Refused {
    fn take<T>(&mut self, result: Result<T, Problem>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(Problem::Invalid(fields)) => {
                self.0.extend(fields);
                None
            }
            Err(other) => {
                self.0.push(FieldProblem {
                    field: "form".to_owned(),
                    message: other.to_string(),
                });
                None
            }
        }
    }
}

fn number(field: &str, text: &str) -> Result<Option<u32>, Problem> {
    match text.trim() {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_| Problem::field(field, "Enter a whole number.")),
    }
}

fn read_dates(rows: &[DateRow]) -> Result<Vec<DateOverride>, Problem> {
    rows.iter()
        .filter(|row| !row.from_day.trim().is_empty())
        .map(date)
        .collect()
}

fn date(row: &DateRow) -> Result<DateOverride, Problem> {
    let refuse = |what: &str| Problem::field("overrides", format!("{}: {what}", row.from_day));
    let day = |text: &str| Day::parse(text).ok_or_else(|| refuse("enter dates like 2026-12-24."));
    let from_day = day(row.from_day.trim())?;
    let to_day = match row.to_day.trim() {
        "" => from_day,
        text => day(text)?,
    };
    let time = |text: &str| {
        parse_hhmm(text).ok_or_else(|| refuse("enter times like 09:00 for extra hours."))
    };
    let kind = match (row.kind.as_str(), row.from.trim(), row.to.trim()) {
        ("extra", from, to) => OverrideKind::Extra {
            from_min: time(from)?,
            to_min: match time(to)? {
                0 => DAY_MIN,
                minute => minute,
            },
        },
        ("off", "", "") => OverrideKind::Off,
        _ => {
            return Err(refuse(
                "choose extra hours, or leave the times empty for a day off.",
            ));
        }
    };
    Ok(DateOverride {
        from_day,
        to_day,
        kind,
        label: row.label.clone(),
    })
}

/// The lines to show for saved dates, and some empty ones.
fn rows(saved: &[DateOverride], least: usize) -> Vec<DateRow> {
    let row = |date: &DateOverride| {
        let (kind, from, to) = match date.kind {
            OverrideKind::Off => ("off", String::new(), String::new()),
            OverrideKind::Extra { from_min, to_min } => {
                ("extra", hours::clock(from_min), hours::clock(to_min))
            }
        };
        DateRow {
            kind: kind.to_owned(),
            from_day: date.from_day.to_string(),
            to_day: if date.to_day == date.from_day {
                String::new()
            } else {
                date.to_day.to_string()
            },
            from,
            to,
            label: date.label.clone(),
        }
    };
    let mut rows: Vec<_> = saved.iter().map(row).collect();
    let wanted = (rows.len() + EMPTY_DATES).max(least);
    rows.resize_with(wanted, || DateRow {
        kind: "off".to_owned(),
        from_day: String::new(),
        to_day: String::new(),
        from: String::new(),
        to: String::new(),
        label: String::new(),
    });
    rows
}

/// Rows as they were entered before the form was refused, or the saved ones.
pub fn entered_dates(form: &Form, saved: &[DateOverride]) -> Vec<DateRow> {
    let least = (0..200)
        .take_while(|n| form.has(&format!("dates[{n}][kind]")))
        .count();
    let keep = |(n, row): (usize, DateRow)| {
        let value = |part: &str, saved: String| form.value(&format!("dates[{n}][{part}]"), saved);
        DateRow {
            kind: value("kind", row.kind),
            from_day: value("from_day", row.from_day),
            to_day: value("to_day", row.to_day),
            from: value("from", row.from),
            to: value("to", row.to),
            label: value("label", row.label),
        }
    };
    rows(saved, least)
        .into_iter()
        .enumerate()
        .map(keep)
        .collect()
}

/// The inputs for other dates.
#[component]
pub fn DateInputs(
    /// What to show.
    rows: Vec<DateRow>,
) -> impl IntoView {
    let rows: Vec<_> = rows
        .into_iter()
        .enumerate()
        .map(|(n, row)| view! { <DateLine n row /> })
        .collect();
    view! { <ul class="dates">{rows}</ul> }
}

#[component]
fn DateLine(n: usize, row: DateRow) -> impl IntoView {
    let name = move |part: &str| format!("dates[{n}][{part}]");
    let label = move |part: &str| format!("Date {}, {part}", n + 1);
    let extra = row.kind == "extra";
    view! {
        <li class="date-line">
            <select name=name("kind") aria-label=label("kind")>
                <option value="off" selected=!extra>
                    "Day off"
                </option>
                <option value="extra" selected=extra>
                    "Extra hours"
                </option>
            </select>
            <input type="date" name=name("from_day") value=row.from_day aria-label=label("first day") />
            <span aria-hidden="true">"to"</span>
            <input type="date" name=name("to_day") value=row.to_day aria-label=label("last day, if it is another") />
            <input
                type="text"
                name=name("label")
                value=row.label
                maxlength="60"
                placeholder="Holiday"
                aria-label=label("what for yourself")
            />
            <input type="time" name=name("from") value=row.from aria-label=label("start of extra hours") />
            <span aria-hidden="true">"to"</span>
            <input type="time" name=name("to") value=row.to aria-label=label("end of extra hours") />
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn an_offer_survives_the_form() {
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
        let shown = rows(&draft.overrides, 0);
        assert_eq!((&shown[..2], shown.len()), (&dates[..], 2 + EMPTY_DATES));
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
        assert!(read_dates(&[row("off", "2026-02-30", "", "", "")]).is_err());
        let hours_of_a_day_off = read_dates(&[row("off", "2026-12-05", "", "10:00", "")]);
        assert!(
            hours_of_a_day_off.is_err(),
            "not taken for a day off in silence"
        );
        assert_eq!(read_dates(&[row("off", " ", "", "", "")]), Ok(Vec::new()));
    }
}
