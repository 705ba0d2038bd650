//! Table `livekit_participants`: who was in which room, one row per stay.

use super::{
    StoreError, Txn,
    entity::{livekit_participants as table, livekit_rooms},
    statement,
};
use domain::{
    door::{Arrival, Standing},
    ids::{RoomId, RoomName, SessionId, UserId, user_of_identity},
    time::Timestamp,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

/// A stay as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StayRow {
    /// Who; `None` for an identity that is no account of ours.
    pub user: Option<UserId>,
    /// Since when they were at the door; `None` for somebody who came in at once.
    pub door_at: Option<Timestamp>,
    /// Since when they were in; `None` for somebody who never was.
    pub joined_at: Option<Timestamp>,
    /// Until, never before `joined_at`; `None` while still there.
    pub left_at: Option<Timestamp>,
    /// LiveKit's reason in lower case.
    pub left_reason: Option<String>,
    /// Whether the end was inferred instead of reported by LiveKit.
    pub is_estimated: bool,
}

impl StayRow {
    /// Where the person stands now; `None` for one who is gone, or was never seen.
    pub fn standing(&self) -> Option<Standing> {
        match self.left_at {
            Some(_) => None,
            None => standing(self.door_at, self.joined_at),
        }
    }
}

fn standing(door_at: Option<Timestamp>, joined_at: Option<Timestamp>) -> Option<Standing> {
    match (door_at, joined_at) {
        (_, Some(_)) => Some(Standing::In),
        (Some(_), None) => Some(Standing::Door),
        (None, None) => None,
    }
}

/// What is known of one stay, from whatever source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StayFacts {
    /// LiveKit's id of the stay.
    pub sid: String,
    /// LiveKit's identity of the person.
    pub identity: String,
    pub arrival: Arrival,
    pub left: Option<StayEnd>,
}

/// The end of a stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StayEnd {
    pub at: Timestamp,
    /// LiveKit's reason in lower case.
    pub reason: Option<String>,
    /// Whether it was inferred instead of reported by LiveKit.
    pub is_estimated: bool,
}

/// A room in which people can stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomOfStays {
    /// The room's record.
    pub id: RoomId,
    pub session: SessionId,
    /// LiveKit's id of the incarnation it confirmed last.
    pub ensured_sid: Option<String>,
    /// Whether we ended it.
    pub is_ended: bool,
}

/// Finds a room by its name.
///
/// # Errors
/// When the database does not answer.
pub async fn room(
    db: &impl ConnectionTrait,
    name: &RoomName,
) -> Result<Option<RoomOfStays>, StoreError> {
    let row = livekit_rooms::Entity::find()
        .filter(livekit_rooms::Column::Name.eq(name.as_str()))
        .one(db)
        .await?;
    Ok(row.map(RoomOfStays::from))
}

/// Finds a room by its name and keeps others who call this waiting until the transaction ends.
///
/// # Errors
/// When the database does not answer.
pub async fn room_locked(txn: &Txn, name: &RoomName) -> Result<Option<RoomOfStays>, StoreError> {
    let row = livekit_rooms::Entity::find()
        .filter(livekit_rooms::Column::Name.eq(name.as_str()))
        // SQLite leaves it out: it has one writer anyway.
        .lock_exclusive()
        .one(txn)
        .await?;
    Ok(row.map(RoomOfStays::from))
}

impl From<livekit_rooms::Model> for RoomOfStays {
    fn from(row: livekit_rooms::Model) -> Self {
        Self {
            id: row.id,
            session: row.session_id,
            // Without the time it was confirmed at, the id is that of a room LiveKit has lost since;
            // and once ended, LiveKit was not asked for the room again.
            ensured_sid: row
                .livekit_sid
                .filter(|_| row.ensured_at.is_some() && row.ended_at.is_none()),
            is_ended: row.ended_at.is_some(),
        }
    }
}

/// The earliest beginning and the latest end count, LiveKit's word beats an estimate, and of
/// estimates the earliest counts.
const MERGE: &str = "\
    INSERT INTO livekit_participants AS p \
        (id, room_id, session_id, user_id, identity, sid, door_at, joined_at, left_at, left_reason, estimated) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
    ON CONFLICT (room_id, sid) DO UPDATE SET \
        door_at = CASE WHEN p.door_at IS NULL OR excluded.door_at < p.door_at \
            THEN excluded.door_at ELSE p.door_at END, \
        joined_at = CASE WHEN p.joined_at IS NULL OR excluded.joined_at < p.joined_at \
            THEN excluded.joined_at ELSE p.joined_at END, \
        left_at = CASE WHEN {newer} THEN excluded.left_at ELSE p.left_at END, \
        left_reason = CASE WHEN {newer} THEN excluded.left_reason ELSE p.left_reason END, \
        estimated = CASE WHEN {newer} THEN excluded.estimated ELSE p.estimated END";

/// When the end that is being added counts rather than the known one.
const NEWER: &str = "excluded.left_at IS NOT NULL AND (p.left_at IS NULL \
    OR (p.estimated AND NOT excluded.estimated) \
    OR (p.estimated AND excluded.estimated AND excluded.left_at < p.left_at) \
    OR (NOT p.estimated AND NOT excluded.estimated AND excluded.left_at > p.left_at))";

