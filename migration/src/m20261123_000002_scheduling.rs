//! What a mentor offers (lengths, buffers, notice, limits, other dates), how a session came about
//! (hold, request, answers, changes), mail to be sent, and calendar feeds.

use crate::dialect;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait, sea_orm::DbErr,
};

/// The second migration.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261123_000002_scheduling"
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
    // `lengths` and `questions` are JSON arrays: of minutes, and of texts. `session_minutes` is the
    // length chosen beforehand in the booking form, one of `lengths`.
    "ALTER TABLE mentors ADD COLUMN lengths TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE mentors ADD COLUMN questions TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE mentors ADD COLUMN buffer_before_min INTEGER NOT NULL DEFAULT 0 CHECK (buffer_before_min BETWEEN 0 AND 240)",
    "ALTER TABLE mentors ADD COLUMN buffer_after_min INTEGER NOT NULL DEFAULT 0 CHECK (buffer_after_min BETWEEN 0 AND 240)",
    "ALTER TABLE mentors ADD COLUMN notice_min INTEGER NOT NULL DEFAULT 5 CHECK (notice_min BETWEEN 0 AND 43200)",
    "ALTER TABLE mentors ADD COLUMN horizon_days INTEGER NOT NULL DEFAULT 60 CHECK (horizon_days BETWEEN 1 AND 365)",
    "ALTER TABLE mentors ADD COLUMN max_per_day INTEGER CHECK (max_per_day BETWEEN 1 AND 50)",
    "ALTER TABLE mentors ADD COLUMN max_per_week INTEGER CHECK (max_per_week BETWEEN 1 AND 200)",
    "ALTER TABLE mentors ADD COLUMN paused {bool} NOT NULL DEFAULT FALSE CHECK (paused IN (TRUE, FALSE))",
    "ALTER TABLE mentors ADD COLUMN confirms {bool} NOT NULL DEFAULT FALSE CHECK (confirms IN (TRUE, FALSE))",
    "UPDATE mentors SET lengths = '[' || session_minutes || ']'",
    // Days count from 1970-01-01 in the mentor's zone, both ends included. Minutes only for `extra`.
    "CREATE TABLE availability_overrides (
        id {id} NOT NULL CONSTRAINT availability_overrides_id PRIMARY KEY,
        mentor_id {id} NOT NULL REFERENCES mentors (user_id) ON DELETE CASCADE,
        kind TEXT NOT NULL CONSTRAINT availability_overrides_kind_word CHECK (kind IN ('off', 'extra')),
        from_day INTEGER NOT NULL,
        to_day INTEGER NOT NULL,
        from_min INTEGER,
        to_min INTEGER,
        label TEXT NOT NULL,
        CONSTRAINT availability_overrides_days CHECK (to_day >= from_day AND to_day - from_day <= 366),
        CONSTRAINT availability_overrides_hours CHECK
            ((kind = 'off' AND from_min IS NULL AND to_min IS NULL)
            OR (kind = 'extra' AND from_min >= 0 AND to_min > from_min AND to_min <= 1440))
    ) {strict}",
    "CREATE INDEX availability_overrides_by_mentor ON availability_overrides (mentor_id, to_day)",
    // `version` rises with every change of time or state: rooms' jobs, mails and calendar entries of
    // an older version are void. It is the calendar's SEQUENCE.
    "ALTER TABLE sessions ADD COLUMN version INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE sessions ADD COLUMN held_until {time}",
    "ALTER TABLE sessions ADD COLUMN goal TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE sessions ADD COLUMN answers TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE sessions ADD COLUMN asked TEXT",
    "ALTER TABLE sessions ADD COLUMN reason TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX sessions_held ON sessions (held_until) WHERE booking = 'held'",
    // What happened to a session, for the people in it. Nobody's id: an account may go.
    "CREATE TABLE session_changes (
        id {id} NOT NULL CONSTRAINT session_changes_id PRIMARY KEY,
        session_id {id} NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        version INTEGER NOT NULL,
        kind TEXT NOT NULL CONSTRAINT session_changes_kind_word CHECK (kind IN
            ('booked', 'requested', 'confirmed', 'declined', 'asked', 'answered', 'rescheduled', 'cancelled')),
        by_user {id} REFERENCES users (id) ON DELETE SET NULL,
        starts_at {time} NOT NULL,
        previous_starts_at {time},
        note TEXT NOT NULL,
        at {time} NOT NULL
    ) {strict}",
    "CREATE INDEX session_changes_by_session ON session_changes (session_id, at)",
    // A letter to one person. It is written with the change it tells of and sent by a job; `sent_at`
    // and `void_at` end it. `detail` is JSON. The key makes one letter of repeated writing.
    "CREATE TABLE mails (
        id {id} NOT NULL CONSTRAINT mails_id PRIMARY KEY,
        session_id {id} NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        user_id {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        version INTEGER NOT NULL,
        detail TEXT NOT NULL,
        created_at {time} NOT NULL,
        sent_at {time},
        void_at {time},
        CONSTRAINT mails_once UNIQUE (session_id, user_id, kind, version),
        CONSTRAINT mails_sent_or_void CHECK (sent_at IS NULL OR void_at IS NULL)
    ) {strict}",
    "CREATE INDEX mails_by_user ON mails (user_id)",
    // The address of a feed is a secret: only its hash is kept.
    "CREATE TABLE calendar_feeds (
        user_id {id} NOT NULL CONSTRAINT calendar_feeds_user_id PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
        token_hash TEXT NOT NULL CONSTRAINT calendar_feeds_token_hash UNIQUE
            CONSTRAINT calendar_feeds_token_hash_is_hex CHECK (length(token_hash) = 64),
        created_at {time} NOT NULL
    ) {strict}",
];
