//! Table `sign_ups`: accounts that wait for their address to be proved. Nobody else sees them.

use super::{StoreError, Txn, entity::sign_ups as table};
use domain::{
    ids::SignUpId,
    text::{DisplayName, EmailAddress},
    time::Timestamp,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

/// An account to be.
#[derive(Debug, Clone)]
pub struct SignUpRow {
    pub id: SignUpId,
    /// SHA-256, hex, of what the browser that signed up holds in a cookie.
    pub browser_hash: String,
    pub email: EmailAddress,
    pub name: DisplayName,
    /// IANA zone.
    pub time_zone: String,
    /// PHC string.
    pub password_hash: String,
    /// Where to go afterwards.
    pub callback: Option<String>,
    pub created_at: Timestamp,
}

impl TryFrom<table::Model> for SignUpRow {
    type Error = StoreError;

    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        let unreadable = || StoreError::Unreadable(format!("sign-up {}", row.id));
        Ok(Self {
            email: EmailAddress::parse(&row.email).map_err(|_| unreadable())?,
            name: DisplayName::parse(&row.name).map_err(|_| unreadable())?,
            id: row.id,
            browser_hash: row.browser_hash,
            time_zone: row.time_zone,
            password_hash: row.password_hash,
            callback: row.callback,
            created_at: row.created_at,
        })
    }
}

/// Inserts one.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(txn: &Txn, row: &SignUpRow) -> Result<(), StoreError> {
    table::Entity::insert(table::ActiveModel {
        id: Set(row.id),
        browser_hash: Set(row.browser_hash.clone()),
        email: Set(row.email.as_str().to_owned()),
        name: Set(row.name.as_str().to_owned()),
        time_zone: Set(row.time_zone.clone()),
        password_hash: Set(row.password_hash.clone()),
        callback: Set(row.callback.clone()),
        created_at: Set(row.created_at),
    })
    .exec_without_returning(txn)
    .await?;
    Ok(())
}

/// Finds one by what its browser holds.
///
/// # Errors
/// When the database does not answer.
pub async fn of_browser(
    db: &impl ConnectionTrait,
    browser_hash: &str,
) -> Result<Option<SignUpRow>, StoreError> {
    let found = table::Entity::find()
        .filter(table::Column::BrowserHash.eq(browser_hash))
        .one(db)
        .await?;
    found.map(SignUpRow::try_from).transpose()
}

/// Finds one.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    db: &impl ConnectionTrait,
    id: SignUpId,
) -> Result<Option<SignUpRow>, StoreError> {
    let found = table::Entity::find_by_id(id).one(db).await?;
    found.map(SignUpRow::try_from).transpose()
}

/// Corrects an address; links to the one before go with it.
///
/// # Errors
/// When the database does not answer.
pub async fn set_email(txn: &Txn, id: SignUpId, email: &EmailAddress) -> Result<(), StoreError> {
    table::Entity::update_many()
        .col_expr(table::Column::Email, email.as_str().into())
        .filter(table::Column::Id.eq(id))
        .exec(txn)
        .await?;
    Ok(())
}

/// Removes all that wait for an address, with their links.
///
/// # Errors
/// When the database does not answer.
pub async fn delete_of(txn: &Txn, email: &EmailAddress) -> Result<(), StoreError> {
    table::Entity::delete_many()
        .filter(table::Column::Email.eq(email.as_str()))
        .exec(txn)
        .await?;
    Ok(())
}
