//! The call: pre-join and room.
//!
//! Four layers, each in its own folder, data flowing one way:
//! `client::sdk` (typed bindings of livekit-client and the browser; JavaScript objects stay there and
//! in the client's registry) ← [`client`] (commands in, plain events out) ← [`model`] (a pure reducer
//! of events to what is shown) ← `components`. [`call`] passes events and effects between them,
//! [`text`] holds what is shown in words, `element_ids` what views and client call their elements.
//!
//! Only the client needs a browser; its twin for the server, `client/server.rs`, does nothing, so
//! that everything else compiles without conditions.

pub mod call;
pub mod clock;
pub mod components;
mod element_ids;
pub mod model;
pub mod text;

#[cfg(not(feature = "ssr"))]
pub mod client;
#[cfg(feature = "ssr")]
#[path = "client/server.rs"]
pub mod client;

/// Where livekit-client is served from; the version is part of the name.
pub const SDK_SCRIPT: &str = "/vendor/livekit-client-2.23.0.umd.js";
