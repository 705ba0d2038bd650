//! Stopping somebody: out of every browser and call at once, and no way back in until an admin allows it.

use super::record;
use crate::{
    AppState, Error, Result,
    accounts::end_logins,
    deletion,
    login::CurrentLogin,
    sessions::{self, Running},
    store::{ScopedFutureExt, account_emails, calendar_feeds, users},
};
use domain::{audit::AuditAction, ids::UserId, problem::Problem};

/// Suspends a person: they are signed out, out of any call, and cannot sign in; what they would come to is cancelled, with
/// notice to everybody concerned; nobody sees their mentor profile.
///
/// # Errors
/// `Problem::Forbidden` unless the actor is an admin; `Problem::NotFound` for nobody; `Problem::Conflict` for oneself, or
/// somebody who is suspended already. Whoever asked for their account to be deleted is not rid of it that way: an admin
/// decides then ([`deletion`]).
pub async fn suspend(state: &AppState, login: &CurrentLogin, user: UserId) -> Result<()> {
    login.require_admin()?;
    let (admin, now, rules) = (login.me.id, state.clock.now(), state.config.window);
    if admin == user {
        return Err(Problem::Conflict("You cannot suspend yourself.".to_owned()).into());
    }
    let suspending = state.db.write(|txn| {
        async move {
            if users::names(txn, &[user]).await?.is_empty() {
                return Err(Problem::NotFound.into());
            }
            if !users::suspend(txn, user, now).await? {
                return Err(
                    Problem::Conflict("This person is suspended already.".to_owned()).into(),
                );
            }
            end_logins(txn, user, |_| true, now).await?;
            account_emails::void_links(txn, user).await?;
            calendar_feeds::delete(txn, user).await?;
            sessions::stop_all(txn, (user, admin), Running::Ends, rules, now).await?;
            record(txn, AuditAction::Suspended, (admin, user), "", now).await?;
            Ok::<_, Error>(())
        }
        .scope_boxed()
    });
    suspending.await?;
    tracing::info!(admin.id = %admin, user.id = %user, "account {user} suspended");
    Ok(())
}

/// Lets a suspended person in again; what was cancelled stays cancelled.
///
/// # Errors
/// `Problem::Forbidden` unless the actor is an admin; `Problem::Conflict` when the person is not suspended.
pub async fn reinstate(state: &AppState, login: &CurrentLogin, user: UserId) -> Result<()> {
    login.require_admin()?;
    let (admin, now) = (login.me.id, state.clock.now());
    let reinstating = state.db.write(|txn| {
        let config = &state.config;
        async move {
            if !users::reinstate(txn, user).await? {
                return Err(Problem::Conflict("This person is not suspended.".to_owned()).into());
            }
            deletion::reinstated(txn, user, config, now).await?;
            record(txn, AuditAction::Reinstated, (admin, user), "", now).await?;
            Ok::<_, Error>(())
        }
        .scope_boxed()
    });
    reinstating.await
}
