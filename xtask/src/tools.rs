//! Running the project's own scripts and browser programs.

use anyhow::{Context, Result, bail};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The checkout.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(1)
        .unwrap_or(Path::new("."))
        .to_path_buf()
}

/// Installs what is missing, makes the release build, and runs one project of `end2end/tools` on it with the variables
/// given. The build has folders of its own, so that a running `./start` is not disturbed.
///
/// # Errors
/// When the build or the program fails.
pub fn run_on_release_build(project: &str, variables: &[(&str, &str)]) -> Result<()> {
    bash(
        r#"
        trap ym_stop_all EXIT
        ym_prerequisites; ym_rust; ym_npm; ym_build_tools; ym_livekit
        ym_build release "$YM_TARGET_DIR/bench-site" "$YM_TARGET_DIR/bench-dist" >&2
        export YM_DIST=$YM_TARGET_DIR/bench-dist
        cd end2end
        ./node_modules/.bin/playwright test --config tools.config.ts --project "$1"
        "#,
        &[project],
        variables,
    )
}

/// Runs a script that knows `setup.sh`, in the checkout.
///
/// # Errors
/// When it fails.
pub fn bash(script: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Result<()> {
    let mut command = script_command(script)?;
    let command = command.args(arguments).envs(variables.iter().copied());
    if !command.status().context("running bash")?.success() {
        bail!("the script failed, see above");
    }
    Ok(())
}

/// A script that knows `setup.sh` and this program, to be run in the checkout.
///
/// # Errors
/// When this program does not know where it is.
pub fn script_command(script: &str) -> Result<Command> {
    let script = format!("set -euo pipefail\n. xtask/setup.sh\n{script}");
    let mut command = Command::new("bash");
    command
        .args(["-c", &script, "xtask"])
        .env("YM_XTASK", std::env::current_exe()?)
        // Set by cargo for this program; the build must not inherit them.
        .env_remove("CARGO_MANIFEST_DIR")
        .current_dir(root());
    Ok(command)
}
