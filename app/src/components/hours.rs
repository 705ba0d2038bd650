//! Weekly hours as plain time inputs.

use crate::forms::hours::{DAYS, HoursRow};
use leptos::prelude::*;

/// The inputs of all days.
#[component]
pub fn HoursInputs(
    /// What to show.
    rows: Vec<HoursRow>,
) -> impl IntoView {
    let mut rows = rows.into_iter().enumerate().peekable();
    let mut days = Vec::new();
    for (weekday, name) in DAYS.iter().enumerate() {
        let mut lines = Vec::new();
        while let Some((i, row)) = rows.next_if(|(_, row)| usize::from(row.weekday) == weekday) {
            let nth = lines.len() + 1;
            lines.push(view! { <HoursLine i row name nth /> });
        }
        days.push(view! {
            <div class="hours-day">
                <div class="hours-name" aria-hidden="true">{*name}</div>
                <div class="hours-lines">{lines}</div>
            </div>
        });
    }
    view! { <div class="hours">{days}</div> }
}

#[component]
fn HoursLine(i: usize, row: HoursRow, name: &'static str, nth: usize) -> impl IntoView {
    let field = move |part: &str| format!("hours[{i}][{part}]");
    let label = move |part: &str| match nth {
        1 => format!("{name}, {part}"),
        n => format!("{name}, {part} of period {n}"),
    };
    view! {
        <div class="hours-line">
            <input type="hidden" name=field("weekday") value=row.weekday.to_string() />
            <input type="time" name=field("from") value=row.from aria-label=label("start") />
            <span aria-hidden="true">"to"</span>
            <input type="time" name=field("to") value=row.to aria-label=label("end") />
        </div>
    }
}