/// Adds what is known of a stay to what was known; the order of additions does not matter.
///
/// # Errors
/// When the database does not answer.
pub async fn merge(txn: &Txn, room: &RoomOfStays, stay: &StayFacts) -> Result<(), StoreError> {
    let sql = MERGE.replace("{newer}", NEWER);
    let end = stay.left.as_ref();
    let values = [
        Uuid::new_v4().into(),
        room.id.into(),
        room.session.into(),
        user_of_identity(&stay.identity).into(),
        stay.identity.as_str().into(),
        stay.sid.as_str().into(),
        stay.arrival.door_at.into(),
        stay.arrival.joined_at.into(),
        end.map(|end| end.at).into(),
        end.and_then(|end| end.reason.clone()).into(),
        end.is_some_and(|end| end.is_estimated).into(),
    ];
    txn.execute_raw(statement(txn, &sql, values)).await?;
    txn.changed(room.session);
    Ok(())
}

/// A stay that goes on, as far as we know.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct OpenStay {
    /// In which room.
    #[sea_orm(from_alias = "room_id")]
    pub room: RoomId,
    /// LiveKit's id of the stay.
    pub sid: String,
    /// LiveKit's identity of the person.
    pub identity: String,
    pub door_at: Option<Timestamp>,
    pub joined_at: Option<Timestamp>,
}

impl OpenStay {
    /// When it began, as far as is known.
    pub fn arrival(&self) -> Arrival {
        Arrival {
            door_at: self.door_at,
            joined_at: self.joined_at,
        }
    }
}

/// Stays in these rooms that go on, as far as we know.
///
/// # Errors
/// When the database does not answer.
pub async fn open_in(
    db: &impl ConnectionTrait,
    rooms: &[RoomId],
) -> Result<Vec<OpenStay>, StoreError> {
    Ok(table::Entity::find()
        .filter(table::Column::RoomId.is_in(rooms.iter().copied()))
        .filter(table::Column::LeftAt.is_null())
        .into_model()
        .all(db)
        .await?)
}

/// Who is in the rooms of these sessions or at their doors, as far as we know; somebody with two stays twice.
///
/// # Errors
/// When the database does not answer.
pub async fn present_in(
    db: &impl ConnectionTrait,
    sessions: &[SessionId],
) -> Result<Vec<(SessionId, UserId, Standing)>, StoreError> {
    if sessions.is_empty() {
        return Ok(Vec::new());
    }
    let rows = table::Entity::find()
        .filter(table::Column::SessionId.is_in(sessions.iter().copied()))
        .filter(table::Column::LeftAt.is_null())
        .all(db)
        .await?;
    let present = |row: table::Model| {
        let standing = standing(row.door_at, row.joined_at)?;
        Some((row.session_id, row.user_id?, standing))
    };
    Ok(rows.into_iter().filter_map(present).collect())
}

/// Sessions in whose rooms a person is, as far as we know.
///
/// # Errors
/// When the database does not answer.
pub async fn sessions_of(
    db: &impl ConnectionTrait,
    user: UserId,
) -> Result<Vec<SessionId>, StoreError> {
    Ok(table::Entity::find()
        .select_only()
        .column(table::Column::SessionId)
        .distinct()
        .filter(table::Column::UserId.eq(user))
        .filter(table::Column::LeftAt.is_null())
        .into_tuple()
        .all(db)
        .await?)
}

/// Takes back estimated ends of stays that go on after all.
///
/// # Errors
/// When the database does not answer.
pub async fn reopen(txn: &Txn, room: RoomId, sids: &[String]) -> Result<(), StoreError> {
    table::Entity::update_many()
        .col_expr(table::Column::LeftAt, Option::<Timestamp>::None.into())
        .col_expr(table::Column::LeftReason, Option::<String>::None.into())
        .col_expr(table::Column::Estimated, false.into())
        .filter(table::Column::RoomId.eq(room))
        .filter(table::Column::Sid.is_in(sids))
        .filter(table::Column::Estimated.eq(true))
        .exec(txn)
        .await?;
    Ok(())
}

/// Stays in a session's rooms, in order of joining.
///
/// # Errors
/// When the database does not answer.
pub async fn of_session(
    db: &impl ConnectionTrait,
    session: SessionId,
) -> Result<Vec<StayRow>, StoreError> {
    let rows = table::Entity::find()
        .filter(table::Column::SessionId.eq(session))
        .order_by_asc(table::Column::JoinedAt)
        .order_by_asc(table::Column::Sid)
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| StayRow {
            user: row.user_id,
            door_at: row.door_at,
            joined_at: row.joined_at,
            // LiveKit tells the end in whole seconds, which may lie before the beginning.
            left_at: row
                .left_at
                .map(|at| row.joined_at.map_or(at, |joined| at.max(joined))),
            left_reason: row.left_reason,
            is_estimated: row.estimated,
        })
        .collect())
}

/// Who is in which running room now, and since when.
///
/// # Errors
/// When the database does not answer.
pub async fn present(
    db: &impl ConnectionTrait,
) -> Result<Vec<(SessionId, Option<UserId>, Timestamp)>, StoreError> {
    Ok(table::Entity::find()
        .select_only()
        .columns([
            table::Column::SessionId,
            table::Column::UserId,
            table::Column::JoinedAt,
        ])
        .filter(table::Column::LeftAt.is_null())
        .filter(table::Column::JoinedAt.is_not_null())
        .order_by_asc(table::Column::JoinedAt)
        .into_tuple()
        .all(db)
        .await?)
}
