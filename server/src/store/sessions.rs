//! Tables `sessions` and `session_seats`.

use super::{
    StoreError,
    entity::{session_seats, sessions},
    statement,
};
use domain::{
    access::SessionFacts,
    availability::Interval,
    ids::{SessionId, UserId},
    session::{Booking, EndReason, Outcome, Room, SeatRole},
    text::Title,
    time::Timestamp,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter,
    QuerySelect,
};
use uuid::Uuid;

/// A person as a session shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// Account.
    pub id: UserId,
    /// Display name.
    pub name: String,
    /// IANA zone.
    pub time_zone: String,
}

/// A session with its two people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// What the join decision looks at.
    pub facts: SessionFacts,
    /// What it is about.
    pub title: String,
    /// What came of it.
    pub outcome: Outcome,
    /// Address of the meeting.
    pub meeting_url: String,
    /// The mentor.
    pub mentor: PersonRow,
    /// The mentee.
    pub mentee: PersonRow,
}

/// A session to be booked.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Id.
    pub id: SessionId,
    /// Holder of the mentor's seat.
    pub mentor: UserId,
    /// Holder of the mentee's seat.
    pub mentee: UserId,
    /// What it is about.
    pub title: Title,
    /// When.
    pub time: Interval,
    /// Address of the meeting.
    pub meeting_url: String,
    /// Makes a repeated request find this session.
    pub idempotency_key: Option<String>,
    /// When it was booked.
    pub now: Timestamp,
}

/// Inserts a confirmed session with both seats, ordered by person so that two crossing bookings
/// cannot wait for each other.
///
/// # Errors
/// [`StoreError::SeatTaken`] when a seat overlaps another; [`StoreError::Duplicate`] when the key
/// was used before.
pub async fn insert(txn: &impl ConnectionTrait, new: &NewSession) -> Result<(), StoreError> {
    sessions::Entity::insert(sessions::ActiveModel {
        id: Set(new.id.0),
        mentor_id: Set(new.mentor.0),
        mentee_id: Set(new.mentee.0),
        title: Set(new.title.as_str().to_owned()),
        scheduled_at: Set(new.time.from.0),
        ends_at: Set(new.time.to.0),
        booking: Set(Booking::Confirmed.as_str().to_owned()),
        cancelled_by: Set(None),
        cancelled_at: Set(None),
        room: Set(Room::Scheduled.as_str().to_owned()),
        room_ended_by: Set(None),
        room_ended_at: Set(None),
        room_end_reason: Set(None),
        outcome: Set(Outcome::Pending.as_str().to_owned()),
        meeting_url: Set(new.meeting_url.clone()),
        idempotency_key: Set(new.idempotency_key.clone()),
        created_at: Set(new.now.0),
        updated_at: Set(new.now.0),
    })
    .exec_without_returning(txn)
    .await?;
    let mut seats = [
        (new.mentor, SeatRole::Mentor),
        (new.mentee, SeatRole::Mentee),
    ];
    seats.sort_unstable();
    for (user, role) in seats {
        session_seats::Entity::insert(session_seats::ActiveModel {
            id: Set(Uuid::new_v4()),
            session_id: Set(new.id.0),
            user_id: Set(user.0),
            role: Set(role.as_str().to_owned()),
            starts_at: Set(new.time.from.0),
            ends_at: Set(new.time.to.0),
            active: Set(true),
        })
        .exec_without_returning(txn)
        .await?;
    }
    Ok(())
}

/// Frees both seats for other sessions.
///
/// # Errors
/// When the database does not answer.
pub async fn release_seats(
    txn: &impl ConnectionTrait,
    session: SessionId,
) -> Result<(), StoreError> {
    session_seats::Entity::update_many()
        .col_expr(session_seats::Column::Active, false.into())
        .filter(session_seats::Column::SessionId.eq(session.0))
        .exec(txn)
        .await?;
    Ok(())
}

