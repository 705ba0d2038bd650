//! `young-minds doctor`

use crate::compose;
use anyhow::bail;
use secrecy::ExposeSecret;
use server::{
    config::Settings,
    doctor::{self, Finding, Verdict},
};
use tokio::sync::watch;

/// Prints one line for each check, with a remedy under what is wrong; fails when something is.
pub async fn run(settings: Settings) -> anyhow::Result<()> {
    let config = compose::config(settings)?;
    println!("ok    configuration");
    let url = config.database_url.expose_secret().to_owned();
    let findings = match migration::pending(&url).await {
        Err(error) => vec![Finding::failed(
            "database",
            error.to_string(),
            "Is DATABASE_URL right, and the server running?",
        )],
        Ok(missing) if !missing.is_empty() => {
            let what = format!("{} migrations are missing", missing.len());
            vec![Finding::failed(
                "database",
                what,
                "Run: young-minds migrate",
            )]
        }
        Ok(_none_missing) => {
            let (_stop, shutdown) = watch::channel(false);
            let state = compose::state(config, shutdown).await?;
            doctor::examine(&state).await
        }
    };
    let mut failures = 0;
    for finding in findings {
        match finding.verdict {
            Verdict::Fine(detail) => println!("ok    {}: {detail}", finding.check),
            Verdict::Failed { what, remedy } => {
                failures += 1;
                println!("FAIL  {}: {what}\n      {remedy}", finding.check);
            }
        }
    }
    if failures > 0 {
        bail!("{failures} of the checks failed");
    }
    Ok(())
}
