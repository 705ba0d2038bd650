//! LiveKit's messages, from the signed bytes to who was there.

use crate::harness::{LIVEKIT_KEY, LIVEKIT_SECRET, NOW, Person, TestApp, on_both_engines};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    access::Entry,
    door::{Arrival, Standing},
    ids::{RoomName, SessionId},
    permissions::Moderation,
    problem::Problem,
    session::{EndReason, Room},
    time::{Millis, Timestamp},
    views::ListPages,
};
use livekit_api::access_token::AccessToken;
use macro_rules_attribute::apply;
use serde_json::{Value, json};
use server::store::ScopedFutureExt;
use server::{
    Error,
    live::Update,
    media::Call,
    meetings::{self, moderate},
    store::{StoreError, participants, sessions},
    webhooks::{self, Accepted},
};
use sha2::{Digest, Sha256};
use std::time::{Duration, Instant};

/// A session that is open now, with its two people.
struct Meeting {
    id: SessionId,
    mentor: Person,
    mentee: Person,
}

impl Meeting {
    async fn open_now(app: &TestApp) -> Self {
        let (mentor, mentee, id) = app.pair_with_session(NOW).await;
        app.run_jobs().await;
        Self { id, mentor, mentee }
    }

    fn room(&self) -> RoomName {
        RoomName::new(self.id, 1)
    }

    async fn state(&self, app: &TestApp) -> Room {
        sessions::find(app.state.db.read(), self.id)
            .await
            .expect("answers")
            .expect("there")
            .facts
            .room
    }

    /// Who was there: mentor or mentee, from, to in seconds since [`NOW`], reason, estimated.
    async fn stays(
        &self,
        app: &TestApp,
    ) -> Vec<(&'static str, i64, Option<i64>, Option<String>, bool)> {
        let second = |at: Timestamp| (at.0 - NOW.0) / 1_000;
        let rows = participants::of_session(app.state.db.read(), self.id)
            .await
            .expect("answers");
        let stay = |row: participants::StayRow| {
            let who = if row.user == Some(self.mentor.id()) {
                "mentor"
            } else {
                "mentee"
            };
            let joined = row.joined_at.map(second).expect("joined");
            (
                who,
                joined,
                row.left_at.map(second),
                row.left_reason,
                row.is_estimated,
            )
        };
        rows.into_iter().map(stay).collect()
    }

    /// A message of `room_sid`, which began at second `began`, `second` seconds after [`NOW`].
    fn message(&self, id: &str, event: &str, room_sid: &str, began: i64, second: i64) -> Value {
        let at = |second: i64| (NOW.0 / 1_000 + second).to_string();
        json!({
            "id": id, "event": event, "createdAt": at(second),
            "room": {"sid": room_sid, "name": self.room().as_str(), "creationTime": at(began)},
        })
    }

    fn about(&self, mut message: Value, person: &Person, sid: &str, joined: i64) -> Value {
        message["participant"] = json!({
            "sid": sid, "identity": person.id().to_string(), "name": "Somebody",
            "joinedAtMs": (NOW.0 + joined * 1_000).to_string(),
        });
        if message["event"] == "participant_left" {
            message["participant"]["disconnectReason"] = json!("CLIENT_INITIATED");
        }
        message
    }

    /// Two lives of the room. In the first, the mentee comes back once and the farewell of the
    /// second stay is lost; in the second life, the mentor is there.
    fn two_lives(&self) -> Vec<Value> {
        let (mentor, mentee) = (&self.mentor, &self.mentee);
        vec![
            self.message("EV_1", "room_started", "RM_1", 0, 0),
            self.about(
                self.message("EV_2", "participant_joined", "RM_1", 0, 2),
                mentee,
                "PA_1",
                1,
            ),
            self.about(
                self.message("EV_3", "participant_left", "RM_1", 0, 9),
                mentee,
                "PA_1",
                1,
            ),
            self.about(
                self.message("EV_4", "participant_joined", "RM_1", 0, 11),
                mentee,
                "PA_2",
                10,
            ),
            self.message("EV_5", "room_finished", "RM_1", 0, 20),
            self.message("EV_6", "room_started", "RM_2", 30, 30),
            self.about(
                self.message("EV_7", "participant_joined", "RM_2", 30, 32),
                mentor,
                "PA_3",
                31,
            ),
        ]
    }
}

