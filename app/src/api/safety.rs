//! Reporting and blocking people.

use super::error::ApiError;
use domain::{
    ids::{SessionId, UserId},
    safety::ReportCategory,
};
use leptos::prelude::*;

/// Tells admins about a concern.
#[server(prefix = "/api/fn", endpoint = "report")]
pub async fn report(
    about: UserId,
    session: Option<SessionId>,
    category: ReportCategory,
    words: String,
) -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    let report = server::safety::Report {
        about,
        session,
        category,
        words,
    };
    request.answer(server::safety::report(&request.state, request.login()?, report).await)?;
    crate::api::backend::redirect(&routes::done(
        &routes::safety(about, session),
        Done::Reported,
    ));
    Ok(())
}

/// Blocks somebody.
#[server(prefix = "/api/fn", endpoint = "block")]
pub async fn block(about: UserId, session: Option<SessionId>) -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    request.answer(server::safety::block(&request.state, request.login()?, about).await)?;
    crate::api::backend::redirect(&routes::done(
        &routes::safety(about, session),
        Done::Blocked,
    ));
    Ok(())
}

/// Unblocks somebody.
#[server(prefix = "/api/fn", endpoint = "unblock")]
pub async fn unblock(about: UserId) -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    request.answer(server::safety::unblock(&request.state, request.login()?, about).await)?;
    crate::api::backend::redirect(&routes::done(routes::ACCOUNT, Done::Unblocked));
    Ok(())
}
