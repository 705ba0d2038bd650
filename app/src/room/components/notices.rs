//! Notices during the call.

use super::moderation::Extend;
use crate::room::{
    call::Call,
    model::{ConnectionState, Event, InputKind},
};
use domain::session::SeatRole;
use leptos::prelude::*;

/// What the person should know now.
#[component]
pub fn Notices(call: Call) -> impl IntoView {
    let reconnecting =
        Memo::new(move |_| call.with(|model| model.connection != ConnectionState::Connected));
    let blocked = move || call.with(|model| model.audio_blocked);
    let sharing = move || call.with(|model| model.sharing);
    let closes_soon = Memo::new(move |_| {
        call.second.track();
        call.with(|model| model.role == SeatRole::Mentor && model.closes_soon())
    });
    view! {
        <div class="notices">
            <div role="status">
                {move || {
                    reconnecting
                        .get()
                        .then(|| {
                            view! {
                                <p class="notice is-warn">
                                    <strong>"Reconnecting"</strong>
                                    <span>" You will be back in a moment."</span>
                                </p>
                            }
                        })
                }}
            </div>
            <Show when=blocked>
                <p class="notice">
                    <button
                        type="button"
                        class="button button-primary"
                        on:click=move |_| call.send(Event::StartAudio)
                    >
                        "Click to hear"
                    </button>
                </p>
            </Show>
            <Show when=sharing>
                <p class="notice" role="status">
                    "You are sharing your screen."
                </p>
            </Show>
            <Show when=move || call.with(|model| model.unmute_requested)>
                <div class="notice" role="alert">
                    <p>{call.other_name()} " asks you to switch your microphone on."</p>
                    <p class="actions">
                        <button
                            type="button"
                            class="button button-primary"
                            on:click=move |_| call.send(Event::Switch { kind: InputKind::Microphone, on: true })
                        >
                            "Unmute"
                        </button>
                        <button
                            type="button"
                            class="button"
                            on:click=move |_| call.send(Event::DismissUnmuteRequest)
                        >
                            "Not now"
                        </button>
                    </p>
                </div>
            </Show>
            <Show when=move || closes_soon.get()>
                <div class="notice">
                    <p>"This meeting closes soon."</p>
                    <Extend call />
                </div>
            </Show>
            <div class="toasts" role="status" aria-live="polite">
                <For
                    each=move || call.with(|model| model.toasts.clone())
                    key=|toast| toast.id
                    children=|toast| view! { <p class="notice" dir="auto">{toast.text}</p> }
                />
            </div>
        </div>
    }
}
