//! The first thing asked of a request: whether it is for us.
//!
//! A page of somebody else's can make its own name point to our address (DNS rebinding). Its browser then takes us for
//! that page's site, but still says the name that it asked for.

use super::{WEBHOOK_PATH, answer::Failure, forwarding::Warner};
use crate::{AppState, config::AppUrl};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Where the name does not matter: probes ask by address, and LiveKit, which signs what it sends, reaches us by an inner
/// one.
const ANY_NAME: [&str; 3] = ["/healthz", "/readyz", WEBHOOK_PATH];

/// What is needed to tell.
#[derive(Clone)]
pub(super) struct HostCheck {
    state: AppState,
    warner: Warner,
}

impl HostCheck {
    pub(super) fn new(state: &AppState) -> Self {
        Self {
            state: state.clone(),
            warner: Warner::default(),
        }
    }
}

/// Answers 421 to a request for another site.
pub(super) async fn ours_only(
    State(check): State<HostCheck>,
    request: Request,
    next: Next,
) -> Response {
    let (state, uri) = (&check.state, request.uri());
    check
        .warner
        .look(state, request.headers(), request.extensions());
    let app_url = &state.config.app_url;
    if ANY_NAME.contains(&uri.path()) || is_ours(app_url, uri, request.headers()) {
        return next.run(request).await;
    }
    Failure::WrongHost(app_url.origin.clone()).into_response()
}

/// Whether every name that the request says is ours, and it says one: absolute addresses in the address, others in `Host`.
fn is_ours(app_url: &AppUrl, uri: &Uri, headers: &HeaderMap) -> bool {
    let hosts = headers.get_all(header::HOST);
    let in_headers = hosts.iter().map(|host| host.to_str().unwrap_or_default());
    let mut said = uri
        .authority()
        .map(|authority| authority.as_str())
        .into_iter()
        .chain(in_headers)
        .peekable();
    said.peek().is_some() && said.all(|authority| app_url.is_for(authority))
}
