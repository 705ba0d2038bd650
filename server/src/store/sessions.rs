//! Tables `sessions` and `session_seats`.

use super::{
    Engine, Part, StoreError, Txn, engine_of,
    entity::{session_seats, sessions},
    json, statement,
};
use domain::{
    access::SessionFacts,
    availability::Interval,
    booking::{Answered, BookingDetails},
    ids::{SessionId, UserId},
    seats::Seats,
    session::{Booking, Outcome, Room, RoomWord, SeatRole},
    time::{Millis, Timestamp},
    window::WindowRules,
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter,
    Statement, UpdateResult, Value,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

/// A person as a session shows them.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct PersonRow {
    pub id: UserId,
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
    pub people: Seats<PersonRow>,
    /// Rises with every change of time or state.
    pub version: u32,
    /// Until when the time is held, while the booking is not finished.
    pub held_until: Option<Timestamp>,
    /// What it should lead to; may be empty.
    pub goal: String,
    /// The mentor's questions and the mentee's answers.
    pub answers: Vec<Answered>,
    /// What the mentor wants to know before answering the request.
    pub asked: Option<String>,
    /// Why it was called off or declined; may be empty.
    pub reason: String,
    /// Why somebody contests what came of it; stays once an admin decided.
    pub dispute: Option<String>,
    /// When the mentor first kept the mentee out, also when the mentee was let in again.
    pub kept_out_at: Option<Timestamp>,
    /// When each of the two said that they are running late.
    pub late_at: Seats<Option<Timestamp>>,
}

/// A session to be booked, or a time to be held.
#[derive(Debug, Clone)]
pub struct NewSession {
    pub id: SessionId,
    /// Holder of the mentor's seat.
    pub mentor: UserId,
    /// Holder of the mentee's seat.
    pub mentee: UserId,
    /// `Held`, `Requested` or `Confirmed`.
    pub booking: Booking,
    /// Until when it is held, when it is.
    pub held_until: Option<Timestamp>,
    /// What the mentee wrote; `None` while the time is only held.
    pub details: Option<BookingDetails>,
    pub time: Interval,
    /// The mentor's seat: the time with buffers.
    pub mentor_seat: Interval,
    /// Address of the meeting.
    pub meeting_url: String,
    /// Makes a repeated request find this session.
    pub idempotency_key: Option<String>,
    /// When it was booked.
    pub now: Timestamp,
}

/// Inserts a session with both seats. Holds that ran out, and other holds of this mentee, go first.
///
/// # Errors
/// [`StoreError::SeatTaken`] when a seat overlaps another; [`StoreError::Duplicate`] when the key
/// was used before.
pub async fn insert(txn: &Txn, new: &NewSession) -> Result<(), StoreError> {
    release_expired(txn, new.now).await?;
    release_holds(txn, new.mentee, new.idempotency_key.as_deref()).await?;
    let (title, goal, answers) = match &new.details {
        Some(details) => (
            details.title.as_str().to_owned(),
            details.goal.clone(),
            json(&details.answers)?,
        ),
        None => (String::new(), String::new(), "[]".to_owned()),
    };
    sessions::Entity::insert(sessions::ActiveModel {
        id: Set(new.id),
        mentor_id: Set(new.mentor),
        mentee_id: Set(new.mentee),
        title: Set(title),
        scheduled_at: Set(new.time.from),
        ends_at: Set(new.time.to),
        booking: Set(new.booking.into()),
        room: Set(RoomWord::Scheduled),
        outcome: Set(Outcome::Pending),
        meeting_url: Set(new.meeting_url.clone()),
        idempotency_key: Set(new.idempotency_key.clone()),
        created_at: Set(new.now),
        updated_at: Set(new.now),
        held_until: Set(new.held_until),
        goal: Set(goal),
        answers: Set(answers),
        // What is left begins as its column's default.
        ..Default::default()
    })
    .exec_without_returning(txn)
    .await?;
    txn.changed(new.id);
    take_seats(
        txn,
        new.id,
        (new.mentor, new.mentor_seat),
        (new.mentee, new.time),
    )
    .await
}

