//! Keeps others from changing an account.

use crate::{
    AppState, Result,
    store::{
        Txn,
        users::{self, LeavingRow},
    },
};
use domain::{
    deletion::may_go,
    ids::UserId,
    problem::Problem,
    text::{EmailAddress, TextProblem},
};

/// Finds an account, and keeps others from changing it.
///
/// # Errors
/// `Problem::NotFound` for nobody, and for what is deleted; `Problem::Conflict` for the last admin.
pub(super) async fn lock(txn: &Txn, user: UserId) -> Result<LeavingRow> {
    let is_admin = users::leaving(txn, user)
        .await?
        .is_some_and(|row| row.is_admin);
    // Before the account's own row, which is one of them.
    let other_admins = match is_admin {
        true => users::lock_other_admins(txn, user).await?,
        false => 0,
    };
    let account = users::lock_leaving(txn, user).await?;
    let account = account.filter(|account| !account.facts().is_gone);
    let account = account.ok_or(Problem::NotFound)?;
    if !may_go(account.is_admin, other_admins) {
        let why = "This is the only administrator. Make somebody else one first: young-minds admin create.";
        return Err(Problem::Conflict(why.to_owned()).into());
    }
    Ok(account)
}

/// Whose account an address is.
///
/// # Errors
/// `Problem::NotFound` for an unknown one.
pub(super) async fn find(state: &AppState, email: &str) -> Result<UserId> {
    let email = EmailAddress::parse(email).map_err(|TextProblem(m)| Problem::field("email", m))?;
    let found = users::credentials(state.db.read(), &email).await?;
    Ok(found.map(|user| user.id).ok_or(Problem::NotFound)?)
}