/// Records a cancellation of a confirmed session; `false` when it was not confirmed any more.
///
/// # Errors
/// When the database does not answer.
pub async fn cancel(
    txn: &impl ConnectionTrait,
    session: SessionId,
    by: UserId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = sessions::Entity::update_many()
        .col_expr(sessions::Column::Booking, "cancelled".into())
        .col_expr(sessions::Column::CancelledBy, by.0.into())
        .col_expr(sessions::Column::CancelledAt, now.0.into())
        .col_expr(sessions::Column::UpdatedAt, now.0.into())
        .filter(sessions::Column::Id.eq(session.0))
        .filter(sessions::Column::Booking.eq(Booking::Confirmed.as_str()))
        .exec(txn)
        .await?;
    Ok(changed.rows_affected > 0)
}

/// Writes the room's state, unless the room has ended: an end is final. `false` when it had.
///
/// # Errors
/// When the database does not answer.
pub async fn set_room(
    txn: &impl ConnectionTrait,
    session: SessionId,
    room: Room,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mut update = sessions::Entity::update_many()
        .col_expr(sessions::Column::Room, room.as_str().into())
        .col_expr(sessions::Column::UpdatedAt, now.0.into());
    match room {
        Room::Ended { by, at, reason } => {
            update = update
                .col_expr(sessions::Column::RoomEndedBy, by.map(|by| by.0).into())
                .col_expr(sessions::Column::RoomEndedAt, at.0.into())
                .col_expr(sessions::Column::RoomEndReason, reason.as_str().into());
        }
        Room::Scheduled | Room::Open | Room::Live | Room::Failed => {}
    }
    let changed = update
        .filter(sessions::Column::Id.eq(session.0))
        .filter(sessions::Column::Room.ne("ended"))
        .exec(txn)
        .await?;
    Ok(changed.rows_affected > 0)
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    title: String,
    scheduled_at: i64,
    ends_at: i64,
    booking: String,
    cancelled_by: Option<Uuid>,
    cancelled_at: Option<i64>,
    room: String,
    room_ended_by: Option<Uuid>,
    room_ended_at: Option<i64>,
    room_end_reason: Option<String>,
    outcome: String,
    meeting_url: String,
    mentor_id: Uuid,
    mentor_name: String,
    mentor_zone: String,
    mentee_id: Uuid,
    mentee_name: String,
    mentee_zone: String,
}

const SELECT: &str = "SELECT s.id, s.title, s.scheduled_at, s.ends_at, s.booking, s.cancelled_by, s.cancelled_at, \
    s.room, s.room_ended_by, s.room_ended_at, s.room_end_reason, s.outcome, s.meeting_url, \
    a.id AS mentor_id, a.name AS mentor_name, a.time_zone AS mentor_zone, \
    b.id AS mentee_id, b.name AS mentee_name, b.time_zone AS mentee_zone \
    FROM sessions s JOIN users a ON a.id = s.mentor_id JOIN users b ON b.id = s.mentee_id";

impl TryFrom<Row> for SessionRecord {
    type Error = StoreError;

