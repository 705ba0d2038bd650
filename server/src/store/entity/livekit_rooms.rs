//! Table `livekit_rooms`: LiveKit rooms of sessions, one row per generation.

use domain::{
    ids::{RoomId, RoomName, SessionId},
    session::{EndReason, RoomWord},
    time::Timestamp,
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "livekit_rooms")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RoomId,
    pub session_id: SessionId,
    pub name: RoomName,
    pub generation: i32,
    pub status: RoomWord,
    pub livekit_sid: Option<String>,
    pub ensured_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub end_reason: Option<EndReason>,
    pub deleted_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub reconciled_at: Option<Timestamp>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
