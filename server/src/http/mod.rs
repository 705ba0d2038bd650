//! The JSON API and everything HTTP that pages share with it: cookies, limits, headers.
//!
//! Handlers authenticate, parse, make one call, and map the answer; rules live in the use cases.

pub mod answer;
mod api;
pub mod auth;
pub mod bodies;
mod calendar;
mod client;
mod client_ip;
pub mod cookie;
mod dev_mail;
mod exports;
mod extract;
pub mod forwarding;
mod host;
pub mod layers;
mod openapi;
mod request;
mod sse;
pub mod views;
mod well_known;

pub use client::client;
pub use client_ip::client_ip;

use crate::{AppState, webhooks::Inbox};
use answer::Failure;
use axum::{
    Extension, Router,
    extract::Request,
    http::{HeaderValue, header},
    middleware::{self, Next},
    response::Response,
    routing::any,
};

/// LiveKit's messages arrive here; they are signed and come from no browser.
pub(crate) const WEBHOOK_PATH: &str = "/api/livekit/webhook";

/// All routes of the JSON API, the live updates, and the health checks.
///
/// LiveKit's messages go into `inbox`.
///
/// It has no fallback of its own, so that it can be merged with the pages; unknown addresses under
/// `/api` are answered here.
pub fn router(state: AppState, inbox: Inbox) -> Router {
    let (routes, document) = api::all().split_for_parts();
    let document = openapi::Served::new(document, &state.config);
    routes
        .route(
            "/api/openapi.json",
            axum::routing::get(move || async move { document.answer() }),
        )
        .merge(calendar::routes())
        .merge(exports::routes())
        .merge(well_known::routes())
        .merge(dev_mail::routes(&state))
        .route("/api", any(nothing_here))
        .route("/api/", any(nothing_here))
        .route("/api/{*rest}", any(nothing_here))
        .method_not_allowed_fallback(wrong_method)
        .layer(Extension(inbox))
        .layer(middleware::from_fn(keep_private))
        .with_state(state)
}

async fn nothing_here() -> Failure {
    domain::problem::Problem::NotFound.into()
}

async fn wrong_method() -> Failure {
    Failure::WrongMethod
}

/// Answers are personal and change: no cache keeps them, unless the handler said otherwise.
async fn keep_private(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response
        .headers_mut()
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}
