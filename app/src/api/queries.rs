//! What pages ask the server, and what they are told.
//!
//! Each question is a type with the type of its answer ([`Query`]). On the way all of them are one
//! enum, and so are the answers: that pages share one server function and one kind of resource keeps
//! the WASM small.

use crate::url_words::Week;
use domain::{
    account::AccountEmail,
    console::{Console as ConsoleTab, Tab},
    export::ExportView,
    legal::{LegalPage, LegalText},
    views::{
        BlockedPerson, CodesSetup, DeletionView, KeysView, LinkView, ListPages, LoginView, Me,
        MentorCard, MentorProfile as Profile, MySessions, NotificationView, PendingMentor,
        SafetyPage, SecondFactorView, SessionView, Slot,
    },
};
use serde::{Deserialize, Serialize};

/// A page's question.
pub trait Query {
    /// What the page is told.
    type Page;

    /// The question as it travels.
    fn into_ask(self) -> Ask;

    /// What the page is told, out of what has travelled; `None` when that answers another question.
    fn read(answer: Answer) -> Option<Self::Page>;
}

/// Makes the two enums that travel, and ties each question to its answer.
macro_rules! queries {
    ($($(#[$answered:meta])* $query:ident => $page:ty,)*) => {
        /// A question as it travels.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Ask {
            $(
                #[doc = concat!("See [`", stringify!($query), "`].")]
                $query($query),
            )*
        }

        /// An answer as it travels; each variant answers the question of the same name.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Answer {
            $($(#[$answered])* $query(Box<$page>),)*
        }

        $(
            impl Query for $query {
                type Page = $page;

                fn into_ask(self) -> Ask {
                    Ask::$query(self)
                }

                fn read(answer: Answer) -> Option<$page> {
                    let Answer::$query(page) = answer else {
                        return None;
                    };
                    Some(*page)
                }
            }
        )*
    };
}

queries! {
    /// All of them, sorted.
    TimeZones => Vec<String>,
    /// The address that waits to be proved; `None` when this browser knows of none.
    SignUpWaiting => Option<String>,
    /// What the link is about; `None` when it does not work (any more).
    EmailLink => Option<LinkView>,
    /// The text as it is shown.
    Legal => LegalText,
    /// Whom the reader may report or block.
    Safety => SafetyPage,
    /// What the sign-in waits for; `None` when it waits for nothing.
    SecondFactor => Option<SecondFactorView>,
    /// What the app is told; `None` when none is being set up.
    CodesSetUp => Option<CodesSetup>,
    /// The person and their settings.
    Account => AccountSettings,
    /// When, and what it takes.
    Deletion => DeletionView,
    /// The profile, once there is one.
    MentorProfile => Option<Profile>,
    Mentors => Vec<MentorCard>,
    Mentor => MentorTimes,
    /// The schedule; `None` before there is a profile.
    Schedule => Option<ScheduleSettings>,
    /// The session and the times.
    OtherTimes => SessionTimes,
    Dashboard => Sessions,
    Session => SessionView,
    /// What the tab shows.
    Console => ConsoleTab,
    /// Open entries first.
    Notifications => Vec<NotificationView>,
    /// Oldest first.
    PendingMentors => Vec<PendingMentor>,
}

/// All time zones that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeZones;

/// What a sign-up in this browser waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignUpWaiting;

/// A link that was emailed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailLink {
    pub kind: AccountEmail,
    /// The secret in the address.
    pub token: String,
}

/// A text about what people agree to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Legal {
    pub page: LegalPage,
}

/// Somebody whom the reader may report or block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Safety {
    /// The id in the address.
    pub about: String,
    /// The session in the address.
    pub session: Option<String>,
}
/// The second half of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactor;

/// An authenticator app that is being set up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodesSetUp;

/// The signed-in person, for editing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account;

/// What happens when the reader's account is deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion;

/// The reader's mentor profile, for editing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MentorProfile;

/// Published mentors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mentors;

/// One mentor with free times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mentor {
    /// The id in the address.
    pub id: String,
    /// Of which week the times are.
    pub week: Week,
    /// Which of the mentor's lengths; the usual one when `None`.
    pub minutes: Option<u16>,
}

/// The reader's schedule as a mentor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// The zone in which mentees' view is shown; the reader's when `None`.
    pub zone: Option<String>,
}

/// Times to which a session can be moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherTimes {
    /// The id in the address.
    pub id: String,
    /// Of which week the times are.
    pub week: Week,
}

/// The reader's sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dashboard {
    /// The session whose meeting was just left, as the address names it.
    pub left: Option<String>,
    pub pages: ListPages,
}

/// One session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The id in the address.
    pub id: String,
}

/// A tab of the admin console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Console {
    /// The tab; `None` when the address names none of ours.
    pub tab: Option<Tab>,
    /// What its list is filtered by.
    pub filter: String,
    /// Which page of the list, from 0.
    pub page: u32,
}

/// What needs an admin's attention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notifications;

/// Mentor profiles waiting for an admin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingMentors;

/// What the account's page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSettings {
    pub me: Me,
    /// All zones that can be chosen.
    pub zones: Vec<String>,
    /// Whether the calendar has a secret address.
    pub has_feed: bool,
    /// Whom the person blocked.
    pub blocked: Vec<BlockedPerson>,
    /// Signed-in browsers, this one first.
    pub logins: Vec<LoginView>,
    /// How the person signs in.
    pub keys: KeysView,
    /// A copy of what is kept about the person.
    pub export: ExportView,
}

/// What a mentor's page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MentorTimes {
    pub card: MentorCard,
    /// Free times of the week asked for.
    pub slots: Vec<Slot>,
    /// Length of these, in minutes.
    pub minutes: u16,
    pub week: Week,
    /// The last week that can hold free times.
    pub last_week: Week,
    /// The reader's zone.
    pub reader_zone: String,
    /// Whether the reader is this mentor.
    pub is_own: bool,
    /// Makes the booking form safe to send twice.
    pub key: String,
}

/// What the page about the reader's availability shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleSettings {
    /// The profile with the schedule.
    pub profile: Profile,
    /// Free times of the next days, as a mentee in `zone` sees them.
    pub preview: Vec<Slot>,
    /// The zone of the preview.
    pub zone: String,
    /// All zones that can be chosen.
    pub zones: Vec<String>,
}

/// A session and the times to which it can be moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionTimes {
    pub session: SessionView,
    /// Free times of the week asked for.
    pub slots: Vec<Slot>,
    pub week: Week,
    /// The last week that can hold free times.
    pub last_week: Week,
}

/// What the dashboard shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sessions {
    /// All of the reader's sessions.
    pub sessions: MySessions,
    /// The session whose meeting was just left.
    pub left: Option<SessionView>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_by_its_own_question_only() {
        let zones = vec!["UTC".to_owned()];
        let answer = Answer::TimeZones(Box::new(zones.clone()));
        assert_eq!(Mentors::read(answer.clone()), None);
        assert_eq!(TimeZones::read(answer), Some(zones));
    }
}
