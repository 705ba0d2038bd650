//! Putting the close of a meeting off.

use super::{jobs::warn_closing::tell_close, lifecycle, moderate::Running};
use crate::{
    AppState, Error, Result,
    accounts::CurrentLogin,
    store::{self, ScopedFutureExt, StoreError, audit::AuditEntry},
};
use domain::{
    access::{Access, access},
    audit::AuditAction,
    availability::Interval,
    ids::SessionId,
    problem::Problem,
    time::Timestamp,
    window::EXTENSION,
};

/// Puts the close of the window off by [`EXTENSION`], if both people are free then. `seen` is the
/// close the mentor saw: pressing twice extends once.
///
/// # Errors
/// As [`super::moderate()`]; `Problem::Conflict` when one of the two has another session then.
pub async fn extend(
    state: &AppState,
    login: &CurrentLogin,
    id: SessionId,
    seen: Timestamp,
) -> Result<Timestamp> {
    let room = Running::find(state, login, id, None).await?.room;
    let (now, rules, mentor) = (state.clock.now(), state.config.window, login.me.id);
    let extending = state.db.write(|txn| {
        async move {
            let record = store::sessions::lock(txn, id).await?;
            let record = record.ok_or(Problem::NoAccess(Access::NotFound))?;
            let decision = access(Some(&record.facts), mentor, now, rules);
            let Access::Open { closes_at, .. } = decision else {
                return Err(Problem::NoAccess(decision).into());
            };
            if closes_at == seen + EXTENSION {
                return Ok::<_, Error>(closes_at);
            }
            let added = Interval {
                from: closes_at,
                to: closes_at + EXTENSION,
            };
            store::sessions::extend(txn, &record, added, now).await?;
            let entry = AuditEntry {
                at: now,
                actor: Some(mentor),
                action: AuditAction::Extended,
                session: Some(id),
                subject: None,
                detail: format!("by {} minutes", EXTENSION.0 / 60_000),
            };
            store::audit::record(txn, &entry).await?;
            let window = record.facts.window(rules).extended(EXTENSION);
            lifecycle::plan_window(txn, id, window, now).await?;
            Ok(window.closes_at)
        }
        .scope_boxed()
    });
    let closes_at = match extending.await {
        Ok(closes_at) => closes_at,
        Err(Error::Store(StoreError::SeatTaken)) => {
            return Err(Problem::Conflict(
                "One of you has another session right after, so this meeting cannot go on for longer."
                    .to_owned(),
            )
            .into());
        }
        Err(error) => return Err(error),
    };
    tracing::info!(session.id = %id, "meeting of session {id} extended");
    tell_close(state, &room, closes_at).await;
    Ok(closes_at)
}
