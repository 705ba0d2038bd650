//! Mentors, their free times, and one's own profile.

use super::error::ApiError;
use domain::{
    availability::Interval,
    time::{Millis, Timestamp},
    views::{MentorCard, Slot},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Free times are shown this many days at a time.
pub const DAYS_SHOWN: u8 = 7;
/// The last stretch that can still hold free times (slots reach 60 days ahead).
pub const LAST_STRETCH: u8 = 8;

/// What a mentor's page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MentorTimes {
    /// The mentor.
    pub card: MentorCard,
    /// Free times of the stretch asked for.
    pub slots: Vec<Slot>,
    /// Which stretch: 0 begins now.
    pub stretch: u8,
    /// The reader's zone.
    pub reader_zone: String,
    /// Whether the reader is this mentor.
    pub is_own: bool,
    /// Makes the booking form safe to send twice.
    pub key: String,
}

/// The days of a stretch.
pub fn stretch_of(now: Timestamp, stretch: u8) -> Interval {
    let days = |n: u8| Millis::days(i64::from(n) * i64::from(DAYS_SHOWN));
    Interval {
        from: now + days(stretch),
        to: now + days(stretch + 1),
    }
}

/// One line of the weekly-hours form; empty times mean no hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursRow {
    /// Monday = 0 … Sunday = 6.
    pub weekday: u8,
    /// `09:00`, or empty.
    pub from: String,
    /// `17:30`, or empty; `00:00` is the end of the day.
    pub to: String,
}

/// Makes or changes one's own profile.
#[server(prefix = "/api/fn", endpoint = "save_mentor_profile")]
pub async fn save_mentor_profile(
    headline: String,
    bio: String,
    session_minutes: u16,
    #[server(default)] hours: Vec<HoursRow>,
) -> Result<(), ApiError> {
    let request = crate::ssr::request()?;
    let login = request.login()?;
    let hours = crate::components::hours::parse(&hours)?;
    let form = server::mentors::MentorForm {
        headline,
        bio,
        session_minutes,
        hours,
    };
    request.answer(server::mentors::save_profile(&request.state, login, form).await)?;
    crate::ssr::redirect(&format!("{}?done=saved", crate::routes::MENTOR_PROFILE));
    Ok(())
}
