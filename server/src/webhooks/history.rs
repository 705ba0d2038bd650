//! What the messages about one room mean together. Messages may come twice, late, in any order, or
//! never, so nothing here depends on their order: the answer follows from the set of them.

use super::event::{Fact, What, Who};
use crate::store::participants::{StayEnd, StayFacts};
use domain::{
    door::{Arrival, Standing},
    time::Timestamp,
};
use std::collections::BTreeMap;

/// Whether LiveKit has a room now, as far as its messages tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// These messages do not tell.
    Unsaid,
    Exists {
        /// Whether somebody is or was in it.
        was_entered: bool,
    },
    Gone,
}

/// One life of a room: LiveKit gives a room that is created anew another sid.
#[derive(Debug, Default)]
struct Incarnation {
    /// UTC milliseconds; 0 until known.
    began: i64,
    finished: Option<Timestamp>,
    was_entered: bool,
}

#[derive(Debug, Default)]
struct Stay {
    room_sid: String,
    identity: String,
    arrival: Arrival,
    has_joined: bool,
    left: Option<(Timestamp, Option<String>)>,
    has_left: bool,
}

/// All that the messages about one room say.
#[derive(Debug, Default)]
pub struct History {
    incarnations: BTreeMap<String, Incarnation>,
    stays: BTreeMap<String, Stay>,
}

impl History {
    /// Puts messages together.
    pub fn of(facts: impl IntoIterator<Item = Fact>) -> Self {
        let mut history = Self::default();
        for fact in facts {
            history.add(fact);
        }
        history
    }

    fn add(&mut self, fact: Fact) {
        let incarnation = self.incarnations.entry(fact.room_sid.clone()).or_default();
        incarnation.began = incarnation.began.max(fact.room_began.0);
        match fact.what {
            What::Started => {}
            What::Finished => incarnation.finished = incarnation.finished.max(Some(fact.at)),
            What::Joined(who) => {
                incarnation.was_entered |= who.standing == Standing::In;
                self.stay(&fact.room_sid, &who).has_joined = true;
            }
            What::Left(who) => {
                incarnation.was_entered |= who.standing == Standing::In;
                let stay = self.stay(&fact.room_sid, &who);
                stay.has_left = true;
                stay.left = stay.left.take().max(Some((fact.at, who.reason)));
            }
            What::Aborted(who) => {
                let stay = self.stay(&fact.room_sid, &who);
                stay.left = stay.left.take().max(Some((fact.at, who.reason)));
            }
        }
    }

    fn stay(&mut self, room_sid: &str, who: &Who) -> &mut Stay {
        let stay = self.stays.entry(who.sid.clone()).or_default();
        if stay.room_sid.is_empty() {
            room_sid.clone_into(&mut stay.room_sid);
            who.identity.clone_into(&mut stay.identity);
        }
        stay.arrival = stay.arrival.and(who.arrival);
        stay
    }

    /// Whether the room exists. `ensured` is the incarnation LiveKit confirmed last when asked.
    pub fn presence(&self, ensured: Option<&str>) -> Presence {
        if ensured.is_some_and(|sid| !self.incarnations.contains_key(sid)) {
            // LiveKit confirmed a later life than its messages do: those are about the past.
            return Presence::Unsaid;
        }
        let latest = self
            .incarnations
            .iter()
            .max_by_key(|(sid, incarnation)| (incarnation.began, *sid));
        match latest {
            None => Presence::Unsaid,
            Some((_, incarnation)) if incarnation.finished.is_some() => Presence::Gone,
            Some((_, incarnation)) => Presence::Exists {
                was_entered: incarnation.was_entered,
            },
        }
    }

    /// Everybody's stays. A stay whose end was never reported ends with its room, as an estimate.
    pub fn stays(&self) -> Vec<StayFacts> {
        self.stays
            .iter()
            // Somebody whose media never flowed was not there.
            .filter(|(_, stay)| stay.has_joined || stay.has_left)
            .map(|(sid, stay)| StayFacts {
                sid: sid.clone(),
                identity: stay.identity.clone(),
                arrival: stay.arrival,
                left: match &stay.left {
                    Some((at, reason)) => Some(StayEnd {
                        at: *at,
                        reason: reason.clone(),
                        is_estimated: false,
                    }),
                    None => self.end_of(&stay.room_sid).map(|at| StayEnd {
                        at,
                        reason: None,
                        is_estimated: true,
                    }),
                },
            })
            .collect()
    }

    /// When a life of the room was over: LiveKit said so, or the next life began.
    fn end_of(&self, room_sid: &str) -> Option<Timestamp> {
        let this = self.incarnations.get(room_sid)?;
        let next = self
            .incarnations
            .values()
            .map(|other| other.began)
            .filter(|began| *began > this.began)
            .min();
        this.finished.or(next.map(Timestamp))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp(1_800_000_000_000 + second * 1_000)
    }

    fn who(sid: &str, joined: i64, reason: Option<&str>) -> Who {
        Who {
            sid: sid.to_owned(),
            identity: "00000000-0000-0000-0000-000000000009".to_owned(),
            standing: Standing::In,
            arrival: Arrival::of(Some(at(joined)), Standing::In, None),
            reason: reason.map(str::to_owned),
        }
    }

    fn fact(room: &str, began: i64, second: i64, what: What) -> Fact {
        Fact {
            at: at(second),
            room_sid: room.to_owned(),
            room_began: at(began),
            what,
        }
    }

    fn left(sid: &str, joined: i64) -> What {
        What::Left(who(sid, joined, Some("client_initiated")))
    }

    fn ends(history: &History) -> Vec<(String, Option<i64>, bool)> {
        let second = |t: Timestamp| (t.0 - at(0).0) / 1_000;
        history
            .stays()
            .into_iter()
            .map(|s| {
                let estimated = s.left.as_ref().is_some_and(|end| end.is_estimated);
                (s.sid, s.left.map(|end| second(end.at)), estimated)
            })
            .collect()
    }

