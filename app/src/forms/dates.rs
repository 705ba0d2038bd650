//! The lines of the form for other dates than the usual week.

use super::{Form, hours};
use domain::{
    availability::{DAY_MIN, DateOverride, Day, OverrideKind, parse_hhmm},
    problem::Problem,
};
use serde::{Deserialize, Serialize};

/// The kind of a day off.
pub const OFF: &str = "off";
/// The kind of a day with extra hours.
pub const EXTRA: &str = "extra";
/// Empty lines beyond those in use.
pub(super) const EMPTY_ROWS: usize = 3;

/// One line of the form for other dates; an empty first date means nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateRow {
    /// [`OFF`] or [`EXTRA`].
    pub kind: String,
    /// First date, `2026-12-24`, or empty.
    pub from_day: String,
    /// Last date; the first one when empty.
    pub to_day: String,
    /// `09:00`; for [`EXTRA`] only.
    pub from: String,
    /// `17:30`; for [`EXTRA`] only. `00:00` is the end of the day.
    pub to: String,
    /// A private note, for example `Holiday`.
    pub label: String,
}

/// Reads the lines of the form; one without a first date is no date.
///
/// # Errors
/// `Problem::Invalid` on the field `overrides`, naming the date.
pub fn parse(rows: &[DateRow]) -> Result<Vec<DateOverride>, Problem> {
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
        (EXTRA, from, to) => OverrideKind::Extra {
            from_min: time(from)?,
            to_min: match time(to)? {
                0 => DAY_MIN,
                minute => minute,
            },
        },
        (OFF, "", "") => OverrideKind::Off,
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
pub(super) fn rows(saved: &[DateOverride], least: usize) -> Vec<DateRow> {
    let row = |date: &DateOverride| {
        let (kind, from, to) = match date.kind {
            OverrideKind::Off => (OFF, String::new(), String::new()),
            OverrideKind::Extra { from_min, to_min } => {
                (EXTRA, hours::clock(from_min), hours::clock(to_min))
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
    let wanted = (rows.len() + EMPTY_ROWS).max(least);
    rows.resize_with(wanted, || DateRow {
        kind: OFF.to_owned(),
        from_day: String::new(),
        to_day: String::new(),
        from: String::new(),
        to: String::new(),
        label: String::new(),
    });
    rows
}

/// Rows as they were entered before the form was refused, or the saved ones.
pub fn entered(form: &Form, saved: &[DateOverride]) -> Vec<DateRow> {
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
