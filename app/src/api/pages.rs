//! What pages load: one question, one answer, one server function. That all pages share one kind of
//! resource keeps the WASM small.

use super::{
    error::ApiError,
    mentors::{MentorTimes, OtherTimes, SchedulePage},
    sessions::Dashboard,
    wire::Sent,
};
use domain::{
    console::Console,
    views::{Me, MentorCard, MentorProfile, NotificationView, PendingMentor, SessionView},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What a page asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ask {
    /// All time zones that can be chosen.
    TimeZones,
    /// The signed-in person, for editing.
    Account,
    /// One's own mentor profile, for editing.
    MentorProfile,
    /// Published mentors.
    Mentors,
    /// One mentor with free times.
    Mentor {
        /// The id out of the address.
        id: String,
        /// Which stretch of days.
        stretch: u8,
        /// Which of the mentor's lengths; the usual one when `None`.
        minutes: Option<u16>,
    },
    /// What one offers as a mentor.
    Schedule {
        /// The zone in which mentees' view is shown; one's own when `None`.
        zone: Option<String>,
    },
    /// Times to which a session can be moved.
    OtherTimes {
        /// The id out of the address.
        id: String,
        /// Which stretch of days.
        stretch: u8,
    },
    /// One's sessions.
    Dashboard {
        /// The session whose meeting was just left, out of the address.
        left: Option<String>,
    },
    /// One session.
    Session {
        /// The id out of the address.
        id: String,
    },
    /// A tab of the admin console.
    Console {
        /// The tab's word, out of the address.
        tab: String,
        /// What its list is narrowed to.
        filter: String,
        /// Which page of the list, from 0.
        page: u32,
    },
    /// What needs an admin's attention.
    Notifications,
    /// Mentor profiles waiting for an admin.
    PendingMentors,
}

/// What a page is told; each variant answers the question of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// All time zones, sorted.
    TimeZones(Vec<String>),
    /// The person, all time zones, and whether the calendar has a secret address.
    Account(Box<Me>, Vec<String>, bool),
    /// The profile, once there is one.
    MentorProfile(Option<Box<MentorProfile>>),
    /// Published mentors.
    Mentors(Vec<MentorCard>),
    /// The mentor.
    Mentor(Box<MentorTimes>),
    /// The schedule; `None` before there is a profile.
    Schedule(Option<Box<SchedulePage>>),
    /// The session and the times.
    OtherTimes(Box<OtherTimes>),
    /// The sessions.
    Dashboard(Box<Dashboard>),
    /// The session.
    Session(Box<SessionView>),
    /// What the tab shows.
    Console(Box<Console>),
    /// Open entries first.
    Notifications(Vec<NotificationView>),
    /// Oldest first.
    PendingMentors(Vec<PendingMentor>),
}

/// Answers a page's question.
#[server(prefix = "/api/fn", endpoint = "page", input = Sent, output = Sent)]
pub async fn page(ask: Ask) -> Result<Answer, ApiError> {
    crate::ssr::answers::answer(&crate::ssr::request()?, ask).await
}
