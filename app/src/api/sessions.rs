//! The reader's sessions.

use super::error::ApiError;
use leptos::prelude::*;

/// Holds a mentor's free time and leads to the form that books it. Sending the same form twice
/// holds once.
#[server(prefix = "/api/fn", endpoint = "hold")]
pub async fn hold(
    mentor: domain::ids::UserId,
    minutes: Option<u16>,
    starts_at: Option<i64>,
    key: String,
) -> Result<(), ApiError> {
    let request = crate::api::backend::request()?;
    let login = request.login()?;
    let starts_at = crate::api::backend::sessions::chosen(starts_at)?;
    let wanted = server::sessions::BookRequest {
        mentor,
        starts_at,
        minutes,
        // One page offers many times: the key tells a second click from a second choice.
        idempotency_key: Some(format!("{key}.{}", starts_at.0)),
    };
    let held = request.answer(server::sessions::hold(&request.state, login, wanted).await)?;
    crate::api::backend::redirect(&crate::api::backend::sessions::after_hold(&held.session));
    Ok(())
}

/// Finishes the booking of a held time.
#[server(prefix = "/api/fn", endpoint = "finish_booking")]
pub async fn finish_booking(
    id: domain::ids::SessionId,
    title: String,
    goal: String,
    #[server(default)] answers: Vec<String>,
) -> Result<(), ApiError> {
    let details = server::sessions::BookingForm {
        title,
        goal,
        answers,
    };
    crate::api::backend::sessions::change(
        id,
        server::sessions::SessionChange::Finish(details),
        crate::url_words::Done::Booked,
    )
    .await
}

/// Releases a held time and leads to the mentor's times.
#[server(prefix = "/api/fn", endpoint = "release_hold")]
pub async fn release_hold(mentor: domain::ids::UserId) -> Result<(), ApiError> {
    let request = crate::api::backend::request()?;
    let login = request.login()?;
    request.answer(server::sessions::release(&request.state, login).await)?;
    crate::api::backend::redirect(&crate::routes::mentor(mentor));
    Ok(())
}

/// Says yes to a request.
#[server(prefix = "/api/fn", endpoint = "confirm_session")]
pub async fn confirm_session(id: domain::ids::SessionId) -> Result<(), ApiError> {
    crate::api::backend::sessions::change(
        id,
        server::sessions::SessionChange::Confirm,
        crate::url_words::Done::Confirmed,
    )
    .await
}

/// Says no to a request.
#[server(prefix = "/api/fn", endpoint = "decline_session")]
pub async fn decline_session(id: domain::ids::SessionId, reason: String) -> Result<(), ApiError> {
    crate::api::backend::sessions::change(
        id,
        server::sessions::SessionChange::Decline { reason },
        crate::url_words::Done::Declined,
    )
    .await
}

/// Asks the mentee for more information.
#[server(prefix = "/api/fn", endpoint = "ask_mentee")]
pub async fn ask_mentee(id: domain::ids::SessionId, question: String) -> Result<(), ApiError> {
    crate::api::backend::sessions::change(
        id,
        server::sessions::SessionChange::Ask { question },
        crate::url_words::Done::Asked,
    )
    .await
}

/// Gives the information that the mentor asked for.
#[server(prefix = "/api/fn", endpoint = "answer_mentor")]
pub async fn answer_mentor(id: domain::ids::SessionId, answer: String) -> Result<(), ApiError> {
    crate::api::backend::sessions::change(
        id,
        server::sessions::SessionChange::Answer { answer },
        crate::url_words::Done::Answered,
    )
    .await
}

/// Moves a session to another time.
#[server(prefix = "/api/fn", endpoint = "reschedule_session")]
pub async fn reschedule_session(
    id: domain::ids::SessionId,
    starts_at: Option<i64>,
    reason: String,
) -> Result<(), ApiError> {
    let starts_at = crate::api::backend::sessions::chosen(starts_at)?;
    let reason = Some(reason);
    let moved = server::sessions::SessionChange::Reschedule { starts_at, reason };
    crate::api::backend::sessions::change(id, moved, crate::url_words::Done::Moved).await
}

/// Calls a session off.
#[server(prefix = "/api/fn", endpoint = "cancel_session")]
pub async fn cancel_session(id: domain::ids::SessionId, reason: String) -> Result<(), ApiError> {
    crate::api::backend::sessions::change(
        id,
        server::sessions::SessionChange::Cancel {
            reason: Some(reason),
        },
        crate::url_words::Done::Cancelled,
    )
    .await
}
