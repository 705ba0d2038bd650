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
                !user.is_empty()
                    && user.len() <= 64
                    && !host.contains('@')
                    && host.len() >= 3
                    && host.split('.').count() >= 2
                    && host.split('.').all(|label| {
                        !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
                    })
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
        ] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(
            EmailAddress::parse(" Ada@Example.ORG ").map(|e| e.as_str().to_owned()),
            Ok("ada@example.org".to_owned())
        );
    }
}
