//! What `cargo xtask bench` measures of scheduling, on both engines. Each line `BENCH {…}` is a row of its table.

use crate::{
    harness::{self, NOW, Person, TestApp},
    rooms::details,
    webhooks,
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::{
    availability::{Interval, Length, Schedule, ScheduleDraft, free_slots},
    ids::RoomName,
    time::{Millis, Timestamp},
};
use http_body_util::BodyExt;
use server::{
    http,
    live::StreamLimits,
    meetings::{self, reconcile},
    sessions::{self, BookRequest},
    store::Engine,
    webhooks::receive,
    zones::Zone,
};
use sha2::{Digest, Sha256};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{sync::Semaphore, task::JoinSet};
use tower::ServiceExt;
use uuid::Uuid;

/// Bookings of each measurement.
const BOOKINGS: usize = 400;
/// Sessions that the mentor of the slot measurement has already.
const SESSIONS: i64 = 500;

fn row(what: &str, value: f64, unit: &str, most: Option<f64>) {
    let (aim, ok) = (
        most.map(|most| format!("≤ {most}")),
        most.map(|most| value <= most),
    );
    let value = (value * 100.0).round() / 100.0;
    println!(
        "BENCH {}",
        serde_json::json!({"what": what, "value": value, "unit": unit, "aim": aim, "ok": ok})
    );
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn quantile(times: &mut [Duration], share: f64) -> f64 {
    times.sort_unstable();
    let last = times.len() - 1;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a rank among a few hundred"
    )]
    let rank = (last as f64 * share) as usize;
    milliseconds(times[rank])
}

#[test]
#[ignore = "a measurement, run by cargo xtask bench"]
fn slots_of_a_month() {
    let draft = ScheduleDraft {
        hours: harness::around_the_clock(),
        lengths: vec![15],
        buffer_after: 5,
        max_per_day: Some(50),
        max_per_week: Some(200),
        ..ScheduleDraft::default()
    };
    let schedule = Schedule::check(draft).expect("a good schedule");
    let length = Length::parse(15).expect("a length");
    let starts: Vec<_> = (0..SESSIONS)
        .map(|n| NOW + Millis::minutes(n * 80))
        .collect();
    let busy: Vec<_> = starts
        .iter()
        .map(|from| {
            schedule.seat(Interval {
                from: *from,
                to: *from + Millis::minutes(15),
            })
        })
        .collect();
    let range = Interval {
        from: NOW,
        to: NOW + Millis::days(31),
    };
    let zone = Zone::or_utc("Europe/Berlin");
    let mut times = Vec::new();
    for _ in 0..101 {
        let began = Instant::now();
        let slots = free_slots(&schedule, length, &busy, &starts, range, NOW, &zone);
        times.push(began.elapsed());
        assert!(slots.len() > 500);
    }
    row(
        "slots of a month beside 500 sessions: p50",
        quantile(&mut times, 0.5),
        "ms",
        Some(5.0),
    );
    row(
        "slots of a month beside 500 sessions: worst of 101",
        quantile(&mut times, 1.0),
        "ms",
        None,
    );
}

async fn measure(engine: Engine, name: &'static str, most: Option<f64>) {
    harness::run(engine, async |app: TestApp| {
        let (mut mentors, mut mentees) = (Vec::new(), Vec::new());
        for n in 0..8 {
            mentors.push(app.mentor(&format!("Mentor {n}")).await);
            mentees.push(app.person(&format!("Mentee {n}")).await);
        }
        let mut times = run(&app, &mentors, &mentees, 1, 0).await.0;
        row(
            &format!("booking with room and emails, {name}, one after the other: p50"),
            quantile(&mut times, 0.5),
            "ms",
            most,
        );
        row(
            &format!("booking with room and emails, {name}, one after the other: p99"),
            quantile(&mut times, 0.99),
            "ms",
            None,
        );
        let (mut times, took) = run(&app, &mentors, &mentees, 16, 1).await;
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let rate = times.len() as f64 / took.as_secs_f64();
        row(
            &format!("booking with room and emails, {name}, 16 at once"),
            rate,
            "/s",
            None,
        );
        row(
            &format!("booking with room and emails, {name}, 16 at once: p99"),
            quantile(&mut times, 0.99),
            "ms",
            None,
        );
    })
    .await;
}

