//! Table `sessions`: booked mentoring sessions.

use domain::{
    ids::{SessionId, UserId},
    session::{BookingWord, EndReason, Outcome, RoomWord},
    time::{Millis, Timestamp},
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    pub mentor_id: UserId,
    pub mentee_id: UserId,
    pub title: String,
    pub scheduled_at: Timestamp,
    pub ends_at: Timestamp,
    pub booking: BookingWord,
    pub cancelled_by: Option<UserId>,
    pub cancelled_at: Option<Timestamp>,
    pub room: RoomWord,
    pub room_ended_by: Option<UserId>,
    pub room_ended_at: Option<Timestamp>,
    pub room_end_reason: Option<EndReason>,
    pub outcome: Outcome,
    pub meeting_url: String,
    pub idempotency_key: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i32,
    pub held_until: Option<Timestamp>,
    pub goal: String,
    pub answers: String,
    pub asked: Option<String>,
    pub reason: String,
    pub extended_ms: Millis,
    pub mentee_removed_at: Option<Timestamp>,
    pub outcome_at: Option<Timestamp>,
    pub disputed_by: Option<UserId>,
    pub dispute: Option<String>,
    pub kept_out_at: Option<Timestamp>,
    pub settled_at: Option<Timestamp>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
