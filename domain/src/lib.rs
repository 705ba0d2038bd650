//! The rules of Young Minds, pure and compiled for the server and for the browser.
//!
//! Nothing here does IO, reads a clock, draws randomness or is async: time and randomness are
//! arguments, and every answer follows from them.

#![warn(missing_docs)]

pub mod access;
pub mod account;
pub mod attendance;
pub mod audit;
pub mod availability;
pub mod booking;
pub mod console;
#[cfg(feature = "sea-orm")]
mod database;
pub mod deletion;
pub mod door;
pub mod email;
pub mod export;
pub mod ids;
pub mod job;
pub mod late;
pub mod legal;
pub mod notice;
pub mod permissions;
pub mod problem;
pub mod safety;
pub mod seats;
pub mod session;
pub mod text;
pub mod time;
pub mod token;
pub mod views;
pub mod window;
pub mod words;