/// Signs as LiveKit does.
fn sign(body: &[u8]) -> String {
    AccessToken::with_api_key(LIVEKIT_KEY, LIVEKIT_SECRET)
        .with_ttl(Duration::from_secs(300))
        .with_sha256(&STANDARD.encode(Sha256::digest(body)))
        .to_jwt()
        .expect("signed")
}

/// A message about a room as LiveKit sends most, with its signature; `n` makes it unlike any other.
pub fn started(room: &RoomName, n: u64) -> (Vec<u8>, String) {
    let body = json!({
        "id": format!("EV_{n}"), "event": "room_started", "createdAt": (NOW.0 / 1_000).to_string(),
        "room": {"sid": "RM_1", "name": room.as_str(), "creationTime": (NOW.0 / 1_000).to_string()},
    });
    let body = body.to_string().into_bytes();
    let signature = sign(&body);
    (body, signature)
}

/// LiveKit's two messages about a stay of somebody, who left by themselves.
pub async fn stay(app: &TestApp, room: &RoomName, who: &Person, from: Timestamp, to: Timestamp) {
    let second = |at: Timestamp| (at.0 / 1_000).to_string();
    let sid = format!("PA_{}", who.id());
    for (event, at) in [("participant_joined", from), ("participant_left", to)] {
        let message = json!({
            "id": format!("EV_{event}_{sid}"), "event": event, "createdAt": second(at),
            "room": {"sid": "RM_1", "name": room.as_str(), "creationTime": second(from)},
            "participant": {
                "sid": sid, "identity": who.id().to_string(), "name": "Somebody",
                "joinedAtMs": from.0.to_string(), "disconnectReason": "CLIENT_INITIATED",
            },
        });
        sent(app, &message).await;
    }
}

async fn send(app: &TestApp, message: &Value) -> Result<Accepted, Error> {
    let body = message.to_string().into_bytes();
    webhooks::receive(&app.state, &app.inbox, Some(&sign(&body)), &body).await
}

async fn sent(app: &TestApp, message: &Value) -> Accepted {
    send(app, message).await.expect("genuine and stored")
}

/// As LiveKit does: once more whenever the database was busy. What became of it, and how often it was refused.
async fn until_stored(app: &TestApp, message: &Value) -> (Accepted, usize) {
    let sending = async {
        let mut refusals = 0;
        loop {
            match send(app, message).await {
                Ok(accepted) => return (accepted, refusals),
                Err(error) => assert_eq!(error.into_problem("test").status(), 503),
            }
            refusals += 1;
        }
    };
    let limit = Duration::from_secs(60);
    let stored = tokio::time::timeout(limit, sending).await;
    stored.expect("the database is busy for a minute")
}

/// Numbers below `n` in an order of which every seed gives another.
fn shuffled(n: usize, seed: usize) -> Vec<usize> {
    let mut left: Vec<usize> = (0..n).collect();
    let mut state = seed;
    let mut order = Vec::new();
    while !left.is_empty() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        order.push(left.remove((state >> 33) % left.len()));
    }
    order
}

#[apply(on_both_engines!)]
async fn a_message_has_one_effect_however_often_it_comes(app: TestApp) {
    let meeting = Meeting::open_now(&app).await;
    let joined = meeting.about(
        meeting.message("EV_1", "participant_joined", "RM_1", 0, 2),
        &meeting.mentor,
        "PA_1",
        1,
    );
    let answers = futures::future::join_all((0..10).map(|_| sent(&app, &joined))).await;
    assert_eq!(
        answers.iter().filter(|a| **a == Accepted::Stored).count(),
        1,
        "{answers:?}"
    );
    assert_eq!(
        answers
            .iter()
            .filter(|a| **a == Accepted::Duplicate)
            .count(),
        9,
        "{answers:?}"
    );
    assert_eq!(app.run_jobs().await, 1);
    assert_eq!(
        sent(&app, &joined).await,
        Accepted::Duplicate,
        "also after it was applied"
    );
    assert_eq!(app.run_jobs().await, 0);
    assert_eq!(
        meeting.stays(&app).await,
        [("mentor", 1, None, None, false)]
    );
}

