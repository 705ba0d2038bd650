//! Table `sessions`: booked mentoring sessions.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub mentor_id: Uuid,
    pub mentee_id: Uuid,
    pub title: String,
    pub scheduled_at: i64,
    pub ends_at: i64,
    pub booking: String,
    pub cancelled_by: Option<Uuid>,
    pub cancelled_at: Option<i64>,
    pub room: String,
    pub room_ended_by: Option<Uuid>,
    pub room_ended_at: Option<i64>,
    pub room_end_reason: Option<String>,
    pub outcome: String,
    pub meeting_url: String,
    pub idempotency_key: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
    pub version: i32,
    pub held_until: Option<i64>,
    pub goal: String,
    pub answers: String,
    pub asked: Option<String>,
    pub reason: String,
    pub extended_ms: i64,
    pub mentee_removed_at: Option<i64>,
    pub outcome_at: Option<i64>,
    pub disputed_by: Option<Uuid>,
    pub dispute: Option<String>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
