//! Rooms: who may enter, the join token in, what happens inside, and the one way out.

pub mod attendance;
pub(crate) mod lifecycle;
pub mod moderate;
pub mod reconcile;

use crate::{
    AppState, Error, Result,
    accounts::CurrentLogin,
    jobs::{self, Job},
    media::{JoinGrant, RoomSpec},
    sessions,
    store::{self, StoreError, Txn, participants, rooms::RoomRecord, sessions::SessionRecord},
};
use domain::{
    access::{Access, Entry, access},
    attendance::decided_at,
    ids::{RoomId, RoomName, SessionId, UserId, user_of_identity},
    late::may_say_late,
    permissions::may_end,
    problem::Problem,
    session::{EndReason, Room, SeatRole},
    time::{Millis, Timestamp},
    token,
    views::{JoinToken, LiveState, MeetingPage, Person},
    window::next_warning,
};
use scoped_futures::ScopedFutureExt;

/// LiveKit is asked at most this often whether a room still exists …
const ENSURE_EVERY: Millis = Millis::minutes(1);
/// … and this often when a client was thrown out or failed to connect.
const REJOIN_EVERY: Millis = Millis::seconds(5);
/// LiveKit keeps an empty room for this long after the window, so that ours is the end that counts.
const KEEP_EMPTY: Millis = Millis::minutes(5);
/// Two seats, and slack: LiveKit counts `identity#suffix` and reconnecting clients too.
const MAX_PARTICIPANTS: u32 = 6;

/// LiveKit's last messages about an ended room arrive within this time.
const SETTLES_WITHIN: Millis = Millis::seconds(10);

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

/// What the meeting page shows; never an error for a decision, which is part of the answer.
///
/// # Errors
/// When the database does not answer.
pub async fn meeting_page(state: &AppState, login: &CurrentLogin, id: &str) -> Result<MeetingPage> {
    let record = match id.parse() {
        Ok(id) => store::sessions::find(state.db.read(), id).await?,
        Err(_) => None,
    };
    let now = state.clock.now();
    let decision = decide(state, record.as_ref(), login.me.id, now);
    let seated = record.filter(|r| r.facts.role_of(login.me.id).is_some());
    Ok(MeetingPage {
        access: decision,
        now,
        session: seated.map(|record| sessions::view(state, login, record)),
        me: login.me.clone(),
    })
}

fn decide(
    state: &AppState,
    record: Option<&SessionRecord>,
    user: UserId,
    now: Timestamp,
) -> Access {
    access(record.map(|r| &r.facts), user, now, state.config.window)
}

/// A session and its room's record, with the join decision for a person: `TooEarly` or `Open`.
async fn load(
    state: &AppState,
    login: &CurrentLogin,
    id: SessionId,
) -> Result<(SessionRecord, RoomRecord, Access)> {
    let (key, found) = (id.to_string(), find(state.db.read(), id));
    let found = state.recent_sessions.read(&state.db, &key, found).await?;
    let record = found.as_ref().map(|(record, _)| record);
    let decision = decide(state, record, login.me.id, state.clock.now());
    match (decision, found) {
        (Access::Open { .. } | Access::TooEarly { .. }, Some((record, room))) => {
            let room = room.ok_or_else(|| StoreError::inconsistent("livekit_rooms", id.0))?;
            Ok((record, room, decision))
        }
        (refused, _) => Err(Problem::NoAccess(refused).into()),
    }
}

async fn find(
    db: &impl store::Queries,
    id: SessionId,
) -> std::result::Result<Option<(SessionRecord, Option<RoomRecord>)>, StoreError> {
    match store::sessions::find(db, id).await? {
        Some(record) => Ok(Some((record, store::rooms::current(db, id).await?))),
        None => Ok(None),
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
    let (record, room, decision) = load(state, login, id).await?;
    match decision {
        Access::TooEarly { .. } => {}
        Access::Open { closes_at, .. } => ensure(state, &room, closes_at, ENSURE_EVERY).await?,
        refused => return Err(Problem::NoAccess(refused).into()),
    }
    Ok(RoomCreated {
        room_id: room.id,
        room_name: room.name,
        meeting_url: record.meeting_url,
    })
}

/// A join token into the room, for a seat holder inside the window; makes sure that the room exists.
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
    let (record, room, decision) = load(state, login, id).await?;
    let Access::Open { closes_at, role } = decision else {
        return Err(Problem::NoAccess(decision).into());
    };
    if entry == Entry::IfNotInside && is_inside(state, login, &room).await? {
        return Err(Problem::Elsewhere.into());
    }
    let cached_for = match entry {
        Entry::Rejoin => REJOIN_EVERY,
        Entry::IfNotInside | Entry::Here => ENSURE_EVERY,
    };
    ensure(state, &room, closes_at, cached_for).await?;
    if record.late_at[role].is_some() {
        say_late(state, login, id, None).await?;
    }
    join_token(state, login, &room, closes_at, role)
}

