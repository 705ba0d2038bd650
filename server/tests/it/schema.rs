//! The rules that the database itself keeps, on both engines, and the helper that writes to it.

use crate::harness::{EmptyDb, TestApp, TestDb, on_both_engines, on_sqlite, run};
use domain::{ids::UserId, time::Millis, time::Timestamp};
use macro_rules_attribute::apply;
use sea_orm::{ConnectionTrait, DbErr, Statement, Value};
use server::store::ScopedFutureExt;
use server::store::{self, Db, Engine, StoreError};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    sync::{Barrier, oneshot},
    task::JoinSet,
};
use uuid::Uuid;

const HOUR: i64 = 3_600_000;
/// An arbitrary start of time for these tests.
const T0: i64 = 1_800_000_000_000;

async fn user(db: &TestDb) -> Uuid {
    let id = Uuid::new_v4();
    db.sql(
        "INSERT INTO users (id, email, name, time_zone, password_hash, is_admin, created_at) VALUES ($1, $2, 'A', 'UTC', 'x', $3, 1)",
        [id.into(), format!("{id}@example.org").into(), false.into()],
    )
    .await
    .expect("a user is inserted");
    id
}

async fn session(db: &TestDb, mentor: Uuid, mentee: Uuid) -> Uuid {
    let id = Uuid::new_v4();
    db.sql(
        "INSERT INTO sessions (id, mentor_id, mentee_id, title, scheduled_at, ends_at, booking, room, outcome, meeting_url, \
         created_at, updated_at) VALUES ($1, $2, $3, 'T', $4, $5, 'confirmed', 'scheduled', 'pending', 'u', 1, 1)",
        [id.into(), mentor.into(), mentee.into(), T0.into(), (T0 + HOUR).into()],
    )
    .await
    .expect("a session is inserted");
    id
}

/// A mentor, a mentee, and their session without seats.
async fn people_and_session(db: &TestDb) -> (Uuid, Uuid, Uuid) {
    let (mentor, mentee) = (user(db).await, user(db).await);
    (mentor, mentee, session(db, mentor, mentee).await)
}

const SEAT: &str = "INSERT INTO session_seats (id, session_id, user_id, role, starts_at, ends_at, active) \
                    VALUES ($1, $2, $3, 'mentee', $4, $5, $6)";

fn seat_values(session: Uuid, user: Uuid, (from, to): (i64, i64), active: bool) -> [Value; 6] {
    [
        Uuid::new_v4().into(),
        session.into(),
        user.into(),
        from.into(),
        to.into(),
        active.into(),
    ]
}

async fn seat(
    db: &TestDb,
    session: Uuid,
    user: Uuid,
    span: (i64, i64),
    active: bool,
) -> Result<u64, StoreError> {
    db.sql(SEAT, seat_values(session, user, span, active)).await
}

fn is_taken<T: std::fmt::Debug>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::SeatTaken))
}

#[apply(on_both_engines!)]
async fn active_seats_of_one_person_never_overlap(db: TestDb) {
    let (mentor, mentee, session) = people_and_session(&db).await;
    seat(&db, session, mentee, (T0, T0 + HOUR), true)
        .await
        .expect("the first seat is free");
    for (name, span) in [
        ("the same", (T0, T0 + HOUR)),
        ("one millisecond at the end", (T0 + HOUR - 1, T0 + 2 * HOUR)),
        ("one millisecond at the start", (T0 - HOUR, T0 + 1)),
        ("inside", (T0 + 5, T0 + 6)),
        ("around", (T0 - 5, T0 + HOUR + 5)),
    ] {
        let result = seat(&db, session, mentee, span, true).await;
        assert!(is_taken(&result), "{name}: {result:?}");
    }
    seat(&db, session, mentor, (T0, T0 + HOUR), true)
        .await
        .expect("another person's seat is free");
}

#[apply(on_both_engines!)]
async fn touching_seats_are_allowed(db: TestDb) {
    let (_, mentee, session) = people_and_session(&db).await;
    for span in [(T0, T0 + HOUR), (T0 + HOUR, T0 + 2 * HOUR), (T0 - HOUR, T0)] {
        seat(&db, session, mentee, span, true)
            .await
            .expect("touching is not overlapping");
    }
}

#[apply(on_both_engines!)]
async fn inactive_seats_are_ignored(db: TestDb) {
    let (_, mentee, session) = people_and_session(&db).await;
    seat(&db, session, mentee, (T0, T0 + HOUR), false)
        .await
        .expect("an inactive seat");
    seat(&db, session, mentee, (T0, T0 + HOUR), true)
        .await
        .expect("an active one over it");
    seat(&db, session, mentee, (T0, T0 + HOUR), false)
        .await
        .expect("an inactive one over that");
}

