//! Measures the release build: bytes on the wire, times in a real browser, requests per second, CPU and memory. Prints a
//! table and writes bench.json.

use crate::tools;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{fs, process::Stdio};

/// Runs the bench.
///
/// # Errors
/// When the build, a server or the browser fails.
pub fn run() -> Result<()> {
    let file = tools::root().join("bench.json");
    let path = file.to_str().context("the checkout's path is not UTF-8")?;
    tools::run_on_release_build("bench", &[("YM_BENCH_FILE", path)])?;
    let mut report: Value =
        serde_json::from_str(&fs::read_to_string(&file).context("reading bench.json")?)?;
    let rows = report["rows"]
        .as_array_mut()
        .context("bench.json has no rows")?;
    rows.extend(scheduling()?);
    fs::write(&file, serde_json::to_string_pretty(&report)?).context("writing bench.json")?;
    print!("{}", table(&report));
    println!("\nwritten to {path}");
    Ok(())
}

/// Slots and bookings on both engines, measured by tests of the server in a release build.
fn scheduling() -> Result<Vec<Value>> {
    let script = r#"
        scratch=$(mktemp -d)
        trap 'ym_stop_all; rm -rf "$scratch"' EXIT
        ym_start_postgres "$scratch" >&2
        cargo test --release --locked --no-default-features --package server --test it bench:: -- --ignored --nocapture --test-threads 1
    "#;
    let output = tools::script_command(script)?
        .stderr(Stdio::inherit())
        .output()
        .context("running bash")?;
    if !output.status.success() {
        bail!("the bench of scheduling failed");
    }
    let text = String::from_utf8(output.stdout).context("reading the bench of scheduling")?;
    let rows = text.lines().filter_map(|line| line.split_once("BENCH "));
    rows.map(|(_, json)| serde_json::from_str(json).context("a row of the bench"))
        .collect()
}

/// One line for each number: what, value, and the aim where there is one.
fn table(report: &Value) -> String {
    let mut lines = Vec::new();
    for row in report["rows"].as_array().into_iter().flatten() {
        let text = |key: &str| match &row[key] {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => String::new(),
        };
        let verdict = match row["ok"].as_bool() {
            Some(true) => "ok",
            Some(false) => "MISSED",
            None => "",
        };
        lines.push(
            format!(
                "{:<58} {:>12} {:<7} {:>10}  {verdict}",
                text("what"),
                text("value"),
                text("unit"),
                text("aim")
            )
            .trim_end()
            .to_owned(),
        );
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_table_shows_values_and_aims() {
        let report = json!({"rows": [{"what": "WASM", "value": 300, "unit": "kB", "aim": "≤ 450", "ok": true}, {"what": "memory", "value": 20.5, "unit": "MB"}]});
        let table = table(&report);
        assert!(
            table.contains("WASM") && table.contains("300 kB") && table.contains("≤ 450  ok"),
            "{table}"
        );
        assert_eq!(table.lines().count(), 2);
    }
}
