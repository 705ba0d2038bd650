//! The lines of the weekly hours' form.

use super::Form;
use domain::{
    availability::{DAY_MIN, WeeklyHours, parse_hhmm},
    problem::Problem,
};
use serde::{Deserialize, Serialize};

/// One line of the weekly-hours form; empty times mean no hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursRow {
    /// Monday = 0 … Sunday = 6.
    pub weekday: u8,
    /// `09:00`, or empty.
    pub from: String,
    /// `17:30`, or empty; `00:00` is the end of the day.
    pub to: String,
}

/// Days in the order of `WeeklyHours::weekday`.
pub const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
/// Minimum number of lines for a day.
const LINES_PER_DAY: usize = 2;

/// Reads the lines of the form; a line with both times empty is no hours.
///
/// # Errors
/// `Problem::Invalid` on the field `hours`, naming the day.
pub fn parse(rows: &[HoursRow]) -> Result<Vec<WeeklyHours>, Problem> {
    let mut hours = Vec::new();
    for row in rows {
        let day = DAYS
            .get(usize::from(row.weekday))
            .copied()
            .unwrap_or("A day");
        let refuse = |what: &str| Problem::field("hours", format!("{day}: {what}"));
        match (row.from.trim(), row.to.trim()) {
            ("", "") => {}
            ("", _) | (_, "") => return Err(refuse("enter both a start and an end, or neither.")),
            (from, to) => {
                let from_min = parse_hhmm(from).ok_or_else(|| refuse("enter times like 09:00."))?;
                let to_min = parse_hhmm(to).ok_or_else(|| refuse("enter times like 17:30."))?;
                let to_min = if to_min == 0 { DAY_MIN } else { to_min };
                if to_min <= from_min {
                    return Err(refuse("the end must come after the start."));
                }
                hours.push(WeeklyHours {
                    weekday: row.weekday,
                    from_min,
                    to_min,
                });
            }
        }
    }
    Ok(hours)
}

/// Minutes after midnight as `09:30`; the end of the day is `00:00`.
pub fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60 % 24, minute % 60)
}

/// The lines to show for saved hours: at least `LINES_PER_DAY` for each day, and one more than are used.
pub fn rows(hours: &[WeeklyHours]) -> Vec<HoursRow> {
    let mut rows = Vec::new();
    for weekday in 0..7u8 {
        let of_day: Vec<_> = hours
            .iter()
            .filter(|entry| entry.weekday == weekday)
            .collect();
        for i in 0..LINES_PER_DAY.max(of_day.len() + 1) {
            let (from, to) = of_day.get(i).map_or_else(Default::default, |entry| {
                (clock(entry.from_min), clock(entry.to_min))
            });
            rows.push(HoursRow { weekday, from, to });
        }
    }
    rows
}

/// Rows as they were entered before the form was refused, or the saved ones.
pub fn entered(form: &Form, saved: &[WeeklyHours]) -> Vec<HoursRow> {
    let keep = |(i, row): (usize, HoursRow)| HoursRow {
        weekday: row.weekday,
        from: form.value(&format!("hours[{i}][from]"), row.from),
        to: form.value(&format!("hours[{i}][to]"), row.to),
    };
    rows(saved).into_iter().enumerate().map(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(weekday: u8, from: &str, to: &str) -> HoursRow {
        HoursRow {
            weekday,
            from: from.to_owned(),
            to: to.to_owned(),
        }
    }

    #[test]
    fn hours_survive_the_form() {
        let saved = vec![
            WeeklyHours {
                weekday: 0,
                from_min: 540,
                to_min: 720,
            },
            WeeklyHours {
                weekday: 0,
                from_min: 780,
                to_min: 1_020,
            },
            WeeklyHours {
                weekday: 6,
                from_min: 1_320,
                to_min: DAY_MIN,
            },
        ];
        assert_eq!(rows(&saved).len(), 15, "there is always an empty line");
        assert_eq!(parse(&rows(&saved)), Ok(saved));
    }

    #[test]
    fn half_filled_and_backward_lines_are_refused_with_the_day() {
        for bad in [
            row(2, "09:00", ""),
            row(2, "", "10:00"),
            row(2, "12:00", "09:00"),
            row(2, "25:00", "26:00"),
        ] {
            let problem = parse(&[bad]).expect_err("refused");
            assert!(
                problem
                    .for_field("hours")
                    .is_some_and(|m| m.starts_with("Wednesday: "))
            );
        }
        assert_eq!(parse(&[row(9, "", "")]), Ok(Vec::new()));
    }
}
