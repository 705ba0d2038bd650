//! What people can do with what is kept about them.

use super::error::ApiError;
use leptos::prelude::*;

/// Asks for a copy of the reader's data.
#[server(prefix = "/api/fn", endpoint = "ask_export")]
pub async fn ask_export() -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    request.answer(server::exports::ask(&request.state, request.login()?).await)?;
    crate::api::backend::redirect(&routes::done(routes::ACCOUNT, Done::DataAsked));
    Ok(())
}
