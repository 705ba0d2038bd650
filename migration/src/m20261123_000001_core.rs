//! People, sessions with their seats, LiveKit rooms and participants, webhooks, jobs, notifications.
//!
//! One text serves both engines; only column types and the rule against overlapping seats differ.
//! Times are UTC milliseconds. Keys are named after table and columns, so that both engines report
//! a duplicate under the same name.

use crate::dialect;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, async_trait,
    sea_orm::{ConnectionTrait, DbBackend, DbErr},
};

/// The first migration.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261123_000001_core"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        dialect::run(db, TABLES).await?;
        match db.get_database_backend() {
            DbBackend::Postgres => dialect::run(db, POSTGRES_SEAT_RULE).await,
            _ => dialect::run(db, SQLITE_SEAT_RULE).await,
        }
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

const TABLES: &[&str] = &[
    "CREATE TABLE users (
        id {id} NOT NULL CONSTRAINT users_id PRIMARY KEY,
        email TEXT NOT NULL CONSTRAINT users_email UNIQUE,
        name TEXT NOT NULL,
        time_zone TEXT NOT NULL,
        password_hash TEXT NOT NULL,
        is_admin {bool} NOT NULL CHECK (is_admin IN (TRUE, FALSE)),
        created_at {time} NOT NULL,
        anonymised_at {time}
    ) {strict}",
    "CREATE TABLE logins (
        id {id} NOT NULL CONSTRAINT logins_id PRIMARY KEY,
        user_id {id} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        token_hash TEXT NOT NULL CONSTRAINT logins_token_hash UNIQUE
            CONSTRAINT logins_token_hash_is_hex CHECK (length(token_hash) = 64),
        created_at {time} NOT NULL,
        last_seen_at {time} NOT NULL,
        expires_at {time} NOT NULL
    ) {strict}",
    "CREATE INDEX logins_by_user ON logins (user_id)",
    "CREATE TABLE mentors (
        user_id {id} NOT NULL CONSTRAINT mentors_user_id PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
        headline TEXT NOT NULL,
        bio TEXT NOT NULL,
        session_minutes INTEGER NOT NULL CONSTRAINT mentors_length CHECK (session_minutes BETWEEN 1 AND 1440),
        published {bool} NOT NULL CHECK (published IN (TRUE, FALSE)),
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL
    ) {strict}",
    "CREATE TABLE mentees (
        user_id {id} NOT NULL CONSTRAINT mentees_user_id PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
        created_at {time} NOT NULL
    ) {strict}",
    "CREATE TABLE availability (
        id {id} NOT NULL CONSTRAINT availability_id PRIMARY KEY,
        mentor_id {id} NOT NULL REFERENCES mentors (user_id) ON DELETE CASCADE,
        weekday INTEGER NOT NULL CONSTRAINT availability_weekday CHECK (weekday BETWEEN 0 AND 6),
        from_min INTEGER NOT NULL,
        to_min INTEGER NOT NULL,
        CONSTRAINT availability_hours CHECK (from_min >= 0 AND to_min > from_min AND to_min <= 1440)
    ) {strict}",
    "CREATE INDEX availability_by_mentor ON availability (mentor_id)",
    "CREATE TABLE sessions (
        id {id} NOT NULL CONSTRAINT sessions_id PRIMARY KEY,
        mentor_id {id} NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
        mentee_id {id} NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
        title TEXT NOT NULL,
        scheduled_at {time} NOT NULL,
        ends_at {time} NOT NULL,
        booking TEXT NOT NULL CONSTRAINT sessions_booking_word
            CHECK (booking IN ('held', 'requested', 'declined', 'confirmed', 'cancelled')),
        cancelled_by {id} REFERENCES users (id) ON DELETE SET NULL,
        cancelled_at {time},
        room TEXT NOT NULL CONSTRAINT sessions_room_word
            CHECK (room IN ('scheduled', 'open', 'live', 'ended', 'failed')),
        room_ended_by {id} REFERENCES users (id) ON DELETE SET NULL,
        room_ended_at {time},
        room_end_reason TEXT CONSTRAINT sessions_room_end_reason_word
            CHECK (room_end_reason IN ('ended_by_mentor', 'ended_by_admin', 'time_up', 'cancelled')),
        outcome TEXT NOT NULL CONSTRAINT sessions_outcome_word CHECK (outcome IN
            ('pending', 'completed', 'missed_by_mentor', 'missed_by_mentee', 'missed_by_both', 'disputed')),
        meeting_url TEXT NOT NULL,
        idempotency_key TEXT,
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL,
        CONSTRAINT sessions_ends_after_start CHECK (ends_at > scheduled_at),
        CONSTRAINT sessions_two_people CHECK (mentor_id <> mentee_id),
        CONSTRAINT sessions_cancelled_when CHECK ((booking = 'cancelled') = (cancelled_at IS NOT NULL)),
        CONSTRAINT sessions_ended_when CHECK ((room = 'ended') = (room_ended_at IS NOT NULL)),
        CONSTRAINT sessions_ended_why CHECK ((room = 'ended') = (room_end_reason IS NOT NULL)),
        CONSTRAINT sessions_mentee_id_idempotency_key UNIQUE (mentee_id, idempotency_key)
    ) {strict}",
    "CREATE INDEX sessions_by_mentor ON sessions (mentor_id, scheduled_at)",
    "CREATE INDEX sessions_by_mentee ON sessions (mentee_id, scheduled_at)",
    // An empty span would overlap nothing: the check keeps the rule against overlaps whole.
    "CREATE TABLE session_seats (
        id {id} NOT NULL CONSTRAINT session_seats_id PRIMARY KEY,
        session_id {id} NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        user_id {id} NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
        role TEXT NOT NULL CONSTRAINT session_seats_role_word CHECK (role IN ('mentor', 'mentee')),
        starts_at {time} NOT NULL,
        ends_at {time} NOT NULL,
        active {bool} NOT NULL CHECK (active IN (TRUE, FALSE)),
        CONSTRAINT session_seats_ends_after_start CHECK (ends_at > starts_at)
    ) {strict}",
    "CREATE INDEX session_seats_by_user ON session_seats (user_id, active, starts_at)",
    "CREATE INDEX session_seats_by_session ON session_seats (session_id)",
    "CREATE TABLE livekit_rooms (
        id {id} NOT NULL CONSTRAINT livekit_rooms_id PRIMARY KEY,
        session_id {id} NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        name TEXT NOT NULL CONSTRAINT livekit_rooms_name UNIQUE,
        generation INTEGER NOT NULL CONSTRAINT livekit_rooms_generation_counts CHECK (generation >= 1),
        status TEXT NOT NULL CONSTRAINT livekit_rooms_status_word
            CHECK (status IN ('scheduled', 'open', 'live', 'ended', 'failed')),
        livekit_sid TEXT,
        ensured_at {time},
        ended_at {time},
        end_reason TEXT,
        deleted_at {time},
        created_at {time} NOT NULL,
        CONSTRAINT livekit_rooms_session_id_generation UNIQUE (session_id, generation)
    ) {strict}",
    // No reference to users: a stay is recorded whoever it was.
    "CREATE TABLE livekit_participants (
        id {id} NOT NULL CONSTRAINT livekit_participants_id PRIMARY KEY,
        room_id {id} NOT NULL REFERENCES livekit_rooms (id) ON DELETE CASCADE,
        session_id {id} NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        user_id {id},
        identity TEXT NOT NULL,
        sid TEXT NOT NULL,
        joined_at {time},
        left_at {time},
        left_reason TEXT,
        estimated {bool} NOT NULL CHECK (estimated IN (TRUE, FALSE)),
        CONSTRAINT livekit_participants_room_id_sid UNIQUE (room_id, sid)
    ) {strict}",
    "CREATE INDEX livekit_participants_by_session ON livekit_participants (session_id)",
    "CREATE TABLE webhook_events (
        id TEXT NOT NULL CONSTRAINT webhook_events_id PRIMARY KEY,
        event TEXT NOT NULL,
        room_name TEXT,
        body TEXT NOT NULL,
        state TEXT NOT NULL CONSTRAINT webhook_events_state_word
            CHECK (state IN ('received', 'processed', 'ignored', 'parked')),
        error TEXT,
        received_at {time} NOT NULL,
        processed_at {time}
    ) {strict}",
    "CREATE INDEX webhook_events_by_room ON webhook_events (room_name)",
    "CREATE INDEX webhook_events_by_age ON webhook_events (received_at)",
    "CREATE TABLE jobs (
        id {id} NOT NULL CONSTRAINT jobs_id PRIMARY KEY,
        kind TEXT NOT NULL,
        payload TEXT NOT NULL,
        session_id {id} REFERENCES sessions (id) ON DELETE SET NULL,
        run_at {time} NOT NULL,
        attempts INTEGER NOT NULL CONSTRAINT jobs_attempts_count CHECK (attempts >= 0),
        locked_until {time},
        locked_by TEXT,
        last_error TEXT,
        done_at {time},
        dead_at {time},
        dedupe_key TEXT,
        created_at {time} NOT NULL,
        CONSTRAINT jobs_done_or_dead CHECK (done_at IS NULL OR dead_at IS NULL)
    ) {strict}",
    "CREATE INDEX jobs_waiting ON jobs (run_at) WHERE done_at IS NULL AND dead_at IS NULL",
    "CREATE UNIQUE INDEX jobs_dedupe_key ON jobs (dedupe_key) WHERE done_at IS NULL AND dead_at IS NULL",
    "CREATE INDEX jobs_by_session ON jobs (session_id)",
    "CREATE INDEX jobs_done ON jobs (done_at) WHERE done_at IS NOT NULL",
    "CREATE TABLE admin_notifications (
        id {id} NOT NULL CONSTRAINT admin_notifications_id PRIMARY KEY,
        kind TEXT NOT NULL,
        session_id {id} REFERENCES sessions (id) ON DELETE SET NULL,
        job_id {id} REFERENCES jobs (id) ON DELETE CASCADE,
        title TEXT NOT NULL,
        cause TEXT NOT NULL,
        created_at {time} NOT NULL,
        resolved_at {time}
    ) {strict}",
    "CREATE UNIQUE INDEX admin_notifications_job_id ON admin_notifications (job_id) WHERE resolved_at IS NULL",
    "CREATE INDEX admin_notifications_by_job ON admin_notifications (job_id)",
    "CREATE INDEX admin_notifications_by_session ON admin_notifications (session_id)",
    "CREATE INDEX admin_notifications_by_age ON admin_notifications (created_at)",
];

