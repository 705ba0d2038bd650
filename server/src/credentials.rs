//! Passwords and tokens: made, and kept only as hashes.

use crate::{Error, Result};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::problem::Problem;
use sha2::{Digest, Sha256};
use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

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

/// Argon2id (19 MiB, t=2, p=1: OWASP's first choice) with bounds on how many run and wait at once.
#[derive(Debug)]
pub struct Passwords {
    sign_in: Slots,
    other: Slots,
}

/// Who waits for whom: nobody who signs in waits for those who sign up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// Signing in.
    SignIn,
    /// Signing up, new passwords, and asking for a password once more.
    Other,
}

/// How long a request waits for its turn to hash.
const HASH_WAIT: Duration = Duration::from_secs(3);
/// How many wait for each that works: with some 25 ms each, the last one waits less than a second.
const WAITING_PER_SLOT: usize = 32;
/// Whoever is sent away may come again after this long.
const COME_AGAIN_S: u32 = 2;

/// Work that is done a few at a time, with a short queue.
#[derive(Debug)]
struct Slots {
    free: Arc<Semaphore>,
    /// Those that work or wait.
    inside: Arc<Semaphore>,
}

impl Slots {
    fn new(at_once: u32) -> Self {
        let at_once = at_once.max(1) as usize;
        Self {
            free: Arc::new(Semaphore::new(at_once)),
            inside: Arc::new(Semaphore::new(at_once * (1 + WAITING_PER_SLOT))),
        }
    }
}

impl Passwords {
    /// At most `at_once` sign-ins at the same time, and half as many others.
    pub fn new(at_once: u32) -> Self {
        Self {
            sign_in: Slots::new(at_once),
            other: Slots::new(at_once / 2),
        }
    }

    /// Gets into a queue, before anything else is done for a request: a flood of those who are sent away costs nothing.
    ///
    /// # Errors
    /// `Problem::TooMany` when it is full.
    pub fn queue(&self, queue: Queue) -> Result<Turn> {
        let slots = match queue {
            Queue::SignIn => &self.sign_in,
            Queue::Other => &self.other,
        };
        let inside = Arc::clone(&slots.inside).try_acquire_owned();
        Ok(Turn {
            free: Arc::clone(&slots.free),
            _inside: inside.map_err(|_| busy())?,
        })
    }
}

fn busy() -> Error {
    Error::Problem(Problem::TooMany {
        retry_after_s: COME_AGAIN_S,
    })
}

/// A place in a queue, good for one password.
#[derive(Debug)]
pub struct Turn {
    free: Arc<Semaphore>,
    _inside: OwnedSemaphorePermit,
}

impl Turn {
    async fn run<T: Send + 'static>(self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let permit = tokio::time::timeout(HASH_WAIT, Arc::clone(&self.free).acquire_owned())
            .await
            .map_err(|_| busy())?
            .map_err(|_| busy())?;
        tokio::task::spawn_blocking(move || {
            let _held_while_working = (permit, self);
            work()
        })
        .await
        .map_err(|e| Error::Other(format!("password hashing: {e}")))
    }

    /// Hashes a new password to a PHC string.
    ///
    /// # Errors
    /// `Problem::TooMany` when it takes too long until its turn.
    pub async fn hash(self, password: String) -> Result<String> {
        self.run(move || hash_now(&password)).await?
    }

    /// Checks a password. Without a stored hash it does the same work and says no, so that the
    /// time taken does not tell whether an account exists.
    ///
    /// # Errors
    /// `Problem::TooMany` when it takes too long until its turn.
    pub async fn verify(self, password: String, stored: Option<String>) -> Result<bool> {
        static NOBODY: LazyLock<Option<String>> =
            LazyLock::new(|| hash_now("nobody has this password").ok());
        self.run(move || {
            // What is no hash, such as that of an account without a password, takes as long as an unknown address.
            let stored = stored.filter(|hash| PasswordHash::new(hash).is_ok());
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
