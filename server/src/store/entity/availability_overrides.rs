//! Table `availability_overrides`: days off and extra hours, in the wall time of `users.time_zone`.

use domain::{
    availability::{Day, OverrideWord},
    ids::UserId,
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "availability_overrides")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub mentor_id: UserId,
    pub kind: OverrideWord,
    pub from_day: Day,
    pub to_day: Day,
    pub from_min: Option<i32>,
    pub to_min: Option<i32>,
    pub label: String,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
