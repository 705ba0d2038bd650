//! Floods: connections that dawdle, requests that are too large, and credentials that are none. All from this machine's
//! loopback, bounded, and over within twenty seconds.

use crate::{
    harness::{self, LIVEKIT_KEY, LIVEKIT_SECRET, Person, TestApp},
    support::{Process, ask, request},
};
use futures::future::join_all;
use server::{
    clock::{Clock, SystemClock},
    store::Engine,
};
use std::{
    net::SocketAddr,
    path::PathBuf,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

/// Dawdling connections of each of four kinds.
const OF_EACH_KIND: usize = 125;
/// A file of the site that no socket's buffers take whole.
const LARGE: usize = 32 * 1024 * 1024;
/// A body that nobody should send.
const HUGE: usize = 100 * 1024 * 1024;

/// The product with one person, and the folder of its site and emails.
struct Target {
    process: Process,
    person: Person,
    folder: PathBuf,
    /// Its database, a file.
    database: PathBuf,
}

impl Target {
    async fn start(app: &TestApp, settings: &[(&str, &str)]) -> Self {
        app.clock.set(SystemClock.now());
        let person = app.person("Max Mentee").await;
        let folder = std::env::temp_dir().join(format!("ym-flood-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&folder).expect("a folder");
        let large = std::fs::File::create(folder.join("large.bin")).expect("a file");
        large.set_len(LARGE as u64).expect("a hole");
        let mut product = Command::new(env!("CARGO_BIN_EXE_young-minds"));
        product.env("LEPTOS_SITE_ROOT", &folder);
        product.envs(settings.iter().copied());
        let url = &app.test_db.url;
        let key = (LIVEKIT_KEY, LIVEKIT_SECRET);
        let mut process = Process::start_as(product, url, &folder, "ws://127.0.0.1:9", key);
        process.ready().await;
        let database = PathBuf::from(url.trim_start_matches("sqlite://"));
        Self {
            process,
            person,
            folder,
            database,
        }
    }

    fn address(&self) -> SocketAddr {
        self.process.address
    }

    async fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address()).await;
        stream.expect("it accepts connections")
    }

    /// A connection on which this was sent.
    async fn sent(&self, text: &str) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(text.as_bytes()).await.expect("sent");
        stream
    }

    /// Asks for the person's own account until `done`; how long each answer took, shortest first.
    async fn answers_until(&self, mut done: impl FnMut() -> bool) -> Vec<Duration> {
        let mut turn = tokio::time::interval(Duration::from_millis(20));
        let mut took = Vec::new();
        while !done() {
            turn.tick().await;
            let began = Instant::now();
            let asked = ask(self.address(), &self.person, "GET /api/me", "").await;
            let (status, answer) = asked.expect("answered");
            assert_eq!(status, 200, "{answer}");
            took.push(began.elapsed());
        }
        took.sort_unstable();
        took
    }

    /// The most memory that the process has had so far, in MiB; nothing where the system does not tell.
    fn memory_peak(&mut self) -> Option<u64> {
        let status = format!("/proc/{}/status", self.process.process().id());
        let status = std::fs::read_to_string(status).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kib / 1024)
    }

    /// How many transactions have written, by whichever process: SQLite counts them at the start of its index of the
    /// write-ahead log (sqlite.org/walformat.html, `iChange`).
    fn writes(&self) -> u32 {
        let index = format!("{}-shm", self.database.display());
        let index = std::fs::read(index).expect("the database is in WAL mode");
        let count = index[8..12].try_into().expect("four bytes");
        u32::from_ne_bytes(count)
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        self.process.kill();
        // Left-overs in the temporary folder do no harm.
        let _removed = std::fs::remove_dir_all(&self.folder);
    }
}

fn percentile(sorted: &[Duration], part: usize) -> Duration {
    sorted[(sorted.len() - 1) * part / 100]
}

/// What still comes until the other end closes, which may be a reset.
async fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // What came before a reset is there all the same.
    let _reset = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

