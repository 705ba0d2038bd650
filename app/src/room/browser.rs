//! The browser's half of the call.

mod client;
mod live;
mod local_value;
mod page;
mod sdk;
mod tab_lock;
mod web_audio;

pub use client::Client;
pub use live::Watch;
pub use local_value::LocalValue;
pub use page::{
    asked_for_at, close_dialog, focus, go, new_id, now, remember, remembered, scroll_to_end,
    show_dialog, time_of_day,
};
pub use sdk::SCRIPT;
