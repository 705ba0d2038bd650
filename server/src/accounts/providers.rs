//! Signing in at another provider. An account is known there by issuer and subject, never by its address: whoever has
//! the address of an account somewhere else is not let into it, but may link the two once they are signed in here.

use super::{
    Client, CurrentLogin, NewLogin,
    ceremonies::{self, Ceremony, Kind},
    keys::keep_one_way,
    limits,
    logins::{GeneratedLogin, first_half, record, replace},
    passkeys::tell,
};
use crate::{
    AppState, Error, Result,
    config::Provider,
    identity::{Identity, IdentityError, Secrets},
    store::{ScopedFutureExt, StoreError, identities, sign_ups, users},
    zones::UTC,
};
use domain::{
    account::AccountEmail,
    audit::AuditAction,
    ids::{LoginId, UserId},
    problem::Problem,
    text::{DisplayName, EmailAddress, NAME_MAX, ReturnPath},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What is remembered while somebody is at a provider.
#[derive(Debug, Serialize, Deserialize)]
struct Remembered {
    provider: String,
    url: String,
    secrets: Secrets,
    /// Where to go after signing in.
    callback: Option<String>,
}

/// What a browser brings back from a provider, out of its address.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Return {
    pub code: Option<String>,
    pub state: Option<String>,
    /// Why the provider did not let them through.
    pub error: Option<String>,
    /// Who answers (RFC 9207).
    pub iss: Option<String>,
}

/// What came of it.
#[derive(Debug)]
pub enum Arrival {
    /// Somebody is signed in, and goes on there.
    SignedIn(NewLogin, Option<ReturnPath>),
    /// The account there is linked to the one here.
    Linked,
}

fn provider<'a>(state: &'a AppState, name: &str) -> Result<&'a Provider> {
    let mut all = state.config.providers.iter();
    Ok(all
        .find(|provider| provider.name == name)
        .ok_or(Problem::NotFound)?)
}

fn come_back_to(state: &AppState, provider: &Provider) -> String {
    let (origin, name) = (&state.config.app_url.origin, &provider.name);
    format!("{origin}/auth/with/{name}/callback")
}

/// Sends somebody to a provider to sign in.
///
/// # Errors
/// `Problem::NotFound` for an unknown provider; `Problem::TooMany`; `Problem::Conflict` when the provider does not
/// answer.
pub async fn start_provider(
    state: &AppState,
    name: &str,
    callback: Option<&ReturnPath>,
    client: &Client,
) -> Result<Ceremony> {
    let provider = provider(state, name)?;
    limits::take(state, &[limits::of_ceremony(state, client)]).await?;
    start(state, provider, None, callback).await
}

/// Sends somebody who is signed in to a provider, to link the account there to theirs.
///
/// # Errors
/// As [`start_provider`]; `Problem::Conflict` also when the person did not say who they are a moment ago.
pub async fn start_link(state: &AppState, login: &CurrentLogin, name: &str) -> Result<Ceremony> {
    login.require_confirmed(state)?;
    let provider = provider(state, name)?;
    limits::take(state, &[limits::of_own_ceremony(state, login.me.id)]).await?;
    start(state, provider, Some(login.login), None).await
}

async fn start(
    state: &AppState,
    provider: &Provider,
    login: Option<LoginId>,
    callback: Option<&ReturnPath>,
) -> Result<Ceremony> {
    let come_back = come_back_to(state, provider);
    let begun = state.identities.begin(provider, &come_back).await;
    let begun = begun.map_err(|error| did_not_work(provider, &error))?;
    let remembered = Remembered {
        provider: provider.name.clone(),
        url: begun.url,
        secrets: begun.secrets,
        callback: callback.map(|path| path.as_str().to_owned()),
    };
    ceremonies::begin(state, Kind::Provider, login, &remembered).await
}

/// Where the browser of a ceremony goes now; `None` when there is none. Uses nothing up.
///
/// # Errors
/// When the database does not answer.
pub async fn provider_url(state: &AppState, ceremony: Option<&str>) -> Result<Option<String>> {
    let found = ceremonies::look::<Remembered>(state, Kind::Provider, ceremony).await?;
    Ok(found.map(|remembered| remembered.url))
}

/// Signs in, makes an account, or links one, as whoever comes back from a provider.
///
/// # Errors
/// `Problem::Conflict` with what people can do about it: the ceremony is over, or another login's; the provider did
/// not let them through, or does not say that their address is theirs; an account here has the address already.
pub async fn finish_provider(
    state: &AppState,
    name: &str,
    ceremony: Option<&str>,
    answer: Return,
    client: &Client,
    login: Option<&CurrentLogin>,
) -> Result<Arrival> {
    let provider = provider(state, name)?;
    let (remembered, began) =
        ceremonies::end_of_browser::<Remembered>(state, Kind::Provider, ceremony).await?;
    let own = login.map(|login| login.login);
    if remembered.provider != provider.name || (began.is_some() && began != own) {
        return Err(ceremonies::over());
    }
    let is_answer = answer.state.as_deref() == Some(remembered.secrets.state.as_str())
        && answer.iss.is_none_or(|issuer| issuer == provider.issuer);
    let code = answer.code.filter(|_| is_answer && answer.error.is_none());
    let Some(code) = code else {
        let why = format!(
            "{} did not let you through. Please try again.",
            provider.label
        );
        return Err(Problem::Conflict(why).into());
    };
    let callback = come_back_to(state, provider);
    let found = state
        .identities
        .finish(provider, &callback, &code, &remembered.secrets);
    let found = found
        .await
        .map_err(|error| did_not_work(provider, &error))?;
    let email = found.verified_email.as_deref().map(EmailAddress::parse);
    let Some(Ok(email)) = email else {
        let why = format!(
            "{} does not say that your email address is yours.",
            provider.label
        );
        return Err(Problem::Conflict(why).into());
    };
    match login.filter(|_| began.is_some()) {
        Some(login) => {
            link(state, provider, login.me.id, &found.subject).await?;
            Ok(Arrival::Linked)
        }
        None => {
            let callback = remembered.callback.as_deref().and_then(ReturnPath::parse);
            let login = sign_in(state, provider, &found, email, client, own).await?;
            Ok(Arrival::SignedIn(login, callback))
        }
    }
}

