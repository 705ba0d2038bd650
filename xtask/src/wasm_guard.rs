//! Proves that no server crate is in the WASM tree. Judges the list that cargo prints, never an exit code: a package
//! that is filtered out by target prints nothing and succeeds all the same.

use anyhow::{Context, Result, bail};
use std::process::Command;

/// Crates that belong to the server; a name that ends in `*` stands for a family.
const SERVER_ONLY: &[&str] = &[
    "argon2",
    "axum*",
    "hyper*",
    "leptos_axum",
    "livekit-*",
    "migration",
    "pulldown-cmark*",
    "reqwest",
    "rustls*",
    "sea-*",
    "server",
    "sqlx*",
    "tokio*",
    "young-minds",
    "zip",
];

/// Crates without which the list cannot be the browser's.
const EXPECTED: &[&str] = &[
    "frontend",
    "frontend-meeting",
    "app",
    "domain",
    "leptos",
    "wasm-bindgen",
];

/// Runs the guard.
///
/// # Errors
/// When a server crate is in the tree, or when the tree is not what it should be.
pub fn run() -> Result<()> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--package",
            "frontend",
            "--package",
            "frontend-meeting",
            "--target",
            "wasm32-unknown-unknown",
        ])
        .args(["--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .output()
        .context("running cargo tree")?;
    let tree = String::from_utf8(output.stdout).context("reading cargo tree's output")?;
    if !output.status.success() {
        bail!(
            "cargo tree failed:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let count = check(&tree)?;
    println!("{count} crates in the browser's half, none of the server's");
    Ok(())
}

fn check(tree: &str) -> Result<usize> {
    let mut names: Vec<&str> = tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|name| !name.is_empty())
        .collect();
    names.sort_unstable();
    names.dedup();
    for expected in EXPECTED {
        if !names.contains(expected) {
            bail!("{expected} is not in the tree, so this is not the browser's half");
        }
    }
    let intruders: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| is_server_only(name))
        .collect();
    if !intruders.is_empty() {
        bail!(
            "server code in the browser's half: {}\nfind the way in with: cargo tree -p frontend -p frontend-meeting --target wasm32-unknown-unknown -e normal -i {}",
            intruders.join(", "),
            intruders[0]
        );
    }
    Ok(names.len())
}

fn is_server_only(name: &str) -> bool {
    SERVER_ONLY
        .iter()
        .any(|pattern| match pattern.strip_suffix('*') {
            Some(family) => name.starts_with(family),
            None => name == *pattern,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "frontend v0.1.0 (/x)\nfrontend-meeting v0.1.0\napp v0.1.0\ndomain v0.1.0\nleptos v0.8.23\nserver_fn v0.8.13\nwasm-bindgen v0.2.130\nleptos v0.8.23 (*)\n";

    #[test]
    fn a_clean_tree_passes_and_is_counted_without_repetitions() {
        assert_eq!(check(GOOD).expect("clean"), 7);
    }

    #[test]
    fn a_server_crate_is_named() {
        for intruder in [
            "tokio v1.48.0",
            "sea-orm v2.0.4",
            "sqlx-core v0.9.0",
            "livekit-api v0.10.0",
            "server v0.1.0 (/x)",
        ] {
            let error = check(&format!("{GOOD}{intruder}\n"))
                .expect_err("refused")
                .to_string();
            assert!(
                error.contains(intruder.split(' ').next().expect("name")),
                "{error}"
            );
        }
    }

    #[test]
    fn an_empty_list_proves_nothing_and_fails() {
        assert!(check("").is_err());
    }
}
