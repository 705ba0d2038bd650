//! The JSON API as a program sees it: through the router, with all its layers.

use crate::harness::{
    self, Fixture, LIVEKIT_KEY, LIVEKIT_SECRET, NOW, PASSWORD, Person, TestApp, on_both_engines,
};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, header},
    response::Response,
};
use domain::{
    ids::SessionId,
    time::{Millis, Timestamp},
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use server::{
    config::AppUrl,
    http::{self, layers},
    media::MediaError,
    store::Engine,
    zones::rfc3339,
};
use std::{collections::BTreeSet, net::SocketAddr, time::Duration};
use tower::ServiceExt;
use uuid::Uuid;

/// A router around a test's app.
struct Site(Router);

impl Site {
    fn of(app: &TestApp) -> Self {
        Self(layers::apply(http::router(app.state.clone()), &app.state))
    }

    async fn answer(&self, request: Request<Body>) -> Response {
        self.0
            .clone()
            .oneshot(request)
            .await
            .expect("a router always answers")
    }

    async fn send(&self, request: Request<Body>) -> Reply {
        Reply::read(self.answer(request).await).await
    }

    async fn get(&self, person: &Person, path: &str) -> Reply {
        self.send(ask(Method::GET, path, Some(person), None)).await
    }

    async fn post(&self, person: &Person, path: &str) -> Reply {
        self.send(ask(Method::POST, path, Some(person), None)).await
    }

    async fn book(
        &self,
        mentee: &Person,
        mentor: &Person,
        at: Timestamp,
        key: Option<&str>,
    ) -> Reply {
        let body =
            json!({"mentorId": mentor.id(), "startsAt": rfc3339(at), "title": "First steps"});
        let mut request = ask(Method::POST, "/api/sessions", Some(mentee), Some(body));
        if let Some(key) = key {
            request
                .headers_mut()
                .insert("idempotency-key", key.parse().expect("a header"));
        }
        self.send(request).await
    }
}

fn ask(method: Method, path: &str, person: Option<&Person>, body: Option<Value>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(person) = person {
        request = request.header(
            header::COOKIE,
            format!("other=1; ym_login={}", person.token),
        );
    }
    match body {
        Some(body) => request
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string())),
        None => request.body(Body::empty()),
    }
    .expect("a valid request")
}

fn raw(path: &str, kind: Option<&str>, body: impl Into<Body>) -> Request<Body> {
    let mut request = Request::builder().method(Method::POST).uri(path);
    if let Some(kind) = kind {
        request = request.header(header::CONTENT_TYPE, kind);
    }
    request.body(body.into()).expect("a valid request")
}

fn sign_in(email: &str, password: &str) -> Request<Body> {
    ask(
        Method::POST,
        "/api/auth/sign-in",
        None,
        Some(json!({"email": email, "password": password})),
    )
}

/// An answer that was read to its end.
#[derive(Debug)]
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
    json: Value,
}

