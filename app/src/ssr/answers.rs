//! What each page loads.

use super::Request;
use crate::api::{
    error::ApiError,
    mentors::{DAYS_SHOWN, LAST_STRETCH, MentorTimes, OtherTimes, SchedulePage, stretch_of},
    pages::{Answer, Ask},
    sessions::Dashboard,
};
use domain::{problem::Problem, views::ListPages};

/// Answers a page's question, for the person who asks.
pub async fn answer(request: &Request, ask: Ask) -> Result<Answer, ApiError> {
    Ok(match ask {
        Ask::TimeZones => Answer::TimeZones(time_zones()),
        Ask::Account => {
            let login = request.login()?;
            let feed = server::calendar::feed_since(&request.state, login).await;
            let has_feed = request.answer(feed)?.is_some();
            Answer::Account(Box::new(login.me.clone()), time_zones(), has_feed)
        }
        Ask::MentorProfile => {
            let login = request.login()?;
            let profile = server::mentors::profile(&request.state, login).await;
            let profile = request.answer(profile)?.map(Box::new);
            Answer::MentorProfile(profile)
        }
        Ask::Mentors => {
            let mentors = server::mentors::list(&request.state, request.login()?).await;
            Answer::Mentors(request.answer(mentors)?)
        }
        Ask::Mentor {
            id,
            stretch,
            minutes,
        } => Answer::Mentor(Box::new(mentor(request, &id, stretch, minutes).await?)),
        Ask::Schedule { zone } => Answer::Schedule(schedule(request, zone).await?.map(Box::new)),
        Ask::OtherTimes { id, stretch } => {
            Answer::OtherTimes(Box::new(other_times(request, &id, stretch).await?))
        }
        Ask::Dashboard { left } => Answer::Dashboard(Box::new(dashboard(request, left).await?)),
        Ask::Session { id } => {
            let login = request.login()?;
            let id = id.parse().map_err(|_| Problem::NotFound)?;
            let session = server::sessions::get(&request.state, login, id).await;
            Answer::Session(Box::new(request.answer(session)?))
        }
        Ask::Console { tab, filter, page } => {
            let tab = domain::console::Tab::parse(&tab).ok_or(Problem::NotFound)?;
            let (state, login) = (&request.state, request.login()?);
            let shown = server::admin::console(state, login, tab, &filter, page).await;
            Answer::Console(Box::new(request.answer(shown)?))
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

async fn mentor(
    request: &Request,
    id: &str,
    stretch: u8,
    minutes: Option<u16>,
) -> Result<MentorTimes, ApiError> {
    let login = request.login()?;
    let (me, state) = (&login.me, &request.state);
    let id = id.parse().map_err(|_| Problem::NotFound)?;
    let stretch = stretch.min(LAST_STRETCH);
    let range = stretch_of(state.clock.now(), stretch);
    let found = server::sessions::mentor_slots(state, login, id, minutes, range).await;
    let found = request.answer(found)?;
    Ok(MentorTimes {
        card: found.card,
        slots: found.slots,
        minutes: found.minutes,
        stretch,
        last_stretch: last_stretch(found.booking_window_days),
        reader_zone: me.time_zone.clone(),
        is_own: me.id == id,
        key: server::sessions::generate_key(),
    })
}

fn last_stretch(booking_window_days: u32) -> u8 {
    let stretches = booking_window_days.saturating_sub(1) / u32::from(DAYS_SHOWN);
    u8::try_from(stretches).unwrap_or(LAST_STRETCH)
}

async fn schedule(
    request: &Request,
    zone: Option<String>,
) -> Result<Option<SchedulePage>, ApiError> {
    let (login, state) = (request.login()?, &request.state);
    let profile = request.answer(server::mentors::profile(state, login).await)?;
    let Some(profile) = profile else {
        return Ok(None);
    };
    let known = |zone: &String| server::zones::all().binary_search(zone).is_ok();
    let zone = zone.filter(known).unwrap_or(login.me.time_zone.clone());
    let range = stretch_of(state.clock.now(), 0);
    let preview = server::sessions::preview(state, login, &zone, range).await;
    Ok(Some(SchedulePage {
        preview: request.answer(preview)?,
        zone,
        zones: time_zones(),
        profile,
    }))
}

async fn other_times(request: &Request, id: &str, stretch: u8) -> Result<OtherTimes, ApiError> {
    let (login, state) = (request.login()?, &request.state);
    let id = id.parse().map_err(|_| Problem::NotFound)?;
    let session = request.answer(server::sessions::get(state, login, id).await)?;
    let stretch = stretch.min(LAST_STRETCH);
    let range = stretch_of(state.clock.now(), stretch);
    let found = server::sessions::slots_to_move(state, login, id, range).await;
    let found = request.answer(found)?;
    Ok(OtherTimes {
        slots: found.slots,
        last_stretch: last_stretch(found.booking_window_days),
        session,
        stretch,
    })
}

async fn dashboard(request: &Request, left: Option<String>) -> Result<Dashboard, ApiError> {
    let login = request.login()?;
    let sessions = request
        .answer(server::sessions::mine(&request.state, login, ListPages::default()).await)?;
    // An unknown or foreign id in the address only means that there is no such card.
    let left = match left.and_then(|id| id.parse().ok()) {
        Some(id) => server::sessions::get(&request.state, login, id).await.ok(),
        None => None,
    };
    Ok(Dashboard { sessions, left })
}
