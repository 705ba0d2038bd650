//! Logins: signed-in browsers.

use super::{Client, CurrentLogin, limits};
use crate::{
    AppState, Result,
    accounts::jobs::leave_calls::LeaveCalls,
    credentials::{Queue, generate_token, token_hash},
    jobs::enqueue,
    store::{
        ScopedFutureExt, StoreError, Txn,
        audit::{self, AuditEntry},
        authenticators, logins, users,
    },
    zones::Zone,
};
use domain::{
    account::LOGIN_IDLE,
    audit::AuditAction,
    ids::{LoginId, UserId},
    permissions::Actor,
    problem::Problem,
    text::EmailAddress,
    time::{Millis, Timestamp},
    views::LoginView,
};
use secrecy::SecretString;
use uuid::Uuid;

/// A login ends this long after it began, or when it was not used for [`LOGIN_IDLE`].
const LOGIN_LIFETIME: Millis = Millis::days(30);
/// How long somebody may look for their phone.
const SECOND_FACTOR_WITHIN: Millis = Millis::minutes(10);
/// `logins.last_seen_at` is written at most this often.
const SEEN_EVERY: Millis = Millis::minutes(1);
/// Logins a person may have; with one more, the one that was not used for longest ends.
const LOGINS_MAX: u64 = 20;

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
    /// Whether it signs nobody in before a second factor is given.
    pub second_factor_due: bool,
}

/// Signs in with address and password; the login that the browser had so far ends.
///
/// # Errors
/// `Problem::WrongCredentials`, the same for unknown addresses; `Problem::TooMany` after too many failures, or when
/// too many sign in at this moment.
pub async fn sign_in(
    state: &AppState,
    form: SignIn,
    client: &Client,
    replaces: Option<LoginId>,
) -> Result<NewLogin> {
    let turn = state.passwords.queue(Queue::SignIn)?;
    // An address that cannot exist is treated like an unknown one.
    let email = EmailAddress::parse(&form.email).ok();
    let account = email.as_ref().map_or("", EmailAddress::as_str);
    let counts = limits::of_sign_in(state, account, client);
    limits::take(state, &counts).await?;
    let known = match &email {
        Some(email) => users::credentials(state.db.read(), email).await?,
        None => None,
    };
    let hash = known.as_ref().map(|user| user.password_hash.clone());
    let matches = turn.verify(form.password, hash).await?;
    let now = state.clock.now();
    let Some(known) = known else {
        note_refusal(state, None, "unknown address").await?;
        return Err(Problem::WrongCredentials.into());
    };
    if matches && known.is_suspended() {
        note_refusal(state, Some(known.id), "suspended").await?;
        return Err(Problem::Suspended.into());
    }
    let login = GeneratedLogin::new(now, known.id, client);
    let signing_in = state.db.write(|txn| {
        let (known, login, counts) = (&known, &login, &counts);
        async move {
            // Looked at again, under a lock: no login with a password that was changed meanwhile.
            let current = users::lock_password(txn, known.id).await?;
            if !matches || current.as_ref() != Some(&known.password_hash) {
                record(
                    txn,
                    AuditAction::SignInRefused,
                    known.id,
                    "wrong password",
                    now,
                )
                .await?;
                return Ok::<_, StoreError>(None);
            }
            limits::succeeded(txn, counts).await?;
            replace(txn, replaces, now).await?;
            let due = login.insert_half(txn, state).await?;
            record(
                txn,
                AuditAction::SignedIn,
                known.id,
                first_half("with a password", due),
                now,
            )
            .await?;
            Ok(Some(due))
        }
        .scope_boxed()
    });
    match signing_in.await? {
        Some(due) => Ok(login.into_new_half(due)),
        None => Err(Problem::WrongCredentials.into()),
    }
}

/// Ends the login that a browser had so far, if it had one, whoever's it was.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn replace(
    txn: &Txn,
    replaced: Option<LoginId>,
    now: Timestamp,
) -> std::result::Result<(), StoreError> {
    let Some(replaced) = replaced else {
        return Ok(());
    };
    match logins::user(txn, replaced).await? {
        Some(user) => end_logins(txn, user, |id| id == replaced, now).await,
        None => Ok(()),
    }
}

