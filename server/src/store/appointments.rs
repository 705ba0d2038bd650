//! Sessions as emails and calendars show them: with version, goal, and both people's addresses.

use super::{StoreError, statement};
use domain::{
    availability::Interval,
    ids::{SessionId, UserId},
    seats::Seats,
    session::{Booking, BookingWord, RoomWord, SeatRole},
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};

/// Somebody in a session, with what nobody but themselves may read.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Party {
    pub id: UserId,
    pub name: String,
    /// Address; `None` when the account is gone.
    pub email: Option<String>,
    /// IANA zone.
    pub time_zone: String,
}

/// A session as it is now.
#[derive(Debug, Clone)]
pub struct Appointment {
    pub session: SessionId,
    /// Rises with every change of time or state.
    pub version: u32,
    /// What it is about.
    pub title: String,
    /// What it should lead to; may be empty.
    pub goal: String,
    pub time: Interval,
    /// State of the booking.
    pub booking: Booking,
    /// Whether the room was ended.
    pub is_over: bool,
    /// Address of the meeting.
    pub meeting_url: String,
    /// When anything about it changed last.
    pub updated_at: Timestamp,
    pub people: Seats<Party>,
}

impl Appointment {
    /// The seat somebody holds.
    pub fn role_of(&self, user: UserId) -> Option<SeatRole> {
        self.people.role_where(|person| person.id == user)
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: SessionId,
    version: i32,
    title: String,
    goal: String,
    scheduled_at: Timestamp,
    ends_at: Timestamp,
    booking: BookingWord,
    cancelled_by: Option<UserId>,
    cancelled_at: Option<Timestamp>,
    room: RoomWord,
    meeting_url: String,
    updated_at: Timestamp,
    #[sea_orm(nested(prefix = "mentor_"))]
    mentor: Party,
    #[sea_orm(nested(prefix = "mentee_"))]
    mentee: Party,
}

const SELECT: &str = "SELECT s.id, s.version, s.title, s.goal, s.scheduled_at, s.ends_at, s.booking, s.cancelled_by, \
    s.cancelled_at, s.room, s.meeting_url, s.updated_at, \
    a.id AS mentor_id, a.name AS mentor_name, a.time_zone AS mentor_time_zone, \
    CASE WHEN a.anonymised_at IS NULL THEN a.email END AS mentor_email, \
    b.id AS mentee_id, b.name AS mentee_name, b.time_zone AS mentee_time_zone, \
    CASE WHEN b.anonymised_at IS NULL THEN b.email END AS mentee_email \
    FROM sessions s JOIN users a ON a.id = s.mentor_id JOIN users b ON b.id = s.mentee_id";

impl TryFrom<Row> for Appointment {
    type Error = StoreError;

    fn try_from(r: Row) -> Result<Self, StoreError> {
        Ok(Self {
            session: r.id,
            version: u32::try_from(r.version).unwrap_or_default(),
            title: r.title,
            goal: r.goal,
            time: Interval {
                from: r.scheduled_at,
                to: r.ends_at,
            },
            booking: Booking::of(r.booking, r.cancelled_by, r.cancelled_at)
                .ok_or_else(|| StoreError::inconsistent("sessions", r.id.0))?,
            is_over: r.room == RoomWord::Ended,
            meeting_url: r.meeting_url,
            updated_at: r.updated_at,
            people: Seats {
                mentor: r.mentor,
                mentee: r.mentee,
            },
        })
    }
}

async fn select<const N: usize>(
    db: &impl ConnectionTrait,
    rest: &str,
    values: [Value; N],
) -> Result<Vec<Appointment>, StoreError> {
    let rows = Row::find_by_statement(statement(db, &format!("{SELECT} {rest}"), values))
        .all(db)
        .await?;
    rows.into_iter().map(Appointment::try_from).collect()
}

/// Finds a session.
///
/// # Errors
/// When the database does not answer, or [`StoreError::Inconsistent`].
pub async fn find(
    db: &impl ConnectionTrait,
    session: SessionId,
) -> Result<Option<Appointment>, StoreError> {
    let found = select(db, "WHERE s.id = $1", [session.into()]).await?;
    Ok(found.into_iter().next())
}

/// What belongs in a person's calendar: confirmed and requested sessions that end after `since`,
/// and those that were called off after it; at most `limit`, latest first.
///
/// # Errors
/// As [`find`].
pub async fn of_calendar(
    db: &impl ConnectionTrait,
    user: UserId,
    since: Timestamp,
    limit: u32,
) -> Result<Vec<Appointment>, StoreError> {
    let rest = format!(
        "WHERE (s.mentor_id = $1 OR s.mentee_id = $1) AND ((s.booking IN ('confirmed', 'requested') AND s.ends_at > $2) \
         OR (s.booking = 'cancelled' AND s.cancelled_at > $2)) ORDER BY s.scheduled_at DESC, s.id LIMIT {limit}"
    );
    select(db, &rest, [user.into(), since.into()]).await
}
