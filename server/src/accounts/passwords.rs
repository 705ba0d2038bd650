//! New passwords.

use super::{
    Client, CurrentLogin, limits,
    links::{self, unusable},
    logins::{GeneratedLogin, NewLogin, end_logins, note_refusal, record},
    new_password::check_new,
};
use crate::{
    AppState, Error, Result,
    credentials::{Queue, token_hash},
    store::{
        ScopedFutureExt, StoreError, Txn,
        account_emails::{self, Owner},
        users,
    },
};
use domain::{
    account::AccountEmail,
    audit::AuditAction,
    ids::UserId,
    problem::Problem,
    text::{EmailAddress, TextProblem},
    time::Timestamp,
};

/// Changes the password, ends every other login, and gives this browser a new one.
///
/// # Errors
/// `Problem::Invalid` on `currentPassword` or `newPassword`; `Problem::TooMany` after too many guesses.
pub async fn change_password(
    state: &AppState,
    login: &CurrentLogin,
    current: &str,
    new: &str,
    client: &Client,
) -> Result<NewLogin> {
    let email = EmailAddress::parse(&login.me.email).map_err(|e| Error::Other(e.to_string()))?;
    let known = [login.me.name.as_str(), &state.config.app_name];
    check_new(new, &email, &known).map_err(|TextProblem(m)| Problem::field("newPassword", m))?;
    check_own(state, login, current, "currentPassword").await?;
    let hash = state
        .passwords
        .queue(Queue::Other)?
        .hash(new.to_owned())
        .await?;
    let (user, now) = (login.me.id, state.clock.now());
    let login = GeneratedLogin::new(now, user, client);
    let changing = state.db.write(|txn| {
        let (hash, login) = (&hash, &login);
        async move {
            replace(txn, user, hash, AuditAction::PasswordChanged, now).await?;
            login.insert(txn).await
        }
        .scope_boxed()
    });
    changing.await?;
    Ok(login.into_new())
}

/// Asks a signed-in person for their password again.
///
/// # Errors
/// `Problem::Invalid` on `field`; `Problem::TooMany` after too many guesses.
pub(super) async fn check_own(
    state: &AppState,
    login: &CurrentLogin,
    password: &str,
    field: &'static str,
) -> Result<()> {
    let turn = state.passwords.queue(Queue::Other)?;
    let counts = [limits::of_guess(state, login.me.id)];
    limits::take(state, &counts).await?;
    let email = EmailAddress::parse(&login.me.email).map_err(|e| Error::Other(e.to_string()))?;
    let stored = users::credentials(state.db.read(), &email)
        .await?
        .map(|user| user.password_hash);
    let given = password.to_owned();
    if !turn.verify(given, stored).await? {
        note_refusal(state, Some(login.me.id), "wrong own password").await?;
        return Err(Problem::field(field, "That is not your current password.").into());
    }
    let giving_back = state.db.write(|txn| {
        let counts = &counts;
        async move { limits::succeeded(txn, counts).await }.scope_boxed()
    });
    Ok(giving_back.await?)
}

/// Chooses a new password by a link that was emailed, and ends all logins.
///
/// # Errors
/// `Problem::Conflict` when the link does not work (any more); `Problem::Invalid` on `newPassword`.
pub async fn reset_by_link(state: &AppState, link: &str, new: &str) -> Result<()> {
    let (kind, token) = (AccountEmail::ResetPassword, token_hash(link));
    let now = state.clock.now();
    let found = account_emails::look(state.db.read(), kind, &token, now).await?;
    let found = found.ok_or_else(unusable)?;
    let email = EmailAddress::parse(&found.email).map_err(|e| Error::Other(e.to_string()))?;
    let known = [state.config.app_name.as_str()];
    check_new(new, &email, &known).map_err(|TextProblem(m)| Problem::field("newPassword", m))?;
    let hash = state
        .passwords
        .queue(Queue::Other)?
        .hash(new.to_owned())
        .await?;
    let resetting = state.db.write(|txn| {
        let (hash, token) = (&hash, &token);
        async move {
            let taken = account_emails::take(txn, kind, token, now).await?;
            let Some(Owner::User(user)) = taken.map(|email| email.owner) else {
                return Err(unusable());
            };
            replace(txn, user, hash, AuditAction::PasswordReset, now).await?;
            Ok::<_, Error>(())
        }
        .scope_boxed()
    });
    resetting.await
}

/// Sets a password without asking for the old one: `admin reset-password`.
///
/// # Errors
/// `Problem::NotFound` for an unknown address; `Problem::Invalid` for a weak password.
pub async fn reset_password(state: &AppState, email: &str, new: &str) -> Result<()> {
    let email = EmailAddress::parse(email).map_err(|TextProblem(m)| Problem::field("email", m))?;
    let known = [state.config.app_name.as_str()];
    check_new(new, &email, &known).map_err(|TextProblem(m)| Problem::field("password", m))?;
    let user = users::credentials(state.db.read(), &email)
        .await?
        .ok_or(Problem::NotFound)?
        .id;
    let hash = state
        .passwords
        .queue(Queue::Other)?
        .hash(new.to_owned())
        .await?;
    let now = state.clock.now();
    let resetting = state.db.write(|txn| {
        let hash = &hash;
        async move { replace(txn, user, hash, AuditAction::PasswordReset, now).await }.scope_boxed()
    });
    Ok(resetting.await?)
}

/// Replaces a password: all logins end, all links are void, and the person is told.
async fn replace(
    txn: &Txn,
    user: UserId,
    hash: &str,
    how: AuditAction,
    now: Timestamp,
) -> std::result::Result<(), StoreError> {
    users::set_password(txn, user, hash).await?;
    end_logins(txn, user, |_| true, now).await?;
    account_emails::void_links(txn, user).await?;
    if let Some(email) = users::email(txn, user).await? {
        let (kind, owner) = (AccountEmail::PasswordChanged, Owner::User(user));
        links::write(txn, kind, &email, owner, now).await?;
    }
    record(txn, how, user, "", now).await
}
