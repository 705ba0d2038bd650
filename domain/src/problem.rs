//! The one error a person or a program outside ever sees.
//!
//! Pages, server functions and the JSON API all answer with it; it carries no internals.

use crate::{
    access::{Access, AccessWord, Awaiting},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One field of a form or body that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// Name of the form field or JSON property.
    pub field: String,
    /// What is wrong and what to do, for people.
    pub message: String,
}

/// Something outside that our answer depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dependency {
    /// The LiveKit server.
    MediaServer,
    /// The database.
    Database,
    /// Our own capacity, for example password hashing.
    Capacity,
}

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
// Externally tagged, like all our enums with data: other forms make serde buffer what it reads,
// which is a lot of code in the browser.
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// 400: the request could not be read.
    #[error("{0}")]
    Malformed(String),
    /// 401: nobody is signed in.
    #[error("Please sign in first.")]
    SignedOut,
    /// 401: email and password do not belong together.
    #[error("That email address and password do not match.")]
    WrongCredentials,
    /// 401: a message that claims to come from the video server was not signed by it.
    #[error("The message's signature is not valid.")]
    InvalidSignature,
    /// 403: an admin keeps the person out.
    #[error(
        "This account is suspended. Write to those who run this site if you think that is a mistake."
    )]
    Suspended,
    /// 403: signed in, but not allowed.
    #[error("You are not allowed to do that.")]
    Forbidden,
    /// 403: an admin has to set up a passkey or an authenticator app first; or a program gave a password where a second
    /// factor is asked for, too.
    #[error(
        "A password alone is not enough for this account. Give a code of your authenticator app, too, or sign in on the website."
    )]
    SecondFactorNeeded,
    /// 404: no such thing.
    #[error("There is nothing at this address.")]
    NotFound,
    /// The join decision was no; the status depends on the decision, which is never `Open`.
    #[error("{}", access_sentence(.0))]
    NoAccess(Access),
    /// 409: somebody else was faster, or it cannot be done in this state.
    #[error("{0}")]
    Conflict(String),
    /// 409: the person is in the room already, in another tab or on another device; asking again
    /// to move lets them in here and disconnects them there.
    #[error("You are in this meeting in another tab or on another device.")]
    Elsewhere,
    /// 422: understood, but a value is not acceptable.
    #[error("{}", first_message(.0))]
    Invalid(Vec<FieldProblem>),
    /// 429: too many attempts.
    #[error("Too many attempts. Please wait {retry_after_s} seconds and try again.")]
    TooMany {
        /// Seconds to wait.
        retry_after_s: u32,
    },
    /// 503: something we depend on does not answer.
    #[error("{}", unavailable_sentence(*.0))]
    Unavailable(Dependency),
    /// 500: our fault; details are in the log under this id.
    #[error(
        "Something went wrong on our side. Please try again; if it happens again, quote {request_id}."
    )]
    Internal {
        /// Finds the cause in the log.
        request_id: String,
    },
}

impl Problem {
    /// One refused field.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldProblem {
            field: field.to_owned(),
            message: message.into(),
        }])
    }

    /// HTTP status of the JSON API and of server functions (DESIGN §3).
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) => 400,
            Self::SignedOut | Self::WrongCredentials | Self::InvalidSignature => 401,
            Self::Suspended | Self::Forbidden | Self::SecondFactorNeeded => 403,
            Self::NotFound => 404,
            Self::NoAccess(access) => match access {
                Access::NotFound => 404,
                Access::NotYours
                | Access::Removed { .. }
                | Access::NotConfirmed { .. }
                | Access::TooEarly { .. }
                | Access::Open { .. } => 403,
                Access::Cancelled { .. } | Access::Ended { .. } | Access::Closed { .. } => 410,
            },
            Self::Conflict(_) | Self::Elsewhere => 409,
            Self::Invalid(_) => 422,
            Self::TooMany { .. } => 429,
            Self::Unavailable(_) => 503,
            Self::Internal { .. } => 500,
        }
    }

    /// Stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::SignedOut => "signed_out",
            Self::WrongCredentials => "wrong_credentials",
            Self::InvalidSignature => "bad_signature",
            Self::Suspended => "suspended",
            Self::Forbidden => "forbidden",
            Self::SecondFactorNeeded => "second_factor_needed",
            Self::NotFound => "not_found",
            Self::NoAccess(access) => AccessWord::from(access).as_str(),
            Self::Conflict(_) => "conflict",
            Self::Elsewhere => "elsewhere",
            Self::Invalid(_) => "invalid",
            Self::TooMany { .. } => "too_many",
            Self::Unavailable(Dependency::MediaServer) => "media_unavailable",
            Self::Unavailable(Dependency::Database) => "database_unavailable",
            Self::Unavailable(Dependency::Capacity) => "busy",
            Self::Internal { .. } => "internal",
        }
    }

    /// Seconds after which a retry makes sense (`Retry-After`).
    pub fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::TooMany { retry_after_s } => Some(*retry_after_s),
            Self::Unavailable(_) => Some(5),
            Self::Malformed(_)
            | Self::SignedOut
            | Self::WrongCredentials
            | Self::InvalidSignature
            | Self::Suspended
            | Self::Forbidden
            | Self::SecondFactorNeeded
            | Self::NotFound
            | Self::NoAccess(_)
            | Self::Conflict(_)
            | Self::Elsewhere
            | Self::Invalid(_)
            | Self::Internal { .. } => None,
        }
    }

    /// The window, where the refusal is about it: (`opensAt`, `closesAt`).
    pub fn window(&self) -> Option<(Timestamp, Timestamp)> {
        match self {
            Self::NoAccess(Access::TooEarly {
                opens_at,
                closes_at,
            }) => Some((*opens_at, *closes_at)),
            _ => None,
        }
    }

    /// The message for `field`, if that field was refused.
    pub fn for_field(&self, field: &str) -> Option<&str> {
        match self {
            Self::Invalid(fields) => fields
                .iter()
                .find(|f| f.field == field)
                .map(|f| f.message.as_str()),
            _ => None,
        }
    }
}

