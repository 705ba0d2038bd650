//! How often something may be tried, counted for all processes together: first counted, then done, so that many
//! attempts at the same moment are not more than the same number one after the other. Whom an attempt is about is
//! stored as a keyed hash only, which nobody can try out who has nothing but the database.

use super::Client;
use crate::{
    AppState, Result,
    store::{ScopedFutureExt, StoreError, Txn, attempts},
};
use domain::{
    account::pause_after,
    ids::UserId,
    problem::Problem,
    time::{Millis, Timestamp},
};
use hmac::{Hmac, Mac};
use secrecy::ExposeSecret;
use sha2::Sha256;

/// The longest time for which anything is counted.
const LONGEST: Millis = Millis::hours(1);
/// Failed sign-ins count for this long.
const FAILURES_FOR: Millis = Millis::minutes(15);
/// Emails to one address in an hour that anybody can ask for.
const EMAILS_TO_ADDRESS: u32 = 5;
/// Concerns that one person reports in an hour.
const REPORTS: u32 = 10;
/// Guesses of a password by somebody who is signed in, or holds a link, in a quarter of an hour.
const OWN_GUESSES: u32 = 10;

/// Passkeys, or accounts elsewhere, that somebody starts to add in a quarter of an hour.
const OWN_CEREMONIES: u32 = 20;

/// Downloads of one's own data in an hour.
const OWN_DOWNLOADS: u32 = 20;

/// Deletions of one's own account that somebody asks for in an hour: each can be taken back, and emails them.
const OWN_DELETIONS: u32 = 3;

/// What is counted, and how it is limited.
#[derive(Debug)]
enum Rule {
    /// So many in a time.
    Most(u32, Millis),
    /// A pause after each, which grows.
    Pauses,
}

/// One count.
#[derive(Debug)]
pub(crate) struct Count {
    key: String,
    rule: Rule,
}

impl Count {
    fn new(state: &AppState, about: &str, rule: Rule) -> Self {
        let secret = state.config.media.api_secret.expose_secret();
        // HMAC takes keys of any length.
        let key = match Hmac::<Sha256>::new_from_slice(secret.as_bytes()) {
            Ok(mut mac) => {
                mac.update(b"attempts ");
                mac.update(about.as_bytes());
                format!("{:x}", mac.finalize().into_bytes())
            }
            Err(_) => String::new(),
        };
        Self { key, rule }
    }

    fn window(&self) -> Millis {
        match self.rule {
            Rule::Most(_, window) => window,
            Rule::Pauses => LONGEST,
        }
    }

    /// From when on another attempt is allowed after these.
    fn next_at(&self, counted: attempts::Attempts, now: Timestamp) -> Timestamp {
        let count = u32::try_from(counted.attempts).unwrap_or_default();
        match self.rule {
            Rule::Most(most, window) if count >= most => counted.since + window,
            Rule::Most(..) => counted.next_at,
            Rule::Pauses => match pause_after(count) {
                Millis(0) => counted.next_at,
                pause => now + pause,
            },
        }
    }
}

/// Attempts to sign in to an account: by account and network, by network, and by account alone.
pub(super) fn of_sign_in(state: &AppState, account: &str, client: &Client) -> [Count; 3] {
    let (limits, from) = (&state.config.limits, client.network());
    let most = |most| Rule::Most(most, FAILURES_FOR);
    let of_account = most(limits.sign_in_failures_per_account);
    let of_network = most(limits.sign_in_failures_per_address);
    [
        Count::new(state, &format!("sign-in {from} {account}"), of_account),
        Count::new(state, &format!("sign-in {from}"), of_network),
        Count::new(state, &format!("account {account}"), Rule::Pauses),
    ]
}

/// What somebody who is not signed in asks for that costs us a hash or an email.
pub(super) fn of_request(state: &AppState, client: &Client) -> Count {
    let most = Rule::Most(state.config.limits.account_requests_per_address, LONGEST);
    Count::new(state, &format!("request {}", client.network()), most)
}

/// Emails to an address that anybody may name.
pub(super) fn of_mailbox(state: &AppState, email: &str) -> Count {
    let most = Rule::Most(EMAILS_TO_ADDRESS, LONGEST);
    Count::new(state, &format!("mailbox {email}"), most)
}

