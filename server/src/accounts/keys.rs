//! How a person signs in, and that they say who they are before they change any of it.

use super::{CurrentLogin, passkeys, passwords::check_own};
use crate::{
    AppState, Error, Result,
    store::{ScopedFutureExt, Txn, authenticators, identities, logins, users},
    zones::Zone,
};
use domain::{
    ids::UserId,
    problem::Problem,
    time::Millis,
    views::{CodesView, KeysView, PasskeyView, ProviderView},
};

/// Whoever said who they are need not do so again for this long.
const CONFIRMED_FOR: Millis = Millis::minutes(10);

impl CurrentLogin {
    pub(crate) fn is_confirmed(&self, state: &AppState) -> bool {
        state.clock.now() < self.confirmed_at + CONFIRMED_FOR
    }

    /// For what changes how a person signs in, or gives everything away that is kept about them.
    ///
    /// # Errors
    /// `Problem::Conflict` unless they said who they are a moment ago.
    pub(crate) fn require_confirmed(&self, state: &AppState) -> Result<()> {
        match self.is_confirmed(state) {
            true => Ok(()),
            false => Err(Problem::Conflict(
                "Please confirm first that it is you: enter your password, or sign in again."
                    .to_owned(),
            )
            .into()),
        }
    }
}

/// A person says once more who they are.
///
/// # Errors
/// `Problem::Invalid` on `ownPassword`; `Problem::TooMany` after too many guesses.
pub async fn confirm_self(state: &AppState, login: &CurrentLogin, password: &str) -> Result<()> {
    check_own(state, login, password, "ownPassword").await?;
    let (id, now) = (login.login, state.clock.now());
    let confirming = state
        .db
        .write(|txn| async move { logins::confirm(txn, id, now).await }.scope_boxed());
    Ok(confirming.await?)
}

/// How a person signs in.
///
/// # Errors
/// When the database does not answer.
pub async fn keys(state: &AppState, login: &CurrentLogin) -> Result<KeysView> {
    let (db, user) = (state.db.read(), login.me.id);
    let zone = Zone::or_utc(&login.me.time_zone);
    let passkeys = crate::store::passkeys::of_user(db, user).await?;
    let view = |row: crate::store::passkeys::PasskeyRow| PasskeyView {
        id: row.id,
        name: row.name,
        added: zone.label(row.created_at),
        last_used: row.last_used_at.map(|at| zone.label(at)),
    };
    let app = authenticators::find(db, user).await?;
    let left = authenticators::recovery_codes_left(db, user).await?;
    let linked = identities::issuers(db, user).await?;
    let provider = |provider: &crate::config::Provider| ProviderView {
        name: provider.name.clone(),
        label: provider.label.clone(),
        is_linked: linked.contains(&provider.issuer),
    };
    Ok(KeysView {
        providers: state.config.providers.iter().map(provider).collect(),
        is_confirmed: login.is_confirmed(state),
        has_password: users::has_password(db, user).await?,
        has_passkeys: passkeys::are_offered(&state.config),
        passkeys: passkeys.into_iter().map(view).collect(),
        codes: CodesView {
            is_on: app.is_some_and(|app| app.on_since.is_some()),
            recovery_left: u32::try_from(left).unwrap_or_default(),
        },
    })
}

/// Refuses to take the last way to sign in away, in the transaction that has just done so. Links by email are a way for
/// everybody, but not one to be left with.
///
/// # Errors
/// `Problem::Conflict`.
pub(super) async fn keep_one_way(txn: &Txn, user: UserId) -> Result<()> {
    // The lock: of two that are taken away at the same moment, the second one sees the first one gone.
    users::lock_password(txn, user).await?;
    if users::has_password(txn, user).await?
        || !crate::store::passkeys::of_user(txn, user).await?.is_empty()
        || !identities::issuers(txn, user).await?.is_empty()
    {
        return Ok(());
    }
    let why = "This is the only way to sign in that you have. Choose a password first: sign out, and follow “Forgot your password?”.";
    Err(Error::Problem(Problem::Conflict(why.to_owned())))
}
