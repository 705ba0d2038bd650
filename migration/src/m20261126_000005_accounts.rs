//! Addresses that are proved before there is an account, links by email, limits on attempts, and what is known of a
//! login.

use crate::dialect;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::DbErr,
};

/// The fifth migration.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261126_000005_accounts"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager.get_connection(), STATEMENTS).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

const STATEMENTS: &[&str] = &[
    // Accounts to be. Several may wait for one address: whoever proves it gets it.
    "CREATE TABLE sign_ups (
        id {id} NOT NULL CONSTRAINT sign_ups_id PRIMARY KEY,
        browser_hash TEXT NOT NULL CONSTRAINT sign_ups_browser_hash UNIQUE
            CONSTRAINT sign_ups_browser_hash_is_hex CHECK (length(browser_hash) = 64),
        email TEXT NOT NULL,
        name TEXT NOT NULL,
        time_zone TEXT NOT NULL,
        password_hash TEXT NOT NULL,
        callback TEXT,
        created_at {time} NOT NULL
    ) {strict}",
    "CREATE INDEX sign_ups_by_time ON sign_ups (created_at)",
    // Emails to one address; those with a link have its single-use token, as a hash, once they are sent.
    "CREATE TABLE account_emails (
        id {id} NOT NULL CONSTRAINT account_emails_id PRIMARY KEY,
        kind TEXT NOT NULL,
        email TEXT NOT NULL,
        user_id {id} REFERENCES users (id) ON DELETE CASCADE,
        sign_up_id {id} REFERENCES sign_ups (id) ON DELETE CASCADE,
        token_hash TEXT CONSTRAINT account_emails_token_hash UNIQUE
            CONSTRAINT account_emails_token_hash_is_hex CHECK (length(token_hash) = 64),
        created_at {time} NOT NULL,
        expires_at {time},
        used_at {time}
    ) {strict}",
    "CREATE INDEX account_emails_by_time ON account_emails (created_at)",
    "CREATE INDEX account_emails_by_user ON account_emails (user_id)",
    "CREATE INDEX account_emails_by_sign_up ON account_emails (sign_up_id)",
    // Takes the place of sign_in_failures, which the previous release still writes.
    "CREATE TABLE attempts (
        key_hash TEXT NOT NULL CONSTRAINT attempts_key_hash PRIMARY KEY
            CONSTRAINT attempts_key_hash_is_hex CHECK (length(key_hash) = 64),
        since {time} NOT NULL,
        next_at {time} NOT NULL,
        attempts INTEGER NOT NULL
    ) {strict}",
    // When a mail server refused the address for good.
    "ALTER TABLE users ADD COLUMN email_failed_at {time}",
    // The browser in words, and 'IPv4' or 'IPv6'; neither version nor address.
    "ALTER TABLE logins ADD COLUMN browser TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE logins ADD COLUMN network TEXT NOT NULL DEFAULT ''",
];
