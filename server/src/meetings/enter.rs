//! The way in: the room that exists, and the join token for it.

use super::{
    jobs::{decide_outcome::DecideOutcome, delete_room::DeleteRoom, warn_closing::WarnClosing},
    late, lifecycle, room_state,
};
use crate::{
    AppState, Result,
    jobs::enqueue,
    login::CurrentLogin,
    media::{JoinGrant, MediaParticipant, RoomSpec},
    store::{
        self, ScopedFutureExt, StoreError, Txn,
        participants::{self, StayFacts},
        rooms::RoomRecord,
        sessions::SessionRecord,
    },
};
use domain::{
    access::{Access, Entry, SessionFacts, access},
    attendance::decided_at,
    door::{Arrival, Standing},
    ids::{RoomId, RoomName, SessionId, user_of_identity},
    problem::Problem,
    session::SeatRole,
    time::{Millis, Timestamp},
    token,
    views::JoinToken,
};

/// LiveKit is asked at most this often whether a room still exists …
const ENSURE_EVERY: Millis = Millis::minutes(1);
/// … and this often when a client was disconnected or failed to connect.
const REJOIN_EVERY: Millis = Millis::seconds(5);
/// LiveKit keeps an empty room for this long after the window, so that ours is the end that counts.
const KEEP_EMPTY: Millis = Millis::minutes(5);
/// Two seats, and slack: LiveKit counts `identity#suffix` and reconnecting clients too.
const MAX_PARTICIPANTS: u32 = 6;
/// How often a room is looked up anew that was replaced while LiveKit made it.
const REPLACED: usize = 2;

/// A room's record, prepared.
#[derive(Debug, Clone)]
pub struct RoomCreated {
    /// Id of the record.
    pub room_id: RoomId,
    /// Name at LiveKit.
    pub room_name: RoomName,
    /// Where people meet.
    pub meeting_url: String,
}

/// A session that a person may enter now or later.
struct Found {
    record: SessionRecord,
    room: RoomRecord,
    /// `TooEarly` or `Open`.
    decision: Access,
}

/// Finds a session and its room's record with the join decision for a person: `TooEarly` or `Open`.
async fn load(state: &AppState, login: &CurrentLogin, id: SessionId) -> Result<Found> {
    let db = state.db.read();
    let finding = async {
        match store::sessions::find(db, id).await? {
            Some(record) => Ok(Some((record, store::rooms::current(db, id).await?))),
            None => Ok(None),
        }
    };
    let key = id.to_string();
    let found = state.recent_sessions.read(&state.db, &key, finding).await?;
    let facts = found.as_ref().map(|(record, _)| &record.facts);
    let decision = access(facts, login.me.id, state.clock.now(), state.config.window);
    match (decision, found) {
        (Access::Open { .. } | Access::TooEarly { .. }, Some((record, room))) => Ok(Found {
            record,
            room: room.ok_or_else(|| StoreError::inconsistent("livekit_rooms", id.0))?,
            decision,
        }),
        (refused, _) => Err(Problem::NoAccess(refused).into()),
    }
}

/// Prepares a session's room, also before the window; LiveKit's room is made once the window is open.
///
/// # Errors
/// `Problem::NoAccess` unless the person holds a seat of a confirmed session that is not over.
pub async fn create_room(
    state: &AppState,
    login: &CurrentLogin,
    id: SessionId,
) -> Result<RoomCreated> {
    let mut found = load(state, login, id).await?;
    if matches!(found.decision, Access::Open { .. }) {
        found = ensured(state, login, found, ENSURE_EVERY).await?;
    }
    Ok(RoomCreated {
        room_id: found.room.id,
        room_name: found.room.name,
        meeting_url: found.record.meeting_url,
    })
}

/// A join token, for a seat holder inside the window; makes sure that the room exists.
///
/// # Errors
/// `Problem::NoAccess` with the decision; `Problem::Elsewhere`; [`crate::media::MediaError`] when
/// LiveKit does not answer.
pub async fn access_token(
    state: &AppState,
    login: &CurrentLogin,
    id: SessionId,
    entry: Entry,
) -> Result<JoinToken> {
    let found = load(state, login, id).await?;
    if !matches!(found.decision, Access::Open { .. }) {
        return Err(Problem::NoAccess(found.decision).into());
    }
    if is_elsewhere(state, login, &found.room, entry).await? {
        return Err(Problem::Elsewhere.into());
    }
    let (cached_for, standing) = match entry {
        Entry::Rejoin => (REJOIN_EVERY, Standing::In),
        Entry::IfNotInside | Entry::Here => (ENSURE_EVERY, Standing::In),
        Entry::Door => (ENSURE_EVERY, Standing::Door),
    };
    let found = ensured(state, login, found, cached_for).await?;
    let Access::Open { closes_at, role } = found.decision else {
        return Err(Problem::NoAccess(found.decision).into());
    };
    if standing == Standing::In && found.record.late_at[role].is_some() {
        late::set_late(state, login, id, None).await?;
    }
    join_token(state, login, &found.room, closes_at, (role, standing))
}

