//! Our cookies. The login's token is stored nowhere else; the database has only a hash of it.

use crate::{
    accounts::{Ceremony, NewLogin, Waiting},
    config::Config,
};
use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, SameSite, time::Duration};
use domain::time::{Millis, Timestamp};
use secrecy::{ExposeSecret, SecretString};

/// Over https browsers accept such a name only with `Secure`, `Path=/` and no `Domain`.
const HOST_ONLY: &str = "__Host-";
const LOGIN: &str = "__Host-ym_login";
const SIGN_UP: &str = "__Host-ym_sign_up";
const CEREMONY: &str = "__Host-ym_ceremony";

/// Name of the login's cookie under this configuration.
pub fn name(config: &Config) -> &'static str {
    name_of(config, LOGIN)
}

/// `Set-Cookie` for a new login.
pub fn set(config: &Config, login: &NewLogin, now: Timestamp) -> HeaderValue {
    secret(config, LOGIN, &login.token, login.expires_at.since(now))
}

/// `Set-Cookie` that removes the login's cookie.
pub fn clear(config: &Config) -> HeaderValue {
    write(config, LOGIN, "", Millis(0))
}

/// `Set-Cookie` for a sign-up that waits for its address to be proved, or that removes it.
pub fn sign_up(config: &Config, waiting: Option<&Waiting>, now: Timestamp) -> HeaderValue {
    let Some(waiting) = waiting else {
        return write(config, SIGN_UP, "", Millis(0));
    };
    secret(
        config,
        SIGN_UP,
        &waiting.token,
        waiting.expires_at.since(now),
    )
}

/// What a request carries of a sign-up.
pub fn sign_up_token(config: &Config, headers: &HeaderMap) -> Option<String> {
    read(config, SIGN_UP, headers)
}

/// `Set-Cookie` for a ceremony that was begun, or that removes it.
pub fn ceremony(config: &Config, begun: Option<&Ceremony>, now: Timestamp) -> HeaderValue {
    let Some(begun) = begun else {
        return write(config, CEREMONY, "", Millis(0));
    };
    secret(config, CEREMONY, &begun.token, begun.expires_at.since(now))
}

/// What a request carries of a ceremony.
pub fn ceremony_token(config: &Config, headers: &HeaderMap) -> Option<String> {
    read(config, CEREMONY, headers)
}

/// The token a request carries.
pub fn token(config: &Config, headers: &HeaderMap) -> Option<String> {
    read(config, LOGIN, headers)
}

/// As [`write()`], for what must never be in a log.
fn secret(
    config: &Config,
    name: &'static str,
    token: &SecretString,
    lifetime: Millis,
) -> HeaderValue {
    let mut value = write(config, name, token.expose_secret(), lifetime);
    value.set_sensitive(true);
    value
}

/// `Set-Cookie` for the cookie `__Host-…`, which scripts cannot read; `value` must be base64url.
pub fn write(config: &Config, name: &'static str, value: &str, lifetime: Millis) -> HeaderValue {
    let cookie = Cookie::build((name_of(config, name), value))
        .path("/")
        .max_age(Duration::seconds(lifetime.as_seconds_ceil()))
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(config.app_url.is_https)
        .build();
    // With such a value the text is always a valid header value.
    HeaderValue::try_from(cookie.to_string()).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The value of the cookie `__Host-…` that a request carries.
pub fn read(config: &Config, name: &'static str, headers: &HeaderMap) -> Option<String> {
    let name = name_of(config, name);
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

fn name_of(config: &Config, name: &'static str) -> &'static str {
    match name.strip_prefix(HOST_ONLY) {
        Some(plain) if !config.app_url.is_https => plain,
        Some(_) | None => name,
    }
}
