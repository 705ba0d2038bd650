//! What the mentor can do: moderate, extend, end.

use crate::{
    browser,
    room::{call::Call, element_ids, model::Event},
};
use domain::permissions::Moderation;
use leptos::prelude::*;

/// What the mentor can do to the mentee and the meeting.
#[component]
pub fn Manage(call: Call) -> impl IntoView {
    let name = call.other_name();
    let here = move || call.with(|model| model.peer().is_some());
    let speaks = move || call.with(|model| model.peer().is_some_and(|peer| peer.microphone));
    let removed = move || call.with(|model| model.mentee_removed);
    let busy = move || call.with(|model| model.moderating);
    let act = move |what| move |_| call.send(Event::Moderate(what));
    view! {
        <p class="actions">
            <button
                type="button"
                class="button"
                hidden=move || !here() || !speaks()
                disabled=busy
                on:click=act(Moderation::Mute)
            >
                {["Mute ", &name].concat()}
            </button>
            <button
                type="button"
                class="button"
                hidden=move || !here() || speaks()
                disabled=busy
                on:click=act(Moderation::AskToUnmute)
            >
                {["Ask ", &name, " to unmute"].concat()}
            </button>
            <button
                type="button"
                class="button button-danger"
                hidden=removed
                disabled=busy
                on:click=|_| browser::show_dialog(element_ids::REMOVE_DIALOG)
            >
                {["Remove ", &name, "…"].concat()}
            </button>
            <button
                type="button"
                class="button"
                hidden=move || !removed()
                disabled=busy
                on:click=act(Moderation::AllowBack)
            >
                {["Allow ", &name, " back in"].concat()}
            </button>
            <Extend call />
        </p>
    }
}

/// Extends the meeting; offered once that is possible.
#[component]
pub fn Extend(call: Call) -> impl IntoView {
    let busy = move || call.with(|model| model.moderating);
    view! {
        <button
            type="button"
            class="button"
            hidden=move || !call.with(|model| model.may_extend())
            disabled=busy
            on:click=move |_| call.send(Event::Extend)
        >
            "Extend by 15 minutes"
        </button>
    }
}

/// Asks before the mentee is removed.
#[component]
pub fn RemoveDialog(call: Call) -> impl IntoView {
    let name = call.other_name();
    view! {
        <dialog id=element_ids::REMOVE_DIALOG class="dialog" aria-labelledby="remove-title">
            <h2 id="remove-title">{["Remove ", &name, " from the meeting?"].concat()}</h2>
            <p>{name} " cannot come back in unless you allow it. The meeting goes on."</p>
            <p class="actions">
                <button
                    type="button"
                    class="button"
                    on:click=|_| browser::close_dialog(element_ids::REMOVE_DIALOG)
                >
                    "Keep them in"
                </button>
                <button
                    type="button"
                    class="button button-danger"
                    on:click=move |_| {
                        browser::close_dialog(element_ids::REMOVE_DIALOG);
                        call.send(Event::Moderate(Moderation::Remove));
                    }
                >
                    "Remove"
                </button>
            </p>
        </dialog>
    }
}

/// Asks before the meeting is ended.
#[component]
pub fn EndDialog(call: Call) -> impl IntoView {
    let other = call.other_name();
    let ending = move || call.with(|model| model.is_ending);
    let problem = move || call.with(|model| model.end_problem.clone().unwrap_or_default());
    view! {
        <dialog id=element_ids::END_DIALOG class="dialog" aria-labelledby="end-title">
            <h2 id="end-title">"End the meeting for everyone?"</h2>
            <p>{other} " will be taken to their dashboard too, and nobody can join again."</p>
            <p class="dialog-problem" role="alert">
                {problem}
            </p>
            <p class="actions">
                <button
                    type="button"
                    class="button"
                    on:click=|_| browser::close_dialog(element_ids::END_DIALOG)
                >
                    "Stay in the meeting"
                </button>
                <button
                    type="button"
                    class="button button-danger"
                    disabled=ending
                    on:click=move |_| call.send(Event::EndMeeting)
                >
                    "End meeting"
                </button>
            </p>
        </dialog>
    }
}
