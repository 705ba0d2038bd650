//! The admin console: its tabs, what an admin can do there, and what a tab shows.

use crate::{
    ids::{JobId, ReportId, SessionId, UserId},
    session::Outcome,
};
use serde::{Deserialize, Serialize};

/// Entries on one page of a long list.
pub const PAGE: u32 = 50;

/// A tab with an address of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tab {
    /// Running and failed rooms.
    Rooms,
    /// Failed jobs.
    Jobs,
    /// LiveKit's messages.
    Webhooks,
    /// Accounts.
    Users,
    /// Sessions whose outcome is contested or unknown.
    Disputes,
    /// Concerns about people.
    Reports,
    /// What moderators and admins did.
    Audit,
}

impl Tab {
    const ALL: [Self; 7] = [
        Self::Rooms,
        Self::Jobs,
        Self::Webhooks,
        Self::Users,
        Self::Disputes,
        Self::Reports,
        Self::Audit,
    ];

    /// The last segment of its address; empty for the first tab.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rooms => "",
            Self::Jobs => "jobs",
            Self::Webhooks => "webhooks",
            Self::Users => "users",
            Self::Disputes => "disputes",
            Self::Reports => "reports",
            Self::Audit => "audit",
        }
    }

    /// Reads [`Tab::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.as_str() == text)
    }
}

/// Something an admin does in the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdminAction {
    /// Ends a meeting for everyone.
    EndRoom(SessionId),
    /// Lets a failed job run again, now.
    RetryJob(JobId),
    /// Lets all dead jobs run again, now.
    RetryAll,
    /// Decides what came of a session whose outcome is contested or unknown.
    Settle(SessionId, Outcome),
    /// Ends all logins of a person.
    SignOut(UserId),
    /// Keeps a person out.
    Suspend(UserId),
    /// Lets a suspended person in again.
    Reinstate(UserId),
    /// Hides a mentor's profile.
    Unpublish(UserId),
    /// Asks for an account to be deleted.
    DeleteAccount(UserId),
    /// Takes that back.
    KeepAccount(UserId),
    /// Closes a reported concern.
    CloseReport(ReportId),
}

const END_ROOM: &str = "end_room";
const RETRY_JOB: &str = "retry";
const RETRY_ALL: &str = "retry_all";
const SIGN_OUT: &str = "sign_out";
const SUSPEND: &str = "suspend";
const REINSTATE: &str = "reinstate";
const UNPUBLISH: &str = "unpublish";
const DELETE_ACCOUNT: &str = "delete_account";
const KEEP_ACCOUNT: &str = "keep_account";
const CLOSE_REPORT: &str = "close_report";

impl AdminAction {
    /// Reads a form: what to do, and to what. For [`AdminAction::Settle`] the first is the outcome's word.
    pub fn parse(what: &str, id: &str) -> Option<Self> {
        match what {
            END_ROOM => id.parse().ok().map(Self::EndRoom),
            RETRY_JOB => id.parse().ok().map(Self::RetryJob),
            RETRY_ALL => Some(Self::RetryAll),
            SIGN_OUT => id.parse().ok().map(Self::SignOut),
            SUSPEND => id.parse().ok().map(Self::Suspend),
            REINSTATE => id.parse().ok().map(Self::Reinstate),
            UNPUBLISH => id.parse().ok().map(Self::Unpublish),
            DELETE_ACCOUNT => id.parse().ok().map(Self::DeleteAccount),
            KEEP_ACCOUNT => id.parse().ok().map(Self::KeepAccount),
            CLOSE_REPORT => id.parse().ok().map(Self::CloseReport),
            other => {
                let outcome = Outcome::parse(other).filter(|outcome| is_verdict(*outcome))?;
                Some(Self::Settle(id.parse().ok()?, outcome))
            }
        }
    }

