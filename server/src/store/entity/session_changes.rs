//! Table `session_changes`: what happened to a session, for the people in it.

use domain::{
    booking::ChangeKind,
    ids::{SessionId, UserId},
    time::Timestamp,
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session_changes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub session_id: SessionId,
    pub version: i32,
    pub kind: ChangeKind,
    pub by_user: Option<UserId>,
    pub starts_at: Timestamp,
    pub previous_starts_at: Option<Timestamp>,
    pub note: String,
    pub at: Timestamp,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
