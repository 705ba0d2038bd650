//! The reader's mentor profile and schedule.

use super::error::ApiError;
use crate::forms::{dates::DateRow, hours::HoursRow, schedule::Rules};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// Makes or changes the reader's profile.
#[server(prefix = "/api/fn", endpoint = "save_mentor_profile")]
pub async fn save_mentor_profile(
    headline: String,
    bio: String,
    session_minutes: u16,
    questions: String,
    #[server(default)] confirms: bool,
) -> Result<(), ApiError> {
    let request = crate::api::backend::request()?;
    let login = request.login()?;
    let form = server::mentors::MentorForm {
        headline,
        bio,
        session_minutes,
        questions,
        confirms,
    };
    request.answer(server::mentors::save_profile(&request.state, login, form).await)?;
    crate::api::backend::redirect(&crate::api::backend::sessions::after_profile(
        login.me.is_mentor,
    ));
    Ok(())
}

/// Changes the reader's schedule.
#[server(prefix = "/api/fn", endpoint = "save_schedule")]
pub async fn save_schedule(
    #[server(default)] hours: Vec<HoursRow>,
    #[server(default)] dates: Vec<DateRow>,
    #[server(default)] lengths: BTreeMap<String, u16>,
    rules: Rules,
) -> Result<(), ApiError> {
    use crate::{routes, url_words::Done};
    let request = crate::api::backend::request()?;
    let login = request.login()?;
    let lengths = lengths.into_values().collect();
    let draft = crate::forms::schedule::parse(&hours, &dates, lengths, &rules)?;
    request.answer(server::mentors::save_schedule(&request.state, login, draft).await)?;
    crate::api::backend::redirect(&routes::done(routes::AVAILABILITY, Done::ScheduleSaved));
    Ok(())
}
