//! What accounts have done later, one file for each kind of job.

pub mod leave_calls;
pub mod send_account_email;
