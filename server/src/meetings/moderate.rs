//! What the mentor does while the meeting runs: mute, remove, allow back, extend.

use super::{decide, may_not};
use crate::{
    AppState, Error, Result,
    accounts::CurrentLogin,
    jobs::{self, Job},
    store::{self, StoreError, Txn, audit::AuditEntry, rooms::RoomRecord, sessions::SessionRecord},
};
use domain::{
    access::Access,
    audit::AuditAction,
    availability::Interval,
    ids::{SessionId, UserId, user_of_identity},
    notice::Notice,
    permissions::{Moderation, may_moderate},
    problem::Problem,
    time::{Millis, Timestamp},
    window::{EXTENSION, next_warning},
};
use scoped_futures::ScopedFutureExt;

fn action(what: Moderation) -> AuditAction {
    match what {
        Moderation::Mute => AuditAction::Muted,
        Moderation::AskToUnmute => AuditAction::AskedToUnmute,
        Moderation::Remove => AuditAction::Removed,
        Moderation::AllowBack => AuditAction::AllowedBack,
    }
}

/// The session with its room, for the mentor while the meeting is open; for letting somebody back in
/// also before it opens.
async fn load(
    state: &AppState,
    login: &CurrentLogin,
    id: SessionId,
) -> Result<(SessionRecord, RoomRecord, Access)> {
    let record = store::sessions::find(state.db.read(), id).await?;
    let record = record.ok_or(Problem::NoAccess(Access::NotFound))?;
    if !may_moderate(&record.facts, &login.actor) {
        return Err(may_not(&record, login));
    }
    let decision = decide(state, Some(&record), login.me.id, state.clock.now());
    let room = store::rooms::current(state.db.read(), id).await?;
    match (decision, room) {
        (Access::Open { .. } | Access::TooEarly { .. }, Some(room)) => Ok((record, room, decision)),
        (Access::Open { .. } | Access::TooEarly { .. }, None) => {
            Err(StoreError::inconsistent("livekit_rooms", id.0).into())
        }
        (refused, _) => Err(Problem::NoAccess(refused).into()),
    }
}

/// Carries out what the mentor wants. Doing it twice is fine.
///
/// # Errors
/// `Problem::NoAccess` unless the meeting is open; `Problem::Forbidden` for the mentee;
/// [`crate::media::MediaError`] when LiveKit does not answer and nothing was recorded.
pub async fn moderate(
    state: &AppState,
    login: &CurrentLogin,
    id: SessionId,
    what: Moderation,
) -> Result<()> {
    let (record, room, decision) = load(state, login, id).await?;
    if !matches!(
        (what, decision),
        (Moderation::AllowBack, _) | (_, Access::Open { .. })
    ) {
        return Err(Problem::NoAccess(decision).into());
    }
    let mentee = record.facts.mentee;
    match what {
        Moderation::Mute => mute(state, &room, mentee).await?,
        Moderation::AskToUnmute => {
            let notice = Notice::UnmuteAsked;
            state.media.tell(&room.name, Some(mentee), notice).await?;
        }
        Moderation::Remove | Moderation::AllowBack => {}
    }
    let now = state.clock.now();
    let entry = AuditEntry {
        at: now,
        actor: Some(login.me.id),
        action: action(what),
        session: Some(id),
        subject: Some(mentee),
        detail: String::new(),
    };
    state
        .db
        .write(|txn| {
            let (entry, room) = (&entry, &room);
            async move { write(txn, &room, what, &entry).await }.scope_boxed()
        })
        .await?;
    tracing::info!(session.id = %id, action = entry.action.as_str(), "a mentor moderated session {id}");
    Ok(())
}

