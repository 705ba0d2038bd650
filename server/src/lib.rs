//! Everything that touches the world: database, LiveKit, clock, HTTP API, jobs.
//!
//! Knows nothing of Leptos. Use cases load, ask `domain`, and save row and job in one transaction.

pub mod accounts;
pub mod admin;
pub mod calendar;
pub mod clock;
pub mod config;
pub mod credentials;
pub mod deletion;
pub mod doctor;
pub mod emails;
pub mod error;
pub mod exports;
#[cfg(not(feature = "fail-points"))]
#[path = "fail/off.rs"]
mod fail;
#[cfg(feature = "fail-points")]
#[path = "fail/on.rs"]
mod fail;
pub mod heartbeats;
pub mod http;
pub mod identity;
mod job_list;
pub mod jobs;
pub mod live;
mod login;
pub mod mail;
pub mod markdown;
pub mod media;
pub mod meetings;
pub mod mentors;
pub mod retention;
pub mod safety;
pub mod schedule;
pub mod sessions;
pub mod state;
pub mod store;
mod views;
pub mod webhooks;
mod write_limits;
pub mod zones;

pub use error::{Error, Result};
pub use job_list::job_list;
pub use state::AppState;
