//! Signing up: what was entered waits until its address is proved.
//!
//! Whoever follows the link must also be who signed up: it is the same browser, or they know the password. Otherwise
//! somebody could sign up with another person's address and a password of their own, and wait for a careless click.

use super::{
    Client, address_taken, limits,
    links::{self, unusable},
    logins::{GeneratedLogin, NewLogin, record, replace},
    new_password::check_new,
};
use crate::{
    AppState, Error, Result,
    config::MailTarget,
    credentials::{Queue, generate_token, token_hash},
    store::{
        ScopedFutureExt,
        account_emails::{self, Owner},
        sign_ups::{self, SignUpRow},
        users,
    },
    zones::Zone,
};
use domain::{
    account::AccountEmail,
    audit::AuditAction,
    ids::{LoginId, SignUpId, UserId},
    problem::{Problem, Refusals},
    text::{DisplayName, EmailAddress, ReturnPath, TextProblem},
    time::{Millis, Timestamp},
};
use secrecy::SecretString;
use uuid::Uuid;

/// A sign-up waits this long, and may be sent new links meanwhile.
pub(crate) const WAITS_FOR: Millis = Millis::days(2);

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

/// A sign-up that waits; the token goes into a cookie of the browser and is stored only as a hash.
#[derive(Debug)]
pub struct Waiting {
    /// 256 random bits, base64url.
    pub token: SecretString,
    /// When it is forgotten.
    pub expires_at: Timestamp,
}

/// What shows that somebody who follows a link is who signed up: one of both is enough.
#[derive(Debug, Clone, Default)]
pub struct Proof {
    /// What the browser holds of [`Waiting`].
    pub browser: Option<String>,
    /// The password chosen at sign-up; may be empty.
    pub password: String,
}

/// Keeps what was entered, and emails a link that makes an account of it. The answer is the same when there already is an
/// account with this address; its person then reads so in the email.
///
/// # Errors
/// `Problem::Invalid` naming the fields; `Problem::TooMany` when too many are asked for, or wait to be hashed.
pub async fn sign_up(
    state: &AppState,
    form: SignUp,
    callback: Option<&ReturnPath>,
    client: &Client,
) -> Result<Waiting> {
    // First of all: how hard a password is to guess costs time to say, too.
    let turn = state.passwords.queue(Queue::Other)?;
    let fields = fields(state, &form)?;
    links::allow(state, fields.email.as_str(), client).await?;
    let token = generate_token();
    let now = state.clock.now();
    let row = SignUpRow {
        id: SignUpId(Uuid::new_v4()),
        browser_hash: token_hash(&token),
        email: fields.email,
        name: fields.name,
        time_zone: fields.zone.name().to_owned(),
        password_hash: turn.hash(form.password).await?,
        callback: callback.map(|path| path.as_str().to_owned()),
        created_at: now,
    };
    let writing = state.db.write(|txn| {
        let row = &row;
        async move {
            sign_ups::insert(txn, row).await?;
            let (kind, owner) = (AccountEmail::SignUp, Owner::SignUp(row.id));
            links::write(txn, kind, row.email.as_str(), owner, now).await
        }
        .scope_boxed()
    });
    writing.await?;
    Ok(Waiting {
        token: SecretString::from(token),
        expires_at: now + WAITS_FOR,
    })
}

/// The address whose proof a browser's sign-up waits for; `None` when it has none that waits.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(state: &AppState, browser: Option<&str>) -> Result<Option<String>> {
    let found = of_browser(state, browser).await?;
    Ok(found.map(|row| row.email.as_str().to_owned()))
}

async fn of_browser(state: &AppState, browser: Option<&str>) -> Result<Option<SignUpRow>> {
    let Some(token) = browser else {
        return Ok(None);
    };
    let found = sign_ups::of_browser(state.db.read(), &token_hash(token)).await?;
    let oldest = state.clock.now() - WAITS_FOR;
    Ok(found.filter(|row| row.created_at > oldest))
}

/// The browser's sign-up, which has to be there.
async fn required(state: &AppState, browser: Option<&str>) -> Result<SignUpRow> {
    let found = of_browser(state, browser).await?;
    let gone =
        || Problem::Conflict("This sign-up is over. Please fill the form in again.".to_owned());
    Ok(found.ok_or_else(gone)?)
}

/// Sends the link of a browser's sign-up again; earlier ones keep working.
///
/// # Errors
/// `Problem::TooMany` after five emails to the address in an hour; `Problem::Conflict` when nothing waits.
pub async fn send_again(state: &AppState, browser: Option<&str>, client: &Client) -> Result<()> {
    let row = required(state, browser).await?;
    links::allow(state, row.email.as_str(), client).await?;
    let now = state.clock.now();
    let writing = state.db.write(|txn| {
        let row = &row;
        async move {
            let (kind, owner) = (AccountEmail::SignUp, Owner::SignUp(row.id));
            links::write(txn, kind, row.email.as_str(), owner, now).await
        }
        .scope_boxed()
    });
    Ok(writing.await?)
}

/// Corrects the address of a browser's sign-up, and emails a link there; links to the old address stop working.
///
/// # Errors
/// `Problem::Invalid` on `email`; as [`send_again`].
pub async fn correct_address(
    state: &AppState,
    browser: Option<&str>,
    email: &str,
    client: &Client,
) -> Result<()> {
    let row = required(state, browser).await?;
    let email = parse_new(state, email).map_err(|TextProblem(m)| Problem::field("email", m))?;
    links::allow(state, email.as_str(), client).await?;
    let now = state.clock.now();
    let writing = state.db.write(|txn| {
        let (id, email) = (row.id, &email);
        async move {
            account_emails::void_sign_up(txn, id).await?;
            sign_ups::set_email(txn, id, email).await?;
            let (kind, owner) = (AccountEmail::SignUp, Owner::SignUp(id));
            links::write(txn, kind, email.as_str(), owner, now).await
        }
        .scope_boxed()
    });
    Ok(writing.await?)
}

