//! What a fair record needs: when LiveKit was asked who is in a room, that the mentor kept the mentee out at all, that
//! an admin decided, and a word for what nobody can tell.

use crate::dialect;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::DbErr,
};

/// The sixth migration.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261126_000006_fair_record"
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
    // SQLite changes no CHECK, but drops a column with its own: the column is made anew with one more word.
    "ALTER TABLE sessions ADD COLUMN outcome_word TEXT NOT NULL DEFAULT 'pending' CONSTRAINT sessions_outcome_known CHECK (outcome_word IN
        ('pending', 'completed', 'missed_by_mentor', 'missed_by_mentee', 'missed_by_both', 'unknown', 'disputed'))",
    "UPDATE sessions SET outcome_word = outcome",
    "ALTER TABLE sessions DROP COLUMN outcome",
    "ALTER TABLE sessions RENAME COLUMN outcome_word TO outcome",
    // When the mentor first kept the mentee out of the meeting at this time; stays when they are let in again.
    "ALTER TABLE sessions ADD COLUMN kept_out_at {time}",
    "UPDATE sessions SET kept_out_at = mentee_removed_at",
    // When an admin decided what came of it: no rule decides again.
    "ALTER TABLE sessions ADD COLUMN settled_at {time}",
    // From the first to the last of LiveKit's answers about who is in a room, as long as they came often enough.
    "CREATE TABLE livekit_coverage (
        id {id} NOT NULL CONSTRAINT livekit_coverage_id PRIMARY KEY,
        room_id {id} NOT NULL REFERENCES livekit_rooms (id) ON DELETE CASCADE,
        from_at {time} NOT NULL,
        to_at {time} NOT NULL,
        CONSTRAINT livekit_coverage_room_id_from_at UNIQUE (room_id, from_at),
        CONSTRAINT livekit_coverage_in_order CHECK (to_at >= from_at)
    ) {strict}",
    // An admin's list of what is to be decided.
    "CREATE INDEX sessions_undecided ON sessions (outcome, scheduled_at) WHERE outcome IN ('unknown', 'disputed')",
];
