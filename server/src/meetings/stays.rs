//! The ends of stays that LiveKit did not report.

use crate::store::{
    StoreError, Txn,
    participants::{self, OpenStay, StayEnd, StayFacts},
    rooms::RoomRecord,
};
use domain::time::Timestamp;

/// A stay whose end was not reported: it lasted at least until LiveKit was last asked.
pub(super) fn over(stay: &OpenStay, last_seen: Option<Timestamp>) -> StayFacts {
    let arrival = stay.arrival();
    let end = arrival.joined_at.or(arrival.door_at).max(last_seen);
    StayFacts {
        sid: stay.sid.clone(),
        identity: stay.identity.clone(),
        arrival,
        left: end.map(|at| StayEnd {
            at,
            reason: None,
            is_estimated: true,
        }),
    }
}

/// A room that was ended at `ended_at` is gone from LiveKit now: whoever is still recorded as present was
/// there until then, unless we learn otherwise. Whoever came back into it was there until now. `true` when that
/// changed the record.
pub(super) async fn close(
    txn: &Txn,
    room: &RoomRecord,
    ended_at: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let found = participants::open_in(txn, &[room.id]).await?;
    let Some(stays) = participants::room(txn, &room.name).await? else {
        return Ok(false);
    };
    let mut changed = false;
    for stay in found {
        let came_later = stay.joined_at.is_some_and(|at| at > ended_at);
        let until = if came_later { now } else { ended_at };
        if stay.joined_at.is_none_or(|at| at <= until) {
            participants::merge(txn, &stays, &over(&stay, Some(until))).await?;
            changed = true;
        }
    }
    Ok(changed)
}
