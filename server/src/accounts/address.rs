//! An account's address becomes another one once that is proved.

use super::{Client, CurrentLogin, links, passwords::check_own, sign_up::parse_new};
use crate::{
    AppState, Result,
    store::{ScopedFutureExt, account_emails::Owner},
};
use domain::{account::AccountEmail, problem::Problem, text::TextProblem};

/// Emails a link to a new address; the account has it once the link was followed.
///
/// # Errors
/// `Problem::Invalid` on `newEmail` or `password`; `Problem::TooMany`.
pub async fn change_address(
    state: &AppState,
    login: &CurrentLogin,
    email: &str,
    password: &str,
    client: &Client,
) -> Result<()> {
    let email = parse_new(state, email).map_err(|TextProblem(m)| Problem::field("newEmail", m))?;
    if email.as_str() == login.me.email {
        return Err(Problem::field("newEmail", "That is your address already.").into());
    }
    check_own(state, login, password, "password").await?;
    links::allow(state, email.as_str(), client).await?;
    let (user, now) = (login.me.id, state.clock.now());
    let writing = state.db.write(|txn| {
        let email = email.as_str();
        async move {
            let (kind, owner) = (AccountEmail::ChangeAddress, Owner::User(user));
            links::write(txn, kind, email, owner, now).await
        }
        .scope_boxed()
    });
    Ok(writing.await?)
}
