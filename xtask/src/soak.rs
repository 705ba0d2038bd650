//! Checks that take too long for every day: free slots in every zone of the tz database, around
//! every change of clocks of eleven years, against a slow oracle. Prints progress and a summary.

use crate::tools;
use anyhow::{Context, Result, bail};
use std::{
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

/// What to check.
#[derive(Debug, clap::Args)]
pub struct Soak {
    /// Repeats an earlier run; drawn anew when left out.
    #[arg(long)]
    seed: Option<u64>,
    /// Offers that are drawn for each change of clocks.
    #[arg(long, default_value_t = 8)]
    check_start: u32,
}

/// Runs the soak.
///
/// # Errors
/// When a slot is wrong, missing or there twice, or the build fails.
pub fn run(soak: &Soak) -> Result<()> {
    let seed = soak.seed.unwrap_or_else(draw);
    println!("seed {seed}; --seed {seed} repeats this run");
    // xtask does not depend on the server, whose tests these are.
    let status = Command::new(env!("CARGO"))
        .args(["test", "--release", "--locked", "--no-default-features"])
        .args(["--package", "server", "--test", "it", "slots::soak"])
        .args(["--", "--ignored", "--nocapture", "--test-threads", "1"])
        .env("YM_SOAK_SEED", seed.to_string())
        .env("YM_SOAK_OFFERS", soak.check_start.to_string())
        // Set by cargo for this program; the build must not inherit it.
        .env_remove("CARGO_MANIFEST_DIR")
        .current_dir(tools::root())
        .status()
        .context("running cargo test")?;
    if !status.success() {
        bail!("the soak failed; --seed {seed} repeats it");
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "developer automation: a seed nobody has tried"
)]
fn draw() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs())
}
