//! Other dates than the usual week, as plain inputs.

use crate::forms::dates::{DateRow, EXTRA, OFF};
use leptos::prelude::*;

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
    let extra = row.kind == EXTRA;
    view! {
        <li class="date-line">
            <select name=name("kind") aria-label=label("kind")>
                <option value=OFF selected=!extra>
                    "Day off"
                </option>
                <option value=EXTRA selected=extra>
                    "Extra hours"
                </option>
            </select>
            <input type="date" name=name("from_day") value=row.from_day aria-label=label("first day") />
            <span aria-hidden="true">"to"</span>
            <input type="date" name=name("to_day") value=row.to_day aria-label=label("last day, if different") />
            <input
                type="text"
                name=name("label")
                value=row.label
                maxlength="60"
                placeholder="Holiday"
                aria-label=label("note to yourself")
            />
            <input type="time" name=name("from") value=row.from aria-label=label("start of extra hours") />
            <span aria-hidden="true">"to"</span>
            <input type="time" name=name("to") value=row.to aria-label=label("end of extra hours") />
        </li>
    }
}
