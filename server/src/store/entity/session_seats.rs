//! Table `session_seats`: people's places in sessions; active ones of a person never overlap.

use domain::{
    ids::{SessionId, UserId},
    session::SeatRole,
    time::Timestamp,
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session_seats")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub session_id: SessionId,
    pub user_id: UserId,
    pub role: SeatRole,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub active: bool,
    pub late_at: Option<Timestamp>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
