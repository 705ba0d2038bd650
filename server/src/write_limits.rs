//! How often one person may do what open pages are told of and what costs them nothing: saying that they are late,
//! muting, naming a passkey. Counted in this process alone; what is booked or changed has limits of its own.

use domain::{
    ids::UserId,
    problem::Problem,
    time::{Millis, Timestamp},
};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// So many of a person's writes are taken …
const MOST: u32 = 30;
/// … in this time. Far more than anybody presses buttons, far less than a loop asks for.
const WITHIN: Millis = Millis::minutes(1);
/// People who are remembered before those are forgotten whose time is over.
const REMEMBERED: usize = 10_000;

/// Counts writes by person.
#[derive(Debug, Default)]
pub struct WriteLimits(Mutex<HashMap<UserId, (Timestamp, u32)>>);

impl WriteLimits {
    /// Counts a write at `now`.
    ///
    /// # Errors
    /// [`Problem::TooMany`] after [`MOST`] of them within [`WITHIN`].
    pub(crate) fn take(&self, user: UserId, now: Timestamp) -> Result<(), Problem> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that went back begins anew, too.
        let is_over = |since: Timestamp| now < since || now >= since + WITHIN;
        if counts.len() >= REMEMBERED {
            counts.retain(|_, (since, _)| !is_over(*since));
        }
        let (since, count) = counts.entry(user).or_insert((now, 0));
        if is_over(*since) {
            (*since, *count) = (now, 0);
        }
        if *count >= MOST {
            let left = (*since + WITHIN).since(now).as_seconds_ceil();
            return Err(Problem::TooMany {
                retry_after_s: u32::try_from(left).unwrap_or(u32::MAX),
            });
        }
        *count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_person_writes_so_often_a_minute_and_nobody_else_waits_for_that() {
        let (limits, now) = (WriteLimits::default(), Timestamp(1_800_000_000_000));
        let [one, two] = [1, 2].map(|n| UserId(Uuid::from_u128(n)));
        for _ in 0..MOST {
            assert_eq!(limits.take(one, now), Ok(()));
        }
        let later = now + Millis::seconds(20);
        let refused = Err(Problem::TooMany { retry_after_s: 40 });
        assert_eq!(limits.take(one, later), refused);
        assert_eq!(limits.take(two, later), Ok(()));
        assert!(limits.take(one, now + WITHIN - Millis(1)).is_err());
        assert_eq!(limits.take(one, now + WITHIN), Ok(()));
    }
}