impl Reply {
    async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("the body arrives");
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        let json = serde_json::from_str(&text).unwrap_or_default();
        Self {
            status: parts.status,
            headers: parts.headers,
            text,
            json,
        }
    }

    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("plain text"))
    }

    /// The data of a success.
    #[track_caller]
    fn data(&self, status: u16) -> &Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.json["success"], true, "{}", self.text);
        assert_eq!(self.header("cache-control"), "no-store");
        &self.json["data"]
    }

    /// Checks that it is a refusal of the documented shape.
    #[track_caller]
    fn refused(&self, status: u16, code: &str) -> &Value {
        assert_eq!(
            (self.status.as_u16(), self.json["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.text
        );
        assert_eq!(self.json["error"].as_str(), self.status.canonical_reason());
        assert!(
            self.json["message"]
                .as_str()
                .is_some_and(|message| message.ends_with('.')),
            "{}",
            self.text
        );
        assert_eq!(
            self.json["requestId"].as_str(),
            Some(self.header("x-request-id"))
        );
        assert_eq!(self.header("cache-control"), "no-store");
        assert!(self.header("content-type").starts_with("application/json"));
        assert!(self.json.get("data").is_none());
        &self.json
    }
}

async fn on_sqlite<F: Fixture, Fut: Future<Output = ()>>(test: impl FnOnce(F) -> Fut) {
    harness::run(Engine::Sqlite, test).await;
}

/// The app as people reach it over https, with narrow limits and one trusted proxy.
struct Guarded(TestApp);

impl Fixture for Guarded {
    async fn build(url: &str) -> Self {
        let mut config = harness::config(url);
        config.app_url = AppUrl::parse("https://minds.example").expect("an address");
        config.limits.sign_in_failures_per_account = 3;
        config.limits.trusted_proxies = vec!["10.0.0.1".parse().expect("an address")];
        Self(TestApp::with(url, config).await)
    }
}

/// A mentor, a mentee, somebody else, and an admin.
struct Cast {
    mentor: Person,
    mentee: Person,
    outsider: Person,
    admin: Person,
}

impl Cast {
    async fn of(app: &TestApp) -> Self {
        Self {
            mentor: app.mentor("Mira Mentor").await,
            mentee: app.person("Max Mentee").await,
            outsider: app.person("Olga Outsider").await,
            admin: app.admin("Ada Admin").await,
        }
    }
}

fn livekit(id: SessionId, what: &str) -> String {
    format!("/api/sessions/{id}/livekit/{what}")
}

/// Who may do what: anonymous, mentor, mentee, outsider, admin.
const MATRIX: [(&str, &str, [u16; 5]); 30] = [
    ("POST", "/api/auth/sign-in", [200, 200, 200, 200, 200]),
    ("GET", "/api/me", [401, 200, 200, 200, 200]),
    ("GET", "/api/mentors", [401, 200, 200, 200, 200]),
    ("GET", "/api/mentors/{id}/slots", [401, 200, 200, 200, 200]),
    ("POST", "/api/sessions", [401, 422, 201, 201, 201]),
    ("GET", "/api/sessions", [401, 200, 200, 200, 200]),
    ("GET", "/api/sessions/{id}", [401, 200, 200, 404, 200]),
    (
        "POST",
        "/api/sessions/{id}/cancel",
        [401, 200, 200, 404, 403],
    ),
    (
        "GET",
        "/api/sessions/{id}/calendar.ics",
        [401, 200, 200, 404, 200],
    ),
    ("POST", "/api/sessions/hold", [401, 422, 201, 201, 201]),
    // The session is confirmed and has begun: what is past a step is a conflict.
    (
        "POST",
        "/api/sessions/{id}/finish",
        [401, 403, 409, 404, 403],
    ),
    (
        "POST",
        "/api/sessions/{id}/confirm",
        [401, 200, 403, 404, 403],
    ),
    (
        "POST",
        "/api/sessions/{id}/decline",
        [401, 409, 403, 404, 403],
    ),
    ("POST", "/api/sessions/{id}/ask", [401, 409, 403, 404, 403]),
    (
        "POST",
        "/api/sessions/{id}/answer",
        [401, 403, 409, 404, 403],
    ),
    (
        "POST",
        "/api/sessions/{id}/reschedule",
        [401, 409, 409, 404, 403],
    ),
    (
        "POST",
        "/api/sessions/{id}/livekit/create-room",
        [401, 200, 200, 403, 403],
    ),
    (
        "GET",
        "/api/sessions/{id}/livekit/access-token",
        [401, 200, 200, 403, 403],
    ),
    (
        "POST",
        "/api/sessions/{id}/livekit/end-room",
        [401, 200, 403, 403, 200],
    ),
    (
        "POST",
        "/api/sessions/{id}/moderate",
        [401, 200, 403, 403, 403],
    ),
    ("POST", "/api/sessions/{id}/late", [401, 200, 200, 404, 404]),
    (
        "POST",
        "/api/sessions/{id}/extend",
        [401, 200, 403, 403, 403],
    ),
    (
        "GET",
        "/api/sessions/{id}/attendance",
        [401, 200, 200, 404, 200],
    ),
    (
        "GET",
        "/api/sessions/{id}/attendance.csv",
        [401, 200, 200, 404, 200],
    ),
    // Nothing came of it yet.
    (
        "POST",
        "/api/sessions/{id}/dispute",
        [401, 409, 409, 404, 403],
    ),
    ("POST", "/api/livekit/webhook", [401, 401, 401, 401, 401]),
    ("GET", "/api/events", [401, 200, 200, 403, 403]),
    ("GET", "/healthz", [200, 200, 200, 200, 200]),
    ("GET", "/readyz", [200, 200, 200, 200, 200]),
    // Last: it ends everybody's login.
    ("POST", "/api/auth/sign-out", [401, 200, 200, 200, 200]),
];

/// A body that the routes of one session take, when it has just begun at `now`.
fn step_body(path: &str, now: Timestamp) -> Option<Value> {
    let body = match path.strip_prefix("/api/sessions/{id}/")? {
        "finish" => json!({"title": "Next steps"}),
        "moderate" => json!({"action": "remove"}),
        "extend" => json!({"closesAt": rfc3339(now + Millis::hours(2))}),
        "late" => json!({"late": true}),
        "dispute" => json!({"reason": "It was otherwise."}),
        "ask" => json!({"question": "Why?"}),
        "answer" => json!({"answer": "So."}),
        "reschedule" => json!({"startsAt": rfc3339(now + Millis::hours(1))}),
        _ => return None,
    };
    Some(body)
}

/// The request of one cell. Every cell has a session of its own that has just begun.
async fn matrix_request(
    app: &TestApp,
    cast: &Cast,
    method: &str,
    path: &str,
    who: Option<&Person>,
) -> Request<Body> {
    // Past the window of the session before, extended or not.
    app.clock.advance(Millis::hours(3));
    let now = app.state.clock.now();
    let session = app.session(&cast.mentor, &cast.mentee, now).await;
    let body = match (method, path) {
        ("POST", "/api/auth/sign-in") => {
            Some(json!({"email": cast.outsider.email, "password": PASSWORD}))
        }
        ("POST", "/api/sessions") => {
            let at = rfc3339(now + Millis::hours(1));
            Some(json!({"mentorId": cast.mentor.id(), "startsAt": at, "title": "Next steps"}))
        }
        ("POST", "/api/sessions/hold") => {
            let at = rfc3339(now + Millis::hours(1));
            Some(json!({"mentorId": cast.mentor.id(), "startsAt": at}))
        }
        (_, path) => step_body(path, now),
    };
    let id = if path.contains("/mentors/") {
        cast.mentor.id().to_string()
    } else {
        session.to_string()
    };
    let mut uri = path.replace("{id}", &id);
    if path == "/api/events" {
        uri = format!("{uri}?session={session}");
    }
    ask(method.parse().expect("a method"), &uri, who, body)
}

on_both_engines! {
    async fn every_route_lets_in_whom_it_should_and_nobody_else(app: TestApp) {
        let (site, cast) = (Site::of(&app), Cast::of(&app).await);
        let people = [None, Some(&cast.mentor), Some(&cast.mentee), Some(&cast.outsider), Some(&cast.admin)];
        for (method, path, expected) in MATRIX {
            for (who, expected) in people.into_iter().zip(expected) {
                let request = matrix_request(&app, &cast, method, path, who).await;
                // The status is there before an endless stream of events begins.
                let response = site.answer(request).await;
                let name = who.map_or("anonymous", |person| person.login.me.name.as_str());
                assert_eq!(response.status().as_u16(), expected, "{method} {path} by {name}");
            }
        }
    }

    async fn a_session_is_booked_met_in_and_ended_through_the_api(app: TestApp) {
        let (site, cast) = (Site::of(&app), Cast::of(&app).await);
        let at = NOW + Millis::hours(1);

        let me = site.get(&cast.mentee, "/api/me").await;
        assert_eq!(me.data(200)["name"], "Max Mentee");
        let mentors = site.get(&cast.mentee, "/api/mentors").await;
        assert_eq!(mentors.data(200)[0]["id"], json!(cast.mentor.id()));
        let to = rfc3339(NOW + Millis::hours(3));
        let slots = site.get(&cast.mentee, &format!("/api/mentors/{}/slots?to={to}", cast.mentor.id())).await;
        assert_eq!(slots.data(200)[0], json!({"startsAt": rfc3339(at), "endsAt": rfc3339(at + Millis::hours(1))}));

        let booked = site.book(&cast.mentee, &cast.mentor, at, None).await;
        let data = booked.data(201);
        assert_eq!((&data["booking"], &data["access"]), (&json!("confirmed"), &json!("too_early")));
        assert_eq!(data["scheduledAt"], rfc3339(at));
        let id: SessionId = data["id"].as_str().expect("an id").parse().expect("an id");
        assert_eq!(data["meetingUrl"], format!("http://127.0.0.1:3000/meeting/{id}"));
        site.book(&cast.outsider, &cast.mentor, at, None).await.refused(409, "conflict");
        let mine = site.get(&cast.mentor, "/api/sessions").await;
        assert_eq!(mine.data(200)["upcoming"][0]["id"], json!(id));

        let room = site.post(&cast.mentor, &livekit(id, "create-room")).await;
        assert_eq!(room.data(200)["roomName"], format!("session-{id}"));
        let early = site.get(&cast.mentor, &livekit(id, "access-token")).await;
        assert_eq!(early.refused(403, "too_early")["opensAt"], rfc3339(at - Millis::minutes(15)));

        app.clock.set(at);
        for person in [&cast.mentor, &cast.mentee] {
            let ticket = site.get(person, &livekit(id, "access-token?rejoin=true")).await;
            let data = ticket.data(200);
            assert_eq!((&data["roomName"], &data["wsUrl"]), (&json!(format!("session-{id}")), &json!("ws://127.0.0.1:7880")));
            assert_eq!(data["expiresAt"], rfc3339(at + Millis::minutes(2)));
            assert!(data["token"].as_str().is_some_and(|token| !token.is_empty()));
        }

        site.post(&cast.mentee, &livekit(id, "end-room")).await.refused(403, "forbidden");
        for _ in 0..2 {
            site.post(&cast.mentor, &livekit(id, "end-room")).await.data(200);
        }
        for person in [&cast.mentor, &cast.mentee] {
            site.get(person, &livekit(id, "access-token")).await.refused(410, "ended");
        }
        let session = site.get(&cast.mentee, &format!("/api/sessions/{id}")).await;
        let end = json!({"by": cast.mentor.id(), "at": rfc3339(at), "reason": "ended_by_mentor"});
        assert_eq!((&session.data(200)["room"], &session.data(200)["roomEnd"]), (&json!("ended"), &end));
        app.run_jobs().await;
        assert_eq!(app.media.rooms(), Vec::<String>::new(), "LiveKit's room is gone");
    }

    async fn the_same_idempotency_key_books_once(app: TestApp) {
        let (site, cast) = (Site::of(&app), Cast::of(&app).await);
        let at = NOW + Millis::hours(2);
        let first = site.book(&cast.mentee, &cast.mentor, at, Some("click-1")).await;
        let again = site.book(&cast.mentee, &cast.mentor, at, Some("click-1")).await;
        assert_eq!(first.data(201)["id"], again.data(200)["id"]);
        let other = site.book(&cast.mentee, &cast.mentor, at + Millis::hours(1), Some("click-1")).await;
        other.refused(409, "conflict");
        site.book(&cast.outsider, &cast.mentor, at + Millis::hours(1), Some("click-1")).await.data(201);
        site.book(&cast.mentee, &cast.mentor, at, Some("")).await.refused(422, "invalid");
        let (one, two) = tokio::join!(
            site.book(&cast.mentee, &cast.mentor, at + Millis::hours(3), Some("click-2")),
            site.book(&cast.mentee, &cast.mentor, at + Millis::hours(3), Some("click-2")),
        );
        let statuses = BTreeSet::from([one.status.as_u16(), two.status.as_u16()]);
        assert_eq!(statuses, BTreeSet::from([200, 201]), "{} {}", one.text, two.text);
        assert_eq!(one.json["data"]["id"], two.json["data"]["id"]);
    }

    async fn tickets_are_given_in_the_window_to_the_millisecond(app: TestApp) {
        let (site, cast) = (Site::of(&app), Cast::of(&app).await);
        let at = NOW + Millis::days(1);
        let id = app.session(&cast.mentor, &cast.mentee, at).await;
        let (opens, closes) = (at - Millis::minutes(15), at + Millis::hours(2));
        let ticket = livekit(id, "access-token");

        app.clock.set(opens - Millis(1));
        let early = site.get(&cast.mentee, &ticket).await;
        let said = early.refused(403, "too_early");
        assert_eq!((&said["opensAt"], &said["closesAt"]), (&json!(rfc3339(opens)), &json!(rfc3339(closes))));
        for inside in [opens, at, closes] {
            app.clock.set(inside);
            site.get(&cast.mentee, &ticket).await.data(200);
        }
        app.clock.set(closes + Millis(1));
        let late = site.get(&cast.mentee, &ticket).await;
        let said = late.refused(410, "closed");
        assert_eq!((said.get("opensAt"), &said["closesAt"]), (None, &json!(rfc3339(closes))));
    }

    async fn a_lost_database_is_said_plainly_and_the_process_is_not_ready(app: TestApp) {
        let (site, person) = (Site::of(&app), app.person("Max Mentee").await);
        site.send(ask(Method::GET, "/readyz", None, None)).await.data(200);
        app.test_db.db.read().clone().close().await.expect("the pool closes");
        for (path, who) in [("/api/sessions", Some(&person)), ("/readyz", None)] {
            let reply = site.send(ask(Method::GET, path, who, None)).await;
            reply.refused(503, "database_unavailable");
            assert_eq!(reply.header("retry-after"), "5");
        }
        site.send(ask(Method::GET, "/healthz", None, None)).await.data(200);
    }
}

#[tokio::test]
async fn a_process_that_stops_is_not_ready() {
    on_sqlite(async |app: TestApp| {
        let site = Site::of(&app);
        app.stop();
        site.send(ask(Method::GET, "/readyz", None, None))
            .await
            .refused(503, "busy");
        site.send(ask(Method::GET, "/healthz", None, None))
            .await
            .data(200);
    })
    .await;
}

#[tokio::test]
async fn a_dead_video_server_refuses_tickets_and_never_bookings() {
    on_sqlite(async |app: TestApp| {
        let (site, cast) = (Site::of(&app), Cast::of(&app).await);
        app.media.fail_always(Some(MediaError::Unreachable(
            "connection refused".to_owned(),
        )));
        let at = NOW + Millis::hours(1);
        let booked = site.book(&cast.mentee, &cast.mentor, at, None).await;
        let id: SessionId = booked.data(201)["id"]
            .as_str()
            .expect("an id")
            .parse()
            .expect("an id");
        app.clock.set(at - Millis::minutes(15));
        app.run_jobs().await;
        let ticket = livekit(id, "access-token");
        let refused = site.get(&cast.mentee, &ticket).await;
        refused.refused(503, "media_unavailable");
        assert_eq!(refused.header("retry-after"), "5");
        assert!(
            !refused.text.contains("connection refused"),
            "causes stay in the log"
        );
        site.post(&cast.mentor, &livekit(id, "create-room"))
            .await
            .refused(503, "media_unavailable");

        app.media.fail_always(None);
        app.clock.advance(Millis::minutes(10));
        app.run_jobs().await;
        assert_eq!(
            app.media.rooms(),
            [format!("session-{id}")],
            "the job made the room"
        );
        site.get(&cast.mentee, &ticket).await.data(200);
    })
    .await;
}

#[tokio::test]
async fn ids_that_are_none_are_refused_on_every_route() {
    on_sqlite(async |app: TestApp| {
        let (site, person) = (Site::of(&app), app.person("Max Mentee").await);
        let id = Uuid::new_v4();
        let ids = [
            "0".to_owned(),
            "-1".to_owned(),
            "9223372036854775808".to_owned(),
            format!("{id}0"),
            id.simple().to_string(),
            format!("%7B{id}%7D"),
            "..".to_owned(),
            "..%2F..%2Fetc".to_owned(),
            "%00".to_owned(),
            "%ff".to_owned(),
            "%E2%82%AC".to_owned(),
            "'%20OR%201=1".to_owned(),
            "a".repeat(10_000),
        ];
        for (method, path, _) in MATRIX.iter().filter(|(_, path, _)| path.contains("{id}")) {
            for id in &ids {
                let request = ask(
                    method.parse().expect("a method"),
                    &path.replace("{id}", id),
                    Some(&person),
                    None,
                );
                site.send(request).await.refused(400, "malformed");
            }
            let body = step_body(path, NOW);
            let unknown = ask(
                method.parse().expect("a method"),
                &path.replace("{id}", &id.to_string()),
                Some(&person),
                body,
            );
            site.send(unknown).await.refused(404, "not_found");
        }
        site.get(&person, "/api/events?session=7")
            .await
            .refused(400, "malformed");
        site.get(&person, &format!("/api/events?session={id}"))
            .await
            .refused(404, "not_found");
    })
    .await;
}

#[tokio::test]
async fn a_strangers_session_looks_like_one_that_does_not_exist() {
    on_sqlite(async |app: TestApp| {
        let (site, cast) = (Site::of(&app), Cast::of(&app).await);
        let real = app
            .session(&cast.mentor, &cast.mentee, NOW + Millis::hours(1))
            .await;
        let unknown = SessionId(Uuid::new_v4());
        let mut said = Vec::new();
        for id in [real, unknown] {
            let shown = site
                .get(&cast.outsider, &format!("/api/sessions/{id}"))
                .await;
            let cancelled = site
                .post(&cast.outsider, &format!("/api/sessions/{id}/cancel"))
                .await;
            said.push([shown, cancelled].map(|reply| {
                (
                    reply.status,
                    reply.json["message"].clone(),
                    reply.json["code"].clone(),
                )
            }));
        }
        assert_eq!(said[0], said[1]);
    })
    .await;
}

#[tokio::test]
async fn unreadable_bodies_wrong_types_and_unknown_fields_change_nothing() {
    on_sqlite(async |app: TestApp| {
        let (site, cast) = (Site::of(&app), Cast::of(&app).await);
        let good = json!({"mentorId": cast.mentor.id(), "startsAt": rfc3339(NOW + Millis::hours(1)), "title": "First steps"});
        let with = |field: &str, value: Value| {
            let mut body = good.clone();
            body[field] = value;
            body.to_string()
        };
        let without = json!({"mentorId": cast.mentor.id(), "title": "First steps"}).to_string();
        let twice = format!("{{\"title\": \"a\", {}", &good.to_string()[1..]);
        let invalid = [
            (with("title", json!(7)), "title"),
            (with("title", json!("")), "title"),
            (with("title", json!("x".repeat(200))), "title"),
            (with("mentorId", json!("7")), "mentorId"),
            (with("mentorId", json!(null)), "mentorId"),
            (with("mentorId", json!(cast.mentee.id())), "mentorId"),
            (with("startsAt", json!("tomorrow")), "startsAt"),
            (with("startsAt", json!(1_796_119_200_000_i64)), "startsAt"),
            (with("startsAt", json!("2026-12-01T10:00:00")), "startsAt"),
            (with("startsAt", json!("9999-12-31T23:59:59Z")), "startsAt"),
            (with("price", json!(0)), "price"),
            (with("menteeId", json!(cast.outsider.id())), "menteeId"),
            (without, "startsAt"),
            (twice, "title"),
            ("[]".to_owned(), "body"),
            (json!([cast.mentor.id(), rfc3339(NOW + Millis::hours(1)), "First steps"]).to_string(), "body"),
            (with("title", serde_json::from_str(&format!("{}1{}", "[".repeat(100), "]".repeat(100))).expect("JSON")), "title"),
            (format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000)), "body"),
            ("7".to_owned(), "body"),
            ("null".to_owned(), "body"),
        ];
        let send = |body: String| {
            let mut request = raw("/api/sessions", Some("application/json; charset=utf-8"), body);
            let cookie = format!("ym_login={}", cast.mentee.token).parse().expect("a header");
            request.headers_mut().insert(header::COOKIE, cookie);
            site.send(request)
        };
        for (body, field) in invalid {
            let reply = send(body.clone()).await;
            assert_eq!(reply.refused(422, "invalid")["fields"][0]["field"], field, "{body} {}", reply.text);
        }
        let more = format!("{good}}}");
        for body in ["", "{", "nonsense", "{'a': 1}", "{\"title\": \"\u{0}\"", more.as_str()] {
            send(body.to_owned()).await.refused(400, "malformed");
        }
        for sent in [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("multipart/form-data")] {
            let mut request = raw("/api/auth/sign-in", sent, good.to_string());
            request.headers_mut().insert("accept", "text/html".parse().expect("a header"));
            site.send(request).await.refused(415, "wrong_type");
        }
        let sessions = site.get(&cast.mentor, "/api/sessions").await;
        assert_eq!(*sessions.data(200), json!({"upcoming": [], "past": []}));
    })
    .await;
}

