//! Text from people and addresses from browsers, parsed once at the edge.

use serde::{Deserialize, Serialize};

/// Longest display name, in characters. LiveKit takes 256 bytes; 60 characters fit four bytes each.
pub const NAME_MAX: usize = 60;
/// Longest session title, in characters.
pub const TITLE_MAX: usize = 120;
/// Shortest and longest password, in characters (OWASP ASVS 5.0 §6.2).
pub const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 10..=200;

/// Why a text was refused; the message is shown next to the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TextProblem(pub String);

fn refuse<T>(message: impl Into<String>) -> Result<T, TextProblem> {
    Err(TextProblem(message.into()))
}

/// Whether a character could disturb its surroundings: controls, and the characters that reorder
/// or hide text (Unicode bidirectional controls, zero-width characters, line separators).
fn is_disruptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

/// One line for people to read: disruptive characters dropped, white space folded and trimmed.
pub fn one_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !is_disruptive(*c))
        .collect();
    spaced
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

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

/// A person's name as others see it: one line, 1–60 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DisplayName(String);

impl DisplayName {
    /// Parses and normalises.
    ///
    /// # Errors
    /// When nothing readable is left or it is too long.
    pub fn parse(text: &str) -> Result<Self, TextProblem> {
        let name = one_line(text);
        match name.chars().count() {
            0 => refuse("Enter the name others should see."),
            n if n > NAME_MAX => refuse(format!("Use at most {NAME_MAX} characters.")),
            _ => Ok(Self(name)),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a session is about: one line, 1–120 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Title(String);

impl Title {
    /// Parses and normalises.
    ///
    /// # Errors
    /// When nothing readable is left or it is too long.
    pub fn parse(text: &str) -> Result<Self, TextProblem> {
        let title = one_line(text);
        match title.chars().count() {
            0 => refuse("Say in a few words what the session is about."),
            n if n > TITLE_MAX => refuse(format!("Use at most {TITLE_MAX} characters.")),
            _ => Ok(Self(title)),
        }
    }

    /// The title.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A short label: one line, may be empty, at most [`TITLE_MAX`] characters.
///
/// # Errors
/// When it is too long.
pub fn short_label(text: &str) -> Result<String, TextProblem> {
    let label = one_line(text);
    if label.chars().count() > TITLE_MAX {
        return refuse(format!("Use at most {TITLE_MAX} characters."));
    }
    Ok(label)
}

/// Several lines of plain text of at most `max` characters; line breaks stay, other controls go.
///
/// # Errors
/// When it is too long.
pub fn paragraph(text: &str, max: usize) -> Result<String, TextProblem> {
    let clean: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| *c == '\n' || !is_disruptive(*c))
        .collect();
    let clean = clean.trim().to_owned();
    if clean.chars().count() > max {
        refuse(format!("Use at most {max} characters."))
    } else {
        Ok(clean)
    }
}

/// Checks a new password against its length and the person's own address.
///
/// # Errors
/// When it is too short, too long, too uniform, or contains the address's name.
pub fn check_password(password: &str, email: &EmailAddress) -> Result<(), TextProblem> {
    let length = password.chars().count();
    if length < *PASSWORD_LENGTH.start() {
        return refuse(format!(
            "Use at least {} characters.",
            PASSWORD_LENGTH.start()
        ));
    }
    if length > *PASSWORD_LENGTH.end() {
        return refuse(format!("Use at most {} characters.", PASSWORD_LENGTH.end()));
    }
    let mut distinct: Vec<char> = password.to_lowercase().chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let name = email.as_str().split('@').next().unwrap_or_default();
    if distinct.len() < 5 || (name.len() >= 4 && password.to_lowercase().contains(name)) {
        return refuse("That password is easy to guess. Try a few unrelated words.");
    }
    Ok(())
}

/// A path on our own origin to return to after signing in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReturnPath(String);

impl ReturnPath {
    /// Accepts an absolute path with optional query on our own origin; anything that a browser
    /// could read as another origin becomes `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "/-_.~?&=%+,".contains(c);
        let path = text.split('?').next().unwrap_or_default();
        let lower = path.to_ascii_lowercase();
        let ok = text.len() <= 512
            && text.starts_with('/')
            && !path.starts_with("//")
            && text.chars().all(allowed)
            && !lower.contains("%2f")
            && !lower.contains("%5c")
            && !path.split('/').any(|part| part == "." || part == "..");
        ok.then(|| Self(text.to_owned()))
    }

    /// The path, safe for a `Location` header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn return_paths_never_leave_the_origin() {
        for evil in [
            "//evil.example",
            "/\\evil.example",
            "https:evil",
            "https://evil.example",
            "%2f%2fevil",
            "javascript:alert(1)",
            "/%2fevil",
            "/%5Cevil",
            "/x@evil",
            "/\t/evil",
            "/a\nb",
            "",
            "meeting",
            "/../x",
            "/a/./b",
        ] {
            assert_eq!(ReturnPath::parse(evil), None, "{evil:?}");
        }
        for good in [
            "/",
            "/dashboard?left=1",
            "/meeting/00000000-0000-0000-0000-000000000001",
        ] {
            assert!(ReturnPath::parse(good).is_some(), "{good}");
        }
    }

    #[test]
    fn hostile_names_become_plain_lines() {
        for (raw, clean) in [
            ("  Ada\tLovelace \r\n", "Ada Lovelace"),
            ("Eve\u{202E}gnp.exe", "Evegnp.exe"),
            ("a\0b\u{7}c", "abc"),
            ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ] {
            assert_eq!(
                DisplayName::parse(raw).map(|n| n.as_str().to_owned()),
                Ok(clean.to_owned())
            );
        }
        assert!(DisplayName::parse("\u{200B}\u{FEFF} ").is_err());
        assert!(DisplayName::parse(&"x".repeat(61)).is_err());
    }

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

    #[test]
    fn weak_passwords_are_refused_with_a_reason() {
        let email = EmailAddress::parse("lovelace@example.org").expect("valid");
        for bad in [
            "short",
            "aaaaaaaaaaaaaaaa",
            "my-lovelace-1815",
            &"x1y2z3".repeat(60),
        ] {
            assert!(check_password(bad, &email).is_err(), "{bad}");
        }
        assert_eq!(check_password("correct horse battery", &email), Ok(()));
    }

    proptest! {
        #[test]
        fn cleaning_text_is_stable_and_bounded(raw in "\\PC{0,200}|[\\x00-\\x1f\\u{200b}-\\u{202e}a-z ]{0,80}") {
            if let Ok(name) = DisplayName::parse(&raw) {
                prop_assert!(name.as_str().chars().count() <= NAME_MAX);
                prop_assert_eq!(DisplayName::parse(name.as_str()), Ok(name));
            }
        }
    }
}
