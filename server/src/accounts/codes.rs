//! Codes of an authenticator app (TOTP, RFC 6238), and recovery codes for when it is lost.

use super::{CurrentLogin, end_logins, limits, logins::record, passkeys::tell};
use crate::{
    AppState, Error, Result,
    credentials::token_hash,
    store::{ScopedFutureExt, StoreError, Txn, authenticators, passkeys, users},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    account::AccountEmail,
    audit::AuditAction,
    ids::UserId,
    problem::Problem,
    text::{EmailAddress, TextProblem},
    time::Timestamp,
    views::CodesSetup,
};
use qrcode::{QrCode, render::svg};
use totp_rs::{Builder, Secret, Totp};

/// Recovery codes a person gets.
const RECOVERY_CODES: usize = 10;
/// Letters of a recovery code: 80 bits, which nobody tries out who has nothing but the hash.
const RECOVERY_LETTERS: usize = 16;
/// Shortest side of the picture, in pixels.
const PICTURE: u32 = 220;

/// Begins to set an app up, with a secret of its own.
///
/// # Errors
/// `Problem::Conflict` when codes are asked for already, or the person did not say who they are a moment ago.
pub async fn start_codes(state: &AppState, login: &CurrentLogin) -> Result<()> {
    login.require_confirmed(state)?;
    let user = login.me.id;
    let found = authenticators::find(state.db.read(), user).await?;
    if found.is_some_and(|row| row.on_since.is_some()) {
        return Err(on_already());
    }
    let secret = Secret::from(rand::random::<[u8; 20]>()).to_base32();
    let putting = state.db.write(|txn| {
        let secret = &secret;
        async move { authenticators::put_secret(txn, user, secret).await }.scope_boxed()
    });
    Ok(putting.await?)
}

/// What an app that is being set up is told; `None` when none is.
///
/// # Errors
/// When the database does not answer.
pub async fn codes_setup(state: &AppState, login: &CurrentLogin) -> Result<Option<CodesSetup>> {
    if login.require_confirmed(state).is_err() {
        return Ok(None);
    }
    let found = authenticators::find(state.db.read(), login.me.id).await?;
    let Some(row) = found.filter(|row| row.on_since.is_none()) else {
        return Ok(None);
    };
    let address = totp(&row.secret, Some((&state.config.app_name, &login.me.email)))?
        .to_url()
        .map_err(|error| unexpected(&error))?;
    let code = QrCode::new(address).map_err(|error| unexpected(&error))?;
    let svg = code
        .render::<svg::Color<'_>>()
        .min_dimensions(PICTURE, PICTURE)
        .build();
    let groups: Vec<&str> = row
        .secret
        .as_bytes()
        .chunks(4)
        .filter_map(|letters| std::str::from_utf8(letters).ok())
        .collect();
    Ok(Some(CodesSetup {
        picture: format!("data:image/svg+xml;base64,{}", STANDARD.encode(svg)),
        secret: groups.join(" "),
    }))
}

/// Asks for codes at every sign-in from now on, once the app has shown a right one; the recovery codes.
///
/// # Errors
/// `Problem::Invalid` on `code`; `Problem::TooMany` after too many guesses; `Problem::Conflict` when no app is being
/// set up, or the person did not say who they are a moment ago.
pub async fn turn_codes_on(
    state: &AppState,
    login: &CurrentLogin,
    code: &str,
) -> Result<Vec<String>> {
    login.require_confirmed(state)?;
    let (user, now) = (login.me.id, state.clock.now());
    let counts = [limits::of_code(state, user)];
    limits::take(state, &counts).await?;
    let found = authenticators::find(state.db.read(), user).await?;
    let row = found.ok_or_else(nothing_to_turn_on)?;
    if row.on_since.is_some() {
        return Err(on_already());
    }
    let step = matching_step(&row.secret, code, now)?.ok_or_else(wrong)?;
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| draw()).collect();
    let hashes: Vec<String> = codes.iter().map(|code| recovery_hash(user, code)).collect();
    let turning = state.db.write(|txn| {
        let (secret, hashes, counts) = (&row.secret, &hashes, &counts);
        async move {
            if !authenticators::turn_on(txn, user, secret, step, now).await? {
                return Err(nothing_to_turn_on());
            }
            authenticators::put_recovery_codes(txn, user, hashes).await?;
            limits::succeeded(txn, counts).await?;
            tell(txn, user, AccountEmail::CodesOn, now).await?;
            record(txn, AuditAction::CodesOn, user, "", now).await?;
            Ok::<_, Error>(())
        }
        .scope_boxed()
    });
    turning.await?;
    Ok(codes)
}

/// Asks for no codes any more.
///
/// # Errors
/// `Problem::Conflict` when the person did not say who they are a moment ago.
pub async fn turn_codes_off(state: &AppState, login: &CurrentLogin) -> Result<()> {
    login.require_confirmed(state)?;
    let (user, now) = (login.me.id, state.clock.now());
    let turning = state.db.write(|txn| {
        async move {
            if authenticators::delete(txn, user).await? {
                tell(txn, user, AccountEmail::CodesOff, now).await?;
                record(txn, AuditAction::CodesOff, user, "", now).await?;
            }
            Ok::<_, StoreError>(())
        }
        .scope_boxed()
    });
    Ok(turning.await?)
}

