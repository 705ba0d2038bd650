//! Dates that differ from the weekly hours: days off, holidays, extra hours.

use super::{
    hours::span,
    wall::{DAY_MIN, Day},
};
use crate::text::{TextProblem, short_label};
use serde::{Deserialize, Serialize};
use strum::{EnumDiscriminants, EnumString, IntoStaticStr, VariantArray};

/// Overrides that a mentor can have.
pub const OVERRIDES_MAX: usize = 100;
/// Dates that one override can cover: a leap year.
pub const OVERRIDE_DATES_MAX: u32 = 366;

/// What differs on some dates of the mentor's calendar.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DateOverride {
    /// First date.
    pub from_day: Day,
    /// Last date, included.
    pub to_day: Day,
    /// What differs.
    pub kind: OverrideKind,
    /// The mentor's own label, for example "Summer holidays"; may be empty.
    pub label: String,
}

/// How an override changes its dates. A date that is off and has extra hours has just the extra
/// hours.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, EnumDiscriminants,
)]
#[serde(rename_all = "snake_case")]
#[strum_discriminants(
    name(OverrideWord),
    doc = "The word stored in `availability_overrides.kind`.",
    derive(Hash, EnumString, IntoStaticStr, VariantArray),
    strum(serialize_all = "snake_case")
)]
pub enum OverrideKind {
    /// No weekly hours.
    Off,
    /// Hours on top, on each of the dates, [from, to) in minutes after local midnight.
    Extra {
        /// First minute, 0–1439.
        from_min: u16,
        /// End, 1–1440.
        to_min: u16,
    },
}

impl OverrideKind {
    /// The kind that a word stands for, with its hours; `None` when they do not fit.
    pub fn of(word: OverrideWord, hours: Option<(u16, u16)>) -> Option<Self> {
        Some(match word {
            OverrideWord::Off => Self::Off,
            OverrideWord::Extra => {
                let (from_min, to_min) = hours?;
                Self::Extra { from_min, to_min }
            }
        })
    }

    /// Its hours: where they begin and where they end.
    pub fn hours(self) -> Option<(u16, u16)> {
        match self {
            Self::Off => None,
            Self::Extra { from_min, to_min } => Some((from_min, to_min)),
        }
    }
}

impl DateOverride {
    /// Whether it is about a date.
    pub fn covers(&self, day: Day) -> bool {
        self.from_day <= day && day <= self.to_day
    }
}

/// Why overrides were refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OverrideProblem {
    /// More than [`OVERRIDES_MAX`].
    #[error("Enter at most {OVERRIDES_MAX} days off and extra hours; remove some that are over.")]
    TooMany,
    /// A date outside [`Day::MIN`] to [`Day::MAX`].
    #[error("Enter dates like 2026-11-24.")]
    NoSuchDate,
    /// The last date comes before the first.
    #[error("The last day, {to}, must not come before the first, {from}.")]
    Backwards {
        /// First date.
        from: Day,
        /// Last date.
        to: Day,
    },
    /// More dates than [`OVERRIDE_DATES_MAX`].
    #[error("{from} to {to} is too long; one entry covers at most {OVERRIDE_DATES_MAX} days.")]
    TooLong {
        /// First date.
        from: Day,
        /// Last date.
        to: Day,
    },
    /// Extra hours with a time that does not exist.
    #[error("{0}: enter times from 00:00 to 24:00.")]
    NoSuchTime(Day),
    /// Extra hours that end at or before their start.
    #[error("{0}: the end must come after the start.")]
    BackwardHours(Day),
    /// Extra hours overlap on a date.
    #[error("{day}: the extra hours {one} and {other} overlap.")]
    Overlap {
        /// First date that both cover.
        day: Day,
        /// For example `09:00–12:00`.
        one: String,
        /// The other.
        other: String,
    },
    /// A label that is too long.
    #[error("{day}: {problem}")]
    Label {
        /// First date of the override.
        day: Day,
        /// What is wrong with the label.
        problem: TextProblem,
    },
}

/// Checks, cleans and sorts overrides. Days off may overlap each other, and extra hours may overlap
/// weekly ones.
///
/// # Errors
/// When there are too many, one is impossible, or extra hours of one date overlap.
pub fn check_overrides(
    mut overrides: Vec<DateOverride>,
) -> Result<Vec<DateOverride>, OverrideProblem> {
    if overrides.len() > OVERRIDES_MAX {
        return Err(OverrideProblem::TooMany);
    }
    for entry in &mut overrides {
        check_dates(entry.from_day, entry.to_day)?;
        check_kind(entry.from_day, entry.kind)?;
        entry.label = short_label(&entry.label).map_err(|problem| OverrideProblem::Label {
            day: entry.from_day,
            problem,
        })?;
    }
    overrides.sort_unstable();
    for (i, one) in overrides.iter().enumerate() {
        for other in overrides.iter().skip(i + 1) {
            check_pair(one, other)?;
        }
    }
    Ok(overrides)
}

fn check_dates(from: Day, to: Day) -> Result<(), OverrideProblem> {
    let known = Day::MIN..=Day::MAX;
    if !known.contains(&from) || !known.contains(&to) {
        return Err(OverrideProblem::NoSuchDate);
    }
    if to < from {
        return Err(OverrideProblem::Backwards { from, to });
    }
    if from.0.abs_diff(to.0) >= OVERRIDE_DATES_MAX {
        return Err(OverrideProblem::TooLong { from, to });
    }
    Ok(())
}

