//! The web pages: rendered on the server first, useful without JavaScript, hydrated in the browser.
//!
//! Server functions are thin: authenticate, parse, one call into `server`, map. Code that differs
//! between server and browser lives in [`browser`] and in `room::client`, with one twin for each side.

pub mod api;
pub mod components;
pub mod forms;
pub mod leave_reason;
pub mod page_context;
pub mod pages;
pub mod room;
pub mod routes;
pub mod url_words;

#[cfg(not(feature = "ssr"))]
pub mod browser;
#[cfg(feature = "ssr")]
#[path = "browser/server.rs"]
pub mod browser;
#[cfg(feature = "ssr")]
pub mod ssr;

mod element_ids;
mod frame;

pub use frame::{Meeting, Site};
