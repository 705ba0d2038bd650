//! The second half of a sign-in: whoever gave a password or a link is not signed in before a second factor is given,
//! where there is one. Until then their login is one in name only: [`super::current`] does not see it.

use super::{
    Client, NewLogin, codes, limits,
    logins::{GeneratedLogin, record},
};
use crate::{
    AppState, Error, Result,
    credentials::token_hash,
    store::{ScopedFutureExt, authenticators, logins, passkeys},
};
use domain::{
    audit::AuditAction,
    ids::{LoginId, UserId},
    problem::Problem,
    views::SecondFactorView,
};

/// A login that waits for its second factor.
struct Waiting {
    login: LoginId,
    user: UserId,
    email: String,
}

async fn waiting(state: &AppState, token: Option<&str>) -> Result<Option<Waiting>> {
    let Some(token) = token else {
        return Ok(None);
    };
    let found = logins::find(state.db.read(), &token_hash(token)).await?;
    let now = state.clock.now();
    let found = found.filter(|login| login.second_factor_due && now < login.expires_at);
    Ok(found.map(|found| Waiting {
        login: found.login,
        user: found.me.id,
        email: found.me.email,
    }))
}

/// What a login, by its cookie's token, still waits for; `None` when it waits for nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn second_factor(
    state: &AppState,
    token: Option<&str>,
) -> Result<Option<SecondFactorView>> {
    let Some(waiting) = waiting(state, token).await? else {
        return Ok(None);
    };
    let db = state.db.read();
    let app = authenticators::find(db, waiting.user).await?;
    Ok(Some(SecondFactorView {
        has_codes: app.is_some_and(|app| app.on_since.is_some()),
        has_passkeys: !passkeys::of_user(db, waiting.user).await?.is_empty(),
        email: waiting.email,
    }))
}

/// Completes a sign-in with a code; the login that waited for it becomes another one.
///
/// # Errors
/// `Problem::Invalid` on `code`; `Problem::TooMany` after too many guesses; `Problem::SignedOut` when no login waits.
pub async fn enter_code(
    state: &AppState,
    token: Option<&str>,
    code: &str,
    client: &Client,
) -> Result<NewLogin> {
    let waiting = waiting(state, token).await?.ok_or(Problem::SignedOut)?;
    let (user, now) = (waiting.user, state.clock.now());
    let counts = [limits::of_code(state, user)];
    limits::take(state, &counts).await?;
    let app = authenticators::find(state.db.read(), user).await?;
    let app = app
        .filter(|app| app.on_since.is_some())
        .ok_or_else(codes::wrong)?;
    let login = GeneratedLogin::new(now, user, client);
    let signing_in = state.db.write(|txn| {
        let (waiting, app, login, counts) = (&waiting, &app, &login, &counts);
        async move {
            let Some(how) = codes::take(txn, user, &app.secret, code, now).await? else {
                record(txn, AuditAction::SignInRefused, user, "wrong code", now).await?;
                return Ok::<_, Error>(false);
            };
            // Gone when the password was changed meanwhile.
            if !logins::take_waiting(txn, waiting.login).await? {
                return Err(Problem::SignedOut.into());
            }
            limits::succeeded(txn, counts).await?;
            login.insert(txn).await?;
            record(txn, AuditAction::SignedIn, user, how, now).await?;
            Ok(true)
        }
        .scope_boxed()
    });
    match signing_in.await? {
        true => Ok(login.into_new()),
        false => Err(codes::wrong()),
    }
}
