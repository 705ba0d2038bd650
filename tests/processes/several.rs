//! Several processes on one PostgreSQL. LiveKit is down throughout: nothing here waits for it.

use crate::{
    harness::{self, TestApp},
    support::{Process, Stage, book, hour, report},
};
use domain::time::Millis;
use server::store::Engine;
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

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
        assert_eq!(stage.count("emails WHERE kind = 'booked'").await, 2);
        assert_eq!(
            stage.count("leases").await,
            1,
            "one of them keeps the schedules"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "waits for leases to end; cargo xtask chaos runs it"]
async fn killing_processes_while_they_book_and_write_emails_loses_nothing() {
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
        let unsent = "emails WHERE kind = 'booked' AND sent_at IS NULL";
        while stage.count(unsent).await > 0 {
            let waited = began.elapsed();
            assert!(waited < Duration::from_secs(90), "emails are stuck");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let recovered = began.elapsed();
        let booked = stage.count("sessions WHERE booking = 'confirmed'").await;
        let promised = i64::try_from(sure.load(Ordering::Relaxed)).expect("small");
        assert!(
            booked >= promised && promised > 24,
            "{booked} booked, {promised} promised"
        );
        assert_eq!(
            stage.count("emails WHERE kind = 'booked'").await,
            booked * 2
        );
        let rooms = stage.count("livekit_rooms").await;
        assert_eq!(rooms, booked, "each has its room's record");
        assert_eq!(stage.count("jobs WHERE kind = 'create_room'").await, booked);
        assert_eq!(stage.count("session_seats WHERE active").await, booked * 2);
        report(
            "kill -9 of one of three processes while booking",
            runs,
            booked * 2
                - stage
                    .count("emails WHERE sent_at IS NOT NULL AND kind = 'booked'")
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
        let status = first.stop().expect("it ends by itself");
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
