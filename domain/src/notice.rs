//! What our server tells people inside a room, as LiveKit data messages. Only messages that carry no
//! sender are the server's: what a participant sends names the participant.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Topic of the messages.
pub const TOPIC: &str = "ym.notice";

/// A message, as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// The window closes soon, or later than before.
    Closing {
        /// When.
        closes_at: Timestamp,
    },
    /// The mentor switched the reader's microphone off.
    Muted,
    /// The mentor asks the reader to switch the microphone on.
    UnmuteAsked,
}
