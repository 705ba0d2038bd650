//! Records of the database as their readers see them: shared by sessions and meetings.

mod attendance;

pub(crate) use attendance::{attendance_report, counted_until, presence};

use crate::{
    AppState, Result,
    login::CurrentLogin,
    store::{self, participants, sessions::SessionRecord},
    zones::Zone,
};
use domain::{
    access::{Access, access},
    attendance::may_contest,
    booking::steps,
    door::Standing,
    ids::{SessionId, UserId},
    late::may_say_late,
    session::SeatRole,
    views::{HistoryEntry, Person, SessionView},
};

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

/// Who of `people` is in, and who is at the door and not in: of somebody with two stays the one inside counts.
pub(crate) fn by_standing(
    people: impl IntoIterator<Item = Person>,
    stands: impl Fn(&Person, Standing) -> bool,
) -> (Vec<Person>, Vec<Person>) {
    let (present, others): (Vec<_>, Vec<_>) = people
        .into_iter()
        .partition(|person| stands(person, Standing::In));
    let at_door = others.into_iter().filter(|p| stands(p, Standing::Door));
    (present, at_door.collect())
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
pub(crate) fn session(
    state: &AppState,
    login: &CurrentLogin,
    record: SessionRecord,
) -> SessionView {
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
            && may_contest(facts, record.outcome, now),
        mentee_is_removed: facts.mentee_removed_at.is_some(),
        dispute: record.dispute,
        present: Vec::new(),
        at_door: Vec::new(),
        late,
        may_say_late: may_say_late(facts, login.me.id, now, state.config.window),
        attendance: None,
        history: Vec::new(),
    }
}

/// Says who is in the rooms that are open, with one question for all of them.
pub(crate) async fn add_present(state: &AppState, views: &mut [SessionView]) -> Result<()> {
    let is_open = |view: &&SessionView| matches!(view.access, Access::Open { .. });
    let open: Vec<SessionId> = views.iter().filter(is_open).map(|view| view.id).collect();
    let present = participants::present_in(state.db.read(), &open).await?;
    for view in views {
        let id = view.id;
        let stands = |person: &Person, standing| present.contains(&(id, person.id, standing));
        let people = [view.mentor.clone(), view.mentee.clone()];
        (view.present, view.at_door) = by_standing(people, stands);
        let late = absent(std::mem::take(&mut view.late), &view.present);
        view.late = absent(late, &view.at_door);
    }
    Ok(())
}

/// What happened to a session, as text for a reader in `zone`.
pub(crate) async fn history(
    state: &AppState,
    record: &SessionRecord,
    zone: &Zone,
) -> Result<Vec<HistoryEntry>> {
    let changes = store::changes::of_session(state.db.read(), record.facts.id).await?;
    let entry = |change: store::changes::HistoryRow| {
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