#[apply(on_both_engines!)]
async fn who_was_there_does_not_depend_on_the_order_of_messages(app: TestApp) {
    let (mentor, mentee) = app.pair().await;
    for seed in 0..8 {
        // Too early for the app to ask LiveKit for a room itself.
        let start = NOW + Millis::days(i64::try_from(seed + 1).expect("small"));
        let id = app.session(&mentor, &mentee, start).await;
        let meeting = Meeting {
            id,
            mentor: mentor.clone(),
            mentee: mentee.clone(),
        };
        let messages = meeting.two_lives();
        for (n, index) in shuffled(messages.len(), seed).into_iter().enumerate() {
            let mut message = messages[index].clone();
            message["id"] = json!(format!("EV_{seed}_{index}"));
            assert_eq!(sent(&app, &message).await, Accepted::Stored);
            // Some are applied one by one and some together.
            if n % 3 != 1 {
                app.run_jobs().await;
            }
        }
        app.run_jobs().await;
        assert_eq!(
            meeting.stays(&app).await,
            [
                (
                    "mentee",
                    1,
                    Some(9),
                    Some("client_initiated".to_owned()),
                    false
                ),
                ("mentee", 10, Some(20), None, true),
                ("mentor", 31, None, None, false),
            ],
            "seed {seed}"
        );
        assert_eq!(meeting.state(&app).await, Room::Live, "seed {seed}");
    }
}

#[apply(on_both_engines!)]
async fn lists_say_who_is_in_the_room(app: TestApp) {
    let meeting = Meeting::open_now(&app).await;
    let later = app
        .session(&meeting.mentor, &meeting.mentee, NOW + Millis::days(1))
        .await;
    let room = participants::room(app.state.db.read(), &meeting.room())
        .await
        .expect("answers")
        .expect("there");
    let came = |left| participants::StayFacts {
        sid: "PA_1".to_owned(),
        identity: meeting.mentor.id().to_string(),
        arrival: Arrival::of(Some(NOW), Standing::In, None),
        left,
    };
    let end = participants::StayEnd {
        at: NOW + Millis::minutes(1),
        reason: None,
        is_estimated: false,
    };
    for (stay, expected) in [(came(None), true), (came(Some(end)), false)] {
        let merged = app.state.db.write(|txn| {
            let (room, stay) = (&room, &stay);
            async move { participants::merge(txn, room, stay).await }.scope_boxed()
        });
        merged.await.expect("written");
        let mine = server::sessions::mine(&app.state, &meeting.mentee.login, ListPages::default())
            .await
            .expect("answers");
        for session in mine.upcoming {
            let is_there = expected && session.id != later;
            assert_eq!(session.other_is_present(), is_there);
            assert_eq!(session.present.len(), usize::from(is_there));
        }
    }
}

#[apply(on_both_engines!)]
async fn forged_messages_are_refused_and_leave_no_trace(app: TestApp) {
    let meeting = Meeting::open_now(&app).await;
    let body = meeting
        .message("EV_1", "room_started", "RM_1", 0, 0)
        .to_string()
        .into_bytes();
    let good = sign(&body);
    for (what, authorization) in [
        ("no header", None),
        ("Bearer", Some(format!("Bearer {good}"))),
        ("another body's", Some(sign(b"{}"))),
        ("nonsense", Some("nonsense".to_owned())),
    ] {
        let refused =
            webhooks::receive(&app.state, &app.inbox, authorization.as_deref(), &body).await;
        assert!(
            matches!(refused, Err(Error::Problem(Problem::InvalidSignature))),
            "{what}: {refused:?}"
        );
    }
    assert_eq!(
        app.test_db
            .number("SELECT COUNT(*) FROM webhook_events")
            .await,
        0
    );
}

#[apply(on_both_engines!)]
async fn what_is_not_ours_or_not_understood_is_told_apart(app: TestApp) {
    let meeting = Meeting::open_now(&app).await;
    let mut foreign = meeting.message("EV_1", "room_started", "RM_1", 0, 0);
    foreign["room"]["name"] = json!("daily-standup");
    let mut unknown_session = foreign.clone();
    unknown_session["id"] = json!("EV_0");
    unknown_session["room"]["name"] = json!("session-00000000-0000-0000-0000-000000000000");
    let mut no_room = meeting.message("EV_2", "room_started", "RM_1", 0, 0);
    no_room["room"] = json!(null);
    for (message, expected) in [
        (foreign, Accepted::Foreign),
        (unknown_session, Accepted::Ignored),
        (no_room, Accepted::Parked),
        (
            meeting.message("EV_3", "room_painted_blue", "RM_1", 0, 0),
            Accepted::Parked,
        ),
        (
            meeting.message("EV_4", "participant_joined", "RM_1", 0, 0),
            Accepted::Parked,
        ),
        (
            meeting.message("EV_5", "track_published", "RM_1", 0, 0),
            Accepted::Ignored,
        ),
        (json!("\u{0}"), Accepted::Parked),
        (
            json!({"id": "EV_\u{0}", "event": "\u{0}", "room": {"name": "\u{0}"}}),
            Accepted::Foreign,
        ),
    ] {
        assert_eq!(sent(&app, &message).await, expected, "{message}");
    }
    let odd = b"\xff\x00\xfe";
    let answer = webhooks::receive(&app.state, &app.inbox, Some(&sign(odd)), odd).await;
    assert!(matches!(answer, Ok(Accepted::Parked)), "{answer:?}");
    assert_eq!(app.run_jobs().await, 0, "nothing to apply");
    assert_eq!(
        app.test_db
            .number(
                "SELECT COUNT(*) FROM webhook_events WHERE state = 'parked' AND error IS NOT NULL"
            )
            .await,
        5
    );
    assert_eq!(
        app.test_db
            .number("SELECT COUNT(*) FROM webhook_events")
            .await,
        7
    );
}