#[apply(on_both_engines!)]
async fn a_seat_cannot_be_activated_or_moved_over_another(db: TestDb) {
    let (_, mentee, session) = people_and_session(&db).await;
    seat(&db, session, mentee, (T0, T0 + HOUR), true)
        .await
        .expect("the old seat");
    let old = "UPDATE session_seats SET active = $1 WHERE starts_at = $2";
    db.sql(old, [false.into(), T0.into()])
        .await
        .expect("released");
    seat(&db, session, mentee, (T0 + 1, T0 + HOUR), true)
        .await
        .expect("the new seat");
    assert!(is_taken(&db.sql(old, [true.into(), T0.into()]).await));

    seat(&db, session, mentee, (T0 + 2 * HOUR, T0 + 3 * HOUR), true)
        .await
        .expect("a later seat");
    let moved = db
        .sql(
            "UPDATE session_seats SET starts_at = $1 WHERE starts_at = $2",
            [(T0 + 2).into(), (T0 + 2 * HOUR).into()],
        )
        .await;
    assert!(is_taken(&moved), "{moved:?}");
    let own = "UPDATE session_seats SET ends_at = ends_at + 1 WHERE starts_at = $1";
    assert_eq!(
        db.sql(own, [(T0 + 2 * HOUR).into()])
            .await
            .expect("a seat does not overlap itself"),
        1
    );
}

#[apply(on_both_engines!)]
async fn of_many_concurrent_seats_exactly_one_wins(db: TestDb) {
    let (_, mentee, session) = people_and_session(&db).await;
    let from = Instant::now();
    let mut tasks = JoinSet::new();
    for n in 0..32i64 {
        let db = db.clone();
        // Shifted, so that no two are equal and all overlap.
        tasks.spawn(async move { seat(&db, session, mentee, (T0 + n, T0 + HOUR + n), true).await });
    }
    let results = tasks.join_all().await;
    assert_eq!(
        results.iter().filter(|r| r.is_ok()).count(),
        1,
        "{results:?}"
    );
    assert_eq!(
        results.iter().filter(|r| is_taken(r)).count(),
        31,
        "{results:?}"
    );
    assert_eq!(db.number("SELECT count(*) FROM session_seats").await, 1);
    // PostgreSQL needs a second to notice each circle of waiting transactions.
    assert!(
        from.elapsed() < Duration::from_secs(10),
        "nobody waits in circles: {:?}",
        from.elapsed()
    );
}

#[apply(on_both_engines!)]
async fn seats_of_one_person_are_taken_one_transaction_at_a_time(db: TestDb) {
    let (_, mentee, session) = people_and_session(&db).await;
    let (holds, held) = oneshot::channel();
    let (go, may_go) = oneshot::channel::<()>();
    let signals = Mutex::new(Some((holds, may_go)));
    let first = db.db.write(|txn| {
        let values = seat_values(session, mentee, (T0, T0 + HOUR), true);
        let statement = Statement::from_sql_and_values(txn.get_database_backend(), SEAT, values);
        let (holds, may_go) = signals
            .lock()
            .expect("not poisoned")
            .take()
            .expect("it runs once");
        async move {
            txn.execute_raw(statement).await?;
            holds.send(()).expect("somebody waits");
            may_go.await.expect("somebody says go");
            Ok::<_, StoreError>(())
        }
        .scope_boxed()
    });
    let second = async {
        held.await.expect("the first seat is taken");
        // Not overlapping, and yet it waits: that is what keeps waiting from going in circles.
        let later = seat(&db, session, mentee, (T0 + 2 * HOUR, T0 + 3 * HOUR), true);
        tokio::pin!(later);
        let waited = tokio::time::timeout(Duration::from_millis(300), &mut later).await;
        assert!(waited.is_err(), "it waits for its turn");
        go.send(()).expect("the first one listens");
        later.await
    };
    let (first, second) = tokio::join!(first, second);
    first.expect("the first succeeds");
    second.expect("the second succeeds");
}

#[apply(on_both_engines!)]
async fn of_many_concurrent_bookings_exactly_one_wins_and_the_others_leave_nothing(app: TestApp) {
    let mentor = app.mentor("Mara").await.id();
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let (app, mentee) = (app.clone(), UserId(user(&app.test_db).await));
        tasks.spawn(async move {
            app.session_of(mentor, mentee, Timestamp(T0), Millis(HOUR))
                .await
        });
    }
    let results = tasks.join_all().await;
    assert_eq!(
        results.iter().filter(|r| r.is_ok()).count(),
        1,
        "{results:?}"
    );
    assert_eq!(
        results.iter().filter(|r| is_taken(r)).count(),
        15,
        "{results:?}"
    );
    for (table, rows) in [("sessions", 1), ("session_seats", 2), ("livekit_rooms", 1)] {
        assert_eq!(
            app.test_db
                .number(&format!("SELECT count(*) FROM {table}"))
                .await,
            rows,
            "{table}"
        );
    }
    let orphans = "SELECT count(*) FROM jobs WHERE session_id IS NULL OR session_id NOT IN (SELECT id FROM sessions)";
    assert_eq!(app.test_db.number(orphans).await, 0);
}

