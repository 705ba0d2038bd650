//! Who may do what: every route, by everybody.

use super::{Cast, Site, ask};
use crate::harness::{PASSWORD, Person, TestApp, on_both_engines};
use axum::{body::Body, http::Request};
use domain::time::{Millis, Timestamp};
use macro_rules_attribute::apply;
use serde_json::{Value, json};
use server::zones::rfc3339;

/// Who may do what: anonymous, mentor, mentee, outsider, admin.
pub(super) const MATRIX: [(&str, &str, [u16; 5]); 30] = [
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
        [401, 409, 409, 404, 403],
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
        [401, 409, 403, 403, 403],
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
pub(super) fn step_body(path: &str, now: Timestamp) -> Option<Value> {
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
    // Signing in would end the login that is asked with.
    let who = who.filter(|_| path != "/api/auth/sign-in");
    ask(method.parse().expect("a method"), &uri, who, body)
}

#[apply(on_both_engines!)]
async fn every_route_lets_in_whom_it_should_and_nobody_else(app: TestApp) {
    let (site, cast) = (Site::of(&app), Cast::of(&app).await);
    let people = [
        None,
        Some(&cast.mentor),
        Some(&cast.mentee),
        Some(&cast.outsider),
        Some(&cast.admin),
    ];
    for (method, path, expected) in MATRIX {
        for (who, expected) in people.into_iter().zip(expected) {
            let request = matrix_request(&app, &cast, method, path, who).await;
            // The status is there before an endless stream of events begins.
            let response = site.answer(request).await;
            let name = who.map_or("anonymous", |person| person.login.me.name.as_str());
            assert_eq!(
                response.status().as_u16(),
                expected,
                "{method} {path} by {name}"
            );
        }
    }
}
