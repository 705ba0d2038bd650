//! What this browser keeps from one visit to the next.

use super::json::from_json;
use leptos::prelude::window;
use serde::{Serialize, de::DeserializeOwned};

/// What was kept under `key`; `None` when nothing was, or when it cannot be read.
pub fn remembered<T: DeserializeOwned>(key: &str) -> Option<T> {
    let storage = window().local_storage().ok().flatten()?;
    let json = storage.get_item(key).ok().flatten()?;
    from_json(&json).ok()
}

/// Keeps a value under `key` for the next visit.
pub fn remember<T: Serialize>(key: &str, value: &T) {
    if let (Ok(Some(storage)), Ok(json)) = (window().local_storage(), serde_json::to_string(value))
    {
        // Full or forbidden storage only costs the memory.
        let _ = storage.set_item(key, &json);
    }
}
