//! Requests that a proxy brings: whether we believe what it says about where they come from.

use super::client_ip::peer;
use crate::{
    AppState,
    config::Config,
    store::{ScopedFutureExt, notifications},
};
use axum::http::{Extensions, HeaderMap};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Headers that proxies add, and nobody else.
const ADDED_BY_PROXIES: [&str; 5] = [
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
];
/// The kind of the entry for admins.
const KIND: &str = "untrusted_proxy";
const TITLE: &str = "Where people come from is not known";
const CAUSE: &str = "Requests came with forwarding headers from a proxy that TRUSTED_PROXIES does not name. Everybody behind it counts as one client, so that the limits on attempts hold for all of them together. Name its address or network in TRUSTED_PROXIES (or `private`, for a proxy in a private network) and restart.";
/// Said again at the earliest after this time: anybody can send such a header.
const SAY_EVERY: Duration = Duration::from_secs(60 * 60);

/// Whether a proxy brought this request.
pub(super) fn is_forwarded(headers: &HeaderMap) -> bool {
    ADDED_BY_PROXIES
        .iter()
        .any(|name| headers.contains_key(*name))
}

/// Whether this request was made on this machine and came straight to us.
pub(super) fn is_from_here(headers: &HeaderMap, extensions: &Extensions) -> bool {
    peer(extensions).is_some_and(|ip| ip.is_loopback()) && !is_forwarded(headers)
}

/// Whether a proxy brought this request that `TRUSTED_PROXIES` does not name.
pub fn is_from_untrusted_proxy(
    config: &Config,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> bool {
    let is_trusted = |ip| config.limits.trusted_proxies.trust(ip);
    is_forwarded(headers) && peer(extensions).is_some_and(|ip| !is_trusted(ip))
}

/// Says that a proxy is not trusted: to the log and to admins, once in a while. Clones share when.
#[derive(Debug, Clone, Default)]
pub(super) struct Warner(Arc<Mutex<Option<Instant>>>);

impl Warner {
    /// Looks at one request.
    pub(super) fn look(&self, state: &AppState, headers: &HeaderMap, extensions: &Extensions) {
        if !is_from_untrusted_proxy(&state.config, headers, extensions) || !self.is_due() {
            return;
        }
        tracing::warn!("{CAUSE}");
        let state = state.clone();
        tokio::spawn(async move {
            if let Err(error) = tell_admins(&state).await {
                tracing::warn!(%error, "admins cannot be told of a proxy that is not trusted");
            }
        });
    }

    fn is_due(&self) -> bool {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = said.is_none_or(|said| said.elapsed() >= SAY_EVERY);
        if is_due {
            *said = Some(Instant::now());
        }
        is_due
    }
}

async fn tell_admins(state: &AppState) -> crate::Result<()> {
    let now = state.clock.now();
    let telling = state.db.write(|txn| {
        async move { notifications::raise_kind(txn, KIND, TITLE, CAUSE, now).await }.scope_boxed()
    });
    telling.await?;
    Ok(())
}

/// Settles what was said before this process started, with other settings perhaps.
///
/// # Errors
/// When the database does not answer.
pub async fn begin_anew(state: &AppState) -> crate::Result<()> {
    let now = state.clock.now();
    let settling = state.db.write(|txn| {
        async move { notifications::resolve_kind(txn, KIND, now).await }.scope_boxed()
    });
    Ok(settling.await?)
}

/// Whether requests have come from a proxy that is not trusted.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn was_untrusted(state: &AppState) -> crate::Result<bool> {
    Ok(notifications::is_open(state.db.read(), KIND).await?)
}
