//! Asking for an account to be deleted, and taking that back.

use super::{
    held::tell_held,
    jobs::delete_account::DeleteAccount,
    lock::{find, lock},
};
use crate::{
    AppState, Error, Result,
    accounts::{end_logins, limits, tell},
    config::Config,
    jobs::enqueue,
    login::CurrentLogin,
    sessions::{self, Running},
    store::{
        ScopedFutureExt, StoreError, Txn, account_emails,
        audit::{self, AuditEntry},
        calendar_feeds, users,
    },
    zones::Zone,
};
use domain::{
    account::AccountEmail,
    audit::AuditAction,
    deletion::{Asker, Standing, due_at},
    ids::{LoginId, UserId},
    problem::Problem,
    time::Timestamp,
    views::DeletionView,
};

/// Somebody asks for an account to be deleted.
#[derive(Debug, Clone, Copy)]
struct Request {
    user: UserId,
    /// Who asks; `None` for the command line.
    by: Option<UserId>,
    asker: Asker,
    /// The login that stays.
    keeps: Option<LoginId>,
}

/// What the page about deleting one's account shows.
///
/// # Errors
/// When the database does not answer.
pub async fn page(state: &AppState, login: &CurrentLogin) -> Result<DeletionView> {
    let now = state.clock.now();
    let at = due_at(now, state.config.deletion_after);
    Ok(DeletionView {
        is_confirmed: login.require_confirmed(state).is_ok(),
        has_password: users::has_password(state.db.read(), login.me.id).await?,
        leaves: login.me.leaves.clone(),
        would_leave: Zone::or_utc(&login.me.time_zone).label(at),
    })
}

/// Somebody asks for their own account to be deleted: what they would come to is cancelled, with notice; nobody sees their
/// mentor profile; other browsers are signed out; the calendar's secret address stops working. A meeting that has begun
/// goes on. Doing it twice is fine.
///
/// # Errors
/// `Problem::Conflict` unless they said who they are a moment ago, or when they are the last admin; `Problem::TooMany`
/// after three in an hour.
pub async fn ask(state: &AppState, login: &CurrentLogin) -> Result<()> {
    login.require_confirmed(state)?;
    // Pressed twice.
    if leaves(state, login.me.id).await? {
        return Ok(());
    }
    limits::take(state, &[limits::of_deletion(state, login.me.id)]).await?;
    let request = Request {
        user: login.me.id,
        by: Some(login.me.id),
        asker: Asker::Person,
        keeps: Some(login.login),
    };
    match begin(state, request).await {
        // Pressed twice, at the same moment.
        Err(Error::Problem(Problem::Conflict(_))) if leaves(state, login.me.id).await? => Ok(()),
        other => other,
    }
}

/// As [`ask`], by an admin for somebody else; all their browsers are signed out, and meetings end.
///
/// # Errors
/// `Problem::Forbidden` unless the actor is an admin; `Problem::NotFound` for nobody; `Problem::Conflict` for oneself, or
/// when it is asked for already.
pub async fn ask_for(state: &AppState, login: &CurrentLogin, user: UserId) -> Result<()> {
    login.require_admin()?;
    if login.me.id == user {
        let why = "Delete your own account on your account page.";
        return Err(Problem::Conflict(why.to_owned()).into());
    }
    let request = Request {
        user,
        by: Some(login.me.id),
        asker: Asker::Admin,
        keeps: None,
    };
    begin(state, request).await
}

/// Asks for an account to be deleted, as an admin would: `user delete`.
///
/// # Errors
/// `Problem::NotFound` for an unknown address; `Problem::Conflict` when it is asked for already, or for the last admin.
pub async fn ask_by_address(state: &AppState, email: &str) -> Result<()> {
    let request = Request {
        user: find(state, email).await?,
        by: None,
        asker: Asker::Admin,
        keeps: None,
    };
    begin(state, request).await
}

async fn leaves(state: &AppState, user: UserId) -> Result<bool> {
    let account = users::leaving(state.db.read(), user).await?;
    let standing = account.map(|account| account.facts().standing(state.clock.now()));
    Ok(standing.is_some_and(Standing::can_be_kept))
}

