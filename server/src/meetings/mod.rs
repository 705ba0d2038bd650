//! Meetings: who may enter, the join token, what happens inside, and the one way out.

pub mod attendance;
mod end;
mod enter;
mod extend;
pub mod jobs;
mod late;
pub(crate) mod lifecycle;
mod moderate;
mod page;
pub mod reconcile;
pub(crate) mod room_state;
mod stays;

pub(crate) use end::end_in;
pub use end::end_room;
pub use enter::{RoomCreated, access_token, create_room, enter};
pub use extend::extend;
pub use late::running_late;
pub use moderate::moderate;
pub use page::{live_state, meeting_page};
