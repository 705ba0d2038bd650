//! The hours of every week.

use super::wall::{DAY_MIN, hhmm};
use serde::{Deserialize, Serialize};

/// Stretches of weekly hours that a mentor can have.
pub const HOURS_MAX: usize = 50;

/// Hours on one weekday, [from, to) in minutes after local midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WeeklyHours {
    /// Monday = 0 … Sunday = 6.
    pub weekday: u8,
    /// First minute, 0–1439.
    pub from_min: u16,
    /// End, 1–1440.
    pub to_min: u16,
}

/// Why weekly hours were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HoursProblem {
    /// More than [`HOURS_MAX`].
    #[error("Enter at most {HOURS_MAX} stretches of weekly hours.")]
    TooMany,
    /// Not 0–6.
    #[error("Choose a day from Monday to Sunday for each stretch.")]
    Weekday,
    /// A time that does not exist.
    #[error("{}: enter times from 00:00 to 24:00.", day_name(*.weekday))]
    NoSuchTime {
        /// On this day.
        weekday: u8,
    },
    /// An end at or before its start.
    #[error("{}: the end must come after the start.", day_name(*.weekday))]
    Backwards {
        /// On this day.
        weekday: u8,
    },
    /// Two entries of one day overlap.
    #[error("{}: {} and {} overlap.", day_name(.0.weekday), span(.0.from_min, .0.to_min), span(.1.from_min, .1.to_min))]
    Overlap(WeeklyHours, WeeklyHours),
}

/// The name of a day, Monday = 0 … Sunday = 6.
fn day_name(weekday: u8) -> &'static str {
    match weekday {
        0 => "Monday",
        1 => "Tuesday",
        2 => "Wednesday",
        3 => "Thursday",
        4 => "Friday",
        5 => "Saturday",
        6 => "Sunday",
        7.. => "A day",
    }
}

/// For example `09:00–12:30`.
pub(super) fn span(from_min: u16, to_min: u16) -> String {
    format!("{}–{}", hhmm(from_min), hhmm(to_min))
}

/// Checks and sorts weekly hours.
///
/// # Errors
/// When there are too many, one is impossible, or two overlap.
pub fn check_hours(mut hours: Vec<WeeklyHours>) -> Result<Vec<WeeklyHours>, HoursProblem> {
    if hours.len() > HOURS_MAX {
        return Err(HoursProblem::TooMany);
    }
    for &WeeklyHours {
        weekday,
        from_min,
        to_min,
    } in &hours
    {
        if weekday > 6 {
            return Err(HoursProblem::Weekday);
        }
        if from_min > DAY_MIN || to_min > DAY_MIN {
            return Err(HoursProblem::NoSuchTime { weekday });
        }
        if from_min >= to_min {
            return Err(HoursProblem::Backwards { weekday });
        }
    }
    hours.sort_unstable();
    for pair in hours.windows(2) {
        if pair[0].weekday == pair[1].weekday && pair[1].from_min < pair[0].to_min {
            return Err(HoursProblem::Overlap(pair[0], pair[1]));
        }
    }
    Ok(hours)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn h(weekday: u8, from_min: u16, to_min: u16) -> WeeklyHours {
        WeeklyHours {
            weekday,
            from_min,
            to_min,
        }
    }

    fn words(hours: Vec<WeeklyHours>) -> String {
        check_hours(hours).expect_err("refused").to_string()
    }

    #[test]
    fn good_hours_are_sorted_and_may_touch() {
        assert_eq!(
            check_hours(vec![h(1, 120, 180), h(1, 60, 120), h(0, 0, DAY_MIN)]),
            Ok(vec![h(0, 0, DAY_MIN), h(1, 60, 120), h(1, 120, 180)])
        );
        assert_eq!(check_hours(Vec::new()), Ok(Vec::new()));
    }

    #[test]
    fn bad_hours_are_refused_in_words_that_name_the_day() {
        assert_eq!(
            words(vec![h(2, 540, 720), h(2, 660, 780)]),
            "Wednesday: 09:00–12:00 and 11:00–13:00 overlap."
        );
        assert_eq!(
            words(vec![h(1, 0, 25 * 60)]),
            "Tuesday: enter times from 00:00 to 24:00."
        );
        assert_eq!(
            words(vec![h(6, 1_500, 1_600)]),
            "Sunday: enter times from 00:00 to 24:00."
        );
        for (from, to) in [(60, 60), (61, 60), (DAY_MIN, DAY_MIN)] {
            assert_eq!(
                words(vec![h(0, from, to)]),
                "Monday: the end must come after the start."
            );
        }
        assert_eq!(
            words(vec![h(7, 0, 60)]),
            "Choose a day from Monday to Sunday for each stretch."
        );
    }

    #[test]
    fn one_stretch_more_than_fits_is_too_many() {
        let many = |n: u16| (0..n).map(|i| h(4, i * 10, i * 10 + 5)).collect::<Vec<_>>();
        assert!(check_hours(many(50)).is_ok());
        assert_eq!(
            words(many(51)),
            "Enter at most 50 stretches of weekly hours."
        );
    }
}
