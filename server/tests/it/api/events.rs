//! The streams of events.

use super::{Cast, Site, ask, livekit};
use crate::harness::{self, NOW, Person, TestApp, on_both_engines, on_sqlite};
use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use domain::{
    ids::SessionId,
    seats::Seats,
    time::{Millis, Timestamp},
};
use http_body_util::BodyExt;
use macro_rules_attribute::apply;
use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::{Value, json};
use server::{store::Engine, zones::rfc3339};
use std::time::Duration;

/// Reads a stream of events.
pub(super) struct Events {
    body: Body,
    /// What its events are called.
    name: &'static str,
}

impl Events {
    pub(super) async fn open(site: &Site, person: &Person, session: SessionId) -> Self {
        Self::at(site, person, &format!("/live?session={session}"), "state").await
    }

    /// About all of somebody's own sessions.
    pub(super) async fn mine(site: &Site, person: &Person) -> Self {
        Self::at(site, person, "/live", "sessions").await
    }

    async fn at(site: &Site, person: &Person, path: &str, name: &'static str) -> Self {
        let response = site
            .answer(ask(Method::GET, path, Some(person), None))
            .await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            "text/event-stream"
        );
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
        let body = response.into_body();
        Self { body, name }
    }

    /// The next event's data; `None` when the stream ended.
    pub(super) async fn next(&mut self) -> Option<Value> {
        let frame = tokio::time::timeout(Duration::from_secs(5), self.body.frame())
            .await
            .expect("an event in time")?;
        let bytes = frame.expect("no error").into_data().expect("data");
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        let data = text.lines().find_map(|line| line.strip_prefix("data: "));
        let name = format!("event: {}", self.name);
        assert!(text.lines().any(|line| line == name), "{text}");
        Some(serde_json::from_str(data.expect("data")).expect("JSON"))
    }
}

#[apply(on_sqlite!)]
async fn an_open_page_is_told_when_the_meeting_opens_and_when_it_ends(app: TestApp) {
    let (site, cast) = (Site::of(&app), Cast::of(&app).await);
    let opens = NOW + Millis::hours(1) - Millis::minutes(15);
    let id = app
        .session(&cast.mentor, &cast.mentee, NOW + Millis::hours(1))
        .await;
    app.clock.set(opens - Millis(80));
    let mut events = Events::open(&site, &cast.mentee, id).await;
    let first = events.next().await.expect("the full state first");
    assert_eq!(
        first,
        json!({
            "access": {"too_early": {"opens_at": opens.0, "closes_at": (opens + Millis::minutes(135)).0}},
            "now": (opens - Millis(80)).0,
            "present": [],
            "atDoor": [],
            "late": [],
        })
    );
    app.clock.set(opens);
    let open = events.next().await.expect("the edge of the window");
    assert_eq!(
        (&open["access"]["open"]["role"], &open["now"]),
        (&json!("mentee"), &json!(opens.0))
    );
    site.post(&cast.mentor, &livekit(id, "end-room"))
        .await
        .data(200);
    let ended = events.next().await.expect("the end");
    assert_eq!(ended["access"]["ended"]["reason"], json!("ended_by_mentor"));
    app.stop();
    assert_eq!(events.next().await, None, "a stopping server hangs up");
}

#[apply(on_sqlite!)]
async fn programs_read_times_in_the_stream_as_everywhere_in_the_api(app: TestApp) {
    let (site, cast) = (Site::of(&app), Cast::of(&app).await);
    let starts = NOW + Millis::hours(1);
    let id = app.session(&cast.mentor, &cast.mentee, starts).await;
    let of_session = format!("/api/events?session={id}");
    let mut state = Events::at(&site, &cast.mentee, &of_session, "state").await;
    let (opens_at, closes_at) = (starts - Millis::minutes(15), starts + Millis::hours(2));
    assert_eq!(
        state.next().await,
        Some(json!({
            "access": {"too_early": {"opensAt": rfc3339(opens_at), "closesAt": rfc3339(closes_at)}},
            "now": rfc3339(NOW),
            "present": [],
            "atDoor": [],
            "late": [],
        }))
    );
    let mut mine = Events::at(&site, &cast.mentee, "/api/events?age=60000", "sessions").await;
    let first = json!({"now": rfc3339(NOW), "sessions": [id]});
    assert_eq!(mine.next().await, Some(first));
}