/// Lets the person in who is at the door with this login. Doing it twice is fine.
///
/// # Errors
/// `Problem::NoAccess` with the decision; `Problem::Conflict` for somebody who is not at the door;
/// [`crate::media::MediaError`] when LiveKit does not answer.
pub async fn enter(state: &AppState, login: &CurrentLogin, id: SessionId) -> Result<()> {
    let found = load(state, login, id).await?;
    if !matches!(found.decision, Access::Open { .. }) {
        return Err(Problem::NoAccess(found.decision).into());
    }
    let away = || Problem::Conflict("You are not at the door of this meeting.".to_owned());
    let people = state.media.people(&found.room.name).await?;
    let person = people
        .into_iter()
        .find(|p| is_them(p, login) && p.login == Some(login.login))
        .ok_or_else(away)?;
    if person.standing == Standing::In {
        return Ok(());
    }
    let now = state.clock.now();
    record_entry(state, login, &found, &person, now).await?;
    let (room, identity) = (&found.room.name, &person.identity);
    match state.media.let_in(room, identity, now).await? {
        true => Ok(()),
        false => Err(away().into()),
    }
}

/// Writes that somebody came in from the door, unless the meeting ended or moved meanwhile.
async fn record_entry(
    state: &AppState,
    login: &CurrentLogin,
    found: &Found,
    person: &MediaParticipant,
    now: Timestamp,
) -> Result<()> {
    let (session, user, rules) = (found.record.facts.id, login.me.id, state.config.window);
    let room = &found.room.name;
    let stay = StayFacts {
        sid: person.sid.clone(),
        identity: person.identity.clone(),
        arrival: Arrival {
            joined_at: Some(now),
            ..person.arrival
        },
        left: None,
    };
    let writing = state.db.write(|txn| {
        let stay = &stay;
        async move {
            // First the room, as whoever applies LiveKit's word does.
            let room = participants::room_locked(txn, room).await?;
            let record = store::sessions::lock(txn, session).await?;
            let facts = record.as_ref().map(|record| &record.facts);
            let decision = access(facts, user, now, rules);
            let (Access::Open { role, .. }, Some(record), Some(room)) = (decision, &record, room)
            else {
                return Ok(Err(Problem::NoAccess(decision)));
            };
            participants::merge(txn, &room, stay).await?;
            let old = record.facts.room;
            room_state::set_room(txn, session, old, old.joined(), now).await?;
            if record.late_at[role].is_some() {
                store::sessions::set_late(txn, session, user, None).await?;
            }
            DecideOutcome::again(txn, &record.facts, now).await?;
            Ok::<_, StoreError>(Ok(()))
        }
        .scope_boxed()
    });
    Ok(writing.await??)
}

fn is_them(person: &MediaParticipant, login: &CurrentLogin) -> bool {
    person.is_active && user_of_identity(&person.identity) == Some(login.me.id)
}

/// Whether the person is in the room at this moment, or at its door with another login, so that this entry has to be
/// refused. LiveKit is asked: its messages may not have arrived, and whoever closed a tab is gone before they do.
async fn is_elsewhere(
    state: &AppState,
    login: &CurrentLogin,
    room: &RoomRecord,
    entry: Entry,
) -> Result<bool> {
    let counts = |person: &MediaParticipant| match (entry, person.standing) {
        (Entry::Here | Entry::Rejoin, _) | (Entry::IfNotInside, Standing::Door) => false,
        (Entry::IfNotInside | Entry::Door, Standing::In) => true,
        // A tab that was just reloaded takes the place of its own former connection.
        (Entry::Door, Standing::Door) => person.login != Some(login.login),
    };
    let asks = matches!(entry, Entry::IfNotInside | Entry::Door);
    if !asks || room.ensured_at.is_none() {
        return Ok(false);
    }
    let people = state.media.people(&room.name).await?;
    Ok(people.iter().any(|p| is_them(p, login) && counts(p)))
}