/// Gives a person a login without asking for anything: they have proved otherwise who they are.
///
/// # Errors
/// When the database does not answer.
pub async fn log_in(state: &AppState, user: UserId, client: &Client) -> Result<NewLogin> {
    let login = GeneratedLogin::new(state.clock.now(), user, client);
    let inserting = state.db.write(|txn| {
        let login = &login;
        async move { login.insert(txn).await }.scope_boxed()
    });
    inserting.await?;
    Ok(login.into_new())
}

/// Ends those of a person's logins that `ends` names, with the calls that were joined with them.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn end_logins(
    txn: &Txn,
    user: UserId,
    ends: impl Fn(LoginId) -> bool + Send,
    now: Timestamp,
) -> std::result::Result<(), StoreError> {
    let mut ended = false;
    for login in logins::ids(txn, user).await? {
        if ends(login) {
            logins::delete(txn, login).await?;
            ended = true;
        }
    }
    match ended {
        true => enqueue(txn, &LeaveCalls { user }, now, now).await,
        false => Ok(()),
    }
}

/// Writes what happened to an account, by its own person.
pub(super) async fn record(
    txn: &Txn,
    action: AuditAction,
    user: UserId,
    detail: &str,
    now: Timestamp,
) -> std::result::Result<(), StoreError> {
    let actor = (action != AuditAction::SignInRefused).then_some(user);
    let entry = AuditEntry {
        detail: detail.to_owned(),
        ..AuditEntry::of(now, actor, action, Some(user))
    };
    audit::record(txn, &entry).await
}

/// Notes that an attempt to sign in was refused, and as which kind; whose it was, where that is known.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn note_refusal(
    state: &AppState,
    user: Option<UserId>,
    why: &'static str,
) -> Result<()> {
    let now = state.clock.now();
    let noting = state.db.write(|txn| {
        let entry = AuditEntry {
            detail: why.to_owned(),
            ..AuditEntry::of(now, None, AuditAction::SignInRefused, user)
        };
        async move { audit::record(txn, &entry).await }.scope_boxed()
    });
    Ok(noting.await?)
}

