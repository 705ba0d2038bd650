//! What the JSON API is sent: bodies and parameters.

use super::views::Moment;
use crate::sessions::{BookRequest, BookingForm};
use domain::{ids::UserId, permissions::Moderation, views};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Address of the account.
    #[schema(format = Email)]
    pub email: String,
    /// Its password.
    #[schema(format = Password)]
    pub password: String,
}

/// Completes a sign-in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The one that an authenticator app shows now, or a recovery code.
    pub code: String,
}

/// Books a slot.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewSession {
    /// With whom.
    pub mentor_id: Uuid,
    /// Start of one of the mentor's free slots.
    pub starts_at: Moment,
    /// One of the mentor's lengths; the usual one when left out.
    #[serde(default)]
    pub minutes: Option<u16>,
    /// What it is about, up to 120 characters.
    pub title: String,
    /// What it should lead to, up to 1,000 characters.
    #[serde(default)]
    pub goal: String,
    /// Answers to the mentor's questions, in order.
    #[serde(default)]
    pub answers: Vec<String>,
}

impl NewSession {
    /// The time asked for, and what the mentee wrote.
    pub fn parts(self, idempotency_key: Option<String>) -> (BookRequest, BookingForm) {
        let request = BookRequest {
            mentor: UserId(self.mentor_id),
            starts_at: self.starts_at.0,
            minutes: self.minutes,
            idempotency_key,
        };
        let details = BookingForm {
            title: self.title,
            goal: self.goal,
            answers: self.answers,
        };
        (request, details)
    }
}

/// Holds a slot.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewHold {
    /// With whom.
    pub mentor_id: Uuid,
    /// Start of one of the mentor's free slots.
    pub starts_at: Moment,
    /// One of the mentor's lengths; the usual one when left out.
    #[serde(default)]
    pub minutes: Option<u16>,
}

/// Finishes the booking of a held slot.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BookingDetails {
    /// What it is about, up to 120 characters.
    pub title: String,
    /// What it should lead to, up to 1,000 characters.
    #[serde(default)]
    pub goal: String,
    /// Answers to the mentor's questions, in order.
    #[serde(default)]
    pub answers: Vec<String>,
}

impl From<BookingDetails> for BookingForm {
    fn from(details: BookingDetails) -> Self {
        Self {
            title: details.title,
            goal: details.goal,
            answers: details.answers,
        }
    }
}

/// Why somebody calls off or declines.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reason {
    /// For the other person, up to 1,000 characters. People are asked for it on the last day.
    #[serde(default)]
    pub reason: Option<String>,
}

/// What the mentor wants to know.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Question {
    /// Up to 1,000 characters.
    pub question: String,
}

/// What the mentor wanted to know.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MoreInformation {
    /// Up to 1,000 characters.
    pub answer: String,
}

/// Moves a session.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewTime {
    /// Start of another free slot of the mentor.
    pub starts_at: Moment,
    /// For the other person, up to 1,000 characters. People are asked for it on the last day.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Says that the caller is running late.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunningLate {
    /// `false` takes it back.
    pub late: bool,
}

/// What a mentor does to the mentee while the meeting is open.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Moderate {
    /// What.
    pub action: ModerationAction,
}

/// What can be done.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModerationAction {
    /// Switch the microphone off.
    Mute,
    /// Ask to switch the microphone on.
    AskToUnmute,
    /// Remove from the meeting, and keep out.
    Remove,
    /// Let in again.
    AllowBack,
}

impl From<ModerationAction> for Moderation {
    fn from(action: ModerationAction) -> Self {
        match action {
            ModerationAction::Mute => Self::Mute,
            ModerationAction::AskToUnmute => Self::AskToUnmute,
            ModerationAction::Remove => Self::Remove,
            ModerationAction::AllowBack => Self::AllowBack,
        }
    }
}

/// Puts the close of a meeting off.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Extension {
    /// The close as it was known to the caller, so that asking twice extends once.
    pub closes_at: Moment,
}

/// Contests what came of a session.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dispute {
    /// What was different, up to 1,000 characters.
    pub reason: String,
}

/// Which slots.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SlotRange {
    /// First moment; now when left out.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<Moment>,
    /// End; 14 days after `from` when left out. At most 31 days after it.
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<Moment>,
    /// One of the mentor's lengths; the usual one when left out.
    pub minutes: Option<u16>,
}

/// Which pages of the caller's lists.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListPages {
    /// Page of the sessions to come, from 0.
    #[serde(default)]
    #[param(required = false)]
    pub upcoming_page: u32,
    /// Page of the sessions that are over, from 0.
    #[serde(default)]
    #[param(required = false)]
    pub past_page: u32,
}

impl From<ListPages> for views::ListPages {
    fn from(pages: ListPages) -> Self {
        Self {
            upcoming: pages.upcoming_page,
            past: pages.past_page,
        }
    }
}

/// How to enter.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Rejoin {
    /// The client was disconnected or failed to connect: make sure at once that the room exists.
    #[serde(default)]
    #[param(required = false)]
    pub rejoin: bool,
}

/// Whose live state.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Watched {
    /// Id of the session; without it, the stream is about all of the caller's sessions.
    #[param(format = Uuid)]
    pub session: Option<String>,
    /// Age in milliseconds of what is known about the caller's sessions: those that changed meanwhile are
    /// in the first event.
    pub age: Option<u64>,
}
