//! Handing emails over: to a mail server, to a folder that a developer looks into, or to a fake.
//!
//! Knows nothing of what an email says; that is [`crate::emails`].

mod fake;
mod folder;
mod server;
mod smtp;

pub use fake::FakeMail;
pub use folder::Folder;
pub use server::{Email, MailError, MailServer, connect};
pub use smtp::Smtp;