/// Tells the other person that the reader is running late, or that they are not; saying it twice is
/// fine.
///
/// # Errors
/// `Problem::NotFound` for outsiders; `Problem::Conflict` when it is too early, or over.
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
        let words = "This can be said from an hour before the start until the meeting closes.";
        return Err(Problem::Conflict(words.to_owned()).into());
    }
    say_late(state, login, id, is_late.then_some(now)).await
}

async fn say_late(
    state: &AppState,
    login: &CurrentLogin,
    id: SessionId,
    at: Option<Timestamp>,
) -> Result<()> {
    let user = login.me.id;
    let said = state.db.write(|txn| {
        async move { store::sessions::set_late(txn, id, user, at).await }.scope_boxed()
    });
    said.await?;
    Ok(())
}

/// Whether the person is in the room at this moment, from another tab or device. LiveKit is asked: its
/// messages may not have arrived, and whoever closed a tab is gone before they do.
async fn is_inside(state: &AppState, login: &CurrentLogin, room: &RoomRecord) -> Result<bool> {
    if room.ensured_at.is_none() {
        return Ok(false);
    }
    let people = state.media.people(&room.name).await?;
    Ok(people
        .iter()
        .any(|p| p.is_active && user_of_identity(&p.identity) == Some(login.me.id)))
}

