//! Loading livekit-client, and what this browser is able to do.

use super::bindings::{LockManager, NavigatorWithLocks, set_log_level};
use crate::room::SDK_SCRIPT;
use js_sys::{Promise, Reflect};
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlScriptElement;

/// Loads livekit-client once.
///
/// # Errors
/// When the script cannot be loaded or does not run.
pub async fn load() -> Result<(), JsValue> {
    if is_loaded() {
        return Ok(());
    }
    let script: HtmlScriptElement = document().create_element("script")?.unchecked_into();
    script.set_src(SDK_SCRIPT);
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

/// The locks that the tabs of this browser share; `None` on pages that are not secure.
pub fn locks() -> Option<LockManager> {
    let navigator: NavigatorWithLocks = JsValue::from(window().navigator()).unchecked_into();
    navigator.locks()
}