    /// Two lives of a room: in the first somebody rejoins, the second is still on.
    fn two_lives() -> Vec<Fact> {
        vec![
            fact("RM_1", 0, 0, What::Started),
            fact("RM_1", 0, 2, What::Joined(who("PA_1", 1, None))),
            fact("RM_1", 0, 9, left("PA_1", 1)),
            fact("RM_1", 0, 8, What::Joined(who("PA_2", 7, None))),
            fact("RM_1", 0, 20, What::Finished),
            fact("RM_2", 30, 30, What::Started),
            fact("RM_2", 30, 32, What::Joined(who("PA_3", 31, None))),
        ]
    }

    fn check_two_lives(history: &History) {
        assert_eq!(
            history.presence(None),
            Presence::Exists { was_entered: true }
        );
        assert_eq!(
            history.presence(Some("RM_2")),
            Presence::Exists { was_entered: true }
        );
        assert_eq!(
            history.presence(Some("RM_3")),
            Presence::Unsaid,
            "a life the messages do not know yet"
        );
        assert_eq!(
            ends(history),
            [
                ("PA_1".to_owned(), Some(9), false),
                ("PA_2".to_owned(), Some(20), true),
                ("PA_3".to_owned(), None, false),
            ]
        );
    }

    proptest! {
        #[test]
        fn order_and_repetition_do_not_matter(
            order in Just((0..7).collect::<Vec<usize>>()).prop_shuffle(),
            again in proptest::collection::vec(0usize..7, 0..7),
        ) {
            let facts = two_lives();
            check_two_lives(&History::of(order.into_iter().chain(again).map(|i| facts[i].clone())));
        }
    }

    fn at_door(sid: &str, came: i64) -> Who {
        Who {
            standing: Standing::Door,
            arrival: Arrival::of(Some(at(came)), Standing::Door, None),
            ..who(sid, came, None)
        }
    }

    fn came_in(sid: &str, came: i64, entered: i64) -> Who {
        let entered = at(entered).0.to_string();
        Who {
            arrival: Arrival::of(Some(at(came)), Standing::In, Some(&entered)),
            ..who(sid, came, None)
        }
    }

    /// One who waits at the door and goes; one who comes in from it, of whom every message may be lost.
    fn with_a_door() -> Vec<Fact> {
        vec![
            fact("RM_1", 0, 0, What::Started),
            fact("RM_1", 0, 2, What::Joined(at_door("PA_1", 1))),
            fact("RM_1", 0, 9, What::Left(at_door("PA_1", 1))),
            fact("RM_1", 0, 3, What::Joined(at_door("PA_2", 2))),
            fact("RM_1", 0, 20, What::Left(came_in("PA_2", 2, 12))),
        ]
    }

    proptest! {
        #[test]
        fn the_door_counts_for_nothing_in_any_order_of_messages(
            order in Just((0..5).collect::<Vec<usize>>()).prop_shuffle(),
            again in proptest::collection::vec(0usize..5, 0..5),
            lost in proptest::option::of(0usize..4),
        ) {
            let facts = with_a_door();
            let heard = order.into_iter().chain(again).filter(|i| Some(*i) != lost);
            let history = History::of(heard.map(|i| facts[i].clone()));
            prop_assert_eq!(history.presence(None), Presence::Exists { was_entered: true });
            for stay in history.stays() {
                let (joined, left) = match stay.sid.as_str() {
                    "PA_1" => (None, 9),
                    _ => (Some(at(12)), 20),
                };
                prop_assert_eq!(stay.arrival.joined_at, joined);
                let is_gone = stay.left.as_ref().map(|end| end.at);
                prop_assert!(is_gone == Some(at(left)) || (lost == Some(2) && is_gone.is_none()));
            }
        }
    }

    #[test]
    fn nobody_has_been_in_a_room_that_people_only_waited_for() {
        let history = History::of(with_a_door().into_iter().take(4));
        assert_eq!(
            history.presence(None),
            Presence::Exists { was_entered: false }
        );
    }

    #[test]
    fn a_room_whose_only_life_is_over_is_gone() {
        let facts = [
            fact("RM_1", 0, 5, What::Finished),
            fact("RM_1", 0, 0, What::Started),
        ];
        let history = History::of(facts);
        assert_eq!(history.presence(None), Presence::Gone);
        assert_eq!(history.presence(Some("RM_1")), Presence::Gone);
        assert_eq!(
            history.presence(Some("RM_2")),
            Presence::Unsaid,
            "LiveKit has confirmed a newer one"
        );
    }

    #[test]
    fn a_killed_server_says_no_farewell_and_the_next_life_ends_the_old_stays() {
        let mut facts = two_lives();
        facts.retain(|fact| fact.what != What::Finished);
        let second = ends(&History::of(facts)).swap_remove(1);
        assert_eq!(second, ("PA_2".to_owned(), Some(30), true));
    }

    #[test]
    fn an_end_without_a_beginning_still_tells_both() {
        let history = History::of([fact("RM_1", 0, 9, left("PA_1", 1))]);
        let stay = history.stays().pop().expect("a stay");
        assert_eq!(stay.arrival.joined_at, Some(at(1)));
        assert_eq!(stay.left.map(|end| end.at), Some(at(9)));
    }

    #[test]
    fn somebody_who_never_got_in_was_not_there() {
        let history = History::of([fact("RM_1", 0, 9, What::Aborted(who("PA_1", 1, None)))]);
        assert_eq!(history.stays(), []);
        assert_eq!(
            history.presence(None),
            Presence::Exists { was_entered: false }
        );
    }
}
