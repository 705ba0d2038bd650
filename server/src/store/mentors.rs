//! Tables `mentors`, `availability` and `availability_overrides`.

use super::{
    Engine, StoreError, Txn, engine_of,
    entity::{availability, availability_overrides, mentors},
    json, statement,
};
use domain::{
    availability::{DateOverride, OverrideKind, ScheduleDraft, WeeklyHours},
    ids::UserId,
    time::Timestamp,
    views::{MentorCard, MentorProfile, PendingMentor, Revision},
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    sea_query::OnConflict,
};
use serde::de::DeserializeOwned;
use uuid::Uuid;

/// A profile as its mentor wrote it.
#[derive(Debug, Clone)]
pub struct ProfileRow {
    pub user: UserId,
    /// One line.
    pub headline: String,
    /// Several lines.
    pub bio: String,
    /// Usual length of a session.
    pub session_minutes: u16,
    /// What everybody who books is asked.
    pub questions: Vec<String>,
    /// Whether the mentor confirms each booking by hand.
    pub confirms: bool,
    /// Whether mentees see it, when the profile is new; later the stored value stays.
    pub published: bool,
    pub now: Timestamp,
}

/// Inserts or replaces a profile; what is offered stays.
///
/// # Errors
/// When the database does not answer.
pub async fn save(txn: &Txn, row: &ProfileRow) -> Result<(), StoreError> {
    let usual = ScheduleDraft {
        lengths: vec![row.session_minutes],
        ..ScheduleDraft::default()
    };
    let mut model = schedule_model(&usual)?;
    model.user_id = Set(row.user);
    model.headline = Set(row.headline.clone());
    model.bio = Set(row.bio.clone());
    model.session_minutes = Set(i32::from(row.session_minutes));
    model.published = Set(row.published);
    model.created_at = Set(row.now);
    model.updated_at = Set(row.now);
    model.questions = Set(json(&row.questions)?);
    model.confirms = Set(row.confirms);
    mentors::Entity::insert(model)
        .on_conflict(
            OnConflict::column(mentors::Column::UserId)
                .update_columns([
                    mentors::Column::Headline,
                    mentors::Column::Bio,
                    mentors::Column::SessionMinutes,
                    mentors::Column::Questions,
                    mentors::Column::Confirms,
                    mentors::Column::UpdatedAt,
                ])
                .to_owned(),
        )
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// Replaces what a mentor offers; `false` when there is no profile.
///
/// # Errors
/// When the database does not answer.
pub async fn save_schedule(
    txn: &Txn,
    user: UserId,
    schedule: &ScheduleDraft,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if mentors::Entity::find_by_id(user).one(txn).await?.is_none() {
        return Ok(false);
    }
    let mut model = schedule_model(schedule)?;
    model.user_id = Unchanged(user);
    model.updated_at = Set(now);
    mentors::Entity::update(model).exec(txn).await?;
    availability::Entity::delete_many()
        .filter(availability::Column::MentorId.eq(user))
        .exec(txn)
        .await?;
    let hours = schedule
        .hours
        .iter()
        .map(|hours| availability::ActiveModel {
            id: Set(Uuid::new_v4()),
            mentor_id: Set(user),
            weekday: Set(i32::from(hours.weekday)),
            from_min: Set(i32::from(hours.from_min)),
            to_min: Set(i32::from(hours.to_min)),
        });
    availability::Entity::insert_many(hours)
        .exec_without_returning(txn)
        .await?;
    availability_overrides::Entity::delete_many()
        .filter(availability_overrides::Column::MentorId.eq(user))
        .exec(txn)
        .await?;
    let dates = schedule.overrides.iter().map(|date| {
        let hours = date.kind.hours();
        availability_overrides::ActiveModel {
            id: Set(Uuid::new_v4()),
            mentor_id: Set(user),
            kind: Set(date.kind.into()),
            from_day: Set(date.from_day),
            to_day: Set(date.to_day),
            from_min: Set(hours.map(|(from, _)| from.into())),
            to_min: Set(hours.map(|(_, to)| to.into())),
            label: Set(date.label.clone()),
        }
    });
    availability_overrides::Entity::insert_many(dates)
        .exec_without_returning(txn)
        .await?;
    Ok(true)
}

/// Keeps others from booking this mentor until the transaction ends, so that a limit counts right.
///
/// # Errors
/// When the database does not answer.
pub async fn lock(txn: &Txn, user: UserId) -> Result<(), StoreError> {
    match engine_of(txn) {
        Engine::Postgres => {
            let sql = "SELECT user_id FROM mentors WHERE user_id = $1 FOR NO KEY UPDATE";
            txn.query_one_raw(statement(txn, sql, [user.into()]))
                .await?;
            Ok(())
        }
        // It has one writer at a time.
        Engine::Sqlite => Ok(()),
    }
}

/// The columns of a schedule.
fn schedule_model(schedule: &ScheduleDraft) -> Result<mentors::ActiveModel, StoreError> {
    Ok(mentors::ActiveModel {
        lengths: Set(json(&schedule.lengths)?),
        buffer_before_min: Set(int(schedule.buffer_before)),
        buffer_after_min: Set(int(schedule.buffer_after)),
        min_notice_minutes: Set(int(schedule.min_notice)),
        booking_window_days: Set(int(schedule.booking_window)),
        max_per_day: Set(schedule.max_per_day.map(int)),
        max_per_week: Set(schedule.max_per_week.map(int)),
        paused: Set(schedule.paused),
        ..Default::default()
    })
}

fn int(n: u32) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

/// Makes a profile visible to mentees; `false` when there is none.
///
/// # Errors
/// When the database does not answer.
pub async fn publish(txn: &Txn, user: UserId) -> Result<bool, StoreError> {
    let changed = mentors::Entity::update_many()
        .col_expr(mentors::Column::Published, true.into())
        .filter(mentors::Column::UserId.eq(user))
        .exec(txn)
        .await?;
    Ok(changed.rows_affected > 0)
}

/// Hides a profile from mentees; `false` when it is not published.
///
/// # Errors
/// When the database does not answer.
pub async fn unpublish(txn: &Txn, user: UserId) -> Result<bool, StoreError> {
    let changed = mentors::Entity::update_many()
        .col_expr(mentors::Column::Published, false.into())
        .filter(mentors::Column::UserId.eq(user))
        .filter(mentors::Column::Published.eq(true))
        .exec(txn)
        .await?;
    Ok(changed.rows_affected > 0)
}

/// Keeps what a published mentor wants to be shown instead until an admin has seen it.
///
/// # Errors
/// When the database does not answer.
pub async fn set_revision(txn: &Txn, user: UserId, revision: &Revision) -> Result<(), StoreError> {
    let row = mentors::ActiveModel {
        user_id: Unchanged(user),
        pending_name: Set(revision.name.clone()),
        pending_headline: Set(revision.headline.clone()),
        pending_bio: Set(revision.bio.clone()),
        ..Default::default()
    };
    mentors::Entity::update(row).exec(txn).await?;
    Ok(())
}

/// Shows what a mentor wants to be shown.
///
/// # Errors
/// When the database does not answer.
pub async fn apply_revision(
    txn: &Txn,
    user: UserId,
    revision: &Revision,
) -> Result<(), StoreError> {
    let mut row = mentors::ActiveModel {
        user_id: Unchanged(user),
        ..Default::default()
    };
    if let Some(headline) = &revision.headline {
        row.headline = Set(headline.clone());
    }
    if let Some(bio) = &revision.bio {
        row.bio = Set(bio.clone());
    }
    row.pending_name = Set(None);
    row.pending_headline = Set(None);
    row.pending_bio = Set(None);
    mentors::Entity::update(row).exec(txn).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Row {
    id: UserId,
    name: String,
    time_zone: String,
    headline: String,
    bio: String,
    session_minutes: i32,
    published: bool,
    lengths: String,
    questions: String,
    confirms: bool,
    buffer_before_min: i32,
    buffer_after_min: i32,
    min_notice_minutes: i32,
    booking_window_days: i32,
    max_per_day: Option<i32>,
    max_per_week: Option<i32>,
    paused: bool,
    pending_name: Option<String>,
    pending_headline: Option<String>,
    pending_bio: Option<String>,
    leaves: bool,
}

impl Row {
    /// Whether mentees see it: nobody books somebody who leaves.
    fn is_shown(&self) -> bool {
        self.published && !self.leaves
    }

    fn revision(&self) -> Option<Revision> {
        let revision = Revision {
            name: self.pending_name.clone(),
            headline: self.pending_headline.clone(),
            bio: self.pending_bio.clone(),
        };
        (revision != Revision::default()).then_some(revision)
    }

    fn list<T: DeserializeOwned>(&self, json: &str) -> Result<Vec<T>, StoreError> {
        serde_json::from_str(json).map_err(|_| StoreError::inconsistent("mentors", self.id.0))
    }

    fn lengths(&self) -> Result<Vec<u16>, StoreError> {
        let mut lengths: Vec<u16> = self.list(&self.lengths)?;
        let usual = u16::try_from(self.session_minutes).unwrap_or_default();
        if !lengths.contains(&usual) {
            lengths.push(usual);
            lengths.sort_unstable();
        }
        Ok(lengths)
    }

    fn card(self) -> Result<MentorCard, StoreError> {
        Ok(MentorCard {
            id: self.id,
            lengths: self.lengths()?,
            questions: self.list(&self.questions)?,
            session_minutes: u16::try_from(self.session_minutes).unwrap_or_default(),
            name: self.name,
            headline: self.headline,
            bio: self.bio,
            time_zone: self.time_zone,
            confirms: self.confirms,
        })
    }
}

const SELECT: &str = "SELECT u.id, u.name, u.time_zone, m.headline, m.bio, m.session_minutes, m.published, m.lengths, \
    m.questions, m.confirms, m.buffer_before_min, m.buffer_after_min, m.min_notice_minutes, m.booking_window_days, m.max_per_day, \
    m.max_per_week, m.paused, m.pending_name, m.pending_headline, m.pending_bio, \
    (u.delete_at IS NOT NULL) AS leaves FROM mentors m JOIN users u ON u.id = m.user_id WHERE u.anonymised_at IS NULL AND u.suspended_at IS NULL";

/// Published profiles, by name; at most 200.
///
/// # Errors
/// When the database does not answer.
pub async fn list(db: &impl ConnectionTrait) -> Result<Vec<MentorCard>, StoreError> {
    let sql =
        format!("{SELECT} AND m.published AND u.delete_at IS NULL ORDER BY u.name, u.id LIMIT 200");
    let rows = Row::find_by_statement(statement(db, &sql, []))
        .all(db)
        .await?;
    rows.into_iter().map(Row::card).collect()
}

/// Profiles, and changes of them, that wait for an admin, by name; at most 200.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(db: &impl ConnectionTrait) -> Result<Vec<PendingMentor>, StoreError> {
    let sql = format!(
        "{SELECT} AND u.delete_at IS NULL AND (NOT m.published OR m.pending_name IS NOT NULL OR m.pending_headline IS NOT NULL \
         OR m.pending_bio IS NOT NULL) ORDER BY u.name, u.id LIMIT 200"
    );
    let rows = Row::find_by_statement(statement(db, &sql, []))
        .all(db)
        .await?;
    let pending = |row: Row| {
        Ok(PendingMentor {
            published: row.published,
            revision: row.revision(),
            card: row.card()?,
        })
    };
    rows.into_iter().map(pending).collect()
}

/// One profile with its hours, published or not.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    db: &impl ConnectionTrait,
    user: UserId,
) -> Result<Option<MentorProfile>, StoreError> {
    let sql = format!("{SELECT} AND m.user_id = $1");
    let Some(row) = Row::find_by_statement(statement(db, &sql, [user.into()]))
        .one(db)
        .await?
    else {
        return Ok(None);
    };
    let hours = availability::Entity::find()
        .filter(availability::Column::MentorId.eq(user))
        .order_by_asc(availability::Column::Weekday)
        .order_by_asc(availability::Column::FromMin)
        .all(db)
        .await?
        .into_iter()
        .map(|h| WeeklyHours {
            weekday: u8::try_from(h.weekday).unwrap_or_default(),
            from_min: minute(h.from_min),
            to_min: minute(h.to_min),
        })
        .collect();
    let overrides = availability_overrides::Entity::find()
        .filter(availability_overrides::Column::MentorId.eq(user))
        .order_by_asc(availability_overrides::Column::FromDay)
        .order_by_asc(availability_overrides::Column::FromMin)
        .all(db)
        .await?
        .into_iter()
        .map(|date| {
            let hours = date.from_min.map(minute).zip(date.to_min.map(minute));
            Ok(DateOverride {
                from_day: date.from_day,
                to_day: date.to_day,
                kind: OverrideKind::of(date.kind, hours)
                    .ok_or_else(|| StoreError::inconsistent("availability_overrides", date.id))?,
                label: date.label,
            })
        })
        .collect::<Result<_, StoreError>>()?;
    let count = |n: i32| u32::try_from(n).unwrap_or_default();
    let schedule = ScheduleDraft {
        hours,
        overrides,
        lengths: row.lengths()?,
        buffer_before: count(row.buffer_before_min),
        buffer_after: count(row.buffer_after_min),
        min_notice: count(row.min_notice_minutes),
        booking_window: count(row.booking_window_days),
        max_per_day: row.max_per_day.map(count),
        max_per_week: row.max_per_week.map(count),
        paused: row.paused,
    };
    Ok(Some(MentorProfile {
        published: row.is_shown(),
        revision: row.revision(),
        card: row.card()?,
        schedule,
    }))
}

fn minute(n: i32) -> u16 {
    u16::try_from(n).unwrap_or_default()
}
