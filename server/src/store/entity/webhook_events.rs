//! Table `webhook_events`: webhooks as they came, one row per event id of LiveKit.

use crate::store::webhook_events::EventState;
use domain::{ids::RoomName, time::Timestamp};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub event: String,
    pub room_name: Option<RoomName>,
    pub body: String,
    pub state: EventState,
    pub error: Option<String>,
    pub received_at: Timestamp,
    pub processed_at: Option<Timestamp>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
