//! Hands an email over, within a bounded time.

use crate::{
    AppState, Error, Result, fail,
    mail::{Email, MailError},
};
use std::time::Duration;

/// A mail server has this long for one email, greeting to goodbye.
const DELIVER_WITHIN: Duration = Duration::from_secs(10);

/// What became of an email, unless it has to be tried again.
pub(crate) enum Delivery {
    /// The mail server took it.
    Taken,
    /// Nothing will ever arrive at its recipient's address.
    BadRecipient(MailError),
}

/// Hands an email over that was just written, if it could be.
///
/// # Errors
/// What went wrong, but for the recipient's address.
pub(crate) async fn deliver_composed(
    state: &AppState,
    composed: Result<Email>,
) -> Result<Delivery> {
    let delivered = match composed {
        Ok(email) => deliver(state, &email).await,
        Err(error) => Err(error),
    };
    match delivered {
        Err(Error::Mail(error)) if error.is_of_recipient() => Ok(Delivery::BadRecipient(error)),
        delivered => delivered.map(|()| Delivery::Taken),
    }
}

pub(super) async fn deliver(state: &AppState, email: &Email) -> Result<()> {
    fail::step("before an email");
    let delivered = tokio::time::timeout(DELIVER_WITHIN, state.mail.deliver(email)).await;
    fail::step("after an email");
    match delivered {
        Ok(delivered) => Ok(delivered?),
        Err(_) => {
            let seconds = DELIVER_WITHIN.as_secs();
            Err(MailError::Unreachable(format!("not within {seconds} seconds")).into())
        }
    }
}
