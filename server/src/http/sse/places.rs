//! How many streams are open, by login, person and network, and in all.

use crate::live::StreamLimits;
use domain::{
    ids::{LoginId, UserId},
    problem::Problem,
};
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// What streams are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Login(LoginId),
    User(UserId),
    Network(IpAddr),
    All,
}

/// The places of this process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places(Arc<Mutex<HashMap<Key, usize>>>);

/// One open stream; leaving gives the place back.
#[derive(Debug)]
pub(crate) struct Place {
    places: Places,
    keys: [Key; 4],
}

/// Whoever has an IPv6 address has all of its /64.
fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

impl Places {
    /// # Errors
    /// [`Problem::TooMany`] when one of the limits is reached.
    pub(crate) fn take(
        &self,
        limits: StreamLimits,
        login: LoginId,
        user: UserId,
        from: IpAddr,
    ) -> Result<Place, Problem> {
        let wanted = [
            (Key::Login(login), limits.per_login),
            (Key::User(user), limits.per_user),
            (Key::Network(network(from)), limits.per_network),
            (Key::All, limits.in_all),
        ];
        let mut counts = self.counts();
        let is_full = |(key, most): &(Key, usize)| counts.get(key).copied().unwrap_or(0) >= *most;
        if wanted.iter().any(is_full) {
            return Err(Problem::TooMany { retry_after_s: 5 });
        }
        let keys = wanted.map(|(key, _)| key);
        for key in keys {
            *counts.entry(key).or_default() += 1;
        }
        Ok(Place {
            places: self.clone(),
            keys,
        })
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Key, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.places.counts();
        for key in &self.keys {
            if let Some(count) = counts.get_mut(key) {
                *count -= 1;
                if *count == 0 {
                    counts.remove(key);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const LIMITS: StreamLimits = StreamLimits {
        per_login: 2,
        per_user: 3,
        per_network: 4,
        in_all: 5,
    };

    /// Streams by login, person and the last group of an address in one network.
    fn take(places: &Places, login: u128, user: u128, from: &str) -> Result<Place, Problem> {
        let (login, user) = (
            LoginId(Uuid::from_u128(login)),
            UserId(Uuid::from_u128(user)),
        );
        places.take(LIMITS, login, user, from.parse().expect("an address"))
    }

    #[test]
    fn streams_are_limited_by_login_person_network_and_in_all_and_give_places_back() {
        let places = Places::default();
        let mut held = Vec::new();
        for (login, user, from, is_free) in [
            (1, 1, "2001:db8::1", true),
            (1, 1, "2001:db8::1", true),
            (1, 1, "2001:db8::1", false), // the login's
            (2, 1, "2001:db8::1", true),
            (3, 1, "192.0.2.1", false), // the person's
            (4, 2, "2001:db8::ffff", true),
            (5, 3, "2001:db8::2", false), // the network's
            (5, 3, "2001:db8:0:1::2", true),
            (6, 4, "192.0.2.1", false), // all
        ] {
            let taken = take(&places, login, user, from);
            assert_eq!(taken.is_ok(), is_free, "{login} {user} {from}");
            held.extend(taken.ok());
        }
        held.pop();
        assert!(take(&places, 6, 4, "192.0.2.1").is_ok());
        held.clear();
        assert!(places.counts().is_empty(), "nothing is kept of who left");
    }
}
