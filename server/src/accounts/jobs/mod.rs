//! What accounts have done later, one file for each kind of job.

pub mod send_account_email;
