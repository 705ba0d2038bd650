//! Server functions: at most ten lines each, one call into `server`.

pub mod account;
pub mod admin;
pub mod auth;
#[cfg(feature = "ssr")]
pub mod backend;
pub mod deletion;
pub mod error;
pub mod keys;
pub mod meeting;
pub mod mentors;
pub mod pages;
pub mod privacy;
pub mod queries;
pub mod safety;
pub mod sessions;
pub mod wire;
