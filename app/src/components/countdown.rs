//! How much longer a time is held.

use crate::browser;
use domain::{
    time::{Millis, Timestamp, clock_face},
    views::LocalLabel,
};
use leptos::prelude::*;

/// When the hold ends, and the time left. The server says how much is left when the page is made; the
/// browser only counts how long the page is open.
#[component]
pub fn HeldFor(
    /// Until when it is held.
    until: Timestamp,
    /// `until` as text.
    label: LocalLabel,
    /// The server's time when the page was made.
    now: Timestamp,
) -> impl IntoView {
    let (passed, set_passed) = signal(0_i64);
    browser::count_seconds(set_passed);
    let face = move || clock_face(until.since(now + Millis::seconds(passed.get())));
    view! {
        <p class="note" role="timer">
            "This time is held for you until "
            {label.time}
            "."
            <span class="held-face" aria-hidden="true">
                {face}
            </span>
        </p>
    }
}
