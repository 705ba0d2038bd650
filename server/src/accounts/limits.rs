//! How often a sign-in may fail: counted by account with address, and by address, for all processes
//! together. Neither account nor address is stored, only a hash of both.

use crate::{
    AppState, Result,
    store::{StoreError, sign_in_failures as failures},
};
use domain::{
    problem::Problem,
    time::{Millis, Timestamp},
};
use scoped_futures::ScopedFutureExt;
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// A count begins anew after this long.
pub(crate) const WINDOW: Millis = Millis::minutes(15);

/// The keys under which a failure counts, each with its limit.
fn keys(state: &AppState, account: &str, from: IpAddr) -> [(String, u32); 2] {
    let limits = &state.config.limits;
    [
        (key(account, from), limits.sign_in_failures_per_account),
        // No account has this name.
        (key("*", from), limits.sign_in_failures_per_address),
    ]
}

fn key(account: &str, from: IpAddr) -> String {
    format!("{:x}", Sha256::digest(format!("{from} {account}")))
}

/// # Errors
/// `Problem::TooMany` when one of the limits is reached.
pub(crate) async fn check(
    state: &AppState,
    account: &str,
    from: IpAddr,
    now: Timestamp,
) -> Result<()> {
    for (key, limit) in keys(state, account, from) {
        let Some(known) = failures::find(state.db.read(), &key).await? else {
            continue;
        };
        let ends = known.since + WINDOW;
        if known.count >= limit && now < ends {
            let retry_after_s =
                u32::try_from(ends.since(now).as_seconds_ceil()).unwrap_or(u32::MAX);
            return Err(Problem::TooMany { retry_after_s }.into());
        }
    }
    Ok(())
}

/// Records a failure.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn failed(
    state: &AppState,
    account: &str,
    from: IpAddr,
    now: Timestamp,
) -> Result<()> {
    let keys = keys(state, account, from);
    let counting = state.db.write(|txn| {
        let keys = &keys;
        async move {
            for (key, _) in keys {
                failures::add(txn, key, now, WINDOW).await?;
            }
            Ok::<_, StoreError>(())
        }
        .scope_boxed()
    });
    Ok(counting.await?)
}
