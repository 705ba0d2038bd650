//! Why somebody is no longer in the meeting.

use domain::{access::Access, session::EndReason};

/// Why somebody is no longer in the meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaveReason {
    /// Pressed Leave.
    Left,
    /// The mentor ended the meeting.
    EndedByMentor,
    /// An admin ended the meeting.
    EndedByAdmin,
    /// The window closed.
    TimeUp,
    /// The session was cancelled.
    Cancelled,
    /// Moved to another time, by either side.
    Rescheduled,
    /// No longer allowed in.
    Removed,
    /// The same person joined on another device or in another browser.
    OtherDevice,
    /// The call continues in another tab of this browser.
    OtherTab,
    /// The video server can no longer be reached.
    Network,
    /// The video server is down.
    Server,
}

impl LeaveReason {
    pub(super) const ALL: [Self; 11] = [
        Self::Left,
        Self::EndedByMentor,
        Self::EndedByAdmin,
        Self::TimeUp,
        Self::Cancelled,
        Self::Rescheduled,
        Self::Removed,
        Self::OtherDevice,
        Self::OtherTab,
        Self::Network,
        Self::Server,
    ];

    /// The `why` of the dashboard's address.
    pub fn code(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::EndedByMentor => "ended_by_mentor",
            Self::EndedByAdmin => "ended_by_admin",
            Self::TimeUp => "time_up",
            Self::Cancelled => "cancelled",
            Self::Rescheduled => "rescheduled",
            Self::Removed => "removed",
            Self::OtherDevice => "moved",
            Self::OtherTab => "other_tab",
            Self::Network => "network",
            Self::Server => "server",
        }
    }

    /// Reads the `why` of the dashboard's address.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// What a decision of the server means to somebody who is inside; `None` when they may stay.
    pub fn from_access(access: Access) -> Option<Self> {
        match access {
            Access::Open { .. } => None,
            Access::NotFound | Access::NotYours | Access::Removed { .. } => Some(Self::Removed),
            // It was open and confirmed before.
            Access::NotConfirmed { .. } | Access::TooEarly { .. } => Some(Self::Rescheduled),
            Access::Cancelled { .. } => Some(Self::Cancelled),
            Access::Closed { .. } => Some(Self::TimeUp),
            Access::Ended { reason, .. } => Some(match reason {
                EndReason::EndedByMentor => Self::EndedByMentor,
                EndReason::EndedByAdmin => Self::EndedByAdmin,
                EndReason::TimeUp => Self::TimeUp,
                EndReason::Cancelled => Self::Cancelled,
            }),
        }
    }
}
