//! Making sessions: holding a time, finishing the booking, or both at once.

use super::{
    conflict,
    follow::{Written, follow},
    get,
    slots::{Asked, find_time},
};
use crate::{
    AppState, Error, Result,
    accounts::limits,
    config::Limits,
    login::{CurrentLogin, leaving},
    mentors,
    store::{
        self, StoreError, Txn,
        sessions::{NewSession, SessionRecord},
    },
};
use domain::{
    availability::Interval,
    booking::{BookingDetails, ChangeKind, HOLD, Next},
    ids::{SessionId, UserId},
    problem::Problem,
    session::Booking,
    time::Timestamp,
    views::SessionView,
    window::WindowRules,
};
use scoped_futures::ScopedFutureExt;
use uuid::Uuid;

/// Longest idempotency key.
const KEY_MAX: usize = 100;

/// What a mentee asks for.
#[derive(Debug, Clone)]
pub struct BookRequest {
    pub mentor: UserId,
    /// Start of one of the mentor's free slots.
    pub starts_at: Timestamp,
    /// One of the mentor's lengths; the usual one when `None`.
    pub minutes: Option<u16>,
    /// The same key finds the same session instead of booking again.
    pub idempotency_key: Option<String>,
}

/// What a mentee writes to book.
#[derive(Debug, Clone, Default)]
pub struct BookingForm {
    /// What it is about.
    pub title: String,
    /// What it should lead to; may be empty.
    pub goal: String,
    /// Answers to the mentor's questions, in order.
    pub answers: Vec<String>,
}

/// A booked session or a held time.
#[derive(Debug, Clone)]
pub struct Booked {
    pub session: SessionView,
    /// False when an earlier request with the same key made it.
    pub created: bool,
}

/// Holds a time for 10 minutes, so that nobody takes it while its form is filled in. Another time
/// that the person holds is given back.
///
/// # Errors
/// As [`book`], without the form's fields.
pub async fn hold(state: &AppState, login: &CurrentLogin, request: BookRequest) -> Result<Booked> {
    make(state, login, request, None).await
}

/// Books a slot at once: session, seats, room record, emails and the jobs are one transaction.
///
/// # Errors
/// `Problem::Invalid` naming the field; `Problem::Conflict` when somebody was faster or the reader
/// has another session then.
pub async fn book(
    state: &AppState,
    login: &CurrentLogin,
    request: BookRequest,
    details: BookingForm,
) -> Result<Booked> {
    make(state, login, request, Some(details)).await
}

async fn make(
    state: &AppState,
    login: &CurrentLogin,
    mut request: BookRequest,
    details: Option<BookingForm>,
) -> Result<Booked> {
    let makes = if details.is_some() { "book" } else { "hold" };
    let key = request.idempotency_key.map(|key| stored_key(&key, makes));
    request.idempotency_key = key.transpose()?;
    if let Some(earlier) = earlier(state, login, &request).await? {
        return Ok(earlier);
    }
    limits::take(state, &[limits::of_booking(state, login.me.id)]).await?;
    let id = SessionId(Uuid::new_v4());
    match write(state, login, &request, details, id).await {
        Ok(()) => {}
        // The same request arrived twice at once, and the other one booked meanwhile.
        Err(error) => {
            return match earlier(state, login, &request).await? {
                Some(booked) => Ok(booked),
                None => Err(error),
            };
        }
    }
    tracing::info!(session.id = %id, "session {id} booked");
    Ok(Booked {
        session: get(state, login, id).await?,
        created: true,
    })
}

