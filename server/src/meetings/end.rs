//! The one way out of a room, for everybody who may end one.

use super::jobs::{
    decide_outcome::{DecideOutcome, SETTLES_WITHIN},
    delete_room::DeleteRoom,
};
use crate::{
    AppState, Error, Result,
    jobs::{self, Job, enqueue},
    login::CurrentLogin,
    store::{self, ScopedFutureExt, StoreError, Txn, audit::AuditEntry, sessions::SessionRecord},
};
use domain::{
    access::Access,
    audit::AuditAction,
    ids::{SessionId, UserId},
    permissions::may_end,
    problem::Problem,
    session::{Booking, EndReason, Room},
    time::Timestamp,
};

/// Ends the meeting for everyone: by its mentor or an admin. Ending twice is fine.
///
/// # Errors
/// `Problem::NoAccess(NotFound | NotYours)`; `Problem::Forbidden` for the mentee; `Problem::Conflict` before the
/// meeting opens, or for a session that does not take place.
pub async fn end_room(state: &AppState, login: &CurrentLogin, id: SessionId) -> Result<()> {
    let (now, rules) = (state.clock.now(), state.config.window);
    let ending = state.db.write(|txn| {
        async move {
            let record = store::sessions::lock(txn, id).await?;
            let record = record.ok_or(Problem::NoAccess(Access::NotFound))?;
            let reason = may_end(&record.facts, &login.actor);
            let reason = reason.ok_or_else(|| may_not(&record, login))?;
            if matches!(record.facts.room, Room::Ended { .. }) {
                return Ok(());
            }
            if record.facts.booking != Booking::Confirmed {
                return conflict("This session is not confirmed, so there is no meeting to end.");
            }
            if now < record.facts.window(rules).opens_at {
                return conflict("This meeting has not opened yet; cancel the session instead.");
            }
            Ok(end_in(txn, id, Some(login.me.id), reason, now).await?)
        }
        .scope_boxed()
    });
    ending.await?;
    tracing::info!(session.id = %id, user.id = %login.me.id, "the room of session {id} was ended");
    Ok(())
}

fn conflict(why: &str) -> Result<()> {
    Err(Problem::Conflict(why.to_owned()).into())
}

/// Why somebody who does not run the room is refused.
pub(super) fn may_not(record: &SessionRecord, login: &CurrentLogin) -> Error {
    match record.facts.role_of(login.me.id) {
        Some(_) => Problem::Forbidden.into(),
        None => Problem::NoAccess(Access::NotYours).into(),
    }
}

/// Ends a session's room inside the caller's transaction: recorded with who and why, seats freed, LiveKit's room
/// deleted by a job until it is gone. The first end wins.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn end_in(
    txn: &Txn,
    id: SessionId,
    by: Option<UserId>,
    reason: EndReason,
    now: Timestamp,
) -> std::result::Result<(), StoreError> {
    let ended = Room::Ended {
        by,
        at: now,
        reason,
    };
    if !store::sessions::set_room(txn, id, ended, now).await? {
        return Ok(());
    }
    if matches!(reason, EndReason::EndedByMentor | EndReason::EndedByAdmin) {
        let entry = AuditEntry {
            at: now,
            actor: by,
            action: AuditAction::EndedRoom,
            session: Some(id),
            subject: None,
            detail: reason.as_str().to_owned(),
            times: 1,
        };
        store::audit::record(txn, &entry).await?;
    }
    store::sessions::release_seats(txn, id).await?;
    store::notifications::resolve_session(txn, id, now).await?;
    for room in store::rooms::end(txn, id, reason, now).await? {
        enqueue(txn, &DeleteRoom { room, session: id }, now, now).await?;
    }
    jobs::void(txn, id, &[DecideOutcome::KIND]).await?;
    let settled = now + SETTLES_WITHIN;
    enqueue(txn, &DecideOutcome { session: id }, settled, now).await
}
