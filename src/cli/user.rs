//! `young-minds user …`

use crate::compose;
use clap::Subcommand;
use server::{config::Settings, deletion};

/// Arguments of `user`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Delete an account: its person can take that back for some days, and is told by email.
    Delete {
        /// Address of the account.
        address: String,
        /// At once, and for good.
        #[arg(long)]
        now: bool,
        #[command(flatten)]
        settings: Settings,
    },
}

/// Runs the command; emails leave when the server runs.
pub async fn run(args: Args) -> anyhow::Result<()> {
    let Command::Delete {
        address,
        now,
        settings,
    } = args.command;
    let state = compose::tool_state(settings).await?;
    if now {
        deletion::delete_by_address(&state, &address).await?;
        println!("{address} is deleted.");
    } else {
        deletion::ask_by_address(&state, &address).await?;
        let days = state.config.deletion_after.0 / 86_400_000;
        println!(
            "{address} will be deleted in {days} days, unless its person signs in and keeps it."
        );
    }
    Ok(())
}
