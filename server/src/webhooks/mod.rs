//! LiveKit's messages: verified, stored once, answered at once, and applied later.
//!
//! They are hints. They may come twice, late, in any order, or never; what they mean is derived
//! from all messages about a room together, so none of that matters.

mod accept;
mod batch;
mod event;
mod history;
pub mod jobs;
mod receive;
mod signature;

pub use accept::Accepted;
pub use batch::{Inbox, Outlet, store_forever};
pub use receive::receive;
pub use signature::is_genuine;
