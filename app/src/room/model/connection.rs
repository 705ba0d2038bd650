//! Where the person is, and the state of the connection.

use super::leave_reason::LeaveReason;
use domain::problem::Problem;

/// Where the person is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Checks the devices.
    Lobby,
    /// Pressed Join.
    Joining,
    /// Is in.
    InRoom,
    /// Could not get in or back in; says why.
    Failed(Failure),
    /// On the way out.
    Left(LeaveReason),
}

/// State of the connection while in the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Works.
    Steady,
    /// livekit-client repairs it.
    Resuming,
    /// livekit-client gave up; we request a new token and connect again.
    Returning,
}

/// Why connecting failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// livekit-client did not load.
    Program,
    /// Our own server did not answer.
    Offline,
    /// Our server refused.
    Refused(Problem),
    /// LiveKit cannot be reached from this browser.
    Unreachable,
    /// LiveKit answered, but no media path was found in time.
    TimedOut,
    /// LiveKit did not accept the token, or has no such room.
    TokenRefused,
}

/// Why LiveKit's connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// We closed it.
    Ours,
    /// The same identity joined elsewhere.
    Duplicate,
    /// Our server removed this person.
    Removed,
    /// Anything else: deleted room, restart, network.
    Unexpected,
}

impl Ending {
    /// Reads `DisconnectReason` of LiveKit's protocol.
    pub fn of(reason: Option<u32>) -> Self {
        match reason {
            Some(1) => Self::Ours,
            Some(2) => Self::Duplicate,
            Some(4) => Self::Removed,
            _ => Self::Unexpected,
        }
    }
}

/// Where somebody is in the meeting already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elsewhere {
    /// In another tab of this browser.
    Tab,
    /// On another device, or in another browser.
    Device,
}
