//! The twin of `browser` for the server: what it has of these things, which is mostly nothing.

use crate::forms::Submission;
use leptos::{ev::SubmitEvent, prelude::WriteSignal};
use serde::de::DeserializeOwned;

/// Redirects are answered with a `Location` here.
pub fn load_whole_pages_on_redirect() {}

/// There is no focus on the server.
pub fn focus(_id: &str) {}

/// The visitor's time zone is unknown until the browser tells it.
pub fn time_zone() -> Option<String> {
    None
}

/// There is no focus on the server.
pub fn focus_first_refused() {}

/// Without JavaScript the browser sends forms itself.
pub fn send(_event: &SubmitEvent, _to: Submission) {}

/// Reads JSON.
///
/// # Errors
/// When it is none, or no `T`.
pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// Nothing passes while a page is made.
pub fn count_seconds(_seconds: WriteSignal<i64>) {}

/// Nobody types on the server.
pub fn is_busy_with_a_form() -> bool {
    false
}
