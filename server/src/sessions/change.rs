//! Changing sessions: finishing a held one, answering a request, moving, calling off.

use super::{
    BookingForm,
    book::{both_stay, not_blocked},
    conflict,
    follow::{Written, follow},
    get,
    slots::{Asked, eased, find_time, length_of},
};
use crate::{
    AppState, Error, Result,
    accounts::limits,
    login::CurrentLogin,
    mentors::{self, Mentor},
    store::{
        self, StoreError, Txn,
        sessions::{Edit, SessionRecord},
    },
};
use domain::{
    availability::Interval,
    booking::{self, Answered, BookingDetails, Next, Step, after},
    ids::{SessionId, UserId},
    permissions::may_see,
    problem::Problem,
    session::{Booking, SeatRole},
    time::Timestamp,
    views::SessionView,
    window::WindowRules,
};
use scoped_futures::ScopedFutureExt;

/// What somebody wants to change, as it was entered.
#[derive(Debug, Clone)]
pub enum SessionChange {
    /// Finish a held booking.
    Finish(BookingForm),
    /// Say yes to a request.
    Confirm,
    /// Say no, with a note for the mentee.
    Decline {
        /// May be empty.
        reason: String,
    },
    /// Ask the mentee for more information.
    Ask { question: String },
    /// Give it.
    Answer { answer: String },
    /// Move to another of the mentor's free times.
    Reschedule {
        /// The new start.
        starts_at: Timestamp,
        /// Needed on the last day; `None` from a program that was not asked.
        reason: Option<String>,
    },
    /// Call it off.
    Cancel {
        /// Needed on the last day; `None` from a program that was not asked.
        reason: Option<String>,
    },
}

impl SessionChange {
    fn step(&self, mentor_confirms: bool) -> Step {
        match self {
            Self::Finish(_) => Step::Finish { mentor_confirms },
            Self::Confirm => Step::Confirm,
            Self::Decline { .. } => Step::Decline,
            Self::Ask { .. } => Step::Ask,
            Self::Answer { .. } => Step::Answer,
            Self::Reschedule { .. } => Step::Reschedule { mentor_confirms },
            Self::Cancel { .. } => Step::Cancel,
        }
    }
}

/// Changes a session: its row, seats, room, history, emails and jobs are one transaction. Doing what
/// is done already changes nothing and is fine.
///
/// # Errors
/// `Problem::NotFound` for outsiders; `Problem::Forbidden` for the other person's steps;
/// `Problem::Conflict` when the session is past that, or a new time is not free; `Problem::Invalid`
/// naming the field.
pub async fn change(
    state: &AppState,
    login: &CurrentLogin,
    id: SessionId,
    change: SessionChange,
) -> Result<SessionView> {
    let record = store::sessions::find(state.db.read(), id).await?;
    let record = record
        .filter(|r| may_see(&r.facts, &login.actor))
        .ok_or(Problem::NotFound)?;
    // The profile may be gone or hidden by now; that must not keep anybody from calling off.
    let mentor = mentors::any(state, record.facts.mentor).await?;
    let role = record
        .facts
        .role_of(login.me.id)
        .ok_or(Problem::Forbidden)?;
    if !matches!(change, SessionChange::Cancel { .. }) {
        limits::take(state, &[limits::of_change(state, id)]).await?;
    }
    let context = Context {
        id,
        by: login.me.id,
        role,
        mentor: mentor.map(|mentor| eased(mentor, role)),
        now: state.clock.now(),
        rules: state.config.window,
        change,
    };
    let written = state.db.write(|txn| {
        let context = &context;
        async move { apply(txn, context).await }.scope_boxed()
    });
    match written.await {
        Ok(()) => {}
        Err(Error::Store(StoreError::SeatTaken)) => {
            return Err(match context.asked(&record) {
                Some(asked) => conflict::taken(state, login, &asked).await?,
                None => StoreError::SeatTaken.into(),
            });
        }
        Err(error) => return Err(error),
    }
    tracing::info!(session.id = %id, user.id = %context.by, "session {id} changed");
    get(state, login, id).await
}

#[derive(Debug, Clone)]
struct Context {
    id: SessionId,
    by: UserId,
    role: SeatRole,
    mentor: Option<Mentor>,
    now: Timestamp,
    rules: WindowRules,
    change: SessionChange,
}

impl Context {
    /// The time that a move asks for.
    fn asked(&self, record: &SessionRecord) -> Option<Asked> {
        let SessionChange::Reschedule { starts_at, .. } = self.change else {
            return None;
        };
        Some(Asked {
            mentor: self.mentor.clone()?,
            length: length_of(record)?,
            starts_at,
            moved: Some(self.id),
            now: self.now,
        })
    }
}