#[apply(on_both_engines!)]
async fn a_room_that_livekit_lost_is_made_again_when_somebody_joins(app: TestApp) {
    let meeting = Meeting::open_now(&app).await;
    assert_eq!(meeting.state(&app).await, Room::Open);
    let sid = app
        .media
        .sid_of(&meeting.room())
        .expect("the room was made");
    app.media.restart();
    sent(&app, &meeting.message("EV_1", "room_finished", &sid, 0, 5)).await;
    let mut events = app.state.events.subscribe();
    app.run_jobs().await;
    let told = events.recv().await.map(Update::what);
    let session = told.expect("told").map(|changed| changed.session);
    assert_eq!(session, Some(meeting.id), "open pages are told");
    assert_eq!(
        meeting.state(&app).await,
        Room::Scheduled,
        "absent, not ended"
    );
    meetings::access_token(&app.state, &meeting.mentee.login, meeting.id, Entry::Here)
        .await
        .expect("a join token");
    assert_eq!(
        app.media.rooms(),
        [meeting.room().as_str()],
        "made again at once, whatever the cache says"
    );
    assert_eq!(meeting.state(&app).await, Room::Open);
    // A late message about the first life says nothing about the second.
    sent(&app, &meeting.message("EV_2", "room_started", &sid, 0, 0)).await;
    app.run_jobs().await;
    assert_eq!(meeting.state(&app).await, Room::Open);
}

#[apply(on_both_engines!)]
async fn an_ended_room_stays_ended_and_is_deleted_when_it_comes_back(app: TestApp) {
    let meeting = Meeting::open_now(&app).await;
    meetings::end_room(&app.state, &meeting.mentor.login, meeting.id)
        .await
        .expect("ended");
    app.run_jobs().await;
    let ended = meeting.state(&app).await;
    assert!(
        matches!(
            ended,
            Room::Ended {
                reason: EndReason::EndedByMentor,
                ..
            }
        ),
        "{ended:?}"
    );
    app.media.forget_calls();
    let joined = meeting.message("EV_1", "participant_joined", "RM_9", 50, 60);
    sent(&app, &meeting.about(joined, &meeting.mentee, "PA_1", 55)).await;
    app.run_jobs().await;
    assert_eq!(meeting.state(&app).await, ended);
    assert_eq!(app.media.calls(), [Call::DeleteRoom(meeting.room())]);
    sent(
        &app,
        &meeting.message("EV_2", "room_finished", "RM_9", 50, 61),
    )
    .await;
    app.run_jobs().await;
    assert_eq!(meeting.state(&app).await, ended);
    assert_eq!(
        meeting.stays(&app).await,
        [("mentee", 55, Some(61), None, true)],
        "and the stay is on record"
    );
}

#[apply(on_both_engines!)]
async fn somebody_who_was_removed_is_put_out_as_soon_as_livekit_says_they_came(app: TestApp) {
    let meeting = Meeting::open_now(&app).await;
    let removing = moderate(
        &app.state,
        &meeting.mentor.login,
        meeting.id,
        Moderation::Remove,
    );
    removing.await.expect("removed");
    app.run_jobs().await;
    let sid = app
        .media
        .join(&meeting.room(), meeting.mentee.id(), NOW)
        .expect("an old token still works");
    let joined = meeting.message("EV_1", "participant_joined", "RM_1", 0, 2);
    sent(&app, &meeting.about(joined, &meeting.mentee, &sid, 1)).await;
    app.run_jobs().await;
    assert!(app.media.identities(&meeting.room()).is_empty());
}

