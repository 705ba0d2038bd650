//! Accounts that are to be deleted, entries of the audit log that count, and what the removal of old rows looks for.

use crate::dialect;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::DbErr,
};

/// The eighth migration.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261126_000008_deletion"
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
    // When the account is to be deleted, and whether its person was suspended after that was asked for.
    "ALTER TABLE users ADD COLUMN delete_at {time}",
    "ALTER TABLE users ADD COLUMN delete_held {bool} NOT NULL DEFAULT FALSE",
    // What can be done in a loop has one entry an hour: `counted_as` is what its repetitions have in common, `at` the
    // last one.
    "ALTER TABLE audit_log ADD COLUMN times INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE audit_log ADD COLUMN counted_as TEXT",
    "CREATE UNIQUE INDEX audit_log_counted_as ON audit_log (counted_as)",
    // What is older than it has to be is looked for by these.
    "CREATE INDEX logins_by_end ON logins (expires_at)",
    "CREATE INDEX emails_by_age ON emails (created_at)",
    "CREATE INDEX admin_notifications_resolved ON admin_notifications (resolved_at)",
    "CREATE INDEX reports_closed ON reports (closed_at)",
    // Nothing has written to it since `attempts` took its place.
    "DROP TABLE sign_in_failures",
];
