//! Emails to the two people of a session, and to admins.
//!
//! An email is a row of `emails` and a job, both written in the transaction of the change it tells
//! of ([`post`], [`plan_reminders`]); the job composes it and hands it to the mail server.
//! Nothing waits for a mail server, and nothing is lost while it is down: the job comes back for about
//! a day, then waits for an admin. Should the server take an email and our note of it get lost, the
//! email goes out again, with the same Message-ID.

mod account;
mod compose;
mod deliver;
pub mod jobs;
mod kind;
mod undeliverable;
mod write;

pub use account::{AccountText, compose_for_account};
pub use compose::compose;
pub(crate) use deliver::{Delivery, deliver_composed};
pub(crate) use jobs::notify_admin::notify_admins;
pub use kind::{Cause, Detail, EmailKind};
pub(crate) use undeliverable::address_works;
pub use write::{plan_reminders, post};
