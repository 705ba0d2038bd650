//! The API's own description, at `/api/openapi.json`.

use super::{
    answer::{Refusal, RefusedField},
    cookie,
};
use crate::{AppState, config::Config};
use axum::{
    body::Bytes,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use std::collections::BTreeMap;
use utoipa::{
    IntoResponses, OpenApi, PartialSchema,
    openapi::{
        Components, ComponentsBuilder, ContentBuilder, HeaderBuilder, Ref, RefOr, ResponseBuilder,
        SecurityRequirement, ServerBuilder,
        response::Response as Documented,
        security::{ApiKey, ApiKeyValue, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Young Minds",
        description = "Book a mentor, meet them in a video room. Every answer is `{success, data}` or a refusal with \
            `{error, message, code, requestId}`. Sign in once and send the cookie with every request; requests that \
            change something are refused when a browser sends them from another site. Times are RFC 3339.",
    ),
    tags(
        (name = "accounts", description = "Signing in and out"),
        (name = "mentors", description = "Mentors and their free slots"),
        (name = "sessions", description = "Booked sessions"),
        (name = "meetings", description = "The room of a session at LiveKit"),
        (name = "health", description = "For monitoring"),
    )
)]
struct Document;

/// Name of the scheme inside the document.
const LOGIN: &str = "login";

/// A router that starts with the document's frame.
pub(super) fn base() -> OpenApiRouter<AppState> {
    let mut document = Document::openapi();
    let refusal = ComponentsBuilder::new()
        .schema_from::<Refusal>()
        .schema_from::<RefusedField>()
        .build();
    document.components = Some(refusal);
    OpenApiRouter::with_openapi(document)
}

/// The finished document, written once.
#[derive(Clone)]
pub(super) struct Served(Option<Bytes>);

impl Served {
    pub(super) fn new(mut document: utoipa::openapi::OpenApi, config: &Config) -> Self {
        let scheme = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(cookie::name(config))));
        document
            .components
            .get_or_insert_with(Components::new)
            .add_security_scheme(LOGIN, scheme);
        document.security = Some(vec![SecurityRequirement::new(LOGIN, Vec::<String>::new())]);
        document.servers = Some(vec![
            ServerBuilder::new()
                .url(config.app_url.origin.clone())
                .build(),
        ]);
        document.info.title.clone_from(&config.app_name);
        // utoipa writes an empty licence when the crate names none.
        document.info.license = None;
        // Writing plain data to memory does not fail; if it did, the route would answer 500.
        Self(serde_json::to_vec(&document).ok().map(Bytes::from))
    }

    pub(super) fn answer(&self) -> Response {
        match self.0.clone() {
            Some(json) => {
                let headers = [
                    (header::CONTENT_TYPE, "application/json"),
                    (header::CACHE_CONTROL, "no-cache"),
                ];
                (headers, json).into_response()
            }
            None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}

/// Documents one refusal.
pub(super) struct Refuses<const STATUS: u16>;

impl<const STATUS: u16> IntoResponses for Refuses<STATUS> {
    fn responses() -> BTreeMap<String, RefOr<Documented>> {
        refusals(&[STATUS])
    }
}

/// Documents what every route for signed-in people may answer.
pub(super) struct Usual;

impl IntoResponses for Usual {
    fn responses() -> BTreeMap<String, RefOr<Documented>> {
        refusals(&[401, 500, 503])
    }
}

/// Documents what every route with a JSON body may answer.
pub(super) struct Unreadable;

impl IntoResponses for Unreadable {
    fn responses() -> BTreeMap<String, RefOr<Documented>> {
        refusals(&[400, 403, 413, 415, 422])
    }
}

fn refusals(statuses: &[u16]) -> BTreeMap<String, RefOr<Documented>> {
    statuses
        .iter()
        .map(|status| (status.to_string(), RefOr::T(refusal(*status))))
        .collect()
}

fn refusal(status: u16) -> Documented {
    let schema = Ref::from_schema_name("Refusal");
    let response = ResponseBuilder::new().description(meaning(status)).content(
        "application/json",
        ContentBuilder::new().schema(Some(schema)).build(),
    );
    if matches!(status, 429 | 503) {
        let wait = HeaderBuilder::new()
            .schema(Some(u32::schema()))
            .description(Some("Seconds to wait"))
            .build();
        return response.header("Retry-After", wait).build();
    }
    response.build()
}

fn meaning(status: u16) -> &'static str {
    match status {
        400 => "The request cannot be read, or an id is not one",
        401 => "Nobody is signed in, or the credentials are wrong",
        403 => "Not allowed; for a meeting with `opensAt` and `closesAt` when it is too early",
        404 => "There is no such thing, or it is not yours to see",
        409 => "Somebody was faster, or it cannot be done in this state",
        410 => "It is over",
        413 => "The body is too large",
        415 => "The body is not declared as JSON",
        422 => "A value is not acceptable; see `fields`",
        429 => "Too many attempts",
        503 => "The database or the video server does not answer",
        _ => "Our fault; the log has the cause under `requestId`",
    }
}
