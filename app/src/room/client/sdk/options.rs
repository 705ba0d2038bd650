//! Options for livekit-client and for the browser, as plain objects.

use super::{
    bindings::ReconnectPolicy,
    names::{CHAT_ID, CHAT_TOPIC},
};
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsValue;

/// Milliseconds before livekit-client's tries to repair a connection, each ±50 %. Closer together
/// than its own, so that a restarted LiveKit is noticed soon; afterwards we connect anew ourselves.
const REPAIR_DELAYS_MS: [u32; 12] = [
    0, 250, 400, 600, 800, 1_200, 1_600, 2_500, 3_500, 5_000, 7_000, 7_000,
];

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

/// Options of publishing a track that livekit-client did not capture itself.
pub fn publish_options(source: &str) -> Object {
    object(&[("source", source.into())])
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

/// Options of a lock request: `mode` is `shared` or `exclusive`, `flag` the name of an option to
/// set, or empty.
pub fn lock_options(mode: &str, flag: &str) -> Object {
    let options = object(&[("mode", mode.into())]);
    if !flag.is_empty() {
        let _ = Reflect::set(&options, &flag.into(), &JsValue::TRUE);
    }
    options
}
