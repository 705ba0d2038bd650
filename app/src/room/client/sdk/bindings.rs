//! Typed bindings: of livekit-client, and of browser interfaces that web-sys lacks.

use super::names::CHAT_ID;
use js_sys::{Array, Function, Map, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlMediaElement, MediaStreamTrack};

/// Listener of livekit-client's events; its parameters depend on the event.
pub type Listener = Closure<dyn FnMut(JsValue, JsValue, JsValue)>;

#[wasm_bindgen]
extern "C" {
    /// A connection to a LiveKit room.
    #[wasm_bindgen(js_namespace = LivekitClient)]
    #[derive(Clone)]
    pub type Room;
    #[wasm_bindgen(constructor, js_namespace = LivekitClient)]
    pub fn new(options: &Object) -> Room;
    #[wasm_bindgen(method)]
    pub fn on(this: &Room, event: &str, listener: &Function) -> Room;
    #[wasm_bindgen(method)]
    pub fn off(this: &Room, event: &str, listener: &Function) -> Room;
    #[wasm_bindgen(method, catch)]
    pub async fn connect(
        this: &Room,
        url: &str,
        token: &str,
        options: &Object,
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    pub async fn disconnect(this: &Room, stop_tracks: bool) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = startAudio)]
    pub async fn start_audio(this: &Room) -> Result<(), JsValue>;
    #[wasm_bindgen(method, getter, js_name = canPlaybackAudio)]
    pub fn can_playback_audio(this: &Room) -> bool;
    #[wasm_bindgen(method, catch, js_name = switchActiveDevice)]
    pub async fn switch_active_device(
        this: &Room,
        kind: &str,
        id: &str,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, js_name = localParticipant)]
    pub fn local_participant(this: &Room) -> Participant;
    #[wasm_bindgen(method, getter, js_name = remoteParticipants)]
    fn remote_participant_map(this: &Room) -> Map;
    #[wasm_bindgen(method, js_name = registerTextStreamHandler)]
    pub fn register_text_stream_handler(this: &Room, topic: &str, handler: &Function);

    /// Somebody in a room; publishing works on the local one only.
    #[derive(Clone)]
    pub type Participant;
    #[wasm_bindgen(method, getter)]
    pub fn identity(this: &Participant) -> String;
    #[wasm_bindgen(method, getter)]
    pub fn name(this: &Participant) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    pub fn attributes(this: &Participant) -> Option<Object>;
    #[wasm_bindgen(method, getter, js_name = isLocal)]
    pub fn is_local(this: &Participant) -> bool;
    #[wasm_bindgen(method, js_name = getTrackPublication)]
    pub fn track_publication(this: &Participant, source: &str) -> Option<Publication>;
    #[wasm_bindgen(method, catch, js_name = publishTrack)]
    pub async fn publish_track(
        this: &Participant,
        track: &Track,
        options: &Object,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = unpublishTrack)]
    pub async fn unpublish_track(
        this: &Participant,
        track: &Track,
        stop: bool,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = createScreenTracks)]
    pub async fn create_screen_tracks(
        this: &Participant,
        options: &Object,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = sendText)]
    pub async fn send_text(
        this: &Participant,
        text: &str,
        options: &Object,
    ) -> Result<JsValue, JsValue>;

    /// A published track.
    #[derive(Clone)]
    pub type Publication;
    #[wasm_bindgen(method, getter)]
    pub fn source(this: &Publication) -> String;
    #[wasm_bindgen(method, getter, js_name = isMuted)]
    pub fn is_muted(this: &Publication) -> bool;
    #[wasm_bindgen(method, getter)]
    pub fn track(this: &Publication) -> Option<Track>;

    /// A picture or sound; muting, restarting and stopping work on local ones only.
    #[derive(Clone, PartialEq)]
    pub type Track;
    #[wasm_bindgen(method, getter)]
    pub fn source(this: &Track) -> String;
    #[wasm_bindgen(method, getter, js_name = isMuted)]
    pub fn is_muted(this: &Track) -> bool;
    #[wasm_bindgen(method, getter, js_name = mediaStreamTrack)]
    pub fn media_stream_track(this: &Track) -> MediaStreamTrack;
    #[wasm_bindgen(method)]
    pub fn on(this: &Track, event: &str, listener: &Function) -> Track;
    #[wasm_bindgen(method)]
    pub fn off(this: &Track, event: &str, listener: &Function) -> Track;
    #[wasm_bindgen(method)]
    pub fn attach(this: &Track, element: &HtmlMediaElement) -> HtmlMediaElement;
    #[wasm_bindgen(method)]
    pub fn detach(this: &Track, element: &HtmlMediaElement) -> JsValue;
    #[wasm_bindgen(method)]
    pub fn stop(this: &Track);
    #[wasm_bindgen(method, catch)]
    pub async fn mute(this: &Track) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub async fn unmute(this: &Track) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = setDeviceId)]
    pub async fn set_device_id(this: &Track, id: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = replaceTrack)]
    pub async fn replace_track(
        this: &Track,
        media: &MediaStreamTrack,
        ours: bool,
    ) -> Result<JsValue, JsValue>;

    /// A picture of ours to send.
    #[wasm_bindgen(extends = Track, js_namespace = LivekitClient)]
    pub type LocalVideoTrack;
    /// `ours`: livekit-client neither stops nor restarts what it did not capture.
    #[wasm_bindgen(constructor, js_namespace = LivekitClient)]
    pub fn new(media: &MediaStreamTrack, constraints: &JsValue, ours: bool) -> LocalVideoTrack;

    /// A sound of ours to send.
    #[wasm_bindgen(extends = Track, js_namespace = LivekitClient)]
    pub type LocalAudioTrack;
    #[wasm_bindgen(constructor, js_namespace = LivekitClient)]
    pub fn new(media: &MediaStreamTrack, constraints: &JsValue, ours: bool) -> LocalAudioTrack;

    #[wasm_bindgen(js_namespace = LivekitClient, catch, js_name = createLocalVideoTrack)]
    pub async fn create_local_video_track(options: &Object) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = LivekitClient, catch, js_name = createLocalAudioTrack)]
    pub async fn create_local_audio_track(options: &Object) -> Result<JsValue, JsValue>;

    /// When livekit-client tries to repair a connection.
    #[wasm_bindgen(js_namespace = LivekitClient, js_name = DefaultReconnectPolicy)]
    pub type ReconnectPolicy;
    #[wasm_bindgen(constructor, js_namespace = LivekitClient, js_class = "DefaultReconnectPolicy")]
    pub fn new(delays: &Array) -> ReconnectPolicy;

    #[wasm_bindgen(js_namespace = LivekitClient, js_name = setLogLevel)]
    pub fn set_log_level(level: &str);

    /// A text that arrives.
    pub type TextReader;
    #[wasm_bindgen(method, getter)]
    pub fn info(this: &TextReader) -> TextInfo;
    #[wasm_bindgen(method, catch, js_name = readAll)]
    pub async fn read_all(this: &TextReader) -> Result<JsValue, JsValue>;

    /// What a text's sender says about it.
    pub type TextInfo;
    #[wasm_bindgen(method, getter)]
    pub fn id(this: &TextInfo) -> String;
    #[wasm_bindgen(method, getter)]
    pub fn attributes(this: &TextInfo) -> Option<Object>;

    /// A media element whose speaker can be chosen.
    #[wasm_bindgen(extends = HtmlMediaElement)]
    pub type SinkElement;
    #[wasm_bindgen(method, catch, js_name = setSinkId)]
    pub async fn set_sink_id(this: &SinkElement, id: &str) -> Result<JsValue, JsValue>;

    /// `navigator`, where tabs share locks.
    pub type NavigatorWithLocks;
    #[wasm_bindgen(method, getter)]
    pub fn locks(this: &NavigatorWithLocks) -> Option<LockManager>;
    /// Web Locks, which web-sys has only among its unstable interfaces.
    pub type LockManager;
    #[wasm_bindgen(method, catch)]
    pub async fn request(
        this: &LockManager,
        name: &str,
        options: &Object,
        granted: &Function,
    ) -> Result<JsValue, JsValue>;

    /// `navigator`, where the screen can be kept on.
    pub type NavigatorWithWakeLock;
    #[wasm_bindgen(method, getter, js_name = wakeLock)]
    pub fn wake_lock(this: &NavigatorWithWakeLock) -> Option<WakeLock>;
    /// Keeps the screen on.
    pub type WakeLock;
    #[wasm_bindgen(method)]
    pub fn request(this: &WakeLock, what: &str) -> Promise;
}

impl Room {
    /// Everybody else.
    pub fn remote_participants(&self) -> Vec<Participant> {
        Array::from(&self.remote_participant_map().values())
            .iter()
            .map(JsCast::unchecked_into)
            .collect()
    }
}

impl Participant {
    /// An attribute that our server gave them.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let attributes = self.attributes()?;
        let value = Reflect::get(&attributes, &JsValue::from_str(name)).ok()?;
        value.as_string()
    }
}

impl TextInfo {
    /// The id the sender made; LiveKit's own where the sender made none.
    pub fn sender_id(&self) -> String {
        self.attributes()
            .and_then(|attributes| Reflect::get(&attributes, &CHAT_ID.into()).ok())
            .and_then(|id| id.as_string())
            .unwrap_or_else(|| self.id())
    }
}
