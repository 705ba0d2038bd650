//! Copies of what is kept about people, for themselves.

use crate::dialect;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::DbErr,
};

/// The tenth migration.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261126_000010_data_exports"
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
    // One for each person: another one takes its place. `archive` is a zip file.
    "CREATE TABLE data_exports (
        id {id} NOT NULL CONSTRAINT data_exports_id PRIMARY KEY,
        user_id {id} NOT NULL CONSTRAINT data_exports_user_id UNIQUE REFERENCES users (id) ON DELETE CASCADE,
        created_at {time} NOT NULL,
        ready_at {time},
        failed_at {time},
        archive {bytes},
        CONSTRAINT data_exports_archive_when_ready CHECK ((ready_at IS NULL) = (archive IS NULL)),
        CONSTRAINT data_exports_ready_or_failed CHECK (ready_at IS NULL OR failed_at IS NULL)
    ) {strict}",
    // What a copy looks for by person, where nothing else did.
    "CREATE INDEX livekit_participants_by_user ON livekit_participants (user_id)",
    "CREATE INDEX session_changes_by_person ON session_changes (by_user)",
    "CREATE INDEX audit_log_by_actor ON audit_log (actor)",
    "CREATE INDEX audit_log_by_subject ON audit_log (subject)",
];
