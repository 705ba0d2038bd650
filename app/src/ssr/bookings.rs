//! What the forms about sessions have in common.

use crate::{api::error::ApiError, routes};
use domain::{ids::SessionId, problem::Problem, session::Booking, time::Timestamp};
use server::bookings::Change;

/// The time of the radio button that was chosen.
pub fn chosen(starts_at: Option<i64>) -> Result<Timestamp, Problem> {
    starts_at
        .map(Timestamp)
        .ok_or_else(|| Problem::field("startsAt", "Choose one of the free times."))
}

/// Changes a session and leads to its page, which says what was `done`.
pub async fn change(id: SessionId, change: Change, done: &str) -> Result<(), ApiError> {
    let request = super::request()?;
    let login = request.login()?;
    let changed = server::bookings::change(&request.state, login, id, change).await;
    let session = request.answer(changed)?;
    let done = match (done, session.booking) {
        ("booked", Booking::Requested) => "requested",
        (done, _) => done,
    };
    super::redirect(&format!("{}?done={done}", routes::session(id)));
    Ok(())
}

/// Where a saved mentor profile leads: a new mentor says next when to be booked.
pub fn after_profile(was_mentor: bool) -> String {
    if was_mentor {
        format!("{}?done=saved", routes::MENTOR_PROFILE)
    } else {
        format!("{}?done=profile", routes::AVAILABILITY)
    }
}
