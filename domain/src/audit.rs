//! What moderators, admins and the system do that people may ask about later.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// An action that is recorded.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum AuditAction {
    /// Ended a room for everyone.
    EndedRoom,
    /// Let a meeting go on for longer.
    Extended,
    /// Switched somebody's microphone off.
    Muted,
    /// Asked somebody to switch their microphone on.
    AskedToUnmute,
    /// Removed somebody from a meeting, and keeps them out.
    Removed,
    /// Lets somebody in again.
    AllowedBack,
    /// Somebody was in a room without being allowed to, and was removed by the system.
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
    /// Proved an address, and has an account.
    SignedUp,
    /// Signed in.
    SignedIn,
    /// An attempt to sign in that was refused.
    SignInRefused,
    /// Chose another password, knowing the old one.
    PasswordChanged,
    /// Chose another password by a link or on the command line.
    PasswordReset,
    /// Has another address.
    AddressChanged,
    /// Ended logins of their own.
    EndedLogins,
    /// Keeps a person out.
    Suspended,
    /// Lets a suspended person in again.
    Reinstated,
    /// Hid a mentor's profile from mentees.
    UnpublishedMentor,
    /// Let a change of a published profile be seen.
    ApprovedRevision,
    /// Refused a change of a published profile.
    RefusedRevision,
    /// Wants nothing to do with somebody.
    Blocked,
    /// Has nothing against somebody any more.
    Unblocked,
    /// Reported a concern about somebody.
    Reported,
    /// Closed a concern.
    ClosedReport,
    /// Has another passkey.
    PasskeyAdded,
    /// Has a passkey less.
    PasskeyRemoved,
    /// Asks for codes of an app at sign-in, or has new recovery codes.
    CodesOn,
    /// Asks for no codes any more.
    CodesOff,
    /// Lost passkeys and codes on the command line.
    SecondFactorReset,
    /// Linked an account at another provider.
    ProviderLinked,
    /// Unlinked one.
    ProviderUnlinked,
    /// Asked for a copy of their data.
    DataExportAsked,
    /// Downloaded it.
    DataExportDownloaded,
}

impl AuditAction {
    /// What an admin reads.
    pub fn words(self) -> &'static str {
        match self {
            Self::EndedRoom => "Ended the room",
            Self::Extended => "Extended the meeting",
            Self::Muted => "Muted the microphone",
            Self::AskedToUnmute => "Asked to unmute",
            Self::Removed => "Removed from the meeting",
            Self::AllowedBack => "Allowed back in",
            Self::Evicted => "Removed by the system",
            Self::Disputed => "Contested the outcome",
            Self::DecidedOutcome => "Decided the outcome",
            Self::RetriedJob => "Retried a job",
            Self::ApprovedMentor => "Published a mentor",
            Self::SignedOutEverywhere => "Signed somebody out everywhere",
            Self::SignedUp => "Created an account",
            Self::SignedIn => "Signed in",
            Self::SignInRefused => "Was refused at sign-in",
            Self::PasswordChanged => "Changed the password",
            Self::PasswordReset => "Reset the password",
            Self::AddressChanged => "Changed the email address",
            Self::EndedLogins => "Signed browsers out",
            Self::Suspended => "Suspended somebody",
            Self::Reinstated => "Reinstated somebody",
            Self::UnpublishedMentor => "Unpublished a mentor",
            Self::ApprovedRevision => "Approved a changed profile",
            Self::RefusedRevision => "Refused a changed profile",
            Self::Blocked => "Blocked somebody",
            Self::Unblocked => "Unblocked somebody",
            Self::Reported => "Reported a concern",
            Self::ClosedReport => "Closed a concern",
            Self::PasskeyAdded => "Added a passkey",
            Self::PasskeyRemoved => "Removed a passkey",
            Self::CodesOn => "Switched codes on",
            Self::CodesOff => "Switched codes off",
            Self::SecondFactorReset => "Second factor reset",
            Self::ProviderLinked => "Linked an account elsewhere",
            Self::ProviderUnlinked => "Unlinked an account elsewhere",
            Self::DataExportAsked => "Asked for a copy of their data",
            Self::DataExportDownloaded => "Downloaded a copy of their data",
        }
    }
}