#[tokio::test]
async fn a_refusal_does_not_repeat_a_password() {
    on_sqlite(async |app: TestApp| {
        let site = Site::of(&app);
        for body in [
            json!({"email": "max@example.org", "password": ["hunter22"]}),
            json!({"email": {"hunter22": 1}, "password": "hunter22"}),
            json!({"email": "max@example.org", "password": "hunter22", "role": "hunter22"}),
            json!({"email": "max@example.org", "password": 22_222_222}),
        ] {
            let reply = site
                .send(ask(Method::POST, "/api/auth/sign-in", None, Some(body)))
                .await;
            reply.refused(422, "invalid");
            assert!(
                !reply.text.contains("hunter22") && !reply.text.contains("22222222"),
                "{}",
                reply.text
            );
        }
    })
    .await;
}

#[tokio::test]
async fn parameters_are_checked_like_bodies() {
    on_sqlite(async |app: TestApp| {
        let (site, cast) = (Site::of(&app), Cast::of(&app).await);
        let id = app.session(&cast.mentor, &cast.mentee, NOW).await;
        for (query, field) in [
            ("rejoin=maybe", "rejoin"),
            ("rejoin=true&role=mentor", "role"),
            ("rejoin=", "rejoin"),
        ] {
            let reply = site
                .get(&cast.mentee, &livekit(id, &format!("access-token?{query}")))
                .await;
            assert_eq!(reply.refused(422, "invalid")["fields"][0]["field"], field);
        }
        let slots = format!("/api/mentors/{}/slots", cast.mentor.id());
        for (query, field) in [
            ("from=yesterday", "from"),
            ("to=2026-13-01T00:00:00Z", "to"),
            ("to=2020-01-01T00:00:00Z", "to"),
            ("from=2026-12-01T00:00:00Z&to=2027-12-01T00:00:00Z", "to"),
            ("from=-009999-01-01T00:00:00Z", "to"),
            ("limit=1", "limit"),
        ] {
            let reply = site.get(&cast.mentee, &format!("{slots}?{query}")).await;
            if field == "to" && query.starts_with("from=-00") {
                assert!(
                    reply.status.is_success() || reply.status == StatusCode::UNPROCESSABLE_ENTITY,
                    "{}",
                    reply.text
                );
                continue;
            }
            assert_eq!(
                reply.refused(422, "invalid")["fields"][0]["field"],
                field,
                "{query}"
            );
        }
        let shifted = site
            .get(
                &cast.mentee,
                &format!("{slots}?from=2026-12-02T01:00:00%2B01:00&to=2026-12-02T00:30:00Z"),
            )
            .await;
        assert_eq!(shifted.data(200)[0]["startsAt"], "2026-12-02T00:00:00Z");
        site.get(
            &cast.mentee,
            &format!("/api/mentors/{}/slots", cast.mentee.id()),
        )
        .await
        .refused(404, "not_found");
    })
    .await;
}

