//! Switches, menus and help for camera, microphone and speaker.

use super::icons::{self, Icon};
use crate::room::{
    call::Call,
    model::{CaptureState, DeviceKind, DeviceProblem, Event, InputKind},
    text,
};
use leptos::prelude::*;

/// Turns the camera or the microphone on and off.
#[component]
pub fn MediaSwitch(call: Call, kind: InputKind) -> impl IntoView {
    let (label, icon) = match kind {
        InputKind::Camera => ("Camera", icons::CAMERA),
        InputKind::Microphone => ("Microphone", icons::MICROPHONE),
    };
    let wanted = move || call.with(|model| model.local_device(kind).wanted);
    let starting =
        move || call.with(|model| model.local_device(kind).capture == CaptureState::Starting);
    view! {
        <button
            type="button"
            role="switch"
            class="media-switch"
            aria-checked=move || if wanted() { "true" } else { "false" }
            aria-busy=move || if starting() { "true" } else { "false" }
            on:click=move |_| {
                let on = !call.read(|model| model.local_device(kind).wanted);
                call.send(Event::Switch { kind, on });
            }
        >
            <Icon drawing=icon />
            <span>{label}</span>
        </button>
    }
}

/// All device menus and the test sound.
#[component]
pub fn DeviceMenus(call: Call) -> impl IntoView {
    let can_choose_speaker = move || call.with(|model| model.can_choose_speaker);
    view! {
        <DeviceMenu call kind=DeviceKind::Camera />
        <DeviceMenu call kind=DeviceKind::Microphone />
        <Show when=can_choose_speaker>
            <DeviceMenu call kind=DeviceKind::Speaker />
        </Show>
        <button
            type="button"
            class="button test-sound"
            on:click=move |_| call.send(Event::PlayTestSound)
        >
            "Play test sound"
        </button>
    }
}

/// An entry of a menu.
struct Choice {
    id: String,
    label: String,
    chosen: bool,
}

#[component]
fn DeviceMenu(call: Call, kind: DeviceKind) -> impl IntoView {
    let (label, noun) = match kind {
        DeviceKind::Camera => ("Camera device", "Camera "),
        DeviceKind::Microphone => ("Microphone device", "Microphone "),
        DeviceKind::Speaker => ("Speaker device", "Speaker "),
    };
    let choices = move || {
        call.with(|model| {
            let in_use = model.device_in_use(kind);
            let mut choices: Vec<Choice> = model
                .devices
                .iter()
                .filter(|device| device.kind == kind)
                .zip(1..)
                .map(|(device, number)| Choice {
                    id: device.id.clone(),
                    // Browsers reveal names only after the first permission.
                    label: if device.label.is_empty() {
                        [noun, &number.to_string()].concat()
                    } else {
                        device.label.clone()
                    },
                    chosen: !in_use.is_empty() && device.id == in_use,
                })
                .collect();
            if choices.iter().all(|choice| !choice.chosen) {
                let label = if choices.is_empty() {
                    "None found"
                } else {
                    "Chosen by the browser"
                };
                choices.insert(
                    0,
                    Choice {
                        id: String::new(),
                        label: label.to_owned(),
                        chosen: true,
                    },
                );
            }
            choices
        })
    };
    let none = move || call.with(|model| model.devices.iter().all(|device| device.kind != kind));
    view! {
        <label class="field device-menu">
            <span class="field-label">{label}</span>
            <select
                disabled=none
                on:change=move |event| {
                    call.send(Event::ChooseDevice {
                        kind,
                        id: event_target_value(&event),
                    });
                }
            >
                {move || {
                    choices()
                        .into_iter()
                        .map(|choice| {
                            view! {
                                <option value=choice.id prop:selected=choice.chosen>
                                    {choice.label}
                                </option>
                            }
                        })
                        .collect::<Vec<_>>()
                }}
            </select>
        </label>
    }
}

/// Says what is wrong with a device and what to do about it.
#[component]
pub fn DeviceHelp(call: Call, kind: InputKind) -> impl IntoView {
    let problem = Memo::new(move |_| {
        call.with(|model| match model.local_device(kind).capture {
            // A problem of the page itself is shown once, not for each device.
            CaptureState::Failed(DeviceProblem::Insecure) if kind == InputKind::Microphone => None,
            CaptureState::Failed(problem) => Some(problem),
            CaptureState::Off | CaptureState::Starting | CaptureState::On => None,
        })
    });
    let name = match kind {
        InputKind::Camera => "Camera problem",
        InputKind::Microphone => "Microphone problem",
    };
    view! {
        <div class="trouble" role="group" aria-label=name aria-live="polite">
            {move || {
                problem
                    .get()
                    .map(|problem| {
                        view! {
                            <p class="trouble-title">{text::problem(kind, problem)}</p>
                            <ol>
                                {text::steps(kind, problem)
                                    .iter()
                                    .map(|step| view! { <li>{*step}</li> })
                                    .collect::<Vec<_>>()}
                            </ol>
                            <button
                                type="button"
                                class="button"
                                hidden=problem == DeviceProblem::Insecure
                                on:click=move |_| call.send(Event::Switch { kind, on: true })
                            >
                                "Try again"
                            </button>
                        }
                    })
            }}
        </div>
    }
}
