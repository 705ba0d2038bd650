//! Keeping people safe from each other: what concerns are about.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// Longest text of a report, in characters.
pub const REPORT_MAX: usize = 2_000;

/// What a reported concern is about; its word is stored in `reports.category`.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ReportCategory {
    /// Somebody may come to harm.
    Danger,
    /// Insults, threats, pressure.
    Harassment,
    /// Sexual or otherwise inappropriate words or pictures.
    Inappropriate,
    /// Asks for money, private contact, or personal data.
    Boundaries,
    /// Is not who they say they are.
    Impersonation,
    /// Anything else.
    Other,
}

impl ReportCategory {
    /// What the one who reports chooses.
    pub fn text(self) -> &'static str {
        match self {
            Self::Danger => "Somebody may come to harm",
            Self::Harassment => "Insults, threats or pressure",
            Self::Inappropriate => "Sexual or otherwise inappropriate words or pictures",
            Self::Boundaries => "Asks for money, private contact or personal data",
            Self::Impersonation => "Is not who they say they are",
            Self::Other => "Something else",
        }
    }
}