#[tokio::test]
async fn bodies_over_the_limit_are_not_read() {
    on_sqlite(async |app: TestApp| {
        let site = Site::of(&app);
        let large = format!("{{\"email\": \"{}\"}}", "a".repeat(64 * 1024));
        site.send(raw("/api/auth/sign-in", Some("application/json"), large))
            .await
            .refused(413, "too_large");
        let webhook = |length: usize| {
            raw(
                "/api/livekit/webhook",
                Some("application/webhook+json"),
                "a".repeat(length),
            )
        };
        assert_eq!(
            site.send(webhook(100 * 1024)).await.status,
            StatusCode::UNAUTHORIZED,
            "within the webhook's own limit"
        );
        site.send(webhook(256 * 1024 + 1))
            .await
            .refused(413, "too_large");
    })
    .await;
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_refused_in_json() {
    on_sqlite(async |app: TestApp| {
        let (site, person) = (Site::of(&app), app.person("Max Mentee").await);
        for path in [
            "/api",
            "/api/",
            "/api/nothing",
            "/api/sessions/",
            "/api/v1/sessions",
        ] {
            let reply = site.get(&person, path).await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
            reply.refused(404, "not_found");
        }
        let id = Uuid::new_v4().to_string();
        for (_, path, _) in MATRIX {
            let request = ask(
                Method::DELETE,
                &path.replace("{id}", &id),
                Some(&person),
                None,
            );
            let reply = site.send(request).await;
            reply.refused(405, "wrong_method");
            assert!(!reply.header("allow").is_empty(), "{path}");
        }
        // Changing something by a link is impossible.
        for (_, path, _) in MATRIX
            .iter()
            .filter(|(method, path, _)| *method == "POST" && *path != "/api/sessions")
        {
            let request = ask(Method::GET, &path.replace("{id}", &id), Some(&person), None);
            site.send(request).await.refused(405, "wrong_method");
        }
    })
    .await;
}

#[tokio::test]
async fn other_sites_cannot_make_a_browser_change_anything() {
    on_sqlite(async |app: TestApp| {
        let (site, cast) = (Site::of(&app), Cast::of(&app).await);
        let id = app
            .session(&cast.mentor, &cast.mentee, NOW + Millis::hours(1))
            .await;
        let cancel = |headers: &[(&'static str, &'static str)]| {
            let mut request = ask(
                Method::POST,
                &format!("/api/sessions/{id}/cancel"),
                Some(&cast.mentee),
                None,
            );
            for (name, value) in [("host", "127.0.0.1:3000")].iter().chain(headers) {
                request
                    .headers_mut()
                    .insert(*name, value.parse().expect("a header"));
            }
            site.send(request)
        };
        for foreign in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://evil.example"),
            ],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", "http://127.0.0.1:3001")],
        ] {
            cancel(foreign).await.refused(403, "cross_site");
        }
        let session = site.get(&cast.mentee, &format!("/api/sessions/{id}")).await;
        assert_eq!(session.data(200)["booking"], "confirmed");
        for own in [
            &[][..],
            &[
                ("sec-fetch-site", "same-origin"),
                ("origin", "http://127.0.0.1:3000"),
            ],
            &[("sec-fetch-site", "none")],
            &[("origin", "http://127.0.0.1:3000")],
        ] {
            cancel(own).await.data(200);
        }
        let mut login = sign_in(&cast.mentee.email, PASSWORD);
        login
            .headers_mut()
            .insert("sec-fetch-site", "cross-site".parse().expect("a header"));
        let login = site.send(login).await;
        login.refused(403, "cross_site");
        assert_eq!(
            login.header("set-cookie"),
            "",
            "nobody is signed in from elsewhere either"
        );
        let mut webhook = raw("/api/livekit/webhook", None, "{}");
        webhook.headers_mut().insert(
            "origin",
            "https://livekit.example".parse().expect("a header"),
        );
        assert_eq!(
            site.send(webhook).await.status,
            StatusCode::UNAUTHORIZED,
            "the signature decides there"
        );
    })
    .await;
}

