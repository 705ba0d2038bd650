//! Faults that take long or need a LiveKit of their own; `cargo xtask chaos` runs them and prints a table.
//! Everything stays on this machine's loopback and ends by itself.

use crate::{
    harness::{self, TestApp},
    livekit_server::{KEY, LiveKitServer, SECRET},
    support::{Process, Stage, ask, book, hour, report},
};
use domain::{
    door::Standing,
    ids::{RoomName, SessionId, UserId},
    session::SeatRole,
    time::{Millis, Timestamp},
};
use secrecy::{ExposeSecret, SecretString};
use server::{
    config::MediaConfig,
    media::{JoinGrant, LiveKit, MediaServer},
    store::Engine,
};
use std::{
    net::Ipv4Addr,
    process::Command,
    time::{Duration, Instant},
};
use tokio::{io::AsyncWriteExt, net::TcpListener};

pub fn product() -> Command {
    Command::new(env!("CARGO_BIN_EXE_young-minds"))
}

pub fn client(server: &LiveKitServer) -> LiveKit {
    LiveKit::new(&MediaConfig {
        api_key: KEY.to_owned(),
        api_secret: SecretString::from(SECRET),
        ws_url: server.ws_url(),
        public_ws_url: server.ws_url(),
        webhook_keys: Vec::new(),
    })
}

