//! The browser's entry point: brings the server's page to life, nothing else.

use wasm_bindgen::prelude::wasm_bindgen;

/// Hydrates the page and marks it, so that tests know when the first click counts.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
    let root = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.document_element());
    if let Some(root) = root {
        // Attributes that start with `data-` are what `dataset` shows.
        let _ = root.set_attribute("data-hydrated", "true");
    }
}
