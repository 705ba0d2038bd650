//! Calendar dates, times of day, and the way from them to real time.

use crate::time::{Millis, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Minutes in a day of wall time.
pub const DAY_MIN: u16 = 24 * 60;

/// A calendar date without a zone, as days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub i32);

impl Day {
    /// 0001-01-01, the first date that can be entered.
    pub const MIN: Self = Self(-719_162);
    /// 9999-12-31, the last date that can be entered.
    pub const MAX: Self = Self(2_932_896);

    /// Day of the week, Monday = 0 … Sunday = 6. 1970-01-01 was a Thursday.
    pub fn weekday(self) -> u8 {
        u8::try_from((i64::from(self.0) + 3).rem_euclid(7)).unwrap_or_default()
    }

    /// The following date.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Monday of the same ISO week (ISO 8601: weeks begin on Monday).
    #[must_use]
    pub fn monday(self) -> Self {
        Self(self.0.saturating_sub(i32::from(self.weekday())))
    }

    /// A date of the proleptic Gregorian calendar; `None` when there is no such date or its year
    /// is not 1–9999.
    pub fn from_ymd(year: u16, month: u8, day: u8) -> Option<Self> {
        if !(1..=9_999).contains(&year) || !(1..=12).contains(&month) || day == 0 {
            return None;
        }
        let (year, month, day) = (i32::from(year), i32::from(month), i32::from(day));
        // Years that begin in March have their leap day at the end, and months of 31, 30, 31, 30,
        // 31 days repeat: 153 days in five months.
        // https://howardhinnant.github.io/date_algorithms.html#days_from_civil
        let year_from_march = if month <= 2 { year - 1 } else { year };
        let era = year_from_march.div_euclid(400);
        let year_of_era = year_from_march.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let date = Self(era * 146_097 + day_of_era - 719_468);
        // The 31st of a shorter month would be a date of the next one.
        (date.ymd() == (i64::from(year), month, day)).then_some(date)
    }

    /// Year, month 1–12 and day of the month 1–31.
    fn ymd(self) -> (i64, i32, i32) {
        // https://howardhinnant.github.io/date_algorithms.html#civil_from_days
        let shifted = i64::from(self.0) + 719_468;
        let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = (month_from_march + 2) % 12 + 1;
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        let small = |n: i64| i32::try_from(n).unwrap_or_default();
        (year, small(month), small(day))
    }

    /// Reads `2026-11-24`, as date inputs send it; years 0001–9999.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, rest) = text.split_once('-')?;
        let (month, day) = rest.split_once('-')?;
        if (year.len(), month.len(), day.len()) != (4, 2, 2) {
            return None;
        }
        let small = |text| u8::try_from(digits(text)?).ok();
        Self::from_ymd(digits(year)?, small(month)?, small(day)?)
    }
}

/// As `2026-11-24`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// Digits only: `parse` alone would take a sign.
fn digits(text: &str) -> Option<u16> {
    text.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| text.parse().ok())?
}

/// `09:30` as minutes after midnight, 0–1440; `24:00` is the end of the day. Seconds, which some
/// browsers add, must be zero.
pub fn parse_hhmm(text: &str) -> Option<u16> {
    let (hour, rest) = text.split_once(':')?;
    let (minute, seconds) = rest.split_once(':').unwrap_or((rest, "00"));
    let whole = matches!(seconds, "00" | "00.0" | "00.00" | "00.000");
    if !whole || hour.is_empty() || hour.len() > 2 || minute.len() != 2 {
        return None;
    }
    let (hour, minute) = (digits(hour)?, digits(minute)?);
    let minutes = hour * 60 + minute;
    (minute < 60 && minutes <= DAY_MIN).then_some(minutes)
}

