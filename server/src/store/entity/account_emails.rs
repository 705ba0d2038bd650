//! Table `account_emails`: emails to one address, with the tokens of their links.

use domain::{
    account::AccountEmail,
    ids::{EmailId, SignUpId, UserId},
    time::Timestamp,
};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account_emails")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EmailId,
    pub kind: AccountEmail,
    pub email: String,
    pub user_id: Option<UserId>,
    pub sign_up_id: Option<SignUpId>,
    pub token_hash: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub used_at: Option<Timestamp>,
}

/// Joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
