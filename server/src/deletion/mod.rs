//! Deleting accounts. Whoever asks for it has some days to take it back; then who they were is overwritten, and what
//! happened stays. The rules are [`domain::deletion`].

mod ask;
mod carry_out;
mod held;
pub mod jobs;
mod lock;

pub(crate) use ask::reinstated;
pub use ask::{ask, ask_by_address, ask_for, keep, keep_for, page};
pub use carry_out::delete_by_address;
