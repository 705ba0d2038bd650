//! Times as text. The server writes the text; the browser only shows it.

use domain::{availability::Day, time::Timestamp, views::LocalLabel};
use leptos::prelude::*;

/// A moment in one zone: date, time, and whose time it is.
#[component]
pub fn LocalTime(
    label: LocalLabel,
    /// The moment, for machines.
    #[prop(optional, into)]
    at: Option<Timestamp>,
) -> impl IntoView {
    let zone = zone_name(&label.zone);
    view! {
        <time class="when" datetime=at.map(iso_utc)>
            <span class="when-date">{label.date}</span>
            ", "
            <span class="when-time">{label.time}</span>
            " "
            <span class="when-zone">{zone}</span>
        </time>
    }
}

/// A zone as people say it: `America/New_York` becomes `New York time`.
pub fn zone_name(zone: &str) -> String {
    if zone == "UTC" {
        return zone.to_owned();
    }
    let place = zone.rsplit('/').next().unwrap_or(zone).replace('_', " ");
    format!("{place} time")
}

/// Zones as the choices of a select.
pub fn zone_options(zones: Vec<String>) -> Vec<(String, String)> {
    let text = |zone: &str| zone.replace('_', " ");
    zones
        .into_iter()
        .map(|zone| (zone.clone(), text(&zone)))
        .collect()
}

/// `2026-11-23T14:30:00Z`.
pub fn iso_utc(at: Timestamp) -> String {
    let seconds = at.0.div_euclid(1_000);
    let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let day = Day(i32::try_from(day).unwrap_or(i32::MAX));
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{day}T{hour:02}:{minute:02}:{second:02}Z")
}

/// A length of time in whole minutes, as people say it.
pub fn duration_text(millis: i64) -> String {
    match (millis + 30_000).div_euclid(60_000) {
        n if n <= 0 => "under a minute".to_owned(),
        1 => "1 minute".to_owned(),
        n if n < 60 => format!("{n} minutes"),
        n => match (n / 60, n % 60) {
            (hours, 0) => format!("{hours} h"),
            (hours, rest) => format!("{hours} h {rest} min"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_for_machines_are_right_across_leap_years() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400_000, "2000-02-29T00:00:00Z"),
            (1_709_251_199_000, "2024-02-29T23:59:59Z"),
            (1_795_444_200_000, "2026-11-23T14:30:00Z"),
            (-1_000, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(iso_utc(Timestamp(ms)), text);
        }
    }

    #[test]
    fn zones_and_durations_read_like_words() {
        assert_eq!(
            zone_name("America/Argentina/Buenos_Aires"),
            "Buenos Aires time"
        );
        assert_eq!(zone_name("UTC"), "UTC");
        assert_eq!(duration_text(29_000), "under a minute");
        assert_eq!(duration_text(2_580_000), "43 minutes");
        assert_eq!(duration_text(5_400_000), "1 h 30 min");
    }
}
