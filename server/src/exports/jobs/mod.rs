//! What is done for people's copies later.

pub mod make_export;
