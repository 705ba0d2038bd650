//! Reading requests; every refusal is our own JSON.

use super::answer::Failure;
use crate::AppState;
use axum::{
    Json,
    body::{Bytes, HttpBody},
    extract::{
        FromRequest, FromRequestParts, Path, Query, Request,
        rejection::{BytesRejection, JsonRejection, QueryRejection},
    },
    http::{StatusCode, header, request::Parts},
};
use domain::problem::Problem;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};
use std::{error::Error, fmt, iter, marker::PhantomData, str::FromStr};

type Extracted<T> = Result<T, Failure>;

/// The `{id}` of the path; 400 when it is not one.
pub(crate) struct Id<T>(pub(crate) T);

impl<T: FromStr> FromRequestParts<AppState> for Id<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Extracted<Self> {
        let text = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| malformed_id())?;
        parse_id(&text.0).map(Self)
    }
}

/// Reads an id; 400 when it is not one.
pub(crate) fn parse_id<T: FromStr>(text: &str) -> Extracted<T> {
    text.parse().map_err(|_| malformed_id())
}

fn malformed_id() -> Failure {
    Problem::Malformed("The id in the address is not a valid one.".to_owned()).into()
}

/// A JSON body: 400 unreadable, 413 too large, 415 not JSON, 422 wrong types or unknown fields.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<AppState> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &AppState) -> Extracted<Self> {
        match Json::from_request(request, state).await {
            Ok(Json(Object(body))) => Ok(Self(body)),
            Err(rejection) => Err(unreadable(&rejection)),
        }
    }
}

fn unreadable(rejection: &JsonRejection) -> Failure {
    match rejection {
        JsonRejection::JsonDataError(error) => wrong_value::<serde_json::Error>(error),
        JsonRejection::MissingJsonContentType(_) => Failure::WrongType,
        other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
        _ => Problem::Malformed("The body is not readable JSON.".to_owned()).into(),
    }
}

/// As [`Body`], where sending nothing is fine, too.
pub(crate) struct MaybeBody<T>(pub(crate) T);

impl<T: DeserializeOwned + Default> FromRequest<AppState> for MaybeBody<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &AppState) -> Extracted<Self> {
        let empty = request.body().size_hint().exact() == Some(0);
        if empty && !request.headers().contains_key(header::CONTENT_TYPE) {
            return Ok(Self(T::default()));
        }
        let Body(body) = Body::from_request(request, state).await?;
        Ok(Self(body))
    }
}

/// A value that was written as a JSON object; serde would also read a struct from an array.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// The parameters after `?`: 422 for unknown ones and for values that do not fit.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for Params<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Extracted<Self> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(params)) => Ok(Self(params)),
            Err(QueryRejection::FailedToDeserializeQueryString(error)) => {
                Err(wrong_value::<serde::de::value::Error>(&error))
            }
            Err(_) => Err(Problem::Malformed("The address is not readable.".to_owned()).into()),
        }
    }
}

/// The body as it came, for checking a signature over it.
pub(crate) struct RawBody(pub(crate) Bytes);

impl FromRequest<AppState> for RawBody {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &AppState) -> Extracted<Self> {
        let unreadable = |rejection: BytesRejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Failure::TooLarge,
            _ => Problem::Malformed("The body ended too early.".to_owned()).into(),
        };
        Bytes::from_request(request, state)
            .await
            .map(Self)
            .map_err(unreadable)
    }
}

/// The `Idempotency-Key` header.
pub(crate) struct IdempotencyKey(pub(crate) Option<String>);

impl FromRequestParts<AppState> for IdempotencyKey {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Extracted<Self> {
        let Some(value) = parts.headers.get("idempotency-key") else {
            return Ok(Self(None));
        };
        let unreadable = || Problem::Malformed("Idempotency-Key must be plain ASCII.".to_owned());
        Ok(Self(Some(
            value.to_str().map_err(|_| unreadable())?.to_owned(),
        )))
    }
}

