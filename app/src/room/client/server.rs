//! The twin of `client` for the server, which renders the shell of the call and connects to nothing.

use crate::room::model::{Command, Event};
use domain::ids::SessionId;

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
