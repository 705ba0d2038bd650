//! The twin of `browser` for the server, which does next to nothing: there is no browser
//! to act on.

use crate::forms::Submission;
use leptos::{
    ev::SubmitEvent,
    prelude::{WriteSignal, use_context},
};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// Sets the HTTP status of the page being rendered; the document provides it as a context.
#[derive(Clone)]
pub struct PageStatus(Arc<dyn Fn(u16) + Send + Sync>);

impl PageStatus {
    /// `set` is given the status.
    pub fn new(set: impl Fn(u16) + Send + Sync + 'static) -> Self {
        Self(Arc::new(set))
    }
}

/// Sets the HTTP status of the page being rendered.
pub fn set_status(status: u16) {
    if let Some(PageStatus(set)) = use_context() {
        set(status);
    }
}

/// The server answers with a `Location`.
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
/// When it is not JSON, or not a `T`.
pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// No time passes while a page is rendered.
pub fn count_seconds(_seconds: WriteSignal<i64>) {}

/// Nobody fills in a form on the server.
pub fn is_busy_with_a_form() -> bool {
    false
}
