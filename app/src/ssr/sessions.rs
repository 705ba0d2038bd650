//! What the forms about sessions have in common.

use crate::{api::error::ApiError, routes};
use domain::{
    ids::SessionId, problem::Problem, session::Booking, time::Timestamp, views::SessionView,
};
use server::sessions::Change;

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
    let changed = server::sessions::change(&request.state, login, id, change).await;
    let session = request.answer(changed)?;
    let done = match (done, session.booking) {
        ("booked", Booking::Requested) => "requested",
        (done, _) => done,
    };
    super::redirect(&format!("{}?done={done}", routes::session(id)));
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
    let (page, done) = if was_mentor {
        (routes::MENTOR_PROFILE, "saved")
    } else {
        (routes::AVAILABILITY, "profile")
    };
    format!("{page}?done={done}")
}
