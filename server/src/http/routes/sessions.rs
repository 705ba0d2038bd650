//! Booking, looking at and cancelling sessions.

use crate::{
    AppState,
    bookings::{self, BookRequest},
    http::{
        answer::{Answer, Failure, Reply},
        auth::Login,
        extract::{Body, Id, IdempotencyKey},
        openapi::{Refuses, Unreadable, Usual},
        views::{NewSession, Session, Sessions},
    },
};
use axum::{extract::State, http::StatusCode};
use domain::ids::{SessionId, UserId};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(book, list))
        .routes(routes!(show))
        .routes(routes!(cancel))
}

/// Book a slot.
///
/// With the header `Idempotency-Key`, sending the same request again finds the session that the
/// first one made.
#[utoipa::path(
    post, path = "/api/sessions", tag = "sessions", operation_id = "book_session", request_body = NewSession,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 100 characters of your choice")),
    responses(
        (status = 201, description = "Booked", body = Answer<Session>),
        (status = 200, description = "Booked by an earlier request with the same key", body = Answer<Session>),
        Unreadable, Refuses::<404>, Refuses::<409>, Usual,
    )
)]
async fn book(
    State(state): State<AppState>,
    Login(login): Login,
    IdempotencyKey(idempotency_key): IdempotencyKey,
    Body(body): Body<NewSession>,
) -> Result<(StatusCode, Answer<Session>), Failure> {
    let NewSession {
        mentor_id,
        starts_at,
        title,
    } = body;
    let request = BookRequest {
        mentor: UserId(mentor_id),
        starts_at: starts_at.0,
        title,
        idempotency_key,
    };
    let booked = bookings::book(&state, &login, request).await?;
    let status = if booked.created {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Answer::of(booked.session)))
}

/// One's sessions in either role.
#[utoipa::path(
    get, path = "/api/sessions", tag = "sessions", operation_id = "list_sessions",
    responses((status = 200, description = "One's sessions", body = Answer<Sessions>), Usual)
)]
async fn list(State(state): State<AppState>, Login(login): Login) -> Reply<Sessions> {
    Ok(Answer::of(bookings::mine(&state, &login).await?))
}

/// One session, with who was there.
#[utoipa::path(
    get, path = "/api/sessions/{id}", tag = "sessions", operation_id = "show_session",
    params(("id" = Uuid, Path, description = "The session")),
    responses(
        (status = 200, description = "The session", body = Answer<Session>),
        Refuses::<400>, Refuses::<404>, Usual,
    )
)]
async fn show(
    State(state): State<AppState>,
    Login(login): Login,
    Id(id): Id<SessionId>,
) -> Reply<Session> {
    Ok(Answer::of(bookings::get(&state, &login, id).await?))
}

/// Call a session off. Doing it twice is fine.
#[utoipa::path(
    post, path = "/api/sessions/{id}/cancel", tag = "sessions", operation_id = "cancel_session",
    params(("id" = Uuid, Path, description = "The session")),
    responses(
        (status = 200, description = "The cancelled session", body = Answer<Session>),
        Refuses::<400>, Refuses::<403>, Refuses::<404>, Refuses::<409>, Usual,
    )
)]
async fn cancel(
    State(state): State<AppState>,
    Login(login): Login,
    Id(id): Id<SessionId>,
) -> Reply<Session> {
    Ok(Answer::of(bookings::cancel(&state, &login, id).await?))
}
