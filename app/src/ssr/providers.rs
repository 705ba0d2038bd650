//! On the way to another provider and back: addresses that are no pages.

use super::policy;
use crate::{
    api::{
        auth::{StartProvider, after_first_half},
        backend::flash,
        keys::StartLink,
    },
    page_context::Flash,
    routes,
    url_words::Done,
};
use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use leptos::server_fn::ServerFn;
use server::{
    AppState,
    accounts::{self, Arrival, Return},
    http::{auth::current_login, client, cookie, layers::RequestId},
};

/// Sends a browser on to the provider. A page of its own, because the answer to a form may not lead to another site
/// (Content-Security-Policy, `form-action`).
pub async fn go(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let token = cookie::ceremony_token(&state.config, &headers);
    let url = accounts::provider_url(&state, token.as_deref()).await;
    let Ok(Some(url)) = url else {
        return Redirect::to(routes::SIGN_IN).into_response();
    };
    let escaped = url
        .replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;");
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><title>One moment</title><p><a href=\"{escaped}\">Go on</a></html>"
    );
    let mut response = Html(page).into_response();
    let headers = response.headers_mut();
    if let Ok(refresh) = HeaderValue::from_str(&format!("0; url={url}")) {
        headers.insert(HeaderName::from_static("refresh"), refresh);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy::NOTHING);
    response
}

/// Where a provider sends a browser back to.
pub async fn come_back(
    State(state): State<AppState>,
    Path(provider): Path<String>,
    answer: Result<Query<Return>, QueryRejection>,
    headers: HeaderMap,
    extensions: Extensions,
) -> Response {
    let id = extensions.get::<RequestId>().map(ToString::to_string);
    let client = client(&state.config, &headers, &extensions);
    let token = cookie::ceremony_token(&state.config, &headers);
    let answer = answer.map(|Query(answer)| answer).unwrap_or_default();
    let login = current_login(&state, &headers).await;
    let is_signed_in = matches!(login, Ok(Some(_)));
    let arrived = async {
        let (ceremony, login) = (token.as_deref(), login?);
        accounts::finish_provider(&state, &provider, ceremony, answer, &client, login.as_ref())
            .await
    };
    let (config, now) = (&state.config, state.clock.now());
    let mut cookies = vec![cookie::ceremony(config, None, now)];
    let next = match arrived.await {
        Ok(Arrival::SignedIn(login, callback)) => {
            cookies.push(cookie::set(config, &login, now));
            let callback = callback.as_ref().map(|path| path.as_str());
            after_first_half(login.second_factor_due, callback)
        }
        Ok(Arrival::Linked) => routes::done(routes::ACCOUNT, Done::ProviderLinked),
        Err(error) => {
            // Said where they came from: beside the form that led them away.
            let (path, next) = match is_signed_in {
                true => (StartLink::PATH, routes::ACCOUNT),
                false => (StartProvider::PATH, routes::SIGN_IN),
            };
            let flash = Flash {
                path: path.to_owned(),
                problem: Some(error.into_problem(&id.unwrap_or_default())),
                values: Vec::new(),
                lost: Vec::new(),
            };
            cookies.extend(flash::set(config, flash));
            next.to_owned()
        }
    };
    let mut response = Redirect::to(&next).into_response();
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    let no_store = HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    response
}
