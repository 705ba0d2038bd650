//! Accounts: what is emailed to an address, how long its links work, and how attempts to sign in are slowed down.

use crate::time::Millis;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// What an email to one address is for, beyond sessions; its word is stored in `account_emails.kind`.
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
pub enum AccountEmail {
    /// Proves the address of a new account.
    SignUp,
    /// Signs in without a password.
    SignIn,
    /// Chooses a new password.
    ResetPassword,
    /// Proves an account's new address.
    ChangeAddress,
    /// Says that the password is another one.
    PasswordChanged,
    /// Says at the old address that the account has another one.
    AddressChanged,
    /// Says that there is another passkey.
    PasskeyAdded,
    /// Says that there is a passkey less.
    PasskeyRemoved,
    /// Says that codes of an app are asked for.
    CodesOn,
    /// Says that they are not asked for any more.
    CodesOff,
    /// Says that an account at another provider is linked.
    ProviderLinked,
    /// Says that one is linked no more.
    ProviderUnlinked,
    /// Says that a copy of somebody's data can be downloaded.
    DataReady,
    /// Says when the account is deleted, and how to keep it.
    DeletionAsked,
    /// Says that the account is deleted.
    Deleted,
}

impl AccountEmail {
    /// How long its link works; `None` for an email without one.
    ///
    /// Links that change who may sign in are short-lived (OWASP Forgot Password Cheat Sheet); those that prove a
    /// mailbox wait for people who read their mail once a day.
    pub fn link_lifetime(self) -> Option<Millis> {
        match self {
            Self::SignUp | Self::ChangeAddress => Some(Millis::hours(24)),
            Self::ResetPassword => Some(Millis::hours(1)),
            Self::SignIn => Some(Millis::minutes(15)),
            Self::PasswordChanged
            | Self::AddressChanged
            | Self::PasskeyAdded
            | Self::PasskeyRemoved
            | Self::CodesOn
            | Self::CodesOff
            | Self::ProviderLinked
            | Self::ProviderUnlinked
            | Self::DataReady
            | Self::DeletionAsked
            | Self::Deleted => None,
        }
    }
}

/// A login ends when it was not used for this long.
pub const LOGIN_IDLE: Millis = Millis::days(14);

/// Failures of one account that cost nothing: people mistype.
const FREE_FAILURES: u32 = 5;
/// The longest pause between two attempts. Bounded, so that nobody can lock somebody else out for long.
const LONGEST_PAUSE: Millis = Millis::seconds(60);

/// How long after `failures` failed attempts to sign in to one account, from anywhere, the next one is looked at: after
/// the fifth, two seconds, doubled with each one more, up to a minute.
pub fn pause_after(failures: u32) -> Millis {
    match failures.checked_sub(FREE_FAILURES) {
        None => Millis(0),
        Some(more) => {
            let doubled = 1_i64.checked_shl(more.min(30) + 1).unwrap_or(i64::MAX);
            Millis::seconds(doubled).min(LONGEST_PAUSE)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_never_lock_anybody_out() {
        for free in 0..FREE_FAILURES {
            assert_eq!(pause_after(free), Millis(0));
        }
        let pauses: Vec<i64> = (5..12)
            .map(|failures| pause_after(failures).0 / 1_000)
            .collect();
        assert_eq!(pauses, [2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(pause_after(u32::MAX), LONGEST_PAUSE);
    }

    #[test]
    fn links_that_open_an_account_are_the_shortest() {
        let of = |email: AccountEmail| email.link_lifetime();
        assert!(of(AccountEmail::SignIn) < of(AccountEmail::ResetPassword));
        assert!(of(AccountEmail::ResetPassword) < of(AccountEmail::SignUp));
        assert_eq!(of(AccountEmail::PasswordChanged), None);
    }
}