#[apply(on_both_engines!)]
async fn deleting_a_session_deletes_its_rooms_participants_and_seats(db: TestDb) {
    let (mentor, mentee, session) = people_and_session(&db).await;
    seat(&db, session, mentee, (T0, T0 + HOUR), true)
        .await
        .expect("a seat");
    let (room, job) = (Uuid::new_v4(), Uuid::new_v4());
    db.sql(
        "INSERT INTO livekit_rooms (id, session_id, name, generation, status, created_at) VALUES ($1, $2, 'r', 1, 'live', 1)",
        [room.into(), session.into()],
    )
    .await
    .expect("a room");
    db.sql(
        "INSERT INTO livekit_participants (id, room_id, session_id, user_id, identity, sid, estimated) \
         VALUES ($1, $2, $3, $4, 'i', 's', $5)",
        [Uuid::new_v4().into(), room.into(), session.into(), mentee.into(), false.into()],
    )
    .await
    .expect("a participant");
    db.sql(
        "INSERT INTO jobs (id, kind, payload, session_id, run_at, attempts, created_at) VALUES ($1, 'k', '{}', $2, 1, 0, 1)",
        [job.into(), session.into()],
    )
    .await
    .expect("a job");
    let other = session_between(&db, mentor, mentee).await;
    assert_eq!(
        db.sql("DELETE FROM sessions WHERE id = $1", [session.into()])
            .await
            .expect("deleted"),
        1
    );
    for table in ["livekit_rooms", "livekit_participants", "session_seats"] {
        assert_eq!(
            db.number(&format!("SELECT count(*) FROM {table}")).await,
            0,
            "{table}"
        );
    }
    assert_eq!(
        db.number("SELECT count(*) FROM jobs WHERE session_id IS NULL")
            .await,
        1,
        "the job stays, for the log"
    );
    assert_eq!(
        db.number("SELECT count(*) FROM sessions").await,
        1,
        "the other session {other} stays"
    );
    assert_eq!(db.number("SELECT count(*) FROM users").await, 2);
}

#[apply(on_both_engines!)]
async fn a_word_that_our_code_never_writes_is_an_error_that_names_it(db: TestDb) {
    db.sql(
        "INSERT INTO audit_log (id, at, action, detail) VALUES ($1, 1, 'advertised', '')",
        [Uuid::new_v4().into()],
    )
    .await
    .expect("the table takes every word");
    let read = store::audit::page(db.db.read(), None, store::Part::first(10)).await;
    let Err(StoreError::Unreadable(why)) = &read else {
        panic!("{read:?}")
    };
    for named in ["AuditAction", "action", "advertised"] {
        assert!(why.contains(named), "{why}");
    }
}

#[apply(on_both_engines!)]
async fn a_person_with_sessions_cannot_be_deleted(db: TestDb) {
    let (mentor, mentee, session) = people_and_session(&db).await;
    for id in [mentor, mentee] {
        let result = db.sql("DELETE FROM users WHERE id = $1", [id.into()]).await;
        assert!(matches!(result, Err(StoreError::Other(_))), "{result:?}");
    }
    db.sql("DELETE FROM sessions WHERE id = $1", [session.into()])
        .await
        .expect("the session goes");
    db.sql(
        "INSERT INTO mentees (user_id, created_at) VALUES ($1, 1)",
        [mentee.into()],
    )
    .await
    .expect("a mentee");
    assert_eq!(
        db.sql("DELETE FROM users WHERE id = $1", [mentee.into()])
            .await
            .expect("free now"),
        1
    );
    assert_eq!(
        db.number("SELECT count(*) FROM mentees").await,
        0,
        "what belongs to a person goes along"
    );
}

#[apply(on_both_engines!)]
async fn an_admin_who_ended_a_room_can_go(db: TestDb) {
    let (_, _, session) = people_and_session(&db).await;
    let admin = user(&db).await;
    db.sql(
        "UPDATE sessions SET room = 'ended', room_ended_by = $1, room_ended_at = 5, room_end_reason = 'ended_by_admin' WHERE id = $2",
        [admin.into(), session.into()],
    )
    .await
    .expect("ended");
    db.sql("DELETE FROM users WHERE id = $1", [admin.into()])
        .await
        .expect("deleted");
    assert_eq!(
        db.number("SELECT count(*) FROM sessions WHERE room = 'ended' AND room_ended_by IS NULL")
            .await,
        1
    );
}

