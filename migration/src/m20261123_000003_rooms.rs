//! What makes a room's truth: extensions, removals, being late, when LiveKit was last asked, how a
//! session's outcome was decided; and what several processes share: leases and counts of failed
//! sign-ins. The audit log says what moderators and admins did.

use crate::dialect;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::DbErr,
};

/// The third migration.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261123_000003_rooms"
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
    // The window closes this much later than its rule says.
    "ALTER TABLE sessions ADD COLUMN extended_ms {time} NOT NULL DEFAULT 0 CHECK (extended_ms >= 0)",
    // Set while the mentor does not let the mentee in.
    "ALTER TABLE sessions ADD COLUMN mentee_removed_at {time}",
    "ALTER TABLE sessions ADD COLUMN outcome_at {time}",
    // Who contests the outcome, and in which words.
    "ALTER TABLE sessions ADD COLUMN disputed_by {id} REFERENCES users (id) ON DELETE SET NULL",
    "ALTER TABLE sessions ADD COLUMN dispute TEXT",
    // When this person said that they are running late.
    "ALTER TABLE session_seats ADD COLUMN late_at {time}",
    // When LiveKit last said who is in the room.
    "ALTER TABLE livekit_rooms ADD COLUMN reconciled_at {time}",
    "CREATE INDEX livekit_rooms_running ON livekit_rooms (ensured_at) WHERE ended_at IS NULL AND ensured_at IS NOT NULL",
    "CREATE INDEX livekit_participants_present ON livekit_participants (room_id) WHERE left_at IS NULL",
    // What moderators and admins did, and what the system did to people. Rows are only added.
    // `subject` is whom it was done to; `detail` is words for an admin, without names or addresses.
    "CREATE TABLE audit_log (
        id {id} NOT NULL CONSTRAINT audit_log_id PRIMARY KEY,
        at {time} NOT NULL,
        actor {id} REFERENCES users (id) ON DELETE SET NULL,
        action TEXT NOT NULL,
        session_id {id} REFERENCES sessions (id) ON DELETE SET NULL,
        subject {id} REFERENCES users (id) ON DELETE SET NULL,
        detail TEXT NOT NULL
    ) {strict}",
    "CREATE INDEX audit_log_by_age ON audit_log (at)",
    "CREATE INDEX audit_log_by_session ON audit_log (session_id)",
    // Who does what only one process may do at a time, and until when without renewing it.
    "CREATE TABLE leases (
        name TEXT NOT NULL CONSTRAINT leases_name PRIMARY KEY,
        holder TEXT NOT NULL,
        until_at {time} NOT NULL
    ) {strict}",
    // Failed sign-ins since `since`, by a hash of account and address.
    "CREATE TABLE sign_in_failures (
        key_hash TEXT NOT NULL CONSTRAINT sign_in_failures_key_hash PRIMARY KEY,
        since {time} NOT NULL,
        failures INTEGER NOT NULL
    ) {strict}",
    "CREATE INDEX sign_in_failures_by_age ON sign_in_failures (since)",
    "CREATE INDEX jobs_dead ON jobs (dead_at) WHERE dead_at IS NOT NULL",
];