/// A person's active seats never overlap; touching ones do not. The constraint alone keeps the rule,
/// but many who take the same seat at once would insert first, then wait for each other in circles
/// until PostgreSQL ends one after another, a second each. The trigger makes them take turns.
const POSTGRES_SEAT_RULE: &[&str] = &[
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    "ALTER TABLE session_seats ADD CONSTRAINT session_seats_no_overlap
        EXCLUDE USING gist (user_id WITH =, int8range(starts_at, ends_at) WITH &&) WHERE (active)",
    "CREATE FUNCTION session_seats_take_turns() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM 1 FROM users WHERE id = NEW.user_id FOR NO KEY UPDATE;
        RETURN NEW;
    END $$",
    "CREATE TRIGGER session_seats_take_turns BEFORE INSERT OR UPDATE OF user_id, starts_at, ends_at, active
        ON session_seats FOR EACH ROW WHEN (NEW.active) EXECUTE FUNCTION session_seats_take_turns()",
];

/// The same rule. Safe because SQLite lets one transaction write at a time.
const SQLITE_SEAT_RULE: &[&str] = &[
    "CREATE TRIGGER session_seats_no_overlap_insert BEFORE INSERT ON session_seats WHEN NEW.active BEGIN
        SELECT RAISE(ABORT, 'seat_overlap') WHERE EXISTS (
            SELECT 1 FROM session_seats s WHERE s.user_id = NEW.user_id AND s.active = 1
            AND s.starts_at < NEW.ends_at AND s.ends_at > NEW.starts_at);
    END",
    "CREATE TRIGGER session_seats_no_overlap_update BEFORE UPDATE OF user_id, starts_at, ends_at, active
        ON session_seats WHEN NEW.active BEGIN
        SELECT RAISE(ABORT, 'seat_overlap') WHERE EXISTS (
            SELECT 1 FROM session_seats s WHERE s.user_id = NEW.user_id AND s.active = 1
            AND s.starts_at < NEW.ends_at AND s.ends_at > NEW.starts_at AND s.id <> NEW.id);
    END",
];