#[tokio::test]
async fn the_cookie_is_closed_to_scripts_and_ends_with_the_login() {
    on_sqlite(async |app: TestApp| {
        let (site, person) = (Site::of(&app), app.person("Max Mentee").await);
        let reply = site.send(sign_in(&person.email, PASSWORD)).await;
        reply.data(200);
        let cookie = reply.header("set-cookie").to_owned();
        let (pair, attributes) = cookie.split_once("; ").expect("attributes");
        let (name, token) = pair.split_once('=').expect("a value");
        assert_eq!((name, token.len()), ("ym_login", 43));
        assert_eq!(
            attributes,
            "HttpOnly; SameSite=Lax; Path=/; Max-Age=2592000"
        );
        assert!(!reply.text.contains(token));
        assert_ne!(token, person.token, "every sign-in has a token of its own");

        let me = |token: &str| {
            let request =
                Request::get("/api/me").header(header::COOKIE, format!("ym_login={token}"));
            site.send(request.body(Body::empty()).expect("a request"))
        };
        me(token).await.data(200);
        let mut out = ask(Method::POST, "/api/auth/sign-out", None, None);
        out.headers_mut()
            .insert(header::COOKIE, pair.parse().expect("a header"));
        let out = site.send(out).await;
        out.data(200);
        assert_eq!(
            out.header("set-cookie"),
            "ym_login=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0"
        );
        me(token).await.refused(401, "signed_out");
        me(&person.token).await.data(200);
        for bad in ["", "x", &"a".repeat(43), &"a".repeat(5_000), "\"quoted\""] {
            me(bad).await.refused(401, "signed_out");
        }
    })
    .await;
}

