//! What the forms about sessions have in common.

use crate::{api::error::ApiError, routes, url_words::Done};
use domain::{
    ids::SessionId, problem::Problem, session::Booking, time::Timestamp, views::SessionView,
};
use server::sessions::SessionChange;

/// The time of the radio button that was chosen.
pub fn chosen(starts_at: Option<i64>) -> Result<Timestamp, Problem> {
    starts_at
        .map(Timestamp)
        .ok_or_else(|| Problem::field("startsAt", "Choose one of the free times."))
}

/// Changes a session and leads to its page, which says what was `done`.
pub async fn change(id: SessionId, change: SessionChange, done: Done) -> Result<(), ApiError> {
    let request = super::request()?;
    let login = request.login()?;
    let changed = server::sessions::change(&request.state, login, id, change).await;
    let session = request.answer(changed)?;
    let done = if done == Done::Booked && session.booking == Booking::Requested {
        Done::Requested
    } else {
        done
    };
    super::redirect(&routes::done(&routes::session(id), done));
    Ok(())
}

/// Where a held time leads: to its form, unless the same choice was booked before.
pub fn after_hold(session: &SessionView) -> String {
    match session.booking {
        Booking::Held => routes::book(session.id),
        Booking::Requested | Booking::Declined | Booking::Confirmed | Booking::Cancelled { .. } => {
            routes::session(session.id)
        }
    }
}

/// Where a saved mentor profile leads: a new mentor says next when to be booked.
pub fn after_profile(was_mentor: bool) -> String {
    if was_mentor {
        routes::done(routes::MENTOR_PROFILE, Done::Saved)
    } else {
        routes::done(routes::AVAILABILITY, Done::ProfileMade)
    }
}
