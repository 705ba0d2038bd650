//! One file per command; each has one `run`.

pub mod admin;
pub mod doctor;
pub mod migrate;
pub mod seed;
pub mod serve;
pub mod user;
