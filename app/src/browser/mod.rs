//! What pages need from the browser. Its twin for the server, `server.rs`, has the same functions, so
//! that everything else compiles without conditions.

mod clock;
mod focus;
mod forms;
mod json;
mod page;

pub use clock::{count_seconds, time_zone};
pub use focus::{focus, focus_first_refused};
pub use forms::{is_busy_with_a_form, send};
pub use json::from_json;
pub use page::{hydrate, load_whole_pages_on_redirect, set_status};