async fn apply(txn: &Txn, context: &Context) -> Result<()> {
    let old = store::sessions::lock(txn, context.id).await?;
    let old = old.ok_or(Problem::NotFound)?;
    let confirms = context.mentor.as_ref().is_some_and(|m| m.card.confirms);
    let step = context.change.step(confirms);
    if booking::belongs_to(step, context.role) && is_done(&old, &context.change) {
        return Ok(());
    }
    let next = after(&old.facts, old.held_until, context.role, step, context.now)?;
    let (edit, note) = edit(txn, context, &old, next).await?;
    store::sessions::edit(txn, &old, &edit, context.now).await?;
    match next.booking {
        Booking::Held | Booking::Requested | Booking::Confirmed => {
            let people = (old.facts.mentor, old.facts.mentee);
            both_stay(txn, people, context.by).await?;
        }
        Booking::Declined | Booking::Cancelled { .. } => {}
    }
    let written = Written {
        session: context.id,
        version: old.version + 1,
        before: (old.facts.booking != Booking::Held).then(|| (old.facts.booking, time_of(&old))),
        next,
        time: edit.time.map_or_else(|| time_of(&old), |(time, _)| time),
        by: context.by,
        note,
    };
    Ok(follow(txn, &written, context.rules, context.now).await?)
}

fn time_of(record: &SessionRecord) -> Interval {
    Interval {
        from: record.facts.scheduled_at,
        to: record.facts.ends_at,
    }
}

/// Whether somebody pressed twice.
fn is_done(old: &SessionRecord, change: &SessionChange) -> bool {
    match (change, old.facts.booking) {
        (SessionChange::Finish(form), Booking::Requested | Booking::Confirmed) => {
            old.version == 1 && form.title.trim() == old.title
        }
        (SessionChange::Confirm, Booking::Confirmed)
        | (SessionChange::Decline { .. }, Booking::Declined)
        | (SessionChange::Cancel { .. }, Booking::Cancelled { .. }) => true,
        (SessionChange::Reschedule { starts_at, .. }, Booking::Requested | Booking::Confirmed) => {
            *starts_at == old.facts.scheduled_at
        }
        (
            SessionChange::Finish(_)
            | SessionChange::Confirm
            | SessionChange::Decline { .. }
            | SessionChange::Ask { .. }
            | SessionChange::Answer { .. }
            | SessionChange::Reschedule { .. }
            | SessionChange::Cancel { .. },
            _,
        ) => false,
    }
}

/// What is written, and what the history quotes.
async fn edit(
    txn: &Txn,
    context: &Context,
    old: &SessionRecord,
    next: Next,
) -> Result<(Edit, String)> {
    let mut edit = Edit {
        booking: (next.booking != old.facts.booking).then_some(next.booking),
        ..Edit::default()
    };
    let note = match &context.change {
        SessionChange::Finish(form) => {
            not_blocked(txn, old.facts.mentor, old.facts.mentee).await?;
            let questions = context.mentor.as_ref().map(|m| m.card.questions.clone());
            let questions = questions.unwrap_or_default();
            edit.details = Some(BookingDetails::parse(
                &form.title,
                &form.goal,
                &questions,
                &form.answers,
            )?);
            String::new()
        }
        SessionChange::Confirm => {
            edit.asked = Some(None);
            String::new()
        }
        SessionChange::Decline { reason } => {
            let reason = booking::note("reason", reason)?;
            edit.reason = Some(reason.clone());
            reason
        }
        SessionChange::Ask { question } => {
            let question = needed("question", question, "Write what you would like to know.")?;
            edit.asked = Some(Some(question.clone()));
            question
        }
        SessionChange::Answer { answer } => {
            let answer = needed("answer", answer, "Write your answer.")?;
            let Some(question) = old.asked.clone() else {
                return Err(Problem::Conflict("There is no open question.".to_owned()).into());
            };
            let answered = Answered {
                question,
                answer: answer.clone(),
            };
            edit.asked = Some(None);
            edit.answers = Some([old.answers.clone(), vec![answered]].concat());
            answer
        }
        SessionChange::Reschedule { reason, .. } => {
            let reason = given(old, reason.as_deref(), context.now)?;
            let gone = || Problem::Conflict("This mentor no longer takes bookings.".to_owned());
            let asked = context.asked(old).ok_or_else(gone)?;
            not_blocked(txn, old.facts.mentor, old.facts.mentee).await?;
            let time = find_time(txn, &asked).await?;
            edit.time = Some((time, asked.mentor.schedule.seat(time)));
            reason
        }
        SessionChange::Cancel { reason } => {
            let reason = given(old, reason.as_deref(), context.now)?;
            edit.reason = Some(reason.clone());
            reason
        }
    };
    Ok((edit, note))
}

fn given(old: &SessionRecord, reason: Option<&str>, now: Timestamp) -> Result<String> {
    match reason {
        Some(reason) => Ok(booking::reason(&old.facts, reason, now)?),
        None => Ok(String::new()),
    }
}

fn needed(field: &str, text: &str, missing: &str) -> Result<String> {
    let text = booking::note(field, text)?;
    if text.is_empty() {
        return Err(Problem::field(field, missing).into());
    }
    Ok(text)
}

/// Gives a held time back. Doing it twice is fine.
///
/// # Errors
/// When the database does not answer.
pub async fn release(state: &AppState, login: &CurrentLogin) -> Result<()> {
    let mentee = login.me.id;
    Ok(state
        .db
        .write(|txn| {
            async move { store::sessions::release_holds(txn, mentee, None).await }.scope_boxed()
        })
        .await?)
}
