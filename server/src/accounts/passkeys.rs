//! Passkeys: keys on people's devices that sign them in without a password. The device asks for a finger, a face or
//! a PIN first, so that a passkey is two factors at once.

use super::{
    Client, CurrentLogin, NewLogin,
    ceremonies::{self, Ceremony, Kind},
    keys::keep_one_way,
    limits, links,
    logins::{GeneratedLogin, note_refusal, record, replace},
};
use crate::{
    AppState, Error, Result,
    config::Config,
    store::{
        ScopedFutureExt, StoreError, Txn,
        account_emails::Owner,
        passkeys::{self as table, NewPasskey},
        users,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    account::AccountEmail,
    audit::AuditAction,
    ids::{LoginId, PasskeyId, UserId},
    problem::Problem,
    text::{DisplayName, TextProblem},
    time::Timestamp,
};
use serde::{Serialize, de::DeserializeOwned};
use url::{Host, Url};
use uuid::Uuid;
use webauthn_rs::{
    Webauthn, WebauthnBuilder,
    prelude::{
        DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyRegistration,
        PublicKeyCredential, RegisterPublicKeyCredential,
    },
};

/// Passkeys a person may have.
const MOST: usize = 20;

/// The first half of a ceremony.
#[derive(Debug)]
pub struct StartedPasskey {
    /// For a cookie.
    pub ceremony: Ceremony,
    /// What the browser's `navigator.credentials` is given, as JSON.
    pub options: String,
}

/// Whether passkeys can be had at our address.
pub(super) fn are_offered(config: &Config) -> bool {
    relying_party(config).is_ok()
}

/// Us, as authenticators know us. Browsers accept names only, so an address of this machine goes by `localhost`.
fn relying_party(config: &Config) -> Result<Webauthn> {
    let not_here = || {
        let why = "Passkeys need an address with a name; this site has a number.";
        Error::Problem(Problem::Conflict(why.to_owned()))
    };
    let mut origin = Url::parse(&config.app_url.origin).map_err(|_| not_here())?;
    let is_number = !matches!(origin.host(), Some(Host::Domain(_)));
    if is_number && config.app_url.is_loopback {
        origin.set_host(Some("localhost")).map_err(|_| not_here())?;
    }
    let Some(Host::Domain(id)) = origin.host().map(|host| host.to_owned()) else {
        return Err(not_here());
    };
    WebauthnBuilder::new(&id, &origin)
        .and_then(|builder| builder.rp_name(&config.app_name).build())
        .map_err(|error| Error::Other(format!("passkeys: {error}")))
}

/// Begins to add a passkey.
///
/// # Errors
/// `Problem::Conflict` when the person did not say who they are a moment ago, or has too many; `Problem::TooMany`.
pub async fn start_passkey(state: &AppState, login: &CurrentLogin) -> Result<StartedPasskey> {
    login.require_confirmed(state)?;
    let us = relying_party(&state.config)?;
    let user = login.me.id;
    limits::take(state, &[limits::of_own_ceremony(state, user)]).await?;
    let own = table::of_user(state.db.read(), user).await?;
    if own.len() >= MOST {
        let why = format!("You have {MOST} passkeys. Remove one that you do not use any more.");
        return Err(Problem::Conflict(why).into());
    }
    let mut known = Vec::new();
    for row in &own {
        known.push(read::<Passkey>(&row.passkey)?.cred_id().clone());
    }
    let started =
        us.start_passkey_registration(user.0, &login.me.email, &login.me.name, Some(known));
    let (options, remembered) = started.map_err(|error| unexpected(&error))?;
    let mut options =
        serde_json::to_value(&options.public_key).map_err(|error| unexpected(&error))?;
    // Sign-in does not ask for an address first: the authenticator has to know whose key it is.
    options["authenticatorSelection"]["residentKey"] = "required".into();
    options["authenticatorSelection"]["requireResidentKey"] = true.into();
    let ceremony =
        ceremonies::begin(state, Kind::AddPasskey, Some(login.login), &remembered).await?;
    Ok(StartedPasskey {
        ceremony,
        options: options.to_string(),
    })
}

/// Adds the passkey that the browser made, and tells the person by email.
///
/// # Errors
/// `Problem::Conflict` when the ceremony is over, or the key is known already; `Problem::Malformed` when it does not
/// answer what was asked; `Problem::Invalid` on `passkeyName`.
pub async fn add_passkey(
    state: &AppState,
    login: &CurrentLogin,
    ceremony: Option<&str>,
    name: &str,
    credential: &str,
) -> Result<()> {
    login.require_confirmed(state)?;
    let us = relying_party(&state.config)?;
    let remembered: PasskeyRegistration =
        ceremonies::end(state, Kind::AddPasskey, ceremony, Some(login.login)).await?;
    let name = read_name(name)?;
    let credential: RegisterPublicKeyCredential =
        serde_json::from_str(credential).map_err(|_| unreadable())?;
    let passkey = us.finish_passkey_registration(&credential, &remembered);
    let passkey = passkey.map_err(|error| refused(&error))?;
    let now = state.clock.now();
    let new = NewPasskey {
        id: PasskeyId(Uuid::new_v4()),
        user: login.me.id,
        credential_id: URL_SAFE_NO_PAD.encode(passkey.cred_id()),
        name,
        passkey: write(&passkey)?,
        created_at: now,
    };
    let adding = state.db.write(|txn| {
        let new = &new;
        async move {
            table::insert(txn, new).await?;
            tell(txn, new.user, AccountEmail::PasskeyAdded, now).await?;
            record(txn, AuditAction::PasskeyAdded, new.user, "", now).await
        }
        .scope_boxed()
    });
    match adding.await {
        Err(StoreError::Duplicate { .. }) => {
            Err(Problem::Conflict("This passkey is known already.".to_owned()).into())
        }
        other => Ok(other?),
    }
}

fn read_name(name: &str) -> Result<DisplayName> {
    let name = DisplayName::parse(name);
    Ok(name.map_err(|TextProblem(message)| Problem::field("passkeyName", message))?)
}

/// Gives one of a person's own passkeys another name.
///
/// # Errors
/// `Problem::Invalid` on `passkeyName`; `Problem::NotFound` when it is gone, or somebody else's; `Problem::Conflict` when
/// the person did not say who they are a moment ago; `Problem::TooMany`.
pub async fn rename_passkey(
    state: &AppState,
    login: &CurrentLogin,
    id: PasskeyId,
    name: &str,
) -> Result<()> {
    login.require_confirmed(state)?;
    let (user, now, name) = (login.me.id, state.clock.now(), read_name(name)?);
    state.write_limits.take(user, now)?;
    let renaming = state.db.write(|txn| {
        let name = &name;
        async move {
            if !table::rename(txn, user, id, name).await? {
                return Err(Problem::NotFound.into());
            }
            record(txn, AuditAction::PasskeyRenamed, user, "", now).await?;
            Ok::<_, Error>(())
        }
        .scope_boxed()
    });
    renaming.await
}

/// Removes one of a person's own passkeys, and tells them by email; one that is gone, or somebody else's, is no error.
///
/// # Errors
/// `Problem::Conflict` when it is the only way to sign in, or the person did not say who they are a moment ago.
pub async fn remove_passkey(state: &AppState, login: &CurrentLogin, id: PasskeyId) -> Result<()> {
    login.require_confirmed(state)?;
    let (user, now) = (login.me.id, state.clock.now());
    let removing = state.db.write(|txn| {
        async move {
            if table::delete(txn, user, id).await? {
                keep_one_way(txn, user).await?;
                tell(txn, user, AccountEmail::PasskeyRemoved, now).await?;
                record(txn, AuditAction::PasskeyRemoved, user, "", now).await?;
            }
            Ok::<_, Error>(())
        }
        .scope_boxed()
    });
    removing.await
}

/// Begins a sign-in with whichever passkey the browser has.
///
/// # Errors
/// `Problem::TooMany`; `Problem::Conflict` when our address cannot have passkeys.
pub async fn start_passkey_sign_in(state: &AppState, client: &Client) -> Result<StartedPasskey> {
    let us = relying_party(&state.config)?;
    limits::take(state, &[limits::of_ceremony(state, client)]).await?;
    let started = us.start_discoverable_authentication();
    let (options, remembered) = started.map_err(|error| unexpected(&error))?;
    let ceremony = ceremonies::begin(state, Kind::Passkey, None, &remembered).await?;
    Ok(StartedPasskey {
        ceremony,
        options: write(&options.public_key)?,
    })
}

/// Signs in with a passkey; the login that the browser had so far ends.
///
/// # Errors
/// `Problem::Conflict` when the ceremony is over, or the passkey is not known (any more); `Problem::Malformed` when it
/// does not answer what was asked.
pub async fn sign_in_with_passkey(
    state: &AppState,
    ceremony: Option<&str>,
    credential: &str,
    client: &Client,
    replaces: Option<LoginId>,
) -> Result<NewLogin> {
    let us = relying_party(&state.config)?;
    let remembered: DiscoverableAuthentication =
        ceremonies::end(state, Kind::Passkey, ceremony, None).await?;
    let credential: PublicKeyCredential =
        serde_json::from_str(credential).map_err(|_| unreadable())?;
    let named = us.identify_discoverable_authentication(&credential);
    let (user, credential_id) = named.map_err(|error| refused(&error))?;
    let credential_id = URL_SAFE_NO_PAD.encode(credential_id);
    let found = table::by_credential(state.db.read(), &credential_id).await?;
    let row = found
        .filter(|row| row.user == UserId(user))
        .ok_or_else(unknown)?;
    let mut passkey = read::<Passkey>(&row.passkey)?;
    let known = DiscoverableKey::from(&passkey);
    let answer = us.finish_discoverable_authentication_v2(&credential, remembered, &known);
    let now = state.clock.now();
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            note_refusal(state, Some(row.user), "passkey").await?;
            return Err(refused(&error));
        }
    };
    passkey.update_credential(&answer);
    let login = GeneratedLogin::new(now, row.user, client);
    let (after, counts) = (write(&passkey)?, [limits::of_ceremony(state, client)]);
    let signing_in = state.db.write(|txn| {
        let (row, login, after, counts) = (&row, &login, &after, &counts);
        async move {
            if users::lock_password(txn, row.user).await?.is_none()
                || !table::used(txn, row, after, now).await?
            {
                return Err(unknown());
            }
            limits::succeeded(txn, counts).await?;
            replace(txn, replaces, now).await?;
            login.insert(txn).await?;
            record(txn, AuditAction::SignedIn, row.user, "with a passkey", now).await?;
            Ok::<_, Error>(())
        }
        .scope_boxed()
    });
    signing_in.await?;
    Ok(login.into_new())
}

/// Writes a person an email that says what happened to their account.
pub(crate) async fn tell(
    txn: &Txn,
    user: UserId,
    what: AccountEmail,
    now: Timestamp,
) -> std::result::Result<(), StoreError> {
    match users::email(txn, user).await? {
        Some(email) => links::write(txn, what, &email, Owner::User(user), now).await,
        None => Ok(()),
    }
}

fn read<T: DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| unexpected(&error))
}

fn write(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| unexpected(&error))
}

fn unexpected(error: &dyn std::error::Error) -> Error {
    Error::Other(format!("passkeys: {error}"))
}

fn unknown() -> Error {
    let why = "This passkey is not known here (any more). Sign in another way, and remove it from your device.";
    Problem::Conflict(why.to_owned()).into()
}

fn unreadable() -> Error {
    Problem::Malformed("The browser's answer could not be read.".to_owned()).into()
}

fn refused(error: &dyn std::error::Error) -> Error {
    tracing::info!(%error, "a passkey was refused");
    Problem::Malformed("This passkey did not answer what was asked. Please try again.".to_owned())
        .into()
}
