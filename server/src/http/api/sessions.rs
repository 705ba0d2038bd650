//! Booking, looking at and changing sessions.

use crate::{
    AppState, calendar,
    http::{
        answer::{Answer, Failure, Reply},
        auth::Login,
        bodies::{
            BookingDetails, ListPages, MoreInformation, NewHold, NewSession, NewTime, Question,
            Reason,
        },
        calendar::CalendarFile,
        extract::{Body, Id, IdempotencyKey, MaybeBody, Params},
        openapi::{Refuses, Unreadable, Usual},
        views::{Session, Sessions},
    },
    sessions::{self, BookRequest, Booked, SessionChange},
};
use axum::{extract::State, http::StatusCode};
use domain::ids::{SessionId, UserId};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(book, list))
        .routes(routes!(hold))
        .routes(routes!(show))
        .routes(routes!(finish))
        .routes(routes!(confirm))
        .routes(routes!(decline))
        .routes(routes!(ask))
        .routes(routes!(answer))
        .routes(routes!(reschedule))
        .routes(routes!(cancel))
        .routes(routes!(calendar_file))
}

/// Book a slot.
///
/// With the header `Idempotency-Key`, sending the same request again finds the session that the
/// first one made. The session is `confirmed` at once, or `requested` where the mentor confirms
/// bookings by hand.
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
    let (request, details) = body.parts(idempotency_key);
    Ok(made(
        sessions::book(&state, &login, request, details).await?,
    ))
}

/// Hold a slot for 10 minutes, to finish the booking within. Another slot that the caller holds is given back.
#[utoipa::path(
    post, path = "/api/sessions/hold", tag = "sessions", operation_id = "hold_session", request_body = NewHold,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 100 characters of your choice")),
    responses(
        (status = 201, description = "Held until `heldUntil`", body = Answer<Session>),
        (status = 200, description = "Held by an earlier request with the same key", body = Answer<Session>),
        Unreadable, Refuses::<404>, Refuses::<409>, Usual,
    )
)]
async fn hold(
    State(state): State<AppState>,
    Login(login): Login,
    IdempotencyKey(idempotency_key): IdempotencyKey,
    Body(body): Body<NewHold>,
) -> Result<(StatusCode, Answer<Session>), Failure> {
    let request = BookRequest {
        mentor: UserId(body.mentor_id),
        starts_at: body.starts_at.0,
        minutes: body.minutes,
        idempotency_key,
    };
    Ok(made(sessions::hold(&state, &login, request).await?))
}

fn made(booked: Booked) -> (StatusCode, Answer<Session>) {
    let status = if booked.created {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    (status, Answer::of(booked.session))
}

/// The caller's sessions in either role: up to 50 to come and 50 that are over.
#[utoipa::path(
    get, path = "/api/sessions", tag = "sessions", operation_id = "list_sessions", params(ListPages),
    responses(
        (status = 200, description = "The caller's sessions", body = Answer<Sessions>),
        Refuses::<422>, Usual,
    )
)]
async fn list(
    State(state): State<AppState>,
    Login(login): Login,
    Params(pages): Params<ListPages>,
) -> Reply<Sessions> {
    Ok(Answer::of(
        sessions::mine(&state, &login, pages.into()).await?,
    ))
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
    Ok(Answer::of(sessions::get(&state, &login, id).await?))
}

/// Finish the booking of a slot that the caller holds.
#[utoipa::path(
    post, path = "/api/sessions/{id}/finish", tag = "sessions", operation_id = "finish_session", request_body = BookingDetails,
    params(("id" = Uuid, Path, description = "The session")),
    responses(
        (status = 200, description = "The booked session", body = Answer<Session>),
        Unreadable, Refuses::<404>, Refuses::<409>, Usual,
    )
)]
async fn finish(
    State(state): State<AppState>,
    Login(login): Login,
    Id(id): Id<SessionId>,
    Body(body): Body<BookingDetails>,
) -> Reply<Session> {
    let change = SessionChange::Finish(body.into());
    Ok(Answer::of(
        sessions::change(&state, &login, id, change).await?,
    ))
}

/// Say yes to a request, as the mentor. Doing it twice is fine.
#[utoipa::path(
    post, path = "/api/sessions/{id}/confirm", tag = "sessions", operation_id = "confirm_session",
    params(("id" = Uuid, Path, description = "The session")),
    responses(
        (status = 200, description = "The confirmed session", body = Answer<Session>),
        Refuses::<400>, Refuses::<403>, Refuses::<404>, Refuses::<409>, Usual,
    )
)]
async fn confirm(
    State(state): State<AppState>,
    Login(login): Login,
    Id(id): Id<SessionId>,
) -> Reply<Session> {
    let change = SessionChange::Confirm;
    Ok(Answer::of(
        sessions::change(&state, &login, id, change).await?,
    ))
}

