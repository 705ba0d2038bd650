//! The call: pre-join and room.
//!
//! Four layers, each in its own folder, data flowing one way:
//! `sdk` (typed bindings of livekit-client and the browser; JavaScript objects stay there and in the
//! client's registry) ← `client` (commands in, plain events out) ← [`model`] (a pure reducer of
//! events to what is shown) ← `components`. [`call`] passes events and effects between them,
//! [`text`] holds what is shown in words, `element_ids` what views and client call their elements.
//!
//! What needs a browser has a twin for the server (`server.rs`) that does nothing, so that
//! everything else compiles without conditions.

pub mod call;
pub mod clock;
pub mod components;
mod element_ids;
pub mod model;
pub mod text;

#[cfg(feature = "ssr")]
#[path = "server.rs"]
pub mod side;
#[cfg(not(feature = "ssr"))]
#[path = "browser.rs"]
pub mod side;
