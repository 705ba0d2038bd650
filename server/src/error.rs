//! The error of every use case, and how it becomes what people see.

use crate::{
    mail::MailError,
    media::MediaError,
    store::{MaybeBusy, StoreError},
};
use domain::problem::{Dependency, Problem};

/// What a use case returns.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a use case did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller is told this very thing.
    #[error("{0}")]
    Problem(#[from] Problem),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The media server.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// The mail server.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// Our own fault.
    #[error("{0}")]
    Other(String),
}

impl Error {
    /// Whether trying again is pointless until a person did something about it.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Mail(error) => error.is_final(),
            Self::Problem(_) | Self::Store(_) | Self::Media(_) | Self::Other(_) => false,
        }
    }

    /// What the caller is told. Logs the cause, once, with the request's id; the log line holds no
    /// token, address or name.
    pub fn into_problem(self, request_id: &str) -> Problem {
        match self {
            Self::Problem(problem) => problem,
            Self::Store(StoreError::SeatTaken) => {
                Problem::Conflict("That time was just taken. Please choose another one.".to_owned())
            }
            Self::Store(error @ (StoreError::Busy | StoreError::Unreachable(_))) => {
                tracing::warn!(request.id = request_id, %error, "database does not answer");
                Problem::Unavailable(Dependency::Database)
            }
            Self::Media(error) => {
                tracing::warn!(request.id = request_id, %error, "media server does not answer");
                Problem::Unavailable(Dependency::MediaServer)
            }
            Self::Store(error) => internal(&error, request_id),
            Self::Mail(error) => internal(&error, request_id),
            Self::Other(error) => internal(&error, request_id),
        }
    }
}

impl MaybeBusy for Error {
    fn is_busy(&self) -> bool {
        matches!(self, Self::Store(StoreError::Busy))
    }
}

fn internal(error: &dyn std::fmt::Display, request_id: &str) -> Problem {
    tracing::error!(request.id = request_id, %error, "request failed");
    Problem::Internal {
        request_id: request_id.to_owned(),
    }
}
