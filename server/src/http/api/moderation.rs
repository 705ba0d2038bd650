//! A meeting that runs: mute, remove, allow back, extend; and afterwards who was there.

use crate::{
    AppState,
    http::{
        answer::{Answer, Failure, Reply},
        auth::Login,
        bodies::{Dispute, Extension, Moderate, RunningLate},
        extract::{Body, Id},
        openapi::{Refuses, Unreadable, Usual},
        views::{Attendance, Done, Moment, NewClose},
    },
    meetings::{self, attendance},
};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use domain::ids::SessionId;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(moderate_meeting))
        .routes(routes!(extend))
        .routes(routes!(running_late))
        .routes(routes!(report))
        .routes(routes!(table))
        .routes(routes!(dispute))
}

/// Mute the mentee, ask to unmute, remove, or allow back; for the mentor of a meeting that is open.
#[utoipa::path(
    post, path = "/api/sessions/{id}/moderate", tag = "meetings", request_body = Moderate,
    params(("id" = Uuid, Path, description = "The session")),
    responses(
        (status = 200, description = "Done", body = Answer<Done>),
        Unreadable, Refuses::<404>, Refuses::<410>, Usual,
    )
)]
async fn moderate_meeting(
    State(state): State<AppState>,
    Login(login): Login,
    Id(id): Id<SessionId>,
    Body(body): Body<Moderate>,
) -> Reply<Done> {
    meetings::moderate(&state, &login, id, body.action.into()).await?;
    Ok(Answer::of(Done {}))
}

/// Put the close of a meeting off by 15 minutes, while neither person has another session then.
#[utoipa::path(
    post, path = "/api/sessions/{id}/extend", tag = "meetings", request_body = Extension,
    params(("id" = Uuid, Path, description = "The session")),
    responses(
        (status = 200, description = "When it closes now", body = Answer<NewClose>),
        Unreadable, Refuses::<404>, Refuses::<409>, Refuses::<410>, Usual,
    )
)]
async fn extend(
    State(state): State<AppState>,
    Login(login): Login,
    Id(id): Id<SessionId>,
    Body(body): Body<Extension>,
) -> Reply<NewClose> {
    let closes_at = meetings::extend(&state, &login, id, body.closes_at.0).await?;
    Ok(Answer::of(NewClose {
        closes_at: Moment(closes_at),
    }))
}

/// Tell the other person that you are running late, or take it back; from an hour before the start
/// until the meeting closes. Joining takes it back too.
#[utoipa::path(
    post, path = "/api/sessions/{id}/late", tag = "meetings", request_body = RunningLate,
    params(("id" = Uuid, Path, description = "The session")),
    responses(
        (status = 200, description = "Said", body = Answer<Done>),
        Unreadable, Refuses::<404>, Refuses::<409>, Usual,
    )
)]
async fn running_late(
    State(state): State<AppState>,
    Login(login): Login,
    Id(id): Id<SessionId>,
    Body(body): Body<RunningLate>,
) -> Reply<Done> {
    meetings::running_late(&state, &login, id, body.late).await?;
    Ok(Answer::of(Done {}))
}

/// Who was there and for how long.
#[utoipa::path(
    get, path = "/api/sessions/{id}/attendance", tag = "sessions", operation_id = "attendance",
    params(("id" = Uuid, Path, description = "The session")),
    responses(
        (status = 200, description = "The attendance", body = Answer<Attendance>),
        Refuses::<400>, Refuses::<404>, Usual,
    )
)]
async fn report(
    State(state): State<AppState>,
    Login(login): Login,
    Id(id): Id<SessionId>,
) -> Reply<Attendance> {
    let report = attendance::report(&state, &login, id).await?;
    Ok(Answer::of(Attendance::from(report)))
}

/// The stays as a table, one line each (RFC 4180).
#[utoipa::path(
    get, path = "/api/sessions/{id}/attendance.csv", tag = "sessions", operation_id = "attendance_csv",
    params(("id" = Uuid, Path, description = "The session")),
    responses(
        (status = 200, description = "The table", body = String, content_type = "text/csv"),
        Refuses::<400>, Refuses::<404>, Usual,
    )
)]
async fn table(
    State(state): State<AppState>,
    Login(login): Login,
    Id(id): Id<SessionId>,
) -> Result<Response, Failure> {
    let report = attendance::report(&state, &login, id).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"attendance.csv\"",
        ),
    ];
    Ok((headers, Attendance::from(report).csv()).into_response())
}

/// Contest what came of a session, once; an administrator decides.
#[utoipa::path(
    post, path = "/api/sessions/{id}/dispute", tag = "sessions", operation_id = "dispute_session", request_body = Dispute,
    params(("id" = Uuid, Path, description = "The session")),
    responses(
        (status = 200, description = "Done", body = Answer<Done>),
        Unreadable, Refuses::<404>, Refuses::<409>, Usual,
    )
)]
async fn dispute(
    State(state): State<AppState>,
    Login(login): Login,
    Id(id): Id<SessionId>,
    Body(body): Body<Dispute>,
) -> Reply<Done> {
    attendance::dispute(&state, &login, id, &body.reason).await?;
    Ok(Answer::of(Done {}))
}