/// New recovery codes; the old ones stop working.
///
/// # Errors
/// `Problem::Conflict` when no codes are asked for, or the person did not say who they are a moment ago.
pub async fn new_recovery_codes(state: &AppState, login: &CurrentLogin) -> Result<Vec<String>> {
    login.require_confirmed(state)?;
    let (user, now) = (login.me.id, state.clock.now());
    let found = authenticators::find(state.db.read(), user).await?;
    if found.is_none_or(|row| row.on_since.is_none()) {
        return Err(nothing_to_turn_on());
    }
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| draw()).collect();
    let hashes: Vec<String> = codes.iter().map(|code| recovery_hash(user, code)).collect();
    let putting = state.db.write(|txn| {
        let hashes = &hashes;
        async move {
            authenticators::put_recovery_codes(txn, user, hashes).await?;
            record(txn, AuditAction::CodesOn, user, "new recovery codes", now).await
        }
        .scope_boxed()
    });
    putting.await?;
    Ok(codes)
}

/// Removes a person's authenticator app, recovery codes and passkeys, and ends their logins:
/// `admin reset-second-factor`.
///
/// # Errors
/// `Problem::NotFound` for an unknown address.
pub async fn reset_second_factor(state: &AppState, email: &str) -> Result<()> {
    let email = EmailAddress::parse(email).map_err(|TextProblem(m)| Problem::field("email", m))?;
    let known = users::credentials(state.db.read(), &email).await?;
    let (user, now) = (known.ok_or(Problem::NotFound)?.id, state.clock.now());
    let resetting = state.db.write(|txn| {
        async move {
            authenticators::delete(txn, user).await?;
            passkeys::delete_all(txn, user).await?;
            end_logins(txn, user, |_| true, now).await?;
            tell(txn, user, AccountEmail::CodesOff, now).await?;
            record(txn, AuditAction::SecondFactorReset, user, "", now).await
        }
        .scope_boxed()
    });
    Ok(resetting.await?)
}

/// Uses up what somebody gave at sign-in; how the audit log names it: a code of their app, or a recovery code. `None` when
/// it is neither, or was used already.
pub(super) async fn take(
    txn: &Txn,
    user: UserId,
    secret: &str,
    code: &str,
    now: Timestamp,
) -> Result<Option<&'static str>> {
    if let Some(step) = matching_step(secret, code, now)? {
        let is_new = authenticators::use_step(txn, user, step).await?;
        return Ok(is_new.then_some("with a code"));
    }
    let hash = recovery_hash(user, code);
    let is_one = authenticators::take_recovery_code(txn, user, &hash).await?;
    Ok(is_one.then_some("with a recovery code"))
}

/// The time step whose code it is: the one of now, the one before, or the one after, as clocks differ.
fn matching_step(secret: &str, code: &str, now: Timestamp) -> Result<Option<i64>> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let seconds = u64::try_from(now.0 / 1_000).unwrap_or_default();
    let step = totp(secret, None)?.check(&digits, seconds);
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

/// With the names that the app shows, if it is to be told: ours and the person's.
fn totp(secret: &str, names: Option<(&str, &str)>) -> Result<Totp> {
    let secret = Secret::try_from_base32(secret).map_err(|error| unexpected(&error))?;
    let builder = Builder::new().with_secret(secret).with_skew(1);
    let builder = match names {
        // A colon is what separates the two in the address.
        Some((app, person)) => builder
            .with_issuer(Some(app.replace(':', " ")))
            .with_account_name(person.replace(':', " ")),
        None => builder,
    };
    builder.build().map_err(|error| unexpected(&error))
}

/// Letters that nobody mistakes for each other, in groups of four.
fn draw() -> String {
    let letters = base32(&rand::random::<[u8; RECOVERY_LETTERS]>());
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    groups.join("-")
}

/// Five bits of each byte as a letter or digit.
fn base32(bytes: &[u8]) -> Vec<char> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letter = |byte: &u8| char::from(LETTERS[usize::from(byte % 32)]);
    bytes.iter().map(letter).collect()
}

/// However somebody types it.
fn recovery_hash(user: UserId, code: &str) -> String {
    let letters: String = code
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .map(|c| c.to_ascii_lowercase())
        .collect();
    token_hash(&format!("recovery {user} {letters}"))
}

pub(super) fn wrong() -> Error {
    Problem::field(
        "code",
        "That is not the code, or it was used already. Wait for the next one.",
    )
    .into()
}

fn on_already() -> Error {
    Problem::Conflict("Codes are asked for already.".to_owned()).into()
}

fn nothing_to_turn_on() -> Error {
    Problem::Conflict("Please begin again: no app is being set up.".to_owned()).into()
}

fn unexpected(error: &dyn std::fmt::Display) -> Error {
    Error::Other(format!("codes: {error}"))
}