    /// What to do, as [`AdminAction::parse`] reads it.
    pub fn what(self) -> &'static str {
        match self {
            Self::EndRoom(_) => END_ROOM,
            Self::RetryJob(_) => RETRY_JOB,
            Self::RetryAll => RETRY_ALL,
            Self::Settle(_, outcome) => outcome.as_str(),
            Self::SignOut(_) => SIGN_OUT,
            Self::Suspend(_) => SUSPEND,
            Self::Reinstate(_) => REINSTATE,
            Self::Unpublish(_) => UNPUBLISH,
            Self::DeleteAccount(_) => DELETE_ACCOUNT,
            Self::KeepAccount(_) => KEEP_ACCOUNT,
            Self::CloseReport(_) => CLOSE_REPORT,
        }
    }

    /// To what it is done, as [`AdminAction::parse`] reads it; empty when that is everything.
    pub fn id(self) -> String {
        match self {
            Self::EndRoom(id) | Self::Settle(id, _) => id.to_string(),
            Self::RetryJob(id) => id.to_string(),
            Self::RetryAll => String::new(),
            Self::SignOut(id)
            | Self::Suspend(id)
            | Self::Reinstate(id)
            | Self::Unpublish(id)
            | Self::DeleteAccount(id)
            | Self::KeepAccount(id) => id.to_string(),
            Self::CloseReport(id) => id.to_string(),
        }
    }

    /// Where it is done.
    pub fn tab(self) -> Tab {
        match self {
            Self::EndRoom(_) => Tab::Rooms,
            Self::RetryJob(_) | Self::RetryAll => Tab::Jobs,
            Self::Settle(..) => Tab::Disputes,
            Self::SignOut(_)
            | Self::Suspend(_)
            | Self::Reinstate(_)
            | Self::Unpublish(_)
            | Self::DeleteAccount(_)
            | Self::KeepAccount(_) => Tab::Users,
            Self::CloseReport(_) => Tab::Reports,
        }
    }
}

/// Whether an admin can decide this of a session whose outcome is contested or unknown.
pub fn is_verdict(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Completed
        | Outcome::MissedByMentor
        | Outcome::MissedByMentee
        | Outcome::MissedByBoth => true,
        Outcome::Pending | Outcome::Unknown | Outcome::Disputed => false,
    }
}

/// What a tab shows. All tabs have the same shape, which keeps the WASM small.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Console {
    /// Heading.
    pub title: String,
    /// Figures at the top: what is counted, and how many.
    pub counts: Vec<(String, u64)>,
    /// How the list can be filtered.
    pub filter: Option<Filter>,
    /// Lists.
    pub sections: Vec<Section>,
    /// Which page of the list, from 0.
    pub page: u32,
    /// Whether there is a page after this one.
    pub has_older: bool,
}

/// How a list is filtered: by a text field, or by a choice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// What the field is called.
    pub label: String,
    /// What it holds now.
    pub value: String,
    /// Value and label of each choice; empty for a text field.
    pub choices: Vec<(String, String)>,
}

/// A list with its heading.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Heading.
    pub title: String,
    /// Shown when it is empty.
    pub empty: String,
    /// Entries.
    pub entries: Vec<Entry>,
    /// What can be done to the whole list.
    pub action: Option<Action>,
}

/// One entry of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Heading.
    pub title: String,
    /// What is known: name and value.
    pub facts: Vec<(String, String)>,
    /// The session concerned, for a link.
    pub session: Option<SessionId>,
    /// Long text, shown when asked for.
    pub body: Option<String>,
    /// What can be done.
    pub actions: Vec<Action>,
}

/// A button, behind a confirmation where it has a meaning to read first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// What the button says.
    pub label: String,
    /// What it means; empty when it is done without confirmation.
    pub meaning: String,
    /// The id of what it is done to.
    pub id: String,
    /// What to do, as [`AdminAction::parse`] reads it, with its label; several are a choice.
    pub choices: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn tabs_read_back() {
        for tab in Tab::ALL {
            assert_eq!(Tab::parse(tab.as_str()), Some(tab));
        }
        assert_eq!(Tab::parse("rooms"), None);
    }

    #[test]
    fn actions_read_back() {
        let id = Uuid::from_u128(7);
        for action in [
            AdminAction::EndRoom(SessionId(id)),
            AdminAction::RetryJob(JobId(id)),
            AdminAction::RetryAll,
            AdminAction::Settle(SessionId(id), Outcome::Completed),
            AdminAction::SignOut(UserId(id)),
            AdminAction::Suspend(UserId(id)),
            AdminAction::Reinstate(UserId(id)),
            AdminAction::Unpublish(UserId(id)),
            AdminAction::DeleteAccount(UserId(id)),
            AdminAction::KeepAccount(UserId(id)),
            AdminAction::CloseReport(ReportId(id)),
        ] {
            let read = AdminAction::parse(action.what(), &action.id());
            assert_eq!(read, Some(action));
        }
    }

    #[test]
    fn a_dispute_is_settled_with_a_verdict_only() {
        let id = Uuid::from_u128(7);
        let settle = |what: &str| AdminAction::parse(what, &id.to_string());
        let wanted = AdminAction::Settle(SessionId(id), Outcome::MissedByMentor);
        assert_eq!(settle("missed_by_mentor"), Some(wanted));
        for what in ["pending", "unknown", "disputed", "", "delete"] {
            assert_eq!(settle(what), None, "{what}");
        }
        assert_eq!(AdminAction::parse("end_room", "x"), None);
    }
}
