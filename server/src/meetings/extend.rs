//! Putting the close of a meeting off.

use super::{jobs::warn_closing::tell_close, lifecycle, moderate::Running};
use crate::{
    AppState, Error, Result,
    login::CurrentLogin,
    store::{self, ScopedFutureExt, StoreError, audit::AuditEntry},
};
use domain::{
    audit::AuditAction, availability::Interval, ids::SessionId, problem::Problem, time::Timestamp,
    window::EXTENSION,
};

/// Puts the close of the window off by [`EXTENSION`], if both people are free then. `seen` is the
/// close the mentor saw: pressing twice extends once.
///
/// # Errors
/// As [`super::moderate()`]; `Problem::Conflict` too early, when it was extended often enough, or when one of the two
/// has another session then.
pub async fn extend(
    state: &AppState,
    login: &CurrentLogin,
    id: SessionId,
    seen: Timestamp,
) -> Result<Timestamp> {
    let (now, rules, mentor) = (state.clock.now(), state.config.window, login.me.id);
    let extending = state.db.write(|txn| {
        async move {
            let Running { record, room } =
                Running::lock(txn, login, id, None, (now, rules)).await?;
            let window = record.facts.window(rules);
            if window.closes_at == seen + EXTENSION {
                return Ok::<_, Error>((window.closes_at, room));
            }
            let extended = window.once_more(record.facts.extended, now);
            let extended = extended.map_err(|why| Problem::Conflict(why.to_string()))?;
            let added = Interval {
                from: window.closes_at,
                to: extended.closes_at,
            };
            store::sessions::extend(txn, &record, added, now).await?;
            let entry = AuditEntry {
                at: now,
                actor: Some(mentor),
                action: AuditAction::Extended,
                session: Some(id),
                subject: None,
                detail: format!("by {} minutes", EXTENSION.0 / 60_000),
                times: 1,
            };
            store::audit::record(txn, &entry).await?;
            lifecycle::plan_window(txn, id, extended, now).await?;
            Ok((extended.closes_at, room))
        }
        .scope_boxed()
    });
    let (closes_at, room) = match extending.await {
        Ok(extended) => extended,
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
