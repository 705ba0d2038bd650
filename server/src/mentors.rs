//! Mentor profiles and what they offer.

use crate::{
    AppState, Error, Result,
    accounts::CurrentLogin,
    store::{self, mentors::ProfileRow},
    zones::Zone,
};
use domain::{
    availability::{Length, Schedule, ScheduleDraft},
    booking::questions,
    ids::UserId,
    problem::{Problem, Refusals},
    text::paragraph,
    views::{MentorCard, MentorProfile, PendingMentor},
};
use scoped_futures::ScopedFutureExt;

/// What a mentor enters.
#[derive(Debug, Clone)]
pub struct MentorForm {
    /// One line, up to 120 characters.
    pub headline: String,
    /// Several lines, up to 2,000 characters.
    pub bio: String,
    /// Usual length of a session: it is offered, whatever else is.
    pub session_minutes: u16,
    /// What everybody who books is asked, one question a line.
    pub questions: String,
    /// Whether the mentor confirms each booking by hand.
    pub confirms: bool,
}

/// A mentor whom people can book.
#[derive(Debug, Clone)]
pub(crate) struct Mentor {
    pub card: MentorCard,
    pub schedule: Schedule,
    pub zone: Zone,
}

impl Mentor {
    fn of(profile: MentorProfile) -> Result<Self> {
        let schedule = Schedule::check(profile.schedule).map_err(|problem| {
            Error::Other(format!("a stored schedule is not valid: {problem}"))
        })?;
        Ok(Self {
            zone: Zone::or_utc(&profile.card.time_zone),
            card: profile.card,
            schedule,
        })
    }

    /// The length asked for, or the usual one.
    ///
    /// # Errors
    /// `Problem::Invalid` on `minutes`.
    pub(crate) fn length(&self, minutes: Option<u16>) -> Result<Length> {
        Length::parse(minutes.unwrap_or(self.card.session_minutes))
            .map_err(|problem| Problem::field("minutes", problem.to_string()).into())
    }

    /// The mentor's own view of their times when moving a session.
    pub(crate) fn without_min_notice_and_limits(mut self) -> Self {
        let draft = ScheduleDraft {
            min_notice: 0,
            max_per_day: None,
            max_per_week: None,
            paused: false,
            ..self.schedule.draft().clone()
        };
        if let Ok(schedule) = Schedule::check(draft) {
            self.schedule = schedule;
        }
        self
    }
}

/// Published mentors.
///
/// # Errors
/// When the database does not answer.
pub async fn list(state: &AppState, _login: &CurrentLogin) -> Result<Vec<MentorCard>> {
    Ok(store::mentors::list(state.db.read(), true).await?)
}

/// One published mentor; `Problem::NotFound` also for a profile that is not published.
pub(crate) async fn published(state: &AppState, id: UserId) -> Result<Mentor> {
    let profile = store::mentors::find(state.db.read(), id).await?;
    let profile = profile.filter(|profile| profile.published);
    Mentor::of(profile.ok_or(Problem::NotFound)?)
}

/// One mentor, published or not.
pub(crate) async fn any(state: &AppState, id: UserId) -> Result<Option<Mentor>> {
    let profile = store::mentors::find(state.db.read(), id).await?;
    profile.map(Mentor::of).transpose()
}

/// The reader's profile.
///
/// # Errors
/// When the database does not answer.
pub async fn profile(state: &AppState, login: &CurrentLogin) -> Result<Option<MentorProfile>> {
    Ok(store::mentors::find(state.db.read(), login.me.id).await?)
}

/// Makes or changes the reader's profile; a new one waits for an admin unless `AUTO_APPROVE_MENTORS`.
///
/// # Errors
/// `Problem::Invalid` naming the fields.
pub async fn save_profile(
    state: &AppState,
    login: &CurrentLogin,
    form: MentorForm,
) -> Result<MentorProfile> {
    let mut refusals = Refusals::default();
    let headline = refusals.take("headline", domain::text::Title::parse(&form.headline));
    let bio = refusals.take("bio", paragraph(&form.bio, 2_000));
    let length = refusals.take("sessionMinutes", Length::parse(form.session_minutes));
    let questions = refusals.take_named("questions", questions(&form.questions));
    let whole = headline.zip(bio).zip(length.zip(questions));
    let ((headline, bio), (length, questions)) = refusals.finish(whole)?;
    let row = ProfileRow {
        user: login.me.id,
        headline: headline.as_str().to_owned(),
        bio,
        session_minutes: length.minutes(),
        questions,
        confirms: form.confirms,
        published: state.config.auto_approve_mentors,
        now: state.clock.now(),
    };
    state
        .db
        .write(|txn| {
            let row = &row;
            async move { store::mentors::save(txn, row).await }.scope_boxed()
        })
        .await?;
    saved(state, login).await
}

async fn saved(state: &AppState, login: &CurrentLogin) -> Result<MentorProfile> {
    profile(state, login)
        .await?
        .ok_or_else(|| Error::Other("a saved mentor profile is gone".to_owned()))
}

/// Changes the reader's schedule: hours, other dates, lengths, buffers, minimum notice, booking window, limits, pause.
///
/// # Errors
/// `Problem::NotFound` before there is a profile; `Problem::Invalid` naming the fields.
pub async fn save_schedule(
    state: &AppState,
    login: &CurrentLogin,
    draft: ScheduleDraft,
) -> Result<MentorProfile> {
    let schedule = Schedule::check(draft)?;
    let (user, now) = (login.me.id, state.clock.now());
    let found = state.db.write(|txn| {
        let schedule = &schedule;
        async move { store::mentors::save_schedule(txn, user, schedule.draft(), now).await }
            .scope_boxed()
    });
    if !found.await? {
        return Err(Problem::NotFound.into());
    }
    saved(state, login).await
}

/// Profiles waiting for an admin.
///
/// # Errors
/// `Problem::Forbidden` unless the reader is an admin.
pub async fn pending(state: &AppState, login: &CurrentLogin) -> Result<Vec<PendingMentor>> {
    login.require_admin()?;
    let cards = store::mentors::list(state.db.read(), false).await?;
    Ok(cards
        .into_iter()
        .map(|card| PendingMentor { card })
        .collect())
}

/// Publishes a profile.
///
/// # Errors
/// `Problem::Forbidden` unless the actor is an admin; `Problem::NotFound`.
pub async fn publish(state: &AppState, login: &CurrentLogin, mentor: UserId) -> Result<()> {
    login.require_admin()?;
    let (admin, now) = (login.me.id, state.clock.now());
    let found = state
        .db
        .write(|txn| {
            async move {
                let found = store::mentors::publish(txn, mentor).await?;
                if found {
                    let entry = store::audit::AuditEntry {
                        at: now,
                        actor: Some(admin),
                        action: domain::audit::AuditAction::ApprovedMentor,
                        session: None,
                        subject: Some(mentor),
                        detail: String::new(),
                    };
                    store::audit::record(txn, &entry).await?;
                }
                Ok::<_, store::StoreError>(found)
            }
            .scope_boxed()
        })
        .await?;
    tracing::info!(admin.id = %login.me.id, mentor.id = %mentor, "mentor profile {mentor} published");
    if found {
        Ok(())
    } else {
        Err(Problem::NotFound.into())
    }
}
