//! Accounts and logins: signing up, in and out, and people's own settings.

pub(crate) mod limits;

use crate::{
    AppState, Error, Result,
    credentials::{generate_token, token_hash},
    store::{StoreError, logins, users},
    zones::Zone,
};
use domain::{
    ids::{LoginId, UserId},
    permissions::Actor,
    problem::{Problem, Refusals},
    text::{DisplayName, EmailAddress, TextProblem, check_password},
    time::{Millis, Timestamp},
    views::Me,
};
use scoped_futures::ScopedFutureExt;
use secrecy::SecretString;
use std::net::IpAddr;
use uuid::Uuid;

/// A login ends this long after it began …
const LOGIN_LIFETIME: Millis = Millis::days(30);
/// … or when it was not used for this long.
const LOGIN_IDLE: Millis = Millis::days(14);
/// `logins.last_seen_at` is written at most this often.
const SEEN_EVERY: Millis = Millis::minutes(1);

/// What a person enters to make an account.
#[derive(Debug, Clone)]
pub struct SignUp {
    pub name: String,
    /// Address to sign in with.
    pub email: String,
    /// New password.
    pub password: String,
    /// IANA zone.
    pub time_zone: String,
}

/// What a person enters to sign in.
#[derive(Debug, Clone)]
pub struct SignIn {
    pub email: String,
    pub password: String,
}

/// A login that was just made; the token goes into the cookie and is stored only as a hash.
#[derive(Debug)]
pub struct NewLogin {
    /// 256 random bits, base64url.
    pub token: SecretString,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// The login behind a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentLogin {
    pub login: LoginId,
    pub me: Me,
    /// The same person, for decisions.
    pub actor: Actor,
}

impl CurrentLogin {
    /// For what only admins do.
    ///
    /// # Errors
    /// `Problem::Forbidden` unless the person is an admin.
    pub fn require_admin(&self) -> Result<()> {
        match self.actor.is_admin {
            true => Ok(()),
            false => Err(Problem::Forbidden.into()),
        }
    }

    /// Stands in for a person when a command-line tool acts for them, without a login.
    pub fn of_tool(user: UserId) -> Self {
        let me = Me {
            id: user,
            email: String::new(),
            name: String::new(),
            time_zone: crate::zones::UTC.to_owned(),
            is_admin: false,
            is_mentor: false,
        };
        Self {
            login: LoginId(Uuid::nil()),
            actor: Actor {
                user,
                is_admin: false,
            },
            me,
        }
    }
}

/// Makes an account and signs it in.
///
/// # Errors
/// `Problem::Invalid` naming the fields; `Problem::Unavailable` when too busy to hash.
pub async fn sign_up(state: &AppState, form: SignUp) -> Result<NewLogin> {
    let user = new_user(state, form, false).await?;
    let id = user.id;
    let login = generate_login(state.clock.now(), id);
    let row = login.row.clone();
    state
        .db
        .write(|txn| {
            let (user, row) = (&user, &row);
            async move {
                users::insert(txn, user).await?;
                logins::insert(txn, row).await
            }
            .scope_boxed()
        })
        .await
        .map_err(address_taken)?;
    tracing::info!(user.id = %id, "account {id} created");
    Ok(login.into_new())
}

/// Makes an account without signing in: `admin create`, demo data.
///
/// # Errors
/// As [`sign_up`].
pub async fn create(state: &AppState, form: SignUp, is_admin: bool) -> Result<UserId> {
    let user = new_user(state, form, is_admin).await?;
    let id = user.id;
    state
        .db
        .write(|txn| {
            let user = &user;
            async move { users::insert(txn, user).await }.scope_boxed()
        })
        .await
        .map_err(address_taken)?;
    Ok(id)
}

fn address_taken(error: StoreError) -> Error {
    match error {
        StoreError::Duplicate { .. } => Problem::field(
            "email",
            "There is already an account with this address. Sign in instead.",
        )
        .into(),
        other => other.into(),
    }
}

