//! Table `users`: people's accounts.

use domain::{ids::UserId, time::Timestamp};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub time_zone: String,
    pub password_hash: String,
    pub is_admin: bool,
    pub created_at: Timestamp,
    pub anonymised_at: Option<Timestamp>,
    pub search: String,
    pub email_failed_at: Option<Timestamp>,
    pub suspended_at: Option<Timestamp>,
    pub delete_at: Option<Timestamp>,
    pub delete_held: bool,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
