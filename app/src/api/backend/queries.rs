//! What each page is told.

use super::Request;
use crate::{
    api::{
        error::ApiError,
        queries::{
            AccountSettings, Answer, Ask, Console, Dashboard, EmailLink, Legal, Mentor,
            MentorTimes, OtherTimes, Safety, Schedule, ScheduleSettings, Session, SessionTimes,
            Sessions,
        },
    },
    url_words::Week,
};
use domain::{
    legal::LegalText,
    problem::Problem,
    views::{
        CodesSetup, DeletionView, LinkView, MentorCard, MentorProfile, NotificationView,
        PendingMentor, SafetyPage, SecondFactorView, SessionView,
    },
};

/// Answers a page's question, for the person who asks.
pub async fn answer(request: &Request, ask: Ask) -> Result<Answer, ApiError> {
    Ok(match ask {
        Ask::TimeZones(_) => Answer::TimeZones(Box::new(time_zones())),
        Ask::SignUpWaiting(_) => Answer::SignUpWaiting(Box::new(waiting(request).await?)),
        Ask::EmailLink(query) => Answer::EmailLink(Box::new(link(request, query).await?)),
        Ask::Legal(query) => Answer::Legal(Box::new(legal(request, &query))),
        Ask::Safety(query) => Answer::Safety(Box::new(safety(request, query).await?)),
        Ask::SecondFactor(_) => Answer::SecondFactor(Box::new(second_factor(request).await?)),
        Ask::CodesSetUp(_) => Answer::CodesSetUp(Box::new(codes_setup(request).await?)),
        Ask::Account(_) => Answer::Account(Box::new(account(request).await?)),
        Ask::Deletion(_) => Answer::Deletion(Box::new(deletion(request).await?)),
        Ask::MentorProfile(_) => Answer::MentorProfile(Box::new(mentor_profile(request).await?)),
        Ask::Mentors(_) => Answer::Mentors(Box::new(mentors(request).await?)),
        Ask::Mentor(query) => Answer::Mentor(Box::new(mentor(request, query).await?)),
        Ask::Schedule(query) => Answer::Schedule(Box::new(schedule(request, query).await?)),
        Ask::OtherTimes(query) => Answer::OtherTimes(Box::new(other_times(request, query).await?)),
        Ask::Dashboard(query) => Answer::Dashboard(Box::new(dashboard(request, query).await?)),
        Ask::Session(query) => Answer::Session(Box::new(session(request, query).await?)),
        Ask::Console(query) => Answer::Console(Box::new(console(request, query).await?)),
        Ask::Notifications(_) => Answer::Notifications(Box::new(notifications(request).await?)),
        Ask::PendingMentors(_) => Answer::PendingMentors(Box::new(pending_mentors(request).await?)),
    })
}

fn time_zones() -> Vec<String> {
    server::zones::all().to_vec()
}

async fn waiting(request: &Request) -> Result<Option<String>, ApiError> {
    let browser = request.sign_up();
    request.answer(server::accounts::waiting(&request.state, browser.as_deref()).await)
}

async fn link(request: &Request, query: EmailLink) -> Result<Option<LinkView>, ApiError> {
    let (EmailLink { kind, token }, browser) = (query, request.sign_up());
    let found = server::accounts::look(&request.state, kind, &token, browser.as_deref()).await;
    request.answer(found)
}

fn legal(request: &Request, query: &Legal) -> LegalText {
    request.state.config.legal.text(query.page).clone()
}

async fn safety(request: &Request, query: Safety) -> Result<SafetyPage, ApiError> {
    let about = query.about.parse().map_err(|_| Problem::NotFound)?;
    let session = query.session.map(|id| id.parse()).transpose();
    let session = session.map_err(|_| Problem::NotFound)?;
    let login = request.login()?;
    request.answer(server::safety::page(&request.state, login, about, session).await)
}

async fn second_factor(request: &Request) -> Result<Option<SecondFactorView>, ApiError> {
    let token = request.login_token();
    request.answer(server::accounts::second_factor(&request.state, token.as_deref()).await)
}

async fn codes_setup(request: &Request) -> Result<Option<CodesSetup>, ApiError> {
    let login = request.login_without_second_factor()?;
    request.answer(server::accounts::codes_setup(&request.state, login).await)
}

