//! Several operating system processes of the product on one PostgreSQL, talked to over HTTP.
//!
//! Without `YM_TEST_POSTGRES_URL` they are skipped, as all tests on PostgreSQL. LiveKit is down
//! throughout: nothing here waits for it.

#[expect(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "shared with the server's own tests"
)]
#[path = "../server/tests/it/harness.rs"]
mod harness;

use domain::{
    availability::OfferDraft,
    time::{Millis, Timestamp},
};
use harness::{LIVEKIT_SECRET, Person, TestApp};
use server::{mentors, store::Engine, zones::rfc3339};
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

/// One running `young-minds serve`; killed at the latest when the test ends.
struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    /// Starts it on a free port; does not wait until it answers.
    fn start(url: &str, mail: &std::path::Path) -> Self {
        let port = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let child = Command::new(env!("CARGO_BIN_EXE_young-minds"))
            .arg("serve")
            .env("DATABASE_URL", url)
            .env("LISTEN", address.to_string())
            .env("APP_URL", "http://127.0.0.1:3000")
            .env("LIVEKIT_WS_URL", "ws://127.0.0.1:9")
            .env("LIVEKIT_API_KEY", harness::LIVEKIT_KEY)
            .env("LIVEKIT_API_SECRET", LIVEKIT_SECRET)
            .env("MAIL_URL", format!("file:{}", mail.display()))
            .env("RUST_LOG", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("the product starts");
        Self { child, address }
    }

    async fn ready(&mut self) {
        let began = Instant::now();
        loop {
            if let Ok((200, _)) = request(self.address, "GET /readyz", "", "").await {
                return;
            }
            let ended = self.child.try_wait().expect("a child of ours");
            assert!(ended.is_none(), "the process ended: {ended:?}");
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "not ready in time"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// As a power cut would.
    fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have been killed already.
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Sends one request; its status and body. `line` is method and path.
async fn request(
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
async fn book(
    at: SocketAddr,
    who: &Person,
    mentor: &Person,
    (starts_at, minutes): (Timestamp, u16),
) -> std::io::Result<u16> {
    let cookie = format!("Cookie: ym_login={}\r\n", who.token);
    let body = format!(
        r#"{{"mentorId":"{}","startsAt":"{}","minutes":{minutes},"title":"Many at once"}}"#,
        mentor.id(),
        rfc3339(starts_at)
    );
    request(at, "POST /api/sessions", &cookie, &body)
        .await
        .map(|(status, _)| status)
}

/// The next full hour two hours from now, and the hours after it.
fn hour(n: usize) -> Timestamp {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock");
    let now = i64::try_from(now.as_millis()).expect("small");
    let hour = Millis::hours(1).0;
    Timestamp((now / hour + 2 + i64::try_from(n).expect("small")) * hour)
}

struct Stage {
    app: TestApp,
    mentor: Person,
    mentees: Vec<Person>,
    mail: PathBuf,
}

impl Stage {
    async fn set(app: TestApp) -> Self {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("a clock");
        app.clock
            .set(Timestamp(i64::try_from(now.as_millis()).expect("small")));
        let mentor = app.mentor("Maya").await;
        let offer = OfferDraft {
            hours: harness::around_the_clock(),
            lengths: vec![30, 60],
            ..OfferDraft::default()
        };
        let saving = mentors::save_offer(&app.state, &mentor.login, offer);
        saving.await.expect("the offer is saved");
        let mut mentees = Vec::new();
        for n in 0..8 {
            mentees.push(app.person(&format!("Mentee {n}")).await);
        }
        let mail = std::env::temp_dir().join(format!("ym-mail-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&mail).expect("a folder for letters");
        Self {
            app,
            mentor,
            mentees,
            mail,
        }
    }

    /// Three processes that migrate and start at the same time.
    async fn three(&self) -> [Process; 3] {
        let mut all = [(); 3].map(|()| Process::start(&self.app.test_db.url, &self.mail));
        for process in &mut all {
            process.ready().await;
        }
        all
    }

    async fn count(&self, what: &str) -> i64 {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_who_ask_three_processes_for_one_time_one_gets_it() {
    harness::run(Engine::Postgres, async |app: TestApp| {
        let stage = Stage::set(app).await;
        let processes = stage.three().await;
        let mut asking = JoinSet::new();
        for n in 0..64usize {
            let (at, who) = (processes[n % 3].address, stage.mentees[n % 8].clone());
            let mentor = stage.mentor.clone();
            // The whole hour, or its second half: each overlaps every other.
            let time = match n % 2 {
                0 => (hour(1), 60),
                _ => (hour(1) + Millis::minutes(30), 30),
            };
            asking.spawn(async move { book(at, &who, &mentor, time).await });
        }
        let mut answers: Vec<u16> = Vec::new();
        for answer in asking.join_all().await {
            answers.push(answer.expect("answered"));
        }
        answers.sort_unstable();
        let refused = answers[1..].iter().all(|status| *status == 409);
        assert!(answers[0] == 201 && refused, "{answers:?}");
        assert_eq!(stage.count("sessions WHERE booking = 'confirmed'").await, 1);
        assert_eq!(stage.count("jobs WHERE kind = 'create_room'").await, 1);
        assert_eq!(stage.count("mails WHERE kind = 'booked'").await, 2);
        assert_eq!(
            stage.count("leases").await,
            1,
            "one of them keeps the schedules"
        );
    })
    .await;
}

/// A fault of the table that `cargo xtask chaos` prints.
fn report(fault: &str, runs: usize, lost: i64, recovered: Duration) {
    println!(
        "CHAOS|{fault}|{runs}|{lost}|{:.1} s",
        recovered.as_secs_f64()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "waits for leases to end; cargo xtask chaos runs it"]
async fn killing_processes_while_they_book_and_write_letters_loses_nothing() {
    harness::run(Engine::Postgres, async |app: TestApp| {
        let stage = Stage::set(app).await;
        let mut processes = stage.three().await;
        let (sure, runs) = (AtomicUsize::new(0), 3);
        for run in 0..runs {
            let mut asking = JoinSet::new();
            for n in 0..24usize {
                let at = processes[n % 3].address;
                let (who, mentor) = (stage.mentees[n % 8].clone(), stage.mentor.clone());
                let time = (hour(1 + run * 24 + n), 60);
                asking.spawn(async move { book(at, &who, &mentor, time).await });
            }
            let mut answered = 0;
            while let Some(answer) = asking.join_next().await {
                answered += 1;
                // An answer that never came says nothing; a 201 is a promise.
                if matches!(answer.expect("no panic"), Ok(201)) {
                    sure.fetch_add(1, Ordering::Relaxed);
                }
                if answered == 8 {
                    processes[run].kill();
                }
            }
            processes[run] = Process::start(&stage.app.test_db.url, &stage.mail);
            processes[run].ready().await;
        }
        let began = Instant::now();
        let unsent = "mails WHERE kind = 'booked' AND sent_at IS NULL";
        while stage.count(unsent).await > 0 {
            let waited = began.elapsed();
            assert!(waited < Duration::from_secs(90), "letters are stuck");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let recovered = began.elapsed();
        let booked = stage.count("sessions WHERE booking = 'confirmed'").await;
        let promised = i64::try_from(sure.load(Ordering::Relaxed)).expect("small");
        assert!(
            booked >= promised && promised > 24,
            "{booked} booked, {promised} promised"
        );
        assert_eq!(stage.count("mails WHERE kind = 'booked'").await, booked * 2);
        let rooms = stage.count("livekit_rooms").await;
        assert_eq!(rooms, booked, "each has its room's record");
        assert_eq!(stage.count("jobs WHERE kind = 'create_room'").await, booked);
        assert_eq!(stage.count("session_seats WHERE active").await, booked * 2);
        report(
            "kill -9 of one of three processes while booking",
            runs,
            booked * 2
                - stage
                    .count("mails WHERE sent_at IS NOT NULL AND kind = 'booked'")
                    .await,
            recovered,
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminated_process_finishes_what_it_began_and_another_keeps_the_schedules() {
    harness::run(Engine::Postgres, async |app: TestApp| {
        let stage = Stage::set(app).await;
        let mut first = Process::start(&stage.app.test_db.url, &stage.mail);
        first.ready().await;
        let holder = async || {
            let sql = "SELECT count(*) FROM leases WHERE name = 'schedules'";
            stage.app.test_db.number(sql).await
        };
        while holder().await == 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let answer = book(
            first.address,
            &stage.mentees[0],
            &stage.mentor,
            (hour(1), 60),
        )
        .await;
        assert_eq!(answer.expect("answered"), 201);
        let pid = first.child.id().to_string();
        let asked = Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .expect("kill runs");
        assert!(asked.success());
        let began = Instant::now();
        while first.child.try_wait().expect("a child of ours").is_none() {
            assert!(began.elapsed() < Duration::from_secs(20), "it does not end");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let status = first.child.wait().expect("ended");
        assert!(status.success(), "{status:?}");
        assert_eq!(holder().await, 0, "the lease was given back");
        assert_eq!(
            stage.count("jobs WHERE locked_until IS NOT NULL").await,
            0,
            "no job hangs in a lease"
        );
        let mut second = Process::start(&stage.app.test_db.url, &stage.mail);
        second.ready().await;
        while holder().await == 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
}
