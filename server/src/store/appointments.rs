//! Sessions as emails and calendars tell of them: with version, goal, and both people's addresses.

use super::{StoreError, statement};
use domain::{
    availability::Interval,
    ids::{SessionId, UserId},
    session::{Booking, BookingWord, SeatRole},
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;

/// Somebody in a session, with what nobody but themselves may read.
#[derive(Debug, Clone)]
pub struct Party {
    /// Account.
    pub id: UserId,
    /// Display name.
    pub name: String,
    /// Address; `None` when the account is gone.
    pub email: Option<String>,
    /// IANA zone.
    pub time_zone: String,
}

/// A session as it is now.
#[derive(Debug, Clone)]
pub struct Appointment {
    /// The session.
    pub session: SessionId,
    /// Rises with every change of time or state.
    pub version: u32,
    /// What it is about.
    pub title: String,
    /// What it should lead to; may be empty.
    pub goal: String,
    /// When.
    pub time: Interval,
    /// State of the booking.
    pub booking: Booking,
    /// Whether the room was ended.
    pub is_over: bool,
    /// Address of the meeting.
    pub meeting_url: String,
    /// When anything about it changed last.
    pub updated_at: Timestamp,
    /// The mentor.
    pub mentor: Party,
    /// The mentee.
    pub mentee: Party,
}

impl Appointment {
    /// The person in a seat.
    pub fn party(&self, role: SeatRole) -> &Party {
        match role {
            SeatRole::Mentor => &self.mentor,
            SeatRole::Mentee => &self.mentee,
        }
    }

    /// The seat somebody holds.
    pub fn role_of(&self, user: UserId) -> Option<SeatRole> {
        [SeatRole::Mentor, SeatRole::Mentee]
            .into_iter()
            .find(|role| self.party(*role).id == user)
    }
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    version: i32,
    title: String,
    goal: String,
    scheduled_at: i64,
    ends_at: i64,
    booking: String,
    cancelled_by: Option<Uuid>,
    cancelled_at: Option<i64>,
    room: String,
    meeting_url: String,
    updated_at: i64,
    mentor_id: Uuid,
    mentor_name: String,
    mentor_email: String,
    mentor_zone: String,
    mentor_gone_at: Option<i64>,
    mentee_id: Uuid,
    mentee_name: String,
    mentee_email: String,
    mentee_zone: String,
    mentee_gone_at: Option<i64>,
}

const SELECT: &str = "SELECT s.id, s.version, s.title, s.goal, s.scheduled_at, s.ends_at, s.booking, s.cancelled_by, \
    s.cancelled_at, s.room, s.meeting_url, s.updated_at, a.id AS mentor_id, a.name AS mentor_name, \
    a.email AS mentor_email, a.time_zone AS mentor_zone, a.anonymised_at AS mentor_gone_at, b.id AS mentee_id, \
    b.name AS mentee_name, b.email AS mentee_email, b.time_zone AS mentee_zone, b.anonymised_at AS mentee_gone_at \
    FROM sessions s JOIN users a ON a.id = s.mentor_id JOIN users b ON b.id = s.mentee_id";

impl TryFrom<Row> for Appointment {
    type Error = StoreError;

    fn try_from(r: Row) -> Result<Self, StoreError> {
        let (by, at) = (r.cancelled_by.map(UserId), r.cancelled_at.map(Timestamp));
        let booking = BookingWord::parse(&r.booking)
            .and_then(|word| Booking::of(word, by, at))
            .ok_or_else(|| StoreError::inconsistent("sessions", r.id))?;
        Ok(Self {
            session: SessionId(r.id),
            version: u32::try_from(r.version).unwrap_or_default(),
            title: r.title,
            goal: r.goal,
            time: Interval {
                from: Timestamp(r.scheduled_at),
                to: Timestamp(r.ends_at),
            },
            booking,
            is_over: r.room == "ended",
            meeting_url: r.meeting_url,
            updated_at: Timestamp(r.updated_at),
            mentor: Party {
                id: UserId(r.mentor_id),
                name: r.mentor_name,
                email: r.mentor_gone_at.is_none().then_some(r.mentor_email),
                time_zone: r.mentor_zone,
            },
            mentee: Party {
                id: UserId(r.mentee_id),
                name: r.mentee_name,
                email: r.mentee_gone_at.is_none().then_some(r.mentee_email),
                time_zone: r.mentee_zone,
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
    let found = select(db, "WHERE s.id = $1", [session.0.into()]).await?;
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
    select(db, &rest, [user.0.into(), since.0.into()]).await
}
