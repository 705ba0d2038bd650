//! What the mentor does to the mentee while the meeting runs: mute, remove, allow back.

use super::{end::may_not, jobs::evict::Evict};
use crate::{
    AppState, Error, Result,
    jobs::enqueue,
    login::CurrentLogin,
    store::{
        self, ScopedFutureExt, StoreError, Txn, audit::AuditEntry, rooms::RoomRecord,
        sessions::SessionRecord,
    },
};
use domain::{
    access::{Access, access},
    audit::AuditAction,
    ids::{SessionId, UserId, user_of_identity},
    notice::Notice,
    permissions::{Moderation, may_moderate},
    problem::Problem,
    time::Timestamp,
    window::WindowRules,
};

fn action(what: Moderation) -> AuditAction {
    match what {
        Moderation::Mute => AuditAction::Muted,
        Moderation::AskToUnmute => AuditAction::AskedToUnmute,
        Moderation::Remove => AuditAction::Removed,
        Moderation::AllowBack => AuditAction::AllowedBack,
    }
}

/// A session with its room, as its mentor may run it.
pub(super) struct Running {
    pub(super) record: SessionRecord,
    pub(super) room: RoomRecord,
}

impl Running {
    /// For the mentor while the meeting is open; for letting somebody back in (`what`) also before it opens.
    ///
    /// # Errors
    /// `Problem::NoAccess` with the decision; `Problem::Forbidden` for the mentee.
    fn check(
        (record, room): (Option<SessionRecord>, Option<RoomRecord>),
        login: &CurrentLogin,
        what: Option<Moderation>,
        now: Timestamp,
        rules: WindowRules,
    ) -> Result<Self> {
        let record = record.ok_or(Problem::NoAccess(Access::NotFound))?;
        if !may_moderate(&record.facts, &login.actor) {
            return Err(may_not(&record, login));
        }
        let decision = access(Some(&record.facts), login.me.id, now, rules);
        let is_early = what == Some(Moderation::AllowBack);
        match decision {
            Access::Open { .. } => {}
            Access::TooEarly { .. } if is_early => {}
            refused => return Err(Problem::NoAccess(refused).into()),
        }
        let missing = || StoreError::inconsistent("livekit_rooms", record.facts.id.0);
        let room = room.ok_or_else(missing)?;
        Ok(Self { record, room })
    }

    /// As it is now.
    async fn find(
        state: &AppState,
        login: &CurrentLogin,
        id: SessionId,
        what: Moderation,
    ) -> Result<Self> {
        let db = state.db.read();
        let found = (
            store::sessions::find(db, id).await?,
            store::rooms::current(db, id).await?,
        );
        Self::check(
            found,
            login,
            Some(what),
            state.clock.now(),
            state.config.window,
        )
    }

    /// As it is at `now`, until the transaction ends: the meeting may be ending or moving at this moment.
    pub(super) async fn lock(
        txn: &Txn,
        login: &CurrentLogin,
        id: SessionId,
        what: Option<Moderation>,
        (now, rules): (Timestamp, WindowRules),
    ) -> Result<Self> {
        let found = (
            store::sessions::lock(txn, id).await?,
            store::rooms::current(txn, id).await?,
        );
        Self::check(found, login, what, now, rules)
    }
}

/// Carries out what the mentor wants. Doing it twice is fine.
///
/// # Errors
/// `Problem::NoAccess` unless the meeting is open; `Problem::Forbidden` for the mentee; `Problem::TooMany` in a loop;
/// [`crate::media::MediaError`] when LiveKit does not answer and nothing was recorded.
pub async fn moderate(
    state: &AppState,
    login: &CurrentLogin,
    id: SessionId,
    what: Moderation,
) -> Result<()> {
    let Running { record, room } = Running::find(state, login, id, what).await?;
    let mentee = record.facts.mentee;
    state.write_limits.take(login.me.id, state.clock.now())?;
    match what {
        Moderation::Mute => mute(state, &room, mentee).await?,
        Moderation::AskToUnmute => {
            let notice = Notice::UnmuteAsked;
            state.media.tell(&room.name, Some(mentee), notice).await?;
        }
        Moderation::Remove | Moderation::AllowBack => {}
    }
    let (now, rules) = (state.clock.now(), state.config.window);
    let entry = &AuditEntry {
        at: now,
        actor: Some(login.me.id),
        action: action(what),
        session: Some(id),
        subject: Some(mentee),
        detail: String::new(),
        times: 1,
    };
    let writing = state.db.write(|txn| {
        async move {
            let running = Running::lock(txn, login, id, Some(what), (now, rules)).await?;
            Ok::<_, Error>(write(txn, &running.room, what, entry).await?)
        }
        .scope_boxed()
    });
    writing.await?;
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
            enqueue(txn, &Evict { room, session }, now, now).await?;
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
