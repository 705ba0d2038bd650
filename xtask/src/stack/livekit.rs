//! A LiveKit server on loopback, with the very file that production uses: only its ports, its addresses and the target of
//! its webhooks are others.

use super::{
    ports::{self, Wish},
    process::{Output, Process},
    replace_each,
};
use anyhow::{Result, ensure};
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::Command,
    time::Duration,
};

const CONFIG: &str = include_str!("../../../deploy/livekit.yaml");
/// The webhook address in that file.
const WEBHOOK_URL: &str = "http://127.0.0.1:3000/api/livekit/webhook";
/// Asked to end, it waits until everybody has left, and nobody here has to.
const PATIENCE: Duration = Duration::from_secs(2);
/// Another program may take a port between our look and LiveKit's: then again with others.
const ATTEMPTS: usize = 3;

/// What to start.
#[derive(Clone, Debug)]
pub struct Plan {
    /// For messages.
    pub name: String,
    /// livekit-server.
    pub program: PathBuf,
    /// The app's key.
    pub key: String,
    /// Its secret, of at least 32 characters.
    pub secret: String,
    /// Where webhooks go, signed with the key; as the file says when missing.
    pub webhook: Option<String>,
    /// Ports to take when they are free: HTTP, media over TCP, media over UDP.
    pub ports: [u16; 3],
    /// More of its flags.
    pub flags: Vec<String>,
    /// Where it writes.
    pub output: Output,
}

/// A server that runs, or did; killed when dropped.
#[derive(Debug)]
pub struct LiveKit {
    plan: Plan,
    process: Option<Process>,
}

impl LiveKit {
    /// Starts it, on the ports of the plan or free ones, and waits until it answers.
    ///
    /// # Errors
    /// With the end of its log, when it does not start.
    pub fn start(plan: Plan) -> Result<Self> {
        let wishes = plan.ports;
        let mut livekit = Self {
            plan,
            process: None,
        };
        for attempt in 1.. {
            let [http, tcp, udp] = wishes;
            livekit.plan.ports = ports::free([Wish::Tcp(http), Wish::Tcp(tcp), Wish::Udp(udp)])?;
            match livekit.start_again() {
                Err(error) if attempt == ATTEMPTS => return Err(error),
                Err(_again) => {}
                Ok(()) => break,
            }
        }
        Ok(livekit)
    }

    /// Starts it again, on the same ports.
    ///
    /// # Errors
    /// With the end of its log, when it does not start.
    pub fn start_again(&mut self) -> Result<()> {
        self.kill();
        let command = self.plan.command()?;
        let process = Process::start(&self.plan.name, command, self.plan.output.clone())?;
        let process = self.process.insert(process);
        process.answers(self.plan.address(), "/")
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.plan.name
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.plan.address()
    }

    /// Where clients connect.
    pub fn ws_url(&self) -> String {
        format!("ws://{}", self.address())
    }

    /// Its process, while it has one.
    pub fn process(&self) -> Option<&Process> {
        self.process.as_ref()
    }

    /// The same, to ask whether it has ended.
    pub fn process_mut(&mut self) -> Option<&mut Process> {
        self.process.as_mut()
    }

    /// Ends it without waiting for those inside.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.stop(PATIENCE);
        }
    }

    /// Ends it as a crash would.
    pub fn kill(&mut self) {
        self.process = None;
    }
}

impl Plan {
    fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.ports[0]).into()
    }

    fn command(&self) -> Result<Command> {
        ensure!(!self.key.is_empty(), "LiveKit has no key");
        let mut command = Command::new(&self.program);
        // Every setting of it can come from the environment, and proxies too. Secrets only come from there: everybody on
        // the machine can read a command line.
        command.env_clear();
        command.env("LIVEKIT_KEYS", format!("{}: {}", self.key, self.secret));
        match &self.webhook {
            None => command.env("LIVEKIT_CONFIG", CONFIG),
            Some(url) => command
                .env(
                    "LIVEKIT_CONFIG",
                    replace_each(CONFIG, &[(WEBHOOK_URL, url)])?,
                )
                .args(["--webhook.api_key", &self.key]),
        };
        let [http, tcp, udp] = self.ports.map(|port| port.to_string());
        command
            .args(["--bind", "127.0.0.1", "--node-ip", "127.0.0.1"])
            .args([
                "--rtc.use_external_ip=false",
                "--rtc.enable_loopback_candidate",
            ])
            .args(["--port", &http, "--rtc.tcp_port", &tcp])
            .args(["--rtc.udp_port.start", &udp, "--rtc.udp_port.end", "0"])
            .args(["--prometheus.port", "0"])
            .args(&self.flags);
        Ok(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webhooks_go_elsewhere_and_no_secret_is_on_the_command_line() {
        let plan = Plan {
            name: "livekit".to_owned(),
            program: "livekit-server".into(),
            key: "key".to_owned(),
            secret: "a secret".to_owned(),
            webhook: Some("http://127.0.0.1:9/there".to_owned()),
            ports: [1, 2, 3],
            flags: Vec::new(),
            output: Output::Shared,
        };
        let command = plan.command().unwrap();
        let config = command
            .get_envs()
            .find(|(name, _)| *name == "LIVEKIT_CONFIG");
        let config = config.unwrap().1.unwrap().to_str().unwrap();
        assert!(config.contains("- http://127.0.0.1:9/there\n"), "{config}");
        assert!(config.contains("auto_create: false"), "{config}");
        assert!(
            command
                .get_args()
                .all(|word| !word.to_str().unwrap().contains("secret"))
        );
    }
}
