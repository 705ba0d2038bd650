//! What has to be done because of an event.

use super::{command::Command, devices::UserChoices};
use crate::leave_reason::LeaveReason;
use domain::{access::Entry, permissions::Moderation, time::Timestamp};

/// What has to be done because of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Send a command to the client.
    Client(Command),
    /// Request a join token from our server.
    RequestJoinToken(Entry),
    /// Request a join token for the door.
    RequestDoor,
    /// Ask our server to be let in from the door.
    EnterRoom,
    /// Ask our server to moderate.
    Moderate(Moderation),
    /// Ask our server to extend the meeting.
    Extend {
        /// The close as it is known here.
        closes_at: Timestamp,
    },
    /// Let our server make sure that the room exists, without using the token.
    EnsureRoom,
    /// Ask our server to end the room.
    EndRoom,
    /// Send [`Event::RetryDue`](super::Event::RetryDue) later.
    RetryAfter {
        /// Milliseconds from now.
        after_ms: u32,
        /// The number of the attempt, sent along.
        attempt: u32,
    },
    /// Send [`Event::ToastOver`](super::Event::ToastOver) after some seconds.
    ExpireToast(u32),
    /// Save the choices on this computer.
    SaveChoices(UserChoices),
    /// Move the keyboard focus.
    Focus(FocusTarget),
    /// Leave the page for the dashboard.
    LeavePage(LeaveReason),
}

/// Where the keyboard focus goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FocusTarget {
    /// The call's heading.
    Call,
    /// The message field.
    Message,
    /// The chat's button.
    ChatButton,
    /// The error's heading.
    Failure,
    /// The button that moves the call here.
    MoveHere,
}