#[apply(on_both_engines!)]
async fn words_and_numbers_that_mean_nothing_are_refused(db: TestDb) {
    let (mentor, mentee, session) = people_and_session(&db).await;
    db.sql(
        "INSERT INTO mentors (user_id, headline, bio, session_minutes, published, created_at, \
            updated_at) VALUES ($1, 'h', 'b', 60, $2, 1, 1)",
        [mentor.into(), true.into()],
    )
    .await
    .expect("a profile");
    db.sql(
        "INSERT INTO livekit_rooms (id, session_id, name, generation, status, created_at) \
            VALUES ($1, $2, 'r', 1, 'live', 1)",
        [Uuid::new_v4().into(), session.into()],
    )
    .await
    .expect("a room");
    db.sql(
        "INSERT INTO webhook_events (id, event, body, state, received_at) \
            VALUES ('e', 'x', '{}', 'received', 1)",
        [],
    )
    .await
    .expect("an event");
    db.sql(
        "INSERT INTO jobs (id, kind, payload, run_at, attempts, created_at) \
            VALUES ($1, 'k', '{}', 1, 0, 1)",
        [Uuid::new_v4().into()],
    )
    .await
    .expect("a job");
    seat(&db, session, mentee, (T0, T0 + HOUR), true)
        .await
        .expect("a seat");
    for sql in [
        "UPDATE sessions SET booking = 'maybe'",
        "UPDATE sessions SET booking = 'Confirmed'",
        "UPDATE sessions SET booking = ''",
        "UPDATE sessions SET booking = NULL",
        "UPDATE sessions SET booking = 'cancelled'",
        "UPDATE sessions SET cancelled_at = 5",
        "UPDATE sessions SET room = 'closed'",
        "UPDATE sessions SET room = 'ended'",
        "UPDATE sessions SET room = 'ended', room_ended_at = 5",
        "UPDATE sessions SET room = 'ended', room_ended_at = 5, room_end_reason = 'bored'",
        "UPDATE sessions SET room_end_reason = 'time_up'",
        "UPDATE sessions SET outcome = 'good'",
        "UPDATE sessions SET ends_at = scheduled_at",
        "UPDATE sessions SET mentee_id = mentor_id",
        "UPDATE session_seats SET role = 'guest'",
        "UPDATE session_seats SET ends_at = starts_at",
        "UPDATE livekit_rooms SET status = 'gone'",
        "UPDATE livekit_rooms SET generation = 0",
        "UPDATE webhook_events SET state = 'lost'",
        "UPDATE jobs SET attempts = -1",
        "UPDATE jobs SET done_at = 5, dead_at = 5",
        "UPDATE mentors SET session_minutes = 0",
        "UPDATE users SET created_at = 'yesterday'",
        "UPDATE users SET email = NULL",
    ] {
        let result = db.sql(sql, []).await;
        assert!(
            matches!(result, Err(StoreError::Other(_))),
            "{sql}: {result:?}"
        );
    }
    for hours in [
        (7, 0, 60),
        (-1, 0, 60),
        (0, 60, 60),
        (0, -1, 60),
        (0, 0, 1_441),
    ] {
        let result = db
            .sql(
                "INSERT INTO availability (id, mentor_id, weekday, from_min, to_min) \
                 VALUES ($1, $2, $3, $4, $5)",
                [
                    Uuid::new_v4().into(),
                    mentor.into(),
                    hours.0.into(),
                    hours.1.into(),
                    hours.2.into(),
                ],
            )
            .await;
        assert!(
            matches!(result, Err(StoreError::Other(_))),
            "{hours:?}: {result:?}"
        );
    }
    let token = "INSERT INTO logins (id, user_id, token_hash, created_at, last_seen_at, expires_at) VALUES ($1, $2, 'short', 1, 1, 1)";
    assert!(
        db.sql(token, [Uuid::new_v4().into(), mentee.into()])
            .await
            .is_err()
    );
}

#[apply(on_both_engines!)]
async fn duplicates_have_the_same_name_on_both_engines(db: TestDb) {
    let (_, mentee, session) = people_and_session(&db).await;
    let what = |result: Result<u64, StoreError>| match result {
        Err(StoreError::Duplicate { what }) => what,
        other => panic!("{other:?}"),
    };
    let email = format!("{mentee}@example.org");
    let again = "INSERT INTO users (id, email, name, time_zone, password_hash, is_admin, created_at) VALUES ($1, $2, 'A', 'UTC', 'x', $3, 1)";
    let values = |id: Uuid, email: &str| [id.into(), email.into(), false.into()];
    assert_eq!(
        what(db.sql(again, values(Uuid::new_v4(), &email)).await),
        "users_email"
    );
    assert_eq!(
        what(db.sql(again, values(mentee, "other@example.org")).await),
        "users_id"
    );

    let room = "INSERT INTO livekit_rooms (id, session_id, name, generation, status, created_at) VALUES ($1, $2, $3, 1, 'open', 1)";
    let values = |name: &str| [Uuid::new_v4().into(), session.into(), name.into()];
    db.sql(room, values("a")).await.expect("the first");
    assert_eq!(
        what(db.sql(room, values("b")).await),
        "livekit_rooms_session_id_generation"
    );

    let job = "INSERT INTO jobs (id, kind, payload, run_at, attempts, dedupe_key, created_at) VALUES ($1, 'k', '{}', 1, 0, 'd', 1)";
    db.sql(job, [Uuid::new_v4().into()])
        .await
        .expect("the first");
    assert_eq!(
        what(db.sql(job, [Uuid::new_v4().into()]).await),
        "jobs_dedupe_key"
    );
    db.sql("UPDATE jobs SET done_at = 5", [])
        .await
        .expect("done");
    db.sql(job, [Uuid::new_v4().into()])
        .await
        .expect("the key is free when the job is done");

    let key = "UPDATE sessions SET idempotency_key = 'k'";
    assert_eq!(db.sql(key, []).await.expect("a key"), 1);
    let mentor = user(&db).await;
    session_between(&db, mentor, mentee).await;
    assert_eq!(
        what(db.sql(key, []).await),
        "sessions_mentee_id_idempotency_key"
    );
}