/// Takes both seats, ordered by person so that two crossing bookings cannot wait for each other.
async fn take_seats(
    txn: &Txn,
    session: SessionId,
    mentor: (UserId, Interval),
    mentee: (UserId, Interval),
) -> Result<(), StoreError> {
    let mut seats = [(mentor, SeatRole::Mentor), (mentee, SeatRole::Mentee)];
    seats.sort_unstable();
    for ((user, span), role) in seats {
        session_seats::Entity::insert(session_seats::ActiveModel {
            id: Set(Uuid::new_v4()),
            session_id: Set(session),
            user_id: Set(user),
            role: Set(role),
            starts_at: Set(span.from),
            ends_at: Set(span.to),
            active: Set(true),
            late_at: Set(None),
        })
        .exec_without_returning(txn)
        .await?;
    }
    Ok(())
}

/// Removes unfinished bookings whose time is not held any more; their seats go with them.
///
/// # Errors
/// When the database does not answer.
pub async fn release_expired(txn: &Txn, now: Timestamp) -> Result<(), StoreError> {
    let sql = "DELETE FROM sessions WHERE booking = 'held' AND held_until <= $1 RETURNING id, mentor_id, mentee_id";
    remove(txn, statement(txn, sql, [now.into()])).await
}

/// Removes sessions by a statement that returns whose they were.
async fn remove(txn: &Txn, deleting: Statement) -> Result<(), StoreError> {
    for row in Holders::find_by_statement(deleting).all(txn).await? {
        txn.removed(row.id, row.people());
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Holders {
    id: SessionId,
    mentor_id: UserId,
    mentee_id: UserId,
}

impl Holders {
    fn people(&self) -> Seats<UserId> {
        Seats {
            mentor: self.mentor_id,
            mentee: self.mentee_id,
        }
    }
}

/// A statement that reads some sessions by their ids.
fn among(db: &impl ConnectionTrait, select: &str, column: &str, ids: &[SessionId]) -> Statement {
    let places: Vec<String> = (1..=ids.len()).map(|n| format!("${n}")).collect();
    let sql = format!("{select} WHERE {column} IN ({})", places.join(", "));
    let values = ids.iter().copied().map(Value::from);
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

/// Who holds the seats of some sessions.
///
/// # Errors
/// When the database does not answer.
pub async fn holders(
    db: &impl ConnectionTrait,
    ids: &[SessionId],
) -> Result<Vec<(SessionId, Seats<UserId>)>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let select = "SELECT id, mentor_id, mentee_id FROM sessions";
    let statement = among(db, select, "id", ids);
    let rows = Holders::find_by_statement(statement).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.people())).collect())
}

/// Removes a mentee's unfinished bookings, except the one made with `key`.
///
/// # Errors
/// When the database does not answer.
pub async fn release_holds(txn: &Txn, mentee: UserId, key: Option<&str>) -> Result<(), StoreError> {
    let sql = "DELETE FROM sessions WHERE booking = 'held' AND mentee_id = $1 \
               AND (idempotency_key IS NULL OR idempotency_key <> $2) RETURNING id, mentor_id, mentee_id";
    let values = [mentee.into(), key.unwrap_or_default().into()];
    remove(txn, statement(txn, sql, values)).await
}

/// What a change writes; `None` leaves a value as it is.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// New state of the booking.
    pub booking: Option<Booking>,
    /// New time, and the mentor's seat with buffers.
    pub time: Option<(Interval, Interval)>,
    /// What the mentee wrote.
    pub details: Option<BookingDetails>,
    /// What the mentor wants to know; `Some(None)` when it was answered.
    pub asked: Option<Option<String>>,
    /// The mentor's questions and the mentee's answers.
    pub answers: Option<Vec<Answered>>,
    /// Why it was called off or declined.
    pub reason: Option<String>,
}

