//! Tells open pages of this process that something about a session changed.

use domain::ids::SessionId;
use tokio::sync::broadcast;

/// In-process announcements. A receiver that lags simply reads the state anew.
#[derive(Debug, Clone)]
pub struct Events(broadcast::Sender<SessionId>);

impl Default for Events {
    fn default() -> Self {
        Self(broadcast::channel(1_024).0)
    }
}

impl Events {
    /// Announces that `session` changed; nobody listening is fine.
    pub fn changed(&self, session: SessionId) {
        // An error only means that nobody listens.
        let _listeners = self.0.send(session);
    }

    /// Announcements of all sessions from now on; the receiver filters.
    pub fn subscribe(&self) -> broadcast::Receiver<SessionId> {
        self.0.subscribe()
    }
}
