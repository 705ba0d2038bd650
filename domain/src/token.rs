//! How long a LiveKit access token lives.

use crate::time::{Millis, Timestamp};

/// What a browser needs to connect: reading the answer, loading, one retry. LiveKit checks the
/// expiry only when connecting, and hands connected clients its own refreshed tokens.
pub const CONNECT_TIME: Millis = Millis::minutes(2);

/// Lifetime of a token minted at `now` for a meeting that closes at `closes_at`: never beyond the
/// window, at least one second so that it is valid at all.
pub fn lifetime(now: Timestamp, closes_at: Timestamp) -> Millis {
    CONNECT_TIME
        .min(closes_at.since(now))
        .max(Millis::seconds(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_never_outlives_the_window() {
        let closes = Timestamp(10_000_000);
        assert_eq!(lifetime(closes - Millis::hours(1), closes), CONNECT_TIME);
        assert_eq!(
            lifetime(closes - Millis::seconds(30), closes),
            Millis::seconds(30)
        );
        assert_eq!(lifetime(closes, closes), Millis::seconds(1));
    }
}
