//! Deleting the reader's account.

use super::error::ApiError;
use leptos::prelude::*;

/// Asks for the reader's account to be deleted.
#[server(prefix = "/api/fn", endpoint = "ask_deletion")]
pub async fn ask_deletion() -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    request.answer(server::deletion::ask(&request.state, request.login()?).await)?;
    crate::api::backend::redirect(&routes::done(routes::ACCOUNT, Done::DeletionAsked));
    Ok(())
}

/// Takes that back.
#[server(prefix = "/api/fn", endpoint = "keep_account")]
pub async fn keep_account() -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    let login = request.login_without_second_factor()?;
    request.answer(server::deletion::keep(&request.state, login).await)?;
    crate::api::backend::redirect(&routes::done(routes::ACCOUNT, Done::AccountKept));
    Ok(())
}
