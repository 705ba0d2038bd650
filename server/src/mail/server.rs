//! What we ask of a mail server, and why it may say no.

use super::{Folder, Smtp};
use crate::config::{AppUrl, MailConfig, MailTarget};
use async_trait::async_trait;
use domain::ids::EmailId;
use lettre::Address;
use std::sync::Arc;

/// One message to one person, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    /// The row it comes from; also in its Message-ID.
    pub id: EmailId,
    /// Sender, as the mail server is told.
    pub from: Address,
    /// The one recipient.
    pub to: Address,
    /// The message with its headers (RFC 5322).
    pub bytes: Vec<u8>,
}

/// Takes emails. An email may be handed over more than once; its Message-ID stays the same.
#[async_trait]
pub trait MailServer: Send + Sync + 'static {
    /// Hands an email over.
    ///
    /// # Errors
    /// [`MailError`].
    async fn deliver(&self, email: &Email) -> Result<(), MailError>;

    /// Proves that emails would be taken, without sending one.
    ///
    /// # Errors
    /// [`MailError`].
    async fn check(&self) -> Result<(), MailError>;
}

/// Why an email was not taken. The texts hold no address and nothing of what a mail server
/// answered, since that often repeats the address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// No connection, no answer, or no agreement on TLS.
    #[error("the mail server does not answer: {0}")]
    Unreachable(String),
    /// It answers but does not take the email for now, or never before its settings are put right.
    #[error("the mail server does not take emails: {0}")]
    TemporaryFailure(String),
    /// It will never take anything to this recipient.
    #[error("the mail server refuses the recipient: {0}")]
    BadRecipient(String),
    /// It will never take this email.
    #[error("the mail server refuses the email: {0}")]
    Refused(String),
    /// No email could be made for this person.
    #[error("no email can be made: {0}")]
    Unwritable(&'static str),
}

impl MailError {
    /// Whether trying again is pointless until a person did something about it.
    pub fn is_final(&self) -> bool {
        match self {
            Self::BadRecipient(_) | Self::Refused(_) | Self::Unwritable(_) => true,
            Self::Unreachable(_) | Self::TemporaryFailure(_) => false,
        }
    }

    /// Whether the recipient's address is at fault: no other email to it will ever arrive.
    pub fn is_of_recipient(&self) -> bool {
        match self {
            Self::BadRecipient(_) | Self::Unwritable(_) => true,
            Self::Refused(_) | Self::Unreachable(_) | Self::TemporaryFailure(_) => false,
        }
    }
}

/// The mail server that the settings name.
pub fn connect(config: &MailConfig, app_url: &AppUrl) -> Arc<dyn MailServer> {
    match &config.target {
        MailTarget::Folder(folder) => Arc::new(Folder::at(folder)),
        MailTarget::Smtp(smtp) => Arc::new(Smtp::new(smtp.clone(), app_url)),
    }
}