async fn sign_in(
    state: &AppState,
    provider: &Provider,
    found: &Identity,
    email: EmailAddress,
    client: &Client,
    replaces: Option<LoginId>,
) -> Result<NewLogin> {
    let now = state.clock.now();
    let counts = [limits::of_ceremony(state, client)];
    let name = name(found, &email)?;
    let signing_in = state.db.write(|txn| {
        let (email, name, counts) = (&email, &name, &counts);
        async move {
            limits::succeeded(txn, counts).await?;
            let (issuer, subject) = (&provider.issuer, &found.subject);
            let known = identities::user(txn, issuer, subject).await?;
            let user = match known {
                Some(user) => user,
                None => {
                    let user = users::NewUser {
                        id: UserId(Uuid::new_v4()),
                        email: email.clone(),
                        name: name.clone(),
                        time_zone: UTC.to_owned(),
                        password_hash: users::NO_PASSWORD.to_owned(),
                        is_admin: false,
                        created_at: now,
                    };
                    users::insert(txn, &user)
                        .await
                        .map_err(|error| has_account(provider, error))?;
                    sign_ups::delete_of(txn, email).await?;
                    identities::insert(txn, issuer, subject, user.id, now).await?;
                    record(txn, AuditAction::SignedUp, user.id, "at a provider", now).await?;
                    user.id
                }
            };
            if users::lock_password(txn, user).await?.is_none() {
                return Err(ceremonies::over());
            }
            identities::used(txn, issuer, subject, now).await?;
            replace(txn, replaces, now).await?;
            let login = GeneratedLogin::new(now, user, client);
            let due = login.insert_half(txn, state).await?;
            let how = first_half("at a provider", due);
            record(txn, AuditAction::SignedIn, user, how, now).await?;
            Ok::<_, Error>(login.into_new_half(due))
        }
        .scope_boxed()
    });
    signing_in.await
}

async fn link(state: &AppState, provider: &Provider, user: UserId, subject: &str) -> Result<()> {
    let now = state.clock.now();
    let linking = state.db.write(|txn| {
        async move {
            identities::insert(txn, &provider.issuer, subject, user, now).await?;
            tell(txn, user, AccountEmail::ProviderLinked, now).await?;
            record(txn, AuditAction::ProviderLinked, user, &provider.name, now).await
        }
        .scope_boxed()
    });
    match linking.await {
        Err(StoreError::Duplicate { .. }) => {
            let why = format!(
                "That account at {} is linked already, or yours has another one there.",
                provider.label
            );
            Err(Problem::Conflict(why).into())
        }
        other => Ok(other?),
    }
}

/// Unlinks an account at a provider; one that is not linked is no error.
///
/// # Errors
/// `Problem::Conflict` when it is the only way to sign in, or the person did not say who they are a moment ago.
pub async fn unlink_provider(state: &AppState, login: &CurrentLogin, name: &str) -> Result<()> {
    login.require_confirmed(state)?;
    let provider = provider(state, name)?;
    let (user, now) = (login.me.id, state.clock.now());
    let unlinking = state.db.write(|txn| {
        async move {
            if identities::delete(txn, &provider.issuer, user).await? {
                keep_one_way(txn, user).await?;
                tell(txn, user, AccountEmail::ProviderUnlinked, now).await?;
                record(
                    txn,
                    AuditAction::ProviderUnlinked,
                    user,
                    &provider.name,
                    now,
                )
                .await?;
            }
            Ok::<_, Error>(())
        }
        .scope_boxed()
    });
    unlinking.await
}

/// What they are called there, or else the part of their address that is a name more often than not.
fn name(found: &Identity, email: &EmailAddress) -> Result<DisplayName> {
    let local = email.as_str().split('@').next().unwrap_or_default();
    let names = [found.name.as_deref(), Some(local)].into_iter().flatten();
    names
        .map(|name| name.chars().take(NAME_MAX).collect::<String>())
        .find_map(|name| DisplayName::parse(&name).ok())
        .ok_or_else(|| Error::Other("an address without a name".to_owned()))
}

fn has_account(provider: &Provider, error: StoreError) -> Error {
    match error {
        StoreError::Duplicate { .. } => {
            let why = format!(
                "There is an account with this address here already. Sign in to it, and link {} on your account page.",
                provider.label
            );
            Problem::Conflict(why).into()
        }
        other => other.into(),
    }
}

fn did_not_work(provider: &Provider, error: &IdentityError) -> Error {
    tracing::warn!(provider = provider.name, %error, "a provider did not let somebody through");
    let why = format!(
        "Signing in with {} did not work. Please try again.",
        provider.label
    );
    Problem::Conflict(why).into()
}
