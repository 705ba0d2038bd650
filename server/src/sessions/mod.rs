//! Booking, changing, and looking at sessions.

mod book;
mod change;
mod conflict;
mod slots;

pub use book::{BookRequest, Booked, BookingForm, book, generate_key, hold, insert, meeting_url};
pub use change::{Change, change, release};
pub use slots::{MentorSlots, OtherSlots, mentor_slots, preview, slots, slots_to_move};

use crate::{
    AppState, Result,
    accounts::CurrentLogin,
    meetings, mentors,
    store::{self, participants, sessions::SessionRecord},
    zones::Zone,
};
use domain::{
    access::{Access, access},
    booking::{Answered, steps},
    ids::{SessionId, UserId},
    late::may_say_late,
    permissions::may_see,
    problem::Problem,
    session::{Booking, SeatRole},
    views::{HistoryEntry, MySessions, Person, SessionView},
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
    let views = records.into_iter().map(|record| view(state, login, record));
    let mut views: Vec<_> = views.collect();
    add_present(state, &mut views).await?;
    let (mut upcoming, past): (Vec<_>, Vec<_>) = views.into_iter().partition(is_upcoming);
    upcoming.reverse();
    Ok(MySessions { upcoming, past })
}

/// Says who is in the rooms that are open, with one question for all of them.
async fn add_present(state: &AppState, views: &mut [SessionView]) -> Result<()> {
    let is_open = |view: &&SessionView| matches!(view.access, Access::Open { .. });
    let open: Vec<SessionId> = views.iter().filter(is_open).map(|view| view.id).collect();
    let present = participants::present_in(state.db.read(), &open).await?;
    for view in views {
        let is_present = |person: &&Person| present.contains(&(view.id, person.id));
        let people = [&view.mentor, &view.mentee];
        view.present = people.into_iter().filter(is_present).cloned().collect();
        view.late = absent(std::mem::take(&mut view.late), &view.present);
    }
    Ok(())
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
    let attendance = meetings::attendance::report_of(&record, &stays, state.clock.now(), &zone);
    let history = history(state, &record, &zone).await?;
    let mut view = view(state, login, record);
    add_present(state, std::slice::from_mut(&mut view)).await?;
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

/// What happened to a session, in words for a reader in `zone`.
async fn history(
    state: &AppState,
    record: &SessionRecord,
    zone: &Zone,
) -> Result<Vec<HistoryEntry>> {
    let changes = store::changes::of_session(state.db.read(), record.facts.id).await?;
    let entry = |change: store::changes::Change| {
        let role = |user: UserId| record.facts.role_of(user);
        HistoryEntry {
            kind: change.kind,
            by: change
                .by
                .and_then(role)
                .map(|role| seat_holder(record, role)),
            at: zone.label(change.at),
            starts: zone.label(change.starts_at),
            previous: change.previous_starts_at.map(|at| zone.label(at)),
            note: change.note,
        }
    };
    Ok(changes.into_iter().map(entry).collect())
}

/// The person in a seat.
pub(crate) fn seat_holder(record: &SessionRecord, role: SeatRole) -> Person {
    let row = &record.people[role];
    Person {
        id: row.id,
        name: row.name.clone(),
    }
}

/// Those of `people` who are not `present`.
pub(crate) fn absent(mut people: Vec<Person>, present: &[Person]) -> Vec<Person> {
    people.retain(|person| !present.contains(person));
    people
}

/// Who said that they are running late.
pub(crate) fn late(record: &SessionRecord) -> Vec<Person> {
    record
        .late_at
        .iter()
        .filter(|(_, at)| at.is_some())
        .map(|(role, _)| seat_holder(record, role))
        .collect()
}

/// A record as its reader sees it now.
pub(crate) fn view(state: &AppState, login: &CurrentLogin, record: SessionRecord) -> SessionView {
    let now = state.clock.now();
    let facts = &record.facts;
    let window = facts.window(state.config.window);
    let role = facts.role_of(login.me.id);
    let yours = Zone::or_utc(&login.me.time_zone);
    let other = &record.people[role.map_or(SeatRole::Mentor, SeatRole::other)];
    let theirs = Zone::or_utc(&other.time_zone);
    let late = late(&record);
    SessionView {
        id: facts.id,
        role,
        mentor: seat_holder(&record, SeatRole::Mentor),
        mentee: seat_holder(&record, SeatRole::Mentee),
        scheduled_at: facts.scheduled_at,
        ends_at: facts.ends_at,
        opens_at: window.opens_at,
        closes_at: window.closes_at,
        booking: facts.booking,
        room: facts.room,
        outcome: record.outcome,
        access: access(Some(facts), login.me.id, now, state.config.window),
        now,
        starts_label: yours.label(facts.scheduled_at),
        opens_label: yours.label(window.opens_at),
        starts_theirs: (!yours.agrees_with(&theirs, facts.scheduled_at))
            .then(|| theirs.label(facts.scheduled_at)),
        may: steps(facts, record.held_until, record.asked.is_some(), role, now),
        held_until: record.held_until,
        held_label: record.held_until.map(|at| yours.label(at)),
        mentor_confirms: false,
        goal: record.goal,
        answers: record.answers,
        asked: record.asked,
        reason: record.reason,
        title: record.title,
        meeting_url: record.meeting_url,
        may_dispute: role.is_some()
            && record.dispute.is_none()
            && record.outcome.may_be_contested(),
        mentee_is_removed: facts.mentee_removed_at.is_some(),
        dispute: record.dispute,
        present: Vec::new(),
        late,
        may_say_late: may_say_late(facts, login.me.id, now, state.config.window),
        attendance: None,
        history: Vec::new(),
    }
}
