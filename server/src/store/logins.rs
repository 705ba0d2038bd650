//! Table `logins`: signed-in browsers.

use super::{StoreError, Txn, entity::logins, statement};
use domain::{
    ids::{LoginId, UserId},
    time::Timestamp,
    views::Me,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult,
    QueryFilter, QueryOrder, QuerySelect,
};

/// A new login.
#[derive(Debug, Clone)]
pub struct NewLoginRow {
    pub id: LoginId,
    pub user: UserId,
    /// SHA-256 of the token, hex.
    pub token_hash: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// The browser in words.
    pub browser: String,
    /// `IPv4` or `IPv6`.
    pub network: &'static str,
    /// Whether a second factor is still to be given.
    pub second_factor_due: bool,
}

/// A login that was found, with its person.
#[derive(Debug, Clone)]
pub struct FoundLogin {
    pub login: LoginId,
    pub me: Me,
    /// Last use, to the minute.
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
    /// When the person last said who they are.
    pub confirmed_at: Timestamp,
    /// Whether a second factor is still to be given; until then it signs nobody in.
    pub second_factor_due: bool,
    /// Whether the person has one.
    pub has_second_factor: bool,
    /// When the account is deleted, if that was asked for.
    pub delete_at: Option<Timestamp>,
}

/// Inserts a login.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(txn: &Txn, row: &NewLoginRow) -> Result<(), StoreError> {
    logins::Entity::insert(logins::ActiveModel {
        id: Set(row.id),
        user_id: Set(row.user),
        token_hash: Set(row.token_hash.clone()),
        created_at: Set(row.created_at),
        last_seen_at: Set(row.created_at),
        expires_at: Set(row.expires_at),
        browser: Set(row.browser.clone()),
        network: Set(row.network.to_owned()),
        confirmed_at: Set(row.created_at),
        second_factor_due: Set(row.second_factor_due),
    })
    .exec_without_returning(txn)
    .await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Row {
    login_id: LoginId,
    last_seen_at: Timestamp,
    expires_at: Timestamp,
    confirmed_at: Timestamp,
    second_factor_due: bool,
    has_second_factor: bool,
    id: UserId,
    email: String,
    name: String,
    time_zone: String,
    is_admin: bool,
    email_failed_at: Option<Timestamp>,
    delete_at: Option<Timestamp>,
    mentor_id: Option<UserId>,
}

/// Finds a login by its token's hash, with its person, in one query: it runs on every request.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    db: &impl ConnectionTrait,
    token_hash: &str,
) -> Result<Option<FoundLogin>, StoreError> {
    let sql = "SELECT l.id AS login_id, l.last_seen_at, l.expires_at, l.confirmed_at, l.second_factor_due, \
               u.id, u.email, u.name, u.time_zone, u.is_admin, u.email_failed_at, u.delete_at, \
               (EXISTS (SELECT 1 FROM passkeys p WHERE p.user_id = u.id) \
               OR EXISTS (SELECT 1 FROM authenticators a WHERE a.user_id = u.id AND a.on_since IS NOT NULL)) AS has_second_factor, \
               m.user_id AS mentor_id FROM logins l JOIN users u ON u.id = l.user_id \
               LEFT JOIN mentors m ON m.user_id = u.id WHERE l.token_hash = $1 AND u.anonymised_at IS NULL \
               AND u.suspended_at IS NULL";
    let row = Row::find_by_statement(statement(db, sql, [token_hash.into()]))
        .one(db)
        .await?;
    Ok(row.map(|r| FoundLogin {
        login: r.login_id,
        last_seen_at: r.last_seen_at,
        expires_at: r.expires_at,
        confirmed_at: r.confirmed_at,
        second_factor_due: r.second_factor_due,
        has_second_factor: r.has_second_factor,
        delete_at: r.delete_at,
        me: Me {
            id: r.id,
            email: r.email,
            name: r.name,
            time_zone: r.time_zone,
            is_admin: r.is_admin,
            is_mentor: r.mentor_id.is_some(),
            email_fails: r.email_failed_at.is_some(),
            // In the reader's zone, which the store does not know about.
            leaves: None,
        },
    }))
}

