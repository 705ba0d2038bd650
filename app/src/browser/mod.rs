//! What pages and the call need from the browser, one file for each concern. Its twin for the server,
//! `server.rs`, has the same functions, so that everything else compiles without conditions.

mod clock;
mod dialogs;
mod focus;
mod forms;
mod json;
mod live_updates;
mod local_value;
mod page;
mod passkeys;
mod random;
mod storage;

pub use clock::{asked_for_at, count_seconds, now, time_of_day, time_zone};
pub use dialogs::{close_dialog, show_dialog};
pub use focus::{focus, focus_first_refused};
pub use forms::{is_busy_with_a_form, send};
pub use json::from_json;
pub use live_updates::Watch;
pub use local_value::LocalValue;
pub use page::{go, hydrate, load_whole_pages_on_redirect, raw_text, scroll_to_end, set_status};
pub use passkeys::send_with_passkey;
pub use random::new_id;
pub use storage::{remember, remembered};