/// Writes a change of a session that [`lock`] returned, and raises its version.
///
/// # Errors
/// [`StoreError::SeatTaken`] when the new time is not free.
pub async fn edit(
    txn: &Txn,
    old: &SessionRecord,
    edit: &Edit,
    now: Timestamp,
) -> Result<(), StoreError> {
    let id = old.facts.id;
    txn.changed(id);
    let mut row = sessions::ActiveModel {
        id: Unchanged(id),
        version: Set(i32::try_from(old.version + 1).unwrap_or(i32::MAX)),
        updated_at: Set(now),
        ..Default::default()
    };
    if let Some(booking) = edit.booking {
        row.booking = Set(booking.into());
        row.held_until = Set(None);
        if let Booking::Cancelled { by, at } = booking {
            row.cancelled_by = Set(by);
            row.cancelled_at = Set(Some(at));
        }
    }
    if let Some(details) = &edit.details {
        row.title = Set(details.title.as_str().to_owned());
        row.goal = Set(details.goal.clone());
        row.answers = Set(json(&details.answers)?);
    }
    if let Some(asked) = &edit.asked {
        row.asked = Set(asked.clone());
    }
    if let Some(answers) = &edit.answers {
        row.answers = Set(json(answers)?);
    }
    if let Some(reason) = &edit.reason {
        row.reason = Set(reason.clone());
    }
    if let Some((time, mentor_seat)) = edit.time {
        row.scheduled_at = Set(time.from);
        row.ends_at = Set(time.to);
        // They belong to the meeting at the old time.
        row.extended_ms = Set(Millis(0));
        row.mentee_removed_at = Set(None);
        row.kept_out_at = Set(None);
        // Removed first: the new time may overlap the session's own old one.
        session_seats::Entity::delete_many()
            .filter(session_seats::Column::SessionId.eq(id))
            .exec(txn)
            .await?;
        take_seats(
            txn,
            id,
            (old.facts.mentor, mentor_seat),
            (old.facts.mentee, time),
        )
        .await?;
    }
    sessions::Entity::update(row).exec(txn).await?;
    Ok(())
}

/// Puts the close of a session's window off by `added`, and takes both seats for that time.
///
/// # Errors
/// [`StoreError::SeatTaken`] when one of the two has another session then.
pub async fn extend(
    txn: &Txn,
    old: &SessionRecord,
    added: Interval,
    now: Timestamp,
) -> Result<(), StoreError> {
    let facts = &old.facts;
    let extended = facts.extended + added.to.since(added.from);
    let row = sessions::ActiveModel {
        id: Unchanged(facts.id),
        extended_ms: Set(extended),
        updated_at: Set(now),
        ..Default::default()
    };
    sessions::Entity::update(row).exec(txn).await?;
    txn.changed(facts.id);
    take_seats(txn, facts.id, (facts.mentor, added), (facts.mentee, added)).await
}

/// Keeps the mentee out since `at`, or lets them in again. That they were kept out is not forgotten.
///
/// # Errors
/// When the database does not answer.
pub async fn set_removed(
    txn: &Txn,
    session: SessionId,
    at: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let first = Expr::col(sessions::Column::KeptOutAt).if_null(at);
    sessions::Entity::update_many()
        .col_expr(sessions::Column::MenteeRemovedAt, at.into())
        .col_expr(sessions::Column::KeptOutAt, first)
        .col_expr(sessions::Column::UpdatedAt, now.into())
        .filter(sessions::Column::Id.eq(session))
        .exec(txn)
        .await?;
    txn.changed(session);
    Ok(())
}

/// Writes what came of a session by the rule, also again after other evidence came; `false` when nothing changed.
/// What somebody contested, or an admin decided, is not the rule's any more.
///
/// # Errors
/// When the database does not answer.
pub async fn decide(
    txn: &Txn,
    session: SessionId,
    outcome: Outcome,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = sessions::Entity::update_many()
        .col_expr(sessions::Column::Outcome, outcome.into())
        .col_expr(sessions::Column::OutcomeAt, now.into())
        .filter(sessions::Column::Id.eq(session))
        .filter(sessions::Column::Outcome.ne(outcome))
        .filter(sessions::Column::Dispute.is_null())
        .filter(sessions::Column::SettledAt.is_null())
        .exec(txn)
        .await?;
    Ok(told(txn, session, &changed))
}

/// Records that somebody contests what came of a session; `false` when that was contested before.
///
/// # Errors
/// When the database does not answer.
pub async fn dispute(
    txn: &Txn,
    session: SessionId,
    by: UserId,
    words: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = sessions::Entity::update_many()
        .col_expr(sessions::Column::Outcome, Outcome::Disputed.into())
        .col_expr(sessions::Column::DisputedBy, by.into())
        .col_expr(sessions::Column::Dispute, words.into())
        .col_expr(sessions::Column::UpdatedAt, now.into())
        .filter(sessions::Column::Id.eq(session))
        .filter(sessions::Column::Dispute.is_null())
        .exec(txn)
        .await?;
    Ok(told(txn, session, &changed))
}

/// Whether an update changed the session's row; if so, its people are told.
fn told(txn: &Txn, session: SessionId, update: &UpdateResult) -> bool {
    let is_changed = update.rows_affected > 0;
    if is_changed {
        txn.changed(session);
    }
    is_changed
}

