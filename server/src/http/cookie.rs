//! The login cookie. Its token is stored nowhere else; the database has only a hash of it.

use crate::{accounts::NewLogin, config::Config};
use axum::http::{HeaderMap, HeaderValue, header};
use domain::time::Timestamp;
use secrecy::ExposeSecret;

/// Over https browsers accept this name only with `Secure`, `Path=/` and no `Domain`.
const SECURE_NAME: &str = "__Host-ym_login";
const PLAIN_NAME: &str = "ym_login";

/// Name of the cookie under this configuration.
pub fn name(config: &Config) -> &'static str {
    if config.app_url.is_https {
        SECURE_NAME
    } else {
        PLAIN_NAME
    }
}

/// `Set-Cookie` for a new login.
pub fn set(config: &Config, login: &NewLogin, now: Timestamp) -> HeaderValue {
    let lifetime = login.expires_at.since(now).as_seconds_ceil();
    let mut value = build(config, login.token.expose_secret(), lifetime);
    value.set_sensitive(true);
    value
}

/// `Set-Cookie` that removes the cookie.
pub fn clear(config: &Config) -> HeaderValue {
    build(config, "", 0)
}

fn build(config: &Config, token: &str, max_age_s: i64) -> HeaderValue {
    let secure = if config.app_url.is_https {
        "; Secure"
    } else {
        ""
    };
    let name = name(config);
    let text =
        format!("{name}={token}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax{secure}");
    // A token is base64url, so the text is always a valid header value.
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The token a request carries.
pub fn token(config: &Config, headers: &HeaderMap) -> Option<String> {
    let name = name(config);
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, token)| token.to_owned())
}
