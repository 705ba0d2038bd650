//! Mentor profiles and what they offer.

use crate::{
    AppState, Error, Result,
    login::CurrentLogin,
    store::{self, mentors::ProfileRow},
    zones::Zone,
};
use domain::{
    audit::AuditAction,
    availability::{Length, Schedule, ScheduleDraft},
    booking::questions,
    ids::UserId,
    problem::{Problem, Refusals},
    text::paragraph,
    views::{MentorCard, MentorProfile, PendingMentor, Revision},
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
    Ok(store::mentors::list(state.db.read()).await?)
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
/// `Problem::Invalid` naming the fields; `Problem::Conflict` for somebody who leaves.
pub async fn save_profile(
    state: &AppState,
    login: &CurrentLogin,
    form: MentorForm,
) -> Result<MentorProfile> {
    login.require_staying()?;
    let mut refusals = Refusals::default();
    let headline = refusals.take("headline", domain::text::Title::parse(&form.headline));
    let bio = refusals.take("bio", paragraph(&form.bio, 2_000));
    let length = refusals.take("sessionMinutes", Length::parse(form.session_minutes));
    let questions = refusals.take_named("questions", questions(&form.questions));
    let whole = headline.zip(bio).zip(length.zip(questions));
    let ((headline, bio), (length, questions)) = refusals.finish(whole)?;
    let mut row = ProfileRow {
        user: login.me.id,
        headline: headline.as_str().to_owned(),
        bio,
        session_minutes: length.minutes(),
        questions,
        confirms: form.confirms,
        published: state.config.auto_approve_mentors,
        now: state.clock.now(),
    };
    let shown = profile(state, login).await?;
    let shown = shown.filter(|shown| shown.published && !state.config.auto_approve_mentors);
    // What mentees read stays up until an admin has seen the new text.
    let revision = shown.map(|shown| {
        let mut revision = shown.revision.unwrap_or_default();
        revision.headline = waits(&mut row.headline, shown.card.headline);
        revision.bio = waits(&mut row.bio, shown.card.bio);
        revision
    });
    let saving = state.db.write(|txn| {
        let (row, revision) = (&row, &revision);
        async move {
            store::mentors::save(txn, row).await?;
            match revision {
                Some(revision) => store::mentors::set_revision(txn, row.user, revision).await,
                None => Ok(()),
            }
        }
        .scope_boxed()
    });
    saving.await?;
    saved(state, login).await
}

/// Keeps `shown` in place of `new`, which waits unless it is the same.
fn waits(new: &mut String, shown: String) -> Option<String> {
    let wanted = std::mem::replace(new, shown);
    (wanted != *new).then_some(wanted)
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

/// Profiles, and changes of them, that wait for an admin.
///
/// # Errors
/// `Problem::Forbidden` unless the reader is an admin.
pub async fn pending(state: &AppState, login: &CurrentLogin) -> Result<Vec<PendingMentor>> {
    login.require_admin()?;
    Ok(store::mentors::waiting(state.db.read()).await?)
}

/// Publishes a profile, with the change that waits.
///
/// # Errors
/// `Problem::Forbidden` unless the actor is an admin; `Problem::NotFound`.
pub async fn publish(state: &AppState, login: &CurrentLogin, mentor: UserId) -> Result<()> {
    review(state, login, mentor, Verdict::Publish).await
}

/// Refuses the change of a profile; what mentees read so far stays.
///
/// # Errors
/// As [`publish`].
pub async fn refuse(state: &AppState, login: &CurrentLogin, mentor: UserId) -> Result<()> {
    review(state, login, mentor, Verdict::Refuse).await
}

/// Hides a profile from mentees; sessions that are booked stay.
///
/// # Errors
/// As [`publish`].
pub async fn unpublish(state: &AppState, login: &CurrentLogin, mentor: UserId) -> Result<()> {
    review(state, login, mentor, Verdict::Unpublish).await
}

/// What an admin decides about a profile.
#[derive(Debug, Clone, Copy)]
enum Verdict {
    Publish,
    Refuse,
    Unpublish,
}

async fn review(
    state: &AppState,
    login: &CurrentLogin,
    mentor: UserId,
    verdict: Verdict,
) -> Result<()> {
    login.require_admin()?;
    let (admin, now) = (login.me.id, state.clock.now());
    let reviewing = state.db.write(|txn| {
        async move {
            let profile = store::mentors::find(txn, mentor).await?;
            let profile = profile.ok_or(Problem::NotFound)?;
            let revision = profile.revision.unwrap_or_default();
            let action = match verdict {
                Verdict::Publish => {
                    store::mentors::apply_revision(txn, mentor, &revision).await?;
                    if let Some(name) = &revision.name {
                        store::users::set_name(txn, mentor, name).await?;
                    }
                    store::mentors::publish(txn, mentor).await?;
                    match profile.published {
                        true => AuditAction::ApprovedRevision,
                        false => AuditAction::ApprovedMentor,
                    }
                }
                Verdict::Refuse => {
                    store::mentors::apply_revision(txn, mentor, &Revision::default()).await?;
                    AuditAction::RefusedRevision
                }
                Verdict::Unpublish => {
                    if !store::mentors::unpublish(txn, mentor).await? {
                        return Err(Problem::NotFound.into());
                    }
                    AuditAction::UnpublishedMentor
                }
            };
            let entry = store::audit::AuditEntry::of(now, Some(admin), action, Some(mentor));
            store::audit::record(txn, &entry).await?;
            Ok::<_, Error>(())
        }
        .scope_boxed()
    });
    reviewing.await?;
    tracing::info!(admin.id = %admin, mentor.id = %mentor, "mentor profile {mentor} reviewed");
    Ok(())
}
