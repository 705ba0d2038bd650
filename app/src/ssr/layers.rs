//! What surrounds pages and server functions: who asks, where they are sent, statuses, caching.

use super::policy;
use crate::{
    api::{
        backend::{Visitor, flash},
        error::ApiError,
    },
    page_context::Flash,
    routes,
};
use axum::{
    body::{Body, to_bytes},
    extract::{Form, FromRequest, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use domain::{problem::Problem, text::ReturnPath};
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;
use server::{
    AppState,
    accounts::second_factor,
    http::{auth::current_login, cookie, layers::RequestId},
};

/// Where server functions live.
const FN_PREFIX: &str = "/api/fn/";
/// Forms are small; the site's own limit is the same.
const FORM_MAX: usize = 64 * 1024;

/// Finds out who asks, sends signed-out people from private pages to the sign-in form, and keeps
/// personal pages out of caches.
pub async fn visitor(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let id = request
        .extensions()
        .get::<RequestId>()
        .map(ToString::to_string)
        .unwrap_or_default();
    let found = current_login(&state, request.headers()).await;
    let visitor = Visitor(found.map_err(|error| error.into_problem(&id)));
    let is_page = !request.uri().path().starts_with(FN_PREFIX);
    let is_private = routes::is_private(request.uri().path());
    if is_private && matches!(visitor.0, Ok(None)) {
        let half = cookie::token(&state.config, request.headers());
        let half = second_factor(&state, half.as_deref()).await;
        let form = match half {
            Ok(Some(_)) => routes::CODE,
            Ok(None) | Err(_) => routes::SIGN_IN,
        };
        let target = form_for(form, request.uri());
        return no_store(Redirect::to(&target).into_response());
    }
    let lacks_second_factor = matches!(&visitor.0, Ok(Some(login)) if login.lacks_second_factor);
    if is_page && lacks_second_factor && !routes::is_without_second_factor(request.uri().path()) {
        return no_store(Redirect::to(routes::SECOND_FACTOR).into_response());
    }
    let is_personal = is_private || !matches!(visitor.0, Ok(None));
    request.extensions_mut().insert(visitor);
    let flash = if is_page {
        flash::read(&state.config, request.headers())
    } else {
        None
    };
    let had_flash = flash.is_some();
    if let Some(flash) = flash {
        request.extensions_mut().insert(flash);
    }
    let mut response = next.run(request).await;
    if had_flash {
        let cookie = flash::clear(&state.config);
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    if !(is_personal || had_flash || !is_page) {
        let check_first = HeaderValue::from_static("private, no-cache");
        response
            .headers_mut()
            .entry(header::CACHE_CONTROL)
            .or_insert(check_first);
        return with_removals(response);
    }
    no_store(response)
}

fn no_store(mut response: Response) -> Response {
    let value = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, value);
    with_removals(response)
}

/// A page sets its own policy while it is rendered; what is no page may load nothing.
fn with_removals(mut response: Response) -> Response {
    response
        .headers_mut()
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(policy::NOTHING);
    response
}

/// A form of signing in that leads to where somebody wanted to go.
fn form_for(form: &str, uri: &Uri) -> String {
    let asked = uri.path_and_query().map_or("/", |asked| asked.as_str());
    ReturnPath::parse(asked).map_or_else(
        || form.to_owned(),
        |path| routes::with_callback(form, &path),
    )
}

/// Gives server functions' errors their HTTP status, which Leptos 0.8 leaves at 500, and brings
/// people who sent a form without JavaScript back to it with the error and what they had entered.
pub async fn fn_answers(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let is_plain_form = accepts_html(request.headers());
    let referer = request
        .headers()
        .get(header::REFERER)
        .and_then(own_path(&state));
    let path = request.uri().path().to_owned();
    let (request, form) = match keep_form(request, is_plain_form).await {
        Ok(kept) => kept,
        Err(status) => return status.into_response(),
    };
    let response = next.run(request).await;
    let failed = response.headers().contains_key(SERVER_FN_ERROR_HEADER);
    if is_plain_form && !failed {
        return see_other(response);
    }
    if !failed {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, FORM_MAX).await.unwrap_or_default();
    let error = serde_json::from_slice::<ApiError>(&body);
    let problem = error.map_or_else(|_| unreadable(), |error| error.0);
    if is_plain_form {
        let back = referer.unwrap_or_else(|| routes::HOME.to_owned());
        let mut response = Redirect::to(&back).into_response();
        let flash = Flash {
            path,
            problem: Some(problem),
            values: form,
            lost: Vec::new(),
        };
        if let Some(cookie) = flash::set(&state.config, flash) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        return response;
    }
    parts.status =
        StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(seconds) = problem.retry_after_s() {
        parts
            .headers
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Response::from_parts(parts, Body::from(body))
}

fn unreadable() -> Problem {
    Problem::Malformed("The form could not be read. Please fill it in again.".to_owned())
}

fn accepts_html(headers: &HeaderMap) -> bool {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// After a form, the next request is a GET: 303 says so, 302 leaves it to the browser.
fn see_other(mut response: Response) -> Response {
    if response.status() == StatusCode::FOUND {
        *response.status_mut() = StatusCode::SEE_OTHER;
        *response.body_mut() = Body::empty();
        for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH] {
            response.headers_mut().remove(name);
        }
    }
    response
}

/// Reads a plain form's body and puts it back.
async fn keep_form(
    request: Request,
    keep: bool,
) -> Result<(Request, Vec<(String, String)>), StatusCode> {
    if !keep {
        return Ok((request, Vec::new()));
    }
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, FORM_MAX)
        .await
        .map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    let copy = Request::from_parts(parts.clone(), Body::from(body.clone()));
    let form = Form::<Vec<(String, String)>>::from_request(copy, &()).await;
    let mut form = form.map_or_else(|_| Vec::new(), |Form(fields)| fields);
    form.retain(|(field, _)| flash::may_keep(field));
    Ok((Request::from_parts(parts, Body::from(body)), form))
}

/// The path of a `Referer` on our own origin.
fn own_path(state: &AppState) -> impl Fn(&HeaderValue) -> Option<String> {
    let origin = state.config.app_url.origin.clone();
    move |referer| {
        let path = referer.to_str().ok()?.strip_prefix(&origin)?;
        ReturnPath::parse(path).map(|path| path.as_str().to_owned())
    }
}

/// Caching of files: what has its version in its name never changes.
pub async fn files(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let snippets = path.starts_with("/pkg/snippets/");
    let versioned = !snippets && (is_hashed(path) || path.starts_with("/vendor/"));
    let value = HeaderValue::from_static(if versioned {
        "public, max-age=31536000, immutable"
    } else if path.starts_with("/pkg/") {
        "no-cache"
    } else {
        "public, max-age=3600"
    });
    let mut response = next.run(request).await;
    let served = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    if served {
        response
            .headers_mut()
            .entry(header::CACHE_CONTROL)
            .or_insert(value);
    }
    with_removals(response)
}

/// Whether cargo-leptos put a hash of the content into the name: `/pkg/name.<hash>.ext`.
fn is_hashed(path: &str) -> bool {
    let Some(file) = path.strip_prefix("/pkg/") else {
        return false;
    };
    let mut parts = file.rsplit('.');
    let (_extension, hash) = (parts.next(), parts.next());
    !file.contains('/') && parts.next().is_some() && hash.is_some_and(|hash| hash.len() >= 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hashed_names_are_kept_for_ever() {
        assert!(is_hashed("/pkg/young-minds.0hdeXbeyAPPh6NFyDsVJ9A.js"));
        for name in [
            "/pkg/young-minds.js",
            "/pkg/snippets/a.0hdeXbeyAPPh6NFyDsVJ9A.js",
            "/favicon.svg",
        ] {
            assert!(!is_hashed(name), "{name}");
        }
    }

    #[test]
    fn signed_out_people_come_back_to_where_they_wanted_to_go() {
        let target = |uri: &'static str| form_for(routes::SIGN_IN, &Uri::from_static(uri));
        assert_eq!(
            target("/meeting/abc"),
            "/auth/signin?callbackUrl=/meeting/abc"
        );
        assert_eq!(
            target("/dashboard?left=1"),
            "/auth/signin?callbackUrl=/dashboard%3Fleft%3D1"
        );
        assert_eq!(target("/meeting/%2f%2fevil"), "/auth/signin");
    }
}