async fn write(
    state: &AppState,
    login: &CurrentLogin,
    request: &BookRequest,
    details: Option<BookingForm>,
    id: SessionId,
) -> Result<()> {
    login.require_staying()?;
    if request.mentor == login.me.id {
        return Err(Problem::field("mentorId", "You cannot book a session with yourself.").into());
    }
    let mentor = mentors::published(state, request.mentor).await?;
    let details = details
        .map(|form| {
            BookingDetails::parse(
                &form.title,
                &form.goal,
                &mentor.card.questions,
                &form.answers,
            )
        })
        .transpose()?;
    let now = state.clock.now();
    let booking = match (&details, mentor.card.confirms) {
        (None, _) => Booking::Held,
        (Some(_), true) => Booking::Requested,
        (Some(_), false) => Booking::Confirmed,
    };
    let asked = Asked {
        length: mentor.length(request.minutes)?,
        mentor,
        starts_at: request.starts_at,
        moved: None,
        now,
    };
    let meeting_url = meeting_url(state, id);
    let (rules, quota) = (state.config.window, state.config.limits.clone());
    let written = state.db.write(|txn| {
        let (asked, details, meeting_url) = (&asked, &details, &meeting_url);
        let quota = &quota;
        let key = &request.idempotency_key;
        let mentee = login.me.id;
        async move {
            not_blocked(txn, asked.mentor.card.id, mentee).await?;
            within_quota(txn, quota, asked.mentor.card.id, mentee, now).await?;
            let time = find_time(txn, asked).await?;
            let new = NewSession {
                id,
                mentor: asked.mentor.card.id,
                mentee,
                booking,
                held_until: (booking == Booking::Held).then_some(now + HOLD),
                details: details.clone(),
                mentor_seat: asked.mentor.schedule.seat(time),
                time,
                meeting_url: meeting_url.clone(),
                idempotency_key: key.clone(),
                now,
            };
            insert_in(txn, &new, rules).await?;
            both_stay(txn, (new.mentor, mentee), mentee).await
        }
        .scope_boxed()
    });
    match written.await {
        Err(Error::Store(StoreError::SeatTaken)) => {
            Err(conflict::taken(state, login, &asked).await?)
        }
        other => other,
    }
}

/// Nobody takes all of a mentor's times.
///
/// # Errors
/// `Problem::Conflict` once a mentee has as many sessions ahead as they may.
async fn within_quota(
    txn: &Txn,
    quota: &Limits,
    mentor: UserId,
    mentee: UserId,
    now: Timestamp,
) -> Result<()> {
    // Two bookings at the same moment are counted one after the other.
    store::users::lock_password(txn, mentee).await?;
    let ahead = store::sessions::booked_ahead(txn, mentee, mentor, now).await?;
    let conflict = |words: String| Err(Problem::Conflict(words).into());
    if ahead.with_mentor >= quota.open_bookings_per_pair {
        return conflict(format!(
            "You have {} sessions with this mentor ahead of you already. Come back after one of them.",
            ahead.with_mentor
        ));
    }
    if ahead.all >= quota.open_bookings_per_mentee {
        return conflict(format!(
            "You have {} sessions ahead of you already. Come back after one of them, or cancel one.",
            ahead.all
        ));
    }
    Ok(())
}

/// To whoever is blocked every time looks taken.
///
/// # Errors
/// [`StoreError::SeatTaken`].
pub(super) async fn not_blocked(
    txn: &Txn,
    mentor: UserId,
    mentee: UserId,
) -> std::result::Result<(), StoreError> {
    match store::blocks::between(txn, mentor, mentee).await? {
        true => Err(StoreError::SeatTaken),
        false => Ok(()),
    }
}

/// Nobody meets somebody who leaves, or is kept out. Looked at last, when nobody can begin to leave any more before this
/// is committed: the seats have locked both people's rows, or the session's row is locked.
///
/// # Errors
/// `Problem::Conflict`, which says so to whoever asks, `by`.
pub(super) async fn both_stay(
    txn: &Txn,
    (mentor, mentee): (UserId, UserId),
    by: UserId,
) -> Result<()> {
    let away = store::users::away(txn, &[mentor, mentee]).await?;
    if away.contains(&by) {
        return Err(leaving());
    }
    let why = match (away.contains(&mentor), away.contains(&mentee)) {
        (false, false) => return Ok(()),
        (true, _) => "This mentor no longer takes bookings.",
        (false, true) => "This mentee no longer takes part.",
    };
    Err(Problem::Conflict(why.to_owned()).into())
}