/// Guesses of a password that belongs to `whom`.
pub(super) fn of_guess(state: &AppState, whom: impl std::fmt::Display) -> Count {
    let most = Rule::Most(OWN_GUESSES, FAILURES_FOR);
    Count::new(state, &format!("guess {whom}"), most)
}

/// Times that a mentee books or holds.
pub(crate) fn of_booking(state: &AppState, mentee: impl std::fmt::Display) -> Count {
    let most = Rule::Most(state.config.limits.bookings_per_hour, LONGEST);
    Count::new(state, &format!("booking {mentee}"), most)
}

/// Changes of a session.
pub(crate) fn of_change(state: &AppState, session: impl std::fmt::Display) -> Count {
    let most = Rule::Most(state.config.limits.changes_per_session, LONGEST);
    Count::new(state, &format!("change {session}"), most)
}

/// Concerns that somebody reports.
pub(crate) fn of_report(state: &AppState, reporter: impl std::fmt::Display) -> Count {
    let most = Rule::Most(REPORTS, LONGEST);
    Count::new(state, &format!("report {reporter}"), most)
}

/// Guesses of a code of somebody's authenticator app.
pub(super) fn of_code(state: &AppState, user: UserId) -> Count {
    let most = Rule::Most(OWN_GUESSES, FAILURES_FOR);
    Count::new(state, &format!("code {user}"), most)
}

/// Ceremonies that somebody who is not signed in begins: passkeys, and sign-in at other providers.
pub(super) fn of_ceremony(state: &AppState, client: &Client) -> Count {
    let most = state.config.limits.sign_in_failures_per_address;
    let about = format!("ceremony {}", client.network());
    Count::new(state, &about, Rule::Most(most, FAILURES_FOR))
}

/// Ceremonies that a signed-in person begins.
pub(super) fn of_own_ceremony(state: &AppState, user: UserId) -> Count {
    let most = Rule::Most(OWN_CEREMONIES, FAILURES_FOR);
    Count::new(state, &format!("ceremony {user}"), most)
}

/// Downloads of one's own data.
pub(crate) fn of_download(state: &AppState, user: UserId) -> Count {
    let most = Rule::Most(OWN_DOWNLOADS, LONGEST);
    Count::new(state, &format!("download {user}"), most)
}

/// Deletions of one's own account.
pub(crate) fn of_deletion(state: &AppState, user: UserId) -> Count {
    let most = Rule::Most(OWN_DELETIONS, LONGEST);
    Count::new(state, &format!("deletion {user}"), most)
}

/// Counts an attempt under all of `counts`.
///
/// # Errors
/// `Problem::TooMany` when it comes too early for one of them.
pub(crate) async fn take(state: &AppState, counts: &[Count]) -> Result<()> {
    let now = state.clock.now();
    // Looked at first, without writing: a flood of what is refused costs a read each.
    for count in counts {
        let known = attempts::find(state.db.read(), &count.key).await?;
        if let Some(known) = known.filter(|known| now < known.next_at) {
            return Err(too_many(known.next_at, now));
        }
    }
    let taking = state.db.write(|txn| {
        async move {
            for count in counts {
                let Some(counted) = attempts::count(txn, &count.key, now, count.window()).await?
                else {
                    return attempts::find(txn, &count.key).await;
                };
                let next_at = count.next_at(counted, now);
                if next_at > counted.next_at {
                    attempts::allow_from(txn, &count.key, next_at).await?;
                }
            }
            Ok::<_, StoreError>(None)
        }
        .scope_boxed()
    });
    match taking.await? {
        Some(early) => Err(too_many(early.next_at, now)),
        None => Ok(()),
    }
}

/// Takes a good attempt back, in the transaction of what it led to. Nobody's earlier failures slow the account's own
/// person down after that.
pub(super) async fn succeeded(txn: &Txn, counts: &[Count]) -> std::result::Result<(), StoreError> {
    for count in counts {
        match count.rule {
            Rule::Most(..) => attempts::give_back(txn, &count.key).await?,
            Rule::Pauses => attempts::forget(txn, &count.key).await?,
        }
    }
    Ok(())
}

fn too_many(next_at: Timestamp, now: Timestamp) -> crate::Error {
    let wait = next_at.since(now).as_seconds_ceil().max(1);
    let retry_after_s = u32::try_from(wait).unwrap_or(u32::MAX);
    Problem::TooMany { retry_after_s }.into()
}
