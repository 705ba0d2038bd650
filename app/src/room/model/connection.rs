//! Where the person is, and the state of the connection.

use crate::leave_reason::LeaveReason;
use domain::problem::Problem;

/// Where the person is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Checking the devices.
    Lobby,
    /// Pressed Join.
    Joining,
    InRoom,
    /// Could not join or rejoin; says why.
    Failed(ConnectFailure),
    /// On the way to the dashboard.
    Left(LeaveReason),
}

/// State of the connection while in the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionState {
    /// Works.
    Connected,
    /// livekit-client is repairing it.
    Reconnecting,
    /// livekit-client gave up; we request a new token and connect again.
    Rejoining,
}

/// Why connecting failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectFailure {
    /// livekit-client did not load.
    SdkNotLoaded,
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
pub enum DisconnectReason {
    /// We closed it.
    ClientInitiated,
    /// The same identity joined elsewhere.
    DuplicateIdentity,
    /// Our server removed this person.
    ParticipantRemoved,
    /// Anything else: deleted room, restart, network.
    Unexpected,
}

impl DisconnectReason {
    /// Reads `DisconnectReason` of LiveKit's protocol.
    pub fn from_code(reason: Option<u32>) -> Self {
        match reason {
            Some(1) => Self::ClientInitiated,
            Some(2) => Self::DuplicateIdentity,
            Some(4) => Self::ParticipantRemoved,
            _ => Self::Unexpected,
        }
    }
}

/// Where somebody is in the meeting already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlreadyJoined {
    /// In another tab of this browser.
    OtherTab,
    /// On another device, or in another browser.
    OtherDevice,
}
