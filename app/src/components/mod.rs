//! Shared widgets: props in, events out; no server call here.

pub mod fields;
pub mod form;
pub mod hours;
pub mod left;
pub mod notes;
pub mod session_card;
pub mod site;
pub mod stays;
pub mod time;
