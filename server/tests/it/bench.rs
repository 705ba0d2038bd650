//! What `cargo xtask bench` measures of scheduling, on both engines. Each line `BENCH {…}` is a row of its table.

use crate::{
    harness::{self, NOW, Person, TestApp},
    rooms::wish,
};
use domain::{
    availability::{Interval, Length, Offer, OfferDraft, free_slots},
    time::{Millis, Timestamp},
};
use server::{
    bookings::{self, BookRequest},
    store::Engine,
    zones::Zone,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::Semaphore, task::JoinSet};

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
    let draft = OfferDraft {
        hours: harness::around_the_clock(),
        lengths: vec![15],
        buffer_after: 5,
        max_per_day: Some(50),
        max_per_week: Some(200),
        ..OfferDraft::default()
    };
    let offer = Offer::check(draft).expect("a good offer");
    let length = Length::parse(15).expect("a length");
    let starts: Vec<_> = (0..SESSIONS)
        .map(|n| NOW + Millis::minutes(n * 80))
        .collect();
    let busy: Vec<_> = starts
        .iter()
        .map(|from| {
            offer.seat(Interval {
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
        let slots = free_slots(&offer, length, &busy, &starts, range, NOW, &zone);
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
            &format!("booking with room and mails, {name}, one after the other: p50"),
            quantile(&mut times, 0.5),
            "ms",
            most,
        );
        row(
            &format!("booking with room and mails, {name}, one after the other: p99"),
            quantile(&mut times, 0.99),
            "ms",
            None,
        );
        let (mut times, took) = run(&app, &mentors, &mentees, 16, 1).await;
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        let rate = times.len() as f64 / took.as_secs_f64();
        row(
            &format!("booking with room and mails, {name}, 16 at once"),
            rate,
            "/s",
            None,
        );
        row(
            &format!("booking with room and mails, {name}, 16 at once: p99"),
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
            bookings::book(&app.state, &mentee, request, wish("Bench"))
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
