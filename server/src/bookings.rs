//! Booking, cancelling and looking at sessions.

use crate::{
    AppState, Result,
    accounts::CurrentLogin,
    jobs::{self, Job},
    mentors, rooms,
    store::{
        self, StoreError, participants,
        sessions::{NewSession, PersonRow, SessionRecord},
    },
    zones::Zone,
};
use domain::{
    access::access,
    availability::{HORIZON, Interval, free_slots},
    ids::{SessionId, UserId},
    permissions::{may_cancel, may_see},
    problem::Problem,
    session::{EndReason, Room, SeatRole},
    text::{TextProblem, Title},
    time::{Millis, Timestamp},
    views::{LocalLabel, MySessions, Person, SessionView, Slot, Stay},
};
use uuid::Uuid;

/// Slots are shown for this long when nobody asks for a range.
const DEFAULT_RANGE: Millis = Millis::days(14);
/// Longest range that can be asked for.
const MAX_RANGE: Millis = Millis::days(31);
/// Longest idempotency key.
const KEY_MAX: usize = 100;
/// Sessions shown to a person.
const LIST_MAX: u32 = 200;

/// What a mentee asks for.
#[derive(Debug, Clone)]
pub struct BookRequest {
    /// With whom.
    pub mentor: UserId,
    /// Start of one of the mentor's free slots.
    pub starts_at: Timestamp,
    /// What it is about.
    pub title: String,
    /// The same key finds the same session instead of booking again.
    pub idempotency_key: Option<String>,
}

/// A booked session.
#[derive(Debug, Clone)]
pub struct Booked {
    /// The session.
    pub session: SessionView,
    /// False when an earlier request with the same key made it.
    pub created: bool,
}

/// A mentor's free slots, with words for a reader in `reader_zone`.
///
/// # Errors
/// `Problem::NotFound` for a mentor who is not published; `Problem::Invalid` for an impossible range.
pub async fn slots(
    state: &AppState,
    reader_zone: &str,
    mentor: UserId,
    range: Option<Interval>,
) -> Result<Vec<Slot>> {
    let now = state.clock.now();
    let range = range.unwrap_or(Interval {
        from: now,
        to: now + DEFAULT_RANGE,
    });
    if range.from >= range.to || range.to.since(range.from) > MAX_RANGE {
        return Err(Problem::field("to", "Ask for at least a moment and at most 31 days.").into());
    }
    let profile = mentors::published(state, mentor).await?;
    let theirs = Zone::or_utc(&profile.card.time_zone);
    let yours = Zone::or_utc(reader_zone);
    let length = Millis::minutes(i64::from(profile.card.session_minutes));
    let busy = store::sessions::busy(
        state.db.read(),
        mentor,
        Interval {
            from: range.from,
            to: range.to + length,
        },
    )
    .await?;
    let slots = free_slots(&profile.hours, length, &busy, range, now, &theirs);
    let label = |slot: Interval| Slot {
        starts_at: slot.from,
        ends_at: slot.to,
        yours: yours.label(slot.from),
        theirs: (!yours.agrees_with(&theirs, slot.from)).then(|| theirs.label(slot.from)),
    };
    Ok(slots.into_iter().map(label).collect())
}

/// Books a slot: session, seats, room record and the job that creates the room are one transaction.
///
/// # Errors
/// `Problem::Invalid` naming the field; `Problem::Conflict` when somebody was faster or the reader
/// has another session then.
pub async fn book(state: &AppState, login: &CurrentLogin, request: BookRequest) -> Result<Booked> {
    let title =
        Title::parse(&request.title).map_err(|TextProblem(m)| Problem::field("title", m))?;
    if request
        .idempotency_key
        .as_deref()
        .is_some_and(|key| key.is_empty() || key.len() > KEY_MAX)
    {
        return Err(Problem::field("idempotencyKey", "Use 1 to 100 characters.").into());
    }
    if let Some(earlier) = earlier_booking(state, login, &request).await? {
        return Ok(Booked {
            session: earlier,
            created: false,
        });
    }
    let slot = match find_slot(state, login, &request).await {
        Ok(slot) => slot,
        // The same request arrived twice at once, and the other one booked meanwhile.
        Err(error) => {
            return match earlier_booking(state, login, &request).await? {
                Some(session) => Ok(Booked {
                    session,
                    created: false,
                }),
                None => Err(error),
            };
        }
    };
    let now = state.clock.now();
    let id = SessionId(Uuid::new_v4());
    let new = NewSession {
        id,
        mentor: request.mentor,
        mentee: login.me.id,
        title,
        time: slot,
        meeting_url: meeting_url(state, id),
        idempotency_key: request.idempotency_key.clone(),
        now,
    };
    match insert(state, &new).await {
        Ok(()) => {}
        // The same request arrived twice at once: the other one booked.
        Err(error @ (StoreError::Duplicate { .. } | StoreError::SeatTaken)) => {
            return match earlier_booking(state, login, &request).await? {
                Some(session) => Ok(Booked {
                    session,
                    created: false,
                }),
                None => Err(error.into()),
            };
        }
        Err(error) => return Err(error.into()),
    }
    tracing::info!(session.id = %id, "session {id} booked");
    state.jobs_waiting.notify_one();
    state.events.changed(id);
    Ok(Booked {
        session: get(state, login, id).await?,
        created: true,
    })
}

