//! Names of people, titles of sessions.

use super::{NAME_MAX, TITLE_MAX, TextProblem, characters::is_visible, one_line, refuse};
use serde::{Deserialize, Serialize};

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
            _ if !name.chars().any(is_visible) => refuse("Enter the name others should see."),
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
            _ if !title.chars().any(is_visible) => {
                refuse("Say in a few words what the session is about.")
            }
            n if n > TITLE_MAX => refuse(format!("Use at most {TITLE_MAX} characters.")),
            _ => Ok(Self(title)),
        }
    }

    /// The title.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
        for blank in [
            "\u{301}",
            "\u{3164}",
            "\u{2800}",
            "\u{200D} \u{FE0F}",
            "\u{E0067}",
        ] {
            assert!(DisplayName::parse(blank).is_err(), "{blank:?}");
            assert!(Title::parse(blank).is_err(), "{blank:?}");
        }
    }

    proptest! {
        #[test]
        fn cleaning_text_is_stable_and_bounded(raw in "\\PC{0,200}|[\\x00-\\x1f\\u{200b}-\\u{202e}a-z ]{0,80}") {
            if let Ok(name) = DisplayName::parse(&raw) {
                prop_assert!(name.as_str().chars().count() <= NAME_MAX);
                prop_assert!(name.as_str().len() <= 256, "LiveKit's limit");
                prop_assert_eq!(DisplayName::parse(name.as_str()), Ok(name));
            }
        }
    }
}
