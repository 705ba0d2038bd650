//! What surrounds every answer, pages included.

pub use super::request::RequestId;

use super::{
    WEBHOOK_PATH,
    answer::Failure,
    host::{self, HostCheck},
    request::{self, Current},
};
use crate::{AppState, config::AppUrl};
use axum::{
    Router,
    body::{Body, HttpBody},
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    http::{
        Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version, header,
    },
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use domain::problem::{Dependency, Problem};
use http_body_util::BodyExt;
use std::{
    any::Any,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{Predicate, SizeAbove},
    },
    csrf::{CsrfLayer, ProtectionError},
    timeout::{TimeoutBody, TimeoutError},
};
use tracing::Instrument;

/// Bodies may be this large unless a route says otherwise.
const BODY_MAX: usize = 64 * 1024;
/// A body may stop coming for this long.
const BODY_PAUSE: Duration = Duration::from_secs(15);
/// An answer must begin within this time. What streams after that is not limited.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// Smaller answers are not worth compressing.
const COMPRESS_FROM: u64 = 1_024;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Wraps the whole site: request id and log span, refusal of what is for other sites, panics, time limits, compression,
/// protection against other sites' requests, body limit, security headers.
///
/// The pages' Content-Security-Policy has a nonce and is the pages' own; what has none gets the strictest.
pub fn apply(router: Router, state: &AppState) -> Router {
    router
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(same_site_only(&state.config.app_url))
        .layer(
            CompressionLayer::new()
                .gzip(true)
                .br(true)
                .compress_when(SizeAbove::new(COMPRESS_FROM).and(is_dynamic_text)),
        )
        .layer(middleware::from_fn(without_pauses))
        .layer(middleware::from_fn(in_time))
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(middleware::from_fn_with_state(
            HostCheck::new(state),
            host::ours_only,
        ))
        .layer(middleware::from_fn_with_state(
            Edge::new(&state.config.app_url),
            identify,
        ))
}

/// Refuses requests that change something and that a browser sends from another site (see
/// [`tower_http::csrf`]). A request with neither `Origin` nor `Sec-Fetch-Site` is no browser's.
fn same_site_only(
    app_url: &AppUrl,
) -> CsrfLayer<impl FnMut(ProtectionError) -> Response + Clone + use<>> {
    let layer = CsrfLayer::new();
    let layer = match layer.clone().add_trusted_origin(app_url.origin.as_str()) {
        Ok(layer) => layer,
        Err(error) => {
            tracing::error!(%error, "APP_URL is not an origin that browsers send; only same-origin requests pass");
            layer
        }
    };
    layer
        .with_insecure_bypass(|_: &Method, uri: &Uri| uri.path() == WEBHOOK_PATH)
        .with_rejection_response(|_| Failure::CrossSite.into_response())
}

/// Pages and JSON. Files come compressed from disk, and events must not wait in a compressor.
fn is_dynamic_text(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    ["text/html", "text/plain", "application/json"]
        .iter()
        .any(|text| kind.starts_with(text))
}

async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::warn!("gave up on an answer that took too long");
            Failure::from(Problem::Unavailable(Dependency::Capacity)).into_response()
        }
    }
}

/// Refuses a body that stops coming, whoever reads it and whatever they make of that.
async fn without_pauses(request: Request, next: Next) -> Response {
    let stopped = Arc::new(AtomicBool::new(false));
    let stops = Arc::clone(&stopped);
    let request = request.map(|body| {
        // Handlers ask whether there is a body, which the timed one does not know.
        if body.is_end_stream() {
            return body;
        }
        let body = TimeoutBody::new(BODY_PAUSE, body);
        Body::new(body.map_err(move |error| {
            if error.is::<TimeoutError>() {
                stops.store(true, Ordering::Relaxed);
            }
            error
        }))
    });
    let response = next.run(request).await;
    match stopped.load(Ordering::Relaxed) {
        true => Failure::TooSlow.into_response(),
        false => response,
    }
}

fn after_panic(panic: Box<dyn Any + Send + 'static>) -> Response<Body> {
    let said = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let request_id = request::current().id.to_string();
    tracing::error!(request.id = request_id, said, "a request panicked");
    Failure::from(Problem::Internal { request_id }).into_response()
}

/// Headers that depend on the configuration.
#[derive(Clone)]
struct Edge {
    transport_security: Option<HeaderValue>,
}

impl Edge {
    fn new(app_url: &AppUrl) -> Self {
        let year = HeaderValue::from_static("max-age=31536000");
        Self {
            transport_security: app_url.is_https.then_some(year),
        }
    }
}

/// Gives the request an id and a span, and the answer its headers.
async fn identify(State(edge): State<Edge>, mut request: Request, next: Next) -> Response {
    let id = RequestId::draw();
    request.extensions_mut().insert(id);
    let path = request.uri().path();
    let place = Place::of(path);
    let current = Current {
        id,
        is_api: place == Place::Api,
    };
    // The route's pattern, not the address: addresses hold ids, queries hold anything.
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("", MatchedPath::as_str);
    let span = tracing::info_span!("request", request.id = %id, method = %request.method(), route);
    let started = Instant::now();
    let answered = request::answering(current, next.run(request)).instrument(span.clone());
    let mut response = answered.await;
    let status = response.status().as_u16();
    let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::info!(target: "server::access", status, millis, "answered"));
    protect(response.headers_mut(), &edge, place, id);
    response
}

/// Which rules an address falls under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// For programs.
    Api,
    /// The one page that uses camera and microphone.
    Meeting,
    /// All other pages and files.
    Site,
}

impl Place {
    fn of(path: &str) -> Self {
        if path == "/api" || path.starts_with("/api/") || path == "/healthz" || path == "/readyz" {
            Self::Api
        } else if path.starts_with("/meeting/") {
            Self::Meeting
        } else {
            Self::Site
        }
    }

    fn permissions(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Meeting => {
                "camera=(self), microphone=(self), display-capture=(self), speaker-selection=(self), geolocation=(), \
                 payment=(), usb=()"
            }
            Self::Api | Self::Site => {
                "camera=(), microphone=(), display-capture=(), speaker-selection=(), geolocation=(), payment=(), usb=()"
            }
        })
    }
}

fn protect(headers: &mut HeaderMap, edge: &Edge, place: Place, id: RequestId) {
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(PERMISSIONS_POLICY, place.permissions());
    if let Some(value) = &edge.transport_security {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value.clone());
    }
    // Pages have said what they may load; everything else may load nothing, redirects and refusals included.
    let nothing = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(nothing);
    if let Some(value) = id.header() {
        headers.insert(REQUEST_ID, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn camera_and_microphone_belong_to_the_meeting_page_only() {
        for path in ["/", "/meeting", "/dashboard", "/api/me", "/meetings/1"] {
            assert!(
                Place::of(path)
                    .permissions()
                    .to_str()
                    .expect("text")
                    .contains("camera=()"),
                "{path}"
            );
        }
        let meeting = Place::of("/meeting/00000000-0000-0000-0000-000000000001").permissions();
        assert!(meeting.to_str().expect("text").contains("camera=(self)"));
    }
}