/// A key for one booking form, so that sending the form twice books once.
pub fn draw_key() -> String {
    Uuid::new_v4().to_string()
}

/// The one address of a session's meeting.
pub fn meeting_url(state: &AppState, id: SessionId) -> String {
    format!("{}/meeting/{id}", state.config.app_url.origin)
}

/// Writes a session with everything it needs, in one transaction.
///
/// # Errors
/// [`StoreError::SeatTaken`] and [`StoreError::Duplicate`], nothing written.
pub async fn insert(state: &AppState, new: &NewSession) -> std::result::Result<(), StoreError> {
    let window = domain::window::Window::of(new.time.from, new.time.to, state.config.window);
    state
        .db
        .write(|txn| {
            let new = new.clone();
            Box::pin(async move {
                store::sessions::insert(txn, &new).await?;
                store::rooms::insert(txn, new.id, 1, new.now).await?;
                jobs::enqueue(
                    txn,
                    &Job::CreateRoom { session: new.id },
                    window.opens_at,
                    new.now,
                )
                .await?;
                let closed = window.closes_at + Millis(1);
                jobs::enqueue(txn, &Job::CloseWindow { session: new.id }, closed, new.now).await
            })
        })
        .await
}

async fn earlier_booking(
    state: &AppState,
    login: &CurrentLogin,
    request: &BookRequest,
) -> Result<Option<SessionView>> {
    let Some(key) = &request.idempotency_key else {
        return Ok(None);
    };
    let Some(earlier) = store::sessions::by_key(state.db.read(), login.me.id, key).await? else {
        return Ok(None);
    };
    let same =
        earlier.facts.mentor == request.mentor && earlier.facts.scheduled_at == request.starts_at;
    if !same {
        return Err(Problem::Conflict("This key was used for another booking.".to_owned()).into());
    }
    Ok(Some(view(state, login, earlier, Vec::new())))
}

async fn find_slot(
    state: &AppState,
    login: &CurrentLogin,
    request: &BookRequest,
) -> Result<Interval> {
    if request.mentor == login.me.id {
        return Err(Problem::field("mentorId", "You cannot book a session with yourself.").into());
    }
    let now = state.clock.now();
    let starts_at = request.starts_at;
    if starts_at < now || starts_at > now + HORIZON {
        return Err(Problem::field("startsAt", "Choose a time within the next 60 days.").into());
    }
    let profile = mentors::published(state, request.mentor).await?;
    let zone = Zone::or_utc(&profile.card.time_zone);
    let length = Millis::minutes(i64::from(profile.card.session_minutes));
    let only = Interval {
        from: starts_at,
        to: starts_at + Millis(1),
    };
    let offered = free_slots(&profile.hours, length, &[], only, now, &zone);
    let slot = offered.into_iter().find(|slot| slot.from == starts_at);
    let slot =
        slot.ok_or_else(|| Problem::field("startsAt", "The mentor does not offer this time."))?;
    let mentor_busy = store::sessions::busy(state.db.read(), request.mentor, slot).await?;
    if !mentor_busy.is_empty() {
        return Err(StoreError::SeatTaken.into());
    }
    let own_busy = store::sessions::busy(state.db.read(), login.me.id, slot).await?;
    if !own_busy.is_empty() {
        return Err(Problem::Conflict("You have another session at that time.".to_owned()).into());
    }
    Ok(slot)
}

/// Cancels a session; people inside are shown out. Cancelling twice is fine.
///
/// # Errors
/// `Problem::NotFound` for outsiders; `Problem::Conflict` when it is over or was never confirmed.
pub async fn cancel(state: &AppState, login: &CurrentLogin, id: SessionId) -> Result<SessionView> {
    let record = store::sessions::find(state.db.read(), id).await?;
    let record = record
        .filter(|r| may_see(&r.facts, &login.actor))
        .ok_or(Problem::NotFound)?;
    if !may_cancel(&record.facts, &login.actor) {
        return Err(Problem::Forbidden.into());
    }
    let now = state.clock.now();
    let over = matches!(record.facts.room, Room::Ended { .. }) || now >= record.facts.ends_at;
    match record.facts.booking {
        domain::session::Booking::Cancelled { .. } => return get(state, login, id).await,
        _ if over => {
            return Err(Problem::Conflict(
                "This session is over and cannot be cancelled.".to_owned(),
            )
            .into());
        }
        domain::session::Booking::Confirmed => {}
        domain::session::Booking::Held
        | domain::session::Booking::Requested
        | domain::session::Booking::Declined => {
            return Err(
                Problem::Conflict("Only a confirmed session can be cancelled.".to_owned()).into(),
            );
        }
    }
    let by = login.me.id;
    state
        .db
        .write(|txn| {
            Box::pin(async move {
                if store::sessions::cancel(txn, id, by, now).await? {
                    rooms::end_in(txn, id, Some(by), EndReason::Cancelled, now).await?;
                }
                Ok::<_, StoreError>(())
            })
        })
        .await?;
    tracing::info!(session.id = %id, user.id = %by, "session {id} cancelled");
    state.jobs_waiting.notify_one();
    state.events.changed(id);
    get(state, login, id).await
}

