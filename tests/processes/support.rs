//! The product as processes of its own, and a stage for them: a database, people, a folder for emails.

use crate::harness::{self, LIVEKIT_SECRET, Person, TestApp};
use domain::{
    availability::ScheduleDraft,
    time::{Millis, Timestamp},
};
use server::{
    clock::{Clock, SystemClock},
    mentors,
    zones::rfc3339,
};
use std::{
    net::{Ipv4Addr, SocketAddr},
    ops::{Deref, DerefMut},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use xtask::stack::{App, Output, ports};

/// LiveKit's key and secret where there is no LiveKit.
const KEY: (&str, &str) = (harness::LIVEKIT_KEY, LIVEKIT_SECRET);

/// One running `young-minds serve`; killed at the latest when the test ends.
pub struct Process(App);

impl Process {
    /// Starts it on a free port; does not wait until it answers. LiveKit is down for it.
    pub fn start(url: &str, mail: &Path) -> Self {
        let product = Command::new(env!("CARGO_BIN_EXE_young-minds"));
        Self::start_as(product, url, mail, "ws://127.0.0.1:9", KEY)
    }

    /// As [`Process::start`], by another command and with a LiveKit; `key` is LiveKit's.
    pub fn start_as(
        mut product: Command,
        url: &str,
        mail: &Path,
        livekit: &str,
        (key, secret): (&str, &str),
    ) -> Self {
        product
            .env("DATABASE_URL", url)
            .env("APP_URL", "http://127.0.0.1:3000")
            .env("LIVEKIT_WS_URL", livekit)
            .env("LIVEKIT_API_KEY", key)
            .env("LIVEKIT_API_SECRET", secret)
            .env("MAIL_URL", format!("file:{}", mail.display()))
            .env("RUST_LOG", "error")
            .stdout(Stdio::null());
        let address = (Ipv4Addr::LOCALHOST, ports::free_tcp().expect("a free port"));
        let app = App::start("the product", product, address.into(), Output::Shared);
        Self(app.expect("the product starts"))
    }

    /// Waits until it serves.
    pub async fn ready(&mut self) {
        // This thread waits; the tests have another one for everything else.
        tokio::task::block_in_place(|| self.0.ready()).expect("it serves");
    }

    /// As a power cut would.
    pub fn kill(&mut self) {
        self.0.process().kill();
    }
}

impl Deref for Process {
    type Target = App;

    fn deref(&self) -> &App {
        &self.0
    }
}

impl DerefMut for Process {
    fn deref_mut(&mut self) -> &mut App {
        &mut self.0
    }
}

/// Sends one request; its status and body. `line` is method and path.
pub async fn request(
    address: SocketAddr,
    line: &str,
    headers: &str,
    body: &str,
) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(address).await?;
    let text = format!(
        "{line} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\n\
         {headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(text.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split(' ').nth(1).and_then(|word| word.parse().ok());
    let status = status.ok_or(std::io::ErrorKind::UnexpectedEof)?;
    Ok((status, answer.into_owned()))
}

/// Books `minutes` from `starts_at`; the status.
pub async fn book(
    at: SocketAddr,
    who: &Person,
    mentor: &Person,
    (starts_at, minutes): (Timestamp, u16),
) -> std::io::Result<u16> {
    let body = format!(
        r#"{{"mentorId":"{}","startsAt":"{}","minutes":{minutes},"title":"Many at once"}}"#,
        mentor.id(),
        rfc3339(starts_at)
    );
    ask(at, who, "POST /api/sessions", &body)
        .await
        .map(|(status, _)| status)
}

/// Asks as somebody, with a JSON body or none; status and answer.
pub async fn ask(
    at: SocketAddr,
    who: &Person,
    line: &str,
    body: &str,
) -> std::io::Result<(u16, String)> {
    let cookie = format!("Cookie: ym_login={}\r\n", who.token);
    request(at, line, &cookie, body).await
}

/// The next full hour two hours from now, and the hours after it.
pub fn hour(n: usize) -> Timestamp {
    let hour = Millis::hours(1).0;
    Timestamp((SystemClock.now().0 / hour + 2 + i64::try_from(n).expect("small")) * hour)
}

/// A database with a mentor who is always free and eight mentees.
pub struct Stage {
    pub app: TestApp,
    pub mentor: Person,
    pub mentees: Vec<Person>,
    pub mail: PathBuf,
}

impl Stage {
    pub async fn set(app: TestApp) -> Self {
        app.clock.set(SystemClock.now());
        let mentor = app.mentor("Maya").await;
        let schedule = ScheduleDraft {
            hours: harness::around_the_clock(),
            lengths: vec![30, 60],
            ..ScheduleDraft::default()
        };
        let saving = mentors::save_schedule(&app.state, &mentor.login, schedule);
        saving.await.expect("the schedule is saved");
        let mut mentees = Vec::new();
        for n in 0..8 {
            mentees.push(app.person(&format!("Mentee {n}")).await);
        }
        let mail = std::env::temp_dir().join(format!("ym-mail-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&mail).expect("a folder for emails");
        Self {
            app,
            mentor,
            mentees,
            mail,
        }
    }

    /// Three processes that migrate and start at the same time.
    pub async fn three(&self) -> [Process; 3] {
        let mut all = [(); 3].map(|()| Process::start(&self.app.test_db.url, &self.mail));
        for process in &mut all {
            process.ready().await;
        }
        all
    }

    pub async fn count(&self, what: &str) -> i64 {
        self.app
            .test_db
            .number(&format!("SELECT count(*) FROM {what}"))
            .await
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // Left-overs in the temporary folder do no harm.
        let _removed = std::fs::remove_dir_all(&self.mail);
    }
}

/// A fault of the table that `cargo xtask chaos` prints.
pub fn report(fault: &str, runs: usize, lost: i64, recovered: Duration) {
    println!(
        "CHAOS|{fault}|{runs}|{lost}|{:.1} s",
        recovered.as_secs_f64()
    );
}
