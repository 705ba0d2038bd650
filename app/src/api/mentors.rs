//! Mentors, their free times, and one's own profile.

use super::error::ApiError;
use domain::{
    availability::Interval,
    time::{Millis, Timestamp},
    views::{MentorCard, MentorProfile, SessionView, Slot},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Free times are shown this many days at a time.
pub const DAYS_SHOWN: u8 = 7;
/// The last stretch that can be asked for: a horizon is at most 365 days.
pub const LAST_STRETCH: u8 = 52;

/// What a mentor's page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MentorTimes {
    /// The mentor.
    pub card: MentorCard,
    /// Free times of the stretch asked for.
    pub slots: Vec<Slot>,
    /// Length of these, in minutes.
    pub minutes: u16,
    /// Which stretch: 0 begins now.
    pub stretch: u8,
    /// The last stretch that can hold free times.
    pub last_stretch: u8,
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

/// What the page with one's own offer shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchedulePage {
    /// The profile with the schedule.
    pub profile: MentorProfile,
    /// Free times of the next days, as a mentee in `zone` sees them.
    pub preview: Vec<Slot>,
    /// The zone of the preview.
    pub zone: String,
    /// All zones that can be chosen.
    pub zones: Vec<String>,
}

/// Times to which a session can be moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherTimes {
    /// The session.
    pub session: SessionView,
    /// Free times of the stretch asked for.
    pub slots: Vec<Slot>,
    /// Which stretch: 0 begins now.
    pub stretch: u8,
    /// The last stretch that can hold free times.
    pub last_stretch: u8,
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

/// One line of the form for other dates; an empty first date means nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateRow {
    /// `off` or `extra`.
    pub kind: String,
    /// First date, `2026-12-24`, or empty.
    pub from_day: String,
    /// Last date; the first one when empty.
    pub to_day: String,
    /// `09:00`; for `extra` only.
    pub from: String,
    /// `17:30`; for `extra` only. `00:00` is the end of the day.
    pub to: String,
    /// For oneself, for example `Holiday`.
    pub label: String,
}

/// Makes or changes one's own profile.
#[server(prefix = "/api/fn", endpoint = "save_mentor_profile")]
pub async fn save_mentor_profile(
    headline: String,
    bio: String,
    session_minutes: u16,
    questions: String,
    #[server(default)] confirms: bool,
) -> Result<(), ApiError> {
    let request = crate::ssr::request()?;
    let login = request.login()?;
    let form = server::mentors::MentorForm {
        headline,
        bio,
        session_minutes,
        questions,
        confirms,
    };
    request.answer(server::mentors::save_profile(&request.state, login, form).await)?;
    crate::ssr::redirect(&crate::ssr::sessions::after_profile(login.me.is_mentor));
    Ok(())
}

/// The numbers of the form about one's offer, as entered; an empty one means no limit, or the usual
/// value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// Minutes kept free before a session.
    pub buffer_before: String,
    /// Minutes kept free after a session.
    pub buffer_after: String,
    /// Hours that a booking comes before its session, at least.
    pub min_notice_hours: String,
    /// Days that a booking comes before its session, at most.
    pub booking_window: String,
    /// Sessions a day, at most.
    pub max_per_day: String,
    /// Sessions a week, at most.
    pub max_per_week: String,
    /// No bookings for now.
    #[serde(default)]
    pub paused: bool,
}

/// Changes what one offers.
#[server(prefix = "/api/fn", endpoint = "save_schedule")]
pub async fn save_schedule(
    #[server(default)] hours: Vec<HoursRow>,
    #[server(default)] dates: Vec<DateRow>,
    #[server(default)] lengths: BTreeMap<String, u16>,
    rules: Rules,
) -> Result<(), ApiError> {
    let request = crate::ssr::request()?;
    let login = request.login()?;
    let lengths = lengths.into_values().collect();
    let draft = crate::components::schedule::parse(&hours, &dates, lengths, &rules)?;
    request.answer(server::mentors::save_schedule(&request.state, login, draft).await)?;
    crate::ssr::redirect(&format!("{}?done=saved", crate::routes::AVAILABILITY));
    Ok(())
}