/// A person's login, as they see it themselves.
#[derive(Debug, Clone)]
pub struct OwnLogin {
    pub login: LoginId,
    /// The browser in words; may be empty.
    pub browser: String,
    /// `IPv4` or `IPv6`; may be empty.
    pub network: String,
    pub created_at: Timestamp,
    /// Last use, to the minute.
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A person's logins, the one used last first.
///
/// # Errors
/// When the database does not answer.
pub async fn of_user(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<OwnLogin>, StoreError> {
    let rows = logins::Entity::find()
        .filter(logins::Column::UserId.eq(user))
        .filter(logins::Column::SecondFactorDue.eq(false))
        .order_by_desc(logins::Column::LastSeenAt)
        .all(db)
        .await?;
    let own = |row: logins::Model| OwnLogin {
        login: row.id,
        browser: row.browser,
        network: row.network,
        created_at: row.created_at,
        last_seen_at: row.last_seen_at,
        expires_at: row.expires_at,
    };
    Ok(rows.into_iter().map(own).collect())
}

/// Ends a person's logins but for the `most` that were used last.
///
/// # Errors
/// When the database does not answer.
pub async fn keep_latest(txn: &Txn, user: UserId, most: u64) -> Result<(), StoreError> {
    let sql = "DELETE FROM logins WHERE user_id = $1 AND NOT second_factor_due AND id NOT IN \
               (SELECT id FROM logins WHERE user_id = $1 AND NOT second_factor_due ORDER BY last_seen_at DESC, id LIMIT $2)";
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    txn.execute_raw(statement(txn, sql, [user.into(), most.into()]))
        .await?;
    Ok(())
}

/// Records a use at `now`, unless one was recorded after `before` already.
///
/// # Errors
/// When the database does not answer.
pub async fn seen(
    txn: &Txn,
    login: LoginId,
    now: Timestamp,
    before: Timestamp,
) -> Result<(), StoreError> {
    logins::Entity::update_many()
        .col_expr(logins::Column::LastSeenAt, now.into())
        .filter(logins::Column::Id.eq(login))
        .filter(logins::Column::LastSeenAt.lte(before))
        .exec(txn)
        .await?;
    Ok(())
}

/// All of a person's logins, those included that wait for a second factor.
///
/// # Errors
/// When the database does not answer.
pub async fn ids(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<LoginId>, StoreError> {
    Ok(logins::Entity::find()
        .select_only()
        .column(logins::Column::Id)
        .filter(logins::Column::UserId.eq(user))
        .into_tuple()
        .all(db)
        .await?)
}

/// Whose login it is.
///
/// # Errors
/// When the database does not answer.
pub async fn user(db: &impl ConnectionTrait, login: LoginId) -> Result<Option<UserId>, StoreError> {
    let found = logins::Entity::find_by_id(login).one(db).await?;
    Ok(found.map(|row| row.user_id))
}

/// Notes that a login's person has said once more who they are.
///
/// # Errors
/// When the database does not answer.
pub async fn confirm(txn: &Txn, login: LoginId, now: Timestamp) -> Result<(), StoreError> {
    logins::Entity::update_many()
        .col_expr(logins::Column::ConfirmedAt, now.into())
        .filter(logins::Column::Id.eq(login))
        .exec(txn)
        .await?;
    Ok(())
}

/// Ends one login.
///
/// # Errors
/// When the database does not answer.
pub async fn delete(txn: &Txn, login: LoginId) -> Result<(), StoreError> {
    logins::Entity::delete_by_id(login).exec(txn).await?;
    Ok(())
}

/// Ends a login that waits for its second factor; `false` when there is none (any more).
///
/// # Errors
/// When the database does not answer.
pub async fn take_waiting(txn: &Txn, login: LoginId) -> Result<bool, StoreError> {
    let ended = logins::Entity::delete_many()
        .filter(logins::Column::Id.eq(login))
        .filter(logins::Column::SecondFactorDue.eq(true))
        .exec(txn)
        .await?;
    Ok(ended.rows_affected > 0)
}

/// Removes a person's logins that expired by `now` or were last used before `idle_since`.
///
/// # Errors
/// When the database does not answer.
pub async fn delete_expired(
    txn: &Txn,
    user: UserId,
    now: Timestamp,
    idle_since: Timestamp,
) -> Result<(), StoreError> {
    logins::Entity::delete_many()
        .filter(logins::Column::UserId.eq(user))
        .filter(
            Condition::any()
                .add(logins::Column::ExpiresAt.lte(now))
                .add(logins::Column::LastSeenAt.lte(idle_since)),
        )
        .exec(txn)
        .await?;
    Ok(())
}
