//! Addresses of email.

use super::{TextProblem, characters::is_disruptive, refuse};
use serde::{Deserialize, Serialize};

/// An email address: one `@`, no spaces or controls, lower case, at most 254 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Parses and normalises.
    ///
    /// # Errors
    /// When the text cannot be an address.
    pub fn parse(text: &str) -> Result<Self, TextProblem> {
        let text = text.trim();
        let plausible = text.len() <= 254
            && text.chars().all(|c| {
                !c.is_whitespace()
                    && !is_disruptive(c)
                    && !matches!(c, ',' | ';' | '<' | '>' | '"' | '\\' | '(' | ')' | ':')
            })
            && text.split_once('@').is_some_and(|(user, host)| {
                !user.is_empty() && user.len() <= 64 && !host.contains('@') && is_host(host)
            });
        if plausible {
            Ok(Self(text.to_lowercase()))
        } else {
            refuse("Enter an email address like name@example.org.")
        }
    }

    /// The normalised address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether no email can ever arrive there: names set aside for tests and examples (RFC 2606,
    /// RFC 6761), for this machine and its network (RFC 6762), and for Tor (RFC 7686).
    pub fn is_reserved(&self) -> bool {
        let host = self.0.split_once('@').map_or("", |(_, host)| host);
        RESERVED.iter().any(|name| {
            host.strip_suffix(name)
                .is_some_and(|before| before.is_empty() || before.ends_with('.'))
        })
    }
}

/// Names that are set aside, with everything below them.
const RESERVED: [&str; 9] = [
    "test",
    "example",
    "invalid",
    "localhost",
    "local",
    "onion",
    "example.com",
    "example.net",
    "example.org",
];

/// Whether mail could go there: a name of several parts, no IP address. Names in any script may.
fn is_host(host: &str) -> bool {
    let mut labels = host.split('.');
    let last = labels.next_back().unwrap_or_default();
    labels.next().is_some()
        && last.chars().any(char::is_alphabetic)
        && host.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .chars()
                    .all(|c| c == '-' || !c.is_ascii() || c.is_ascii_alphanumeric())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_with_header_injection_are_refused() {
        for bad in [
            "",
            "a",
            "a@b",
            "a@b@c.de",
            "a b@c.de",
            "a@c.de\r\nBcc: x@y.z",
            "a@c.de,b@c.de",
            "<a@c.de>",
            "a@.de",
            "a@-x.de",
            "a@127.0.0.1",
            "a@[127.0.0.1]",
            "a@[IPv6:::1]",
            "a@2130706433",
            "a@host.123",
            "a@localhost",
            "a@a_b.de",
            &format!("a@{}.de", "x".repeat(64)),
        ] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(
            EmailAddress::parse(" Ada@Example.ORG ").map(|e| e.as_str().to_owned()),
            Ok("ada@example.org".to_owned())
        );
    }

    #[test]
    fn hosts_in_any_script_are_accepted() {
        for good in [
            "ada@b\u{FC}cher.example",
            "a@xn--bcher-kva.example",
            "a@\u{4F8B}\u{5B50}.\u{6D4B}\u{8BD5}",
            "a@1.2.3.de",
            &format!("a@{}.de", "x".repeat(63)),
        ] {
            assert!(EmailAddress::parse(good).is_ok(), "{good:?}");
        }
    }

    #[test]
    fn names_set_aside_are_known_with_everything_below_them() {
        let is_reserved = |host: &str| {
            EmailAddress::parse(&format!("a@{host}"))
                .expect("an address")
                .is_reserved()
        };
        for host in RESERVED {
            assert!(is_reserved(&format!("mail.{host}")), "{host}");
            assert!(!is_reserved(&format!("{host}.de")), "{host}");
            assert!(!is_reserved(&format!("my{host}.de")), "{host}");
        }
        for host in ["example.com", "Example.ORG", "a.b.example.net"] {
            assert!(is_reserved(host), "{host}");
        }
        for host in ["myexample.com", "example.de", "latest.org"] {
            assert!(!is_reserved(host), "{host}");
        }
    }
}