/// Minutes after midnight as `09:30`; the end of the day is `24:00`.
pub fn hhmm(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Zone arithmetic, given by the caller.
pub trait LocalTime {
    /// The local date at a moment.
    fn day_of(&self, at: Timestamp) -> Day;

    /// The moment of a local wall time: in a gap it is shifted forward by the gap's length, in a
    /// fold it is the first occurrence. `minute` may be 1440 for the end of the day. `None` when
    /// the zone knows no such date.
    fn at(&self, day: Day, minute: u16) -> Option<Timestamp>;

    /// The first moment of a local date, to the minute; the first moment after it when the zone
    /// skipped the date.
    fn start_of(&self, day: Day) -> Option<Timestamp> {
        let mut start = self.at(day, 0)?;
        // Midnight may lie in a gap that began on the day before (Toronto, 1919-03-30 23:30), and
        // is then moved past the date's first moment. No gap is longer than a day.
        for _ in 0..DAY_MIN {
            let earlier = start - Millis::minutes(1);
            if self.day_of(earlier) < day {
                break;
            }
            start = earlier;
        }
        Some(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn weekdays_are_counted_from_monday() {
        assert_eq!(Day(20_458).weekday(), 0);
        assert_eq!(Day(0).weekday(), 3);
        assert_eq!(Day(-1).weekday(), 2);
        assert_eq!(Day(i32::MAX).next(), Day(i32::MAX));
    }

    #[test]
    fn a_week_begins_on_its_monday() {
        // 2026-12-31 is in week 53, with 2027-01-03; the next day begins week 1.
        let monday = Day::parse("2026-12-28");
        for of_week in ["2026-12-28", "2026-12-31", "2027-01-01", "2027-01-03"] {
            assert_eq!(Day::parse(of_week).map(Day::monday), monday);
        }
        assert_ne!(Day::parse("2027-01-04").map(Day::monday), monday);
        assert_eq!(Day(-1).monday(), Day(-3));
    }

    #[test]
    fn known_dates_have_their_number() {
        for (text, number) in [
            ("1970-01-01", 0),
            ("1969-12-31", -1),
            ("2000-02-29", 11_016),
            ("2000-03-01", 11_017),
            ("2026-01-05", 20_458),
            ("0001-01-01", Day::MIN.0),
            ("9999-12-31", Day::MAX.0),
        ] {
            assert_eq!(Day::parse(text), Some(Day(number)), "{text}");
            assert_eq!(Day(number).to_string(), text);
        }
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        for text in [
            "2026-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-13-01",
            "2026-00-10",
            "2026-01-00",
            "2026-01-32",
            "0000-01-01",
            "10000-01-01",
            "26-01-01",
            "2026-1-01",
            "+026-01-01",
            "2026-01-01 ",
            "-001-01-01",
            "2026/01/01",
            "2026-01",
            "",
        ] {
            assert_eq!(Day::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn every_date_of_eight_centuries_follows_the_one_before() {
        let mut day = Day::from_ymd(1_600, 1, 1).expect("a date");
        for year in 1_600..2_400_u16 {
            let leap =
                year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
            for (month, days) in (1..).zip([
                31,
                28 + u8::from(leap),
                31,
                30,
                31,
                30,
                31,
                31,
                30,
                31,
                30,
                31,
            ]) {
                for date in 1..=days {
                    assert_eq!(Day::from_ymd(year, month, date), Some(day));
                    assert_eq!(day.to_string(), format!("{year:04}-{month:02}-{date:02}"));
                    day = day.next();
                }
                assert_eq!(Day::from_ymd(year, month, days + 1), None);
            }
        }
    }

    #[test]
    fn times_of_day_are_read_and_written() {
        for (text, minutes) in [
            ("00:00", 0),
            ("09:30", 570),
            ("9:30", 570),
            ("09:30:00", 570),
            ("09:30:00.000", 570),
            ("23:59", 1_439),
            ("24:00", DAY_MIN),
        ] {
            assert_eq!(parse_hhmm(text), Some(minutes), "{text}");
        }
        for text in [
            "",
            ":",
            "9",
            "09:3",
            "09:60",
            "24:01",
            "25:00",
            "-1:00",
            "+9:30",
            "09:30:30",
            "009:30",
            "09:30:",
            "09:30:00:00",
            "9 :30",
            "９:30",
            "99:99",
        ] {
            assert_eq!(parse_hhmm(text), None, "{text:?}");
        }
        assert_eq!(hhmm(DAY_MIN), "24:00");
    }

    proptest! {
        #[test]
        fn dates_and_times_survive_being_written(day in Day::MIN.0..=Day::MAX.0, minutes in 0..=DAY_MIN) {
            prop_assert_eq!(Day::parse(&Day(day).to_string()), Some(Day(day)));
            prop_assert_eq!(parse_hhmm(&hhmm(minutes)), Some(minutes));
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "[0-9:.+\\- ]{0,12}|\\PC{0,12}") {
            if let Some(day) = Day::parse(&text) {
                prop_assert_eq!(day.to_string(), text.clone());
            }
            prop_assert!(parse_hhmm(&text).is_none_or(|minutes| minutes <= DAY_MIN));
        }

        #[test]
        fn every_number_has_a_date(day in any::<i32>()) {
            prop_assert!(!Day(day).to_string().is_empty());
            prop_assert!(Day(day).weekday() <= 6);
        }
    }
}