#[apply(on_both_engines!)]
async fn migrating_twice_is_harmless(empty: EmptyDb) {
    migration::migrate(&empty.url)
        .await
        .expect("the first time");
    let db = TestDb {
        db: Db::connect(&empty.url).await.expect("opens"),
        url: empty.url,
    };
    let id = user(&db).await;
    migration::migrate(&db.url)
        .await
        .expect("the second time, while the database is in use");
    assert_eq!(
        db.number("SELECT count(*) FROM users").await,
        1,
        "{id} is still there"
    );
    assert!(
        migration::pending(&db.url)
            .await
            .expect("answers")
            .is_empty()
    );
}

/// Rows of a first release, in every table that people's data were in.
async fn first_release(db: &TestDb) {
    let (mentor, mentee, session) = people_and_session(db).await;
    seat(db, session, mentee, (T0, T0 + HOUR), true)
        .await
        .expect("a seat");
    let room = Uuid::new_v4();
    let login = "a".repeat(64);
    let rows: [(&str, Vec<Value>); 8] = [
        (
            "mentees (user_id, created_at) VALUES ($1, 1)",
            vec![mentee.into()],
        ),
        (
            "mentors (user_id, headline, bio, session_minutes, published, created_at, updated_at) \
             VALUES ($1, 'H', 'B', 60, $2, 1, 1)",
            vec![mentor.into(), true.into()],
        ),
        (
            "availability (id, mentor_id, weekday, from_min, to_min) VALUES ($1, $2, 0, 540, 600)",
            vec![Uuid::new_v4().into(), mentor.into()],
        ),
        (
            "logins (id, user_id, token_hash, created_at, last_seen_at, expires_at) VALUES ($1, $2, $3, 1, 1, 2)",
            vec![Uuid::new_v4().into(), mentee.into(), login.into()],
        ),
        (
            "livekit_rooms (id, session_id, name, generation, status, created_at) \
             VALUES ($1, $2, 'session-1', 1, 'scheduled', 1)",
            vec![room.into(), session.into()],
        ),
        (
            "livekit_participants (id, room_id, session_id, user_id, identity, sid, estimated) \
             VALUES ($1, $2, $3, $4, 'x', 'PA_1', $5)",
            vec![
                Uuid::new_v4().into(),
                room.into(),
                session.into(),
                mentee.into(),
                false.into(),
            ],
        ),
        (
            "webhook_events (id, event, body, state, received_at) VALUES ('e', 'x', '{}', 'received', 1)",
            vec![],
        ),
        (
            "jobs (id, kind, payload, session_id, run_at, attempts, created_at) VALUES ($1, 'x', '{}', $2, 1, 0, 1)",
            vec![Uuid::new_v4().into(), session.into()],
        ),
    ];
    for (row, values) in rows {
        let sql = format!("INSERT INTO {row}");
        let backend = db.db.read().get_database_backend();
        let statement = Statement::from_sql_and_values(backend, &sql, values);
        let inserting = db.db.write(|txn| {
            let statement = statement.clone();
            async move { Ok::<_, StoreError>(txn.execute_raw(statement).await?) }.scope_boxed()
        });
        inserting.await.expect("a row of the first release");
    }
}

/// Tables, columns, types and indexes, as the engine has them.
async fn structure(db: &TestDb) -> Vec<String> {
    let read = db.db.read();
    let sql = match db.db.engine() {
        Engine::Sqlite => {
            "SELECT type || ' ' || name || ' ' || coalesce(sql, '') AS line FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1"
        }
        Engine::Postgres => {
            "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || \
             coalesce(column_default, '') AS line FROM information_schema.columns WHERE table_schema = 'public' \
             UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' \
             UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint \
             WHERE connamespace = 'public'::regnamespace ORDER BY 1"
        }
    };
    let statement = Statement::from_string(read.get_database_backend(), sql);
    let rows = read.query_all_raw(statement).await.expect("readable");
    let line = |row: &sea_orm::QueryResult| -> String { row.try_get("", "line").expect("text") };
    rows.iter().map(line).collect()
}

#[apply(on_both_engines!)]
async fn every_release_leads_on_to_this_one_and_loses_no_row(empty: EmptyDb) {
    const TABLES: [&str; 10] = [
        "users",
        "mentees",
        "mentors",
        "availability",
        "logins",
        "sessions",
        "session_seats",
        "livekit_participants",
        "webhook_events",
        "jobs",
    ];
    let open = async || TestDb {
        db: Db::connect(&empty.url).await.expect("opens"),
        url: empty.url.clone(),
    };
    migration::migrate_first(&empty.url, 1)
        .await
        .expect("the first release");
    first_release(&open().await).await;
    for _ in 1..migration::count() {
        migration::migrate_first(&empty.url, 1)
            .await
            .expect("the next release");
        let db = open().await;
        for table in TABLES {
            let count = db.number(&format!("SELECT count(*) FROM {table}")).await;
            let expected = if table == "users" { 2 } else { 1 };
            assert_eq!(count, expected, "{table}");
        }
        if db.db.engine() == Engine::Sqlite {
            let broken = "SELECT count(*) FROM pragma_foreign_key_check";
            assert_eq!(db.number(broken).await, 0);
        }
        db.db.close().await.expect("closes");
    }
    assert!(
        migration::pending(&empty.url)
            .await
            .expect("answers")
            .is_empty()
    );
    let db = open().await;
    let grown = structure(&db).await;
    assert!(grown.len() > 20);
    run(db.db.engine(), move |fresh: TestDb| async move {
        assert_eq!(grown, structure(&fresh).await, "as in a new database");
    })
    .await;
}

