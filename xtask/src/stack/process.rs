//! A program that was started here, and is ended here by its process id and no other way.

use super::signals;
use anyhow::{Context, Result, bail, ensure};
use std::{
    fs::{self, OpenOptions},
    io::{self, BufRead, BufReader, Write},
    net::{SocketAddr, TcpStream},
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long a server may take until it answers; one that has died is noticed at once.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);
/// For how long one answer is waited for.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// Lines of a log that are shown when its program has died.
const LAST_LINES: usize = 30;

/// Where a program writes.
#[derive(Clone, Debug)]
pub enum Output {
    /// Into this file, behind what is there. A Ctrl-C at the terminal does not reach the program: whoever started it ends
    /// it.
    Log(PathBuf),
    /// Where its command says, and a Ctrl-C ends it.
    Shared,
}

/// A running program; killed at the latest when dropped.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    output: Output,
}

impl Process {
    /// Starts a program; does not wait for anything. `name` is for messages.
    ///
    /// # Errors
    /// When there is no such program, or its log cannot be written.
    pub fn start(name: &str, mut command: Command, output: Output) -> Result<Self> {
        if let Output::Log(path) = &output {
            let log = OpenOptions::new().create(true).append(true).open(path);
            let log = log.with_context(|| format!("opening {}", path.display()))?;
            command.stdout(log.try_clone().context("a log")?);
            command.stderr(log);
            command.process_group(0);
        }
        command.stdin(Stdio::null());
        let child = command.spawn().with_context(|| {
            let program = command.get_program().display();
            format!("starting {name} ({program})")
        })?;
        Ok(Self {
            name: name.to_owned(),
            child,
            output,
        })
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it did.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        // Asking about a child of ours does not fail.
        self.child.try_wait().ok().flatten()
    }

    /// Waits until a GET of `path` is answered with 200.
    ///
    /// # Errors
    /// With the end of its log, when it ended instead or takes more than a minute.
    pub fn answers(&mut self, address: SocketAddr, path: &str) -> Result<()> {
        self.wait_until(|| status(address, path).ok() == Some(200))
    }

    /// Waits until it accepts connections.
    ///
    /// # Errors
    /// With the end of its log, when it ended instead or takes more than a minute.
    pub fn listens(&mut self, address: SocketAddr) -> Result<()> {
        self.wait_until(|| TcpStream::connect_timeout(&address, ANSWER_WITHIN).is_ok())
    }

    /// Waits until it is ready.
    ///
    /// # Errors
    /// With the end of its log, when it ended instead or takes more than a minute.
    fn wait_until(&mut self, is_ready: impl Fn() -> bool) -> Result<()> {
        let began = Instant::now();
        loop {
            // Looked at first: another program may answer in its place.
            if let Some(status) = self.ended() {
                bail!(
                    "{} did not start ({status}){}",
                    self.name,
                    self.last_words()
                );
            }
            if is_ready() {
                return Ok(());
            }
            ensure!(signals::came().is_none(), "asked to end");
            if began.elapsed() > READY_WITHIN {
                bail!("{} does not answer{}", self.name, self.last_words());
            }
            thread::sleep(LOOK);
        }
    }

    /// The end of its log, on lines of its own.
    pub fn last_words(&self) -> String {
        let Output::Log(path) = &self.output else {
            return String::new();
        };
        let log = fs::read(path).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        let last = lines[lines.len().saturating_sub(LAST_LINES)..].join("\n");
        format!("; its log is {}\n{last}", path.display())
    }

    /// Sends it a signal, by a name like `TERM`.
    ///
    /// # Errors
    /// When it has ended.
    pub fn signal(&self, name: &str) -> Result<()> {
        let sent = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.id().to_string())
            .stderr(Stdio::null())
            .status()
            .context("running kill")?;
        ensure!(sent.success(), "no signal {name} for {}", self.name);
        Ok(())
    }

    /// Asks it to end and waits so long; how it ended, or nothing when it had to be killed.
    pub fn stop(&mut self, patience: Duration) -> Option<ExitStatus> {
        if self.ended().is_none() {
            // Had it ended in between, the look below would see it.
            let _sent = self.signal("TERM");
        }
        let began = Instant::now();
        while began.elapsed() < patience {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            thread::sleep(LOOK);
        }
        self.kill();
        None
    }

    /// Ends it as a crash would.
    pub fn kill(&mut self) {
        // It may have ended by itself.
        let _killed = self.child.kill();
        let _reaped = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The status of a GET.
fn status(address: SocketAddr, path: &str) -> io::Result<u16> {
    let mut stream = TcpStream::connect_timeout(&address, ANSWER_WITHIN)?;
    stream.set_read_timeout(Some(ANSWER_WITHIN))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|word| word.parse().ok());
    status.ok_or_else(|| io::ErrorKind::InvalidData.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::ports;
    use std::net::Ipv4Addr;

    /// A shell that writes to a log; where the log is.
    fn shell(name: &str, script: &str) -> (Process, PathBuf) {
        let log = format!("ym-stack-{}-{name}.log", std::process::id());
        let log = std::env::temp_dir().join(log);
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let process = Process::start(name, command, Output::Log(log.clone()));
        (process.unwrap(), log)
    }

    #[test]
    fn a_program_that_dies_before_it_answers_is_noticed_with_the_end_of_its_log() {
        let (mut process, log) = shell("dies", "echo the reason; exit 3");
        let address = (Ipv4Addr::LOCALHOST, ports::free_tcp().unwrap()).into();
        let error = process.answers(address, "/").unwrap_err().to_string();
        fs::remove_file(log).unwrap();
        assert!(
            error.contains("did not start") && error.ends_with("the reason"),
            "{error}"
        );
    }

    #[test]
    fn a_program_that_does_not_heed_a_request_to_end_is_killed() {
        let script = "trap '' TERM; echo ready; while :; do sleep 0.05; done";
        let (mut stubborn, log) = shell("stubborn", script);
        let ready = || fs::read_to_string(&log).is_ok_and(|text| text.contains("ready"));
        stubborn.wait_until(ready).unwrap();
        assert!(stubborn.stop(Duration::from_millis(200)).is_none());
        assert!(stubborn.ended().is_some());
        fs::remove_file(log).unwrap();
    }

    #[test]
    fn a_program_that_heeds_it_ends_by_itself() {
        let (mut polite, log) = shell("polite", "exec sleep 60");
        assert!(polite.stop(Duration::from_secs(20)).is_some());
        fs::remove_file(log).unwrap();
    }
}