/// One's sessions in either role.
///
/// # Errors
/// When the database does not answer.
pub async fn mine(state: &AppState, login: &CurrentLogin) -> Result<MySessions> {
    let records = store::sessions::of_user(state.db.read(), login.me.id, LIST_MAX).await?;
    let views = records
        .into_iter()
        .map(|record| view(state, login, record, Vec::new()));
    let (mut upcoming, past): (Vec<_>, Vec<_>) = views.partition(is_upcoming);
    upcoming.reverse();
    Ok(MySessions { upcoming, past })
}

fn is_upcoming(session: &SessionView) -> bool {
    use domain::access::{Access, Awaiting};
    match session.access {
        Access::TooEarly { .. } | Access::Open { .. } => true,
        Access::NotConfirmed {
            awaiting: Awaiting::Declined,
        } => false,
        Access::NotConfirmed { .. } => session.now <= session.closes_at,
        Access::NotFound
        | Access::NotYours
        | Access::Cancelled { .. }
        | Access::Ended { .. }
        | Access::Closed { .. } => false,
    }
}

/// One session with who was there; for its people and admins.
///
/// # Errors
/// `Problem::NotFound`, also for outsiders.
pub async fn get(state: &AppState, login: &CurrentLogin, id: SessionId) -> Result<SessionView> {
    let record = store::sessions::find(state.db.read(), id).await?;
    let record = record
        .filter(|r| may_see(&r.facts, &login.actor))
        .ok_or(Problem::NotFound)?;
    let stays = stays(state, &record, &Zone::or_utc(&login.me.time_zone)).await?;
    Ok(view(state, login, record, stays))
}

/// Who was there, in words for a reader in `zone`.
async fn stays(state: &AppState, record: &SessionRecord, zone: &Zone) -> Result<Vec<Stay>> {
    let label = |at: Option<Timestamp>| -> Option<LocalLabel> { at.map(|at| zone.label(at)) };
    let rows = participants::of_session(state.db.read(), record.facts.id).await?;
    let stay = |row: participants::StayRow| {
        let role = record.facts.role_of(row.user?)?;
        Some(Stay {
            person: seat_holder(record, role),
            role,
            joined_label: label(row.joined_at),
            left_label: label(row.left_at),
            joined_at: row.joined_at,
            left_at: row.left_at,
            left_reason: row.left_reason,
        })
    };
    Ok(rows.into_iter().filter_map(stay).collect())
}

/// The person in a seat.
pub(crate) fn seat_holder(record: &SessionRecord, role: SeatRole) -> Person {
    let row = match role {
        SeatRole::Mentor => &record.mentor,
        SeatRole::Mentee => &record.mentee,
    };
    Person {
        id: row.id,
        name: row.name.clone(),
    }
}

/// A record as its reader sees it now.
pub(crate) fn view(
    state: &AppState,
    login: &CurrentLogin,
    record: SessionRecord,
    stays: Vec<Stay>,
) -> SessionView {
    let now = state.clock.now();
    let facts = &record.facts;
    let window = facts.window(state.config.window);
    let role = facts.role_of(login.me.id);
    let yours = Zone::or_utc(&login.me.time_zone);
    let other: &PersonRow = match role {
        Some(SeatRole::Mentor) => &record.mentee,
        Some(SeatRole::Mentee) | None => &record.mentor,
    };
    let theirs = Zone::or_utc(&other.time_zone);
    SessionView {
        id: facts.id,
        role,
        mentor: seat_holder(&record, SeatRole::Mentor),
        mentee: seat_holder(&record, SeatRole::Mentee),
        scheduled_at: facts.scheduled_at,
        ends_at: facts.ends_at,
        opens_at: window.opens_at,
        closes_at: window.closes_at,
        booking: facts.booking,
        room: facts.room,
        outcome: record.outcome,
        access: access(Some(facts), login.me.id, now, state.config.window),
        now,
        starts_label: yours.label(facts.scheduled_at),
        opens_label: yours.label(window.opens_at),
        starts_theirs: (!yours.agrees_with(&theirs, facts.scheduled_at))
            .then(|| theirs.label(facts.scheduled_at)),
        title: record.title,
        meeting_url: record.meeting_url,
        stays,
    }
}
