//! The meeting page's server functions.

use super::{error::ApiError, wire::Sent};
use domain::{
    access::Entry,
    ids::SessionId,
    permissions::Moderation,
    time::Timestamp,
    views::{self, JoinToken},
};
use leptos::prelude::*;

/// The join decision and all the meeting page shows, for the signed-in person.
///
/// # Errors
/// When nobody is signed in, or the database does not answer.
#[server(prefix = "/api/fn", endpoint = "meeting_page", input = Sent, output = Sent)]
pub async fn meeting_page(
    /// Of the session, as it stands in the address.
    id: String,
) -> Result<views::MeetingPage, ApiError> {
    let request = crate::api::backend::request()?;
    let page = server::meetings::meeting_page(&request.state, request.login()?, &id).await;
    request.answer(page)
}

/// A join token into the room.
///
/// # Errors
/// The join decision, when it is a refusal; `Problem::Elsewhere` for somebody who is inside already; when the
/// media server or the database does not answer.
#[server(prefix = "/api/fn", endpoint = "join", input = Sent, output = Sent)]
pub async fn join(
    /// Of the room's session.
    session: SessionId,
    entry: Entry,
) -> Result<JoinToken, ApiError> {
    let request = crate::api::backend::request()?;
    let join_token =
        server::meetings::access_token(&request.state, request.login()?, session, entry).await;
    request.answer(join_token)
}

/// Lets the person in who is at the door.
///
/// # Errors
/// The join decision, when it is a refusal; `Problem::Conflict` for somebody who is not at the door; when the media
/// server or the database does not answer.
#[server(prefix = "/api/fn", endpoint = "enter", input = Sent, output = Sent)]
pub async fn enter(
    /// Of the room's session.
    session: SessionId,
) -> Result<(), ApiError> {
    let request = crate::api::backend::request()?;
    let entered = server::meetings::enter(&request.state, request.login()?, session).await;
    request.answer(entered)
}

/// Ends the room for everyone.
///
/// # Errors
/// When the person may not, or the database does not answer.
#[server(prefix = "/api/fn", endpoint = "end_room", input = Sent, output = Sent)]
pub async fn end_room(
    /// Of the room's session.
    session: SessionId,
) -> Result<(), ApiError> {
    let request = crate::api::backend::request()?;
    let ended = server::meetings::end_room(&request.state, request.login()?, session).await;
    request.answer(ended)
}

/// Mutes, removes or lets back in; for the mentor.
///
/// # Errors
/// When the person may not, or the media server or the database does not answer.
#[server(prefix = "/api/fn", endpoint = "moderate", input = Sent, output = Sent)]
pub async fn moderate(
    /// Of the room's session.
    session: SessionId,
    what: Moderation,
) -> Result<(), ApiError> {
    let request = crate::api::backend::request()?;
    let login = request.login()?;
    let done = server::meetings::moderate(&request.state, login, session, what).await;
    request.answer(done)
}

/// Extends the meeting; answers when it closes now.
///
/// # Errors
/// When the person may not, one of the two has another session, or the database does not answer.
#[server(prefix = "/api/fn", endpoint = "extend", input = Sent, output = Sent)]
pub async fn extend(
    /// Of the room's session.
    session: SessionId,
    /// The close as the mentor saw it.
    closes_at: Timestamp,
) -> Result<Timestamp, ApiError> {
    let request = crate::api::backend::request()?;
    let login = request.login()?;
    let extended = server::meetings::extend(&request.state, login, session, closes_at).await;
    request.answer(extended)
}

/// Lets a removed mentee in again, from the session's page.
///
/// # Errors
/// When the person may not, or the database does not answer.
#[server(prefix = "/api/fn", endpoint = "allow_back")]
pub async fn allow_back(
    /// Of the room's session.
    id: SessionId,
) -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    let (login, what) = (request.login()?, Moderation::AllowBack);
    let done = server::meetings::moderate(&request.state, login, id, what).await;
    request.answer(done)?;
    crate::api::backend::redirect(&routes::done(&routes::session(id), Done::AllowedBack));
    Ok(())
}

/// Tells the other person that one is running late, or takes that back.
///
/// # Errors
/// When it is too early or over, or the database does not answer.
#[server(prefix = "/api/fn", endpoint = "running_late")]
pub async fn running_late(
    id: SessionId,
    /// `false` takes it back.
    late: bool,
    /// The page to show again.
    back: String,
) -> Result<(), ApiError> {
    let request = crate::api::backend::request()?;
    let said = server::meetings::running_late(&request.state, request.login()?, id, late).await;
    request.answer(said)?;
    let back = domain::text::ReturnPath::parse(&back);
    let back = back.map_or_else(
        || crate::routes::session(id),
        |path| path.as_str().to_owned(),
    );
    crate::api::backend::redirect(&back);
    Ok(())
}

/// Disputes a session's outcome.
///
/// # Errors
/// When the person may not, or there is nothing to contest.
#[server(prefix = "/api/fn", endpoint = "dispute_session")]
pub async fn dispute_session(
    id: SessionId,
    /// What was different.
    reason: String,
) -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    let login = request.login()?;
    let done = server::meetings::attendance::dispute(&request.state, login, id, &reason).await;
    request.answer(done)?;
    crate::api::backend::redirect(&routes::done(&routes::session(id), Done::Disputed));
    Ok(())
}
