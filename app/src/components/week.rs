//! A week of hours at a glance.

use crate::forms::hours::{DAYS, clock};
use domain::availability::{DAY_MIN, WeeklyHours};
use leptos::prelude::*;

/// Seven bars of 24 hours with the hours as blocks, and the hours as text.
#[component]
pub fn Week(hours: Vec<WeeklyHours>) -> impl IntoView {
    let days: Vec<_> = DAYS
        .iter()
        .zip(0_u8..)
        .map(|(name, weekday)| {
            let of_day: Vec<_> = hours
                .iter()
                .filter(|entry| entry.weekday == weekday)
                .collect();
            let text: Vec<_> = of_day
                .iter()
                .map(|entry| format!("{}–{}", clock(entry.from_min), clock(entry.to_min)))
                .collect();
            let text = if text.is_empty() {
                "Not available".to_owned()
            } else {
                text.join(",\n")
            };
            let blocks: Vec<_> = of_day
                .into_iter()
                .map(|entry| {
                    let (y, height) = (entry.from_min, entry.to_min - entry.from_min);
                    view! { <rect x="0" y=y.to_string() width="100" height=height.to_string() /> }
                })
                .collect();
            view! {
                <li class="week-day">
                    <p class="week-name">{&name[..3]}</p>
                    <svg
                        class="week-bar"
                        viewBox=format!("0 0 100 {DAY_MIN}")
                        preserveAspectRatio="none"
                        aria-hidden="true"
                    >
                        {blocks}
                    </svg>
                    <p class="week-words">{text}</p>
                </li>
            }
        })
        .collect();
    view! {
        <ul class="week">{days}</ul>
        <p class="week-legend">"Each bar is a day from 0:00 to 24:00, with a line every six hours."</p>
    }
}
