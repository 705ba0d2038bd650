//! The request that a server function answers, and what it may add to its answer.

use super::flash;
use crate::{api::error::ApiError, page_context::Flash};
use domain::{ids::LoginId, problem::Problem};
use http::{HeaderValue, header, request::Parts};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_axum::ResponseOptions;
use server::{
    AppState,
    accounts::{Ceremony, Client, CurrentLogin, NewLogin, Waiting},
    http::layers::RequestId,
};

/// Who asks, found once for a request; an error when the database did not answer.
#[derive(Clone)]
pub struct Visitor(pub Result<Option<CurrentLogin>, Problem>);

/// What a server function knows about its request.
pub struct Request {
    /// The running server.
    pub state: AppState,
    /// Who asks; `None` when signed out.
    pub login: Option<CurrentLogin>,
    /// Finds this request in the log.
    pub request_id: String,
}

/// The request being answered.
///
/// # Errors
/// When the database did not answer.
pub fn request() -> Result<Request, ApiError> {
    let parts = use_context::<Parts>();
    let extensions = parts.as_ref().map(|parts| &parts.extensions);
    let request_id = extensions
        .and_then(|extensions| extensions.get::<RequestId>())
        .map(ToString::to_string)
        .unwrap_or_default();
    let visitor = extensions.and_then(|extensions| extensions.get::<Visitor>());
    let (Some(state), Some(visitor)) = (use_context::<AppState>(), visitor) else {
        return Err(Problem::Internal { request_id }.into());
    };
    let login = visitor.0.clone()?;
    Ok(Request {
        state,
        login,
        request_id,
    })
}

impl Request {
    /// Who asks.
    ///
    /// # Errors
    /// `Problem::SignedOut`; `Problem::SecondFactorNeeded` for an admin who has to set one up first.
    pub fn login(&self) -> Result<&CurrentLogin, ApiError> {
        let login = self.login_without_second_factor()?;
        match login.lacks_second_factor {
            true => Err(ApiError(Problem::SecondFactorNeeded)),
            false => Ok(login),
        }
    }

    /// Who asks, for what an admin may do to set up a second factor.
    ///
    /// # Errors
    /// `Problem::SignedOut`.
    pub fn login_without_second_factor(&self) -> Result<&CurrentLogin, ApiError> {
        self.login.as_ref().ok_or(ApiError(Problem::SignedOut))
    }

    /// What this browser holds of a login, whether it signs anybody in or not.
    pub fn login_token(&self) -> Option<String> {
        let parts = use_context::<Parts>()?;
        server::http::cookie::token(&self.state.config, &parts.headers)
    }

    /// Turns a use case's answer into ours; the cause of a failure is logged once, here.
    ///
    /// # Errors
    /// What the use case refused.
    pub fn answer<T>(&self, result: server::Result<T>) -> Result<T, ApiError> {
        result.map_err(|error| ApiError(error.into_problem(&self.request_id)))
    }

    /// Gives this browser a login.
    pub fn sign_in(&self, login: &NewLogin) {
        let config = &self.state.config;
        append_cookie(server::http::cookie::set(
            config,
            login,
            self.state.clock.now(),
        ));
    }

    /// Takes the login away from this browser.
    pub fn sign_out(&self) {
        append_cookie(server::http::cookie::clear(&self.state.config));
    }

    /// Remembers a sign-up in this browser until its address is proved; `None` forgets it.
    pub fn remember_sign_up(&self, waiting: Option<&Waiting>) {
        let (config, now) = (&self.state.config, self.state.clock.now());
        append_cookie(server::http::cookie::sign_up(config, waiting, now));
    }

    /// What this browser holds of a sign-up.
    pub fn sign_up(&self) -> Option<String> {
        let parts = use_context::<Parts>()?;
        server::http::cookie::sign_up_token(&self.state.config, &parts.headers)
    }

    /// Remembers a ceremony in this browser; `None` forgets it.
    pub fn remember_ceremony(&self, begun: Option<&Ceremony>) {
        let (config, now) = (&self.state.config, self.state.clock.now());
        append_cookie(server::http::cookie::ceremony(config, begun, now));
    }

    /// What this browser holds of a ceremony.
    pub fn ceremony(&self) -> Option<String> {
        let parts = use_context::<Parts>()?;
        server::http::cookie::ceremony_token(&self.state.config, &parts.headers)
    }

    /// The login that this browser has.
    pub fn own_login(&self) -> Option<LoginId> {
        self.login.as_ref().map(|login| login.login)
    }

    /// The browser that asks.
    ///
    /// # Errors
    /// Never while answering a request.
    pub fn client(&self) -> Result<Client, ApiError> {
        let parts = use_context::<Parts>().ok_or_else(|| Problem::Internal {
            request_id: self.request_id.clone(),
        })?;
        let config = &self.state.config;
        Ok(server::http::client(
            config,
            &parts.headers,
            &parts.extensions,
        ))
    }
}

fn append_cookie(value: HeaderValue) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.append_header(header::SET_COOKIE, value);
    }
}

/// Sends the browser to one of our own paths, built in [`crate::routes`].
pub fn redirect(path: &str) {
    // leptos_axum panics on what is no header value.
    if HeaderValue::from_str(path).is_ok() {
        leptos_axum::redirect(path);
    }
}

/// Shows a value on the next page, once, where the form of `S` is. It never stands in an address.
pub fn show_once<S: ServerFn>(field: &str, value: String) {
    let (Some(state), Some(response)) =
        (use_context::<AppState>(), use_context::<ResponseOptions>())
    else {
        return;
    };
    let flash = Flash {
        path: S::PATH.to_owned(),
        problem: None,
        values: vec![(field.to_owned(), value)],
        lost: Vec::new(),
    };
    if let Some(cookie) = flash::set(&state.config, flash) {
        response.append_header(header::SET_COOKIE, cookie);
    }
}
