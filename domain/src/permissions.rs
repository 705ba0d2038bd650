//! Who may do what, beyond entering (see [`crate::access`]).

use crate::{
    access::SessionFacts,
    ids::UserId,
    session::{EndReason, SeatRole},
};
use serde::{Deserialize, Serialize};

/// The signed-in person on whose behalf something happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Account.
    pub user: UserId,
    /// Whether the account looks after rooms and people.
    pub is_admin: bool,
}

/// What a mentor does to the mentee while the meeting is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moderation {
    /// Switch the microphone off.
    Mute,
    /// Ask to switch the microphone on; nobody can do that for somebody else.
    AskToUnmute,
    /// Remove from the meeting, and keep out.
    Remove,
    /// Let in again.
    AllowBack,
}

/// Whether `actor` may see `session`'s record: seat holders and admins.
pub fn may_see(session: &SessionFacts, actor: &Actor) -> bool {
    actor.is_admin || session.role_of(actor.user).is_some()
}

/// Whether `actor` may end the room, and as what it is recorded: the session's mentor or an admin.
pub fn may_end(session: &SessionFacts, actor: &Actor) -> Option<EndReason> {
    match session.role_of(actor.user) {
        Some(SeatRole::Mentor) => Some(EndReason::EndedByMentor),
        Some(SeatRole::Mentee) | None => actor.is_admin.then_some(EndReason::EndedByAdmin),
    }
}

/// Whether `actor` runs the room: its mentor, who may mute, remove and extend. Admins end rooms, but
/// do not run them.
pub fn may_moderate(session: &SessionFacts, actor: &Actor) -> bool {
    session.role_of(actor.user) == Some(SeatRole::Mentor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ids::SessionId,
        session::{Booking, Room},
        time::{Millis, Timestamp},
    };
    use uuid::Uuid;

    #[test]
    fn only_the_mentor_or_an_admin_may_end_a_room() {
        let user = |n| UserId(Uuid::from_u128(n));
        let session = SessionFacts {
            id: SessionId(Uuid::from_u128(1)),
            mentor: user(1),
            mentee: user(2),
            scheduled_at: Timestamp(0),
            ends_at: Timestamp(1),
            booking: Booking::Confirmed,
            room: Room::Live,
            extended: Millis(0),
            mentee_removed_at: None,
        };
        let check = |n, is_admin| {
            may_end(
                &session,
                &Actor {
                    user: user(n),
                    is_admin,
                },
            )
        };
        assert_eq!(check(1, false), Some(EndReason::EndedByMentor));
        assert_eq!(check(2, false), None);
        assert_eq!(check(3, false), None);
        assert_eq!(check(3, true), Some(EndReason::EndedByAdmin));
    }
}