fn status_of(answer: &str) -> Option<u16> {
    answer.split(' ').nth(1)?.parse().ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_connections_that_dawdle_are_cut_and_disturb_nobody() {
    harness::run(Engine::Sqlite, async |app: TestApp| {
        let target = Target::start(&app, &[]).await;
        let head = "GET /api/me HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";
        let body = "POST /api/auth/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                    Content-Length: 100\r\n\r\n{\"email\":";
        let ask_large = "GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n";
        let (mut readers, mut dawdling) = (Vec::new(), JoinSet::new());
        let left = Arc::new(AtomicUsize::new(0));
        for _ in 0..OF_EACH_KIND {
            // Nobody waits for these: a unit test does.
            readers.push(target.sent(ask_large).await);
            for (text, drips) in [("", false), (head, true), (body, false)] {
                let mut stream = target.sent(text).await;
                let left = Arc::clone(&left);
                dawdling.spawn(async move {
                    let began = Instant::now();
                    let mut drip = tokio::time::interval(Duration::from_secs(1));
                    let answer = if drips {
                        loop {
                            let (mut reading, mut writing) = stream.split();
                            let mut byte = [0; 1];
                            tokio::select! {
                                _closed = reading.read(&mut byte) => break String::new(),
                                _ = drip.tick() => if writing.write_all(b"a").await.is_err() { break String::new() },
                            }
                        }
                    } else {
                        rest(&mut stream).await
                    };
                    left.fetch_add(1, Ordering::Relaxed);
                    (text.len(), status_of(&answer), began.elapsed())
                });
            }
        }
        let all = 3 * OF_EACH_KIND;
        let began = Instant::now();
        let took = target
            .answers_until(|| {
                let waited = began.elapsed();
                assert!(waited < Duration::from_secs(60), "some are never cut");
                left.load(Ordering::Relaxed) == all
            })
            .await;
        for (sent, status, after) in dawdling.join_all().await {
            let expected = if sent == body.len() { 15 } else { 10 };
            assert!(after.as_secs() + 1 >= expected, "{sent} after {after:?}");
            let told = (sent == body.len()).then_some(408);
            assert_eq!(status, told, "a body that stops is told why");
        }
        assert_eq!(readers.len(), OF_EACH_KIND);
        let p99 = percentile(&took, 99);
        println!(
            "FLOOD|{} dawdle|{} answers|p50 {:?}|p99 {p99:?}",
            all + readers.len(),
            took.len(),
            percentile(&took, 50)
        );
        assert!(p99 < Duration::from_secs(1), "{p99:?} of {}", took.len());
    })
    .await;
}

/// Sends a request with a body from a generator, as far as it is taken; the answer's status.
async fn send_huge(target: &Target, head: String, chunked: bool) -> Option<u16> {
    let (mut reading, mut writing) = target.sent(&head).await.into_split();
    let sending = async move {
        let piece = vec![b'a'; 64 * 1024];
        for _ in 0..HUGE / piece.len() {
            if chunked && writing.write_all(b"10000\r\n").await.is_err() {
                break;
            }
            if writing.write_all(&piece).await.is_err() {
                break;
            }
            if chunked && writing.write_all(b"\r\n").await.is_err() {
                break;
            }
        }
        writing
    };
    let answering = async {
        let mut answer = Vec::new();
        // What came before a reset is there all the same.
        let _reset = reading.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    };
    let (_writing, answer) = tokio::join!(sending, answering);
    status_of(&answer)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_large_is_refused_and_takes_no_memory() {
    harness::run(Engine::Sqlite, async |app: TestApp| {
        let mut target = Target::start(&app, &[]).await;
        let at = target.address();
        let zeros = "head -c 50000000 /dev/zero | gzip -9";
        let bomb = Command::new("sh").args(["-c", zeros]).output();
        let bomb = bomb.expect("gzip runs").stdout;
        assert!((10_000..65_536).contains(&bomb.len()), "{}", bomb.len());
        let form =
            "Content-Type: application/x-www-form-urlencoded\r\nAccept: application/json\r\n";
        let json = "Content-Type: application/json\r\n";
        let post = |path: &str, headers: &str| {
            format!("POST {path} HTTP/1.1\r\nHost: localhost\r\n{headers}")
        };
        // Everything is asked once before, so that what is loaded once counts for nothing.
        let mut before = None;
        for round in 0..5 {
            let length = format!("Content-Length: {HUGE}\r\n\r\n");
            let chunked = "Transfer-Encoding: chunked\r\n\r\n";
            for (path, kind) in [("/api/auth/sign-in", json), ("/api/fn/sign_in", form)] {
                for (framing, is_chunked) in [(length.as_str(), false), (chunked, true)] {
                    let head = post(path, kind) + framing;
                    let sending = (0..4).map(|_| send_huge(&target, head.clone(), is_chunked));
                    for status in join_all(sending).await {
                        let refused = matches!(status, Some(400 | 413));
                        assert!(refused, "{path} {framing}: {status:?}");
                    }
                }
            }
            for head in [
                format!(
                    "GET / HTTP/1.1\r\nHost: localhost\r\nX-Large: {}",
                    "a".repeat(2_000_000)
                ),
                format!(
                    "GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n",
                    "X-Many: a\r\n".repeat(10_000)
                ),
                format!(
                    "GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n",
                    "a".repeat(2_000_000)
                ),
            ] {
                let mut stream = target.connect().await;
                // The rest is not taken.
                let _reset = stream.write_all(head.as_bytes()).await;
                let answer = rest(&mut stream).await;
                assert!(matches!(status_of(&answer), Some(414 | 431)), "{answer}");
            }
            let fields = "field=1&".repeat(8_000);
            let many = request(at, "POST /api/fn/sign_in", form, &fields).await;
            let (status, answer) = many.expect("answered");
            assert!((400..500).contains(&status), "10,000 fields: {answer}");
            let deep = format!("{{\"email\":{}{}}}", "[".repeat(20_000), "]".repeat(20_000));
            let (status, answer) = request(at, "POST /api/auth/sign-in", json, &deep)
                .await
                .expect("answered");
            assert!((400..500).contains(&status), "a deep body: {answer}");
            for (path, kind) in [("/api/auth/sign-in", json), ("/api/fn/sign_in", form)] {
                let head = post(path, kind)
                    + &format!(
                        "Connection: close\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
                        bomb.len()
                    );
                let mut stream = target.sent(&head).await;
                stream.write_all(&bomb).await.expect("sent");
                let answer = rest(&mut stream).await;
                let status = status_of(&answer).expect("an answer");
                assert!((400..500).contains(&status), "a gzip bomb: {answer}");
            }
            if round == 0 {
                before = target.memory_peak();
            }
        }
        if let (Some(before), Some(after)) = (before, target.memory_peak()) {
            println!("FLOOD|too large|peak {before} MiB, then {after} MiB");
            assert!(after - before < 32, "{before} MiB, then {after} MiB");
        }
        let (status, _) = ask(at, &target.person, "GET /api/me", "")
            .await
            .expect("answered");
        assert_eq!(status, 200, "it works as before");
    })
    .await;
}

/// Sends requests one after the other on one connection until told to stop; how many were answered.
async fn flood(target: SocketAddr, requests: &[(String, u16)], stop: &AtomicBool) -> usize {
    let mut stream = TcpStream::connect(target).await.expect("connected");
    let (mut answered, mut buffer) = (0, vec![0; 64 * 1024]);
    while !stop.load(Ordering::Relaxed) {
        let (request, expected) = &requests[answered % requests.len()];
        stream.write_all(request.as_bytes()).await.expect("sent");
        let (mut answer, mut length) = (Vec::new(), None);
        while length.is_none_or(|length| answer.len() < length) {
            let read = stream.read(&mut buffer).await.expect("an answer");
            assert!(read > 0, "the connection stays");
            answer.extend_from_slice(&buffer[..read]);
            let text = String::from_utf8_lossy(&answer);
            let Some((head, _)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let body = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().expect("a number"));
            length = Some(head.len() + 4 + body);
        }
        let text = String::from_utf8_lossy(&answer);
        assert_eq!(status_of(&text), Some(*expected), "{request}{text}");
        answered += 1;
    }
    answered
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_bad_cookies_and_tokens_writes_nothing_and_slows_nobody() {
    harness::run(Engine::Sqlite, async |app: TestApp| {
        let target = Target::start(&app, &[]).await;
        let bad = "A".repeat(43);
        let get = |path: &str, headers: &str| format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
        let cookie = format!("Cookie: ym_login={bad}\r\n");
        let webhook = "POST /api/livekit/webhook HTTP/1.1\r\nHost: localhost\r\nAuthorization: a.b.c\r\n\
                       Content-Length: 2\r\n\r\n{}";
        let requests: Arc<[(String, u16)]> = Arc::new([
            (get("/api/me", &cookie), 401),
            (get("/api/events", &cookie), 401),
            (get(&format!("/calendar/{bad}.ics"), ""), 404),
            (get("/dashboard", &cookie), 303),
            (webhook.to_owned(), 401),
        ]);
        let stop = Arc::new(AtomicBool::new(false));
        let (at, before) = (target.address(), target.writes());
        let flooding: Vec<_> = (0..16)
            .map(|_| {
                let (requests, stop) = (Arc::clone(&requests), Arc::clone(&stop));
                tokio::spawn(async move { flood(at, &requests, &stop).await })
            })
            .collect();
        let began = Instant::now();
        let took = target
            .answers_until(|| began.elapsed() >= Duration::from_secs(2))
            .await;
        stop.store(true, Ordering::Relaxed);
        let mut refused = 0;
        for flood in flooding {
            refused += flood.await.expect("no panic");
        }
        let seconds = began.elapsed().as_secs_f64();
        let writes = target.writes() - before;
        let (p50, p99) = (percentile(&took, 50), percentile(&took, 99));
        println!("FLOOD|{refused} refused in {seconds:.1} s|{writes} writes|p50 {p50:?}|p99 {p99:?}");
        // What goes on in the background writes now and then.
        assert!(refused > 200 && writes < 50, "{refused} refused, {writes} writes");
        assert_eq!(app.test_db.number("SELECT count(*) FROM attempts").await, 0);
        let wrong = format!(r#"{{"email":"{}","password":"wrong"}}"#, target.person.email);
        let (counted, sign_in) = (target.writes(), "POST /api/auth/sign-in");
        let refused = request(at, sign_in, "", &wrong).await.expect("answered");
        assert_eq!(refused.0, 401, "{}", refused.1);
        assert!(target.writes() > counted, "a write would have been seen");
        assert!(p50 < Duration::from_millis(200), "{p50:?}");
        assert!(p99 < Duration::from_secs(1), "{p99:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_too_many_is_told_so_and_another_is_served_once_one_has_ended() {
    harness::run(Engine::Sqlite, async |app: TestApp| {
        let target = Target::start(&app, &[("MAX_CONNECTIONS", "3")]).await;
        let ask = async || {
            let mut stream = target.connect().await;
            let ask = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
            stream.write_all(ask).await.ok()?;
            let mut start = [0; 12];
            stream.read_exact(&mut start).await.ok()?;
            (start == *b"HTTP/1.1 200").then_some(stream)
        };
        let began = Instant::now();
        let in_time = || assert!(began.elapsed() < Duration::from_secs(20), "no place");
        let mut open = Vec::new();
        // The one that asked whether it is ready may not have ended yet.
        while open.len() < 3 {
            in_time();
            open.extend(ask().await);
        }
        let answer = rest(&mut target.connect().await).await;
        assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
        assert!(answer.contains("Retry-After: 5") && answer.ends_with("shortly."));
        open.pop();
        while ask().await.is_none() {
            in_time();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_will_stop_says_so_first_and_serves_until_then() {
    harness::run(Engine::Sqlite, async |app: TestApp| {
        let mut target = Target::start(&app, &[("SHUTDOWN_GRACE_SECONDS", "300")]).await;
        let at = target.address();
        target.process.process().signal("TERM").expect("it runs");
        let began = Instant::now();
        loop {
            let (status, _) = request(at, "GET /readyz", "", "").await.expect("answered");
            if status == 503 {
                break;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "it stays ready");
        }
        for _ in 0..3 {
            let (status, _) = ask(at, &target.person, "GET /api/me", "")
                .await
                .expect("new connections are served");
            assert_eq!(status, 200);
        }
        // Asked again, it stops at once.
        let ended = tokio::task::block_in_place(|| target.process.stop());
        assert!(ended.expect("it ends by itself").success());
        assert!(TcpStream::connect(at).await.is_err());
    })
    .await;
}
