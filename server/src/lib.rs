//! Everything that touches the world: database, LiveKit, clock, HTTP API, jobs.
//!
//! Knows nothing of Leptos. Use cases load, ask `domain`, and save row and job in one transaction.

pub mod accounts;
pub mod admin;
pub mod bookings;
pub mod calendar;
pub mod clock;
pub mod config;
pub mod doctor;
pub mod error;
pub mod events;
#[cfg(not(feature = "fail-points"))]
#[path = "fail/off.rs"]
mod fail;
#[cfg(feature = "fail-points")]
#[path = "fail/on.rs"]
mod fail;
pub mod http;
pub mod jobs;
pub mod mail;
pub mod media;
pub mod mentors;
pub mod rooms;
mod sign_in_limits;
pub mod state;
pub mod store;
pub mod sweeper;
pub mod webhooks;
pub mod zones;

pub use error::{Error, Result};
pub use state::AppState;
