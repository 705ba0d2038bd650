//! What is sent. Programs read the same as pages do, with times as everywhere in the API.

use crate::http::views::{EndReason, Moment, Person, Role, Word};
use axum::response::sse::Event;
use domain::{
    access::{Access, Awaiting},
    ids::SessionId,
    views,
};
use serde::Serialize;

/// Who reads a stream.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reader {
    /// A program, which reads times in RFC 3339.
    Program,
    /// A page of ours, which reads milliseconds.
    Page,
}

/// An event, ready for both kinds of readers.
#[derive(Debug)]
pub(super) struct Rendered {
    page: Option<Event>,
    program: Option<Event>,
}

impl Rendered {
    pub(super) fn state(state: &views::LiveState) -> Self {
        let event = || Event::default().event("state");
        Self {
            page: event().json_data(state).ok(),
            program: event().json_data(LiveState::from(state)).ok(),
        }
    }

    pub(super) fn sessions(changes: &views::MyChanges) -> Self {
        let event = || Event::default().event("sessions");
        Self {
            page: event().json_data(changes).ok(),
            program: event().json_data(Changes::from(changes)).ok(),
        }
    }

    /// `None` when it cannot be written.
    pub(super) fn event(&self, reader: Reader) -> Option<Event> {
        match reader {
            Reader::Program => self.program.clone(),
            Reader::Page => self.page.clone(),
        }
    }
}

/// The full state of a session.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LiveState {
    access: Decision,
    now: Moment,
    present: Vec<Person>,
    at_door: Vec<Person>,
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
            at_door: people(&state.at_door),
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
