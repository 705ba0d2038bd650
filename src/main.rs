//! The Young Minds binary: parses the command line and hands over to one command.
//! No rule and no query lives here.

mod cli;
mod compose;
mod connections;

use clap::{Parser, Subcommand};
use server::config::Settings;
use std::process::ExitCode;

/// The C library's allocator keeps what password hashing used (19 MiB each time) for good, spread over
/// its arenas: 150 MB after a bench against 63 MB with this one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Mentoring sessions over video: booking, meeting rooms, and the record of who was there.
#[derive(Debug, Parser)]
#[command(name = "young-minds", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the web server and its jobs.
    Serve {
        #[command(flatten)]
        settings: Settings,
    },
    /// Bring the database up to date.
    Migrate {
        #[command(flatten)]
        settings: Settings,
    },
    /// Fill a development database.
    Seed(cli::seed::Args),
    /// Check configuration, database and video server, and say what to do about what is wrong.
    Doctor {
        #[command(flatten)]
        settings: Settings,
    },
    /// Manage administrators' accounts.
    Admin(cli::admin::Args),
    /// Look after people's accounts.
    User(cli::user::Args),
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Serve { settings } => cli::serve::run(settings).await,
        Command::Migrate { settings } => cli::migrate::run(settings).await,
        Command::Seed(args) => cli::seed::run(args).await,
        Command::Doctor { settings } => cli::doctor::run(settings).await,
        Command::Admin(args) => cli::admin::run(args).await,
        Command::User(args) => cli::user::run(args).await,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("young-minds: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