#[apply(on_both_engines!)]
async fn several_migrations_at_the_same_time_are_harmless(empty: EmptyDb) {
    let mut tasks = JoinSet::new();
    for _ in 0..4 {
        let url = empty.url.clone();
        tasks.spawn(async move { migration::migrate(&url).await });
    }
    for result in tasks.join_all().await {
        result.expect("every one of them succeeds");
    }
    assert!(
        migration::pending(&empty.url)
            .await
            .expect("answers")
            .is_empty()
    );
}

/// Names of the migrations in the order of their dates: those of their files.
fn migration_files() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../migration/src");
    let files = std::fs::read_dir(folder).expect("the folder of the migrations");
    let mut names: Vec<String> = files
        .filter_map(|file| file.expect("readable").file_name().into_string().ok())
        .filter_map(|name| Some(name.strip_suffix(".rs")?.to_owned()))
        .filter(|name| name.starts_with(char::is_alphabetic) && name.contains("_0"))
        .collect();
    names.sort_unstable();
    names
}

#[apply(on_both_engines!)]
async fn pending_migrations_are_named_without_changing_anything(empty: EmptyDb) {
    let is_file = empty.url.starts_with("sqlite:");
    match migration::pending(&empty.url).await {
        Ok(names) => assert_eq!(names, migration_files()),
        Err(error) => assert!(
            is_file && error.to_string().contains("unable to open database file"),
            "{error}"
        ),
    }
    migration::migrate(&empty.url).await.expect("migrates");
    assert!(
        migration::pending(&empty.url)
            .await
            .expect("answers")
            .is_empty()
    );
}

#[apply(on_both_engines!)]
async fn a_failed_migration_leaves_nothing_behind(empty: EmptyDb) {
    migration::migrate(&empty.url).await.expect("migrates");
    let db = TestDb {
        db: Db::connect(&empty.url).await.expect("opens"),
        url: empty.url,
    };
    // As if the database had only a table that is in the way of the last statements.
    for table in [
        "data_exports",
        "blocks",
        "reports",
        "passkeys",
        "ceremonies",
        "authenticators",
        "recovery_codes",
        "identities",
        "account_emails",
        "sign_ups",
        "attempts",
        "livekit_coverage",
        "audit_log",
        "leases",
        "calendar_feeds",
        "emails",
        "session_changes",
        "availability_overrides",
        "admin_notifications",
        "jobs",
        "webhook_events",
        "livekit_participants",
        "livekit_rooms",
        "session_seats",
        "sessions",
        "availability",
        "mentees",
        "mentors",
        "logins",
        "users",
        "seaql_migrations",
    ] {
        db.sql(&format!("DROP TABLE {table}"), [])
            .await
            .expect("dropped");
    }
    if db.db.engine() == Engine::Postgres {
        db.sql("DROP FUNCTION session_seats_take_turns", [])
            .await
            .expect("dropped");
    }
    db.sql("CREATE TABLE admin_notifications (id INTEGER)", [])
        .await
        .expect("made");
    migration::migrate(&db.url)
        .await
        .expect_err("the table is in the way");
    let tables = match db.db.engine() {
        Engine::Sqlite => "SELECT count(*) FROM sqlite_schema WHERE type = 'table'",
        Engine::Postgres => "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'",
    };
    assert_eq!(db.number(tables).await, 1);
    db.sql("DROP TABLE admin_notifications", [])
        .await
        .expect("dropped");
    migration::migrate(&db.url)
        .await
        .expect("the next attempt succeeds");
}

#[apply(on_both_engines!)]
async fn a_database_of_a_newer_release_is_refused(db: TestDb) {
    db.sql(
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20991231_000001_future', 1)",
        [],
    )
    .await
    .expect("inserted");
    for error in [
        migration::migrate(&db.url).await.expect_err("refused"),
        migration::pending(&db.url).await.expect_err("refused"),
    ] {
        assert!(
            error.to_string().contains("m20991231_000001_future"),
            "{error}"
        );
    }
}

#[apply(on_both_engines!)]
async fn a_failed_write_leaves_nothing_behind(db: TestDb) {
    let (_, mentee, session) = people_and_session(&db).await;
    let values = || seat_values(session, mentee, (T0, T0 + HOUR), true);
    let result = db
        .db
        .write(|txn| {
            let backend = txn.get_database_backend();
            let statements =
                [values(), values()].map(|v| Statement::from_sql_and_values(backend, SEAT, v));
            async move {
                for statement in statements {
                    txn.execute_raw(statement).await?;
                }
                Ok::<_, StoreError>(())
            }
            .scope_boxed()
        })
        .await;
    assert!(is_taken(&result), "{result:?}");
    assert_eq!(db.number("SELECT count(*) FROM session_seats").await, 0);
}

