//! The room: the other person large, oneself small, the controls below.

use super::{
    TimeLeft,
    chat::Chat,
    devices::{DeviceMenus, MediaSwitch},
    icons::{self, Icon},
};
use crate::room::{
    call::Call,
    model::{Capture, Event, Kind, Link, Quality, RoomModel},
    side, words,
};
use domain::{permissions::Moderation, session::SeatRole};
use leptos::prelude::*;

const END_DIALOG: &str = "end-dialog";
const REMOVE_DIALOG: &str = "remove-dialog";

/// Everything that is on screen during the call.
#[component]
pub fn Stage(call: Call, title: String) -> impl IntoView {
    Effect::new(move |_| call.send(Event::Drawn));
    let other = call.read(|model| model.other.name.clone());
    let is_mentor = call.read(|model| model.role == SeatRole::Mentor);
    let chat_open = move || call.with(|model| model.chat.open);
    view! {
        <section class="call" class:has-chat=chat_open aria-labelledby="call-title">
            <header class="call-head">
                <div class="call-titles">
                    <h1 id="call-title" tabindex="-1">
                        {title}
                    </h1>
                    <p>"Meeting with " {other}</p>
                </div>
                <div class="call-facts">
                    <TimeLeft call />
                    <OwnQuality call />
                </div>
                <button
                    type="button"
                    class="button button-danger leave-button"
                    on:click=move |_| call.send(Event::Leave)
                >
                    <Icon drawing=icons::LEAVE />
                    <span>"Leave"</span>
                </button>
            </header>
            <Picture call />
            <Notices call />
            <Controls call is_mentor />
            <Chat call />
            {is_mentor
                .then(|| {
                    view! {
                        <RemoveDialog call />
                        <EndDialog call />
                    }
                })}
        </section>
    }
}

#[component]
fn OwnQuality(call: Call) -> impl IntoView {
    let quality = Memo::new(move |_| call.with(|model| model.quality));
    view! {
        <p class="call-quality" data-quality=move || quality_mark(quality.get()) role="status">
            {move || words::quality(quality.get())}
        </p>
    }
}

fn quality_mark(quality: Quality) -> &'static str {
    match quality {
        Quality::Unknown => "unknown",
        Quality::Good => "good",
        Quality::Weak => "weak",
        Quality::Lost => "lost",
    }
}

/// Pictures and sound.
#[component]
fn Picture(call: Call) -> impl IntoView {
    let other = call.read(|model| model.other.name.clone());
    let initial: String = other.chars().take(1).flat_map(char::to_uppercase).collect();
    let is_here = move || call.with(|model| model.peer().is_some());
    let camera = move || call.with(|model| model.peer().is_some_and(|peer| peer.camera));
    let screen = move || call.with(|model| model.peer().is_some_and(|peer| peer.screen));
    let muted = move || call.with(|model| model.peer().is_some_and(|peer| !peer.microphone));
    let speaking = move || call.with(|model| model.peer().is_some_and(|peer| peer.speaking));
    let peer_quality =
        move || call.with(|model| model.peer().map_or(Quality::Unknown, |peer| peer.quality));
    let trouble = move || match peer_quality() {
        Quality::Unknown | Quality::Good => "",
        Quality::Weak => "Weak connection",
        Quality::Lost => "Connection lost",
    };
    let mine = move || call.with(|model| model.camera.capture == Capture::On);
    let video_label = ["Video of ", &other].concat();
    let screen_label = ["Screen of ", &other].concat();
    let waiting = ["Waiting for ", &other].concat();
    let is_late = [&other, " is running late"].concat();
    let waiting = move || {
        if is_here() {
            String::new()
        } else if call.with(RoomModel::other_is_late) {
            is_late.clone()
        } else {
            waiting.clone()
        }
    };
    view! {
        <div class="stage" class:has-screen=screen>
            <video
                id="peer-screen"
                class="stage-screen"
                aria-label=move || screen().then(|| screen_label.clone())
                hidden=move || !screen()
                autoplay
                playsinline
            ></video>
            <div class="tile is-peer" class:is-speaking=speaking hidden=move || !is_here()>
                <video
                    id="peer-video"
                    aria-label=video_label
                    hidden=move || !camera()
                    autoplay
                    playsinline
                ></video>
                <p class="tile-initial" aria-hidden="true" hidden=camera>
                    {initial}
                </p>
                <p class="tile-name">
                    <span>{other}</span>
                    <span class="tile-state" hidden=move || !muted()>
                        "Microphone off"
                    </span>
                    <span class="tile-state" hidden=move || trouble().is_empty()>
                        {trouble}
                    </span>
                </p>
            </div>
            <p class="waiting" role="status">
                {waiting}
            </p>
            <div class="tile is-self">
                <video
                    id="self-view"
                    class="is-mirrored"
                    aria-label="Your video"
                    hidden=move || !mine()
                    muted
                    autoplay
                    playsinline
                ></video>
                <p class="tile-note" hidden=mine>
                    "Your camera is off"
                </p>
            </div>
            <audio id="peer-audio" autoplay></audio>
            <audio id="peer-screen-audio" autoplay></audio>
        </div>
    }
}

