//! Names in today's words: emails, how long before a session a booking must come, and how far ahead it may.

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
];
