//! The error of every server function.

use super::wire::Wire;
use domain::problem::Problem;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// Why a call was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(transparent)]
#[error("{0}")]
pub struct ApiError(pub Problem);

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl FromServerFnError for ApiError {
    type Encoder = Wire;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self(match error {
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::UnsupportedRequestMethod(_) => Problem::Malformed(
                "The form could not be read. Please fill it in again.".to_owned(),
            ),
            ServerFnErrorErr::Request(_) => Problem::Malformed(
                "We could not reach the server. Please check your connection and try again."
                    .to_owned(),
            ),
            ServerFnErrorErr::Deserialization(_)
            | ServerFnErrorErr::MiddlewareError(_)
            | ServerFnErrorErr::Registration(_)
            | ServerFnErrorErr::Response(_)
            | ServerFnErrorErr::Serialization(_)
            | ServerFnErrorErr::ServerError(_) => Problem::Malformed(
                "The answer could not be read. Please reload the page and try again.".to_owned(),
            ),
        })
    }
}