fn join_token(
    state: &AppState,
    login: &CurrentLogin,
    room: &RoomRecord,
    closes_at: Timestamp,
    (role, standing): (SeatRole, Standing),
) -> Result<JoinToken> {
    use secrecy::ExposeSecret;
    let now = state.clock.now();
    let lifetime = token::lifetime(now, closes_at);
    let grant = JoinGrant {
        room: room.name.clone(),
        user: login.me.id,
        name: login.me.name.clone(),
        role,
        standing,
        login: login.login,
        lifetime,
        now,
    };
    let token = state.media.access_token(&grant)?;
    Ok(JoinToken {
        token: token.expose_secret().to_owned(),
        ws_url: state.config.media.public_ws_url.clone(),
        room_name: room.name.as_str().to_owned(),
        expires_at: now + lifetime,
    })
}

/// Makes sure that LiveKit has the room of somebody who may enter. One that was ended or replaced while LiveKit made it
/// is looked up, and decided upon, anew.
async fn ensured(
    state: &AppState,
    login: &CurrentLogin,
    mut found: Found,
    cached_for: Millis,
) -> Result<Found> {
    for _ in 0..=REPLACED {
        let Access::Open { closes_at, .. } = found.decision else {
            return Err(Problem::NoAccess(found.decision).into());
        };
        if ensure(state, &found.room, closes_at, cached_for).await? {
            return Ok(found);
        }
        found = load(state, login, found.record.facts.id).await?;
    }
    Err(Problem::Conflict("The session has just been changed. Please try again.".to_owned()).into())
}

/// Makes sure that LiveKit has the room of a meeting that closes at `closes_at`; `false` when that is no longer so,
/// because the meeting ended, moved or was extended meanwhile.
///
/// # Errors
/// [`crate::media::MediaError`] when LiveKit does not answer.
pub(super) async fn ensure_now(
    state: &AppState,
    room: &RoomRecord,
    closes_at: Timestamp,
) -> Result<bool> {
    ensure(state, room, closes_at, ENSURE_EVERY).await
}

/// As [`ensure_now`], unless LiveKit confirmed it within `cached_for`.
async fn ensure(
    state: &AppState,
    room: &RoomRecord,
    closes_at: Timestamp,
    cached_for: Millis,
) -> Result<bool> {
    let now = state.clock.now();
    if room.ensured_at.is_some_and(|at| now < at + cached_for) {
        return Ok(true);
    }
    let stays_for = closes_at.since(now).as_seconds_ceil() + KEEP_EMPTY.as_seconds_ceil();
    let timeout = u32::try_from(stays_for).unwrap_or(u32::MAX);
    let spec = RoomSpec {
        name: room.name.clone(),
        empty_timeout_s: timeout,
        departure_timeout_s: timeout,
        max_participants: MAX_PARTICIPANTS,
    };
    let created = state.media.create_room(&spec).await?;
    let (sid, rules) = (&created.sid, state.config.window);
    let writing = state.db.write(|txn| {
        async move {
            // First the session, as whoever ends or moves it does.
            let session = store::sessions::lock(txn, room.session).await?;
            if !store::rooms::ensured(txn, room.id, sid, now).await? {
                // Ended while LiveKit created it: it must go again.
                enqueue(txn, &DeleteRoom::of(room), now, now).await?;
                return Ok(false);
            }
            let Some(SessionRecord { facts, .. }) = session else {
                return Ok(false);
            };
            match access(Some(&facts), facts.mentor, now, rules) {
                Access::Open {
                    closes_at: closes_now,
                    ..
                } => {
                    exists(txn, &facts, closes_now, now).await?;
                    Ok::<_, StoreError>(closes_now == closes_at)
                }
                // Moved while LiveKit created it: another time has another room.
                Access::NotConfirmed { .. } | Access::TooEarly { .. } => {
                    lifecycle::replace_room(txn, room, now).await?;
                    Ok(false)
                }
                // Over for good.
                Access::NotFound
                | Access::NotYours
                | Access::Cancelled { .. }
                | Access::Ended { .. }
                | Access::Closed { .. }
                | Access::Removed { .. } => {
                    enqueue(txn, &DeleteRoom::of(room), now, now).await?;
                    Ok(false)
                }
            }
        }
        .scope_boxed()
    });
    Ok(writing.await?)
}

/// Writes what follows from LiveKit's having the room.
async fn exists(
    txn: &Txn,
    facts: &SessionFacts,
    closes_at: Timestamp,
    now: Timestamp,
) -> std::result::Result<(), StoreError> {
    let session = facts.id;
    room_state::set_room(txn, session, facts.room, facts.room.created(), now).await?;
    let decided = decided_at(facts.scheduled_at, facts.ends_at).max(now);
    enqueue(txn, &DecideOutcome { session }, decided, now).await?;
    store::notifications::resolve_session(txn, session, now).await?;
    WarnClosing::plan(txn, session, closes_at, now).await
}
