//! What moderators, admins and the system do that people may ask about later.

use serde::{Deserialize, Serialize};

/// An act worth remembering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditAction {
    /// Ended a room for everyone.
    EndedRoom,
    /// Let a meeting go on for longer.
    Extended,
    /// Switched somebody's microphone off.
    Muted,
    /// Asked somebody to switch their microphone on.
    AskedToUnmute,
    /// Threw somebody out and keeps them out.
    Removed,
    /// Lets somebody in again.
    AllowedBack,
    /// Somebody was in a room without being allowed to, and was thrown out by the system.
    Evicted,
    /// Contested what came of a session.
    Disputed,
    /// Decided what came of a session.
    DecidedOutcome,
    /// Let a failed job run again.
    RetriedJob,
    /// Published a mentor's profile.
    ApprovedMentor,
    /// Ended all logins of a person.
    SignedOutEverywhere,
}

impl AuditAction {
    const ALL: [Self; 12] = [
        Self::EndedRoom,
        Self::Extended,
        Self::Muted,
        Self::AskedToUnmute,
        Self::Removed,
        Self::AllowedBack,
        Self::Evicted,
        Self::Disputed,
        Self::DecidedOutcome,
        Self::RetriedJob,
        Self::ApprovedMentor,
        Self::SignedOutEverywhere,
    ];

    /// The word stored in `audit_log.action`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EndedRoom => "ended_room",
            Self::Extended => "extended",
            Self::Muted => "muted",
            Self::AskedToUnmute => "asked_to_unmute",
            Self::Removed => "removed",
            Self::AllowedBack => "allowed_back",
            Self::Evicted => "evicted",
            Self::Disputed => "disputed",
            Self::DecidedOutcome => "decided_outcome",
            Self::RetriedJob => "retried_job",
            Self::ApprovedMentor => "approved_mentor",
            Self::SignedOutEverywhere => "signed_out_everywhere",
        }
    }

    /// Reads [`AuditAction::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == text)
    }

    /// What an admin reads.
    pub fn words(self) -> &'static str {
        match self {
            Self::EndedRoom => "Ended the room",
            Self::Extended => "Extended the meeting",
            Self::Muted => "Muted the microphone",
            Self::AskedToUnmute => "Asked to unmute",
            Self::Removed => "Removed from the meeting",
            Self::AllowedBack => "Allowed back in",
            Self::Evicted => "Put out by the system",
            Self::Disputed => "Contested the outcome",
            Self::DecidedOutcome => "Decided the outcome",
            Self::RetriedJob => "Retried a job",
            Self::ApprovedMentor => "Published a mentor",
            Self::SignedOutEverywhere => "Signed somebody out everywhere",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_acts_read_back() {
        for action in AuditAction::ALL {
            assert_eq!(AuditAction::parse(action.as_str()), Some(action));
        }
    }
}
