//! What there is of everything in a session twice: one for each seat.

use crate::session::SeatRole;
use serde::{Deserialize, Serialize};
use std::ops::{Index, IndexMut};

/// One value for each of the two people of a session.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct Seats<T> {
    /// The mentor's.
    pub mentor: T,
    /// The mentee's.
    pub mentee: T,
}

impl<T> Seats<T> {
    /// Both values, made for each role.
    pub fn from_fn(mut value: impl FnMut(SeatRole) -> T) -> Self {
        Self {
            mentor: value(SeatRole::Mentor),
            mentee: value(SeatRole::Mentee),
        }
    }

    /// Both values as something else.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Seats<U> {
        Seats {
            mentor: f(self.mentor),
            mentee: f(self.mentee),
        }
    }

    /// The mentor's value, then the mentee's.
    pub fn iter(&self) -> impl Iterator<Item = (SeatRole, &T)> {
        SeatRole::ALL.iter().map(|role| (*role, &self[*role]))
    }

    /// The seat whose value fits first.
    pub fn role_where(&self, mut fits: impl FnMut(&T) -> bool) -> Option<SeatRole> {
        self.iter()
            .find(|(_, value)| fits(value))
            .map(|(role, _)| role)
    }
}

impl<T: PartialEq> Seats<T> {
    /// Whether `value` is one of the two.
    pub fn contains(&self, value: &T) -> bool {
        self.mentor == *value || self.mentee == *value
    }
}

impl<T> Index<SeatRole> for Seats<T> {
    type Output = T;

    fn index(&self, role: SeatRole) -> &T {
        match role {
            SeatRole::Mentor => &self.mentor,
            SeatRole::Mentee => &self.mentee,
        }
    }
}

impl<T> IndexMut<SeatRole> for Seats<T> {
    fn index_mut(&mut self, role: SeatRole) -> &mut T {
        match role {
            SeatRole::Mentor => &mut self.mentor,
            SeatRole::Mentee => &mut self.mentee,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_finds_its_own_value() {
        let seats = Seats {
            mentor: 1,
            mentee: 2,
        };
        assert_eq!((seats[SeatRole::Mentor], seats[SeatRole::Mentee]), (1, 2));
        assert_eq!(seats.map(|n| n * 10).mentee, 20);
        assert_eq!(seats.role_where(|n| *n == 2), Some(SeatRole::Mentee));
        assert!(seats.contains(&1) && !seats.contains(&3));
        let roles: Vec<SeatRole> = seats.iter().map(|(role, _)| role).collect();
        assert_eq!(roles, SeatRole::ALL);
        assert_eq!(
            Seats::from_fn(|role| role)[SeatRole::Mentee],
            SeatRole::Mentee
        );
    }
}
