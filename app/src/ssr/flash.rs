//! What became of a form that was sent without JavaScript, carried over one redirect in a cookie.
//!
//! Leptos would put the error into the address: it would pile up there, be kept in the history, and
//! anybody could make a link that shows words of their choice. Passwords are never carried.

use crate::components::form::Flash;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue, header};
use server::config::Config;

/// Browsers take 4,096 bytes for name, value and attributes together.
const VALUE_MAX: usize = 3_900;
/// Long enough for the redirect on a slow line.
const LIFETIME_S: u32 = 60;

fn name(config: &Config) -> &'static str {
    if config.app_url.is_https {
        "__Host-ym_form"
    } else {
        "ym_form"
    }
}

fn build(config: &Config, value: &str, lifetime_s: u32) -> Option<HeaderValue> {
    let secure = if config.app_url.is_https {
        "; Secure"
    } else {
        ""
    };
    let name = name(config);
    HeaderValue::try_from(format!(
        "{name}={value}; Path=/; Max-Age={lifetime_s}; HttpOnly; SameSite=Lax{secure}"
    ))
    .ok()
}

/// `Set-Cookie` that carries `flash`; the longest values are dropped until it fits.
pub fn set(config: &Config, mut flash: Flash) -> Option<HeaderValue> {
    loop {
        let text = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&flash).ok()?);
        if text.len() <= VALUE_MAX {
            return build(config, &text, LIFETIME_S);
        }
        let longest = (0..flash.values.len()).max_by_key(|i| flash.values[*i].1.len())?;
        flash.values.swap_remove(longest);
    }
}

/// `Set-Cookie` that removes it.
pub fn clear(config: &Config) -> Option<HeaderValue> {
    build(config, "", 0)
}

/// The flash a request carries.
pub fn read(config: &Config, headers: &HeaderMap) -> Option<Flash> {
    let name = name(config);
    let pairs = headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.into_iter().find(|(key, _)| *key == name)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(value).ok()?).ok()
}

/// What may be carried of a form's fields: nothing secret.
pub fn may_keep(field: &str) -> bool {
    !field.contains("password")
}