#[tokio::test]
async fn over_https_the_cookie_is_bound_to_the_host_and_browsers_stay_on_https() {
    on_sqlite(async |Guarded(app): Guarded| {
        let (site, person) = (Site::of(&app), app.person("Max Mentee").await);
        let reply = site.send(sign_in(&person.email, PASSWORD)).await;
        let cookie = reply.header("set-cookie");
        assert!(cookie.starts_with("__Host-ym_login="), "{cookie}");
        assert!(
            cookie.ends_with("; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=2592000"),
            "{cookie}"
        );
        assert_eq!(
            reply.header("strict-transport-security"),
            "max-age=31536000"
        );
        site.get(&person, "/api/me")
            .await
            .refused(401, "signed_out");
        let request = Request::get("/api/me")
            .header(header::COOKIE, format!("__Host-ym_login={}", person.token));
        site.send(request.body(Body::empty()).expect("a request"))
            .await
            .data(200);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_look_the_same() {
    on_sqlite(async |app: TestApp| {
        let (site, person) = (Site::of(&app), app.person("Max Mentee").await);
        let mut said = Vec::new();
        for email in [
            person.email.as_str(),
            "nobody@example.org",
            "not an address",
        ] {
            let reply = site.send(sign_in(email, "some other password")).await;
            reply.refused(401, "wrong_credentials");
            let headers: BTreeSet<_> = reply
                .headers
                .keys()
                .map(|name| name.as_str().to_owned())
                .collect();
            said.push((reply.json["message"].clone(), headers));
        }
        assert!(said.windows(2).all(|pair| pair[0] == pair[1]), "{said:?}");
    })
    .await;
}

#[tokio::test]
async fn too_many_wrong_passwords_are_refused_whatever_the_client_says_about_its_address() {
    on_sqlite(async |Guarded(app): Guarded| {
        let (site, person) = (Site::of(&app), app.person("Max Mentee").await);
        let attempt = |peer: &str, forwarded: &str, password: &str| {
            let mut request = sign_in(&person.email, password);
            let peer: SocketAddr = peer.parse().expect("an address");
            request.extensions_mut().insert(ConnectInfo(peer));
            if !forwarded.is_empty() {
                request
                    .headers_mut()
                    .insert("x-forwarded-for", forwarded.parse().expect("a header"));
            }
            site.send(request)
        };
        for n in 0..3 {
            attempt(
                "192.0.2.7:5000",
                &format!("198.51.100.{n}"),
                "wrong password",
            )
            .await
            .refused(401, "wrong_credentials");
        }
        let refused = attempt("192.0.2.7:5001", "198.51.100.77", PASSWORD).await;
        refused.refused(429, "too_many");
        assert_eq!(refused.header("retry-after"), "900");
        // Through the trusted proxy only the hop that the proxy itself wrote counts.
        let proxied = attempt("10.0.0.1:6000", "203.0.113.1, 192.0.2.7", PASSWORD).await;
        proxied.refused(429, "too_many");
        attempt("10.0.0.1:6000", "192.0.2.7, 203.0.113.1", PASSWORD)
            .await
            .data(200);
        attempt("203.0.113.9:7000", "", PASSWORD).await.data(200);
        app.clock.advance(Millis::minutes(15));
        attempt("192.0.2.7:5000", "", PASSWORD).await.data(200);
    })
    .await;
}

#[tokio::test]
async fn the_client_is_the_last_hop_that_is_no_proxy_of_ours() {
    let mut config = harness::config("sqlite::memory:");
    config.limits.trusted_proxies = ["10.0.0.1", "10.0.0.2", "fd00::1"]
        .map(|ip| ip.parse().expect("an address"))
        .to_vec();
    for (peer, forwarded, expected) in [
        ("192.0.2.1:1", &["198.51.100.1"][..], "192.0.2.1"),
        ("10.0.0.1:1", &[], "10.0.0.1"),
        ("10.0.0.1:1", &["198.51.100.1"], "198.51.100.1"),
        (
            "10.0.0.1:1",
            &["1.1.1.1, 198.51.100.1, 10.0.0.2"],
            "198.51.100.1",
        ),
        ("10.0.0.1:1", &["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1:1", &["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1:1", &["10.0.0.2, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1:1", &["198.51.100.1, nonsense"], "10.0.0.1"),
        ("[::ffff:10.0.0.1]:1", &["2001:db8::7"], "2001:db8::7"),
        ("[fd00::1]:1", &["[2001:db8::7]:443"], "2001:db8::7"),
    ] {
        let mut request = Request::new(());
        for value in forwarded {
            request
                .headers_mut()
                .append("x-forwarded-for", value.parse().expect("a header"));
        }
        request
            .extensions_mut()
            .insert(ConnectInfo::<SocketAddr>(peer.parse().expect("an address")));
        let found = http::client_ip(&config, request.headers(), request.extensions());
        assert_eq!(found.to_string(), expected, "{peer} {forwarded:?}");
    }
}

#[tokio::test]
async fn answers_carry_the_security_headers_and_a_request_id_of_our_own() {
    on_sqlite(async |app: TestApp| {
        let site = Site::of(&app);
        let mut seen = BTreeSet::new();
        for path in ["/healthz", "/api/me", "/api/nothing", "/api/openapi.json"] {
            let mut request = ask(Method::GET, path, None, None);
            request
                .headers_mut()
                .insert("x-request-id", "mine".parse().expect("a header"));
            let reply = site.send(request).await;
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "same-origin"),
                ("x-frame-options", "DENY"),
                ("cross-origin-opener-policy", "same-origin"),
                ("cross-origin-resource-policy", "same-origin"),
                (
                    "content-security-policy",
                    "default-src 'none'; frame-ancestors 'none'",
                ),
                ("strict-transport-security", ""),
            ] {
                assert_eq!(reply.header(name), value, "{path} {name}");
            }
            assert!(
                reply
                    .header("permissions-policy")
                    .starts_with("camera=(), microphone=(), display-capture=()")
            );
            assert!(reply.header("x-request-id").parse::<Uuid>().is_ok());
            assert!(
                seen.insert(reply.header("x-request-id").to_owned()),
                "each request has its own"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn pages_get_the_headers_too_and_plain_words_instead_of_json() {
    on_sqlite(async |app: TestApp| {
        let page =
            |text: &'static str| axum::routing::any(async move || axum::response::Html(text));
        let pages = Router::new()
            .route("/meeting/{id}", page("meeting"))
            .route("/dashboard", page("dashboard"))
            .route(
                "/broken",
                axum::routing::get(async || -> String { panic!("a bug") }),
            );
        let site = Site(layers::apply(
            http::router(app.state.clone()).merge(pages),
            &app.state,
        ));

        let meeting = site
            .send(ask(
                Method::GET,
                &format!("/meeting/{}", Uuid::new_v4()),
                None,
                None,
            ))
            .await;
        let allowed =
            "camera=(self), microphone=(self), display-capture=(self), speaker-selection=(self)";
        assert!(meeting.header("permissions-policy").starts_with(allowed));
        let dashboard = site.send(ask(Method::GET, "/dashboard", None, None)).await;
        assert!(
            dashboard
                .header("permissions-policy")
                .starts_with("camera=()")
        );
        assert_eq!(
            dashboard.header("content-security-policy"),
            "",
            "the pages write their own"
        );
        let mut foreign = ask(Method::POST, "/dashboard", None, None);
        foreign
            .headers_mut()
            .insert("sec-fetch-site", "cross-site".parse().expect("a header"));
        let foreign = site.send(foreign).await;
        assert_eq!(foreign.status, StatusCode::FORBIDDEN);
        assert_eq!(
            foreign.text,
            "This request came from another site and was not carried out."
        );
        let broken = site.send(ask(Method::GET, "/broken", None, None)).await;
        assert_eq!(broken.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(
            broken.text.contains(broken.header("x-request-id")) && !broken.text.contains("a bug"),
            "{}",
            broken.text
        );
    })
    .await;
}

#[tokio::test]
async fn long_answers_are_compressed_and_short_ones_are_not() {
    on_sqlite(async |app: TestApp| {
        let site = Site::of(&app);
        for (path, accepted, encoding) in [
            ("/api/openapi.json", "gzip, br", "br"),
            ("/api/openapi.json", "gzip", "gzip"),
            ("/api/openapi.json", "identity", ""),
            ("/healthz", "gzip, br", ""),
        ] {
            let mut request = ask(Method::GET, path, None, None);
            request
                .headers_mut()
                .insert(header::ACCEPT_ENCODING, accepted.parse().expect("a header"));
            let response = site.answer(request).await;
            let sent = response
                .headers()
                .get(header::CONTENT_ENCODING)
                .map_or("", |v| v.to_str().expect("text"));
            assert_eq!(sent, encoding, "{path} {accepted}");
        }
    })
    .await;
}

#[tokio::test]
async fn no_answer_but_the_ticket_holds_a_secret() {
    on_sqlite(async |app: TestApp| {
        let (site, cast) = (Site::of(&app), Cast::of(&app).await);
        let id = app.session(&cast.mentor, &cast.mentee, NOW).await;
        let mut bodies = Vec::new();
        for who in [&cast.mentor, &cast.mentee, &cast.outsider, &cast.admin] {
            for path in [
                "/api/me",
                "/api/mentors",
                "/api/sessions",
                "/api/openapi.json",
                "/healthz",
                "/readyz",
            ] {
                bodies.push(site.get(who, path).await.text);
            }
            bodies.push(site.get(who, &format!("/api/sessions/{id}")).await.text);
            bodies.push(
                site.get(who, &format!("/api/mentors/{}/slots", cast.mentor.id()))
                    .await
                    .text,
            );
            bodies.push(site.post(who, &livekit(id, "create-room")).await.text);
            bodies.push(site.send(sign_in(&who.email, PASSWORD)).await.text);
            let ticket = site.get(who, &livekit(id, "access-token")).await.text;
            assert!(!ticket.contains(LIVEKIT_SECRET) && !ticket.contains(&who.token));
        }
        let people = [&cast.mentor, &cast.mentee, &cast.outsider, &cast.admin];
        for body in &bodies {
            for secret in [LIVEKIT_SECRET, LIVEKIT_KEY, PASSWORD, "eyJ", "argon2"] {
                assert!(!body.contains(secret), "{secret} in {body}");
            }
            for person in people {
                assert!(!body.contains(&person.token), "a login's token in {body}");
            }
        }
        // Addresses are shown to their owner only.
        for who in people {
            let others: Vec<_> = people
                .iter()
                .filter(|other| other.email != who.email)
                .collect();
            for path in ["/api/me", "/api/mentors", "/api/sessions"] {
                let body = site.get(who, path).await.text;
                assert!(
                    others.iter().all(|other| !body.contains(&other.email)),
                    "{body}"
                );
            }
        }
    })
    .await;
}

/// Reads a stream of events.
struct Events {
    body: Body,
    /// What its events are called.
    name: &'static str,
}

impl Events {
    async fn open(site: &Site, person: &Person, session: SessionId) -> Self {
        Self::at(
            site,
            person,
            &format!("/api/events?session={session}"),
            "state",
        )
        .await
    }

    /// About all of somebody's own sessions.
    async fn mine(site: &Site, person: &Person) -> Self {
        Self::at(site, person, "/api/events", "sessions").await
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
    async fn next(&mut self) -> Option<Value> {
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

#[tokio::test]
async fn an_open_page_is_told_when_the_meeting_opens_and_when_it_ends() {
    on_sqlite(async |app: TestApp| {
        let (site, cast) = (Site::of(&app), Cast::of(&app).await);
        let opens = NOW + Millis::hours(1) - Millis::minutes(15);
        let id = app.session(&cast.mentor, &cast.mentee, NOW + Millis::hours(1)).await;
        app.clock.set(opens - Millis(80));
        let mut events = Events::open(&site, &cast.mentee, id).await;
        let first = events.next().await.expect("the full state first");
        assert_eq!(first, json!({
            "access": {"too_early": {"opens_at": opens.0, "closes_at": (opens + Millis::minutes(135)).0}},
            "now": (opens - Millis(80)).0,
            "present": [],
            "late": [],
        }));
        app.clock.set(opens);
        let open = events.next().await.expect("the edge of the window");
        assert_eq!((&open["access"]["open"]["role"], &open["now"]), (&json!("mentee"), &json!(opens.0)));
        site.post(&cast.mentor, &livekit(id, "end-room")).await.data(200);
        let ended = events.next().await.expect("the end");
        assert_eq!(ended["access"]["ended"]["reason"], json!("ended_by_mentor"));
        app.stop();
        assert_eq!(events.next().await, None, "a stopping server hangs up");
    })
    .await;
}

on_both_engines! {
    async fn a_list_is_told_of_ones_own_sessions_and_of_no_others(app: TestApp) {
        let (site, cast) = (Site::of(&app), Cast::of(&app).await);
        let early = NOW + Millis::hours(1);
        let first = app.session(&cast.mentor, &cast.mentee, early).await;
        let foreign = app.session(&cast.mentor, &cast.outsider, NOW + Millis::hours(5)).await;
        let mut mentee = Events::mine(&site, &cast.mentee).await;
        let mut mentor = Events::mine(&site, &cast.mentor).await;
        let nothing_yet = json!({"now": NOW.0, "sessions": []});
        assert_eq!(mentee.next().await, Some(nothing_yet.clone()));
        assert_eq!(mentor.next().await, Some(nothing_yet));

        // The foreign one first: were it named to the mentee, it would come first.
        app.state.events.changed(foreign);
        app.state.events.changed(first);
        let one = |id: SessionId| Some(json!({"now": NOW.0, "sessions": [id]}));
        assert_eq!(mentee.next().await, one(first));
        assert_eq!(mentor.next().await, one(foreign));
        assert_eq!(mentor.next().await, one(first));

        // One that was booked since is known too.
        let later = app.session(&cast.mentor, &cast.mentee, NOW + Millis::hours(8)).await;
        app.state.events.changed(later);
        assert_eq!(mentee.next().await, one(later));
        app.stop();
        assert_eq!(mentee.next().await, None, "a stopping server hangs up");
    }

    async fn a_list_is_told_first_what_changed_before_it_began_to_listen(app: TestApp) {
        let (site, cast) = (Site::of(&app), Cast::of(&app).await);
        let own = app.session(&cast.mentor, &cast.mentee, NOW + Millis::hours(1)).await;
        let foreign = app.session(&cast.mentor, &cast.outsider, NOW + Millis::hours(5)).await;
        let known_for = |age: &'static str| {
            let (site, mentee) = (&site, &cast.mentee);
            async move { Events::at(site, mentee, &format!("/api/events?age={age}"), "sessions").await }
        };
        let first = |sessions: Value| Some(json!({"now": NOW.0, "sessions": sessions}));
        assert_eq!(known_for("60000").await.next().await, first(json!([])));
        app.state.events.changed(foreign);
        app.state.events.changed(own);
        assert_eq!(known_for("60000").await.next().await, first(json!([own])));
        assert_eq!(known_for("0").await.next().await, first(json!([])));
        // Longer ago than anybody remembers: it may be any.
        assert_eq!(known_for("60001").await.next().await, first(json!([own])));
    }

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
}

#[tokio::test]
async fn events_end_with_the_login_and_are_limited_for_each_login() {
    on_sqlite(async |app: TestApp| {
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
        app.state.events.changed(id);
        assert_eq!(
            first.next().await,
            None,
            "nobody listens on with a login that is gone"
        );
        site.get(&cast.outsider, &path)
            .await
            .refused(403, "not_yours");
    })
    .await;
}

#[tokio::test]
async fn quiet_events_carry_a_heartbeat_and_notice_a_login_that_ended() {
    on_sqlite(async |app: TestApp| {
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
    })
    .await;
}

#[tokio::test]
async fn the_description_lists_every_route_and_is_whole() {
    on_sqlite(async |app: TestApp| {
        let site = Site::of(&app);
        let reply = site
            .send(ask(Method::GET, "/api/openapi.json", None, None))
            .await;
        assert_eq!(reply.status, StatusCode::OK);
        let document = &reply.json;
        assert!(
            document["openapi"]
                .as_str()
                .is_some_and(|version| version.starts_with("3.1"))
        );
        assert_eq!(document["servers"][0]["url"], "http://127.0.0.1:3000");
        assert_eq!(
            document["components"]["securitySchemes"]["login"]["name"],
            "ym_login"
        );
        assert!(
            document["info"].get("license").is_none(),
            "an empty licence is not valid"
        );

        let mut routes = BTreeSet::new();
        let mut names = BTreeSet::new();
        for (path, operations) in document["paths"].as_object().expect("paths") {
            for (method, operation) in operations.as_object().expect("operations") {
                routes.insert((method.to_uppercase(), path.clone()));
                assert!(
                    names.insert(
                        operation["operationId"]
                            .as_str()
                            .expect("a name")
                            .to_owned()
                    ),
                    "{operation}"
                );
                assert!(
                    operation["summary"].is_string() && operation["tags"].is_array(),
                    "{operation}"
                );
                let parameters = operation["parameters"].as_array();
                let declared = |name: &str| {
                    parameters.is_some_and(|all| {
                        all.iter().any(|p| {
                            p["in"] == "path" && p["name"] == name && p["required"] == true
                        })
                    })
                };
                assert_eq!(path.contains("{id}"), declared("id"), "{path}");
                let responses = operation["responses"].as_object().expect("responses");
                assert!(
                    responses.keys().any(|status| status.starts_with('2')),
                    "{path}"
                );
                let open = operation["security"] == json!([{}]);
                assert!(
                    open || responses.contains_key("401"),
                    "{path} needs a login and says so"
                );
            }
        }
        let expected: BTreeSet<_> = MATRIX
            .iter()
            .map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned()))
            .collect();
        assert_eq!(
            routes, expected,
            "the matrix and the description list the same routes"
        );
        for reference in references(document) {
            let pointer = reference.trim_start_matches('#');
            assert!(
                document.pointer(pointer).is_some(),
                "{reference} leads nowhere"
            );
        }
    })
    .await;
}

fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => {
            let own = map.get("$ref").and_then(Value::as_str).map(str::to_owned);
            own.into_iter()
                .chain(map.values().flat_map(references))
                .collect()
        }
        Value::Array(list) => list.iter().flat_map(references).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
