//! Server functions: at most ten lines each, one call into `server`.

pub mod account;
pub mod admin;
pub mod auth;
pub mod bookings;
pub mod error;
pub mod meeting;
pub mod mentors;