/// Makes the account of a sign-up whose link was followed, and signs its person in; where they wanted to go. The login
/// that their browser had so far, `replaces`, ends.
///
/// # Errors
/// `Problem::Conflict` when the link does not work (any more); `Problem::Invalid` on `password` when neither browser nor
/// password is the one of the sign-up; `Problem::TooMany` after too many passwords.
pub async fn confirm(
    state: &AppState,
    link: &str,
    proof: Proof,
    client: &Client,
    replaces: Option<LoginId>,
) -> Result<(NewLogin, Option<ReturnPath>)> {
    let (kind, hash, now) = (AccountEmail::SignUp, token_hash(link), state.clock.now());
    let found = account_emails::look(state.db.read(), kind, &hash, now).await?;
    let row = match found.map(|email| email.owner) {
        Some(Owner::SignUp(id)) => sign_ups::find(state.db.read(), id).await?,
        Some(Owner::User(_) | Owner::OfAddress) | None => None,
    };
    let row = row.ok_or_else(unusable)?;
    if !is_same_browser(&row, proof.browser.as_deref()) {
        check_sign_up_password(state, &row, proof.password).await?;
    }
    let login = GeneratedLogin::new(now, UserId(Uuid::new_v4()), client);
    let making = state.db.write(|txn| {
        let (row, login, hash) = (&row, &login, &hash);
        async move {
            if account_emails::take(txn, kind, hash, now).await?.is_none() {
                return Err(unusable());
            }
            let user = users::NewUser {
                id: login.user(),
                email: row.email.clone(),
                name: row.name.clone(),
                time_zone: row.time_zone.clone(),
                password_hash: row.password_hash.clone(),
                is_admin: false,
                created_at: now,
            };
            users::insert(txn, &user).await.map_err(address_taken)?;
            sign_ups::delete_of(txn, &row.email).await?;
            replace(txn, replaces, now).await?;
            login.insert(txn).await?;
            record(txn, AuditAction::SignedUp, user.id, "", now).await?;
            Ok::<_, Error>(())
        }
        .scope_boxed()
    });
    making.await?;
    let id = login.user();
    tracing::info!(user.id = %id, "account {id} created");
    let callback = row.callback.as_deref().and_then(ReturnPath::parse);
    Ok((login.into_new(), callback))
}

pub(super) fn is_same_browser(row: &SignUpRow, browser: Option<&str>) -> bool {
    browser.is_some_and(|token| token_hash(token) == row.browser_hash)
}

async fn check_sign_up_password(state: &AppState, row: &SignUpRow, password: String) -> Result<()> {
    let turn = state.passwords.queue(Queue::Other)?;
    let counts = [limits::of_guess(state, row.id)];
    limits::take(state, &counts).await?;
    let stored = Some(row.password_hash.clone());
    if turn.verify(password, stored).await? {
        return Ok(());
    }
    Err(Problem::field("password", "That is not the password chosen at sign-up.").into())
}

/// Makes an account without proof of its address: `admin create`, demo data.
///
/// # Errors
/// `Problem::Invalid` naming the fields; `Problem::TooMany` when too many wait to be hashed.
pub async fn create(state: &AppState, form: SignUp, is_admin: bool) -> Result<UserId> {
    let turn = state.passwords.queue(Queue::Other)?;
    let fields = fields(state, &form)?;
    let user = users::NewUser {
        id: UserId(Uuid::new_v4()),
        email: fields.email,
        name: fields.name,
        time_zone: fields.zone.name().to_owned(),
        password_hash: turn.hash(form.password).await?,
        is_admin,
        created_at: state.clock.now(),
    };
    let inserting = state.db.write(|txn| {
        let user = &user;
        async move { users::insert(txn, user).await }.scope_boxed()
    });
    inserting.await.map_err(address_taken)?;
    Ok(user.id)
}

struct Fields {
    name: DisplayName,
    email: EmailAddress,
    zone: Zone,
}

fn fields(state: &AppState, form: &SignUp) -> Result<Fields> {
    let mut refusals = Refusals::default();
    let name = refusals.take("name", DisplayName::parse(&form.name));
    let email = refusals.take("email", parse_new(state, &form.email));
    let zone = refusals.take_named("timeZone", Zone::parse(&form.time_zone));
    if let Some(email) = &email {
        let known = [form.name.as_str(), &state.config.app_name];
        refusals.take("password", check_new(&form.password, email, &known));
    }
    let ((name, email), zone) = refusals.finish(name.zip(email).zip(zone))?;
    Ok(Fields { name, email, zone })
}

/// Reads the address of an account to be. One that stands in documentation, such as `name@example.org`, reaches nobody;
/// it is for development, where emails are put into a folder.
///
/// # Errors
/// When it cannot be an address, or reaches nobody.
pub(super) fn parse_new(
    state: &AppState,
    text: &str,
) -> std::result::Result<EmailAddress, TextProblem> {
    let email = EmailAddress::parse(text)?;
    match state.config.mail.target {
        MailTarget::Smtp(_) if email.is_reserved() => Err(TextProblem(
            "No email arrives at this address. Enter your own.".to_owned(),
        )),
        MailTarget::Smtp(_) | MailTarget::Folder(_) => Ok(email),
    }
}