#[apply(on_both_engines!)]
async fn a_dropped_write_leaves_nothing_behind_and_blocks_nobody(db: TestDb) {
    let stuck = db.db.write(|txn| {
        async move {
            txn.execute_unprepared(
                "INSERT INTO webhook_events (id, event, body, state, received_at) \
                                    VALUES ('e', 'x', '{}', 'received', 1)",
            )
            .await?;
            tokio::time::sleep(Duration::from_secs(60)).await;
            Ok::<_, StoreError>(())
        }
        .scope_boxed()
    });
    // A client that goes away drops its request in the middle.
    tokio::time::timeout(Duration::from_millis(200), stuck)
        .await
        .expect_err("still sleeping");
    let from = Instant::now();
    user(&db).await;
    assert!(
        from.elapsed() < Duration::from_secs(2),
        "{:?}",
        from.elapsed()
    );
    assert_eq!(db.number("SELECT count(*) FROM webhook_events").await, 0);
}

#[apply(on_both_engines!)]
async fn a_busy_write_is_run_again_from_the_start(db: TestDb) {
    let runs = AtomicU32::new(0);
    let event = "INSERT INTO webhook_events (id, event, body, state, received_at) VALUES ('e', 'x', '{}', 'received', 1)";
    db.db
        .write(|txn| {
            let run = runs.fetch_add(1, Ordering::SeqCst);
            async move {
                txn.execute_unprepared(event).await?;
                if run < 2 {
                    Err(StoreError::Busy)
                } else {
                    Ok(())
                }
            }
            .scope_boxed()
        })
        .await
        .expect("the third run succeeds");
    assert_eq!(runs.load(Ordering::SeqCst), 3);
    assert_eq!(db.number("SELECT count(*) FROM webhook_events").await, 1);
}

#[apply(on_both_engines!)]
async fn a_write_gives_up_when_the_database_stays_busy(db: TestDb) {
    let runs = AtomicU32::new(0);
    let result = db
        .db
        .write(|_| {
            runs.fetch_add(1, Ordering::SeqCst);
            async { Err::<(), _>(StoreError::Busy) }.scope_boxed()
        })
        .await;
    assert!(matches!(result, Err(StoreError::Busy)), "{result:?}");
    assert_eq!(runs.load(Ordering::SeqCst), 6, "one run and five retries");
}

#[apply(on_both_engines!)]
async fn writers_that_wait_for_each_other_both_succeed(db: TestDb) {
    let (a, b) = (user(&db).await, user(&db).await);
    let runs = AtomicU32::new(0);
    // PostgreSQL lets both in; on SQLite there is nobody to meet.
    let meeting = match db.db.engine() {
        Engine::Sqlite => None,
        Engine::Postgres => Some(Arc::new(Barrier::new(2))),
    };
    let (one, two) = tokio::join!(
        crossing_write(&db.db, a, b, &runs, meeting.clone()),
        crossing_write(&db.db, b, a, &runs, meeting),
    );
    one.expect("the first writer succeeds");
    two.expect("the second writer succeeds");
    assert_eq!(
        db.number("SELECT count(*) FROM users WHERE name = 'A!!'")
            .await,
        2
    );
    // PostgreSQL ends one of the two, which then runs again; on SQLite the second simply waits.
    let expected = match db.db.engine() {
        Engine::Sqlite => 2,
        Engine::Postgres => 3,
    };
    assert_eq!(runs.load(Ordering::SeqCst), expected);
}

#[apply(on_both_engines!)]
async fn rows_can_be_read_while_somebody_writes(db: TestDb) {
    let reader = db.clone();
    db.db
        .write(|txn| {
            let reader = &reader;
            async move {
                txn.execute_unprepared(
                    "INSERT INTO webhook_events (id, event, body, state, received_at) \
                                        VALUES ('e', 'x', '{}', 'received', 1)",
                )
                .await?;
                let seen = tokio::time::timeout(
                    Duration::from_secs(1),
                    reader.number("SELECT count(*) FROM webhook_events"),
                );
                assert_eq!(
                    seen.await.expect("readers do not wait"),
                    0,
                    "unfinished work is not seen"
                );
                Ok::<_, StoreError>(())
            }
            .scope_boxed()
        })
        .await
        .expect("written");
    assert_eq!(db.number("SELECT count(*) FROM webhook_events").await, 1);
}

#[apply(on_both_engines!)]
async fn the_database_answers_a_ping_once_it_is_migrated(empty: EmptyDb) {
    if empty.url.starts_with("sqlite:") {
        let refused = Db::connect(&empty.url).await.expect_err("there is no file");
        assert!(matches!(refused, StoreError::Unreachable(_)), "{refused:?}");
    } else {
        let db = Db::connect(&empty.url).await.expect("opens");
        db.ping().await.expect_err("there are no tables");
    }
    migration::migrate(&empty.url).await.expect("migrates");
    let db = Db::connect(&empty.url).await.expect("opens");
    db.ping().await.expect("answers");
    db.clone().close().await.expect("closes");
    let closed = db.ping().await;
    assert!(
        matches!(closed, Err(StoreError::Unreachable(_))),
        "{closed:?}"
    );
}

