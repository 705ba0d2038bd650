//! The browser's clock and time zone.

use leptos::prelude::{Write, WriteSignal, on_cleanup, set_interval_with_handle};
use std::time::Duration;
use wasm_bindgen::JsValue;

/// The IANA zone this browser is set to.
pub fn time_zone() -> Option<String> {
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    js_sys::Reflect::get(&format.resolved_options(), &JsValue::from_str("timeZone"))
        .ok()?
        .as_string()
}

/// Counts the seconds since the page was hydrated, until it is left; those that pass while the
/// browser suspends a page in the background count too.
pub fn count_seconds(seconds: WriteSignal<i64>) {
    let began = js_sys::Date::now();
    let tick = move || {
        if let Some(mut seconds) = seconds.try_write() {
            *seconds = ((js_sys::Date::now() - began) / 1_000.0) as i64;
        }
    };
    if let Ok(handle) = set_interval_with_handle(tick, Duration::from_secs(1)) {
        on_cleanup(move || handle.clear());
    }
}
