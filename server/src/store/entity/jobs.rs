//! Table `jobs`: the outbox.

use domain::{
    ids::{JobId, SessionId},
    time::Timestamp,
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobId,
    pub kind: String,
    pub payload: String,
    pub session_id: Option<SessionId>,
    pub run_at: Timestamp,
    pub attempts: i32,
    pub locked_until: Option<Timestamp>,
    pub locked_by: Option<String>,
    pub last_error: Option<String>,
    pub done_at: Option<Timestamp>,
    pub dead_at: Option<Timestamp>,
    pub dedupe_key: Option<String>,
    pub created_at: Timestamp,
    pub owner: Option<String>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
