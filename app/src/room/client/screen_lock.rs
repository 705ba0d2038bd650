//! Keeps the screen from going dark during a call.

use super::sdk;
use leptos::{prelude::window, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};

pub(super) fn keep_screen_on() {
    let navigator: sdk::NavigatorWithWakeLock =
        JsValue::from(window().navigator()).unchecked_into();
    if let Some(lock) = navigator.wake_lock() {
        spawn_local(async move {
            // Refused on low battery; the call continues.
            let _ = lock.request("screen").await;
        });
    }
}