async fn write(
    txn: &Txn,
    room: &RoomRecord,
    what: Moderation,
    entry: &AuditEntry,
) -> std::result::Result<(), StoreError> {
    let (session, now) = (room.session, entry.at);
    match what {
        Moderation::Mute | Moderation::AskToUnmute => {}
        Moderation::Remove => {
            store::sessions::set_removed(txn, session, Some(now), now).await?;
            let room = room.name.clone();
            jobs::enqueue(txn, &Job::Evict { room, session }, now, now).await?;
        }
        Moderation::AllowBack => {
            store::sessions::set_removed(txn, session, None, now).await?;
        }
    }
    store::audit::record(txn, entry).await
}

async fn mute(state: &AppState, room: &RoomRecord, who: UserId) -> Result<()> {
    let people = state.media.people(&room.name).await?;
    let theirs = people
        .iter()
        .filter(|p| user_of_identity(&p.identity) == Some(who));
    for person in theirs {
        for track in &person.microphones {
            let muting = state.media.mute(&room.name, &person.identity, track);
            muting.await?;
        }
    }
    let told = state.media.tell(&room.name, Some(who), Notice::Muted).await;
    if let Err(error) = told {
        tracing::debug!(%error, "somebody was muted without being told");
    }
    Ok(())
}

/// Puts the close of the window off by [`EXTENSION`], if both people are free then. `seen` is the
/// close the mentor saw: pressing twice extends once.
///
/// # Errors
/// As [`moderate`]; `Problem::Conflict` when one of the two has another session then.
pub async fn extend(
    state: &AppState,
    login: &CurrentLogin,
    id: SessionId,
    seen: Timestamp,
) -> Result<Timestamp> {
    let (_, room, decision) = load(state, login, id).await?;
    if !matches!(decision, Access::Open { .. }) {
        return Err(Problem::NoAccess(decision).into());
    }
    let (now, rules, mentor) = (state.clock.now(), state.config.window, login.me.id);
    let extending = state.db.write(|txn| {
        async move {
            let record = store::sessions::lock(txn, id).await?;
            let record = record.ok_or(Problem::NoAccess(Access::NotFound))?;
            let decision = domain::access::access(Some(&record.facts), mentor, now, rules);
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
            jobs::void_close(txn, id).await?;
            plan_close(txn, id, added.to, now).await?;
            Ok(added.to)
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

/// Plans the next warning and the end of a meeting that closes at `closes_at`.
pub(crate) async fn plan_close(
    txn: &Txn,
    session: SessionId,
    closes_at: Timestamp,
    now: Timestamp,
) -> std::result::Result<(), StoreError> {
    if let Some(at) = next_warning(closes_at, now) {
        jobs::enqueue(txn, &Job::WarnClosing { session }, at, now).await?;
    }
    let closed = closes_at + Millis(1);
    jobs::enqueue(txn, &Job::CloseWindow { session }, closed, now).await
}

/// Browsers count down by themselves, so a message that gets lost is no reason to fail.
async fn tell_close(state: &AppState, room: &RoomRecord, closes_at: Timestamp) {
    let notice = Notice::Closing { closes_at };
    if let Err(error) = state.media.tell(&room.name, None, notice).await {
        tracing::debug!(session.id = %room.session, %error, "people inside could not be told when the meeting closes");
    }
}

/// Job: tells people inside that the window closes soon, and plans the next time.
pub(crate) async fn warn_closing(state: &AppState, id: SessionId) -> Result<()> {
    let record = store::sessions::find(state.db.read(), id).await?;
    let Some(record) = record else { return Ok(()) };
    let now = state.clock.now();
    let decision = decide(state, Some(&record), record.facts.mentor, now);
    let room = store::rooms::current(state.db.read(), id).await?;
    let (Access::Open { closes_at, .. }, Some(room)) = (decision, room) else {
        return Ok(());
    };
    tell_close(state, &room, closes_at).await;
    if let Some(at) = next_warning(closes_at, now) {
        let planning = state.db.write(|txn| {
            async move { jobs::enqueue(txn, &Job::WarnClosing { session: id }, at, now).await }
                .scope_boxed()
        });
        planning.await?;
    }
    Ok(())
}
