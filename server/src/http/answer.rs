//! The two shapes of every JSON answer: `{success, data}` and `{error, message, code, requestId}`.

use super::request::{self, Current};
use crate::{Error, zones::rfc3339};
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{access::Access, problem::Problem, time::Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// What a handler returns.
pub type Reply<T> = Result<Answer<T>, Failure>;

/// A successful answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Answer<T> {
    /// Always true.
    success: bool,
    /// What was asked for.
    data: T,
}

impl<T> Answer<T> {
    /// An answer with `data`.
    pub fn of(data: impl Into<T>) -> Self {
        Self {
            success: true,
            data: data.into(),
        }
    }
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

/// An answer that says no.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// The name of the status, for example `Forbidden`.
    error: &'static str,
    /// What happened and what to do, for people.
    message: String,
    /// Stable word for programs, for example `too_early`.
    #[schema(example = "too_early")]
    code: &'static str,
    /// Finds the request in the server's log.
    request_id: String,
    /// The values that were refused (422).
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<RefusedField>>,
    /// First moment to enter, when it is too early.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    opens_at: Option<String>,
    /// Last moment to enter, when it is too early or too late.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    closes_at: Option<String>,
}

/// One value that was refused.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefusedField {
    /// The property or parameter.
    field: String,
    /// What is wrong and what to do.
    message: String,
}

/// Why a request was not answered with success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// A use case said no.
    Problem(Problem),
    /// 403: another site's page sent the request.
    CrossSite,
    /// 408: the body stopped coming.
    TooSlow,
    /// 421: the request is for another site than ours, which is named.
    WrongHost(String),
    /// 405: the address exists, the method does not.
    WrongMethod,
    /// 413: the body is too large.
    TooLarge,
    /// 415: the body is not declared as JSON.
    WrongType,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Problem(error.into_problem(&request::current().id.to_string()))
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl Failure {
    fn status(&self) -> StatusCode {
        match self {
            Self::Problem(problem) => {
                StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::WrongHost(_) => StatusCode::MISDIRECTED_REQUEST,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::WrongType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Problem(problem) => problem.code(),
            Self::CrossSite => "cross_site",
            Self::TooSlow => "too_slow",
            Self::WrongHost(_) => "wrong_host",
            Self::WrongMethod => "wrong_method",
            Self::TooLarge => "too_large",
            Self::WrongType => "wrong_type",
        }
    }

    fn message(&self) -> String {
        match self {
            Self::Problem(problem) => problem.to_string(),
            Self::CrossSite => {
                "This request came from another site and was not carried out.".to_owned()
            }
            Self::TooSlow => "The request did not arrive in time. Please try again.".to_owned(),
            Self::WrongHost(origin) => format!(
                "This request is for another site than {origin}. If this site is yours, set APP_URL to the address that \
                 people use, and let the proxy pass the Host header on."
            ),
            Self::WrongMethod => "This address does not take that method.".to_owned(),
            Self::TooLarge => "The request is too large.".to_owned(),
            Self::WrongType => "Send the body as application/json.".to_owned(),
        }
    }

    fn refusal(&self, status: StatusCode, request: Current) -> Refusal {
        let (opens_at, closes_at) = self.window();
        Refusal {
            error: status.canonical_reason().unwrap_or("Error"),
            message: self.message(),
            code: self.code(),
            request_id: request.id.to_string(),
            fields: self.fields(),
            opens_at: opens_at.map(rfc3339),
            closes_at: closes_at.map(rfc3339),
        }
    }

    fn fields(&self) -> Option<Vec<RefusedField>> {
        let Self::Problem(Problem::Invalid(fields)) = self else {
            return None;
        };
        let field = |f: &domain::problem::FieldProblem| RefusedField {
            field: f.field.clone(),
            message: f.message.clone(),
        };
        Some(fields.iter().map(field).collect())
    }

    /// The window's edges, where the refusal is about them.
    fn window(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        match self {
            Self::Problem(Problem::NoAccess(Access::Closed { closed_at })) => {
                (None, Some(*closed_at))
            }
            Self::Problem(problem) => problem.window().unzip(),
            Self::CrossSite
            | Self::TooSlow
            | Self::WrongHost(_)
            | Self::WrongMethod
            | Self::TooLarge
            | Self::WrongType => (None, None),
        }
    }

    fn retry_after(&self) -> Option<HeaderValue> {
        let Self::Problem(problem) = self else {
            return None;
        };
        problem.retry_after_s().map(HeaderValue::from)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let request = request::current();
        let status = self.status();
        let mut response = if request.is_api {
            (status, Json(self.refusal(status, request))).into_response()
        } else {
            (status, self.message()).into_response()
        };
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}
