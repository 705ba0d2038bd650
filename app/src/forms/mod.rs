//! What forms hold: where they are sent, what had been entered, and how what was sent is read.

pub mod dates;
mod form;
pub mod hours;
mod passkey;
pub mod schedule;

pub use form::{Form, Submission};
pub use passkey::{Passkey, PasskeyUse};
