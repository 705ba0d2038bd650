//! A person who wants nothing to do with another one: to that one every time looks taken, and nobody says why.

use super::record;
use crate::{
    AppState, Error, Result,
    login::CurrentLogin,
    sessions,
    store::{ScopedFutureExt, blocks, users},
};
use domain::{audit::AuditAction, ids::UserId, problem::Problem, views::BlockedPerson};

/// Blocks somebody: requests between the two that wait for an answer are declined or withdrawn, times that are held are
/// given back, and neither can book the other. Sessions that are booked stay.
///
/// # Errors
/// `Problem::NotFound` for nobody; `Problem::Conflict` for oneself.
pub async fn block(state: &AppState, login: &CurrentLogin, other: UserId) -> Result<()> {
    let (me, now) = (login.me.id, state.clock.now());
    if me == other {
        return Err(Problem::Conflict("You cannot block yourself.".to_owned()).into());
    }
    let rules = state.config.window;
    let blocking = state.db.write(|txn| {
        async move {
            if users::names(txn, &[other]).await?.is_empty() {
                return Err(Problem::NotFound.into());
            }
            blocks::insert(txn, me, other, now).await?;
            sessions::end_requests_between(txn, me, other, rules, now).await?;
            record(txn, AuditAction::Blocked, (me, other), "", now).await?;
            Ok::<_, Error>(())
        }
        .scope_boxed()
    });
    blocking.await
}

/// Unblocks somebody; doing it twice is fine.
///
/// # Errors
/// When the database does not answer.
pub async fn unblock(state: &AppState, login: &CurrentLogin, other: UserId) -> Result<()> {
    let (me, now) = (login.me.id, state.clock.now());
    let unblocking = state.db.write(|txn| {
        async move {
            if !blocks::is_blocked(txn, me, other).await? {
                return Ok(());
            }
            blocks::delete(txn, me, other).await?;
            record(txn, AuditAction::Unblocked, (me, other), "", now).await
        }
        .scope_boxed()
    });
    Ok(unblocking.await?)
}

/// Whom the reader blocked, by name.
///
/// # Errors
/// When the database does not answer.
pub async fn blocked(state: &AppState, login: &CurrentLogin) -> Result<Vec<BlockedPerson>> {
    let rows = blocks::of(state.db.read(), login.me.id).await?;
    let person = |row: blocks::Blocked| BlockedPerson {
        id: row.id,
        name: row.name,
    };
    Ok(rows.into_iter().map(person).collect())
}
