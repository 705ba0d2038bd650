//! What the meeting page shows, and what it is told while it is open.

use crate::{
    AppState, Result,
    login::CurrentLogin,
    store::{self, participants},
    views,
};
use domain::{
    access::access,
    ids::SessionId,
    session::SeatRole,
    views::{LiveState, MeetingPage, Person},
};

/// What the meeting page shows; never an error for a decision, which is part of the answer.
///
/// # Errors
/// When the database does not answer.
pub async fn meeting_page(state: &AppState, login: &CurrentLogin, id: &str) -> Result<MeetingPage> {
    let record = match id.parse() {
        Ok(id) => store::sessions::find(state.db.read(), id).await?,
        Err(_) => None,
    };
    let (now, facts) = (
        state.clock.now(),
        record.as_ref().map(|record| &record.facts),
    );
    let decision = access(facts, login.me.id, now, state.config.window);
    let seated = record.filter(|r| r.facts.role_of(login.me.id).is_some());
    Ok(MeetingPage {
        access: decision,
        now,
        session: seated.map(|record| views::session(state, login, record)),
        me: login.me.clone(),
    })
}

/// What an open page of a session is told whenever something changes.
///
/// # Errors
/// When the database does not answer.
pub async fn live_state(
    state: &AppState,
    login: &CurrentLogin,
    id: SessionId,
) -> Result<LiveState> {
    let record = store::sessions::find(state.db.read(), id).await?;
    let (now, facts) = (
        state.clock.now(),
        record.as_ref().map(|record| &record.facts),
    );
    let decision = access(facts, login.me.id, now, state.config.window);
    let (present, at_door, late) = match record.filter(|r| r.facts.role_of(login.me.id).is_some()) {
        Some(record) => {
            let stays = participants::of_session(state.db.read(), id).await?;
            let stands = |person: &Person, standing| {
                let mut theirs = stays.iter().filter(|stay| stay.user == Some(person.id));
                theirs.any(|stay| stay.standing() == Some(standing))
            };
            let people = SeatRole::ALL.iter();
            let people = people.map(|role| views::seat_holder(&record, *role));
            let (present, at_door) = views::by_standing(people, stands);
            let late = views::absent(views::late(&record), &present);
            let late = views::absent(late, &at_door);
            (present, at_door, late)
        }
        None => Default::default(),
    };
    Ok(LiveState {
        access: decision,
        now,
        present,
        at_door,
        late,
    })
}
