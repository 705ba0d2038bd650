//! Table `account_emails`: emails to one address, with the tokens of their links. Only hashes are kept, and each works
//! once.

use super::{StoreError, Txn, entity::account_emails as table};
use domain::{
    account::AccountEmail,
    ids::{EmailId, SignUpId, UserId},
    time::Timestamp,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter,
    sea_query::Expr,
};

/// Whose email it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// An account's.
    User(UserId),
    /// An account to be's.
    SignUp(SignUpId),
    /// Whoever has the address, looked up when it is sent: who asks is not told whether anybody has.
    OfAddress,
}

/// An email.
#[derive(Debug, Clone)]
pub struct AccountEmailRow {
    pub id: EmailId,
    pub kind: AccountEmail,
    /// Where it goes.
    pub email: String,
    pub owner: Owner,
    pub created_at: Timestamp,
}

impl From<table::Model> for AccountEmailRow {
    fn from(row: table::Model) -> Self {
        let owner = match (row.user_id, row.sign_up_id) {
            (Some(user), _) => Owner::User(user),
            (None, Some(sign_up)) => Owner::SignUp(sign_up),
            (None, None) => Owner::OfAddress,
        };
        Self {
            id: row.id,
            kind: row.kind,
            email: row.email,
            owner,
            created_at: row.created_at,
        }
    }
}

/// Writes an email.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(txn: &Txn, row: &AccountEmailRow) -> Result<(), StoreError> {
    let (user, sign_up) = match row.owner {
        Owner::User(user) => (Some(user), None),
        Owner::SignUp(sign_up) => (None, Some(sign_up)),
        Owner::OfAddress => (None, None),
    };
    table::Entity::insert(table::ActiveModel {
        id: Set(row.id),
        kind: Set(row.kind),
        email: Set(row.email.clone()),
        user_id: Set(user),
        sign_up_id: Set(sign_up),
        created_at: Set(row.created_at),
        ..Default::default()
    })
    .exec_without_returning(txn)
    .await?;
    Ok(())
}

/// Finds an email.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    db: &impl ConnectionTrait,
    id: EmailId,
) -> Result<Option<AccountEmailRow>, StoreError> {
    let found = table::Entity::find_by_id(id).one(db).await?;
    Ok(found.map(AccountEmailRow::from))
}

/// Gives an email's link a token, instead of the one it may have had, and says whose it is.
///
/// # Errors
/// When the database does not answer.
pub async fn arm(
    txn: &Txn,
    id: EmailId,
    owner: Option<UserId>,
    token_hash: &str,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    let mut arming = table::Entity::update_many()
        .col_expr(table::Column::TokenHash, token_hash.into())
        .col_expr(table::Column::ExpiresAt, expires_at.into());
    if let Some(user) = owner {
        arming = arming.col_expr(table::Column::UserId, user.into());
    }
    arming.filter(table::Column::Id.eq(id)).exec(txn).await?;
    Ok(())
}

fn usable(kind: AccountEmail, token_hash: &str, now: Timestamp) -> Condition {
    Condition::all()
        .add(table::Column::TokenHash.eq(token_hash))
        .add(table::Column::Kind.eq(kind))
        .add(table::Column::UsedAt.is_null())
        .add(table::Column::ExpiresAt.gt(now))
}

/// The email whose link still works. Looking uses nothing up: mail scanners open links before people do.
///
/// # Errors
/// When the database does not answer.
pub async fn look(
    db: &impl ConnectionTrait,
    kind: AccountEmail,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<AccountEmailRow>, StoreError> {
    let found = table::Entity::find()
        .filter(usable(kind, token_hash, now))
        .one(db)
        .await?;
    Ok(found.map(AccountEmailRow::from))
}

/// Uses a link up; `None` when it does not work (any more): of two at the same moment one gets it.
///
/// # Errors
/// When the database does not answer.
pub async fn take(
    txn: &Txn,
    kind: AccountEmail,
    token_hash: &str,
    now: Timestamp,
) -> Result<Option<AccountEmailRow>, StoreError> {
    let taken = table::Entity::update_many()
        .col_expr(table::Column::UsedAt, now.into())
        .filter(usable(kind, token_hash, now))
        .exec(txn)
        .await?;
    if taken.rows_affected == 0 {
        return Ok(None);
    }
    let found = table::Entity::find()
        .filter(table::Column::TokenHash.eq(token_hash))
        .one(txn)
        .await?;
    Ok(found.map(AccountEmailRow::from))
}

/// Makes all of a person's links void.
///
/// # Errors
/// When the database does not answer.
pub async fn void_links(txn: &Txn, user: UserId) -> Result<(), StoreError> {
    table::Entity::update_many()
        .col_expr(table::Column::TokenHash, Expr::value(None::<String>))
        .filter(table::Column::UserId.eq(user))
        .filter(table::Column::UsedAt.is_null())
        .exec(txn)
        .await?;
    Ok(())
}

/// Makes the links of an account to be void.
///
/// # Errors
/// When the database does not answer.
pub async fn void_sign_up(txn: &Txn, sign_up: SignUpId) -> Result<(), StoreError> {
    table::Entity::update_many()
        .col_expr(table::Column::TokenHash, Expr::value(None::<String>))
        .filter(table::Column::SignUpId.eq(sign_up))
        .exec(txn)
        .await?;
    Ok(())
}

/// Removes an email.
///
/// # Errors
/// When the database does not answer.
pub async fn delete(txn: &Txn, id: EmailId) -> Result<(), StoreError> {
    table::Entity::delete_by_id(id).exec(txn).await?;
    Ok(())
}