/// What the person should know now.
#[component]
fn Notices(call: Call) -> impl IntoView {
    let reconnecting = Memo::new(move |_| call.with(|model| model.link != Link::Steady));
    let blocked = move || call.with(|model| model.sound_blocked);
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
                        on:click=move |_| call.send(Event::StartSound)
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
            <Show when=move || call.with(|model| model.unmute_asked)>
                <div class="notice" role="alert">
                    <p>{call.read(|model| model.other.name.clone())} " asks you to switch your microphone on."</p>
                    <p class="actions">
                        <button
                            type="button"
                            class="button button-primary"
                            on:click=move |_| call.send(Event::Switch { kind: Kind::Microphone, on: true })
                        >
                            "Unmute"
                        </button>
                        <button
                            type="button"
                            class="button"
                            on:click=move |_| call.send(Event::IgnoreUnmute)
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

#[component]
fn Controls(call: Call, is_mentor: bool) -> impl IntoView {
    let (devices_open, set_devices_open) = signal(false);
    let (manage_open, set_manage_open) = signal(false);
    let can_share = move || call.with(|model| model.can_share);
    let sharing = move || call.with(|model| model.sharing);
    let chat_open = move || call.with(|model| model.chat.open);
    let unread = Memo::new(move |_| call.with(|model| model.chat.unread));
    let unread_words = move || match unread.get() {
        0 => String::new(),
        1 => "1 unread message".to_owned(),
        n => [&n.to_string(), " unread messages"].concat(),
    };
    let expanded = |open: bool| if open { "true" } else { "false" };
    view! {
        <div
            class="controls"
            role="group"
            aria-label="Call controls"
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    set_devices_open.set(false);
                    set_manage_open.set(false);
                }
            }
        >
            <MediaSwitch call kind=Kind::Microphone />
            <MediaSwitch call kind=Kind::Camera />
            <Show when=can_share>
                <button
                    type="button"
                    class="control"
                    class:is-on=sharing
                    on:click=move |_| {
                        let on = !call.read(|model| model.sharing);
                        call.send(Event::Share(on));
                    }
                >
                    <Icon drawing=icons::SCREEN />
                    <span>{move || if sharing() { "Stop sharing" } else { "Share screen" }}</span>
                </button>
            </Show>
            <button
                type="button"
                id="chat-button"
                class="control"
                class:is-on=chat_open
                aria-controls="chat"
                aria-expanded=move || expanded(chat_open())
                aria-describedby="chat-unread"
                on:click=move |_| {
                    let open = !call.read(|model| model.chat.open);
                    call.send(Event::OpenChat(open));
                }
            >
                <Icon drawing=icons::CHAT />
                <span>"Chat"</span>
                <span class="unread" aria-hidden="true" hidden=move || unread.get() == 0>
                    {move || unread.get()}
                </span>
            </button>
            <span id="chat-unread" class="visually-hidden">
                {unread_words}
            </span>
            <button
                type="button"
                id="devices-button"
                class="control"
                class:is-on=devices_open
                aria-controls="devices"
                aria-expanded=move || expanded(devices_open.get())
                on:click=move |_| set_devices_open.update(|open| *open = !*open)
            >
                <Icon drawing=icons::DEVICES />
                <span>"Devices"</span>
            </button>
            {is_mentor
                .then(|| {
                    view! {
                        <button
                            type="button"
                            id="manage-button"
                            class="control"
                            class:is-on=manage_open
                            aria-controls="manage"
                            aria-expanded=move || expanded(manage_open.get())
                            on:click=move |_| set_manage_open.update(|open| *open = !*open)
                        >
                            <Icon drawing=icons::PEOPLE />
                            <span>"Manage"</span>
                        </button>
                        <button
                            type="button"
                            class="control is-end"
                            on:click=|_| side::show_dialog(END_DIALOG)
                        >
                            <Icon drawing=icons::CLOSE />
                            <span>"End for everyone"</span>
                        </button>
                    }
                })}
        </div>
        <div
            id="devices"
            class="devices-panel"
            role="region"
            aria-label="Devices"
            hidden=move || !devices_open.get()
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    set_devices_open.set(false);
                    side::focus("devices-button");
                }
            }
        >
            <DeviceMenus call />
        </div>
        {is_mentor
            .then(|| {
                view! {
                    <div
                        id="manage"
                        class="devices-panel"
                        role="region"
                        aria-label="Manage the meeting"
                        hidden=move || !manage_open.get()
                        on:keydown=move |event| {
                            if event.key() == "Escape" {
                                set_manage_open.set(false);
                                side::focus("manage-button");
                            }
                        }
                    >
                        <Manage call />
                    </div>
                }
            })}
    }
}

