//! The join decision: the one answer to every question about entering a meeting.

use crate::{
    ids::{SessionId, UserId, user_of_identity},
    session::{Booking, EndReason, Room, SeatRole},
    time::{Millis, Timestamp},
    window::{Moment, Window, WindowRules},
};
use serde::{Deserialize, Serialize};
use strum::{EnumDiscriminants, EnumString, IntoStaticStr, VariantArray};

/// What the join decision looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionFacts {
    /// The session.
    pub id: SessionId,
    /// Holder of the mentor's seat.
    pub mentor: UserId,
    /// Holder of the mentee's seat.
    pub mentee: UserId,
    /// Scheduled start.
    pub scheduled_at: Timestamp,
    /// Scheduled end.
    pub ends_at: Timestamp,
    /// State of the booking.
    pub booking: Booking,
    /// State of the room.
    pub room: Room,
    /// By how much the mentor put the window's close off.
    pub extended: Millis,
    /// Since when the mentor keeps the mentee out.
    pub mentee_removed_at: Option<Timestamp>,
}

impl SessionFacts {
    /// The seat `user` holds.
    pub fn role_of(&self, user: UserId) -> Option<SeatRole> {
        if user == self.mentor {
            Some(SeatRole::Mentor)
        } else if user == self.mentee {
            Some(SeatRole::Mentee)
        } else {
            None
        }
    }

    /// When the meeting is open.
    pub fn window(&self, rules: WindowRules) -> Window {
        Window::of(self.scheduled_at, self.ends_at, rules).extended(self.extended)
    }

    /// Since when `user` is kept out.
    pub fn removed_at(&self, user: UserId) -> Option<Timestamp> {
        self.mentee_removed_at.filter(|_| user == self.mentee)
    }

    /// Whether somebody with LiveKit's `identity` may be in the room: a seat holder who was not
    /// removed. Nobody needs an identity with a suffix (see [`user_of_identity`]), so nobody keeps one.
    pub fn admits(&self, identity: &str) -> bool {
        !identity.contains('#')
            && user_of_identity(identity)
                .is_some_and(|user| self.role_of(user).is_some() && self.removed_at(user).is_none())
    }
}

/// What a session that is not confirmed is waiting for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Awaiting {
    /// The mentee has not finished booking.
    Booking,
    /// The mentor has not answered.
    Mentor,
    /// Nothing: the mentor declined.
    Declined,
}

/// The answer, in the order of DESIGN §3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumDiscriminants)]
#[serde(rename_all = "snake_case")]
#[strum_discriminants(
    name(AccessWord),
    doc = "The word by which the API names a decision.",
    derive(EnumString, IntoStaticStr, VariantArray),
    strum(serialize_all = "snake_case")
)]
pub enum Access {
    /// No such session.
    NotFound,
    /// The user holds no seat. Admins do not enter meetings either.
    NotYours,
    /// Called off.
    Cancelled {
        /// By whom, as a seat; `None` when by an admin or unknown.
        by: Option<SeatRole>,
    },
    /// Not confirmed.
    NotConfirmed {
        /// What is awaited.
        awaiting: Awaiting,
    },
    /// The room was ended.
    Ended {
        /// By whom, as a seat; `None` for the system or an admin.
        by: Option<SeatRole>,
        /// When.
        at: Timestamp,
        /// Why.
        reason: EndReason,
    },
    /// The window is past.
    Closed {
        /// When it closed.
        closed_at: Timestamp,
    },
    /// The mentor removed this person and has not allowed them back.
    Removed {
        /// Since when.
        at: Timestamp,
    },
    /// The window is yet to come.
    TooEarly {
        /// First moment at which the user may enter.
        opens_at: Timestamp,
        /// Last moment.
        closes_at: Timestamp,
    },
    /// The user may enter.
    Open {
        /// Last moment at which the user may enter.
        closes_at: Timestamp,
        /// As what.
        role: SeatRole,
    },
}

impl Access {
    /// HTTP status of the meeting page.
    pub fn page_status(self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::NotYours | Self::Removed { .. } => 403,
            Self::Cancelled { .. } | Self::Ended { .. } | Self::Closed { .. } => 410,
            Self::NotConfirmed { .. } | Self::TooEarly { .. } | Self::Open { .. } => 200,
        }
    }
}

/// How somebody who may enter wants to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// Unless they are inside already: one seat, one place.
    IfNotInside,
    /// Only to the door, unless they are in, or at the door with another login.
    Door,
    /// Also when they are inside: the call moves here.
    Here,
    /// They were disconnected or could not connect: make sure at once that the room exists.
    Rejoin,
}

