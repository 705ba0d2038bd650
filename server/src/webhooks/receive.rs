//! Takes messages from the network.

use super::{accept::Accepted, batch::Inbox, event::Incoming, signature::is_genuine};
use crate::{AppState, Result};
use domain::problem::Problem;

/// Takes a message: `authorization` is the header's value, `body` the bytes as they came.
///
/// # Errors
/// [`Problem::InvalidSignature`] unless LiveKit signed these very bytes; [`crate::store::StoreError::Busy`] or
/// [`crate::store::StoreError::Unreachable`] when it could not be stored, so that LiveKit sends it again.
pub async fn receive(
    state: &AppState,
    inbox: &Inbox,
    authorization: Option<&str>,
    body: &[u8],
) -> Result<Accepted> {
    if !is_genuine(&state.config.media.webhook_keys, authorization, body) {
        tracing::warn!(
            bytes = body.len(),
            "webhook refused: its signature is not valid"
        );
        return Err(Problem::InvalidSignature.into());
    }
    let incoming = Incoming::read(body);
    let now = state.clock.now();
    let (id, event) = (incoming.id.clone(), incoming.event.clone());
    let accepted = inbox.store(incoming, now).await?;
    match accepted {
        Accepted::Parked => {
            tracing::warn!(webhook.id = %id, webhook.event = event, "webhook not understood; kept in webhook_events");
        }
        Accepted::Stored | Accepted::Ignored | Accepted::Duplicate | Accepted::Foreign => {}
    }
    tracing::debug!(webhook.id = %id, webhook.event = event, ?accepted, "webhook received");
    Ok(accepted)
}
