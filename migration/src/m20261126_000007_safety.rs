//! Suspended people, people who are blocked, reported concerns, and changes of a published profile that wait.

use crate::dialect;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::DbErr,
};

/// The seventh migration.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261126_000007_safety"
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
    "ALTER TABLE users ADD COLUMN suspended_at {time}",
    "CREATE TABLE blocks (
        blocker_id {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        blocked_id {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        created_at {time} NOT NULL,
        CONSTRAINT blocks_pair PRIMARY KEY (blocker_id, blocked_id),
        CONSTRAINT blocks_others CHECK (blocker_id <> blocked_id)
    ) {strict}",
    "CREATE INDEX blocks_by_blocked ON blocks (blocked_id)",
    // Read by admins alone.
    "CREATE TABLE reports (
        id {id} NOT NULL CONSTRAINT reports_id PRIMARY KEY,
        reporter_id {id} REFERENCES users (id) ON DELETE SET NULL,
        about_id {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        session_id {id} REFERENCES sessions (id) ON DELETE SET NULL,
        category TEXT NOT NULL,
        words TEXT NOT NULL,
        created_at {time} NOT NULL,
        closed_at {time},
        closed_by {id} REFERENCES users (id) ON DELETE SET NULL
    ) {strict}",
    "CREATE INDEX reports_by_age ON reports (created_at)",
    "CREATE INDEX reports_by_about ON reports (about_id)",
    // What a published mentor wants to be shown instead; the text before stays up meanwhile.
    "ALTER TABLE mentors ADD COLUMN pending_name TEXT",
    "ALTER TABLE mentors ADD COLUMN pending_headline TEXT",
    "ALTER TABLE mentors ADD COLUMN pending_bio TEXT",
    // Whose turn it is: jobs of one lane are taken from each owner in turn.
    "ALTER TABLE jobs ADD COLUMN owner TEXT",
    "CREATE INDEX emails_by_user ON emails (user_id, sent_at)",
];
