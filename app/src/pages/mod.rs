//! One page per file. Pages load data and send forms; components only show.

pub mod account;
pub mod admin;
pub mod availability;
pub mod book;
pub mod check_email;
pub mod console;
pub mod dashboard;
pub mod delete_account;
pub mod home;
pub mod legal;
pub mod links;
mod load;
pub mod meeting;
pub mod mentor_profile;
pub mod mentors;
pub mod not_found;
pub mod reschedule;
pub mod safety;
pub mod second_factor;
pub mod session;
pub mod sign_in;
pub mod sign_up;
