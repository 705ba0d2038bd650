//! Rewrites the README's pictures in docs/screenshots, and nothing else.

use crate::tools;
use anyhow::Result;

/// Takes the pictures.
///
/// # Errors
/// When the build or the browser fails.
pub fn run() -> Result<()> {
    tools::run_on_release_build("screenshots", &[])
}
