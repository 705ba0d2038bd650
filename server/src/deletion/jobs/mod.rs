//! What the deletion of accounts has done later.

pub mod delete_account;
