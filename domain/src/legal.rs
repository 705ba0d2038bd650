//! The texts that tell people what they agree to and what is kept about them.

use serde::{Deserialize, Serialize};

/// One of these texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LegalPage {
    /// What is kept, for how long, and who sees it.
    Privacy,
    /// What people agree to.
    Terms,
}

/// Such a text as a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegalText {
    /// Its heading, as plain text.
    pub title: String,
    /// All of it, heading included, as HTML that is safe to show.
    pub html: String,
}
