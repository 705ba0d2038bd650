//! Integration tests of the server: one binary, real databases, a fake LiveKit.

mod api;
mod harness;
mod rooms;
mod schema;
mod webhooks;
