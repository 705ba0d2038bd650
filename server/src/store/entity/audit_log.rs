//! Table `audit_log`: what moderators and admins did.

use domain::{
    audit::AuditAction,
    ids::{SessionId, UserId},
    time::Timestamp,
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_log")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub at: Timestamp,
    pub actor: Option<UserId>,
    pub action: AuditAction,
    pub session_id: Option<SessionId>,
    pub subject: Option<UserId>,
    pub detail: String,
    pub times: i32,
    pub counted_as: Option<String>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
