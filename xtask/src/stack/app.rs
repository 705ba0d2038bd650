//! One `young-minds serve`.

use super::process::{Output, Process};
use anyhow::Result;
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    process::{Command, ExitStatus},
    time::Duration,
};

/// What a process takes at most to finish what it began.
const PATIENCE: Duration = Duration::from_secs(20);

/// How this machine reaches what listens on an address.
pub fn from_here(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        IpAddr::V4(_) | IpAddr::V6(_) => {}
    }
    address
}

/// A running app; killed at the latest when dropped.
#[derive(Debug)]
pub struct App {
    /// Where it listens.
    pub address: SocketAddr,
    process: Process,
}

impl App {
    /// Starts `serve` on an address; does not wait until it answers. `product` is the program with all other settings.
    ///
    /// # Errors
    /// When there is no such program, or its log cannot be written.
    pub fn start(
        name: &str,
        mut product: Command,
        address: SocketAddr,
        output: Output,
    ) -> Result<Self> {
        product.arg("serve").env("LISTEN", address.to_string());
        let process = Process::start(name, product, output)?;
        Ok(Self { address, process })
    }

    /// Waits until it serves, database included.
    ///
    /// # Errors
    /// With the end of its log, when it ended instead.
    pub fn ready(&mut self) -> Result<()> {
        self.process.answers(from_here(self.address), "/readyz")
    }

    /// Its process.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Lets it finish what it began; nothing when it had to be killed.
    pub fn stop(&mut self) -> Option<ExitStatus> {
        self.process.stop(PATIENCE)
    }
}
