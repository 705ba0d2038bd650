//! Tables `mentors` and `availability`.

use super::{
    StoreError,
    entity::{availability, mentors},
    statement,
};
use domain::{
    availability::WeeklyHours,
    ids::UserId,
    time::Timestamp,
    views::{MentorCard, MentorProfile},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter,
    QueryOrder, sea_query::OnConflict,
};
use uuid::Uuid;

/// A profile as its mentor wrote it.
#[derive(Debug, Clone)]
pub struct ProfileRow {
    /// Whose.
    pub user: UserId,
    /// One line.
    pub headline: String,
    /// Several lines.
    pub bio: String,
    /// Length of a session.
    pub session_minutes: u16,
    /// Whether mentees see it, when the profile is new; later the stored value stays.
    pub published: bool,
    /// Weekly hours, checked.
    pub hours: Vec<WeeklyHours>,
    /// When.
    pub now: Timestamp,
}

/// Inserts or replaces a profile and its hours.
///
/// # Errors
/// When the database does not answer.
pub async fn save(txn: &impl ConnectionTrait, row: &ProfileRow) -> Result<(), StoreError> {
    mentors::Entity::insert(mentors::ActiveModel {
        user_id: Set(row.user.0),
        headline: Set(row.headline.clone()),
        bio: Set(row.bio.clone()),
        session_minutes: Set(i32::from(row.session_minutes)),
        published: Set(row.published),
        created_at: Set(row.now.0),
        updated_at: Set(row.now.0),
    })
    .on_conflict(
        OnConflict::column(mentors::Column::UserId)
            .update_columns([
                mentors::Column::Headline,
                mentors::Column::Bio,
                mentors::Column::SessionMinutes,
                mentors::Column::UpdatedAt,
            ])
            .to_owned(),
    )
    .exec_without_returning(txn)
    .await?;
    availability::Entity::delete_many()
        .filter(availability::Column::MentorId.eq(row.user.0))
        .exec(txn)
        .await?;
    for hours in &row.hours {
        availability::Entity::insert(availability::ActiveModel {
            id: Set(Uuid::new_v4()),
            mentor_id: Set(row.user.0),
            weekday: Set(i32::from(hours.weekday)),
            from_min: Set(i32::from(hours.from_min)),
            to_min: Set(i32::from(hours.to_min)),
        })
        .exec_without_returning(txn)
        .await?;
    }
    Ok(())
}

/// Makes a profile visible to mentees; `false` when there is none.
///
/// # Errors
/// When the database does not answer.
pub async fn publish(txn: &impl ConnectionTrait, user: UserId) -> Result<bool, StoreError> {
    let changed = mentors::Entity::update_many()
        .col_expr(mentors::Column::Published, true.into())
        .filter(mentors::Column::UserId.eq(user.0))
        .exec(txn)
        .await?;
    Ok(changed.rows_affected > 0)
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    name: String,
    time_zone: String,
    headline: String,
    bio: String,
    session_minutes: i32,
    published: bool,
}

impl Row {
    fn card(self) -> MentorCard {
        MentorCard {
            id: UserId(self.id),
            name: self.name,
            headline: self.headline,
            bio: self.bio,
            time_zone: self.time_zone,
            session_minutes: u16::try_from(self.session_minutes).unwrap_or_default(),
        }
    }
}

const SELECT: &str = "SELECT u.id, u.name, u.time_zone, m.headline, m.bio, m.session_minutes, m.published \
                      FROM mentors m JOIN users u ON u.id = m.user_id WHERE u.anonymised_at IS NULL";

/// Profiles by visibility, by name; at most 200.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    db: &impl ConnectionTrait,
    published: bool,
) -> Result<Vec<MentorCard>, StoreError> {
    let sql = format!("{SELECT} AND m.published = $1 ORDER BY u.name, u.id LIMIT 200");
    let rows = Row::find_by_statement(statement(db, &sql, [published.into()]))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Row::card).collect())
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
    let Some(row) = Row::find_by_statement(statement(db, &sql, [user.0.into()]))
        .one(db)
        .await?
    else {
        return Ok(None);
    };
    let hours = availability::Entity::find()
        .filter(availability::Column::MentorId.eq(user.0))
        .order_by_asc(availability::Column::Weekday)
        .order_by_asc(availability::Column::FromMin)
        .all(db)
        .await?
        .into_iter()
        .map(|h| WeeklyHours {
            weekday: u8::try_from(h.weekday).unwrap_or_default(),
            from_min: u16::try_from(h.from_min).unwrap_or_default(),
            to_min: u16::try_from(h.to_min).unwrap_or_default(),
        })
        .collect();
    Ok(Some(MentorProfile {
        published: row.published,
        card: row.card(),
        hours,
    }))
}
