//! Every JavaScript object of the call.

use super::{
    sdk::{Gate, Listener, Room, Track},
    web_audio::LevelMeter,
};
use crate::room::model::InputKind;
use leptos::task::spawn_local;
use wasm_bindgen::{JsValue, prelude::Closure};
use web_sys::HtmlMediaElement;

#[derive(Default)]
pub(super) struct Registry {
    pub(super) stopped: bool,
    pub(super) camera: LocalCapture,
    pub(super) microphone: LocalCapture,
    pub(super) meter: Option<LevelMeter>,
    pub(super) connection: Option<Connection>,
    /// Counts connections, so that a late answer of an older one can tell.
    pub(super) generation: u32,
    /// Whether what arrives is shown.
    pub(super) entered: bool,
    /// Whether real picture and sound are sent, or black and silence.
    pub(super) transmits: bool,
    pub(super) screen: Vec<Track>,
    pub(super) screen_gates: Vec<Gate>,
    pub(super) remote_tracks: Vec<RemoteTrack>,
    pub(super) attached: Vec<Attachment>,
    pub(super) page: Vec<PageListener>,
}

/// One's own camera or microphone.
#[derive(Default)]
pub(super) struct LocalCapture {
    /// The last command: the device to capture with, or to capture nothing. The model decides.
    pub(super) target: Option<String>,
    /// The device to change to.
    pub(super) change: Option<String>,
    pub(super) track: Option<Track>,
    pub(super) listeners: Vec<(&'static str, Listener)>,
    /// What is sent; it is there from publishing on.
    pub(super) sender: Option<Sender>,
    /// A reconciliation is running.
    pub(super) busy: bool,
}

/// A copy of the captured track on its way to the room.
pub(super) struct Sender {
    pub(super) track: Track,
    pub(super) gate: Gate,
    pub(super) listener: Listener,
}

pub(super) struct Connection {
    pub(super) room: Room,
    pub(super) listeners: Vec<(&'static str, Listener)>,
    /// livekit-client keeps it for the room's lifetime.
    pub(super) _chat: Closure<dyn FnMut(JsValue, JsValue)>,
    pub(super) open: bool,
}

pub(super) struct RemoteTrack {
    pub(super) identity: String,
    pub(super) track: Track,
}

pub(super) struct Attachment {
    pub(super) element: HtmlMediaElement,
    pub(super) track: Track,
}

pub(super) struct PageListener {
    pub(super) target: web_sys::EventTarget,
    pub(super) event: &'static str,
    pub(super) closure: Closure<dyn FnMut()>,
}

impl LocalCapture {
    /// The track that is sent.
    pub(super) fn sending(&self) -> Option<Track> {
        self.sender.as_ref().map(|sender| sender.track.clone())
    }
}

impl Registry {
    pub(super) fn capture(&mut self, kind: InputKind) -> &mut LocalCapture {
        match kind {
            InputKind::Camera => &mut self.camera,
            InputKind::Microphone => &mut self.microphone,
        }
    }

    pub(super) fn room(&self) -> Option<Room> {
        let connection = self.connection.as_ref()?;
        connection.open.then(|| connection.room.clone())
    }
}

/// Drops what JavaScript may be calling right now, after it returned.
pub(super) fn drop_later<T: 'static>(value: T) {
    spawn_local(async move { drop(value) });
}
