//! The room of a session: prepare, enter, end; and LiveKit's messages to us.

use crate::{
    AppState,
    http::{
        WEBHOOK_PATH,
        answer::{Answer, Reply},
        auth::Login,
        bodies::Rejoin,
        extract::{Id, Params, RawBody},
        openapi::{Refuses, Usual},
        views::{Done, JoinToken, RoomCreated},
    },
    meetings,
    webhooks::{self, Inbox},
};
use axum::{
    Extension,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, header},
};
use domain::{access::Entry, ids::SessionId};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt},
    routes,
};

/// LiveKit's messages list whole rooms; 256 KiB is far more than any of ours.
const WEBHOOK_MAX: usize = 256 * 1024;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(create_room))
        .routes(routes!(access_token))
        .routes(routes!(end_room))
        .routes(routes!(webhook).layer(DefaultBodyLimit::max(WEBHOOK_MAX)))
}

/// Prepare the room. Also before the window; doing it twice is fine.
#[utoipa::path(
    post, path = "/api/sessions/{id}/livekit/create-room", tag = "meetings",
    params(("id" = Uuid, Path, description = "The session")),
    responses(
        (status = 200, description = "The room's record", body = Answer<RoomCreated>),
        Refuses::<400>, Refuses::<403>, Refuses::<404>, Refuses::<410>, Usual,
    )
)]
async fn create_room(
    State(state): State<AppState>,
    Login(login): Login,
    Id(id): Id<SessionId>,
) -> Reply<RoomCreated> {
    Ok(Answer::of(meetings::create_room(&state, &login, id).await?))
}

/// A join token into the room, for those with a seat while the meeting is open.
#[utoipa::path(
    get, path = "/api/sessions/{id}/livekit/access-token", tag = "meetings",
    params(("id" = Uuid, Path, description = "The session"), Rejoin),
    responses(
        (status = 200, description = "The join token", body = Answer<JoinToken>),
        Refuses::<400>, Refuses::<403>, Refuses::<404>, Refuses::<410>, Refuses::<422>, Usual,
    )
)]
async fn access_token(
    State(state): State<AppState>,
    Login(login): Login,
    Id(id): Id<SessionId>,
    Params(Rejoin { rejoin }): Params<Rejoin>,
) -> Reply<JoinToken> {
    // A program that asks for a join token means to enter here.
    let entry = if rejoin { Entry::Rejoin } else { Entry::Here };
    Ok(Answer::of(
        meetings::access_token(&state, &login, id, entry).await?,
    ))
}

/// End the meeting for everyone, as its mentor or an administrator. Doing it twice is fine.
#[utoipa::path(
    post, path = "/api/sessions/{id}/livekit/end-room", tag = "meetings",
    params(("id" = Uuid, Path, description = "The session")),
    responses(
        (status = 200, description = "The meeting is over", body = Answer<Done>),
        Refuses::<400>, Refuses::<403>, Refuses::<404>, Refuses::<409>, Usual,
    )
)]
async fn end_room(
    State(state): State<AppState>,
    Login(login): Login,
    Id(id): Id<SessionId>,
) -> Reply<Done> {
    meetings::end_room(&state, &login, id).await?;
    Ok(Answer::of(Done {}))
}

/// LiveKit's messages. Signed by LiveKit in the `Authorization` header; stored once, processed later.
#[utoipa::path(
    post, path = WEBHOOK_PATH, tag = "meetings", security(()),
    params(("Authorization" = String, Header, description = "LiveKit's signature over the body")),
    request_body(content = Object, content_type = "application/webhook+json", description = "LiveKit's WebhookEvent"),
    responses(
        (status = 200, description = "Stored, or known already", body = Answer<Done>),
        Refuses::<400>, Refuses::<413>, Usual,
    )
)]
async fn webhook(
    State(state): State<AppState>,
    Extension(inbox): Extension<Inbox>,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Reply<Done> {
    let signature = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    webhooks::receive(&state, &inbox, signature, &body).await?;
    Ok(Answer::of(Done {}))
}
