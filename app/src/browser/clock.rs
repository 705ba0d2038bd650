//! The browser's clock and time zone.

use domain::time::Timestamp;
use leptos::prelude::{Write, WriteSignal, on_cleanup, set_interval_with_handle, window};
use std::time::Duration;
use wasm_bindgen::JsValue;

/// The browser's clock.
pub fn now() -> Timestamp {
    Timestamp(js_sys::Date::now() as i64)
}

/// When this document was asked for, by the browser's clock as it is now.
pub fn asked_for_at() -> Timestamp {
    let age = window().performance().map_or(0.0, |clock| clock.now());
    Timestamp(now().0 - age.ceil() as i64)
}

/// The time of day as this browser writes it, for example `14:05`.
pub fn time_of_day() -> String {
    let date = js_sys::Date::new_0();
    let two = |n: u32| {
        let digits = n.to_string();
        if n < 10 {
            ["0", &digits].concat()
        } else {
            digits
        }
    };
    [&two(date.get_hours()), ":", &two(date.get_minutes())].concat()
}

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
