//! Table `livekit_participants`: stays of people in rooms, one row per LiveKit participant sid.

use domain::{
    ids::{RoomId, SessionId, UserId},
    time::Timestamp,
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "livekit_participants")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub room_id: RoomId,
    pub session_id: SessionId,
    pub user_id: Option<UserId>,
    pub identity: String,
    pub sid: String,
    pub door_at: Option<Timestamp>,
    pub joined_at: Option<Timestamp>,
    pub left_at: Option<Timestamp>,
    pub left_reason: Option<String>,
    pub estimated: bool,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
