//! Saying that you are running late.

use crate::{
    AppState, Result,
    login::CurrentLogin,
    store::{self, ScopedFutureExt},
};
use domain::{
    ids::SessionId, late::may_say_late, problem::Problem, session::SeatRole, time::Timestamp,
};

/// Tells the other person that the reader is running late, or that they are not; saying it twice is
/// fine.
///
/// # Errors
/// `Problem::NotFound` for outsiders; `Problem::Conflict` when it is too early, or over; `Problem::TooMany` in a loop.
pub async fn running_late(
    state: &AppState,
    login: &CurrentLogin,
    id: SessionId,
    is_late: bool,
) -> Result<()> {
    let record = store::sessions::find(state.db.read(), id).await?;
    let record = record
        .filter(|r| r.facts.role_of(login.me.id).is_some())
        .ok_or(Problem::NotFound)?;
    let now = state.clock.now();
    if !may_say_late(&record.facts, login.me.id, now, state.config.window) {
        let why = "You can say this from an hour before the start until the meeting closes.";
        return Err(Problem::Conflict(why.to_owned()).into());
    }
    let said = SeatRole::ALL.iter().copied().find_map(|role| {
        (record.people[role].id == login.me.id).then_some(record.late_at[role].is_some())
    });
    if said == Some(is_late) {
        return Ok(());
    }
    state.write_limits.take(login.me.id, now)?;
    set_late(state, login, id, is_late.then_some(now)).await
}

/// Writes since when a person is known to be late; `None` for somebody who is not, or has come.
pub(super) async fn set_late(
    state: &AppState,
    login: &CurrentLogin,
    id: SessionId,
    at: Option<Timestamp>,
) -> Result<()> {
    let user = login.me.id;
    let writing = state.db.write(|txn| {
        async move { store::sessions::set_late(txn, id, user, at).await }.scope_boxed()
    });
    Ok(writing.await?)
}
