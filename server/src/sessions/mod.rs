//! Booking, changing, and looking at sessions.

mod book;
mod change;
mod conflict;
mod follow;
mod slots;

pub use book::{BookRequest, Booked, BookingForm, book, generate_key, hold, insert, meeting_url};
pub use change::{SessionChange, SessionChange as Change, change, release};
pub use slots::{MentorSlots, OtherSlots, mentor_slots, preview, slots, slots_to_move};

use crate::{
    AppState, Result,
    accounts::CurrentLogin,
    mentors,
    store::{self, participants, sessions::SessionRecord},
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
    views::{MySessions, SessionView},
};

/// Sessions shown to a person.
const LIST_MAX: u32 = 200;

/// One's sessions in either role.
///
/// # Errors
/// When the database does not answer.
pub async fn mine(state: &AppState, login: &CurrentLogin) -> Result<MySessions> {
    let records =
        store::sessions::of_user(state.db.read(), login.me.id, state.clock.now(), LIST_MAX).await?;
    let views = records
        .into_iter()
        .map(|record| views::session(state, login, record));
    let mut views: Vec<_> = views.collect();
    views::add_present(state, &mut views).await?;
    let (mut upcoming, past): (Vec<_>, Vec<_>) = views.into_iter().partition(is_upcoming);
    upcoming.reverse();
    Ok(MySessions { upcoming, past })
}

/// The join decision for each of one's sessions, latest first, as far as lists show them.
///
/// # Errors
/// When the database does not answer.
pub async fn decisions(state: &AppState, login: &CurrentLogin) -> Result<Vec<(SessionId, Access)>> {
    let (me, now) = (login.me.id, state.clock.now());
    let records = store::sessions::of_user(state.db.read(), me, now, LIST_MAX).await?;
    let decide = |record: SessionRecord| {
        let decision = access(Some(&record.facts), me, now, state.config.window);
        (record.facts.id, decision)
    };
    Ok(records.into_iter().map(decide).collect())
}

fn is_upcoming(session: &SessionView) -> bool {
    use domain::access::Awaiting;
    match session.access {
        Access::TooEarly { .. } | Access::Open { .. } | Access::Removed { .. } => true,
        Access::NotConfirmed {
            awaiting: Awaiting::Declined,
        } => false,
        Access::NotConfirmed { .. } => session.now < session.ends_at,
        Access::NotFound
        | Access::NotYours
        | Access::Cancelled { .. }
        | Access::Ended { .. }
        | Access::Closed { .. } => false,
    }
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
