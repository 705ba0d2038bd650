//! The time left.

use crate::room::call::Call;
use domain::time::clock_face;
use leptos::prelude::*;

/// Time left to the scheduled end, then to the close.
#[component]
pub fn TimeLeft(call: Call) -> impl IntoView {
    let text = move || {
        call.second.track();
        let (left, over) = call.with(|model| model.time_left());
        let label = if over { "Closes in " } else { "Ends in " };
        [label, &clock_face(left)].concat()
    };
    view! {
        <p class="time-left" role="timer">
            {text}
        </p>
    }
}
