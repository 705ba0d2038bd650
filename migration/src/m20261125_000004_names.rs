//! Names in today's words: emails, how long before a session a booking must come, how far ahead it may, and jobs.

use crate::dialect;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::DbErr,
};

/// The fourth migration.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261125_000004_names"
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
    "ALTER TABLE mails RENAME TO emails",
    "ALTER TABLE mentors RENAME COLUMN notice_min TO min_notice_minutes",
    "ALTER TABLE mentors RENAME COLUMN horizon_days TO booking_window_days",
    // Both had one word, which said how many of them run at a time.
    "UPDATE jobs SET kind = 'notify_admin' WHERE kind = 'send_mail' AND payload LIKE '%notify_admin%'",
    "UPDATE jobs SET kind = 'send_email', dedupe_key = REPLACE(dedupe_key, 'send_mail:', 'send_email:')
        WHERE kind = 'send_mail'",
];