/// Waits for `done`; how long that took.
pub async fn until(what: &str, within: Duration, mut done: impl AsyncFnMut() -> bool) -> Duration {
    let began = Instant::now();
    while !done().await {
        assert!(began.elapsed() < within, "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    began.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "cargo xtask chaos runs it"]
async fn kill_9_on_sqlite_while_booking_keeps_every_promise() {
    harness::run(Engine::Sqlite, async |app: TestApp| {
        let stage = Stage::set(app).await;
        let (runs, mut promised, mut worst) = (10, 0, Duration::ZERO);
        for run in 0..runs {
            let mut process = Process::start(&stage.app.test_db.url, &stage.mail);
            process.ready().await;
            let (at, mentor) = (process.address, stage.mentor.clone());
            let mentees = stage.mentees.clone();
            let booking = tokio::spawn(async move {
                let mut sure = 0;
                for n in 0..12usize {
                    let time = (hour(1 + run * 12 + n), 60);
                    if let Ok(201) = book(at, &mentees[n % 8], &mentor, time).await {
                        sure += 1;
                    }
                }
                sure
            });
            // Another moment in each run.
            tokio::time::sleep(Duration::from_millis(
                20 + 25 * u64::try_from(run).expect("small"),
            ))
            .await;
            process.kill();
            promised += booking.await.expect("no panic");
            let began = Instant::now();
            let mut again = Process::start(&stage.app.test_db.url, &stage.mail);
            again.ready().await;
            worst = worst.max(began.elapsed());
        }
        let booked = stage.count("sessions WHERE booking = 'confirmed'").await;
        assert!(
            booked >= promised && promised > 0,
            "{booked} booked, {promised} promised"
        );
        assert_eq!(
            stage.count("emails WHERE kind = 'booked'").await,
            booked * 2
        );
        assert_eq!(stage.count("livekit_rooms").await, booked);
        assert_eq!(
            stage
                .count("pragma_integrity_check WHERE integrity_check = 'ok'")
                .await,
            1
        );
        report(
            "kill -9 while booking, SQLite",
            runs,
            (promised - booked).max(0),
            worst,
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "cargo xtask chaos runs it"]
async fn a_postgres_that_drops_every_connection_is_used_again_at_once() {
    harness::run(Engine::Postgres, async |app: TestApp| {
        let stage = Stage::set(app).await;
        let url = &stage.app.test_db.url;
        let named = format!("{url}&application_name=product");
        let mut process = Process::start(&named, &stage.mail);
        process.ready().await;
        let (runs, mut worst) = (5, Duration::ZERO);
        for run in 0..runs {
            let theirs = "pg_stat_activity WHERE datname = current_database() AND application_name = 'product'";
            stage
                .count(&format!(
                    "(SELECT pg_terminate_backend(pid) FROM {theirs}) AS cut"
                ))
                .await;
            let time = (hour(1 + run), 60);
            let took = until("bookings work again", Duration::from_secs(20), async || {
                let answer = book(process.address, &stage.mentees[0], &stage.mentor, time).await;
                let status = answer.expect("the process answers");
                assert!(matches!(status, 201 | 409 | 503), "{status}");
                matches!(status, 201 | 409)
            })
            .await;
            worst = worst.max(took);
        }
        let booked = stage.count("sessions WHERE booking = 'confirmed'").await;
        report(
            "PostgreSQL drops every connection",
            runs,
            i64::try_from(runs).expect("small") - booked,
            worst,
        );
        assert_eq!(booked, 5);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "cargo xtask chaos runs it"]
#[expect(
    clippy::disallowed_methods,
    reason = "tests have no configuration of their own"
)]
async fn a_restarted_postgres_is_used_again() {
    let control = std::env::var("YM_POSTGRES_CTL").expect("cargo xtask chaos sets it");
    harness::run(Engine::Postgres, async |app: TestApp| {
        let stage = Stage::set(app).await;
        let mut process = Process::start(&stage.app.test_db.url, &stage.mail);
        process.ready().await;
        let (runs, mut worst) = (3, Duration::ZERO);
        for run in 0..runs {
            let restart = format!("cd / && {control} restart -m fast -w -l /dev/null");
            let mut restarting = Command::new("sh")
                .args(["-c", &restart])
                .spawn()
                .expect("sh runs");
            let time = (hour(1 + run), 60);
            let took = until("bookings work again", Duration::from_secs(30), async || {
                let is_up = restarting.try_wait().expect("a child of ours").is_some();
                let answer = book(process.address, &stage.mentees[0], &stage.mentor, time).await;
                let status = answer.expect("the process answers");
                assert!(matches!(status, 201 | 409 | 503), "{status}");
                is_up && matches!(status, 201 | 409)
            })
            .await;
            assert!(restarting.wait().expect("ended").success());
            worst = worst.max(took);
        }
        let booked = stage.count("sessions WHERE booking = 'confirmed'").await;
        report(
            "PostgreSQL restarted",
            runs,
            i64::try_from(runs).expect("small") - booked,
            worst,
        );
        assert_eq!(booked, i64::try_from(runs).expect("small"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "cargo xtask chaos runs it"]
async fn a_full_disk_is_a_clear_503_and_breaks_nothing() {
    harness::run(Engine::Sqlite, async |app: TestApp| {
        let stage = Stage::set(app).await;
        // A file may not grow beyond this many KiB: what a full disk looks like to SQLite. The signal
        // that comes with it would end the process, so it is ignored.
        let mut limited = Command::new("bash");
        let path = env!("CARGO_BIN_EXE_young-minds");
        limited.args([
            "-c",
            "trap '' XFSZ; ulimit -f 700; exec \"$0\" \"$@\"",
            path,
        ]);
        let livekit = ("key", "0123456789abcdef-not-a-secret-0123456789");
        let mut process = Process::start_as(
            limited,
            &stage.app.test_db.url,
            &stage.mail,
            "ws://127.0.0.1:9",
            livekit,
        );
        process.ready().await;
        let (mut promised, mut full) = (0, 0);
        for n in 0..300usize {
            let time = (hour(1 + n), 60);
            match book(process.address, &stage.mentees[n % 8], &stage.mentor, time)
                .await
                .expect("it answers")
            {
                201 => promised += 1,
                503 => full += 1,
                status => panic!("{status} at {n}, {promised} {full}"),
            }
            if full >= 5 {
                break;
            }
        }
        assert!(
            full >= 5 && promised > 0,
            "{promised} booked, {full} refused"
        );
        let (status, _) = ask(process.address, &stage.mentor, "GET /api/sessions", "")
            .await
            .expect("it answers");
        assert_eq!(status, 200, "reading goes on");
        process.kill();
        let began = Instant::now();
        let mut again = Process::start(&stage.app.test_db.url, &stage.mail);
        again.ready().await;
        assert_eq!(
            stage
                .count("pragma_integrity_check WHERE integrity_check = 'ok'")
                .await,
            1
        );
        assert_eq!(
            stage.count("sessions WHERE booking = 'confirmed'").await,
            promised
        );
        let answer = book(
            again.address,
            &stage.mentees[0],
            &stage.mentor,
            (hour(400), 60),
        )
        .await;
        assert_eq!(
            answer.expect("it answers"),
            201,
            "with room on the disk it goes on"
        );
        report("disk full, SQLite", 1, 0, began.elapsed());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "cargo xtask chaos runs it"]
async fn a_livekit_that_hangs_or_talks_nonsense_delays_no_booking() {
    harness::run(Engine::Sqlite, async |app: TestApp| {
        let stage = Stage::set(app).await;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let (say, hear) = tokio::sync::watch::channel(false);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let nonsense = *hear.borrow();
                tokio::spawn(async move {
                    if nonsense {
                        let page = b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\noops";
                        stream.write_all(page).await.expect("sent");
                    }
                    tokio::time::sleep(Duration::from_secs(30)).await;
                });
            }
        });
        let url = format!("ws://{address}");
        let key = (KEY, SECRET);
        let mut process = Process::start_as(product(), &stage.app.test_db.url, &stage.mail, &url, key);
        process.ready().await;
        let now = stage.app.state.clock.now();
        let open = stage.app.session(&stage.mentor, &stage.mentees[7], now).await;
        let mut slowest = Duration::ZERO;
        for (run, nonsense) in [false, true].into_iter().enumerate() {
            say.send_replace(nonsense);
            let began = Instant::now();
            let answer = book(process.address, &stage.mentees[0], &stage.mentor, (hour(2 + run), 60)).await;
            assert_eq!(answer.expect("it answers"), 201);
            slowest = slowest.max(began.elapsed());
            assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
            let line = format!("GET /api/sessions/{open}/livekit/access-token?rejoin=true");
            let (status, answer) = ask(process.address, &stage.mentees[7], &line, "").await.expect("it answers");
            assert_eq!(status, 503, "{answer}");
            assert!(answer.contains("media_unavailable"), "{answer}");
        }
        report("LiveKit hangs 30 s, or answers HTML", 2, 0, slowest);
    })
    .await;
}

const NOBODYS_LOGIN: &str = "00000000-0000-0000-0000-000000000000";

/// A token as long-lived as those that LiveKit itself hands to people inside.
fn old_token(livekit: &LiveKit, room: &RoomName, user: UserId, now: Timestamp) -> String {
    let grant = JoinGrant {
        room: room.clone(),
        user,
        name: "Somebody".to_owned(),
        role: SeatRole::Mentee,
        standing: Standing::In,
        login: NOBODYS_LOGIN.parse().expect("an id"),
        lifetime: Millis::hours(1),
        now,
    };
    let token = livekit.access_token(&grant).expect("minted");
    token.expose_secret().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "cargo xtask chaos runs it"]
async fn an_end_survives_livekit_hanging_and_kill_9_and_stays_an_end() {
    harness::run(Engine::Sqlite, async |app: TestApp| {
        let stage = Stage::set(app).await;
        let server = LiveKitServer::start_silent();
        let livekit = client(&server);
        let key = (KEY, SECRET);
        let start = || {
            Process::start_as(
                product(),
                &stage.app.test_db.url,
                &stage.mail,
                &server.ws_url(),
                key,
            )
        };
        let mut process = start();
        process.ready().await;
        let now = stage.app.state.clock.now();
        let (runs, mut worst, mut ended) = (3, Duration::ZERO, Vec::new());
        for n in 0..runs {
            let mentee = &stage.mentees[n];
            // One after the other: an end frees the mentor's seat.
            let id = stage.app.session(&stage.mentor, mentee, now).await;
            let room = RoomName::new(id, 1);
            let line = format!("GET /api/sessions/{id}/livekit/access-token");
            let (status, answer) = ask(process.address, mentee, &line, "")
                .await
                .expect("it answers");
            assert_eq!(status, 200, "{answer}");
            let token = old_token(&livekit, &room, mentee.id(), now);
            let validate = format!("/rtc/validate?access_token={token}");
            assert_eq!(server.get(&validate).await.0, 200, "the room is open");
            server.hang().await;
            let line = format!("POST /api/sessions/{id}/livekit/end-room");
            let began = Instant::now();
            let (status, answer) = ask(process.address, &stage.mentor, &line, "")
                .await
                .expect("it answers");
            assert_eq!(status, 200, "{answer}");
            assert!(
                began.elapsed() < Duration::from_secs(1),
                "an end waits for nobody"
            );
            process.kill();
            server.signal("CONT");
            process = start();
            process.ready().await;
            // The lease of the job that died with the process has to end first.
            let took = until("the room is deleted", Duration::from_secs(90), async || {
                livekit
                    .participants(&room)
                    .await
                    .expect("LiveKit answers")
                    .is_none()
            })
            .await;
            worst = worst.max(took);
            ended.push((id, mentee, validate));
        }
        let minutes = minutes();
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(minutes * 60) {
            for (id, mentee, validate) in &ended {
                assert_eq!(
                    server.get(validate).await.0,
                    404,
                    "an old token opens nothing"
                );
                let line = format!("GET /api/sessions/{id}/livekit/access-token?rejoin=true");
                let (status, _) = ask(process.address, mentee, &line, "")
                    .await
                    .expect("it answers");
                assert_eq!(status, 410);
            }
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
        report("LiveKit hangs at the end, then kill -9", runs, 0, worst);
        report(
            &format!("old tokens tried for {minutes} minutes after the end"),
            runs,
            0,
            Duration::ZERO,
        );
    })
    .await;
}

/// For how long ended rooms are watched: longer than LiveKit's own tokens live, unless told otherwise.
#[expect(
    clippy::disallowed_methods,
    reason = "tests have no configuration of their own"
)]
fn minutes() -> u64 {
    let said = std::env::var("YM_CHAOS_TOKEN_MINUTES").ok();
    said.and_then(|said| said.parse().ok()).unwrap_or(11)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "cargo xtask chaos runs it"]
async fn a_killed_livekit_loses_no_session_and_its_rooms_come_back_when_somebody_joins() {
    harness::run(Engine::Sqlite, async |app: TestApp| {
        let stage = Stage::set(app).await;
        let mut server = LiveKitServer::start_silent();
        let url = server.ws_url();
        let mut process = Process::start_as(
            product(),
            &stage.app.test_db.url,
            &stage.mail,
            &url,
            (KEY, SECRET),
        );
        process.ready().await;
        let now = stage.app.state.clock.now();
        let id: SessionId = stage
            .app
            .session(&stage.mentor, &stage.mentees[0], now)
            .await;
        let line = format!("GET /api/sessions/{id}/livekit/access-token?rejoin=true");
        let (runs, mut worst) = (3, Duration::ZERO);
        for run in 0..runs {
            until("a join token", Duration::from_secs(10), async || {
                matches!(
                    ask(process.address, &stage.mentees[0], &line, "").await,
                    Ok((200, _))
                )
            })
            .await;
            server.kill();
            let answer = book(
                process.address,
                &stage.mentees[1],
                &stage.mentor,
                (hour(2 + run), 60),
            )
            .await;
            assert_eq!(answer.expect("it answers"), 201, "booking needs no LiveKit");
            server.start_again().expect("it starts again");
            let livekit = client(&server);
            let room = RoomName::new(id, 1);
            let took = until("the room is back", Duration::from_secs(20), async || {
                let asked = ask(process.address, &stage.mentees[0], &line, "").await;
                matches!(asked, Ok((200, _)))
                    && livekit
                        .participants(&room)
                        .await
                        .expect("LiveKit answers")
                        .is_some()
            })
            .await;
            worst = worst.max(took);
        }
        report("LiveKit killed and started again", runs, 0, worst);
    })
    .await;
}
