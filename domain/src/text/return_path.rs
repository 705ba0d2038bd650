//! Where to go after signing in.

use serde::{Deserialize, Serialize};

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
}
