//! How long a time is still held.

use crate::host;
use domain::time::{Timestamp, clock_face};
use leptos::prelude::*;

/// The time left, counted by the server's clock: the browser only counts how long the page is open.
#[component]
pub fn HeldFor(
    /// Until when it is held.
    until: Timestamp,
    /// The server's time when the page was made.
    now: Timestamp,
) -> impl IntoView {
    let left = until.since(now);
    let (passed, set_passed) = signal(0_i64);
    host::count_seconds(set_passed);
    let face = move || clock_face(until.since(now + domain::time::Millis::seconds(passed.get())));
    let minutes = left.as_seconds_ceil().div_euclid(60).max(1);
    view! {
        <p class="note" role="timer">
            {format!("This time is yours for about {minutes} minutes while you fill in the form. ")}
            <span aria-hidden="true">{face}</span>
        </p>
    }
}
