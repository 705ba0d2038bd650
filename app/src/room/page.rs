//! Small services of the browser: time, storage, focus, dialogs.

use crate::{host, room::model::UserChoices};
use domain::time::Timestamp;
use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlElement};

/// Where the choices are kept.
const STORAGE_KEY: &str = "young-minds.devices";

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

/// A new random id. Not `randomUUID`, which insecure pages lack.
pub fn new_id() -> String {
    let mut bytes = [0_u8; 16];
    if let Ok(crypto) = window().crypto() {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// The choices of the last time.
pub fn remembered() -> UserChoices {
    window()
        .local_storage()
        .ok()
        .flatten()
        .and_then(|storage| storage.get_item(STORAGE_KEY).ok().flatten())
        .and_then(|json| host::from_json(&json).ok())
        .unwrap_or_default()
}

/// Keeps the choices for the next time.
pub fn remember(choices: &UserChoices) {
    if let (Ok(Some(storage)), Ok(json)) =
        (window().local_storage(), serde_json::to_string(choices))
    {
        // Full or forbidden storage only costs the memory.
        let _ = storage.set_item(STORAGE_KEY, &json);
    }
}

/// Loads another page.
pub fn go(path: &str) {
    let _ = window().location().assign(path);
}

fn element(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Moves the keyboard focus.
pub fn focus(id: &str) {
    if let Some(element) = element(id) {
        let _ = element.focus();
    }
}

/// Scrolls a list to its end.
pub fn scroll_to_end(id: &str) {
    if let Some(element) = element(id) {
        element.set_scroll_top(element.scroll_height());
    }
}

/// Opens a dialog over the page.
pub fn show_dialog(id: &str) {
    if let Some(dialog) = element(id).and_then(|e| e.dyn_into::<HtmlDialogElement>().ok())
        && !dialog.open()
    {
        let _ = dialog.show_modal();
    }
}

/// Closes a dialog.
pub fn close_dialog(id: &str) {
    if let Some(dialog) = element(id).and_then(|e| e.dyn_into::<HtmlDialogElement>().ok()) {
        dialog.close();
    }
}
