//! What moderators, admins and the system do that people may ask about later.

use crate::{
    ids::UserId,
    time::{Millis, Timestamp},
};
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
    /// Called one of their passkeys by another name.
    PasskeyRenamed,
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
    /// Asked for an account to be deleted.
    DeletionAsked,
    /// Took that back.
    DeletionKept,
    /// An account was deleted: the person behind it is not known any more.
    AccountDeleted,
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
            Self::PasskeyRenamed => "Renamed a passkey",
            Self::PasskeyRemoved => "Removed a passkey",
            Self::CodesOn => "Switched codes on",
            Self::CodesOff => "Switched codes off",
            Self::SecondFactorReset => "Second factor reset",
            Self::ProviderLinked => "Linked an account elsewhere",
            Self::ProviderUnlinked => "Unlinked an account elsewhere",
            Self::DataExportAsked => "Asked for a copy of their data",
            Self::DataExportDownloaded => "Downloaded a copy of their data",
            Self::DeletionAsked => "Asked to delete an account",
            Self::DeletionKept => "Kept an account",
            Self::AccountDeleted => "Deleted an account",
        }
    }

    /// Whether what happens again within the hour is counted by one entry, and not by one each. What anybody can do in
    /// a loop must not fill the log.
    pub fn is_counted(self) -> bool {
        match self {
            Self::SignedIn | Self::SignInRefused | Self::EndedLogins => true,
            Self::EndedRoom
            | Self::Extended
            | Self::Muted
            | Self::AskedToUnmute
            | Self::Removed
            | Self::AllowedBack
            | Self::Evicted
            | Self::Disputed
            | Self::DecidedOutcome
            | Self::RetriedJob
            | Self::ApprovedMentor
            | Self::SignedOutEverywhere
            | Self::SignedUp
            | Self::PasswordChanged
            | Self::PasswordReset
            | Self::AddressChanged
            | Self::Suspended
            | Self::Reinstated
            | Self::UnpublishedMentor
            | Self::ApprovedRevision
            | Self::RefusedRevision
            | Self::Blocked
            | Self::Unblocked
            | Self::Reported
            | Self::ClosedReport
            | Self::PasskeyAdded
            | Self::PasskeyRemoved
            | Self::CodesOn
            | Self::CodesOff
            | Self::SecondFactorReset
            | Self::ProviderLinked
            | Self::ProviderUnlinked
            | Self::DeletionAsked
            | Self::DeletionKept
            | Self::AccountDeleted
            | Self::DataExportAsked
            | Self::DataExportDownloaded
            | Self::PasskeyRenamed => false,
        }
    }
}

/// What counted entries have in common: who did what, to whom, how, and in which hour. `None` for an action that has an
/// entry each time.
pub fn counted_as(
    action: AuditAction,
    actor: Option<UserId>,
    subject: Option<UserId>,
    detail: &str,
    at: Timestamp,
) -> Option<String> {
    let id = |user: Option<UserId>| user.map(|user| user.to_string()).unwrap_or_default();
    let hour = at.0.div_euclid(Millis::hours(1).0);
    let (word, actor, subject) = (action.as_str(), id(actor), id(subject));
    let key = || format!("{word} {actor} {subject} {hour} {detail}");
    action.is_counted().then(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn what_happens_again_within_the_hour_to_the_same_person_is_counted_by_one_entry() {
        let user = |n| Some(UserId(Uuid::from_u128(n)));
        let key = |subject, detail, minutes| {
            let at = Timestamp(Millis::minutes(minutes).0);
            counted_as(AuditAction::SignInRefused, None, subject, detail, at).expect("counted")
        };
        let first = key(user(1), "wrong password", 0);
        assert_eq!(first, key(user(1), "wrong password", 59));
        for other in [
            key(user(1), "wrong password", 60),
            key(user(2), "wrong password", 0),
            key(user(1), "wrong code", 0),
            key(None, "wrong password", 0),
        ] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn what_an_admin_does_has_an_entry_each_time() {
        let at = Timestamp(0);
        assert_eq!(counted_as(AuditAction::Suspended, None, None, "", at), None);
    }
}