/// Say no to a request, as the mentor. Doing it twice is fine.
#[utoipa::path(
    post, path = "/api/sessions/{id}/decline", tag = "sessions", operation_id = "decline_session", request_body = Reason,
    params(("id" = Uuid, Path, description = "The session")),
    responses(
        (status = 200, description = "The declined session", body = Answer<Session>),
        Unreadable, Refuses::<404>, Refuses::<409>, Usual,
    )
)]
async fn decline(
    State(state): State<AppState>,
    Login(login): Login,
    Id(id): Id<SessionId>,
    MaybeBody(body): MaybeBody<Reason>,
) -> Reply<Session> {
    let change = SessionChange::Decline {
        reason: body.reason.unwrap_or_default(),
    };
    Ok(Answer::of(
        sessions::change(&state, &login, id, change).await?,
    ))
}

/// Ask the mentee for more information before answering a request, as the mentor.
#[utoipa::path(
    post, path = "/api/sessions/{id}/ask", tag = "sessions", operation_id = "ask_session", request_body = Question,
    params(("id" = Uuid, Path, description = "The session")),
    responses(
        (status = 200, description = "The session", body = Answer<Session>),
        Unreadable, Refuses::<404>, Refuses::<409>, Usual,
    )
)]
async fn ask(
    State(state): State<AppState>,
    Login(login): Login,
    Id(id): Id<SessionId>,
    Body(body): Body<Question>,
) -> Reply<Session> {
    let change = SessionChange::Ask {
        question: body.question,
    };
    Ok(Answer::of(
        sessions::change(&state, &login, id, change).await?,
    ))
}

/// Give the information that the mentor asked for, as the mentee.
#[utoipa::path(
    post, path = "/api/sessions/{id}/answer", tag = "sessions", operation_id = "answer_session", request_body = MoreInformation,
    params(("id" = Uuid, Path, description = "The session")),
    responses(
        (status = 200, description = "The session", body = Answer<Session>),
        Unreadable, Refuses::<404>, Refuses::<409>, Usual,
    )
)]
async fn answer(
    State(state): State<AppState>,
    Login(login): Login,
    Id(id): Id<SessionId>,
    Body(body): Body<MoreInformation>,
) -> Reply<Session> {
    let change = SessionChange::Answer {
        answer: body.answer,
    };
    Ok(Answer::of(
        sessions::change(&state, &login, id, change).await?,
    ))
}

/// Move a session to another of the mentor's free slots. Its id and its meeting's address stay.
#[utoipa::path(
    post, path = "/api/sessions/{id}/reschedule", tag = "sessions", operation_id = "reschedule_session", request_body = NewTime,
    params(("id" = Uuid, Path, description = "The session")),
    responses(
        (status = 200, description = "The session at its new time", body = Answer<Session>),
        Unreadable, Refuses::<404>, Refuses::<409>, Usual,
    )
)]
async fn reschedule(
    State(state): State<AppState>,
    Login(login): Login,
    Id(id): Id<SessionId>,
    Body(body): Body<NewTime>,
) -> Reply<Session> {
    let change = SessionChange::Reschedule {
        starts_at: body.starts_at.0,
        reason: body.reason,
    };
    Ok(Answer::of(
        sessions::change(&state, &login, id, change).await?,
    ))
}

/// Cancel a session. Doing it twice is fine.
#[utoipa::path(
    post, path = "/api/sessions/{id}/cancel", tag = "sessions", operation_id = "cancel_session", request_body = Reason,
    params(("id" = Uuid, Path, description = "The session")),
    responses(
        (status = 200, description = "The cancelled session", body = Answer<Session>),
        Unreadable, Refuses::<404>, Refuses::<409>, Usual,
    )
)]
async fn cancel(
    State(state): State<AppState>,
    Login(login): Login,
    Id(id): Id<SessionId>,
    MaybeBody(body): MaybeBody<Reason>,
) -> Reply<Session> {
    let change = SessionChange::Cancel {
        reason: body.reason,
    };
    Ok(Answer::of(
        sessions::change(&state, &login, id, change).await?,
    ))
}

/// A session as a file for a calendar program (iCalendar).
#[utoipa::path(
    get, path = "/api/sessions/{id}/calendar.ics", tag = "sessions", operation_id = "session_calendar",
    params(("id" = Uuid, Path, description = "The session")),
    responses(
        (status = 200, description = "The calendar entry", body = String, content_type = "text/calendar"),
        Refuses::<400>, Refuses::<404>, Usual,
    )
)]
async fn calendar_file(
    State(state): State<AppState>,
    Login(login): Login,
    Id(id): Id<SessionId>,
) -> Result<CalendarFile, Failure> {
    Ok(CalendarFile(calendar::download(&state, &login, id).await?))
}
