//! A mail server in memory for tests: it keeps emails, and fails or dawdles when told to.

use super::{Email, MailError, MailServer};
use async_trait::async_trait;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

#[derive(Debug, Default)]
struct Inner {
    emails: Vec<Email>,
    asked: usize,
    failing: Option<MailError>,
    delay: Duration,
}

/// A mail server in memory; clones share it.
#[derive(Debug, Clone, Default)]
pub struct FakeMail(Arc<Mutex<Inner>>);

impl FakeMail {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        // A test that panicked with the lock held has already failed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets every email fail until told otherwise.
    pub fn fail_always(&self, error: Option<MailError>) {
        self.inner().failing = error;
    }

    /// Lets every email take this long first.
    pub fn delay(&self, delay: Duration) {
        self.inner().delay = delay;
    }

    /// Every email it took, in order.
    pub fn emails(&self) -> Vec<Email> {
        self.inner().emails.clone()
    }

    /// How often it was handed an email, taken or not.
    pub fn asked(&self) -> usize {
        self.inner().asked
    }
}

#[async_trait]
impl MailServer for FakeMail {
    async fn deliver(&self, email: &Email) -> Result<(), MailError> {
        let delay = {
            let mut inner = self.inner();
            inner.asked += 1;
            inner.delay
        };
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let mut inner = self.inner();
        if let Some(error) = inner.failing.clone() {
            return Err(error);
        }
        inner.emails.push(email.clone());
        Ok(())
    }

    async fn check(&self) -> Result<(), MailError> {
        self.inner().failing.clone().map_or(Ok(()), Err)
    }
}
