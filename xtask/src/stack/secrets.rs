//! Keys and secrets made for one machine or one run.

use anyhow::{Context, Result};
use std::{fs::File, io::Read};

/// So many random bytes of the operating system, as hexadecimal digits.
///
/// # Errors
/// When the system gives none.
pub fn random_hex(bytes: usize) -> Result<String> {
    let mut random = vec![0; bytes];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut random))
        .context("reading /dev/urandom")?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}