/// Tells pages that a session changed.
pub(super) fn changed(app: &TestApp, session: SessionId, (mentor, mentee): (&Person, &Person)) {
    let (mentor, mentee) = (mentor.id(), mentee.id());
    app.state.events.changed(session, Seats { mentor, mentee });
}

#[apply(on_both_engines!)]
async fn a_list_is_told_of_ones_own_sessions_and_of_no_others(app: TestApp) {
    let (site, cast) = (Site::of(&app), Cast::of(&app).await);
    let early = NOW + Millis::hours(1);
    let first = app.session(&cast.mentor, &cast.mentee, early).await;
    let foreign = app
        .session(&cast.mentor, &cast.outsider, NOW + Millis::hours(5))
        .await;
    let mut mentee = Events::mine(&site, &cast.mentee).await;
    let mut mentor = Events::mine(&site, &cast.mentor).await;
    let nothing_yet = json!({"now": NOW.0, "sessions": []});
    assert_eq!(mentee.next().await, Some(nothing_yet.clone()));
    assert_eq!(mentor.next().await, Some(nothing_yet));

    // The foreign one first: were it named to the mentee, it would come first.
    changed(&app, foreign, (&cast.mentor, &cast.outsider));
    changed(&app, first, (&cast.mentor, &cast.mentee));
    let one = |id: SessionId| Some(json!({"now": NOW.0, "sessions": [id]}));
    assert_eq!(mentee.next().await, one(first));
    assert_eq!(mentor.next().await, one(foreign));
    assert_eq!(mentor.next().await, one(first));

    // One that was booked since is known too.
    let later = app
        .session(&cast.mentor, &cast.mentee, NOW + Millis::hours(8))
        .await;
    assert_eq!(mentee.next().await, one(later));
    app.stop();
    assert_eq!(mentee.next().await, None, "a stopping server hangs up");
}

#[apply(on_both_engines!)]
async fn a_list_is_told_first_what_changed_before_it_began_to_listen(app: TestApp) {
    let (site, cast) = (Site::of(&app), Cast::of(&app).await);
    let own = app
        .session(&cast.mentor, &cast.mentee, NOW + Millis::hours(1))
        .await;
    let foreign = app
        .session(&cast.mentor, &cast.outsider, NOW + Millis::hours(5))
        .await;
    let known_for = |age: &'static str| {
        let (site, mentee) = (&site, &cast.mentee);
        async move { Events::at(site, mentee, &format!("/live?age={age}"), "sessions").await }
    };
    let first = |sessions: Value| Some(json!({"now": NOW.0, "sessions": sessions}));
    // Booking it was a change, too.
    assert_eq!(known_for("60000").await.next().await, first(json!([own])));
    changed(&app, foreign, (&cast.mentor, &cast.outsider));
    changed(&app, own, (&cast.mentor, &cast.mentee));
    assert_eq!(known_for("60000").await.next().await, first(json!([own])));
    assert_eq!(known_for("0").await.next().await, first(json!([])));
    // Longer ago than anybody remembers: it may be any.
    assert_eq!(known_for("60001").await.next().await, first(json!([own])));
}

