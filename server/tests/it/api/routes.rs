//! Every documented route. Who may do what there is in the site's own tests (`tests/site`), with pages and server
//! functions.

use domain::time::{Millis, Timestamp};
use serde_json::{Value, json};
use server::zones::rfc3339;

/// Method and path.
pub(super) const ROUTES: [(&str, &str); 31] = [
    ("POST", "/api/auth/sign-in"),
    ("POST", "/api/auth/code"),
    ("GET", "/api/me"),
    ("GET", "/api/mentors"),
    ("GET", "/api/mentors/{id}/slots"),
    ("POST", "/api/sessions"),
    ("GET", "/api/sessions"),
    ("GET", "/api/sessions/{id}"),
    ("POST", "/api/sessions/{id}/cancel"),
    ("GET", "/api/sessions/{id}/calendar.ics"),
    ("POST", "/api/sessions/hold"),
    ("POST", "/api/sessions/{id}/finish"),
    ("POST", "/api/sessions/{id}/confirm"),
    ("POST", "/api/sessions/{id}/decline"),
    ("POST", "/api/sessions/{id}/ask"),
    ("POST", "/api/sessions/{id}/answer"),
    ("POST", "/api/sessions/{id}/reschedule"),
    ("POST", "/api/sessions/{id}/livekit/create-room"),
    ("GET", "/api/sessions/{id}/livekit/access-token"),
    ("POST", "/api/sessions/{id}/livekit/end-room"),
    ("POST", "/api/sessions/{id}/moderate"),
    ("POST", "/api/sessions/{id}/late"),
    ("POST", "/api/sessions/{id}/extend"),
    ("GET", "/api/sessions/{id}/attendance"),
    ("GET", "/api/sessions/{id}/attendance.csv"),
    ("POST", "/api/sessions/{id}/dispute"),
    ("POST", "/api/livekit/webhook"),
    ("GET", "/api/events"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("POST", "/api/auth/sign-out"),
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
