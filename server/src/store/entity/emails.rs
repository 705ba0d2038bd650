//! Table `emails`: emails to one person each.

use domain::email::EmailKind;
use domain::{
    ids::{EmailId, SessionId, UserId},
    time::Timestamp,
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "emails")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EmailId,
    pub session_id: SessionId,
    pub user_id: UserId,
    pub kind: EmailKind,
    pub version: i32,
    pub detail: String,
    pub created_at: Timestamp,
    pub sent_at: Option<Timestamp>,
    pub void_at: Option<Timestamp>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
