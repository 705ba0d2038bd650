//! Typed bindings of livekit-client (the global `LivekitClient` of its UMD file) and of the few
//! browser interfaces that web-sys lacks. No logic; JavaScript objects stay here and in `client`.

use crate::room::model::{DeviceProblem, Failure, Quality};
use js_sys::{Array, Function, Map, Object, Promise, Reflect};
use leptos::prelude::{document, window};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlMediaElement, HtmlScriptElement, MediaStreamTrack};

/// Where livekit-client is served from; the version is part of the name.
pub const SCRIPT: &str = "/vendor/livekit-client-2.23.0.umd.js";
/// The chat's topic, shared with every other LiveKit client.
pub const CHAT_TOPIC: &str = "lk.chat";
/// Attribute of a chat message with the id its sender made.
pub const CHAT_ID: &str = "ym.id";

/// Milliseconds before livekit-client's tries to repair a connection, each ±50 %. Closer together
/// than its own, so that a restarted LiveKit is noticed soon; afterwards we connect anew ourselves.
const REPAIR_DELAYS_MS: [u32; 12] = [
    0, 250, 400, 600, 800, 1_200, 1_600, 2_500, 3_500, 5_000, 7_000, 7_000,
];

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
    fn remote_participants(this: &Room) -> Map;
    #[wasm_bindgen(method, js_name = registerTextStreamHandler)]
    pub fn register_text_stream_handler(this: &Room, topic: &str, handler: &Function);

    /// Somebody in a room; publishing works on the local one only.
    #[derive(Clone)]
    pub type Participant;
    #[wasm_bindgen(method, getter)]
    pub fn identity(this: &Participant) -> String;
    #[wasm_bindgen(method, getter)]
    pub fn name(this: &Participant) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = isLocal)]
    pub fn is_local(this: &Participant) -> bool;
    #[wasm_bindgen(method, js_name = getTrackPublication)]
    pub fn track_publication(this: &Participant, source: &str) -> Option<Publication>;
    #[wasm_bindgen(method, catch, js_name = publishTrack)]
    pub async fn publish_track(this: &Participant, track: &Track) -> Result<JsValue, JsValue>;
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

    /// What somebody publishes.
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

    #[wasm_bindgen(js_namespace = LivekitClient, catch, js_name = createLocalVideoTrack)]
    pub async fn create_local_video_track(options: &Object) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = LivekitClient, catch, js_name = createLocalAudioTrack)]
    pub async fn create_local_audio_track(options: &Object) -> Result<JsValue, JsValue>;

    /// When livekit-client tries to repair a connection.
    #[wasm_bindgen(js_namespace = LivekitClient, js_name = DefaultReconnectPolicy)]
    pub type ReconnectPolicy;
    #[wasm_bindgen(constructor, js_namespace = LivekitClient, js_class = "DefaultReconnectPolicy")]
    fn new(delays: &Array) -> ReconnectPolicy;

    #[wasm_bindgen(js_namespace = LivekitClient, js_name = setLogLevel)]
    fn set_log_level(level: &str);

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
    pub type Sink;
    #[wasm_bindgen(method, catch, js_name = setSinkId)]
    pub async fn set_sink_id(this: &Sink, id: &str) -> Result<JsValue, JsValue>;

    /// `navigator`, where tabs share locks.
    type LockingNavigator;
    #[wasm_bindgen(method, getter)]
    fn locks(this: &LockingNavigator) -> Option<LockManager>;
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
    pub type WakefulNavigator;
    #[wasm_bindgen(method, getter, js_name = wakeLock)]
    pub fn wake_lock(this: &WakefulNavigator) -> Option<WakeLock>;
    /// Keeps the screen on.
    pub type WakeLock;
    #[wasm_bindgen(method)]
    pub fn request(this: &WakeLock, what: &str) -> Promise;
}

