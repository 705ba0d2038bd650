//! Shared widgets: props in, events out; no server call here.

pub mod codes;
pub mod countdown;
pub mod data_export;
pub mod dates;
pub mod deletion;
pub mod fields;
pub mod form;
pub mod history;
pub mod hours;
pub mod late;
pub mod left;
pub mod notes;
pub mod passkeys;
pub mod providers;
pub mod session_card;
pub mod site;
pub mod stays;
pub mod time;
pub mod times;
pub mod week;
