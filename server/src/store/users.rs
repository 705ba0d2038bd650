//! Table `users`, with the `mentees` row every account has.

use super::{
    StoreError,
    entity::{mentees, users},
};
use domain::{
    ids::UserId,
    text::{DisplayName, Email},
    time::Timestamp,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
};

/// A new account.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Id.
    pub id: UserId,
    /// Address.
    pub email: Email,
    /// Display name.
    pub name: DisplayName,
    /// IANA zone.
    pub time_zone: String,
    /// PHC string.
    pub password_hash: String,
    /// Looks after rooms and people.
    pub is_admin: bool,
    /// When.
    pub created_at: Timestamp,
}

/// What sign-in needs.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Account.
    pub id: UserId,
    /// PHC string.
    pub password_hash: String,
}

/// Inserts an account and its mentee row.
///
/// # Errors
/// [`StoreError::Duplicate`] when the address is taken.
pub async fn insert(txn: &impl ConnectionTrait, user: &NewUser) -> Result<(), StoreError> {
    users::Entity::insert(users::ActiveModel {
        id: Set(user.id.0),
        email: Set(user.email.as_str().to_owned()),
        name: Set(user.name.as_str().to_owned()),
        time_zone: Set(user.time_zone.clone()),
        password_hash: Set(user.password_hash.clone()),
        is_admin: Set(user.is_admin),
        created_at: Set(user.created_at.0),
        anonymised_at: Set(None),
    })
    .exec_without_returning(txn)
    .await?;
    mentees::Entity::insert(mentees::ActiveModel {
        user_id: Set(user.id.0),
        created_at: Set(user.created_at.0),
    })
    .exec_without_returning(txn)
    .await?;
    Ok(())
}

/// Finds the credentials of an address.
///
/// # Errors
/// When the database does not answer.
pub async fn credentials(
    db: &impl ConnectionTrait,
    email: &Email,
) -> Result<Option<Credentials>, StoreError> {
    let found = users::Entity::find()
        .select_only()
        .columns([users::Column::Id, users::Column::PasswordHash])
        .filter(users::Column::Email.eq(email.as_str()))
        .filter(users::Column::AnonymisedAt.is_null())
        .into_tuple()
        .one(db)
        .await?;
    Ok(found.map(|(id, password_hash)| Credentials {
        id: UserId(id),
        password_hash,
    }))
}

/// Changes name and zone.
///
/// # Errors
/// When the database does not answer.
pub async fn update(
    txn: &impl ConnectionTrait,
    user: UserId,
    name: &DisplayName,
    zone: &str,
) -> Result<(), StoreError> {
    users::Entity::update_many()
        .col_expr(users::Column::Name, name.as_str().into())
        .col_expr(users::Column::TimeZone, zone.into())
        .filter(users::Column::Id.eq(user.0))
        .exec(txn)
        .await?;
    Ok(())
}

/// Replaces the password's hash.
///
/// # Errors
/// When the database does not answer.
pub async fn set_password(
    txn: &impl ConnectionTrait,
    user: UserId,
    hash: &str,
) -> Result<(), StoreError> {
    users::Entity::update_many()
        .col_expr(users::Column::PasswordHash, hash.into())
        .filter(users::Column::Id.eq(user.0))
        .exec(txn)
        .await?;
    Ok(())
}