/// Writes when a person said that they are running late, or that they did not. Reading takes the
/// latest of a person's seats: an extended meeting has two.
///
/// # Errors
/// When the database does not answer.
pub async fn set_late(
    txn: &Txn,
    session: SessionId,
    user: UserId,
    at: Option<Timestamp>,
) -> Result<(), StoreError> {
    session_seats::Entity::update_many()
        .col_expr(session_seats::Column::LateAt, at.into())
        .filter(session_seats::Column::SessionId.eq(session))
        .filter(session_seats::Column::UserId.eq(user))
        .exec(txn)
        .await?;
    txn.changed(session);
    Ok(())
}

/// Frees both seats for other sessions.
///
/// # Errors
/// When the database does not answer.
pub async fn release_seats(txn: &Txn, session: SessionId) -> Result<(), StoreError> {
    session_seats::Entity::update_many()
        .col_expr(session_seats::Column::Active, false.into())
        .filter(session_seats::Column::SessionId.eq(session))
        .exec(txn)
        .await?;
    txn.changed(session);
    Ok(())
}

/// Writes the room's state, unless the room has ended: an end is final. `false` when it had.
///
/// # Errors
/// When the database does not answer.
pub async fn set_room(
    txn: &Txn,
    session: SessionId,
    room: Room,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mut update = sessions::Entity::update_many()
        .col_expr(sessions::Column::Room, RoomWord::from(room).into())
        .col_expr(sessions::Column::UpdatedAt, now.into());
    match room {
        Room::Ended { by, at, reason } => {
            update = update
                .col_expr(sessions::Column::RoomEndedBy, by.into())
                .col_expr(sessions::Column::RoomEndedAt, at.into())
                .col_expr(sessions::Column::RoomEndReason, reason.into());
        }
        Room::Scheduled | Room::Open | Room::Live | Room::Failed => {}
    }
    let changed = update
        .filter(sessions::Column::Id.eq(session))
        .filter(sessions::Column::Room.ne(RoomWord::Ended))
        .exec(txn)
        .await?;
    Ok(told(txn, session, &changed))
}

/// A row of `sessions` with the names of its people.
#[derive(FromQueryResult)]
struct Row {
    #[sea_orm(nested)]
    session: sessions::Model,
    #[sea_orm(nested(prefix = "mentor_"))]
    mentor: PersonRow,
    #[sea_orm(nested(prefix = "mentee_"))]
    mentee: PersonRow,
    mentor_late_at: Option<Timestamp>,
    mentee_late_at: Option<Timestamp>,
}

/// The ids of both people are columns of the session.
const SELECT: &str = "SELECT s.*, \
    (SELECT MAX(t.late_at) FROM session_seats t WHERE t.session_id = s.id AND t.role = 'mentor') AS mentor_late_at, \
    (SELECT MAX(t.late_at) FROM session_seats t WHERE t.session_id = s.id AND t.role = 'mentee') AS mentee_late_at, \
    a.name AS mentor_name, a.time_zone AS mentor_time_zone, \
    b.name AS mentee_name, b.time_zone AS mentee_time_zone \
    FROM sessions s JOIN users a ON a.id = s.mentor_id JOIN users b ON b.id = s.mentee_id";

