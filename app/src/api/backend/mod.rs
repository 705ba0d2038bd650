//! What server functions do on the server: who asks, what became of it, where the browser goes next.

pub mod flash;
pub mod queries;
mod request;
pub mod sessions;

pub use request::{Request, Visitor, redirect, request, show_once};
