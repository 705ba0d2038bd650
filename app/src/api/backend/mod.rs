//! What server functions use on the server: who is asking, what pages load, where to go next.

pub mod flash;
pub mod queries;
mod request;
pub mod sessions;

pub use request::{Request, Visitor, redirect, request, show_once};