fn join_token(
    state: &AppState,
    login: &CurrentLogin,
    room: &RoomRecord,
    closes_at: Timestamp,
    role: SeatRole,
) -> Result<JoinToken> {
    use secrecy::ExposeSecret;
    let now = state.clock.now();
    let lifetime = token::lifetime(now, closes_at);
    let grant = JoinGrant {
        room: room.name.clone(),
        user: login.me.id,
        name: login.me.name.clone(),
        role,
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

/// Makes sure that LiveKit has the room, unless it confirmed that within `cached_for`.
async fn ensure(
    state: &AppState,
    room: &RoomRecord,
    closes_at: Timestamp,
    cached_for: Millis,
) -> Result<()> {
    let now = state.clock.now();
    if room.ensured_at.is_some_and(|at| now < at + cached_for) {
        return Ok(());
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
    let (id, session) = (room.id, room.session);
    let still_wanted = state
        .db
        .write(|txn| {
            let (sid, name) = (&created.sid, &room.name);
            async move {
                if !store::rooms::ensured(txn, id, sid, now).await? {
                    // Ended while LiveKit created it: it must go again.
                    jobs::enqueue(
                        txn,
                        &Job::DeleteRoom {
                            room: name.clone(),
                            session,
                        },
                        now,
                        now,
                    )
                    .await?;
                    return Ok::<_, StoreError>(false);
                }
                if let Some(SessionRecord { facts, .. }) =
                    store::sessions::find(txn, session).await?
                {
                    set_room(txn, session, facts.room, facts.room.created(), now).await?;
                    let decided = decided_at(facts.scheduled_at, facts.ends_at).max(now);
                    jobs::enqueue(txn, &Job::DecideOutcome { session }, decided, now).await?;
                }
                store::notifications::resolve_session(txn, session, now).await?;
                if let Some(at) = next_warning(closes_at, now) {
                    jobs::enqueue(txn, &Job::WarnClosing { session }, at, now).await?;
                }
                Ok(true)
            }
            .scope_boxed()
        })
        .await?;
    if still_wanted {
        return Ok(());
    }
    let record = store::sessions::find(state.db.read(), session).await?;
    let user = record.as_ref().map_or(UserId(id.0), |r| r.facts.mentee);
    Err(Problem::NoAccess(decide(state, record.as_ref(), user, now)).into())
}

/// Writes a room's new state to the session and its room record, if it changed.
pub(crate) async fn set_room(
    txn: &Txn,
    session: SessionId,
    old: Room,
    new: Room,
    now: Timestamp,
) -> std::result::Result<(), StoreError> {
    if old != new && store::sessions::set_room(txn, session, new, now).await? {
        store::rooms::set_status(txn, session, new).await?;
    }
    Ok(())
}

/// Ends the meeting for everyone: by its mentor or an admin. Ending twice is fine.
///
/// # Errors
/// `Problem::NoAccess(NotFound | NotYours)` or `Problem::Forbidden` for the mentee.
pub async fn end_room(state: &AppState, login: &CurrentLogin, id: SessionId) -> Result<()> {
    let record = store::sessions::find(state.db.read(), id).await?;
    let record = record.ok_or(Problem::NoAccess(Access::NotFound))?;
    let Some(reason) = may_end(&record.facts, &login.actor) else {
        return Err(may_not(&record, login));
    };
    if state.clock.now() < record.facts.window(state.config.window).opens_at {
        return Err(Problem::Conflict(
            "This meeting has not opened yet; cancel the session instead.".to_owned(),
        )
        .into());
    }
    end(state, id, Some(login.me.id), reason).await
}

/// Why somebody who does not run the room is refused.
fn may_not(record: &SessionRecord, login: &CurrentLogin) -> Error {
    match record.facts.role_of(login.me.id) {
        Some(_) => Problem::Forbidden.into(),
        None => Problem::NoAccess(Access::NotYours).into(),
    }
}

/// The one way out of a room, for everybody who may end one.
pub(crate) async fn end(
    state: &AppState,
    id: SessionId,
    by: Option<UserId>,
    reason: EndReason,
) -> Result<()> {
    let now = state.clock.now();
    state
        .db
        .write(|txn| async move { end_in(txn, id, by, reason, now).await }.scope_boxed())
        .await?;
    tracing::info!(session.id = %id, reason = reason.as_str(), "room of session {id} ended");
    Ok(())
}

/// [`end`] inside the caller's transaction: recorded with who and why, seats freed, LiveKit's room
/// deleted by a job until it is gone. The first end wins.
pub(crate) async fn end_in(
    txn: &Txn,
    id: SessionId,
    by: Option<UserId>,
    reason: EndReason,
    now: Timestamp,
) -> std::result::Result<(), StoreError> {
    if !store::sessions::set_room(
        txn,
        id,
        Room::Ended {
            by,
            at: now,
            reason,
        },
        now,
    )
    .await?
    {
        return Ok(());
    }
    if matches!(reason, EndReason::EndedByMentor | EndReason::EndedByAdmin) {
        let entry = store::audit::AuditEntry {
            at: now,
            actor: by,
            action: domain::audit::AuditAction::EndedRoom,
            session: Some(id),
            subject: None,
            detail: reason.as_str().to_owned(),
        };
        store::audit::record(txn, &entry).await?;
    }
    store::sessions::release_seats(txn, id).await?;
    store::notifications::resolve_session(txn, id, now).await?;
    for room in store::rooms::end(txn, id, reason, now).await? {
        jobs::enqueue(txn, &Job::DeleteRoom { room, session: id }, now, now).await?;
    }
    jobs::void_outcome(txn, id).await?;
    let settled = now + SETTLES_WITHIN;
    jobs::enqueue(txn, &Job::DecideOutcome { session: id }, settled, now).await
}

/// Job: creates the room when the window opens.
pub(crate) async fn create_due(state: &AppState, id: SessionId) -> Result<()> {
    let Some(record) = store::sessions::find(state.db.read(), id).await? else {
        return Ok(());
    };
    let decision = decide(state, Some(&record), record.facts.mentor, state.clock.now());
    let Some(room) = store::rooms::current(state.db.read(), id).await? else {
        return Ok(());
    };
    match decision {
        Access::Open { closes_at, .. } => ensure(state, &room, closes_at, ENSURE_EVERY).await?,
        // Too early only when the session moved: its new window has a job of its own.
        Access::TooEarly { .. }
        | Access::NotFound
        | Access::NotYours
        | Access::Cancelled { .. }
        | Access::NotConfirmed { .. }
        | Access::Ended { .. }
        | Access::Closed { .. }
        | Access::Removed { .. } => return Ok(()),
    }
    Ok(())
}

/// Job: the window has closed.
pub(crate) async fn close_window(state: &AppState, id: SessionId) -> Result<()> {
    let Some(record) = store::sessions::find(state.db.read(), id).await? else {
        return Ok(());
    };
    match decide(state, Some(&record), record.facts.mentor, state.clock.now()) {
        Access::Closed { .. } => end(state, id, None, EndReason::TimeUp).await,
        Access::NotFound
        | Access::NotYours
        | Access::Cancelled { .. }
        | Access::NotConfirmed { .. }
        | Access::Ended { .. }
        | Access::Removed { .. }
        | Access::TooEarly { .. }
        | Access::Open { .. } => Ok(()),
    }
}

/// A room's creation was given up until somebody joins or an admin retries.
pub(crate) async fn creation_given_up(
    txn: &Txn,
    id: SessionId,
    now: Timestamp,
) -> std::result::Result<(), StoreError> {
    let Some(record) = store::sessions::find(txn, id).await? else {
        return Ok(());
    };
    set_room(
        txn,
        id,
        record.facts.room,
        record.facts.room.creation_failed(),
        now,
    )
    .await
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
    let now = state.clock.now();
    let decision = decide(state, record.as_ref(), login.me.id, now);
    let (present, late) = match record.filter(|r| r.facts.role_of(login.me.id).is_some()) {
        Some(record) => {
            let stays = participants::of_session(state.db.read(), id).await?;
            let mut roles: Vec<SeatRole> = stays
                .into_iter()
                .filter(|stay| stay.left_at.is_none() && stay.joined_at.is_some())
                .filter_map(|stay| record.facts.role_of(stay.user?))
                .collect();
            roles.sort_unstable();
            roles.dedup();
            let present: Vec<Person> = roles
                .into_iter()
                .map(|role| sessions::seat_holder(&record, role))
                .collect();
            let late = sessions::absent(sessions::late(&record), &present);
            (present, late)
        }
        None => (Vec::new(), Vec::new()),
    };
    Ok(LiveState {
        access: decision,
        now,
        present,
        late,
    })
}
