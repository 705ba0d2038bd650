//! Table `sign_ups`: accounts that wait for their address to be proved.

use domain::{ids::SignUpId, time::Timestamp};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_ups")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SignUpId,
    pub browser_hash: String,
    pub email: String,
    pub name: String,
    pub time_zone: String,
    pub password_hash: String,
    pub callback: Option<String>,
    pub created_at: Timestamp,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
