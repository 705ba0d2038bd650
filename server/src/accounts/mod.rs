//! Accounts and logins: signing up, in and out, and people's own settings.
//!
//! An account begins with a proved address: until somebody has followed the link that was sent to it, there is a
//! sign-up and no account. No answer says whether an address has an account; what depends on that is decided when
//! the email is written ([`jobs::send_account_email`]).

mod address;
mod ceremonies;
mod client;
mod codes;
pub mod jobs;
mod keys;
pub(crate) mod limits;
mod links;
mod logins;
mod passkeys;
mod passwords;
mod providers;
mod second_factor;
mod sign_up;

pub use address::change_address;
pub use ceremonies::Ceremony;
pub use client::Client;
pub use codes::{
    codes_setup, new_recovery_codes, reset_second_factor, start_codes, turn_codes_off,
    turn_codes_on,
};
pub use keys::{confirm_self, keys};
pub use links::{LinkView, ask_for_link, confirm_address, look, sign_in_by_link};
pub use logins::{
    NewLogin, SignIn, current, end_login, end_other_logins, list, log_in, sign_in, sign_out,
    sign_out_everywhere,
};
pub use passkeys::{
    StartedPasskey, add_passkey, remove_passkey, sign_in_with_passkey, start_passkey,
    start_passkey_sign_in,
};
pub use passwords::{change_password, reset_by_link, reset_password};
pub use providers::{
    Arrival, Return, finish_provider, provider_url, start_link, start_provider, unlink_provider,
};
pub use second_factor::{enter_code, second_factor};
pub(crate) use sign_up::WAITS_FOR as SIGN_UP_WAITS_FOR;
pub use sign_up::{
    Proof, SignUp, Waiting, confirm, correct_address, create, send_again, sign_up, waiting,
};

use crate::{
    AppState, Error, Result,
    store::{ScopedFutureExt, StoreError, users},
    zones::Zone,
};
use domain::{
    ids::{LoginId, UserId},
    permissions::Actor,
    problem::{Problem, Refusals},
    text::DisplayName,
    time::Timestamp,
    views::Me,
};
use uuid::Uuid;

/// The login behind a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentLogin {
    pub login: LoginId,
    pub me: Me,
    /// The same person, for decisions.
    pub actor: Actor,
    /// When they last said who they are: signed in, or gave their password once more.
    pub confirmed_at: Timestamp,
    /// Whether they are an admin who has to set up a second factor before anything else.
    pub lacks_second_factor: bool,
}

impl CurrentLogin {
    /// For what only admins do.
    ///
    /// # Errors
    /// `Problem::Forbidden` unless the person is an admin.
    pub fn require_admin(&self) -> Result<()> {
        match self.actor.is_admin {
            true => self.require_second_factor(),
            false => Err(Problem::Forbidden.into()),
        }
    }

    /// For everything but setting up a second factor.
    ///
    /// # Errors
    /// `Problem::SecondFactorNeeded` for an admin who has none and has to.
    pub fn require_second_factor(&self) -> Result<()> {
        match self.lacks_second_factor {
            true => Err(Problem::SecondFactorNeeded.into()),
            false => Ok(()),
        }
    }

    /// Stands in for a person when a command-line tool acts for them, without a login.
    pub fn of_tool(user: UserId) -> Self {
        let me = Me {
            id: user,
            email: String::new(),
            name: String::new(),
            time_zone: crate::zones::UTC.to_owned(),
            is_admin: false,
            is_mentor: false,
            email_fails: false,
        };
        Self {
            login: LoginId(Uuid::nil()),
            actor: Actor {
                user,
                is_admin: false,
            },
            confirmed_at: Timestamp(0),
            lacks_second_factor: false,
            me,
        }
    }
}

/// Changes name and zone.
///
/// # Errors
/// `Problem::Invalid` naming the fields.
pub async fn update_account(
    state: &AppState,
    login: &CurrentLogin,
    name: &str,
    time_zone: &str,
) -> Result<()> {
    let mut refusals = Refusals::default();
    let name = refusals.take("name", DisplayName::parse(name));
    let zone = refusals.take_named("timeZone", Zone::parse(time_zone));
    let (name, zone) = refusals.finish(name.zip(zone))?;
    let user = login.me.id;
    Ok(state
        .db
        .write(|txn| {
            let (name, zone) = (&name, zone.name().to_owned());
            async move { users::update(txn, user, name, &zone).await }.scope_boxed()
        })
        .await?)
}

/// Somebody proved an address that has an account: only they are told.
fn address_taken(error: StoreError) -> Error {
    match error {
        StoreError::Duplicate { .. } => Problem::field(
            "email",
            "There is already an account with this address. Sign in instead.",
        )
        .into(),
        other => other.into(),
    }
}
