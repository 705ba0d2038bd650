//! The browser's entry point for every page except the meeting.

use wasm_bindgen::prelude::wasm_bindgen;

/// Brings the server's page to life.
#[wasm_bindgen]
pub fn hydrate() {
    app::browser::hydrate(app::Site);
}