/// Collects what was refused, so that a form shows all of it at once.
#[derive(Debug, Default)]
pub struct Refusals(Vec<FieldProblem>);

impl Refusals {
    /// Refuses a field.
    pub fn add(&mut self, field: &str, why: impl fmt::Display) {
        self.0.push(FieldProblem {
            field: field.to_owned(),
            message: why.to_string(),
        });
    }

    /// The value, or `None` once the field is refused with what is wrong with it.
    pub fn take<T>(&mut self, field: &str, read: Result<T, impl fmt::Display>) -> Option<T> {
        read.map_err(|why| self.add(field, why)).ok()
    }

    /// As [`Refusals::take`], for what names its fields itself; another problem is reported for `field`.
    pub fn take_named<T>(&mut self, field: &str, read: Result<T, Problem>) -> Option<T> {
        match read {
            Err(Problem::Invalid(fields)) => {
                self.0.extend(fields);
                None
            }
            other => self.take(field, other),
        }
    }

    /// The whole, if there is one and nothing was refused.
    ///
    /// # Errors
    /// [`Problem::Invalid`] with everything that was refused.
    pub fn finish<T>(self, whole: Option<T>) -> Result<T, Problem> {
        whole
            .filter(|_| self.0.is_empty())
            .ok_or(Problem::Invalid(self.0))
    }
}

fn first_message(fields: &[FieldProblem]) -> &str {
    fields
        .first()
        .map_or("Please check what you entered.", |f| f.message.as_str())
}

fn unavailable_sentence(what: Dependency) -> &'static str {
    match what {
        Dependency::MediaServer => {
            "The video server is not answering right now. Please try again in a moment."
        }
        Dependency::Database => {
            "Our database is not answering right now. Please try again in a moment."
        }
        Dependency::Capacity => "We are very busy right now. Please try again in a moment.",
    }
}

/// The decision in plain words.
fn access_sentence(access: &Access) -> &'static str {
    match access {
        Access::NotFound => "There is no such session.",
        Access::NotYours => "You do not have a seat in this session.",
        Access::Cancelled { .. } => "This session was cancelled.",
        Access::NotConfirmed { awaiting } => match awaiting {
            Awaiting::Booking => "This booking is not finished yet.",
            Awaiting::Mentor => "The mentor has not confirmed this session yet.",
            Awaiting::Declined => "The mentor declined this session.",
        },
        Access::Ended { reason, .. } => reason.sentence(),
        Access::Closed { .. } => "This meeting's window has closed.",
        Access::Removed { .. } => "The mentor removed you from this meeting.",
        Access::TooEarly { .. } => "This meeting is not open yet.",
        Access::Open { .. } => "This meeting is open.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_was_refused_is_said_at_once_and_in_order() {
        let mut refusals = Refusals::default();
        let one = refusals.take("one", Ok::<_, &str>(1));
        let two = refusals.take("two", Err::<u8, _>("Too short."));
        let inner = Problem::field("three[0]", "Too long.");
        let three = refusals.take_named("three", Err::<u8, _>(inner));
        let other = refusals.take_named("four", Err::<u8, _>(Problem::Forbidden));
        assert_eq!((one, two, three, other), (Some(1), None, None, None));
        let refused = refusals.finish(one);
        let Err(Problem::Invalid(fields)) = &refused else {
            panic!("refused: {refused:?}")
        };
        let names: Vec<_> = fields.iter().map(|f| f.field.as_str()).collect();
        assert_eq!(names, ["two", "three[0]", "four"]);
        assert_eq!(Refusals::default().finish(one), Ok(1));
    }

    #[test]
    fn a_forged_message_is_refused_for_good() {
        assert_eq!(Problem::InvalidSignature.status(), 401);
        assert_eq!(Problem::InvalidSignature.code(), "bad_signature");
        assert_eq!(Problem::InvalidSignature.retry_after_s(), None);
    }
}
