//! Passwords and tokens: made, and kept only as hashes.

use crate::{Error, Result};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::problem::{Dependency, Problem};
use sha2::{Digest, Sha256};
use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};
use tokio::sync::Semaphore;

/// A password nobody chose: 120 random bits, base64url.
pub fn generate_password() -> String {
    let random: [u8; 15] = rand::random();
    URL_SAFE_NO_PAD.encode(random)
}

/// 256 random bits, base64url.
pub(crate) fn generate_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// SHA-256 in lower-case hex. A plain hash is enough: the token has 256 random bits.
pub(crate) fn token_hash(token: &str) -> String {
    format!("{:x}", Sha256::digest(token))
}

/// Argon2id (19 MiB, t=2, p=1: OWASP's first choice) with a bound on how many run at once.
#[derive(Debug)]
pub struct Passwords(Arc<Semaphore>);

/// How long a request waits for its turn to hash.
const HASH_WAIT: Duration = Duration::from_secs(10);

impl Passwords {
    /// At most `at_once` hashes at the same time.
    pub fn new(at_once: u32) -> Self {
        Self(Arc::new(Semaphore::new(at_once as usize)))
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let busy = || Error::Problem(Problem::Unavailable(Dependency::Capacity));
        let permit = tokio::time::timeout(HASH_WAIT, self.0.clone().acquire_owned())
            .await
            .map_err(|_| busy())?
            .map_err(|_| busy())?;
        tokio::task::spawn_blocking(move || {
            let _held_while_working = permit;
            work()
        })
        .await
        .map_err(|e| Error::Other(format!("password hashing: {e}")))
    }

    /// Hashes a new password to a PHC string.
    ///
    /// # Errors
    /// `Problem::Unavailable(Capacity)` when too many wait.
    pub async fn hash(&self, password: String) -> Result<String> {
        self.run(move || hash_now(&password)).await?
    }

    /// Checks a password. Without a stored hash it does the same work and says no, so that the
    /// time taken does not tell whether an account exists.
    ///
    /// # Errors
    /// `Problem::Unavailable(Capacity)` when too many wait.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<bool> {
        static NOBODY: LazyLock<Option<String>> =
            LazyLock::new(|| hash_now("nobody has this password").ok());
        self.run(move || {
            let known = stored.is_some();
            let Some(stored) = stored.or_else(|| NOBODY.clone()) else {
                return false;
            };
            let matches = PasswordHash::new(&stored).is_ok_and(|hash| {
                Argon2::default()
                    .verify_password(password.as_bytes(), &hash)
                    .is_ok()
            });
            matches && known
        })
        .await
    }
}

fn hash_now(password: &str) -> Result<String> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|e| Error::Other(format!("password hashing: {e}")))
}
