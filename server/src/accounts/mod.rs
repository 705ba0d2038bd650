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
mod new_password;
mod passkeys;
mod passwords;
mod providers;
mod second_factor;
mod sign_up;

pub use crate::login::CurrentLogin;
pub use address::change_address;
pub use ceremonies::Ceremony;
pub use client::Client;
pub use codes::{
    codes_setup, new_recovery_codes, reset_second_factor, start_codes, turn_codes_off,
    turn_codes_on,
};
pub use keys::{confirm_self, keys};
pub(crate) use links::write as write_email;
pub use links::{ask_for_link, confirm_address, look, sign_in_by_link};
pub(crate) use logins::end_logins;
pub use logins::{
    NewLogin, SignIn, current, end_login, end_other_logins, list, log_in, sign_in, sign_out,
    sign_out_everywhere,
};
pub(crate) use passkeys::tell;
pub use passkeys::{
    StartedPasskey, add_passkey, remove_passkey, rename_passkey, sign_in_with_passkey,
    start_passkey, start_passkey_sign_in,
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
    store::{ScopedFutureExt, StoreError, mentors, users},
    zones::Zone,
};
use domain::{
    problem::{Problem, Refusals},
    text::DisplayName,
};

/// Changes name and zone; the name of a published mentor waits for an admin unless `AUTO_APPROVE_MENTORS`.
///
/// # Errors
/// `Problem::Invalid` naming the fields; `Problem::Conflict` for somebody who leaves.
pub async fn update_account(
    state: &AppState,
    login: &CurrentLogin,
    name: &str,
    time_zone: &str,
) -> Result<()> {
    // Their profile is hidden meanwhile, so that nobody would look at a new name.
    login.require_staying()?;
    let mut refusals = Refusals::default();
    let name = refusals.take("name", DisplayName::parse(name));
    let zone = refusals.take_named("timeZone", Zone::parse(time_zone));
    let (name, zone) = refusals.finish(name.zip(zone))?;
    let user = login.me.id;
    let shown = mentors::find(state.db.read(), user).await?;
    let shown = shown.filter(|shown| shown.published && !state.config.auto_approve_mentors);
    let saving = state.db.write(|txn| {
        let (name, zone, shown) = (&name, zone.name().to_owned(), shown.clone());
        async move {
            let Some(shown) = shown else {
                return users::update(txn, user, name, &zone).await;
            };
            // Mentees know a published mentor by the old name until an admin has seen the new one.
            let mut revision = shown.revision.unwrap_or_default();
            let known = DisplayName::parse(&shown.card.name).unwrap_or_else(|_| name.clone());
            revision.name = (*name != known).then(|| name.as_str().to_owned());
            users::update(txn, user, &known, &zone).await?;
            mentors::set_revision(txn, user, &revision).await
        }
        .scope_boxed()
    });
    Ok(saving.await?)
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