async fn account(request: &Request) -> Result<AccountSettings, ApiError> {
    let login = request.login_without_second_factor()?;
    let feed = server::calendar::feed_since(&request.state, login).await;
    Ok(AccountSettings {
        me: login.me.clone(),
        zones: time_zones(),
        has_feed: request.answer(feed)?.is_some(),
        blocked: request.answer(server::safety::blocked(&request.state, login).await)?,
        logins: request.answer(server::accounts::list(&request.state, login).await)?,
        keys: request.answer(server::accounts::keys(&request.state, login).await)?,
        export: request.answer(server::exports::view(&request.state, login).await)?,
    })
}

async fn deletion(request: &Request) -> Result<DeletionView, ApiError> {
    request.answer(server::deletion::page(&request.state, request.login()?).await)
}

async fn mentor_profile(request: &Request) -> Result<Option<MentorProfile>, ApiError> {
    let profile = server::mentors::profile(&request.state, request.login()?).await;
    request.answer(profile)
}

async fn mentors(request: &Request) -> Result<Vec<MentorCard>, ApiError> {
    request.answer(server::mentors::list(&request.state, request.login()?).await)
}

async fn mentor(request: &Request, query: Mentor) -> Result<MentorTimes, ApiError> {
    let login = request.login()?;
    let (me, state) = (&login.me, &request.state);
    let id = query.id.parse().map_err(|_| Problem::NotFound)?;
    let week = query.week.limited();
    let range = week.interval(state.clock.now());
    let found = server::sessions::mentor_slots(state, login, id, query.minutes, range).await;
    let found = request.answer(found)?;
    Ok(MentorTimes {
        card: found.card,
        slots: found.slots,
        minutes: found.minutes,
        week,
        last_week: Week::last_of(found.booking_window_days),
        reader_zone: me.time_zone.clone(),
        is_own: me.id == id,
        key: server::sessions::generate_key(),
    })
}

async fn schedule(
    request: &Request,
    query: Schedule,
) -> Result<Option<ScheduleSettings>, ApiError> {
    let (login, state) = (request.login()?, &request.state);
    let profile = request.answer(server::mentors::profile(state, login).await)?;
    let Some(profile) = profile else {
        return Ok(None);
    };
    let known = |zone: &String| server::zones::all().binary_search(zone).is_ok();
    let zone = query.zone.filter(known);
    let zone = zone.unwrap_or_else(|| login.me.time_zone.clone());
    let range = Week::FIRST.interval(state.clock.now());
    let preview = server::sessions::preview(state, login, &zone, range).await;
    Ok(Some(ScheduleSettings {
        preview: request.answer(preview)?,
        zone,
        zones: time_zones(),
        profile,
    }))
}

async fn other_times(request: &Request, query: OtherTimes) -> Result<SessionTimes, ApiError> {
    let (login, state) = (request.login()?, &request.state);
    let id = query.id.parse().map_err(|_| Problem::NotFound)?;
    let session = request.answer(server::sessions::get(state, login, id).await)?;
    let week = query.week.limited();
    let range = week.interval(state.clock.now());
    let found = server::sessions::slots_to_move(state, login, id, range).await;
    let found = request.answer(found)?;
    Ok(SessionTimes {
        slots: found.slots,
        last_week: Week::last_of(found.booking_window_days),
        session,
        week,
    })
}

async fn dashboard(request: &Request, query: Dashboard) -> Result<Sessions, ApiError> {
    let login = request.login()?;
    let sessions =
        request.answer(server::sessions::mine(&request.state, login, query.pages).await)?;
    // An unknown or foreign id in the address only means that there is no such card.
    let left = match query.left.and_then(|id| id.parse().ok()) {
        Some(id) => server::sessions::get(&request.state, login, id).await.ok(),
        None => None,
    };
    Ok(Sessions { sessions, left })
}

async fn session(request: &Request, query: Session) -> Result<SessionView, ApiError> {
    let login = request.login()?;
    let id = query.id.parse().map_err(|_| Problem::NotFound)?;
    request.answer(server::sessions::get(&request.state, login, id).await)
}

async fn console(request: &Request, query: Console) -> Result<domain::console::Console, ApiError> {
    let tab = query.tab.ok_or(Problem::NotFound)?;
    let (state, login) = (&request.state, request.login()?);
    request.answer(server::admin::console(state, login, tab, &query.filter, query.page).await)
}

async fn notifications(request: &Request) -> Result<Vec<NotificationView>, ApiError> {
    request.answer(server::admin::notifications(&request.state, request.login()?).await)
}

async fn pending_mentors(request: &Request) -> Result<Vec<PendingMentor>, ApiError> {
    request.answer(server::mentors::pending(&request.state, request.login()?).await)
}
