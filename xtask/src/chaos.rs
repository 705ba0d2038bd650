//! Faults on purpose: processes killed, databases and LiveKit lost, a full disk. Prints a table of what was
//! lost (nothing, or the command fails) and how long it took to recover.

use crate::tools;
use anyhow::{Context, Result, bail};
use std::process::Stdio;

/// How to do it.
#[derive(Debug, clap::Args)]
pub struct Chaos {
    /// For how many minutes old tokens are tried after a room's end; LiveKit's own live for ten.
    #[arg(long, default_value_t = 11)]
    token_minutes: u32,
}

/// Runs every fault, one after the other.
///
/// # Errors
/// When something is lost or does not recover.
pub fn run(chaos: &Chaos) -> Result<()> {
    let script = r#"
        scratch=$(mktemp -d)
        # PostgreSQL is restarted on the way, so its last process is none of ours.
        stop() {
            [[ -z ${YM_POSTGRES_CTL:-} ]] || (cd / && $YM_POSTGRES_CTL stop -m immediate) || true
            ym_stop_all
            rm -rf "$scratch"
        }
        trap stop EXIT
        ym_prerequisites; ym_rust; ym_npm >&2; ym_livekit >&2
        ym_start_postgres "$scratch" >&2
        cargo test --locked "${YM_PACKAGES[@]}" --test processes -- --ignored --nocapture --test-threads 1
        cargo test --locked "${YM_PACKAGES[@]}" --features young-minds/fail-points --test processes -- --ignored --nocapture fail_points
        ym_build_tools >&2
        ym_build dev "$YM_TARGET_DIR/test-site" "$YM_TARGET_DIR/test-dist" >&2
        export YM_DIST=$YM_TARGET_DIR/test-dist YM_SCRATCH=$scratch
        cd end2end
        for hooks in on off; do
            YM_WEBHOOKS=$hooks YM_LOGS=servers-rooms ./node_modules/.bin/playwright test --config tools.config.ts --project rooms
        done
    "#;
    let output = tools::script_command(script)?
        .env("YM_CHAOS_TOKEN_MINUTES", chaos.token_minutes.to_string())
        .stderr(Stdio::inherit())
        .output()
        .context("running bash")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let rows = text.lines().filter_map(|line| line.split_once("CHAOS|"));
    println!(
        "{:<58} {:>5} {:>5} {:>9}",
        "fault", "runs", "lost", "recovered"
    );
    for (_, row) in rows {
        let mut cells = row.split('|');
        let mut cell = || cells.next().unwrap_or_default();
        let (fault, runs, lost, recovered) = (cell(), cell(), cell(), cell());
        println!("{fault:<58} {runs:>5} {lost:>5} {recovered:>9}");
    }
    if !output.status.success() {
        println!("{text}");
        bail!("something was lost or did not recover");
    }
    Ok(())
}