/// Decides whether `user` may enter `session` at `now`.
pub fn access(
    session: Option<&SessionFacts>,
    user: UserId,
    now: Timestamp,
    rules: WindowRules,
) -> Access {
    let Some(session) = session else {
        return Access::NotFound;
    };
    let Some(role) = session.role_of(user) else {
        return Access::NotYours;
    };
    let seat = |who: Option<UserId>| who.and_then(|who| session.role_of(who));
    match session.booking {
        Booking::Cancelled { by, .. } => return Access::Cancelled { by: seat(by) },
        Booking::Held => {
            return Access::NotConfirmed {
                awaiting: Awaiting::Booking,
            };
        }
        Booking::Requested => {
            return Access::NotConfirmed {
                awaiting: Awaiting::Mentor,
            };
        }
        Booking::Declined => {
            return Access::NotConfirmed {
                awaiting: Awaiting::Declined,
            };
        }
        Booking::Confirmed => {}
    }
    match session.room {
        Room::Ended { by, at, reason } => {
            return Access::Ended {
                by: seat(by),
                at,
                reason,
            };
        }
        Room::Scheduled | Room::Open | Room::Live | Room::Failed => {}
    }
    let window = session.window(rules);
    match (window.moment(now), session.removed_at(user)) {
        (Moment::After, _) => Access::Closed {
            closed_at: window.closes_at,
        },
        (Moment::Before | Moment::Inside, Some(at)) => Access::Removed { at },
        (Moment::Before, None) => Access::TooEarly {
            opens_at: window.opens_at,
            closes_at: window.closes_at,
        },
        (Moment::Inside, None) => Access::Open {
            closes_at: window.closes_at,
            role,
        },
    }
}

