//! The browser or program behind a request.

use super::client_ip;
use crate::{AppState, accounts::Client, config::Config};
use axum::{
    extract::FromRequestParts,
    http::{Extensions, HeaderMap, header, request::Parts},
};

/// The longest description of itself that a browser is listened to for.
const USER_AGENT_MAX: usize = 512;

/// Who sent a request with these headers and extensions.
pub fn client(config: &Config, headers: &HeaderMap, extensions: &Extensions) -> Client {
    let user_agent = headers.get(header::USER_AGENT);
    let user_agent = user_agent.and_then(|value| value.to_str().ok());
    let user_agent = user_agent.unwrap_or_default();
    Client {
        address: client_ip(config, headers, extensions),
        user_agent: user_agent.chars().take(USER_AGENT_MAX).collect(),
    }
}

impl FromRequestParts<AppState> for Client {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<Self, Self::Rejection> {
        Ok(client(&state.config, &parts.headers, &parts.extensions))
    }
}
