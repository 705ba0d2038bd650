//! The state of a session's room, in the session and in the room's record.

use crate::store::{self, StoreError, Txn};
use domain::{ids::SessionId, session::Room, time::Timestamp};

/// Writes a room's new state to the session and its room record, if it changed.
pub(crate) async fn set_room(
    txn: &Txn,
    session: SessionId,
    old: Room,
    new: Room,
    now: Timestamp,
) -> Result<(), StoreError> {
    if old != new && store::sessions::set_room(txn, session, new, now).await? {
        store::rooms::set_status(txn, session, new).await?;
    }
    Ok(())
}