    fn try_from(r: Row) -> Result<Self, StoreError> {
        let wrong = || StoreError::inconsistent("sessions", r.id);
        let booking = match (r.booking.as_str(), r.cancelled_at) {
            ("held", _) => Booking::Held,
            ("requested", _) => Booking::Requested,
            ("declined", _) => Booking::Declined,
            ("confirmed", _) => Booking::Confirmed,
            ("cancelled", Some(at)) => Booking::Cancelled {
                by: r.cancelled_by.map(UserId),
                at: Timestamp(at),
            },
            _ => return Err(wrong()),
        };
        let room = match (
            r.room.as_str(),
            r.room_ended_at,
            r.room_end_reason.as_deref().and_then(EndReason::parse),
        ) {
            ("scheduled", _, _) => Room::Scheduled,
            ("open", _, _) => Room::Open,
            ("live", _, _) => Room::Live,
            ("failed", _, _) => Room::Failed,
            ("ended", Some(at), Some(reason)) => Room::Ended {
                by: r.room_ended_by.map(UserId),
                at: Timestamp(at),
                reason,
            },
            _ => return Err(wrong()),
        };
        Ok(Self {
            facts: SessionFacts {
                id: SessionId(r.id),
                mentor: UserId(r.mentor_id),
                mentee: UserId(r.mentee_id),
                scheduled_at: Timestamp(r.scheduled_at),
                ends_at: Timestamp(r.ends_at),
                booking,
                room,
            },
            outcome: Outcome::parse(&r.outcome).ok_or_else(wrong)?,
            title: r.title,
            meeting_url: r.meeting_url,
            mentor: PersonRow {
                id: UserId(r.mentor_id),
                name: r.mentor_name,
                time_zone: r.mentor_zone,
            },
            mentee: PersonRow {
                id: UserId(r.mentee_id),
                name: r.mentee_name,
                time_zone: r.mentee_zone,
            },
        })
    }
}

/// Finds a session.
///
/// # Errors
/// When the database does not answer, or [`StoreError::Inconsistent`].
pub async fn find(
    db: &impl ConnectionTrait,
    id: SessionId,
) -> Result<Option<SessionRecord>, StoreError> {
    let sql = format!("{SELECT} WHERE s.id = $1");
    let row = Row::find_by_statement(statement(db, &sql, [id.0.into()]))
        .one(db)
        .await?;
    row.map(SessionRecord::try_from).transpose()
}

/// Sessions of a person in either role, latest first; at most `limit`.
///
/// # Errors
/// As [`find`].
pub async fn of_user(
    db: &impl ConnectionTrait,
    user: UserId,
    limit: u32,
) -> Result<Vec<SessionRecord>, StoreError> {
    let sql = format!(
        "{SELECT} WHERE s.mentor_id = $1 OR s.mentee_id = $1 ORDER BY s.scheduled_at DESC, s.id LIMIT {limit}"
    );
    let rows = Row::find_by_statement(statement(db, &sql, [user.0.into()]))
        .all(db)
        .await?;
    rows.into_iter().map(SessionRecord::try_from).collect()
}

/// The session that a mentee's earlier request with the same key made.
///
/// # Errors
/// As [`find`].
pub async fn by_key(
    db: &impl ConnectionTrait,
    mentee: UserId,
    key: &str,
) -> Result<Option<SessionRecord>, StoreError> {
    let sql = format!("{SELECT} WHERE s.mentee_id = $1 AND s.idempotency_key = $2");
    let row = Row::find_by_statement(statement(db, &sql, [mentee.0.into(), key.into()]))
        .one(db)
        .await?;
    row.map(SessionRecord::try_from).transpose()
}

/// Times within `range` at which a person holds an active seat.
///
/// # Errors
/// When the database does not answer.
pub async fn busy(
    db: &impl ConnectionTrait,
    user: UserId,
    range: Interval,
) -> Result<Vec<Interval>, StoreError> {
    let rows: Vec<(i64, i64)> = session_seats::Entity::find()
        .select_only()
        .columns([
            session_seats::Column::StartsAt,
            session_seats::Column::EndsAt,
        ])
        .filter(session_seats::Column::UserId.eq(user.0))
        .filter(session_seats::Column::Active.eq(true))
        .filter(session_seats::Column::StartsAt.lt(range.to.0))
        .filter(session_seats::Column::EndsAt.gt(range.from.0))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(from, to)| Interval {
            from: Timestamp(from),
            to: Timestamp(to),
        })
        .collect())
}

/// Deletes a session; seats, rooms and participants go with it. `false` when there was none.
///
/// # Errors
/// When the database does not answer.
pub async fn delete(txn: &impl ConnectionTrait, session: SessionId) -> Result<bool, StoreError> {
    Ok(sessions::Entity::delete_by_id(session.0)
        .exec(txn)
        .await?
        .rows_affected
        > 0)
}
