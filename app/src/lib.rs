//! The web pages: rendered on the server first, useful without JavaScript, hydrated in the browser.
//!
//! Server functions are thin: authenticate, parse, one call into `server`, map. Code that differs
//! between server and browser lives in [`host`] and in `room`, with one twin for each side.

pub mod api;
pub mod components;
pub mod forms;
pub mod pages;
pub mod room;
pub mod routes;
pub mod url_words;

#[cfg(feature = "ssr")]
#[path = "host/server.rs"]
pub mod host;
#[cfg(not(feature = "ssr"))]
#[path = "host/browser.rs"]
pub mod host;
#[cfg(feature = "ssr")]
pub mod ssr;

mod frame;
pub mod page_context;

pub use frame::{Meeting, Site};
