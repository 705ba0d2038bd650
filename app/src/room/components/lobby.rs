//! Before the meeting: see and hear oneself, choose devices, join. Nothing is sent yet.

use super::{
    devices::{DeviceHelp, DeviceMenus, MediaSwitch},
    time_left::TimeLeft,
};
use crate::room::{
    call::Call,
    element_ids,
    model::{AlreadyJoined, CaptureState, Event, InputKind, Phase},
};
use leptos::prelude::*;

/// A constant, because the view macro treats a literal `inner_html` as an ordinary attribute.
const NO_SCRIPT: &str = "<p class=\"note\">The call needs JavaScript. Please switch it on for this site and reload the page.</p>";

/// The device check. Rendered on the server as well; its controls work once hydrated.
#[component]
pub fn Lobby(call: Call, title: String) -> impl IntoView {
    let (ready, set_ready) = signal(false);
    Effect::new(move |_| {
        set_ready.set(true);
        call.send(Event::ElementsRendered);
    });
    let other = call.other_name();
    let camera = move || call.with(|model| model.camera.capture);
    let joining = move || call.with(|model| model.phase == Phase::Joining);
    let note = move || match camera() {
        CaptureState::Off => "Your camera is off.",
        CaptureState::Starting => "Starting your camera…",
        CaptureState::On => "",
        CaptureState::Failed(_) => "Your camera is not working. You can join without it.",
    };
    let hears = move || call.with(|model| model.microphone.capture == CaptureState::On);
    let presence = {
        let other = other.clone();
        move || {
            let state = if call.with(|model| model.other_is_present()) {
                " is in the meeting."
            } else if call.with(|model| model.other_is_at_door()) {
                " is at the door."
            } else if call.with(|model| model.other_is_late()) {
                " is running late."
            } else {
                " is not there yet."
            };
            [other.as_str(), state].concat()
        }
    };
    let already_joined = move || match call.with(|model| model.already_joined) {
        Some(AlreadyJoined::OtherTab) => "You are in this meeting in another tab of this browser.",
        Some(AlreadyJoined::OtherDevice) => {
            "You are in this meeting on another device or in another browser."
        }
        None => "",
    };
    view! {
        <section class="lobby" aria-labelledby="lobby-title">
            <header class="lobby-head">
                <h1 id="lobby-title">{title}</h1>
                <p>"Meeting with " {other}</p>
                <TimeLeft call />
            </header>
            <noscript inner_html=NO_SCRIPT></noscript>
            <div class="lobby-body">
                <div class="preview">
                    <video
                        id=element_ids::PREVIEW
                        class="is-mirrored"
                        aria-label="Your video"
                        hidden=move || camera() != CaptureState::On
                        muted
                        autoplay
                        playsinline
                    ></video>
                    <p class="preview-note" role="status">
                        {note}
                    </p>
                    <div class="preview-switches">
                        <MediaSwitch call kind=InputKind::Microphone />
                        <MediaSwitch call kind=InputKind::Camera />
                    </div>
                </div>
                <div class="lobby-side">
                    <p class="presence" role="status">
                        {presence}
                    </p>
                    <Show when=move || call.with(|model| model.already_joined.is_some())>
                        <div class="note elsewhere" role="alert">
                            <p>{already_joined}</p>
                            <button
                                type="button"
                                id=element_ids::MOVE_HERE
                                class="button button-primary"
                                on:click=move |_| call.send(Event::MoveHere)
                            >
                                "Move the call here"
                            </button>
                        </div>
                    </Show>
                    <button
                        type="button"
                        class="button button-primary button-large join-button"
                        disabled=move || !ready.get() || joining()
                        aria-busy=move || if joining() { "true" } else { "false" }
                        on:click=move |_| call.send(Event::Join)
                    >
                        {move || if joining() { "Joining…" } else { "Join meeting" }}
                    </button>
                    <DeviceHelp call kind=InputKind::Camera />
                    <DeviceHelp call kind=InputKind::Microphone />
                    <div class="level" class:is-off=move || !hears()>
                        <label for="microphone-level">"Microphone level"</label>
                        <meter
                            id="microphone-level"
                            min="0"
                            max="100"
                            prop:value=move || f64::from(call.level.get())
                        ></meter>
                        <p class="muted small">
                            {move || {
                                if hears() {
                                    "Say something: the bar moves when your microphone hears you."
                                } else {
                                    "Your microphone is off. You can join and switch it on later."
                                }
                            }}
                        </p>
                    </div>
                    <DeviceMenus call />
                </div>
            </div>
        </section>
    }
}