impl TryFrom<Row> for SessionRecord {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let s = row.session;
        let wrong = || StoreError::inconsistent("sessions", s.id.0);
        Ok(Self {
            facts: SessionFacts {
                id: s.id,
                mentor: s.mentor_id,
                mentee: s.mentee_id,
                scheduled_at: s.scheduled_at,
                ends_at: s.ends_at,
                booking: Booking::of(s.booking, s.cancelled_by, s.cancelled_at)
                    .ok_or_else(wrong)?,
                room: Room::of(s.room, s.room_ended_by, s.room_ended_at, s.room_end_reason)
                    .ok_or_else(wrong)?,
                extended: s.extended_ms,
                mentee_removed_at: s.mentee_removed_at,
            },
            outcome: s.outcome,
            version: u32::try_from(s.version).unwrap_or_default(),
            held_until: s.held_until,
            answers: serde_json::from_str(&s.answers).map_err(|_| wrong())?,
            goal: s.goal,
            asked: s.asked,
            reason: s.reason,
            dispute: s.dispute,
            kept_out_at: s.kept_out_at,
            late_at: Seats {
                mentor: row.mentor_late_at,
                mentee: row.mentee_late_at,
            },
            title: s.title,
            meeting_url: s.meeting_url,
            people: Seats {
                mentor: row.mentor,
                mentee: row.mentee,
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
    let row = Row::find_by_statement(statement(db, &sql, [id.into()]))
        .one(db)
        .await?;
    row.map(SessionRecord::try_from).transpose()
}

/// Finds several sessions, in no particular order.
///
/// # Errors
/// As [`find`].
pub async fn find_all(
    db: &impl ConnectionTrait,
    ids: &[SessionId],
) -> Result<Vec<SessionRecord>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let statement = among(db, SELECT, "s.id", ids);
    let rows = Row::find_by_statement(statement).all(db).await?;
    rows.into_iter().map(SessionRecord::try_from).collect()
}

/// Sessions whose room is in one of these states, earliest first; at most 200.
///
/// # Errors
/// As [`find`].
pub async fn with_room(
    db: &impl ConnectionTrait,
    rooms: &[RoomWord],
) -> Result<Vec<SessionRecord>, StoreError> {
    let words: Vec<String> = rooms.iter().map(|r| format!("'{}'", r.as_str())).collect();
    let sql = format!(
        "{SELECT} WHERE s.room IN ({}) ORDER BY s.scheduled_at, s.id LIMIT 200",
        words.join(", ")
    );
    let rows = Row::find_by_statement(statement(db, &sql, []))
        .all(db)
        .await?;
    rows.into_iter().map(SessionRecord::try_from).collect()
}

/// Sessions of which this came, with who contests it, latest first; at most 100.
///
/// # Errors
/// As [`find`].
pub async fn with_outcome(
    db: &impl ConnectionTrait,
    outcome: Outcome,
) -> Result<Vec<(SessionRecord, Option<UserId>)>, StoreError> {
    let sql = format!("{SELECT} WHERE s.outcome = $1 ORDER BY s.scheduled_at DESC LIMIT 100");
    let rows = Row::find_by_statement(statement(db, &sql, [outcome.into()]))
        .all(db)
        .await?;
    let record = |row: Row| {
        let by = row.session.disputed_by;
        Ok((row.try_into()?, by))
    };
    rows.into_iter().map(record).collect()
}

/// How many sessions have this outcome.
///
/// # Errors
/// When the database does not answer.
pub async fn count_outcome(db: &impl ConnectionTrait, outcome: Outcome) -> Result<u64, StoreError> {
    let all = sessions::Entity::find().filter(sessions::Column::Outcome.eq(outcome));
    Ok(all.count(db).await?)
}

/// Writes an admin's verdict on an outcome that is contested or unknown; `false` when it is neither.
///
/// # Errors
/// When the database does not answer.
pub async fn settle(
    txn: &Txn,
    session: SessionId,
    verdict: Outcome,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = sessions::Entity::update_many()
        .col_expr(sessions::Column::Outcome, verdict.into())
        .col_expr(sessions::Column::OutcomeAt, now.into())
        .col_expr(sessions::Column::SettledAt, now.into())
        .col_expr(sessions::Column::UpdatedAt, now.into())
        .filter(sessions::Column::Id.eq(session))
        .filter(sessions::Column::Outcome.is_in([Outcome::Disputed, Outcome::Unknown]))
        .exec(txn)
        .await?;
    Ok(told(txn, session, &changed))
}

/// As [`find`], keeping others from changing it until the transaction ends.
///
/// # Errors
/// As [`find`].
pub async fn lock(txn: &Txn, id: SessionId) -> Result<Option<SessionRecord>, StoreError> {
    // SQLite has one writer at a time and needs no row locks.
    let rows = match engine_of(txn) {
        Engine::Postgres => "FOR UPDATE OF s",
        Engine::Sqlite => "",
    };
    let sql = format!("{SELECT} WHERE s.id = $1 {rows}");
    let row = Row::find_by_statement(statement(txn, &sql, [id.into()]))
        .one(txn)
        .await?;
    row.map(SessionRecord::try_from).transpose()
}

/// A person's requested and confirmed sessions that are still to come, or go on, soonest first; nobody else changes them
/// until the transaction ends.
///
/// # Errors
/// As [`find`].
pub async fn lock_ahead(
    txn: &Txn,
    user: UserId,
    rules: WindowRules,
    now: Timestamp,
) -> Result<Vec<SessionRecord>, StoreError> {
    let rows = match engine_of(txn) {
        Engine::Postgres => "FOR UPDATE OF s",
        Engine::Sqlite => "",
    };
    let sql = format!(
        "{SELECT} WHERE (s.mentor_id = $1 OR s.mentee_id = $1) AND s.booking <> 'held' AND {UPCOMING} \
         ORDER BY s.scheduled_at, s.id {rows}"
    );
    let values = [user.into(), now.into(), rules.closes_after.into()];
    let rows = Row::find_by_statement(statement(txn, &sql, values))
        .all(txn)
        .await?;
    rows.into_iter().map(SessionRecord::try_from).collect()
}

/// How many sessions a mentee has ahead, held and requested ones included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ahead {
    pub all: u32,
    /// Of these, with one mentor.
    pub with_mentor: u32,
}

/// What a mentee has ahead; times that they only hold are given back by the next booking and do not count.
///
/// # Errors
/// When the database does not answer.
pub async fn booked_ahead(
    db: &impl ConnectionTrait,
    mentee: UserId,
    mentor: UserId,
    now: Timestamp,
) -> Result<Ahead, StoreError> {
    let sql = "SELECT COUNT(*) AS in_all, COALESCE(SUM(CASE WHEN mentor_id = $2 THEN 1 ELSE 0 END), 0) AS with_mentor \
               FROM sessions WHERE mentee_id = $1 AND booking IN ('requested', 'confirmed') AND room <> 'ended' \
               AND ends_at > $3";
    let row = db
        .query_one_raw(statement(
            db,
            sql,
            [mentee.into(), mentor.into(), now.into()],
        ))
        .await?;
    let count = |name: &str| -> Result<u32, StoreError> {
        let n: i64 = row.as_ref().map_or(Ok(0), |row| row.try_get("", name))?;
        Ok(u32::try_from(n).unwrap_or(u32::MAX))
    };
    Ok(Ahead {
        all: count("in_all")?,
        with_mentor: count("with_mentor")?,
    })
}

/// Gives back what either of two people holds of the other's time.
///
/// # Errors
/// When the database does not answer.
pub async fn release_holds_between(txn: &Txn, one: UserId, two: UserId) -> Result<(), StoreError> {
    let sql = "DELETE FROM sessions WHERE booking = 'held' AND ((mentee_id = $1 AND mentor_id = $2) \
               OR (mentee_id = $2 AND mentor_id = $1)) RETURNING id, mentor_id, mentee_id";
    remove(txn, statement(txn, sql, [one.into(), two.into()])).await
}

/// Gives back what a person holds of others' time, and others of theirs.
///
/// # Errors
/// When the database does not answer.
pub async fn release_all_holds(txn: &Txn, user: UserId) -> Result<(), StoreError> {
    let sql = "DELETE FROM sessions WHERE booking = 'held' AND (mentee_id = $1 OR mentor_id = $1) \
               RETURNING id, mentor_id, mentee_id";
    remove(txn, statement(txn, sql, [user.into()])).await
}

/// Whether two people have, or had, a session with each other.
///
/// # Errors
/// When the database does not answer.
pub async fn have_met(
    db: &impl ConnectionTrait,
    one: UserId,
    two: UserId,
) -> Result<bool, StoreError> {
    let sql = "SELECT 1 AS found FROM sessions WHERE booking <> 'held' AND ((mentee_id = $1 AND mentor_id = $2) \
               OR (mentee_id = $2 AND mentor_id = $1)) LIMIT 1";
    let found = db
        .query_one_raw(statement(db, sql, [one.into(), two.into()]))
        .await?;
    Ok(found.is_some())
}

/// Sessions in which somebody holds a seat. Unfinished bookings are their mentee's alone, while the time is held.
const OF_USER: &str = "((s.mentor_id = $1 AND s.booking <> 'held') \
    OR (s.mentee_id = $1 AND (s.booking <> 'held' OR s.held_until > $2)))";

/// [`domain::access::is_upcoming`], for SQL.
const UPCOMING: &str = "((s.booking = 'confirmed' AND s.room <> 'ended' AND $2 <= s.extended_ms \
    + CASE WHEN s.scheduled_at + $3 > s.ends_at THEN s.scheduled_at + $3 ELSE s.ends_at END) \
    OR (s.booking IN ('held', 'requested') AND $2 < s.ends_at))";

/// A person's sessions that are still to come, or go on, soonest first.
///
/// # Errors
/// As [`find`].
pub async fn upcoming(
    db: &impl ConnectionTrait,
    user: UserId,
    now: Timestamp,
    rules: WindowRules,
    part: Part,
) -> Result<Vec<SessionRecord>, StoreError> {
    let which = format!("{OF_USER} AND {UPCOMING} ORDER BY s.scheduled_at, s.id");
    list(db, &which, user, now, rules, part).await
}

/// A person's sessions that are over, latest first.
///
/// # Errors
/// As [`find`].
pub async fn past(
    db: &impl ConnectionTrait,
    user: UserId,
    now: Timestamp,
    rules: WindowRules,
    part: Part,
) -> Result<Vec<SessionRecord>, StoreError> {
    let which = format!("{OF_USER} AND NOT {UPCOMING} ORDER BY s.scheduled_at DESC, s.id");
    list(db, &which, user, now, rules, part).await
}

async fn list(
    db: &impl ConnectionTrait,
    which: &str,
    user: UserId,
    now: Timestamp,
    rules: WindowRules,
    Part { offset, limit }: Part,
) -> Result<Vec<SessionRecord>, StoreError> {
    let sql = format!("{SELECT} WHERE {which} LIMIT {limit} OFFSET {offset}");
    let values = [user.into(), now.into(), rules.closes_after.into()];
    let rows = Row::find_by_statement(statement(db, &sql, values))
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
    let row = Row::find_by_statement(statement(db, &sql, [mentee.into(), key.into()]))
        .one(db)
        .await?;
    row.map(SessionRecord::try_from).transpose()
}

#[derive(FromQueryResult)]
struct Span {
    starts_at: Timestamp,
    ends_at: Timestamp,
}

/// Times within `range` at which a person holds an active seat, in order; a session in `except` and
/// holds that ran out do not count.
///
/// # Errors
/// When the database does not answer.
pub async fn busy(
    db: &impl ConnectionTrait,
    user: UserId,
    range: Interval,
    except: Option<SessionId>,
    now: Timestamp,
) -> Result<Vec<Interval>, StoreError> {
    let sql = "SELECT t.starts_at, t.ends_at FROM session_seats t JOIN sessions s ON s.id = t.session_id \
               WHERE t.user_id = $1 AND t.active = $2 AND t.starts_at < $3 AND t.ends_at > $4 AND s.id <> $5 \
               AND (s.booking <> 'held' OR s.held_until > $6) ORDER BY t.starts_at";
    let values = [
        user.into(),
        true.into(),
        range.to.into(),
        range.from.into(),
        except.unwrap_or(SessionId(Uuid::nil())).into(),
        now.into(),
    ];
    let rows = Span::find_by_statement(statement(db, sql, values))
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|span| Interval {
            from: span.starts_at,
            to: span.ends_at,
        })
        .collect())
}

