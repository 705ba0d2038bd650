//! What follows from messages, one file for each kind of job.

pub mod process_webhooks;