/// Whether a session is still to come, or goes on; what is over belongs to the past. For its people, whoever of them
/// may enter.
pub fn is_upcoming(session: &SessionFacts, now: Timestamp, rules: WindowRules) -> bool {
    match session.booking {
        Booking::Held | Booking::Requested => now < session.ends_at,
        Booking::Declined | Booking::Cancelled { .. } => false,
        Booking::Confirmed => match session.room {
            Room::Ended { .. } => false,
            Room::Scheduled | Room::Open | Room::Live | Room::Failed => {
                session.window(rules).moment(now) != Moment::After
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    const START: Timestamp = Timestamp(1_800_000_000_000);

    fn user(n: u128) -> UserId {
        UserId(Uuid::from_u128(n))
    }

    fn facts(booking: Booking, room: Room) -> SessionFacts {
        SessionFacts {
            id: SessionId(Uuid::from_u128(1)),
            mentor: user(10),
            mentee: user(20),
            scheduled_at: START,
            ends_at: START + Millis::minutes(45),
            booking,
            room,
            extended: Millis(0),
            mentee_removed_at: None,
        }
    }

    fn decide(booking: Booking, room: Room, who: u128, now: Timestamp) -> Access {
        access(
            Some(&facts(booking, room)),
            user(who),
            now,
            WindowRules::default(),
        )
    }

    const ENDED: Room = Room::Ended {
        by: None,
        at: START,
        reason: EndReason::TimeUp,
    };

    #[test]
    fn an_unknown_session_is_not_found() {
        assert_eq!(
            access(None, user(10), START, WindowRules::default()),
            Access::NotFound
        );
    }

    #[test]
    fn an_outsider_learns_nothing_but_that_it_is_not_theirs() {
        for booking in [
            Booking::Held,
            Booking::Confirmed,
            Booking::Cancelled {
                by: None,
                at: START,
            },
        ] {
            for room in [Room::Scheduled, ENDED] {
                assert_eq!(decide(booking, room, 99, START), Access::NotYours);
            }
        }
    }

    #[test]
    fn cancelled_comes_before_ended_and_ended_before_the_window() {
        let cancelled = Booking::Cancelled {
            by: Some(user(20)),
            at: START,
        };
        let late = START + Millis::days(3);
        assert_eq!(
            decide(cancelled, ENDED, 10, late),
            Access::Cancelled {
                by: Some(SeatRole::Mentee)
            }
        );
        assert!(matches!(
            decide(Booking::Confirmed, ENDED, 10, late),
            Access::Ended { .. }
        ));
        assert!(matches!(
            decide(Booking::Confirmed, Room::Live, 10, late),
            Access::Closed { .. }
        ));
    }

    #[test]
    fn an_unconfirmed_session_says_what_is_awaited() {
        for (booking, awaiting) in [
            (Booking::Held, Awaiting::Booking),
            (Booking::Requested, Awaiting::Mentor),
            (Booking::Declined, Awaiting::Declined),
        ] {
            assert_eq!(
                decide(booking, Room::Scheduled, 20, START),
                Access::NotConfirmed { awaiting }
            );
        }
    }

    #[test]
    fn seat_holders_enter_from_the_first_to_the_last_millisecond() {
        let opens = START - Millis::minutes(15);
        let closes = START + Millis::hours(2);
        for (who, role) in [(10, SeatRole::Mentor), (20, SeatRole::Mentee)] {
            for now in [opens, START, closes] {
                assert_eq!(
                    decide(Booking::Confirmed, Room::Failed, who, now),
                    Access::Open {
                        closes_at: closes,
                        role
                    }
                );
            }
            assert_eq!(
                decide(
                    Booking::Confirmed,
                    Room::Scheduled,
                    who,
                    Timestamp(opens.0 - 1)
                ),
                Access::TooEarly {
                    opens_at: opens,
                    closes_at: closes
                }
            );
            assert_eq!(
                decide(Booking::Confirmed, Room::Live, who, Timestamp(closes.0 + 1)),
                Access::Closed { closed_at: closes }
            );
        }
    }

    #[test]
    fn a_removed_mentee_stays_out_until_allowed_back_and_the_mentor_stays_in() {
        let mut session = facts(Booking::Confirmed, Room::Live);
        session.mentee_removed_at = Some(START);
        let decide = |who, now| access(Some(&session), user(who), now, WindowRules::default());
        let removed = Access::Removed { at: START };
        assert_eq!(decide(20, START), removed);
        assert_eq!(decide(20, START - Millis::hours(1)), removed);
        assert!(matches!(decide(10, START), Access::Open { .. }));
        // Once it is over for everybody, that is what everybody reads.
        assert!(matches!(
            decide(20, START + Millis::days(1)),
            Access::Closed { .. }
        ));
        session.room = ENDED;
        let decided = access(Some(&session), user(20), START, WindowRules::default());
        assert!(matches!(decided, Access::Ended { .. }));
    }

    #[test]
    fn only_seat_holders_without_a_suffix_belong_into_the_room() {
        let mut session = facts(Booking::Confirmed, Room::Live);
        let (mentor, mentee) = (user(10).to_string(), user(20).to_string());
        assert!(session.admits(&mentor) && session.admits(&mentee));
        for stranger in [
            format!("{mentee}#2"),
            format!("{mentee}#"),
            user(30).to_string(),
            "agent-1".to_owned(),
            String::new(),
        ] {
            assert!(!session.admits(&stranger), "{stranger}");
        }
        session.mentee_removed_at = Some(START);
        assert!(session.admits(&mentor) && !session.admits(&mentee));
    }

    #[test]
    fn an_extended_window_closes_later_to_the_millisecond() {
        let mut session = facts(Booking::Confirmed, Room::Live);
        session.extended = Millis::minutes(15);
        let closes_at = START + Millis::minutes(135);
        let decide = |now| access(Some(&session), user(10), now, WindowRules::default());
        assert!(matches!(decide(closes_at), Access::Open { closes_at: at, .. } if at == closes_at));
        let closed_at = closes_at;
        assert_eq!(decide(closes_at + Millis(1)), Access::Closed { closed_at });
    }

    #[test]
    fn whoever_may_enter_has_it_before_them_and_what_is_over_is_past() {
        let rules = WindowRules::default();
        let at = |booking, room, now| is_upcoming(&facts(booking, room), now, rules);
        let closes = START + Millis::hours(2);
        for (room, now) in [
            (Room::Scheduled, START - Millis::days(9)),
            (Room::Live, closes),
        ] {
            assert!(at(Booking::Confirmed, room, now));
        }
        assert!(!at(Booking::Confirmed, Room::Live, closes + Millis(1)));
        assert!(!at(Booking::Confirmed, ENDED, START));
        let end = START + Millis::minutes(45);
        for booking in [Booking::Held, Booking::Requested] {
            assert!(at(booking, Room::Scheduled, end - Millis(1)));
            assert!(!at(booking, Room::Scheduled, end));
        }
        assert!(!at(Booking::Declined, Room::Scheduled, START));
    }

    proptest! {
        #[test]
        fn nobody_but_a_seat_holder_of_a_confirmed_running_session_is_ever_let_in(
            who in prop_oneof![Just(10u128), Just(20), 0u128..40],
            booking in 0usize..5, room in 0usize..5, offset in -20_000_000i64..20_000_000,
        ) {
            let bookings = [Booking::Held, Booking::Requested, Booking::Declined, Booking::Confirmed,
                Booking::Cancelled { by: None, at: START }];
            let rooms = [Room::Scheduled, Room::Open, Room::Live, Room::Failed, ENDED];
            let (booking, room) = (bookings[booking], rooms[room]);
            let now = Timestamp(START.0 + offset);
            let inside = (-15 * 60_000..=120 * 60_000).contains(&offset);
            let may = (who == 10 || who == 20) && booking == Booking::Confirmed && room != ENDED && inside;
            let got = decide(booking, room, who, now);
            prop_assert_eq!(matches!(got, Access::Open { .. }), may);
        }
    }
}
