//! The room: the other person large, oneself small, the controls below.

use super::{
    chat::Chat,
    controls::Controls,
    icons::{self, Icon},
    moderation::{EndDialog, RemoveDialog},
    notices::Notices,
    time_left::TimeLeft,
};
use crate::{
    room::{
        call::Call,
        element_ids,
        model::{CaptureState, ConnectionQuality, Event, RoomModel},
        text,
    },
    routes,
};
use domain::session::SeatRole;
use leptos::prelude::*;

/// Everything that is on screen during the call.
#[component]
pub fn Stage(call: Call, title: String) -> impl IntoView {
    Effect::new(move |_| call.send(Event::ElementsRendered));
    let other = call.other_name();
    let concern = call.read(|model| routes::safety(model.other.id, Some(call.session)));
    let is_mentor = call.read(|model| model.role == SeatRole::Mentor);
    let behind = move || call.with(|model| !model.in_room());
    let chat_open = move || call.with(|model| model.chat.open);
    view! {
        <section
            class="call"
            class:has-chat=chat_open
            class:is-behind=behind
            inert=behind
            aria-labelledby=element_ids::CALL_TITLE
        >
            <header class="call-head">
                <div class="call-titles">
                    <h1 id=element_ids::CALL_TITLE tabindex="-1">
                        {title}
                    </h1>
                    <p>
                        "Meeting with " {other} " · "
                        <a href=concern target="_blank" rel="noopener external">
                            "Report a concern"
                        </a>
                    </p>
                </div>
                <div class="call-facts">
                    <TimeLeft call />
                    <LocalQuality call />
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
            <VideoTiles call />
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
fn LocalQuality(call: Call) -> impl IntoView {
    let quality = Memo::new(move |_| call.with(|model| model.quality));
    view! {
        <p class="call-quality" data-quality=move || quality_mark(quality.get()) role="status">
            {move || text::quality(quality.get())}
        </p>
    }
}

fn quality_mark(quality: ConnectionQuality) -> &'static str {
    match quality {
        ConnectionQuality::Unknown => "unknown",
        ConnectionQuality::Good => "good",
        ConnectionQuality::Poor => "weak",
        ConnectionQuality::Lost => "lost",
    }
}

/// Pictures and sound.
#[component]
fn VideoTiles(call: Call) -> impl IntoView {
    let other = call.other_name();
    let initial: String = call.read(|model| {
        let first = model.other.name.chars().take(1);
        first.flat_map(char::to_uppercase).collect()
    });
    let is_here = move || call.with(|model| model.peer().is_some());
    // Of somebody at the door, too: where the picture will be must have its size before.
    let is_connected = move || call.with(|model| !model.peers.is_empty());
    let camera = move || call.with(|model| model.peers.iter().any(|peer| peer.camera));
    let screen = move || call.with(|model| model.peer().is_some_and(|peer| peer.screen));
    let muted = move || call.with(|model| model.peer().is_some_and(|peer| !peer.microphone));
    let speaking = move || call.with(|model| model.peer().is_some_and(|peer| peer.speaking));
    let peer_quality = move || {
        call.with(|model| {
            model
                .peer()
                .map_or(ConnectionQuality::Unknown, |peer| peer.quality)
        })
    };
    let connection = move || match peer_quality() {
        ConnectionQuality::Unknown | ConnectionQuality::Good => "",
        ConnectionQuality::Poor => "Weak connection",
        ConnectionQuality::Lost => "Connection lost",
    };
    let mine = move || call.with(|model| model.camera.capture == CaptureState::On);
    // Behind the lobby nothing has a name.
    let is_shown = move || call.with(RoomModel::in_room);
    let video_label = ["Video of ", &other].concat();
    let screen_label = ["Screen of ", &other].concat();
    let waiting = ["Waiting for ", &other].concat();
    let at_door = [&other, " is at the door"].concat();
    let is_late = [&other, " is running late"].concat();
    let waiting = move || {
        if is_here() {
            String::new()
        } else if call.with(RoomModel::other_is_at_door) {
            at_door.clone()
        } else if call.with(RoomModel::other_is_late) {
            is_late.clone()
        } else {
            waiting.clone()
        }
    };
    view! {
        <div class="stage" class:has-screen=screen>
            <video
                id=element_ids::PEER_SCREEN
                class="stage-screen"
                aria-label=move || screen().then(|| screen_label.clone())
                hidden=move || !screen()
                autoplay
                playsinline
            ></video>
            <div
                class="tile is-peer"
                class:is-speaking=speaking
                class:is-at-door=move || !is_here()
                hidden=move || !is_connected()
            >
                <video
                    id=element_ids::PEER_VIDEO
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
                    <span class="tile-state" hidden=move || connection().is_empty()>
                        {connection}
                    </span>
                </p>
            </div>
            <p class="waiting" role="status">
                {waiting}
            </p>
            <div class="tile is-self">
                <video
                    id=element_ids::SELF_VIEW
                    class="is-mirrored"
                    aria-label=move || is_shown().then_some("Your video")
                    hidden=move || !mine()
                    muted
                    autoplay
                    playsinline
                ></video>
                <p class="tile-note" hidden=mine>
                    "Your camera is off"
                </p>
            </div>
            <audio id=element_ids::PEER_AUDIO autoplay></audio>
            <audio id=element_ids::PEER_SCREEN_AUDIO autoplay></audio>
        </div>
    }
}
