//! What programs read of the streams: as pages do, with times as everywhere in the API.

use crate::http::views::{EndReason, Moment, Person, Role, Word};
use domain::{
    access::{Access, Awaiting},
    ids::SessionId,
    views,
};
use serde::Serialize;

/// The full state of a session.
#[derive(Debug, Serialize)]
pub(super) struct LiveState {
    access: Decision,
    now: Moment,
    present: Vec<Person>,
    late: Vec<Person>,
}

/// The join decision, with what it says.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
enum Decision {
    NotFound,
    NotYours,
    Cancelled {
        by: Option<Role>,
    },
    NotConfirmed {
        awaiting: Awaiting,
    },
    Ended {
        by: Option<Role>,
        at: Moment,
        reason: EndReason,
    },
    Closed {
        closed_at: Moment,
    },
    Removed {
        at: Moment,
    },
    TooEarly {
        opens_at: Moment,
        closes_at: Moment,
    },
    Open {
        closes_at: Moment,
        role: Role,
    },
}

/// Which of the caller's sessions changed.
#[derive(Debug, Serialize)]
pub(super) struct Changes {
    now: Moment,
    sessions: Vec<SessionId>,
}

impl From<&views::LiveState> for LiveState {
    fn from(state: &views::LiveState) -> Self {
        let people = |people: &[views::Person]| people.iter().cloned().map(Person::from).collect();
        Self {
            access: state.access.into(),
            now: Moment(state.now),
            present: people(&state.present),
            late: people(&state.late),
        }
    }
}

impl From<Access> for Decision {
    fn from(access: Access) -> Self {
        match access {
            Access::NotFound => Self::NotFound,
            Access::NotYours => Self::NotYours,
            Access::Cancelled { by } => Self::Cancelled { by: by.map(Word) },
            Access::NotConfirmed { awaiting } => Self::NotConfirmed { awaiting },
            Access::Ended { by, at, reason } => Self::Ended {
                by: by.map(Word),
                at: Moment(at),
                reason: Word(reason),
            },
            Access::Closed { closed_at } => Self::Closed {
                closed_at: Moment(closed_at),
            },
            Access::Removed { at } => Self::Removed { at: Moment(at) },
            Access::TooEarly {
                opens_at,
                closes_at,
            } => Self::TooEarly {
                opens_at: Moment(opens_at),
                closes_at: Moment(closes_at),
            },
            Access::Open { closes_at, role } => Self::Open {
                closes_at: Moment(closes_at),
                role: Word(role),
            },
        }
    }
}

impl From<&views::MyChanges> for Changes {
    fn from(changes: &views::MyChanges) -> Self {
        Self {
            now: Moment(changes.now),
            sessions: changes.sessions.clone(),
        }
    }
}
