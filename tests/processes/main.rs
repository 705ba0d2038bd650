//! The product as processes of its own, talked to over HTTP and hurt on purpose.
//!
//! Without `YM_TEST_POSTGRES_URL` the tests on PostgreSQL are skipped, as everywhere.

#[cfg(feature = "fail-points")]
mod fail_points;
mod faults;
mod floods;
#[expect(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "shared with the server's own tests"
)]
#[path = "../../server/tests/it/harness.rs"]
mod harness;
#[expect(dead_code, reason = "shared with the server's own tests")]
#[path = "../../server/tests/livekit/livekit_server.rs"]
mod livekit_server;
mod several;
mod support;
