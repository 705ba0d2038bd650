//! What became of a form that was sent without JavaScript, carried over one redirect in a cookie.
//!
//! Leptos would put the error into the address: it would pile up there, be kept in the history, and
//! anybody could make a link that shows a text of their choice. Passwords are never carried.

use crate::{page_context::Flash, url_words::TOKEN};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::time::Millis;
use http::{HeaderMap, HeaderValue};
use server::{config::Config, http::cookie};

const NAME: &str = "__Host-ym_form";
/// Browsers take 4,096 bytes for name, value and attributes together.
const VALUE_MAX: usize = 3_900;
/// Long enough for the redirect on a slow line.
const LIFETIME: Millis = Millis::minutes(1);

/// `Set-Cookie` that carries `flash`, as far as it fits.
pub fn set(config: &Config, flash: Flash) -> Option<HeaderValue> {
    Some(cookie::write(config, NAME, &fit(flash)?, LIFETIME))
}

/// The cookie's value, without empty values; the longest ones are dropped until it fits.
fn fit(mut flash: Flash) -> Option<String> {
    flash.values.retain(|(_, value)| !value.is_empty());
    loop {
        let text = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&flash).ok()?);
        if text.len() <= VALUE_MAX {
            return Some(text);
        }
        let longest = (0..flash.values.len()).max_by_key(|i| flash.values[*i].1.len())?;
        let (field, _) = flash.values.swap_remove(longest);
        flash.lost.push(field);
    }
}

/// `Set-Cookie` that removes it.
pub fn clear(config: &Config) -> HeaderValue {
    cookie::write(config, NAME, "", Millis(0))
}

/// The flash a request carries.
pub fn read(config: &Config, headers: &HeaderMap) -> Option<Flash> {
    let value = cookie::read(config, NAME, headers)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(value).ok()?).ok()
}

/// What may be carried of a form's fields: nothing secret.
pub fn may_keep(field: &str) -> bool {
    !field.contains("password") && ![TOKEN, "credential", "code"].contains(&field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::problem::Problem;

    fn carried(values: Vec<(String, String)>) -> Flash {
        let flash = Flash {
            path: "/api/fn/save_schedule".to_owned(),
            problem: Some(Problem::field("hours", "No.")),
            values,
            lost: Vec::new(),
        };
        let text = fit(flash).expect("fits");
        assert!(text.len() <= VALUE_MAX);
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).expect("base64")).expect("JSON")
    }

    #[test]
    fn a_form_of_many_empty_lines_is_carried_whole() {
        let line = |n: usize| {
            let used = if n.is_multiple_of(8) { "09:00" } else { "" };
            (format!("hours[{n}][from]"), used.to_owned())
        };
        let flash = carried((0..400).map(line).collect());
        assert_eq!((flash.values.len(), flash.lost.len()), (50, 0));
    }

    #[test]
    fn what_is_too_long_is_lost_by_name() {
        let long = ("bio".to_owned(), "x".repeat(VALUE_MAX));
        let flash = carried(vec![long, ("headline".to_owned(), "Short".to_owned())]);
        assert_eq!(flash.lost, ["bio"]);
        assert_eq!(flash.values.len(), 1);
    }
}