#[apply(on_both_engines!)]
async fn a_thousand_messages_at_once_are_each_answered_after_one_of_few_commits(app: TestApp) {
    let meeting = Meeting::open_now(&app).await;
    let mut sending = tokio::task::JoinSet::new();
    for n in 0..500 {
        // Each twice: LiveKit sends again what it had no answer to.
        for _ in 0..2 {
            let (app, message) = (
                app.clone(),
                meeting.message(&format!("EV_{n}"), "room_started", "RM_1", 0, n),
            );
            sending.spawn(async move { until_stored(&app, &message).await });
        }
    }
    let answers = sending.join_all().await;
    let stored = answers
        .iter()
        .filter(|(accepted, _)| *accepted == Accepted::Stored)
        .count();
    let refused: usize = answers.iter().map(|(_, refusals)| refusals).sum();
    assert_eq!(answers.len(), 1_000);
    // A message that was stored after its sender had been refused is a duplicate ever after.
    assert!(
        stored <= 500 && stored + refused >= 500,
        "{stored} stored, {refused} refused"
    );
    assert_eq!(
        app.test_db
            .number("SELECT COUNT(*) FROM jobs WHERE kind = 'process_webhooks'")
            .await,
        1,
        "one job does them all"
    );
    app.run_jobs().await;
    assert_eq!(
        app.test_db
            .number("SELECT COUNT(*) FROM webhook_events WHERE state = 'processed'")
            .await,
        500
    );
}

#[apply(on_both_engines!)]
async fn a_busy_database_says_so_in_time_and_loses_nothing(app: TestApp) {
    let meeting = Meeting::open_now(&app).await;
    let message = meeting.message("EV_1", "room_started", "RM_1", 0, 0);
    let locked = {
        let db = app.state.db.clone();
        tokio::spawn(async move {
            db.write(|txn| {
                async move {
                    use sea_orm::ConnectionTrait;
                    // On SQLite the transaction alone keeps other writers out.
                    if txn.get_database_backend() == sea_orm::DbBackend::Postgres {
                        txn.execute_unprepared(
                            "LOCK TABLE webhook_events IN ACCESS EXCLUSIVE MODE",
                        )
                        .await?;
                    }
                    tokio::time::sleep(Duration::from_secs(4)).await;
                    Ok::<_, StoreError>(())
                }
                .scope_boxed()
            })
            .await
        })
    };
    tokio::time::sleep(Duration::from_millis(300)).await;
    let asked = Instant::now();
    let answer = send(&app, &message).await;
    assert!(
        asked.elapsed() < Duration::from_secs(3),
        "{:?}",
        asked.elapsed()
    );
    let problem = answer.expect_err("busy").into_problem("test");
    assert_eq!(problem.status(), 503);
    locked.await.expect("no panic").expect("the lock goes");
    assert!(
        matches!(
            sent(&app, &message).await,
            Accepted::Stored | Accepted::Duplicate
        ),
        "LiveKit sends it again"
    );
    app.run_jobs().await;
    assert_eq!(
        app.test_db
            .number("SELECT COUNT(*) FROM webhook_events WHERE state = 'processed'")
            .await,
        1
    );
}

#[apply(on_both_engines!)]
async fn a_deleted_session_takes_its_stays_along_and_late_messages_are_ignored(app: TestApp) {
    let meeting = Meeting::open_now(&app).await;
    let joined = meeting.message("EV_1", "participant_joined", "RM_1", 0, 2);
    let joined = meeting.about(joined, &meeting.mentee, "PA_1", 1);
    sent(&app, &joined).await;
    app.run_jobs().await;
    sent(
        &app,
        &meeting.message("EV_2", "room_finished", "RM_1", 0, 9),
    )
    .await;
    let id = meeting.id;
    app.state
        .db
        .write(|txn| async move { sessions::delete(txn, id).await }.scope_boxed())
        .await
        .expect("deleted");
    app.run_jobs().await;
    assert_eq!(
        app.test_db
            .number("SELECT COUNT(*) FROM livekit_participants")
            .await,
        0
    );
    assert_eq!(
        app.test_db
            .number("SELECT COUNT(*) FROM webhook_events WHERE state = 'received'")
            .await,
        0
    );
    assert_eq!(
        sent(&app, &meeting.message("EV_3", "room_started", "RM_2", 0, 0)).await,
        Accepted::Ignored
    );
}