async fn new_user(state: &AppState, form: SignUp, is_admin: bool) -> Result<users::NewUser> {
    let mut refusals = Refusals::default();
    let name = refusals.take("name", DisplayName::parse(&form.name));
    let email = refusals.take("email", EmailAddress::parse(&form.email));
    let zone = refusals.take_named("timeZone", Zone::parse(&form.time_zone));
    if let Some(email) = &email {
        refusals.take("password", check_password(&form.password, email));
    }
    let ((name, email), zone) = refusals.finish(name.zip(email).zip(zone))?;
    Ok(users::NewUser {
        id: UserId(Uuid::new_v4()),
        email,
        name,
        time_zone: zone.name().to_owned(),
        password_hash: state.passwords.hash(form.password).await?,
        is_admin,
        created_at: state.clock.now(),
    })
}

/// Signs in with address and password.
///
/// # Errors
/// `Problem::WrongCredentials`, the same for unknown addresses; `Problem::TooMany` after too many
/// failures from this address.
pub async fn sign_in(state: &AppState, form: SignIn, from: IpAddr) -> Result<NewLogin> {
    let now = state.clock.now();
    // An address that cannot exist is treated like an unknown one.
    let email = EmailAddress::parse(&form.email).ok();
    let account = email.as_ref().map_or("", EmailAddress::as_str);
    limits::check(state, account, from, now).await?;
    let user = match &email {
        Some(email) => users::credentials(state.db.read(), email).await?,
        None => None,
    };
    let (id, hash) = user.map_or((None, None), |user| {
        (Some(user.id), Some(user.password_hash))
    });
    let matches = state.passwords.verify(form.password, hash).await?;
    let Some(id) = id.filter(|_| matches) else {
        limits::failed(state, account, from, now).await?;
        return Err(Problem::WrongCredentials.into());
    };
    let login = generate_login(now, id);
    let row = login.row.clone();
    state
        .db
        .write(|txn| {
            let row = &row;
            async move {
                logins::delete_expired(txn, row.user, now, now - LOGIN_IDLE).await?;
                logins::insert(txn, row).await
            }
            .scope_boxed()
        })
        .await?;
    Ok(login.into_new())
}

/// Ends one login.
///
/// # Errors
/// When the database does not answer.
pub async fn sign_out(state: &AppState, login: &CurrentLogin) -> Result<()> {
    let id = login.login;
    Ok(state
        .db
        .write(|txn| async move { logins::delete(txn, id).await }.scope_boxed())
        .await?)
}

/// Ends all of a person's logins, this one included.
///
/// # Errors
/// When the database does not answer.
pub async fn sign_out_everywhere(state: &AppState, login: &CurrentLogin) -> Result<()> {
    let user = login.me.id;
    Ok(state
        .db
        .write(|txn| async move { logins::delete_all(txn, user).await }.scope_boxed())
        .await?)
}

/// The login a cookie's token stands for; `None` when it is unknown, expired or unused for long.
///
/// # Errors
/// When the database does not answer.
pub async fn current(state: &AppState, token: &str) -> Result<Option<CurrentLogin>> {
    // 43 characters are 256 bits in base64url; nothing else was ever handed out.
    if token.len() != 43 {
        return Ok(None);
    }
    let now = state.clock.now();
    let hash = token_hash(token);
    let found = logins::find(state.db.read(), &hash);
    let Some(found) = state.recent_logins.read(&state.db, &hash, found).await? else {
        return Ok(None);
    };
    if now >= found.expires_at || found.last_seen_at + LOGIN_IDLE <= now {
        return Ok(None);
    }
    if found.last_seen_at + SEEN_EVERY <= now {
        let id = found.login;
        let seen = state
            .db
            .write(|txn| {
                async move { logins::seen(txn, id, now, now - SEEN_EVERY).await }.scope_boxed()
            })
            .await;
        if let Err(error) = seen {
            // Reading goes on when writing does not: the time of last use is not worth refusing a page.
            tracing::warn!(%error, "could not record that a login was used");
        }
    }
    let actor = Actor {
        user: found.me.id,
        is_admin: found.me.is_admin,
    };
    Ok(Some(CurrentLogin {
        login: found.login,
        me: found.me,
        actor,
    }))
}

