//! Ids of elements that views set and code of the browser looks up.

/// The main part of every page.
pub const MAIN: &str = "main";
/// Leads to [`MAIN`].
pub const MAIN_LINK: &str = "#main";