#[apply(on_both_engines!)]
async fn a_list_is_told_when_a_meeting_opens_and_closes_by_itself(app: TestApp) {
    let (site, cast) = (Site::of(&app), Cast::of(&app).await);
    let starts = NOW + Millis::hours(1);
    let (opens, closes) = (starts - Millis::minutes(15), starts + Millis::hours(2));
    let id = app.session(&cast.mentor, &cast.mentee, starts).await;
    app.clock.set(opens - Millis(80));
    let mut events = Events::mine(&site, &cast.mentee).await;
    events.next().await.expect("an empty list first");
    app.clock.set(opens);
    let named = |at: Timestamp| Some(json!({"now": at.0, "sessions": [id]}));
    assert_eq!(events.next().await, named(opens));
    drop(events);
    // The last millisecond still belongs to the window.
    app.clock.set(closes - Millis(80));
    let mut events = Events::mine(&site, &cast.mentee).await;
    events.next().await.expect("an empty list first");
    app.clock.set(closes + Millis(1));
    assert_eq!(events.next().await, named(closes + Millis(1)));
}

#[apply(on_sqlite!)]
async fn events_end_with_the_login_and_are_limited_for_each_login(app: TestApp) {
    let (site, cast) = (Site::of(&app), Cast::of(&app).await);
    let id = app.session(&cast.mentor, &cast.mentee, NOW).await;
    let mut streams = Vec::new();
    for _ in 0..8 {
        streams.push(Events::open(&site, &cast.mentee, id).await);
    }
    let path = format!("/api/events?session={id}");
    site.get(&cast.mentee, &path).await.refused(429, "too_many");
    let mut first = streams.swap_remove(0);
    drop(streams);
    Events::open(&site, &cast.mentee, id).await;
    assert!(first.next().await.is_some());
    site.post(&cast.mentee, "/api/auth/sign-out")
        .await
        .data(200);
    changed(&app, id, (&cast.mentor, &cast.mentee));
    assert_eq!(
        first.next().await,
        None,
        "nobody listens on with a login that is gone"
    );
    site.get(&cast.outsider, &path)
        .await
        .refused(403, "not_yours");
}

#[apply(on_sqlite!)]
async fn quiet_events_carry_a_heartbeat_and_notice_a_login_that_ended(app: TestApp) {
    let (site, cast) = (Site::of(&app), Cast::of(&app).await);
    let id = app.session(&cast.mentor, &cast.mentee, NOW).await;
    let mut staying = Events::open(&site, &cast.mentor, id).await;
    let mut leaving = Events::open(&site, &cast.mentee, id).await;
    staying.next().await.expect("the full state first");
    leaving.next().await.expect("the full state first");
    site.post(&cast.mentee, "/api/auth/sign-out")
        .await
        .data(200);
    let heartbeat = async {
        staying
            .body
            .frame()
            .await
            .expect("still open")
            .expect("no error")
            .into_data()
    };
    let end = async { while leaving.body.frame().await.is_some() {} };
    let both = async { tokio::join!(heartbeat, end) };
    let (heartbeat, ()) = tokio::time::timeout(Duration::from_secs(20), both)
        .await
        .expect("after 15 seconds");
    assert!(
        heartbeat.expect("data").starts_with(b":"),
        "a comment, which browsers skip"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_does_not_concern_a_stream_costs_it_no_query() {
    harness::run(Engine::Postgres, async |app: TestApp| {
        let (site, cast) = (Site::of(&app), Cast::of(&app).await);
        let foreign = app.session(&cast.mentor, &cast.outsider, NOW).await;
        let mut mine = Events::mine(&site, &cast.mentee).await;
        let nothing = json!({"now": NOW.0, "sessions": []});
        assert_eq!(mine.next().await, Some(nothing));
        let other = sea_orm::Database::connect(&app.test_db.url).await;
        let txn = other.expect("connected").begin().await.expect("begun");
        // From here on nobody can read a session or a login.
        let lock = "LOCK TABLE sessions, logins IN ACCESS EXCLUSIVE MODE";
        txn.execute_unprepared(lock).await.expect("locked");
        changed(&app, foreign, (&cast.mentor, &cast.outsider));
        let silent = tokio::time::timeout(Duration::from_millis(100), mine.next()).await;
        assert!(silent.is_err(), "{silent:?}");
        app.stop();
        assert_eq!(mine.next().await, None, "one that waited could not hang up");
        txn.rollback().await.expect("rolled back");
    })
    .await;
}
