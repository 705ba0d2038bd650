//! Table `users`, with the `mentees` row every account has.

use super::{
    Engine, Part, StoreError, Txn, engine_of,
    entity::{mentees, users},
    statement,
};
use domain::{
    deletion::{AccountFacts, FORMER_MEMBER, former_address},
    ids::UserId,
    text::{DisplayName, EmailAddress},
    time::Timestamp,
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait,
    QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait},
};
use std::collections::HashMap;

/// Stands for the hash of no password at all: nothing matches it.
pub const NO_PASSWORD: &str = "!";

/// A new account.
#[derive(Debug, Clone)]
pub struct NewUser {
    pub id: UserId,
    pub email: EmailAddress,
    pub name: DisplayName,
    /// IANA zone.
    pub time_zone: String,
    /// PHC string.
    pub password_hash: String,
    /// Looks after rooms and people.
    pub is_admin: bool,
    pub created_at: Timestamp,
}

/// What sign-in needs.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Credentials {
    pub id: UserId,
    /// PHC string.
    pub password_hash: String,
    suspended_at: Option<Timestamp>,
}

impl Credentials {
    /// Whether an admin keeps the person out.
    pub fn is_suspended(&self) -> bool {
        self.suspended_at.is_some()
    }
}

/// Inserts an account and its mentee row.
///
/// # Errors
/// [`StoreError::Duplicate`] when the address is taken.
pub async fn insert(txn: &Txn, user: &NewUser) -> Result<(), StoreError> {
    users::Entity::insert(users::ActiveModel {
        id: Set(user.id),
        email: Set(user.email.as_str().to_owned()),
        name: Set(user.name.as_str().to_owned()),
        time_zone: Set(user.time_zone.clone()),
        password_hash: Set(user.password_hash.clone()),
        is_admin: Set(user.is_admin),
        created_at: Set(user.created_at),
        anonymised_at: Set(None),
        search: Set(search_text(user.name.as_str(), user.email.as_str())),
        email_failed_at: Set(None),
        suspended_at: Set(None),
        delete_at: Set(None),
        delete_held: Set(false),
    })
    .exec_without_returning(txn)
    .await?;
    mentees::Entity::insert(mentees::ActiveModel {
        user_id: Set(user.id),
        created_at: Set(user.created_at),
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
    email: &EmailAddress,
) -> Result<Option<Credentials>, StoreError> {
    Ok(users::Entity::find()
        .select_only()
        .columns([
            users::Column::Id,
            users::Column::PasswordHash,
            users::Column::SuspendedAt,
        ])
        .filter(users::Column::Email.eq(email.as_str()))
        .filter(users::Column::AnonymisedAt.is_null())
        .into_model()
        .one(db)
        .await?)
}

/// The hash of a person's password, which stays as it is until the transaction ends; `None` when the account is gone
/// or suspended.
///
/// # Errors
/// When the database does not answer.
pub async fn lock_password(txn: &Txn, user: UserId) -> Result<Option<String>, StoreError> {
    let mut sql =
        "SELECT password_hash FROM users WHERE id = $1 AND anonymised_at IS NULL AND suspended_at IS NULL"
            .to_owned();
    // SQLite has one writer at a time anyway.
    if engine_of(txn) == Engine::Postgres {
        sql.push_str(" FOR NO KEY UPDATE");
    }
    let row = txn
        .query_one_raw(statement(txn, &sql, [user.into()]))
        .await?;
    Ok(row
        .map(|row| row.try_get("", "password_hash"))
        .transpose()?)
}

/// Whether a person has a password; somebody who signs in elsewhere need not.
///
/// # Errors
/// When the database does not answer.
pub async fn has_password(db: &impl ConnectionTrait, user: UserId) -> Result<bool, StoreError> {
    let found = users::Entity::find_by_id(user).one(db).await?;
    Ok(found.is_some_and(|row| row.password_hash != NO_PASSWORD))
}

/// A person's address; `None` when the account is gone.
///
/// # Errors
/// When the database does not answer.
pub async fn email(db: &impl ConnectionTrait, user: UserId) -> Result<Option<String>, StoreError> {
    let found = users::Entity::find_by_id(user)
        .filter(users::Column::AnonymisedAt.is_null())
        .one(db)
        .await?;
    Ok(found.map(|row| row.email))
}

/// Gives an account another address, of which nothing bad is known.
///
/// # Errors
/// [`StoreError::Duplicate`] when another account has it.
pub async fn set_email(txn: &Txn, user: UserId, email: &EmailAddress) -> Result<(), StoreError> {
    let Some(row) = users::Entity::find_by_id(user).one(txn).await? else {
        return Ok(());
    };
    let row = users::ActiveModel {
        id: Unchanged(user),
        email: Set(email.as_str().to_owned()),
        search: Set(search_text(&row.name, email.as_str())),
        email_failed_at: Set(None),
        ..Default::default()
    };
    users::Entity::update(row).exec(txn).await?;
    Ok(())
}

/// Keeps a person out; `false` when they are out already.
///
/// # Errors
/// When the database does not answer.
pub async fn suspend(txn: &Txn, user: UserId, now: Timestamp) -> Result<bool, StoreError> {
    let suspended = users::Entity::update_many()
        .col_expr(users::Column::SuspendedAt, now.into())
        .col_expr(
            users::Column::DeleteHeld,
            Expr::col(users::Column::DeleteAt).is_not_null(),
        )
        .filter(users::Column::Id.eq(user))
        .filter(users::Column::SuspendedAt.is_null())
        .filter(users::Column::AnonymisedAt.is_null())
        .exec(txn)
        .await?;
    Ok(suspended.rows_affected > 0)
}

/// Lets a suspended person in again; `false` when they are not suspended.
///
/// # Errors
/// When the database does not answer.
pub async fn reinstate(txn: &Txn, user: UserId) -> Result<bool, StoreError> {
    let reinstated = users::Entity::update_many()
        .col_expr(users::Column::SuspendedAt, Expr::value(None::<i64>))
        .filter(users::Column::Id.eq(user))
        .filter(users::Column::SuspendedAt.is_not_null())
        .exec(txn)
        .await?;
    Ok(reinstated.rows_affected > 0)
}

/// An account as its deletion needs it.
#[derive(Debug, Clone, FromQueryResult)]
pub struct LeavingRow {
    pub email: String,
    /// IANA zone.
    pub time_zone: String,
    /// Looks after rooms and people.
    pub is_admin: bool,
    delete_at: Option<Timestamp>,
    delete_held: bool,
    anonymised_at: Option<Timestamp>,
}

impl LeavingRow {
    /// What decides.
    pub fn facts(&self) -> AccountFacts {
        AccountFacts {
            delete_at: self.delete_at,
            is_held: self.delete_held,
            is_gone: self.anonymised_at.is_some(),
        }
    }
}

const LEAVING: &str = "SELECT email, time_zone, is_admin, delete_at, delete_held, anonymised_at FROM users WHERE id = $1";

/// An account as its deletion needs it.
///
/// # Errors
/// When the database does not answer.
pub async fn leaving(
    db: &impl ConnectionTrait,
    user: UserId,
) -> Result<Option<LeavingRow>, StoreError> {
    Ok(
        LeavingRow::find_by_statement(statement(db, LEAVING, [user.into()]))
            .one(db)
            .await?,
    )
}

/// As [`leaving`], keeping others from changing it until the transaction ends.
///
/// # Errors
/// When the database does not answer.
pub async fn lock_leaving(txn: &Txn, user: UserId) -> Result<Option<LeavingRow>, StoreError> {
    let rows = match engine_of(txn) {
        Engine::Postgres => "FOR NO KEY UPDATE",
        Engine::Sqlite => "",
    };
    let sql = format!("{LEAVING} {rows}");
    Ok(
        LeavingRow::find_by_statement(statement(txn, &sql, [user.into()]))
            .one(txn)
            .await?,
    )
}

/// Says when an account is to be deleted, or that it stays.
///
/// # Errors
/// When the database does not answer.
pub async fn set_delete_at(
    txn: &Txn,
    user: UserId,
    at: Option<Timestamp>,
) -> Result<(), StoreError> {
    users::Entity::update_many()
        .col_expr(users::Column::DeleteAt, at.into())
        .col_expr(users::Column::DeleteHeld, false.into())
        .filter(users::Column::Id.eq(user))
        .exec(txn)
        .await?;
    Ok(())
}

/// How many others look after rooms and people, who neither leave nor are kept out; the same for everybody who asks
/// until the transaction ends.
///
/// # Errors
/// When the database does not answer.
pub async fn lock_other_admins(txn: &Txn, user: UserId) -> Result<u64, StoreError> {
    // Everybody's row, their own included, in one order: of two admins who leave at the same moment one is the last.
    let rows = match engine_of(txn) {
        Engine::Postgres => "FOR NO KEY UPDATE",
        Engine::Sqlite => "",
    };
    let sql = format!(
        "SELECT id, delete_at, suspended_at FROM users WHERE is_admin AND anonymised_at IS NULL ORDER BY id {rows}"
    );
    let all = txn.query_all_raw(statement(txn, &sql, [])).await?;
    let mut others = 0;
    for row in all {
        let id: UserId = row.try_get("", "id")?;
        let leaves: Option<Timestamp> = row.try_get("", "delete_at")?;
        let is_out: Option<Timestamp> = row.try_get("", "suspended_at")?;
        others += u64::from(id != user && leaves.is_none() && is_out.is_none());
    }
    Ok(others)
}

/// Which of some people cannot be met: they are suspended, leave, or are gone.
///
/// # Errors
/// When the database does not answer.
pub async fn away(db: &impl ConnectionTrait, people: &[UserId]) -> Result<Vec<UserId>, StoreError> {
    let is_away = Condition::any()
        .add(users::Column::SuspendedAt.is_not_null())
        .add(users::Column::DeleteAt.is_not_null())
        .add(users::Column::AnonymisedAt.is_not_null());
    Ok(users::Entity::find()
        .select_only()
        .column(users::Column::Id)
        .filter(users::Column::Id.is_in(people.iter().copied()))
        .filter(is_away)
        .into_tuple()
        .all(db)
        .await?)
}

/// How many accounts should be deleted by now, but for their people's suspension.
///
/// # Errors
/// When the database does not answer.
pub async fn held_deletions(db: &impl ConnectionTrait, now: Timestamp) -> Result<u64, StoreError> {
    Ok(users::Entity::find()
        .filter(users::Column::DeleteAt.lte(now))
        .filter(users::Column::DeleteHeld.eq(true))
        .filter(users::Column::AnonymisedAt.is_null())
        .count(db)
        .await?)
}

/// Overwrites who somebody is: name, address, password, and what they may.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn overwrite(txn: &Txn, user: UserId, now: Timestamp) -> Result<(), StoreError> {
    let row = users::ActiveModel {
        id: Unchanged(user),
        email: Set(former_address(user)),
        name: Set(FORMER_MEMBER.to_owned()),
        time_zone: Set("UTC".to_owned()),
        password_hash: Set(NO_PASSWORD.to_owned()),
        is_admin: Set(false),
        anonymised_at: Set(Some(now)),
        search: Set(search_text(FORMER_MEMBER, "")),
        email_failed_at: Set(None),
        delete_at: Set(None),
        delete_held: Set(false),
        ..Default::default()
    };
    users::Entity::update(row).exec(txn).await?;
    Ok(())
}

/// How many addresses a mail server refused for good.
///
/// # Errors
/// When the database does not answer.
pub async fn failing_emails(db: &impl ConnectionTrait) -> Result<u64, StoreError> {
    Ok(users::Entity::find()
        .filter(users::Column::EmailFailedAt.is_not_null())
        .filter(users::Column::AnonymisedAt.is_null())
        .count(db)
        .await?)
}

/// Notes that a mail server refused a person's address for good; `false` when that was known.
///
/// # Errors
/// When the database does not answer.
pub async fn email_failed(txn: &Txn, user: UserId, now: Timestamp) -> Result<bool, StoreError> {
    let noted = users::Entity::update_many()
        .col_expr(users::Column::EmailFailedAt, now.into())
        .filter(users::Column::Id.eq(user))
        .filter(users::Column::EmailFailedAt.is_null())
        .exec(txn)
        .await?;
    Ok(noted.rows_affected > 0)
}

/// Changes name and zone.
///
/// # Errors
/// When the database does not answer.
pub async fn update(
    txn: &Txn,
    user: UserId,
    name: &DisplayName,
    zone: &str,
) -> Result<(), StoreError> {
    let Some(row) = users::Entity::find_by_id(user).one(txn).await? else {
        return Ok(());
    };
    let row = users::ActiveModel {
        id: Unchanged(user),
        name: Set(name.as_str().to_owned()),
        time_zone: Set(zone.to_owned()),
        search: Set(search_text(name.as_str(), &row.email)),
        ..Default::default()
    };
    users::Entity::update(row).exec(txn).await?;
    Ok(())
}

/// Changes the name alone.
///
/// # Errors
/// When the database does not answer.
pub async fn set_name(txn: &Txn, user: UserId, name: &str) -> Result<(), StoreError> {
    let Some(row) = users::Entity::find_by_id(user).one(txn).await? else {
        return Ok(());
    };
    let row = users::ActiveModel {
        id: Unchanged(user),
        name: Set(name.to_owned()),
        search: Set(search_text(name, &row.email)),
        ..Default::default()
    };
    users::Entity::update(row).exec(txn).await?;
    Ok(())
}

/// What a search for an account looks at: name and address in lower case. SQLite's own LOWER knows ASCII only.
fn search_text(name: &str, email: &str) -> String {
    format!("{name} {email}").to_lowercase()
}

/// Replaces the password's hash.
///
/// # Errors
/// When the database does not answer.
pub async fn set_password(txn: &Txn, user: UserId, hash: &str) -> Result<(), StoreError> {
    users::Entity::update_many()
        .col_expr(users::Column::PasswordHash, hash.into())
        .filter(users::Column::Id.eq(user))
        .exec(txn)
        .await?;
    Ok(())
}

/// An account as an admin sees it.
#[derive(Debug, Clone, FromQueryResult)]
pub struct AccountRow {
    pub id: UserId,
    pub name: String,
    pub email: String,
    /// IANA zone.
    pub time_zone: String,
    /// Looks after rooms and people.
    pub is_admin: bool,
    /// When it was made.
    pub created_at: Timestamp,
    mentor_id: Option<UserId>,
    published: Option<bool>,
    suspended_at: Option<Timestamp>,
    delete_at: Option<Timestamp>,
    delete_held: bool,
    anonymised_at: Option<Timestamp>,
    /// Booked sessions in either role.
    pub sessions: i64,
    /// When one of its logins was last used; `None` when it has none.
    pub last_seen_at: Option<Timestamp>,
}

impl AccountRow {
    /// Whether mentees see a mentor profile.
    pub fn is_published(&self) -> bool {
        self.published == Some(true) && self.delete_at.is_none()
    }

    /// What decides about its deletion.
    pub fn facts(&self) -> AccountFacts {
        AccountFacts {
            delete_at: self.delete_at,
            is_held: self.delete_held,
            is_gone: self.anonymised_at.is_some(),
        }
    }

    /// Whether an admin keeps the person out.
    pub fn is_suspended(&self) -> bool {
        self.suspended_at.is_some()
    }

    /// Whether there is a mentor profile.
    pub fn is_mentor(&self) -> bool {
        self.mentor_id.is_some()
    }
}

/// Accounts whose name or address contains `text`, in any case, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn search(
    db: &impl ConnectionTrait,
    text: &str,
    Part { offset, limit }: Part,
) -> Result<Vec<AccountRow>, StoreError> {
    let mut plain = text.to_lowercase();
    for special in ['!', '%', '_'] {
        plain = plain.replace(special, &format!("!{special}"));
    }
    let sql = format!(
        "SELECT u.id, u.name, u.email, u.time_zone, u.is_admin, u.created_at, u.suspended_at, \
         u.delete_at, u.delete_held, u.anonymised_at, \
         m.user_id AS mentor_id, m.published, \
         (SELECT COUNT(*) FROM sessions s WHERE s.booking <> 'held' \
         AND (s.mentor_id = u.id OR s.mentee_id = u.id)) AS sessions, \
         (SELECT MAX(l.last_seen_at) FROM logins l WHERE l.user_id = u.id) AS last_seen_at \
         FROM users u LEFT JOIN mentors m ON m.user_id = u.id \
         WHERE u.search LIKE $1 ESCAPE '!' \
         ORDER BY u.created_at DESC, u.id LIMIT {limit} OFFSET {offset}"
    );
    let values = [format!("%{plain}%").into()];
    Ok(AccountRow::find_by_statement(statement(db, &sql, values))
        .all(db)
        .await?)
}

/// Somebody who looks after rooms and people.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Admin {
    pub id: UserId,
    pub email: String,
    pub name: String,
}

/// Everybody who looks after rooms and people.
///
/// # Errors
/// When the database does not answer.
pub async fn admins(db: &impl ConnectionTrait) -> Result<Vec<Admin>, StoreError> {
    Ok(users::Entity::find()
        .filter(users::Column::IsAdmin.eq(true))
        .filter(users::Column::AnonymisedAt.is_null())
        .into_model()
        .all(db)
        .await?)
}

/// Names of accounts.
///
/// # Errors
/// When the database does not answer.
pub async fn names(
    db: &impl ConnectionTrait,
    ids: &[UserId],
) -> Result<HashMap<UserId, String>, StoreError> {
    let rows: Vec<(UserId, String)> = users::Entity::find()
        .select_only()
        .columns([users::Column::Id, users::Column::Name])
        .filter(users::Column::Id.is_in(ids.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}
