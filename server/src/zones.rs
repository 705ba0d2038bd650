//! Time zones: the only place that knows jiff.

use domain::{
    availability::{Day, LocalTime},
    problem::Problem,
    time::Timestamp,
    views::LocalLabel,
};
use jiff::{civil, tz::TimeZone};
use std::sync::LazyLock;

/// The zone of people whose zone is unknown.
pub const UTC: &str = "UTC";

/// All IANA zones that can be chosen, sorted.
pub fn all() -> &'static [String] {
    static ALL: LazyLock<Vec<String>> = LazyLock::new(|| {
        let mut names: Vec<String> = jiff::tz::db()
            .available()
            .map(|name| name.to_string())
            .filter(|name| {
                name == UTC
                    || name
                        .split_once('/')
                        .is_some_and(|(area, _)| AREAS.contains(&area))
            })
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    });
    &ALL
}

/// Areas of the tz database that name places; the rest are aliases and technical zones.
const AREAS: [&str; 10] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
];

/// A zone from the tz database.
#[derive(Debug, Clone)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

impl Zone {
    /// Looks a zone up by its IANA name.
    ///
    /// # Errors
    /// `Problem::Invalid` on the field `timeZone` when there is no such zone.
    pub fn parse(name: &str) -> Result<Self, Problem> {
        let known = name.len() <= 64
            && all()
                .binary_search_by(|zone| zone.as_str().cmp(name))
                .is_ok();
        if !known {
            return Err(Problem::field(
                "timeZone",
                "Choose a time zone from the list.",
            ));
        }
        Ok(Self::or_utc(name))
    }

    /// The named zone, or UTC when it does not exist (any more).
    pub fn or_utc(name: &str) -> Self {
        match TimeZone::get(name) {
            Ok(zone) => Self {
                name: name.to_owned(),
                zone,
            },
            Err(_) => Self {
                name: UTC.to_owned(),
                zone: TimeZone::UTC,
            },
        }
    }

    /// IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A moment as text, for example `Tue 24 November 2026`, `14:30`.
    pub fn label(&self, at: Timestamp) -> LocalLabel {
        let local = self.civil(at);
        LocalLabel {
            date: local.strftime("%a %-d %B %Y").to_string(),
            time: local.strftime("%H:%M").to_string(),
            zone: self.name.clone(),
        }
    }

    /// A moment as short text, for example `Tue 24 Nov 14:30`.
    pub fn short(&self, at: Timestamp) -> String {
        self.civil(at).strftime("%a %-d %b %H:%M").to_string()
    }

    /// Whether wall clocks of both zones show the same at a moment.
    pub fn agrees_with(&self, other: &Self, at: Timestamp) -> bool {
        self.civil(at) == other.civil(at)
    }

    fn civil(&self, at: Timestamp) -> civil::DateTime {
        self.zone.to_datetime(instant(at))
    }
}

impl LocalTime for Zone {
    fn day_of(&self, at: Timestamp) -> Day {
        let days = self
            .civil(at)
            .date()
            .since(EPOCH)
            .map(|span| span.get_days())
            .unwrap_or_default();
        Day(days)
    }

    fn at(&self, day: Day, minute: u16) -> Option<Timestamp> {
        use jiff::ToSpan;
        let date = EPOCH.checked_add(i64::from(day.0).days()).ok()?;
        let (date, minute) = if minute >= domain::availability::DAY_MIN {
            (date.tomorrow().ok()?, 0)
        } else {
            (date, minute)
        };
        let hour = i8::try_from(minute / 60).ok()?;
        let local = date.at(hour, i8::try_from(minute % 60).ok()?, 0, 0);
        // "Compatible" is our policy: forward in a gap, first occurrence in a fold (RFC 5545 §3.3.5).
        let at = self.zone.to_ambiguous_zoned(local).compatible().ok()?;
        Some(Timestamp(at.timestamp().as_millisecond()))
    }
}

const EPOCH: civil::Date = civil::date(1970, 1, 1);

fn instant(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

/// RFC 3339 in UTC, for example `2026-11-24T14:30:00Z`.
pub fn rfc3339(at: Timestamp) -> String {
    instant(at).to_string()
}

/// iCalendar's form in UTC, for example `20261124T143000Z` (RFC 5545 §3.3.5).
pub fn ical(at: Timestamp) -> String {
    instant(at).strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Reads RFC 3339 with any offset.
///
/// # Errors
/// `Problem::Invalid` on `field`.
pub fn parse_rfc3339(text: &str, field: &str) -> Result<Timestamp, Problem> {
    text.parse::<jiff::Timestamp>()
        .map(|at| Timestamp(at.as_millisecond()))
        .map_err(|_| Problem::field(field, "Use a time like 2026-11-24T14:30:00Z."))
}

/// Reads a length of time such as `20s`, `15m8s` or `-3h`; negative lengths point to the past.
///
/// # Errors
/// `Problem::Malformed` when it is not a length of time.
pub fn parse_duration(text: &str) -> Result<domain::time::Millis, Problem> {
    text.parse::<jiff::SignedDuration>()
        .ok()
        .and_then(|length| i64::try_from(length.as_millis()).ok())
        .map(domain::time::Millis)
        .ok_or_else(|| Problem::Malformed(format!("{text} is not a length of time such as 15m8s")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        parse_rfc3339(text, "at").expect("valid time")
    }

    #[test]
    fn a_moment_reads_differently_in_two_zones() {
        let moment = at("2026-11-24T23:30:00Z");
        assert_eq!(Zone::or_utc("Europe/Berlin").label(moment).time, "00:30");
        assert_eq!(
            Zone::or_utc("Europe/Berlin").label(moment).date,
            "Wed 25 November 2026"
        );
        assert_eq!(Zone::or_utc("America/New_York").label(moment).time, "18:30");
        assert!(!Zone::or_utc("Europe/Berlin").agrees_with(&Zone::or_utc(UTC), moment));
    }

    #[test]
    fn days_and_minutes_convert_both_ways_and_gaps_move_forward() {
        let berlin = Zone::parse("Europe/Berlin").expect("known");
        let noon = at("2026-03-29T10:00:00Z");
        let day = berlin.day_of(noon);
        assert_eq!(berlin.at(day, 12 * 60), Some(noon));
        // 02:30 does not exist on that day: 03:30 summer time.
        assert_eq!(berlin.at(day, 150), Some(at("2026-03-29T01:30:00Z")));
        // 02:30 exists twice in autumn: the first.
        let autumn = berlin.day_of(at("2026-10-25T10:00:00Z"));
        assert_eq!(berlin.at(autumn, 150), Some(at("2026-10-25T00:30:00Z")));
        assert_eq!(berlin.at(autumn, 1_440), Some(at("2026-10-25T23:00:00Z")));
    }

    #[test]
    fn unknown_zones_are_refused() {
        for name in [
            "",
            "Mars/Olympus",
            "../etc/passwd",
            "Etc/GMT+5",
            "europe/berlin",
        ] {
            assert!(Zone::parse(name).is_err(), "{name}");
        }
        assert!(all().len() > 300 && all().iter().any(|z| z == UTC));
    }
}
