//! Hands an email over, within a bounded time.

use crate::{
    AppState, Result, fail,
    mail::{Email, MailError},
};
use std::time::Duration;

/// A mail server has this long for one email, greeting to goodbye.
const DELIVER_WITHIN: Duration = Duration::from_secs(10);

pub(crate) async fn deliver(state: &AppState, email: &Email) -> Result<()> {
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
