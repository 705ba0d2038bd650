//! The whole site in one process, pages, server functions and API together: who may do what, and what no answer gives
//! away.
//!
//! Without `YM_TEST_POSTGRES_URL` the tests on PostgreSQL are skipped, as everywhere.

mod assignment;
#[expect(
    dead_code,
    reason = "the program's own, of which tests need the router"
)]
#[path = "../../src/compose.rs"]
mod compose;
mod contents;
mod forgery;
#[expect(dead_code, reason = "shared with the server's own tests")]
#[path = "../../server/tests/it/harness.rs"]
mod harness;
mod hostile;
mod log;
mod logins;
mod malformed;
mod matrix;
mod pages;
mod rows;
mod secrets;
mod stage;
mod timing;
