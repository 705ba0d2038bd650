//! The browser's own JSON parser.

use serde::de::DeserializeOwned;

/// Reads JSON.
///
/// # Errors
/// When it is not JSON, or not a `T`.
pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let value = js_sys::JSON::parse(text).map_err(|_| "not JSON".to_owned())?;
    serde_wasm_bindgen::from_value(value).map_err(|error| error.to_string())
}
