//! Table `mentors`: mentor profiles.

use domain::{ids::UserId, time::Timestamp};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mentors")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    pub headline: String,
    pub bio: String,
    pub session_minutes: i32,
    pub published: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub lengths: String,
    pub questions: String,
    pub buffer_before_min: i32,
    pub buffer_after_min: i32,
    pub min_notice_minutes: i32,
    pub booking_window_days: i32,
    pub max_per_day: Option<i32>,
    pub max_per_week: Option<i32>,
    pub paused: bool,
    pub confirms: bool,
    pub pending_name: Option<String>,
    pub pending_headline: Option<String>,
    pub pending_bio: Option<String>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