/// Changes name and zone.
///
/// # Errors
/// `Problem::Invalid` naming the fields.
pub async fn update_account(
    state: &AppState,
    login: &CurrentLogin,
    name: &str,
    time_zone: &str,
) -> Result<()> {
    let mut refusals = Refusals::default();
    let name = refusals.take("name", DisplayName::parse(name));
    let zone = refusals.take_named("timeZone", Zone::parse(time_zone));
    let (name, zone) = refusals.finish(name.zip(zone))?;
    let user = login.me.id;
    Ok(state
        .db
        .write(|txn| {
            let (name, zone) = (&name, zone.name().to_owned());
            async move { users::update(txn, user, name, &zone).await }.scope_boxed()
        })
        .await?)
}

/// Changes the password, ends every other login, and gives this browser a new one.
///
/// # Errors
/// `Problem::Invalid` on `currentPassword` or `newPassword`.
pub async fn change_password(
    state: &AppState,
    login: &CurrentLogin,
    current: &str,
    new: &str,
) -> Result<NewLogin> {
    let email = EmailAddress::parse(&login.me.email).map_err(|e| Error::Other(e.to_string()))?;
    check_password(new, &email).map_err(|TextProblem(m)| Problem::field("newPassword", m))?;
    let stored = users::credentials(state.db.read(), &email)
        .await?
        .map(|user| user.password_hash);
    if !state.passwords.verify(current.to_owned(), stored).await? {
        return Err(Problem::field("currentPassword", "That is not your current password.").into());
    }
    replace_password(state, login.me.id, new).await
}

/// Sets a password without asking for the old one: `admin reset-password`.
///
/// # Errors
/// `Problem::NotFound` for an unknown address; `Problem::Invalid` for a weak password.
pub async fn reset_password(state: &AppState, email: &str, new: &str) -> Result<()> {
    let email = EmailAddress::parse(email).map_err(|TextProblem(m)| Problem::field("email", m))?;
    check_password(new, &email).map_err(|TextProblem(m)| Problem::field("password", m))?;
    let user = users::credentials(state.db.read(), &email)
        .await?
        .ok_or(Problem::NotFound)?;
    replace_password(state, user.id, new).await.map(drop)
}

async fn replace_password(state: &AppState, user: UserId, new: &str) -> Result<NewLogin> {
    let hash = state.passwords.hash(new.to_owned()).await?;
    let login = generate_login(state.clock.now(), user);
    let row = login.row.clone();
    state
        .db
        .write(|txn| {
            let (hash, row) = (&hash, &row);
            async move {
                users::set_password(txn, user, hash).await?;
                logins::delete_all(txn, user).await?;
                logins::insert(txn, row).await
            }
            .scope_boxed()
        })
        .await?;
    Ok(login.into_new())
}

/// A generated login: what is stored and what is handed out.
struct GeneratedLogin {
    row: logins::NewLoginRow,
    token: SecretString,
}

impl GeneratedLogin {
    fn into_new(self) -> NewLogin {
        NewLogin {
            token: self.token,
            expires_at: self.row.expires_at,
        }
    }
}

fn generate_login(now: Timestamp, user: UserId) -> GeneratedLogin {
    let token = generate_token();
    GeneratedLogin {
        row: logins::NewLoginRow {
            id: LoginId(Uuid::new_v4()),
            user,
            token_hash: token_hash(&token),
            created_at: now,
            expires_at: now + LOGIN_LIFETIME,
        },
        token: SecretString::from(token),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn tokens_are_long_random_and_stored_only_as_hashes() {
        let user = UserId(Uuid::from_u128(1));
        let (one, two) = (
            generate_login(Timestamp(0), user),
            generate_login(Timestamp(0), user),
        );
        assert_eq!(one.token.expose_secret().len(), 43);
        assert_ne!(one.token.expose_secret(), two.token.expose_secret());
        assert_eq!(one.row.token_hash, token_hash(one.token.expose_secret()));
        assert_eq!(one.row.token_hash.len(), 64);
    }
}
