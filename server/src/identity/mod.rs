//! Other providers that say who somebody is: OpenID Connect as the real way, and a fake for tests.

mod fake;
mod oidc;

pub use fake::{FakeIdentities, Person};
pub use oidc::Oidc;

use crate::config::Provider;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// What we ask of providers.
#[async_trait]
pub trait Identities: Send + Sync + 'static {
    /// Where the browser is sent, to come back to `callback`.
    ///
    /// # Errors
    /// [`IdentityError`].
    async fn begin(&self, provider: &Provider, callback: &str) -> Result<Begun, IdentityError>;

    /// Whom the browser came back as, with this code.
    ///
    /// # Errors
    /// [`IdentityError`].
    async fn finish(
        &self,
        provider: &Provider,
        callback: &str,
        code: &str,
        secrets: &Secrets,
    ) -> Result<Identity, IdentityError>;
}

/// A browser is on its way to a provider.
#[derive(Debug, Clone)]
pub struct Begun {
    /// Where it is sent.
    pub url: String,
    pub secrets: Secrets,
}

/// What ties the answer to the question; never leaves the server but within the question's address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secrets {
    /// Comes back with the browser.
    pub state: String,
    /// Comes back within the signed answer.
    pub nonce: String,
    /// Proves that whoever redeems the code is who asked for it (PKCE).
    pub verifier: String,
}

/// Whom a provider knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Unique and unchanging at this provider.
    pub subject: String,
    /// The address, if the provider says that it is theirs.
    pub verified_email: Option<String>,
    /// What they are called there.
    pub name: Option<String>,
}

/// A provider does not work, or does not say what it has to; for the log.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct IdentityError(pub String);
