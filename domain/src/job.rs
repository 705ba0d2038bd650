//! When a failed job is tried again.

use crate::time::Millis;

/// Attempts after which a job is dead and waits for a person.
pub const MAX_ATTEMPTS: u32 = 12;

/// Attempts after which an email is given up: about a day, so that a mail server may be down overnight.
pub const EMAIL_MAX_ATTEMPTS: u32 = 300;

/// Attempts after which an admin is told that a job keeps failing.
pub const NOTIFY_AFTER: u32 = 3;

/// Pause before the next attempt, after `attempts` (1, 2, …) failed: 1 s doubling to 5 minutes,
/// lengthened by up to a quarter by `jitter` (0–255) so that many jobs do not retry together.
pub fn backoff(attempts: u32, jitter: u8) -> Millis {
    let base = 1_000i64
        .saturating_mul(1 << attempts.saturating_sub(1).min(20))
        .min(300_000);
    Millis(base + base * i64::from(jitter) / 1_020)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pauses_grow_and_stay_bounded(attempts in 1u32..1_000, jitter: u8) {
            let pause = backoff(attempts, jitter);
            prop_assert!(pause >= Millis::seconds(1) && pause <= Millis(375_000));
            prop_assert!(backoff(attempts + 1, 0) >= backoff(attempts, 0));
        }
    }
}
