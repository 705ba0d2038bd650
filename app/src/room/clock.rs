//! The server's clock as the browser knows it; the browser's own clock decides nothing.
//! Pure: the local time is an argument.

use domain::time::{Millis, Timestamp};

/// How far the server's clock is ahead of the local one.
///
/// A message from the server is always a little old when it arrives, so every estimate is too
/// small by the message's travel time, and the largest one is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerClock {
    offset_ms: i64,
}

impl ServerClock {
    /// From a message that was sent at `server` and arrived at `local`.
    pub fn new(server: Timestamp, local: Timestamp) -> Self {
        Self {
            offset_ms: server.0 - local.0,
        }
    }

    /// Takes a further message into account.
    pub fn update(&mut self, server: Timestamp, local: Timestamp) {
        let offset_ms = server.0 - local.0;
        // A much smaller estimate means that the local clock was set, not that the network was slow.
        if offset_ms > self.offset_ms || self.offset_ms - offset_ms > Millis::minutes(1).0 {
            self.offset_ms = offset_ms;
        }
    }

    /// The server's time when the local clock shows `local`.
    pub fn at(self, local: Timestamp) -> Timestamp {
        Timestamp(local.0 + self.offset_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fastest_message_sets_the_clock() {
        let mut clock = ServerClock::new(Timestamp(100_000), Timestamp(50_900));
        clock.update(Timestamp(101_000), Timestamp(51_050));
        assert_eq!(clock.at(Timestamp(52_000)), Timestamp(101_950));
        clock.update(Timestamp(102_000), Timestamp(54_000));
        assert_eq!(
            clock.at(Timestamp(52_000)),
            Timestamp(101_950),
            "a slow message changes nothing"
        );
    }

    #[test]
    fn a_local_clock_that_was_set_is_followed() {
        let mut clock = ServerClock::new(Timestamp(1_000_000), Timestamp(0));
        clock.update(Timestamp(1_001_000), Timestamp(901_000));
        assert_eq!(clock.at(Timestamp(901_000)), Timestamp(1_001_000));
    }
}
