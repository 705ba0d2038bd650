//! Integration tests of the server: one binary, real databases, a fake LiveKit.

mod harness;
mod schema;