/// Another session of the same two people.
async fn session_between(db: &TestDb, mentor: Uuid, mentee: Uuid) -> Uuid {
    session(db, mentor, mentee).await
}

/// Changes two rows. In the first two runs of all, the writers meet in between, so that each holds
/// the row that the other wants.
async fn crossing_write(
    db: &Db,
    first: Uuid,
    second: Uuid,
    runs: &AtomicU32,
    meeting: Option<Arc<Barrier>>,
) -> Result<(), StoreError> {
    db.write(|txn| {
        let is_early = runs.fetch_add(1, Ordering::SeqCst) < 2;
        let meeting = meeting.clone().filter(|_| is_early);
        let backend = txn.get_database_backend();
        let change = |user: Uuid| {
            let sql = "UPDATE users SET name = name || '!' WHERE id = $1";
            Statement::from_sql_and_values(backend, sql, [user.into()])
        };
        let (first, second) = (change(first), change(second));
        async move {
            txn.execute_raw(first).await?;
            if let Some(meeting) = meeting {
                meeting.wait().await;
            }
            txn.execute_raw(second).await?;
            Ok(())
        }
        .scope_boxed()
    })
    .await
}

#[apply(on_sqlite!)]
async fn sqlite_is_recent_enough_and_set_up_for_safety(db: TestDb) {
    let version = db
        .db
        .sqlite_version()
        .await
        .expect("answers")
        .expect("it is SQLite");
    let parts: Vec<u32> = version
        .split('.')
        .map(|part| part.parse().expect("a number"))
        .collect();
    assert!(
        parts >= vec![3, 51, 3],
        "{version} has known faults in WAL mode"
    );
    assert_eq!(db.number("PRAGMA foreign_keys").await, 1);
    assert_eq!(db.number("PRAGMA busy_timeout").await, 5_000);
    assert_eq!(
        db.number("SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'")
            .await,
        1
    );
    let (keys, synchronous) = db
        .db
        .write(|txn| {
            async move {
                let ask = |sql: &str| Statement::from_string(txn.get_database_backend(), sql);
                let keys = txn.query_one_raw(ask("PRAGMA foreign_keys")).await?;
                let synchronous = txn.query_one_raw(ask("PRAGMA synchronous")).await?;
                let number = |row: Option<sea_orm::QueryResult>| {
                    row.expect("one row").try_get_by_index::<i32>(0)
                };
                Ok::<_, StoreError>((number(keys)?, number(synchronous)?))
            }
            .scope_boxed()
        })
        .await
        .expect("answers");
    assert_eq!(
        (keys, synchronous),
        (1, 2),
        "foreign keys are on and commits reach the disk"
    );
}

#[apply(on_sqlite!)]
async fn on_sqlite_reading_connections_refuse_to_write(db: TestDb) {
    let refused: Result<_, DbErr> = db.db.read().execute_unprepared("DELETE FROM users").await;
    assert!(
        refused
            .expect_err("refused")
            .to_string()
            .contains("readonly")
    );
}

#[apply(on_sqlite!)]
async fn a_write_waits_for_another_process_on_the_same_file(db: TestDb) {
    let other = Db::connect(&db.url).await.expect("opens");
    let (holds, held) = oneshot::channel();
    let holds = Mutex::new(Some(holds));
    let holding = other.write(|txn| {
        let holds = holds.lock().expect("not poisoned").take();
        async move {
            txn.execute_unprepared("DELETE FROM users").await?;
            if let Some(holds) = holds {
                holds.send(()).expect("somebody waits");
            }
            tokio::time::sleep(Duration::from_millis(700)).await;
            Ok::<_, StoreError>(())
        }
        .scope_boxed()
    });
    let waiting = async {
        held.await.expect("the other one writes");
        user(&db).await
    };
    let (held, _) = tokio::join!(holding, waiting);
    held.expect("the first writer succeeds");
    assert_eq!(db.number("SELECT count(*) FROM users").await, 1);
}

#[tokio::test]
async fn an_address_with_a_password_never_reaches_a_message() {
    let mut messages = Vec::new();
    for url in [
        "postgres://someone:hunter2@127.0.0.1:1/none",
        "nonsense hunter2",
    ] {
        let error = Db::connect(url).await.expect_err("nobody is there");
        assert!(matches!(error, StoreError::Unreachable(_)), "{error:?}");
        messages.push(format!("{error} {error:?}"));
    }
    let error = migration::migrate("nonsense hunter2")
        .await
        .expect_err("no address");
    messages.push(format!("{error} {error:?}"));
    for message in messages {
        assert!(!message.contains("hunter2"), "{message}");
    }
}

#[tokio::test]
async fn a_database_in_memory_is_refused() {
    for url in ["sqlite::memory:", "sqlite://x?mode=memory"] {
        let refused = Db::connect(url).await.expect_err("refused");
        assert!(refused.to_string().contains("needs a file"), "{refused}");
    }
}
