//! Links by email: asked for by anybody, used once. Opening one uses nothing up, because mail scanners open links before
//! people do; a button does.

use super::{
    Client, address_taken,
    jobs::send_account_email::SendAccountEmail,
    limits,
    logins::{GeneratedLogin, NewLogin, first_half, record, replace},
    sign_up::is_same_browser,
};
use crate::{
    AppState, Error, Result,
    credentials::token_hash,
    emails::address_works,
    jobs::enqueue,
    store::{
        ScopedFutureExt, StoreError, Txn,
        account_emails::{self, AccountEmailRow, Owner},
        sign_ups, users,
    },
};
use domain::{
    account::AccountEmail,
    audit::AuditAction,
    ids::{EmailId, LoginId},
    problem::Problem,
    text::{EmailAddress, TextProblem},
    time::Timestamp,
    views::LinkView,
};
use uuid::Uuid;

/// Refuses a link.
pub(super) fn unusable() -> Error {
    let why = "This link does not work any more: it was used already, it is too old, or a newer one took its place. Please ask for a new one.";
    Problem::Conflict(why.to_owned()).into()
}

/// Counts a request for an email to an address.
///
/// # Errors
/// `Problem::TooMany`, whether or not the address is known.
pub(super) async fn allow(state: &AppState, email: &str, client: &Client) -> Result<()> {
    let counts = [
        limits::of_request(state, client),
        limits::of_mailbox(state, email),
    ];
    limits::take(state, &counts).await
}

/// Writes an email and the job that sends it, in the transaction of what it is about.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn write(
    txn: &Txn,
    kind: AccountEmail,
    email: &str,
    owner: Owner,
    now: Timestamp,
) -> std::result::Result<(), StoreError> {
    let row = AccountEmailRow {
        id: EmailId(Uuid::new_v4()),
        kind,
        email: email.to_owned(),
        owner,
        created_at: now,
    };
    account_emails::insert(txn, &row).await?;
    enqueue(txn, &SendAccountEmail { email: row.id }, now, now).await
}

/// Emails a link to an address, if there is an account with it: to sign in, or to choose a new password. Answers the
/// same, after the same work, if there is none.
///
/// # Errors
/// `Problem::Invalid` on `email`; `Problem::TooMany`.
pub async fn ask_for_link(
    state: &AppState,
    kind: AccountEmail,
    email: &str,
    client: &Client,
) -> Result<()> {
    let email = EmailAddress::parse(email).map_err(|TextProblem(m)| Problem::field("email", m))?;
    allow(state, email.as_str(), client).await?;
    let now = state.clock.now();
    let writing = state.db.write(|txn| {
        let email = email.as_str();
        async move { write(txn, kind, email, Owner::OfAddress, now).await }.scope_boxed()
    });
    Ok(writing.await?)
}

/// What a link is about; `None` when it does not work (any more). Uses nothing up.
///
/// # Errors
/// When the database does not answer.
pub async fn look(
    state: &AppState,
    kind: AccountEmail,
    link: &str,
    browser: Option<&str>,
) -> Result<Option<LinkView>> {
    let (db, now) = (state.db.read(), state.clock.now());
    let Some(found) = account_emails::look(db, kind, &token_hash(link), now).await? else {
        return Ok(None);
    };
    let needs_password = match found.owner {
        Owner::SignUp(id) => sign_ups::find(db, id)
            .await?
            .is_some_and(|row| !is_same_browser(&row, browser)),
        Owner::User(_) | Owner::OfAddress => false,
    };
    Ok(Some(LinkView {
        email: found.email,
        needs_password,
    }))
}

/// Signs in by a link; the login that the browser had so far ends.
///
/// # Errors
/// `Problem::Conflict` when the link does not work (any more).
pub async fn sign_in_by_link(
    state: &AppState,
    link: &str,
    client: &Client,
    replaces: Option<LoginId>,
) -> Result<NewLogin> {
    let (kind, hash, now) = (AccountEmail::SignIn, token_hash(link), state.clock.now());
    let signing_in = state.db.write(|txn| {
        let hash = &hash;
        async move {
            let taken = account_emails::take(txn, kind, hash, now).await?;
            let Some(Owner::User(user)) = taken.map(|email| email.owner) else {
                return Err(unusable());
            };
            if users::lock_password(txn, user).await?.is_none() {
                return Err(unusable());
            }
            replace(txn, replaces, now).await?;
            let login = GeneratedLogin::new(now, user, client);
            let due = login.insert_half(txn, state).await?;
            let how = first_half("with a link", due);
            record(txn, AuditAction::SignedIn, user, how, now).await?;
            Ok::<_, Error>(login.into_new_half(due))
        }
        .scope_boxed()
    });
    signing_in.await
}

/// Gives an account the address that a link proved, and tells the old one.
///
/// # Errors
/// `Problem::Conflict` when the link does not work (any more), or somebody else has the address by now.
pub async fn confirm_address(state: &AppState, link: &str) -> Result<()> {
    let (kind, hash, now) = (
        AccountEmail::ChangeAddress,
        token_hash(link),
        state.clock.now(),
    );
    let changing = state.db.write(|txn| {
        let hash = &hash;
        async move {
            let taken = account_emails::take(txn, kind, hash, now).await?;
            let taken = taken.ok_or_else(unusable)?;
            let Owner::User(user) = taken.owner else {
                return Err(unusable());
            };
            let old = users::email(txn, user).await?.ok_or_else(unusable)?;
            let new = EmailAddress::parse(&taken.email).map_err(|_| unusable())?;
            let set = users::set_email(txn, user, &new).await;
            set.map_err(address_taken)?;
            address_works(txn, now).await?;
            account_emails::void_links(txn, user).await?;
            let (kind, owner) = (AccountEmail::AddressChanged, Owner::User(user));
            write(txn, kind, &old, owner, now).await?;
            record(txn, AuditAction::AddressChanged, user, "", now).await?;
            Ok::<_, Error>(())
        }
        .scope_boxed()
    });
    changing.await
}
