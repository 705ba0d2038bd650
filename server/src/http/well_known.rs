//! Addresses that programs look for: where to report a hole (RFC 9116), and where a password is changed.

use super::answer::Failure;
use crate::{AppState, zones::rfc3339};
use axum::{
    Router,
    extract::State,
    http::header,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use domain::{
    problem::Problem,
    time::{Millis, Timestamp},
};

const SECURITY: &str = "/.well-known/security.txt";
/// What is said about security holds for this long; people should not ask for it less often.
const HOLDS_FOR: Millis = Millis::days(90);
/// The form on the account's page, which asks who it is first.
const PASSWORD: &str = "/account#password-title";

pub(super) fn routes() -> Router<AppState> {
    Router::new().route(SECURITY, get(security)).route(
        "/.well-known/change-password",
        get(|| async { Redirect::to(PASSWORD) }),
    )
}

async fn security(State(state): State<AppState>) -> Result<Response, Failure> {
    let contact = state.config.legal.security_contact.as_ref();
    let contact = contact.ok_or(Problem::NotFound)?;
    let (origin, expires) = (&state.config.app_url.origin, expires(state.clock.now()));
    let text = format!(
        "Contact: {contact}\nExpires: {expires}\nPreferred-Languages: en\nCanonical: {origin}{SECURITY}\n"
    );
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}

/// To the second.
fn expires(now: Timestamp) -> String {
    let at = now + HOLDS_FOR;
    rfc3339(Timestamp(at.0 - at.0.rem_euclid(1_000)))
}