/// The key under which a request is stored; holding and booking do not share theirs.
///
/// # Errors
/// `Problem::Invalid` on `idempotencyKey` unless it is short and printable.
fn stored_key(key: &str, makes: &str) -> Result<String> {
    let is_printable = key.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if key.is_empty() || key.len() > KEY_MAX || !is_printable {
        let why = "Use 1 to 100 printable ASCII characters.";
        return Err(Problem::field("idempotencyKey", why).into());
    }
    Ok(format!("{makes}:{key}"))
}

async fn earlier(
    state: &AppState,
    login: &CurrentLogin,
    request: &BookRequest,
) -> Result<Option<Booked>> {
    let Some(key) = &request.idempotency_key else {
        return Ok(None);
    };
    let Some(earlier) = store::sessions::by_key(state.db.read(), login.me.id, key).await? else {
        return Ok(None);
    };
    if earlier.facts.mentor != request.mentor || !began_as(&earlier, request.starts_at) {
        return Err(Problem::Conflict("This key was used for another booking.".to_owned()).into());
    }
    let session = get(state, login, earlier.facts.id).await?;
    Ok(Some(Booked {
        session,
        created: false,
    }))
}

/// Whether a session was booked for `starts_at`; one that was moved since may stand anywhere.
fn began_as(record: &SessionRecord, starts_at: Timestamp) -> bool {
    record.facts.scheduled_at == starts_at || record.version > 0
}

/// A key for one booking form, so that sending the form twice books once.
pub fn generate_key() -> String {
    Uuid::new_v4().to_string()
}

/// The one address of a session's meeting.
pub fn meeting_url(state: &AppState, id: SessionId) -> String {
    format!("{}/meeting/{id}", state.config.app_url.origin)
}

/// Writes a session with everything it needs, in one transaction, whatever the mentor offers.
///
/// # Errors
/// [`StoreError::SeatTaken`] and [`StoreError::Duplicate`], nothing written.
pub async fn insert(state: &AppState, new: &NewSession) -> std::result::Result<(), StoreError> {
    let rules = state.config.window;
    state
        .db
        .write(|txn| {
            let new = &new;
            async move { insert_in(txn, new, rules).await }.scope_boxed()
        })
        .await
}

async fn insert_in(
    txn: &Txn,
    new: &NewSession,
    rules: WindowRules,
) -> std::result::Result<(), StoreError> {
    store::sessions::insert(txn, new).await?;
    let change = match new.booking {
        Booking::Held => return Ok(()),
        Booking::Confirmed => ChangeKind::Booked,
        Booking::Requested | Booking::Declined | Booking::Cancelled { .. } => ChangeKind::Requested,
    };
    let written = Written {
        session: new.id,
        version: 0,
        before: None,
        next: Next {
            booking: new.booking,
            change,
        },
        time: new.time,
        by: new.mentee,
        note: String::new(),
    };
    follow(txn, &written, rules, new.now).await
}

impl NewSession {
    /// A confirmed session without buffers, as tools and tests make it.
    pub fn confirmed(
        id: SessionId,
        (mentor, mentee): (UserId, UserId),
        title: domain::text::Title,
        time: Interval,
        meeting_url: String,
        now: Timestamp,
    ) -> Self {
        let details = BookingDetails {
            title,
            goal: String::new(),
            answers: Vec::new(),
        };
        Self {
            id,
            mentor,
            mentee,
            booking: Booking::Confirmed,
            held_until: None,
            details: Some(details),
            time,
            mentor_seat: time,
            meeting_url,
            idempotency_key: None,
            now,
        }
    }
}
