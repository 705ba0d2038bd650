//! What happens around meetings by itself, one file for each kind of job.

pub mod close_window;
pub mod create_room;
pub mod decide_outcome;
pub mod delete_room;
pub mod evict;
pub mod warn_closing;
