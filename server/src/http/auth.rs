//! Who asks.

use super::{answer::Failure, cookie};
use crate::{
    AppState, Result,
    accounts::{self, CurrentLogin},
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use domain::problem::Problem;

/// The login behind a request's cookie, if there is one that still holds.
///
/// # Errors
/// When the database does not answer.
pub async fn current_login(state: &AppState, headers: &HeaderMap) -> Result<Option<CurrentLogin>> {
    match cookie::token(&state.config, headers) {
        Some(token) => accounts::current(state, &token).await,
        None => Ok(None),
    }
}

/// Extracts the login; answers 401 when nobody is signed in, 403 to an admin who has to set up a second factor first.
pub(crate) struct Login(pub(crate) CurrentLogin);

impl FromRequestParts<AppState> for Login {
    type Rejection = Failure;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> std::result::Result<Self, Failure> {
        let login = current_login(state, &parts.headers).await?;
        let login = login.ok_or(Problem::SignedOut)?;
        login.require_second_factor()?;
        Ok(Self(login))
    }
}
