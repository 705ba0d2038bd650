//! Emails that leave, one file for each kind of job.

pub mod notify_admin;
pub mod send_email;
