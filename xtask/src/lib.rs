//! Developer automation: `cargo xtask <command>`. Never part of the product.

mod bench;
mod chaos;
mod cluster;
mod layout;
mod load;
mod screenshots;
mod servers;
mod soak;
pub mod stack;
mod start;
mod tools;
mod wasm_guard;

use clap::{Parser, Subcommand};

/// Developer automation for Young Minds.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Fails when server code would be compiled into the browser's half.
    WasmGuard,
    /// Fails when folders or many files import each other in a circle, or when sea-orm leaves the store.
    Layout,
    /// Measures the release build; prints a table and writes bench.json.
    Bench,
    /// Rewrites the README's pictures.
    Screenshots,
    /// Checks free slots in every time zone around every change of clocks; some minutes.
    Soak(soak::Soak),
    /// Kills and breaks what the product needs, and checks that nothing is lost; about 35 minutes.
    Chaos(chaos::Chaos),
    /// Runs three app processes behind HAProxy with two LiveKit nodes, and takes parts of them away; some minutes.
    Cluster,
    /// Migrates, seeds and serves a laid-out build until Ctrl-C; `./start` makes the build first.
    #[command(hide = true)]
    Start(start::Start),
    /// Runs the servers of browser tests: prints where they are as a line of JSON, and ends with its standard input.
    #[command(hide = true)]
    Stack(servers::Servers),
    /// Prints a free TCP port.
    #[command(hide = true)]
    Port,
    /// Load generator of the bench: reads a plan as JSON, writes a report as JSON.
    #[command(hide = true)]
    Load,
}

/// Does what the command line says.
///
/// # Errors
/// When it does not succeed.
pub fn run() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::WasmGuard => wasm_guard::run(),
        Command::Layout => layout::run(),
        Command::Bench => bench::run(),
        Command::Screenshots => screenshots::run(),
        Command::Soak(soak) => soak::run(&soak),
        Command::Chaos(chaos) => chaos::run(&chaos),
        Command::Cluster => cluster::run(),
        Command::Start(start) => start::run(&start),
        Command::Stack(servers) => servers::run(servers),
        Command::Port => stack::ports::free_tcp().map(|port| println!("{port}")),
        Command::Load => load::run(),
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
