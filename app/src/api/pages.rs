//! What pages load: one question, one answer, one server function. That all pages share one kind of
//! resource keeps the WASM small.

use super::{bookings::Dashboard, error::ApiError, mentors::MentorTimes, wire::Sent};
use domain::views::{Me, MentorCard, MentorProfile, NotificationView, PendingMentor, SessionView};
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
    /// The person and all time zones.
    Account(Box<Me>, Vec<String>),
    /// The profile, once there is one, and the person.
    MentorProfile(Option<Box<MentorProfile>>, Box<Me>),
    /// Published mentors.
    Mentors(Vec<MentorCard>),
    /// The mentor.
    Mentor(Box<MentorTimes>),
    /// The sessions.
    Dashboard(Box<Dashboard>),
    /// The session.
    Session(Box<SessionView>),
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