/// Starts of a mentor's sessions within `range` that take place or may still, in order; for limits
/// per day and week.
///
/// # Errors
/// When the database does not answer.
pub async fn starts(
    db: &impl ConnectionTrait,
    mentor: UserId,
    range: Interval,
    except: Option<SessionId>,
    now: Timestamp,
) -> Result<Vec<Timestamp>, StoreError> {
    let sql = "SELECT s.scheduled_at AS starts_at, s.ends_at FROM sessions s WHERE s.mentor_id = $1 \
               AND s.scheduled_at >= $2 AND s.scheduled_at < $3 AND s.id <> $4 \
               AND (s.booking IN ('confirmed', 'requested') OR (s.booking = 'held' AND s.held_until > $5)) \
               ORDER BY s.scheduled_at";
    let values = [
        mentor.into(),
        range.from.into(),
        range.to.into(),
        except.unwrap_or(SessionId(Uuid::nil())).into(),
        now.into(),
    ];
    let rows = Span::find_by_statement(statement(db, sql, values))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|span| span.starts_at).collect())
}

/// Deletes a session; seats, rooms and participants go with it. `false` when there was none. Only tests do that:
/// the product calls sessions off and keeps them.
///
/// # Errors
/// When the database does not answer.
pub async fn delete(txn: &Txn, session: SessionId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM sessions WHERE id = $1 RETURNING id, mentor_id, mentee_id";
    let gone = Holders::find_by_statement(statement(txn, sql, [session.into()]))
        .one(txn)
        .await?;
    if let Some(gone) = &gone {
        txn.removed(session, gone.people());
    }
    Ok(gone.is_some())
}