/// Books every free hour of some days, `at_once` at the same time; how long each took, and all.
async fn run(
    app: &TestApp,
    mentors: &[Person],
    mentees: &[Person],
    at_once: usize,
    block: i64,
) -> (Vec<Duration>, Duration) {
    let turns = Arc::new(Semaphore::new(at_once));
    let mut tasks = JoinSet::new();
    let began = Instant::now();
    for n in 0..BOOKINGS {
        let (app, mentor, mentee) = (
            app.clone(),
            mentors[n % 8].id(),
            mentees[n % 8].login.clone(),
        );
        let turn = turns.clone().acquire_owned().await.expect("open");
        let hour = block * 24 * 10 + 1 + i64::try_from(n / 8).expect("small");
        let starts_at: Timestamp = NOW + Millis::hours(hour);
        tasks.spawn(async move {
            let request = BookRequest {
                mentor,
                starts_at,
                minutes: None,
                idempotency_key: None,
            };
            let began = Instant::now();
            sessions::book(&app.state, &mentee, request, details("Bench"))
                .await
                .expect("booked");
            drop(turn);
            began.elapsed()
        });
    }
    let times = tasks.join_all().await;
    (times, began.elapsed())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, run by cargo xtask bench"]
async fn bookings_on_both_engines() {
    measure(Engine::Sqlite, "SQLite", Some(20.0)).await;
    measure(Engine::Postgres, "PostgreSQL", None).await;
}

/// Offered messages of LiveKit a second, and for how many seconds.
const OFFERED: (u64, u64) = (1_000, 5);

/// Processor time of this process so far.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let (_, fields) = stat.rsplit_once(") ").expect("its usual form");
    let ticks = |n: usize| -> u64 {
        let field = fields.split(' ').nth(n).expect("a field");
        field.parse().expect("a number")
    };
    // utime and stime, in hundredths of a second (proc_pid_stat(5)).
    Duration::from_millis((ticks(11) + ticks(12)) * 10)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, run by cargo xtask bench"]
async fn a_thousand_webhooks_a_second() {
    harness::run(Engine::Sqlite, async |app: TestApp| {
        let (mentor, mentee) = app.pair().await;
        let mut rooms = Vec::new();
        for n in 0..50 {
            let id = app.session(&mentor, &mentee, NOW + Millis::hours(n)).await;
            rooms.push(RoomName::new(id, 1));
        }
        let (rate, seconds) = OFFERED;
        let messages: Vec<_> = (0..rate * seconds)
            .map(|n| {
                let room = &rooms[usize::try_from(n).expect("small") % rooms.len()];
                webhooks::started(room, n)
            })
            .collect();
        let (began, used) = (Instant::now(), cpu());
        let mut answers = JoinSet::new();
        let mut tick = tokio::time::interval(Duration::from_millis(1_000 / rate));
        for (body, signature) in messages {
            tick.tick().await;
            let (state, inbox) = (app.state.clone(), app.inbox.clone());
            answers.spawn(async move {
                let asked = Instant::now();
                let accepted = receive(&state, &inbox, Some(&signature), &body).await;
                accepted.expect("stored");
                asked.elapsed()
            });
        }
        let mut times = answers.join_all().await;
        let (took, used) = (began.elapsed(), cpu().checked_sub(used).expect("it grows"));
        let each = milliseconds(used) / f64::from(u32::try_from(rate * seconds).expect("small"));
        let second = took.as_secs_f64() / f64::from(u32::try_from(seconds).expect("small"));
        assert!(second < 1.1, "the load itself could not keep up: {second}");
        row(
            "1,000 webhooks/s on SQLite: p50",
            quantile(&mut times, 0.5),
            "ms",
            None,
        );
        row(
            "1,000 webhooks/s on SQLite: p99",
            quantile(&mut times, 0.99),
            "ms",
            Some(25.0),
        );
        row(
            "1,000 webhooks/s on SQLite: CPU of each, load included",
            each,
            "ms",
            Some(1.0),
        );
        app.run_jobs().await;
        let waiting = "SELECT count(*) FROM webhook_events WHERE state = 'received'";
        assert_eq!(app.test_db.number(waiting).await, 0);
        let whole = milliseconds(began.elapsed()) / 1_000.0;
        row(
            "1,000 webhooks/s on SQLite: 5,000 applied after",
            whole,
            "s",
            None,
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, run by cargo xtask bench"]
async fn five_hundred_rooms_compared() {
    harness::run(Engine::Sqlite, async |app: TestApp| {
        let (mentor, mentee) = app.pair().await;
        // A second each, so that all windows are open at once.
        for n in 0..500 {
            let from = NOW + Millis::seconds(n);
            let made = app
                .session_of(mentor.id(), mentee.id(), from, Millis::seconds(1))
                .await;
            let name = RoomName::new(made.expect("free"), 1);
            app.run_jobs().await;
            for person in [&mentor, &mentee] {
                app.media.join(&name, person.id(), NOW).expect("a room");
            }
        }
        for (what, mended) in [("two people each, all unknown", 500), ("nothing new", 0)] {
            let used = cpu();
            let found = reconcile::all(&app.state).await.expect("answers");
            assert_eq!((found.rooms, found.mended), (500, mended));
            let used = cpu().checked_sub(used).expect("it grows").as_secs_f64();
            row(
                &format!("500 rooms compared on SQLite, {what}: CPU"),
                used,
                "s",
                Some(1.0),
            );
        }
    })
    .await;
}

/// Logins, and open streams of each.
const LISTENING: (usize, usize) = (500, 8);

/// A login that nobody signed in for; its cookie.
async fn login(app: &TestApp, person: &Person, n: usize) -> String {
    let token = format!("{n:043}");
    let hash = format!("{:x}", Sha256::digest(&token));
    let sql = "INSERT INTO logins (id, user_id, token_hash, created_at, last_seen_at, expires_at) \
               VALUES ($1, $2, $3, $4, $4, $5)";
    let values = [
        Uuid::new_v4().into(),
        person.id().into(),
        hash.into(),
        NOW.into(),
        (NOW + Millis::days(30)).into(),
    ];
    app.test_db.sql(sql, values).await.expect("inserted");
    format!("ym_login={token}")
}

/// What one account could ask of us, with more logins than it may have: every stream is told once a second.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, run by cargo xtask bench"]
async fn four_thousand_streams_are_told_every_second() {
    harness::run(Engine::Sqlite, async |mut app: TestApp| {
        let ((logins, each), most) = (LISTENING, usize::MAX);
        app.state.stream_limits = StreamLimits {
            per_login: each,
            per_user: most,
            per_network: most,
            in_all: most,
        };
        let (mentor, mentee, id) = app.pair_with_session(NOW).await;
        let site = http::router(app.state.clone(), app.inbox.clone());
        let (told, mut streams) = (Arc::new(AtomicUsize::new(0)), JoinSet::new());
        for n in 0..logins {
            let cookie = login(&app, &mentee, n).await;
            for stream in 0..each {
                let path = match stream % 2 {
                    0 => "/live".to_owned(),
                    _ => format!("/live?session={id}"),
                };
                let request = Request::get(path).header(header::COOKIE, &cookie);
                let request = request.body(Body::empty()).expect("a request");
                let response = site.clone().oneshot(request).await.expect("an answer");
                assert_eq!(response.status(), StatusCode::OK);
                let (mut body, told) = (response.into_body(), Arc::clone(&told));
                streams.spawn(async move {
                    while let Some(Ok(frame)) = body.frame().await {
                        let is_event = frame.data_ref().is_some_and(|data| !data.starts_with(b":"));
                        told.fetch_add(usize::from(is_event), Ordering::Relaxed);
                    }
                });
            }
        }
        let all = logins * each;
        while told.load(Ordering::Relaxed) < all {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let seconds = 20;
        let (used, looks, began) = (cpu(), app.state.events.looks(), Instant::now());
        let mut tick = tokio::time::interval(Duration::from_millis(1_050));
        for n in 1..=seconds {
            tick.tick().await;
            meetings::running_late(&app.state, &mentor.login, id, n % 2 == 1)
                .await
                .expect("said");
        }
        while told.load(Ordering::Relaxed) < all * (1 + seconds) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let used = cpu().checked_sub(used).expect("it grows").as_secs_f64();
        row(
            "4,000 streams of 500 logins, a change a second, SQLite: CPU",
            used / began.elapsed().as_secs_f64() * 100.0,
            "% core",
            Some(20.0),
        );
        #[expect(clippy::cast_precision_loss, reason = "a few dozen")]
        let looks = (app.state.events.looks() - looks) as f64 / seconds as f64;
        row(
            "looks at the database for each change",
            looks,
            "",
            Some(1.1),
        );
        app.stop();
        streams.join_all().await;
    })
    .await;
}
