//! Ceremonies: ways to sign in that take two requests. What the server has to remember in between is in the database,
//! for a few minutes and one use, and belongs to the browser that began.

use crate::{
    AppState, Error, Result,
    credentials::{generate_token, token_hash},
    store::{
        ScopedFutureExt, StoreError, Txn,
        ceremonies::{self, CeremonyRow},
    },
};
use domain::{
    ids::LoginId,
    problem::Problem,
    time::{Millis, Timestamp},
};
use secrecy::SecretString;
use serde::{Serialize, de::DeserializeOwned};
use strum::IntoStaticStr;

/// Time enough to find one's phone, or to sign in at another provider.
const LASTS: Millis = Millis::minutes(10);

/// What is begun; its word is stored in `ceremonies.kind`.
#[derive(Debug, Clone, Copy, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(super) enum Kind {
    /// Adds a passkey.
    AddPasskey,
    /// Signs in with a passkey.
    Passkey,
    /// Signs in at another provider, or links the account there.
    Provider,
}

/// A ceremony that was just begun; the token goes into a cookie and is stored only as a hash.
#[derive(Debug)]
pub struct Ceremony {
    /// 256 random bits, base64url.
    pub token: SecretString,
    /// From then on it is void.
    pub expires_at: Timestamp,
}

/// Begins one, for a login if somebody is signed in.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn begin(
    state: &AppState,
    kind: Kind,
    login: Option<LoginId>,
    remembered: &impl Serialize,
) -> Result<Ceremony> {
    let token = generate_token();
    let expires_at = state.clock.now() + LASTS;
    let row = CeremonyRow {
        token_hash: token_hash(&token),
        kind: word(kind).to_owned(),
        login,
        state: serde_json::to_string(remembered).map_err(|e| Error::Other(e.to_string()))?,
        expires_at,
    };
    let inserting = state.db.write(|txn| {
        let row = &row;
        async move { ceremonies::insert(txn, row).await }.scope_boxed()
    });
    inserting.await?;
    Ok(Ceremony {
        token: SecretString::from(token),
        expires_at,
    })
}

/// What was remembered of the ceremony that this browser, and this login, began. It is gone afterwards, whatever comes
/// of it.
///
/// # Errors
/// `Problem::Conflict` when there is none (any more).
pub(super) async fn end<T: DeserializeOwned>(
    state: &AppState,
    kind: Kind,
    token: Option<&str>,
    login: Option<LoginId>,
) -> Result<T> {
    let (remembered, began) = end_of_browser(state, kind, token).await?;
    match began == login {
        true => Ok(remembered),
        false => Err(over()),
    }
}

/// As [`end`], with the login that began it, which the caller compares.
///
/// # Errors
/// `Problem::Conflict` when there is none (any more).
pub(super) async fn end_of_browser<T: DeserializeOwned>(
    state: &AppState,
    kind: Kind,
    token: Option<&str>,
) -> Result<(T, Option<LoginId>)> {
    let hash = token_hash(token.unwrap_or_default());
    let now = state.clock.now();
    let taking = state.db.write(|txn| {
        let hash = &hash;
        async move { take(txn, kind, hash, now).await }.scope_boxed()
    });
    let found = taking.await?.ok_or_else(over)?;
    Ok((read(&found)?, found.login))
}

/// What is remembered of a ceremony. Uses nothing up.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn look<T: DeserializeOwned>(
    state: &AppState,
    kind: Kind,
    token: Option<&str>,
) -> Result<Option<T>> {
    let (hash, now) = (token_hash(token.unwrap_or_default()), state.clock.now());
    let found = ceremonies::find(state.db.read(), word(kind), &hash, now).await?;
    found.as_ref().map(read).transpose()
}

fn read<T: DeserializeOwned>(row: &CeremonyRow) -> Result<T> {
    serde_json::from_str(&row.state).map_err(|e| Error::Other(e.to_string()))
}

async fn take(
    txn: &Txn,
    kind: Kind,
    hash: &str,
    now: Timestamp,
) -> std::result::Result<Option<CeremonyRow>, StoreError> {
    ceremonies::take(txn, word(kind), hash, now).await
}

fn word(kind: Kind) -> &'static str {
    kind.into()
}

/// Refuses a ceremony.
pub(super) fn over() -> Error {
    Problem::Conflict("That took too long, or was done already. Please try again.".to_owned())
        .into()
}
