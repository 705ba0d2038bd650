//! The meeting page's server functions.

use super::{error::ApiError, wire::Sent};
use domain::{
    ids::SessionId,
    views::{self, JoinTicket},
};
use leptos::prelude::*;

/// The join decision and all the meeting page shows, for the signed-in person.
///
/// # Errors
/// When nobody is signed in or the database does not answer.
#[server(prefix = "/api/fn", endpoint = "meeting_page", input = Sent, output = Sent)]
pub async fn meeting_page(
    /// Of the session, as it stands in the address.
    id: String,
) -> Result<views::MeetingPage, ApiError> {
    let request = crate::ssr::request()?;
    let page = server::rooms::meeting_page(&request.state, request.login()?, &id).await;
    request.answer(page)
}

/// A ticket into the room. `rejoin` is for somebody who was thrown out or could not connect: it
/// makes the server look whether the room still exists.
///
/// # Errors
/// The join decision, when it is no; when the media server or the database does not answer.
#[server(prefix = "/api/fn", endpoint = "join", input = Sent, output = Sent)]
pub async fn join(
    /// Of the room's session.
    session: SessionId,
    /// Look whether the room still exists.
    rejoin: bool,
) -> Result<JoinTicket, ApiError> {
    let request = crate::ssr::request()?;
    let ticket =
        server::rooms::access_token(&request.state, request.login()?, session, rejoin).await;
    request.answer(ticket)
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
    let request = crate::ssr::request()?;
    let ended = server::rooms::end_room(&request.state, request.login()?, session).await;
    request.answer(ended)
}
