//! Table `admin_notifications`: what an admin should look at.

use domain::{
    ids::{JobId, NotificationId, SessionId},
    time::Timestamp,
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "admin_notifications")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NotificationId,
    pub kind: String,
    pub session_id: Option<SessionId>,
    pub job_id: Option<JobId>,
    pub title: String,
    pub cause: String,
    pub created_at: Timestamp,
    pub resolved_at: Option<Timestamp>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