/// Turns what serde refused, `E`, into one refused field. What the client sent is not repeated.
fn wrong_value<E: Error + 'static>(rejection: &dyn Error) -> Failure {
    // axum reads JSON and parameters by way of `serde_path_to_error`.
    let refused = iter::successors(rejection.source(), |&error| error.source())
        .find_map(|error| error.downcast_ref::<serde_path_to_error::Error<E>>());
    let Some(refused) = refused else {
        return Problem::field("body", "This value cannot be used.").into();
    };
    let (path, reason) = (refused.path(), refused.inner().to_string());
    // serde says why in a sentence only. Where a field itself is refused, the sentence names it.
    let named = reason.split('`').nth(1).unwrap_or_default().to_owned();
    let (field, message) = if reason.starts_with("unknown field") {
        (named, "There is no such field.".to_owned())
    } else if reason.starts_with("missing field") {
        (named, "This field is missing.".to_owned())
    } else if reason.starts_with("duplicate field") {
        (named, "This field is there twice.".to_owned())
    } else if path.iter().len() == 0 {
        (String::new(), wanted(&reason))
    } else {
        (path.to_string(), wanted(&reason))
    };
    Problem::field(if field.is_empty() { "body" } else { &field }, message).into()
}

fn wanted(reason: &str) -> String {
    let reason = reason.split(" at line ").next().unwrap_or(reason);
    match reason.split_once("expected ") {
        Some((_, kind)) => format!("This must be {kind}."),
        None if reason.ends_with('.') => reason.to_owned(),
        None => "This value cannot be used.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::bodies::{Moderate, NewSession};
    use proptest::prelude::*;

    fn refused<T: DeserializeOwned>(body: &str) -> Option<(String, String)> {
        let rejection = Json::<Object<T>>::from_bytes(body.as_bytes()).err()?;
        match unreadable(&rejection) {
            Failure::Problem(Problem::Invalid(fields)) => {
                Some((fields[0].field.clone(), fields[0].message.clone()))
            }
            Failure::Problem(Problem::Malformed(_)) => None,
            other => panic!("not a refused field: {other:?}"),
        }
    }

    #[test]
    fn a_wrong_value_names_its_field_and_does_not_repeat_the_value() {
        let id = "\"mentorId\": \"00000000-0000-0000-0000-000000000001\"";
        let at = "\"startsAt\": \"2026-11-24T14:30:00Z\"";
        for (body, field, message) in [
            ("{\"title\": 7}", "title", "This must be a string."),
            (
                &format!("{{{id}, {at}}}"),
                "title",
                "This field is missing.",
            ),
            ("{\"nope\": 7}", "nope", "There is no such field."),
            (
                &format!("{{{id}, {id}}}"),
                "mentorId",
                "This field is there twice.",
            ),
            ("[]", "body", "This must be a JSON object."),
            (
                "{\"startsAt\": \"tomorrow\"}",
                "startsAt",
                "Use a time like 2026-11-24T14:30:00Z.",
            ),
            (
                "{\"answers\": [\"a\", 7]}",
                "answers[1]",
                "This must be a string.",
            ),
        ] {
            let said = refused::<NewSession>(body);
            assert_eq!(said, Some((field.to_owned(), message.to_owned())), "{body}");
        }
        let (field, message) = refused::<Moderate>("{\"action\": \"hunter22\"}").expect("refused");
        assert_eq!(field, "action");
        assert!(
            message.starts_with("This must be one of `mute`, "),
            "{message}"
        );
    }

    proptest! {
        #[test]
        fn refusing_a_body_never_panics(text in "\\PC{0,80}", value in "\\PC{0,20}") {
            let _any = refused::<NewSession>(&text);
            let _object = refused::<NewSession>(&format!("{{{text:?}: {value:?}}}"));
        }
    }
}
