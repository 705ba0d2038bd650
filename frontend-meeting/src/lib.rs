//! The browser's entry point for the meeting.

use wasm_bindgen::prelude::wasm_bindgen;

/// Brings the server's page to life.
#[wasm_bindgen]
pub fn hydrate() {
    app::browser::hydrate(app::Meeting);
}