async fn begin(state: &AppState, request: Request) -> Result<()> {
    let now = state.clock.now();
    let beginning = state.db.write(|txn| {
        let config = &state.config;
        async move { begin_in(txn, request, config, now).await }.scope_boxed()
    });
    beginning.await?;
    let user = request.user;
    tracing::info!(user.id = %user, "account {user} is to be deleted");
    Ok(())
}

async fn begin_in(txn: &Txn, request: Request, config: &Config, now: Timestamp) -> Result<()> {
    let Request { user, by, .. } = request;
    let account = lock(txn, user).await?;
    if !account.facts().standing(now).can_be_asked(request.asker) {
        let why = "This account is to be deleted already.";
        return Err(Problem::Conflict(why.to_owned()).into());
    }
    schedule(txn, user, due_at(now, config.deletion_after), now).await?;
    let keeps = request.keeps;
    end_logins(txn, user, |login| Some(login) != keeps, now).await?;
    account_emails::void_links(txn, user).await?;
    calendar_feeds::delete(txn, user).await?;
    let running = match request.asker {
        Asker::Person => Running::GoesOn,
        Asker::Admin => Running::Ends,
    };
    let people = (user, by.unwrap_or(user));
    sessions::stop_all(txn, people, running, config.window, now).await?;
    let entry = AuditEntry::of(now, by, AuditAction::DeletionAsked, Some(user));
    audit::record(txn, &entry).await?;
    Ok(tell_held(txn, now).await?)
}

/// Writes when an account is deleted, the job that does it, and the email that says so.
async fn schedule(
    txn: &Txn,
    user: UserId,
    at: Timestamp,
    now: Timestamp,
) -> std::result::Result<(), StoreError> {
    users::set_delete_at(txn, user, Some(at)).await?;
    enqueue(txn, &DeleteAccount { user, at }, at, now).await?;
    tell(txn, user, AccountEmail::DeletionAsked, now).await
}

/// Somebody takes it back that their account is deleted. What was cancelled stays cancelled. Doing it twice is fine.
///
/// # Errors
/// When the database does not answer.
pub async fn keep(state: &AppState, login: &CurrentLogin) -> Result<()> {
    keep_in(state, login, login.me.id).await.map(|_| ())
}

/// As [`keep`], by an admin for somebody else.
///
/// # Errors
/// `Problem::Forbidden` unless the actor is an admin; `Problem::Conflict` when it is not to be deleted.
pub async fn keep_for(state: &AppState, login: &CurrentLogin, user: UserId) -> Result<()> {
    login.require_admin()?;
    match keep_in(state, login, user).await? {
        true => Ok(()),
        false => Err(Problem::Conflict("This account is not to be deleted.".to_owned()).into()),
    }
}

async fn keep_in(state: &AppState, login: &CurrentLogin, user: UserId) -> Result<bool> {
    let (by, now) = (login.me.id, state.clock.now());
    let keeping = state.db.write(|txn| {
        async move {
            let account = users::lock_leaving(txn, user).await?;
            let standing = account.map(|account| account.facts().standing(now));
            if !standing.is_some_and(Standing::can_be_kept) {
                return Ok(false);
            }
            users::set_delete_at(txn, user, None).await?;
            let entry = AuditEntry::of(now, Some(by), AuditAction::DeletionKept, Some(user));
            audit::record(txn, &entry).await?;
            tell_held(txn, now).await?;
            Ok::<_, StoreError>(true)
        }
        .scope_boxed()
    });
    Ok(keeping.await?)
}

/// A suspended person is let in again: a deletion that this held up begins anew, so that they can take it back.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn reinstated(
    txn: &Txn,
    user: UserId,
    config: &Config,
    now: Timestamp,
) -> std::result::Result<(), StoreError> {
    let account = users::lock_leaving(txn, user).await?;
    match account.map(|account| account.facts().standing(now)) {
        Some(Standing::Held { .. }) => {
            schedule(txn, user, due_at(now, config.deletion_after), now).await?;
            tell_held(txn, now).await
        }
        Some(Standing::Stays | Standing::Leaves { .. } | Standing::Due | Standing::Gone) | None => {
            Ok(())
        }
    }
}
