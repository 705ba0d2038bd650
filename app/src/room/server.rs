//! The server's half of the call: it renders the shell and does nothing else.

use super::model::{Command, Event, UserChoices};
use domain::{ids::SessionId, time::Timestamp, views::LiveState};
use std::marker::PhantomData;

/// Where livekit-client is served from; the version is part of the name.
pub const SCRIPT: &str = "/vendor/livekit-client-2.23.0.umd.js";

/// Nothing connects on the server.
#[derive(Clone)]
pub struct Client;

impl Client {
    /// A client that never reports.
    pub fn new(
        _session: SessionId,
        _emit: impl Fn(Event) + 'static,
        _level: impl Fn(u8) + 'static,
    ) -> Self {
        Self
    }

    /// Does nothing.
    pub fn send(&self, _command: Command) {}
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

/// Nothing is made on the server.
pub fn new_id() -> String {
    String::new()
}

/// The server remembers no choices.
pub fn remembered() -> UserChoices {
    UserChoices::default()
}

/// The server remembers no choices.
pub fn remember(_choices: &UserChoices) {}

/// There is no window.
pub fn go(_path: &str) {}

/// There is no focus.
pub fn focus(_id: &str) {}

/// Nothing scrolls.
pub fn scroll_to_end(_id: &str) {}

/// No dialog opens.
pub fn show_dialog(_id: &str) {}

/// No dialog is open.
pub fn close_dialog(_id: &str) {}