/// Names of livekit-client's `RoomEvent`s.
pub mod room_event {
    pub const SIGNAL_RECONNECTING: &str = "signalReconnecting";
    pub const RECONNECTING: &str = "reconnecting";
    pub const RECONNECTED: &str = "reconnected";
    pub const DISCONNECTED: &str = "disconnected";
    pub const PARTICIPANT_CONNECTED: &str = "participantConnected";
    pub const PARTICIPANT_DISCONNECTED: &str = "participantDisconnected";
    pub const PARTICIPANT_ACTIVE: &str = "participantActive";
    pub const TRACK_SUBSCRIBED: &str = "trackSubscribed";
    pub const TRACK_UNSUBSCRIBED: &str = "trackUnsubscribed";
    pub const TRACK_PUBLISHED: &str = "trackPublished";
    pub const TRACK_UNPUBLISHED: &str = "trackUnpublished";
    pub const TRACK_MUTED: &str = "trackMuted";
    pub const TRACK_UNMUTED: &str = "trackUnmuted";
    pub const LOCAL_TRACK_UNPUBLISHED: &str = "localTrackUnpublished";
    pub const ACTIVE_SPEAKERS_CHANGED: &str = "activeSpeakersChanged";
    pub const CONNECTION_QUALITY_CHANGED: &str = "connectionQualityChanged";
    pub const DATA_RECEIVED: &str = "dataReceived";
    pub const AUDIO_PLAYBACK_CHANGED: &str = "audioPlaybackChanged";
}

/// Names of livekit-client's `TrackEvent`s.
pub mod track_event {
    pub const ENDED: &str = "ended";
    pub const RESTARTED: &str = "restarted";
    pub const MUTED: &str = "muted";
}

/// Names of livekit-client's `Track.Source`s.
pub mod source {
    pub const CAMERA: &str = "camera";
    pub const MICROPHONE: &str = "microphone";
    pub const SCREEN: &str = "screen_share";
    pub const SCREEN_SOUND: &str = "screen_share_audio";
}