fn check_kind(day: Day, kind: OverrideKind) -> Result<(), OverrideProblem> {
    match kind {
        OverrideKind::Off => Ok(()),
        OverrideKind::Extra { from_min, to_min } if from_min > DAY_MIN || to_min > DAY_MIN => {
            Err(OverrideProblem::NoSuchTime(day))
        }
        OverrideKind::Extra { from_min, to_min } if from_min >= to_min => {
            Err(OverrideProblem::BackwardHours(day))
        }
        OverrideKind::Extra { .. } => Ok(()),
    }
}

/// Two overrides, the one with the earlier first date first.
fn check_pair(one: &DateOverride, other: &DateOverride) -> Result<(), OverrideProblem> {
    let (
        OverrideKind::Extra { from_min, to_min },
        OverrideKind::Extra {
            from_min: other_from,
            to_min: other_to,
        },
    ) = (one.kind, other.kind)
    else {
        return Ok(());
    };
    if one.covers(other.from_day) && from_min < other_to && other_from < to_min {
        return Err(OverrideProblem::Overlap {
            day: other.from_day,
            one: span(from_min, to_min),
            other: span(other_from, other_to),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(from: &str, to: &str, kind: OverrideKind) -> DateOverride {
        DateOverride {
            from_day: Day::parse(from).expect("a date"),
            to_day: Day::parse(to).expect("a date"),
            kind,
            label: String::new(),
        }
    }

    fn off(from: &str, to: &str) -> DateOverride {
        entry(from, to, OverrideKind::Off)
    }

    fn extra(from: &str, to: &str, from_min: u16, to_min: u16) -> DateOverride {
        entry(from, to, OverrideKind::Extra { from_min, to_min })
    }

    fn words(overrides: Vec<DateOverride>) -> String {
        check_overrides(overrides).expect_err("refused").to_string()
    }

    #[test]
    fn days_off_may_overlap_and_extra_hours_may_touch() {
        let good = vec![
            off("2026-08-01", "2026-08-31"),
            extra("2026-08-10", "2026-08-10", 540, 600),
            extra("2026-08-10", "2026-08-12", 600, 660),
            off("2026-08-15", "2026-08-15"),
            extra("2026-08-13", "2026-08-13", 540, 660),
        ];
        let checked = check_overrides(good.clone()).expect("good");
        assert_eq!(checked.len(), good.len());
        assert!(checked.is_sorted());
    }

    #[test]
    fn overlapping_extra_hours_of_one_date_are_refused() {
        assert_eq!(
            words(vec![
                extra("2026-08-12", "2026-08-20", 600, 720),
                extra("2026-08-10", "2026-08-12", 540, 601),
            ]),
            "2026-08-12: the extra hours 09:00–10:01 and 10:00–12:00 overlap."
        );
    }

    #[test]
    fn impossible_dates_and_times_are_refused_in_words() {
        assert_eq!(
            words(vec![off("2026-08-02", "2026-08-01")]),
            "The last day, 2026-08-01, must not come before the first, 2026-08-02."
        );
        assert!(check_overrides(vec![off("2024-01-01", "2024-12-31")]).is_ok());
        assert_eq!(
            words(vec![off("2024-01-01", "2025-01-01")]),
            "2024-01-01 to 2025-01-01 is too long; one entry covers at most 366 days."
        );
        let day = "2026-08-02";
        assert_eq!(
            words(vec![extra(day, day, 0, 25 * 60)]),
            "2026-08-02: enter times from 00:00 to 24:00."
        );
        for (from, to) in [(60, 60), (61, 60), (DAY_MIN, DAY_MIN)] {
            assert_eq!(
                words(vec![extra(day, day, from, to)]),
                "2026-08-02: the end must come after the start."
            );
        }
        for (from, to) in [
            (Day(i32::MIN), Day(i32::MAX)),
            (Day(0), Day(Day::MAX.0 + 1)),
        ] {
            let entry = DateOverride {
                from_day: from,
                to_day: to,
                ..off(day, day)
            };
            assert_eq!(
                check_overrides(vec![entry]),
                Err(OverrideProblem::NoSuchDate)
            );
        }
    }

    #[test]
    fn labels_are_cleaned_and_bounded() {
        let labelled = |label: &str| DateOverride {
            label: label.to_owned(),
            ..off("2026-08-02", "2026-08-02")
        };
        let cleaned = check_overrides(vec![labelled(" Summer\n holidays\u{202E} ")]);
        assert_eq!(cleaned.expect("good")[0].label, "Summer holidays");
        assert_eq!(
            words(vec![labelled(&"x".repeat(121))]),
            "2026-08-02: Use at most 120 characters."
        );
    }

    #[test]
    fn one_override_more_than_fits_is_too_many() {
        let many = |n: usize| vec![off("2026-08-02", "2026-08-02"); n];
        assert!(check_overrides(many(100)).is_ok());
        assert_eq!(check_overrides(many(101)), Err(OverrideProblem::TooMany));
    }
}
