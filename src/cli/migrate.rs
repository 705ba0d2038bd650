//! `young-minds migrate`

use crate::compose;
use server::config::Settings;

/// Brings the database up to date.
pub async fn run(settings: Settings) -> anyhow::Result<()> {
    let config = compose::config(settings)?;
    compose::migrate(&config).await?;
    println!("The database is up to date.");
    Ok(())
}