impl Room {
    /// Everybody else.
    pub fn others(&self) -> Vec<Participant> {
        Array::from(&self.remote_participants().values())
            .iter()
            .map(JsCast::unchecked_into)
            .collect()
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

/// A plain object with these properties.
pub fn object(properties: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in properties {
        // Setting a property of a fresh plain object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object
}

/// 1280×720 at 30 frames a second.
fn resolution() -> JsValue {
    object(&[
        ("width", 1280.into()),
        ("height", 720.into()),
        ("frameRate", 30.into()),
    ])
    .into()
}

/// This very device, or the browser's choice when empty.
pub fn device(id: &str) -> JsValue {
    if id.is_empty() {
        object(&[("ideal", "default".into())]).into()
    } else {
        object(&[("exact", id.into())]).into()
    }
}

/// Options for capturing a camera.
pub fn camera_options(id: &str) -> Object {
    object(&[("deviceId", device(id)), ("resolution", resolution())])
}

/// Options for capturing a microphone.
pub fn microphone_options(id: &str) -> Object {
    object(&[
        ("deviceId", device(id)),
        ("echoCancellation", true.into()),
        ("noiseSuppression", true.into()),
        ("autoGainControl", true.into()),
    ])
}

/// Options of a room: what is sent and received follows what is seen. Tracks outlive the room, so
/// that the preview's tracks are published and published again after a reconnect.
pub fn room_options(speaker: &str) -> Object {
    let delays = Array::new();
    for delay in REPAIR_DELAYS_MS {
        delays.push(&delay.into());
    }
    object(&[
        ("reconnectPolicy", ReconnectPolicy::new(&delays).into()),
        ("adaptiveStream", true.into()),
        ("dynacast", true.into()),
        ("stopLocalTrackOnUnpublish", false.into()),
        (
            "videoCaptureDefaults",
            object(&[("resolution", resolution())]).into(),
        ),
        (
            "audioOutput",
            if speaker.is_empty() {
                JsValue::UNDEFINED
            } else {
                object(&[("deviceId", speaker.into())]).into()
            },
        ),
    ])
}

/// Options of connecting.
pub fn connect_options() -> Object {
    object(&[
        ("autoSubscribe", true.into()),
        ("peerConnectionTimeout", 12_000.into()),
        ("websocketTimeout", 8_000.into()),
    ])
}

/// Options of sharing a screen: sharp text, sound of a tab but not of the whole system, which would
/// send people's own voices back to them.
pub fn screen_options() -> Object {
    object(&[
        ("audio", true.into()),
        ("systemAudio", "exclude".into()),
        ("surfaceSwitching", "include".into()),
        ("selfBrowserSurface", "exclude".into()),
        ("contentHint", "detail".into()),
    ])
}

/// Options of a chat message.
pub fn text_options(id: &str) -> Object {
    object(&[
        ("topic", CHAT_TOPIC.into()),
        ("attributes", object(&[(CHAT_ID, id.into())]).into()),
    ])
}

/// The locks that the tabs of this browser share; `None` on pages that are not secure.
pub fn locks() -> Option<LockManager> {
    let navigator: LockingNavigator = JsValue::from(window().navigator()).unchecked_into();
    navigator.locks()
}

/// Options of asking for a lock: `mode` is `shared` or `exclusive`, `flag` the name of an option to
/// set, or empty.
pub fn lock_options(mode: &str, flag: &str) -> Object {
    let options = object(&[("mode", mode.into())]);
    if !flag.is_empty() {
        let _ = Reflect::set(&options, &flag.into(), &JsValue::TRUE);
    }
    options
}

/// Whether a lock was taken away.
pub fn was_aborted(error: &JsValue) -> bool {
    text_of(error, "name") == "AbortError"
}

/// Loads livekit-client once.
///
/// # Errors
/// When the script cannot be loaded or does not run.
pub async fn load() -> Result<(), JsValue> {
    if is_loaded() {
        return Ok(());
    }
    let script: HtmlScriptElement = document().create_element("script")?.unchecked_into();
    script.set_src(SCRIPT);
    script.set_async(true);
    let loaded = Promise::new(&mut |resolve, reject| {
        script.set_onload(Some(&resolve));
        script.set_onerror(Some(&reject));
    });
    document()
        .head()
        .ok_or(JsValue::NULL)?
        .append_child(&script)?;
    loaded.await?;
    if !is_loaded() {
        return Err(JsValue::NULL);
    }
    set_log_level("warn");
    Ok(())
}

/// Asks the window itself: an imported static keeps what it saw at its first use.
fn is_loaded() -> bool {
    has(window().as_ref(), "LivekitClient")
}

/// Whether browsers give this page cameras and microphones at all.
pub fn is_secure() -> bool {
    window().is_secure_context() && window().navigator().media_devices().is_ok()
}

/// Whether `target` has a property of this name.
pub fn has(target: &JsValue, name: &str) -> bool {
    Reflect::has(target, &JsValue::from_str(name)).unwrap_or(false)
}

fn text_of(error: &JsValue, property: &str) -> String {
    Reflect::get(error, &JsValue::from_str(property))
        .ok()
        .and_then(|value| value.as_string())
        .unwrap_or_default()
}

/// Why a capture failed.
pub fn device_problem(error: &JsValue) -> DeviceProblem {
    DeviceProblem::of(&text_of(error, "name"), &text_of(error, "message"))
}

/// Whether the person closed the browser's question instead of answering it.
pub fn was_dismissed(error: &JsValue) -> bool {
    text_of(error, "name") == "NotAllowedError"
}

/// Why connecting failed, from livekit-client's `ConnectionErrorReason`.
pub fn connect_failure(error: &JsValue) -> Failure {
    let reason = Reflect::get(error, &"reason".into())
        .ok()
        .and_then(|reason| reason.as_f64());
    match reason.map(|reason| reason as u8) {
        Some(0 | 4 | 7) => Failure::TicketRefused,
        Some(2 | 5) => Failure::TimedOut,
        _ => Failure::Unreachable,
    }
}

/// livekit-client's `ConnectionQuality`.
pub fn quality(word: &JsValue) -> Quality {
    match word.as_string().as_deref() {
        Some("excellent" | "good") => Quality::Good,
        Some("poor") => Quality::Weak,
        Some("lost") => Quality::Lost,
        _ => Quality::Unknown,
    }
}
