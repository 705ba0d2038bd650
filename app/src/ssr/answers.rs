//! What each page loads.

use super::Request;
use crate::api::{
    bookings::Dashboard,
    error::ApiError,
    mentors::{LAST_STRETCH, MentorTimes, stretch_of},
    pages::{Answer, Ask},
};
use domain::problem::Problem;

/// Answers a page's question, for the person who asks.
pub async fn answer(request: &Request, ask: Ask) -> Result<Answer, ApiError> {
    Ok(match ask {
        Ask::TimeZones => Answer::TimeZones(time_zones()),
        Ask::Account => Answer::Account(Box::new(request.login()?.me.clone()), time_zones()),
        Ask::MentorProfile => {
            let login = request.login()?;
            let profile = server::mentors::profile(&request.state, login).await;
            let profile = request.answer(profile)?.map(Box::new);
            Answer::MentorProfile(profile, Box::new(login.me.clone()))
        }
        Ask::Mentors => {
            let mentors = server::mentors::list(&request.state, request.login()?).await;
            Answer::Mentors(request.answer(mentors)?)
        }
        Ask::Mentor { id, stretch } => {
            Answer::Mentor(Box::new(mentor(request, &id, stretch).await?))
        }
        Ask::Dashboard { left } => Answer::Dashboard(Box::new(dashboard(request, left).await?)),
        Ask::Session { id } => {
            let login = request.login()?;
            let id = id.parse().map_err(|_| Problem::NotFound)?;
            let session = server::bookings::get(&request.state, login, id).await;
            Answer::Session(Box::new(request.answer(session)?))
        }
        Ask::Notifications => {
            let entries = server::admin::notifications(&request.state, request.login()?).await;
            Answer::Notifications(request.answer(entries)?)
        }
        Ask::PendingMentors => {
            let waiting = server::mentors::pending(&request.state, request.login()?).await;
            Answer::PendingMentors(request.answer(waiting)?)
        }
    })
}

fn time_zones() -> Vec<String> {
    server::zones::all().to_vec()
}

async fn mentor(request: &Request, id: &str, stretch: u8) -> Result<MentorTimes, ApiError> {
    let me = &request.login()?.me;
    let id = id.parse().map_err(|_| Problem::NotFound)?;
    let card = request.answer(server::mentors::get(&request.state, id).await)?;
    let stretch = stretch.min(LAST_STRETCH);
    let range = Some(stretch_of(request.state.clock.now(), stretch));
    let slots = server::bookings::slots(&request.state, &me.time_zone, id, range);
    Ok(MentorTimes {
        card,
        slots: request.answer(slots.await)?,
        stretch,
        reader_zone: me.time_zone.clone(),
        is_own: me.id == id,
        key: server::bookings::draw_key(),
    })
}

async fn dashboard(request: &Request, left: Option<String>) -> Result<Dashboard, ApiError> {
    let login = request.login()?;
    let sessions = request.answer(server::bookings::mine(&request.state, login).await)?;
    // An unknown or foreign id in the address only means that there is no such card.
    let left = match left.and_then(|id| id.parse().ok()) {
        Some(id) => server::bookings::get(&request.state, login, id).await.ok(),
        None => None,
    };
    Ok(Dashboard { sessions, left })
}
