//! Why somebody is no longer in the meeting.

use crate::url_words::WHY;
use domain::{access::Access, session::EndReason};
use leptos_router::params::ParamsMap;

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
    const ALL: [Self; 11] = [
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

    /// The word for it in the dashboard's address.
    pub fn as_str(self) -> &'static str {
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

    /// Reads it out of the dashboard's address, which can be old or made up.
    pub fn read(query: &ParamsMap) -> Option<Self> {
        let word = query.get_str(WHY)?;
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(word: &str) -> Option<LeaveReason> {
        let mut query = ParamsMap::new();
        query.insert(WHY, word.to_owned());
        LeaveReason::read(&query)
    }

    #[test]
    fn every_reason_to_leave_is_read_back_from_its_word() {
        for reason in LeaveReason::ALL {
            assert_eq!(read(reason.as_str()), Some(reason));
        }
        assert_eq!(LeaveReason::ALL.len(), LeaveReason::Server as usize + 1);
        assert_eq!(read("made up"), None);
        assert_eq!(LeaveReason::read(&ParamsMap::new()), None);
    }
}
