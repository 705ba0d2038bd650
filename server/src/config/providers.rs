//! `OIDC_PROVIDERS`: where else people may sign in.

use super::is_loopback;
use secrecy::SecretString;
use serde::Deserialize;
use std::{collections::HashSet, fs};
use url::Url;

/// Another provider that says who somebody is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Its word in our addresses: letters, digits and hyphens.
    pub name: String,
    /// What people read on the button.
    pub label: String,
    /// Its address, as it writes it itself; https, except on this machine.
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// What proves to it that we are we, if it gave us any.
    pub client_secret: Option<SecretString>,
}

/// Reads the file at `path`, a JSON list of providers.
///
/// # Errors
/// Says what is wrong, without what is secret.
pub(super) fn read(path: &str) -> Result<Vec<Provider>, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    parse(&text)
}

fn parse(text: &str) -> Result<Vec<Provider>, String> {
    let providers: Vec<Provider> = serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        format!("is not a list of providers (line {line}, column {column})")
    })?;
    let (mut names, mut issuers) = (HashSet::new(), HashSet::new());
    for provider in &providers {
        let Provider {
            name,
            label,
            issuer,
            client_id,
            client_secret: _,
        } = provider;
        let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || name.len() > 40 || !name.chars().all(is_word) {
            return Err(format!(
                "the name {name:?} must be lower-case letters, digits and hyphens"
            ));
        }
        if label.trim().is_empty() || label.len() > 60 || label.chars().any(char::is_control) {
            return Err(format!(
                "{name}: label must be 1 to 60 characters on one line"
            ));
        }
        if client_id.is_empty() {
            return Err(format!("{name}: client_id is empty"));
        }
        let url = Url::parse(issuer).map_err(|_| format!("{name}: issuer must be an address"))?;
        let is_here = url.host().is_some_and(|host| is_loopback(&host));
        if url.scheme() != "https" && !(url.scheme() == "http" && is_here) {
            return Err(format!(
                "{name}: issuer must be https, unless it is on this machine"
            ));
        }
        if !names.insert(name) || !issuers.insert(issuer) {
            return Err(format!("{name}: its name or issuer is there twice"));
        }
    }
    Ok(providers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn with(field: &str, value: &str) -> Result<Vec<Provider>, String> {
        let mut provider = json!({
            "name": "example", "label": "Example", "issuer": "https://login.example.org",
            "client_id": "young-minds", "client_secret": "very secret",
        });
        provider[field] = Value::from(value);
        parse(&json!([provider]).to_string())
    }

    #[test]
    fn providers_are_checked_and_their_secrets_stay_out_of_sight() {
        for (field, value) in [
            ("name", "example-2"),
            ("issuer", "http://127.0.0.1:4000"),
            ("issuer", "http://localhost:4000/realms/x"),
        ] {
            let good = with(field, value).expect(value);
            assert!(!format!("{good:?}").contains("very secret"));
        }
        for (field, value) in [
            ("name", ""),
            ("name", "Ex/ample"),
            ("label", " "),
            ("issuer", "http://login.example.org"),
            ("issuer", "login.example.org"),
            ("client_id", ""),
            ("scope", "email"),
        ] {
            let refused = with(field, value).expect_err(value);
            assert!(!refused.contains("very secret"), "{refused}");
        }
        let one =
            json!({"name": "a", "label": "A", "issuer": "https://a.example", "client_id": "x"});
        assert!(parse(&json!([one, one]).to_string()).is_err());
        assert!(parse("{}").is_err());
        assert!(parse("[]").expect("none").is_empty());
    }
}