/// How the audit log tells half a sign-in from a whole one.
pub(super) fn first_half(how: &'static str, second_factor_due: bool) -> &'static str {
    match second_factor_due {
        true => "half, second factor due",
        false => how,
    }
}

/// Ends one login.
///
/// # Errors
/// When the database does not answer.
pub async fn sign_out(state: &AppState, login: &CurrentLogin) -> Result<()> {
    let (id, user, now) = (login.login, login.me.id, state.clock.now());
    let ending = state.db.write(|txn| {
        async move {
            end_logins(txn, user, |own| own == id, now).await?;
            record(txn, AuditAction::EndedLogins, user, "signed out", now).await
        }
        .scope_boxed()
    });
    Ok(ending.await?)
}

/// Ends all of a person's logins, this one included.
///
/// # Errors
/// When the database does not answer.
pub async fn sign_out_everywhere(state: &AppState, login: &CurrentLogin) -> Result<()> {
    end(state, login, |_| true).await
}

/// Ends all of a person's logins but this one.
///
/// # Errors
/// When the database does not answer.
pub async fn end_other_logins(state: &AppState, login: &CurrentLogin) -> Result<()> {
    let own = login.login;
    end(state, login, move |id| id != own).await
}

/// Ends one of a person's own logins; one that is gone, or somebody else's, is no error.
///
/// # Errors
/// When the database does not answer.
pub async fn end_login(state: &AppState, login: &CurrentLogin, id: LoginId) -> Result<()> {
    end(state, login, move |own| own == id).await
}

async fn end(
    state: &AppState,
    login: &CurrentLogin,
    ends: impl Fn(LoginId) -> bool + Send + Sync,
) -> Result<()> {
    let (user, now) = (login.me.id, state.clock.now());
    let ending = state.db.write(|txn| {
        let ends = &ends;
        async move {
            end_logins(txn, user, ends, now).await?;
            record(txn, AuditAction::EndedLogins, user, "", now).await
        }
        .scope_boxed()
    });
    Ok(ending.await?)
}

/// A person's own logins, the one that asks first, then by last use.
///
/// # Errors
/// When the database does not answer.
pub async fn list(state: &AppState, login: &CurrentLogin) -> Result<Vec<LoginView>> {
    let (now, zone) = (state.clock.now(), Zone::or_utc(&login.me.time_zone));
    let rows = logins::of_user(state.db.read(), login.me.id).await?;
    let mut views: Vec<LoginView> = rows
        .into_iter()
        .filter(|row| is_live(row.expires_at, row.last_seen_at, now))
        .map(|row| LoginView {
            id: row.login,
            is_this: row.login == login.login,
            browser: row.browser,
            network: row.network,
            began: zone.label(row.created_at),
            last_seen: zone.label(row.last_seen_at),
        })
        .collect();
    views.sort_by_key(|view| !view.is_this);
    Ok(views)
}

fn is_live(expires_at: Timestamp, last_seen_at: Timestamp, now: Timestamp) -> bool {
    now < expires_at && now < last_seen_at + LOGIN_IDLE
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
    if found.second_factor_due || !is_live(found.expires_at, found.last_seen_at, now) {
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
    let must_have = state.config.admin_second_factor && found.me.is_admin;
    let mut me = found.me;
    me.leaves = found
        .delete_at
        .map(|at| Zone::or_utc(&me.time_zone).label(at));
    Ok(Some(CurrentLogin {
        lacks_second_factor: must_have && !found.has_second_factor,
        login: found.login,
        me,
        actor,
        confirmed_at: found.confirmed_at,
    }))
}

/// A generated login: what is stored and what is handed out.
pub(super) struct GeneratedLogin {
    row: logins::NewLoginRow,
    token: SecretString,
}

impl GeneratedLogin {
    pub(super) fn new(now: Timestamp, user: UserId, client: &Client) -> Self {
        let token = generate_token();
        Self {
            row: logins::NewLoginRow {
                id: LoginId(Uuid::new_v4()),
                user,
                token_hash: token_hash(&token),
                created_at: now,
                expires_at: now + LOGIN_LIFETIME,
                browser: client.browser(),
                network: client.network_kind(),
                second_factor_due: false,
            },
            token: SecretString::from(token),
        }
    }

    /// Stores it; what is over, or one too many, goes.
    pub(super) async fn insert(&self, txn: &Txn) -> std::result::Result<(), StoreError> {
        let (user, now) = (self.row.user, self.row.created_at);
        logins::delete_expired(txn, user, now, now - LOGIN_IDLE).await?;
        logins::keep_latest(txn, user, LOGINS_MAX - 1).await?;
        logins::insert(txn, &self.row).await
    }

    /// Stores it after a password or a link alone; whether a second factor is due. Nobody's other logins go for that.
    pub(super) async fn insert_half(
        &self,
        txn: &Txn,
        state: &AppState,
    ) -> std::result::Result<bool, StoreError> {
        let must = state.config.admin_second_factor;
        if !authenticators::is_due(txn, self.row.user, must).await? {
            self.insert(txn).await?;
            return Ok(false);
        }
        let (user, now) = (self.row.user, self.row.created_at);
        logins::delete_expired(txn, user, now, now - LOGIN_IDLE).await?;
        let row = logins::NewLoginRow {
            expires_at: now + SECOND_FACTOR_WITHIN,
            second_factor_due: true,
            ..self.row.clone()
        };
        logins::insert(txn, &row).await?;
        Ok(true)
    }

    /// As [`Self::into_new`], after [`Self::insert_half`].
    pub(super) fn into_new_half(self, second_factor_due: bool) -> NewLogin {
        let waits_until = self.row.created_at + SECOND_FACTOR_WITHIN;
        let login = self.into_new();
        NewLogin {
            expires_at: match second_factor_due {
                true => waits_until,
                false => login.expires_at,
            },
            second_factor_due,
            ..login
        }
    }

    /// Whose it is.
    pub(super) fn user(&self) -> UserId {
        self.row.user
    }

    pub(super) fn into_new(self) -> NewLogin {
        NewLogin {
            token: self.token,
            expires_at: self.row.expires_at,
            second_factor_due: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn tokens_are_long_random_and_stored_only_as_hashes() {
        let user = UserId(Uuid::from_u128(1));
        let client = Client::at(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));
        let (one, two) = (
            GeneratedLogin::new(Timestamp(0), user, &client),
            GeneratedLogin::new(Timestamp(0), user, &client),
        );
        assert_eq!(one.token.expose_secret().len(), 43);
        assert_ne!(one.token.expose_secret(), two.token.expose_secret());
        assert_eq!(one.row.token_hash, token_hash(one.token.expose_secret()));
        assert_eq!(one.row.token_hash.len(), 64);
    }
}
