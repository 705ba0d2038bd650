//! Signing in and out, and who is signed in.

use crate::{
    AppState,
    accounts::{self, Client, SignIn},
    http::{
        answer::{Answer, Failure, Reply},
        auth::{Login, current_login},
        bodies, cookie,
        extract::Body,
        openapi::{Refuses, Unreadable, Usual},
        views::{Done, Me},
    },
};
use axum::{
    extract::State,
    http::{HeaderMap, header::SET_COOKIE},
    response::{AppendHeaders, IntoResponse, Response},
};
use domain::problem::Problem;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(sign_in))
        .routes(routes!(code))
        .routes(routes!(sign_out))
        .routes(routes!(me))
}

/// Sign in. The answer sets the login cookie. Where a code of an authenticator app is asked for, too, it is 403 with
/// the code `second_factor_needed`; its cookie signs nobody in until `POST /api/auth/code` is given the code.
#[utoipa::path(
    post, path = "/api/auth/sign-in", tag = "accounts", security(()), request_body = bodies::SignIn,
    responses(
        (status = 200, description = "Signed in", body = Answer<Done>,
            headers(("Set-Cookie" = String, description = "The login: HttpOnly, SameSite=Lax"))),
        Unreadable, Refuses::<403>, Refuses::<429>, Usual,
    )
)]
async fn sign_in(
    State(state): State<AppState>,
    client: Client,
    headers: HeaderMap,
    Body(body): Body<bodies::SignIn>,
) -> Result<Response, Failure> {
    let form = SignIn {
        email: body.email,
        password: body.password,
    };
    let replaced = current_login(&state, &headers).await?.map(|old| old.login);
    let login = accounts::sign_in(&state, form, &client, replaced).await?;
    let cookie = cookie::set(&state.config, &login, state.clock.now());
    let answer = match login.second_factor_due {
        true => Failure::from(Problem::SecondFactorNeeded).into_response(),
        false => Answer::<Done>::of(Done {}).into_response(),
    };
    Ok((AppendHeaders([(SET_COOKIE, cookie)]), answer).into_response())
}

/// Complete a sign-in with a code of an authenticator app, or a recovery code. The request carries the cookie that
/// `POST /api/auth/sign-in` set with its refusal; the answer replaces it by the login's. 401 when nothing waits for a
/// code (any more).
#[utoipa::path(
    post, path = "/api/auth/code", tag = "accounts", security(()), request_body = bodies::Code,
    responses(
        (status = 200, description = "Signed in", body = Answer<Done>,
            headers(("Set-Cookie" = String, description = "The login: HttpOnly, SameSite=Lax"))),
        Unreadable, Refuses::<403>, Refuses::<429>, Usual,
    )
)]
async fn code(
    State(state): State<AppState>,
    client: Client,
    headers: HeaderMap,
    Body(body): Body<bodies::Code>,
) -> Result<impl IntoResponse, Failure> {
    let half = cookie::token(&state.config, &headers);
    let login = accounts::enter_code(&state, half.as_deref(), &body.code, &client).await?;
    let cookie = cookie::set(&state.config, &login, state.clock.now());
    let cookie = AppendHeaders([(SET_COOKIE, cookie)]);
    Ok((cookie, Answer::<Done>::of(Done {})))
}

/// Sign out this browser.
#[utoipa::path(
    post, path = "/api/auth/sign-out", tag = "accounts",
    responses((status = 200, description = "Signed out", body = Answer<Done>), Refuses::<403>, Usual)
)]
async fn sign_out(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Failure> {
    let login = current_login(&state, &headers).await?;
    let login = login.ok_or(Problem::SignedOut)?;
    accounts::sign_out(&state, &login).await?;
    Ok((
        AppendHeaders([(SET_COOKIE, cookie::clear(&state.config))]),
        Answer::<Done>::of(Done {}),
    ))
}

/// The signed-in person.
#[utoipa::path(
    get, path = "/api/me", tag = "accounts",
    responses((status = 200, description = "The signed-in person", body = Answer<Me>), Usual)
)]
async fn me(Login(login): Login) -> Reply<Me> {
    Ok(Answer::of(login.me))
}
