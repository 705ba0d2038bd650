//! The process ends at every single step of booking, joining and ending, one run for each step; another one goes on from
//! there. A step is a moment before or after a commit, a call to LiveKit, or an email (`server/src/fail`).

use crate::{
    faults::{client, product, until},
    harness::{self, Person, TestApp},
    livekit_server::{KEY, LiveKitServer, SECRET},
    support::{Process, Stage, ask, book, hour, report},
};
use domain::ids::SessionId;
use server::{
    clock::{Clock, SystemClock},
    media::MediaServer,
    store::Engine,
};
use std::time::{Duration, Instant};

/// What people do; each step may find that it was done before the crash.
async fn act(
    process: &Process,
    stage: &Stage,
    (mentor, mentee): (&Person, &Person),
    open: SessionId,
    run: usize,
) -> std::io::Result<()> {
    let at = process.address;
    let booked = book(at, &stage.mentees[0], &stage.mentor, (hour(run), 60)).await?;
    assert!(matches!(booked, 201 | 409), "booking: {booked}");
    let join_token = format!("GET /api/sessions/{open}/livekit/access-token");
    let (joined, text) = ask(at, mentee, &join_token, "").await?;
    // 410: the crash came after the end was committed.
    assert!(matches!(joined, 200 | 410), "joining: {joined} {text}");
    let end = format!("POST /api/sessions/{open}/livekit/end-room");
    let (ended, text) = ask(at, mentor, &end, "").await?;
    assert_eq!(ended, 200, "ending: {text}");
    Ok(())
}

/// Nothing is left to do, in the database and at LiveKit.
async fn is_settled(stage: &Stage, livekit: &impl MediaServer) -> bool {
    let now = SystemClock.now().0;
    let due = format!("jobs WHERE done_at IS NULL AND dead_at IS NULL AND run_at <= {now}");
    // The open session was made by the harness, which has another time.
    let unsent = "emails m JOIN sessions s ON s.id = m.session_id \
                  WHERE m.kind = 'booked' AND m.sent_at IS NULL AND s.room = 'scheduled'";
    stage.count(&due).await == 0
        && stage.count(unsent).await == 0
        && livekit.rooms().await.is_ok_and(|rooms| rooms.is_empty())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "cargo xtask chaos runs it"]
async fn a_crash_at_any_step_of_booking_joining_and_ending_loses_nothing() {
    harness::run(Engine::Sqlite, async |app: TestApp| {
        let mut server = LiveKitServer::start_silent();
        let livekit = client(&server);
        let stage = Stage::set(app).await;
        let (mentor, mentee) = (
            stage.app.mentor("Ada").await,
            stage.app.person("Max").await,
        );
        let (mut runs, mut worst) = (0, Duration::ZERO);
        loop {
            runs += 1;
            stage.app.clock.set(SystemClock.now());
            let open = stage.app.session(&mentor, &mentee, SystemClock.now()).await;
            let start = |step: Option<usize>| {
                let mut command = product();
                if let Some(step) = step {
                    command.env("YM_ABORT_AT_STEP", step.to_string());
                }
                let url = server.ws_url();
                Process::start_as(command, &stage.app.test_db.url, &stage.mail, &url, (KEY, SECRET))
            };
            let mut first = start(Some(runs));
            let people = (&mentor, &mentee);
            let began = Instant::now();
            // It may end before it is ready, in the midst of it, or while its jobs run.
            let mut ended = false;
            loop {
                ended = ended || first.process().ended().is_some();
                let answers = crate::support::request(first.address, "GET /readyz", "", "").await;
                if ended || matches!(answers, Ok((200, _))) {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            let acted = !ended && act(&first, &stage, people, open, runs).await.is_ok();
            if acted {
                until("settled or gone", Duration::from_secs(90), async || {
                    ended = first.process().ended().is_some();
                    ended || is_settled(&stage, &livekit).await
                })
                .await;
            }
            if !ended && acted {
                break;
            }
            first.kill();
            let mut second = start(None);
            second.ready().await;
            act(&second, &stage, people, open, runs).await.expect("the second one lives");
            // A job whose process was killed runs again when its lease is over: a minute, not waited for here.
            let over = "UPDATE jobs SET locked_until = 0 WHERE locked_until IS NOT NULL AND done_at IS NULL";
            stage.app.test_db.sql(over, []).await.expect("leases end");
            until("settled", Duration::from_secs(90), async || {
                is_settled(&stage, &livekit).await
            })
            .await;
            worst = worst.max(began.elapsed());
            second.kill();
        }
        let expected = i64::try_from(runs).expect("small");
        let count = async |what: &str| stage.count(what).await;
        assert!(runs > 12, "only {runs} steps were found");
        assert_eq!(count("sessions WHERE booking = 'confirmed' AND room = 'scheduled'").await, expected);
        assert_eq!(count("sessions WHERE room = 'ended'").await, expected);
        let sent = "emails m JOIN sessions s ON s.id = m.session_id \
                    WHERE m.kind = 'booked' AND m.sent_at IS NOT NULL AND s.room = 'scheduled'";
        assert_eq!(count(sent).await, expected * 2, "both have an email");
        assert_eq!(count("livekit_rooms WHERE ended_at IS NOT NULL").await, expected);
        let ok = "pragma_integrity_check WHERE integrity_check = 'ok'";
        assert_eq!(count(ok).await, 1);
        server.kill();
        report("a crash at each step of book, join, end", runs - 1, 0, worst);
    })
    .await;
}
