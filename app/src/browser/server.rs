//! The twin of `browser` for the server, which does next to nothing: there is no browser
//! to act on.

use crate::forms::{Passkey, Submission};
use domain::{ids::SessionId, time::Timestamp, views::LiveState};
use leptos::{
    ev::SubmitEvent,
    prelude::{WriteSignal, use_context},
};
use serde::{Serialize, de::DeserializeOwned};
use std::{marker::PhantomData, sync::Arc};

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

/// Text for between the tags of a title or a text area, where Leptos writes what it is given; escaped, it cannot end
/// them.
pub fn raw_text(text: String) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The server answers with a `Location`.
pub fn load_whole_pages_on_redirect() {}

/// Only browsers ask; the server's time comes with its answers.
pub fn now() -> Timestamp {
    Timestamp(0)
}

/// Only browsers ask for documents.
pub fn asked_for_at() -> Timestamp {
    now()
}

/// Nobody reads it on the server.
pub fn time_of_day() -> String {
    String::new()
}

/// The visitor's time zone is unknown until the browser tells it.
pub fn time_zone() -> Option<String> {
    None
}

/// No time passes while a page is rendered.
pub fn count_seconds(_seconds: WriteSignal<i64>) {}

/// No dialog opens.
pub fn show_dialog(_id: &str) {}

/// No dialog is open.
pub fn close_dialog(_id: &str) {}

/// There is no focus on the server.
pub fn focus(_id: &str) {}

/// There is no focus on the server.
pub fn focus_first_refused() {}

/// Nobody fills in a form on the server.
pub fn is_busy_with_a_form() -> bool {
    false
}

/// Without JavaScript the browser sends forms itself.
pub fn send(_event: &SubmitEvent, _to: Submission) {}

/// The browser alone can ask for a passkey.
pub fn send_with_passkey(_event: &SubmitEvent, _to: Submission, _passkey: Passkey) {}

/// Reads JSON.
///
/// # Errors
/// When it is not JSON, or not a `T`.
pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// Nothing is watched on the server.
pub struct Watch;

impl Watch {
    /// A watch that never calls back.
    pub fn new(_session: SessionId, _on_state: impl Fn(LiveState) + 'static) -> Self {
        Self
    }

    /// A watch that never calls back.
    pub fn mine(_known_at: Timestamp, _on_change: impl Fn() + 'static) -> Self {
        Self
    }
}

/// Nothing is kept on the server, where one page is rendered by changing threads.
pub struct LocalValue<T>(PhantomData<fn() -> T>);

impl<T> Clone for LocalValue<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for LocalValue<T> {}

impl<T> LocalValue<T> {
    /// An empty value.
    pub fn new() -> Self {
        Self(PhantomData)
    }

    /// Drops the value.
    pub fn put(self, _value: T) {}

    /// There is none.
    pub fn take(self) -> Option<T> {
        None
    }

    /// There is none.
    pub fn get(self) -> Option<T> {
        None
    }
}

impl<T> Default for LocalValue<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// There is no window.
pub fn go(_path: &str) {}

/// Nothing scrolls.
pub fn scroll_to_end(_id: &str) {}

/// Nothing is made on the server.
pub fn new_id() -> String {
    String::new()
}

/// The server remembers nothing.
pub fn remembered<T: DeserializeOwned>(_key: &str) -> Option<T> {
    None
}

/// The server remembers nothing.
pub fn remember<T: Serialize>(_key: &str, _value: &T) {}
