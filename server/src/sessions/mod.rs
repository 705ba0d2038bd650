//! Booking, changing, and looking at sessions.

mod book;
mod change;
mod conflict;
mod follow;
mod slots;
mod stop;

pub use book::{BookRequest, Booked, BookingForm, book, generate_key, hold, insert, meeting_url};
pub use change::{SessionChange, change, release};
pub use slots::{MentorSlots, OtherSlots, mentor_slots, preview, slots, slots_to_move};
pub(crate) use stop::{Running, end_requests_between, stop_all};

use crate::{
    AppState, Result,
    login::CurrentLogin,
    mentors,
    store::{self, Part, has_more, participants, sessions::SessionRecord},
    views,
    zones::Zone,
};
use domain::{
    access::{Access, access},
    booking::Answered,
    ids::SessionId,
    permissions::may_see,
    problem::Problem,
    session::Booking,
    views::{ListPages, MySessions, SessionView},
};

/// Sessions on one page of a list.
const PAGE: u32 = 50;
/// Sessions to come whose meetings a page is told of when they open and close.
const WATCHED: u32 = 200;

/// A page of the reader's sessions in either role.
///
/// # Errors
/// When the database does not answer.
pub async fn mine(state: &AppState, login: &CurrentLogin, pages: ListPages) -> Result<MySessions> {
    let (db, me) = (state.db.read(), login.me.id);
    let (now, rules) = (state.clock.now(), state.config.window);
    let part = |page| Part::page(page, PAGE);
    let mut upcoming = store::sessions::upcoming(db, me, now, rules, part(pages.upcoming)).await?;
    let mut past = store::sessions::past(db, me, now, rules, part(pages.past)).await?;
    let (has_later, has_earlier) = (has_more(&mut upcoming, PAGE), has_more(&mut past, PAGE));
    let ahead = upcoming.len();
    let views = upcoming.into_iter().chain(past);
    let mut views: Vec<_> = views
        .map(|record| views::session(state, login, record))
        .collect();
    views::add_present(state, &mut views).await?;
    let past = views.split_off(ahead);
    Ok(MySessions {
        upcoming: views,
        past,
        pages,
        has_later,
        has_earlier,
    })
}

/// The join decision for each of the reader's sessions to come and for the latest that are over, as lists show them.
///
/// # Errors
/// When the database does not answer.
pub async fn decisions(state: &AppState, login: &CurrentLogin) -> Result<Vec<(SessionId, Access)>> {
    let (db, me) = (state.db.read(), login.me.id);
    let (now, rules) = (state.clock.now(), state.config.window);
    let mut records = store::sessions::upcoming(db, me, now, rules, Part::first(WATCHED)).await?;
    records.extend(store::sessions::past(db, me, now, rules, Part::first(PAGE)).await?);
    let decide = |record: SessionRecord| {
        let decision = access(Some(&record.facts), me, now, rules);
        (record.facts.id, decision)
    };
    Ok(records.into_iter().map(decide).collect())
}

/// As [`decisions`], for some sessions; those that are gone or not the reader's are left out.
///
/// # Errors
/// When the database does not answer.
pub async fn decisions_about(
    state: &AppState,
    login: &CurrentLogin,
    ids: &[SessionId],
) -> Result<Vec<(SessionId, Access)>> {
    let (now, rules) = (state.clock.now(), state.config.window);
    let records = store::sessions::find_all(state.db.read(), ids).await?;
    let is_own = |record: &SessionRecord| record.facts.role_of(login.me.id).is_some();
    let decide = |record: SessionRecord| {
        let decision = access(Some(&record.facts), login.me.id, now, rules);
        (record.facts.id, decision)
    };
    Ok(records.into_iter().filter(is_own).map(decide).collect())
}

/// One session with who was there; for its people and admins.
///
/// # Errors
/// `Problem::NotFound`, also for outsiders.
pub async fn get(state: &AppState, login: &CurrentLogin, id: SessionId) -> Result<SessionView> {
    let record = store::sessions::find(state.db.read(), id).await?;
    let record = record
        .filter(|r| may_see(&r.facts, &login.actor))
        .ok_or(Problem::NotFound)?;
    let zone = Zone::or_utc(&login.me.time_zone);
    let stays = participants::of_session(state.db.read(), id).await?;
    let attendance = views::attendance_report(&record, &stays, state.clock.now(), &zone);
    let history = views::history(state, &record, &zone).await?;
    let mut view = views::session(state, login, record);
    views::add_present(state, std::slice::from_mut(&mut view)).await?;
    view.attendance = Some(attendance);
    view.history = history;
    if view.booking == Booking::Held {
        add_form(state, &mut view).await?;
    }
    Ok(view)
}

/// What the form of an unfinished booking needs to know of its mentor: the questions, still without
/// answers, and who has the last word.
async fn add_form(state: &AppState, view: &mut SessionView) -> Result<()> {
    let open = |question| Answered {
        question,
        answer: String::new(),
    };
    if let Some(mentor) = mentors::any(state, view.mentor.id).await? {
        view.mentor_confirms = mentor.card.confirms;
        view.answers = mentor.card.questions.into_iter().map(open).collect();
    }
    Ok(())
}
