//! One's sessions.

use super::error::ApiError;
use domain::views::{MySessions, SessionView};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What the dashboard shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dashboard {
    /// All of one's sessions.
    pub sessions: MySessions,
    /// The session whose meeting was just left.
    pub left: Option<SessionView>,
}

/// Books a mentor's free time. Sending the same form twice books once.
#[server(prefix = "/api/fn", endpoint = "book")]
pub async fn book(
    mentor: domain::ids::UserId,
    starts_at: Option<i64>,
    title: String,
    key: String,
) -> Result<(), ApiError> {
    let request = crate::ssr::request()?;
    let login = request.login()?;
    let choose = || domain::problem::Problem::field("startsAt", "Choose one of the free times.");
    let starts_at = domain::time::Timestamp(starts_at.ok_or_else(choose)?);
    // One page offers many times: the key tells a second click from a second choice.
    let idempotency_key = Some(format!("{key}.{}", starts_at.0));
    let wanted = server::bookings::BookRequest {
        mentor,
        starts_at,
        title,
        idempotency_key,
    };
    let booked = request.answer(server::bookings::book(&request.state, login, wanted).await)?;
    crate::ssr::redirect(&format!(
        "{}?done=booked",
        crate::routes::session(booked.session.id)
    ));
    Ok(())
}

/// Calls a session off.
#[server(prefix = "/api/fn", endpoint = "cancel_session")]
pub async fn cancel_session(id: domain::ids::SessionId) -> Result<(), ApiError> {
    let request = crate::ssr::request()?;
    let login = request.login()?;
    request.answer(server::bookings::cancel(&request.state, login, id).await)?;
    crate::ssr::redirect(&format!("{}?done=cancelled", crate::routes::session(id)));
    Ok(())
}
