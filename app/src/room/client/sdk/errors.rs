//! Errors and states of livekit-client and the browser, as our own types.

use crate::room::model::{ConnectFailure, ConnectionQuality, DeviceProblem};
use js_sys::Reflect;
use wasm_bindgen::JsValue;

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

/// Whether a lock was taken away.
pub fn was_aborted(error: &JsValue) -> bool {
    text_of(error, "name") == "AbortError"
}

/// Why connecting failed, from livekit-client's `ConnectionErrorReason`.
pub fn connect_failure(error: &JsValue) -> ConnectFailure {
    let reason = Reflect::get(error, &"reason".into())
        .ok()
        .and_then(|reason| reason.as_f64());
    match reason.map(|reason| reason as u8) {
        Some(0 | 4 | 7) => ConnectFailure::TokenRefused,
        Some(2 | 5) => ConnectFailure::TimedOut,
        _ => ConnectFailure::Unreachable,
    }
}

/// livekit-client's `ConnectionQuality`.
pub fn quality(word: &JsValue) -> ConnectionQuality {
    match word.as_string().as_deref() {
        Some("excellent" | "good") => ConnectionQuality::Good,
        Some("poor") => ConnectionQuality::Poor,
        Some("lost") => ConnectionQuality::Lost,
        _ => ConnectionQuality::Unknown,
    }
}
