//! Mentor profiles.

use crate::{
    AppState, Error, Result,
    accounts::{CurrentLogin, Fields},
    store::{self, mentors::ProfileRow},
};
use domain::{
    availability::{LENGTHS_MIN, WeeklyHours, check_hours},
    ids::UserId,
    problem::Problem,
    text::{TextProblem, paragraph},
    views::{MentorCard, MentorProfile, PendingMentor},
};

/// What a mentor enters.
#[derive(Debug, Clone)]
pub struct MentorForm {
    /// One line, up to 120 characters.
    pub headline: String,
    /// Several lines, up to 2,000 characters.
    pub bio: String,
    /// One of [`LENGTHS_MIN`].
    pub session_minutes: u16,
    /// Weekly hours in the mentor's zone.
    pub hours: Vec<WeeklyHours>,
}

/// Published mentors.
///
/// # Errors
/// When the database does not answer.
pub async fn list(state: &AppState, _login: &CurrentLogin) -> Result<Vec<MentorCard>> {
    Ok(store::mentors::list(state.db.read(), true).await?)
}

/// One published mentor.
///
/// # Errors
/// `Problem::NotFound`, also for a profile that is not published.
pub async fn get(state: &AppState, id: UserId) -> Result<MentorCard> {
    Ok(published(state, id).await?.card)
}

/// One published mentor with hours.
pub(crate) async fn published(state: &AppState, id: UserId) -> Result<MentorProfile> {
    let profile = store::mentors::find(state.db.read(), id).await?;
    profile
        .filter(|profile| profile.published)
        .ok_or_else(|| Problem::NotFound.into())
}

/// One's own profile.
///
/// # Errors
/// When the database does not answer.
pub async fn profile(state: &AppState, login: &CurrentLogin) -> Result<Option<MentorProfile>> {
    Ok(store::mentors::find(state.db.read(), login.me.id).await?)
}

/// Makes or changes one's own profile; a new one waits for an admin unless `AUTO_APPROVE_MENTORS`.
///
/// # Errors
/// `Problem::Invalid` naming the fields.
pub async fn save_profile(
    state: &AppState,
    login: &CurrentLogin,
    form: MentorForm,
) -> Result<MentorProfile> {
    let mut fields = Fields::default();
    let headline = fields.take("headline", domain::text::Title::parse(&form.headline));
    let bio = fields.take("bio", paragraph(&form.bio, 2_000));
    let length = LENGTHS_MIN
        .contains(&form.session_minutes)
        .then_some(form.session_minutes);
    let length = fields.take(
        "sessionMinutes",
        length.ok_or_else(|| TextProblem("Choose one of the lengths.".to_owned())),
    );
    let hours = fields.take(
        "hours",
        check_hours(form.hours).map_err(|e| TextProblem(e.to_string())),
    );
    let (Some(headline), Some(bio), Some(session_minutes), Some(hours)) =
        (headline, bio, length, hours)
    else {
        return Err(fields.refuse());
    };
    let row = ProfileRow {
        user: login.me.id,
        headline: headline.as_str().to_owned(),
        bio,
        session_minutes,
        published: state.config.auto_approve_mentors,
        hours,
        now: state.clock.now(),
    };
    state
        .db
        .write(|txn| {
            let row = row.clone();
            Box::pin(async move { store::mentors::save(txn, &row).await })
        })
        .await?;
    profile(state, login)
        .await?
        .ok_or_else(|| Error::Other("a saved mentor profile is gone".to_owned()))
}

/// Profiles waiting for an admin.
///
/// # Errors
/// `Problem::Forbidden` unless the reader is an admin.
pub async fn pending(state: &AppState, login: &CurrentLogin) -> Result<Vec<PendingMentor>> {
    crate::admin::require(login)?;
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
    crate::admin::require(login)?;
    let found = state
        .db
        .write(|txn| Box::pin(async move { store::mentors::publish(txn, mentor).await }))
        .await?;
    tracing::info!(admin.id = %login.me.id, mentor.id = %mentor, "mentor profile {mentor} published");
    if found {
        Ok(())
    } else {
        Err(Problem::NotFound.into())
    }
}