/// What the mentor can do to the mentee and the meeting.
#[component]
fn Manage(call: Call) -> impl IntoView {
    let name = call.read(|model| model.other.name.clone());
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
                on:click=|_| side::show_dialog(REMOVE_DIALOG)
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

#[component]
fn Extend(call: Call) -> impl IntoView {
    let busy = move || call.with(|model| model.moderating);
    view! {
        <button
            type="button"
            class="button"
            disabled=busy
            on:click=move |_| call.send(Event::Extend)
        >
            "Extend by 15 minutes"
        </button>
    }
}

#[component]
fn RemoveDialog(call: Call) -> impl IntoView {
    let name = call.read(|model| model.other.name.clone());
    view! {
        <dialog id=REMOVE_DIALOG class="dialog" aria-labelledby="remove-title">
            <h2 id="remove-title">{["Remove ", &name, " from the meeting?"].concat()}</h2>
            <p>{name} " cannot come back in unless you allow it. The meeting goes on."</p>
            <p class="actions">
                <button
                    type="button"
                    class="button"
                    on:click=|_| side::close_dialog(REMOVE_DIALOG)
                >
                    "Keep them in"
                </button>
                <button
                    type="button"
                    class="button button-danger"
                    on:click=move |_| {
                        side::close_dialog(REMOVE_DIALOG);
                        call.send(Event::Moderate(Moderation::Remove));
                    }
                >
                    "Remove"
                </button>
            </p>
        </dialog>
    }
}

#[component]
fn EndDialog(call: Call) -> impl IntoView {
    let other = call.read(|model| model.other.name.clone());
    let ending = move || call.with(|model| model.ending);
    let problem = move || call.with(|model| model.end_problem.clone().unwrap_or_default());
    view! {
        <dialog id=END_DIALOG class="dialog" aria-labelledby="end-title">
            <h2 id="end-title">"End the meeting for everyone?"</h2>
            <p>{other} " will be taken to their dashboard too, and nobody can join again."</p>
            <p class="dialog-problem" role="alert">
                {problem}
            </p>
            <p class="actions">
                <button
                    type="button"
                    class="button"
                    on:click=|_| side::close_dialog(END_DIALOG)
                >
                    "Stay in the meeting"
                </button>
                <button
                    type="button"
                    class="button button-danger"
                    disabled=ending
                    on:click=move |_| call.send(Event::End)
                >
                    "End meeting"
                </button>
            </p>
        </dialog>
    }
}
