//! What is kept about a person, as chapters of the copy that they may download. Of others it tells their display name
//! and what they said to this person in a session: never an address, and never what others told admins about this
//! person.
//!
//! Every table is either a chapter, with each of its columns told or left out for a reason, or one of [`NO_CHAPTER`]: a
//! test compares this with the database.

use super::{Part, StoreError, statement};
use crate::zones::rfc3339;
use domain::{availability::Day, ids::UserId, time::Timestamp};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;
use uuid::Uuid;

/// How a column is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Id,
    Text,
    /// A moment, as RFC 3339.
    At,
    Flag,
    Number,
    /// A number of 64 bits.
    Long,
    /// A date.
    Date,
    /// Text that is JSON.
    Json,
}
use Kind::{At, Date, Flag, Id, Json, Long, Number, Text};

/// A value of each row: its key in the file, its column, and how it is told.
type Field = (&'static str, &'static str, Kind);

/// Rows of one table that are about a person.
#[derive(Debug)]
pub struct Chapter {
    /// Its key in the file.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// Where it comes from.
    pub table: &'static str,
    /// Whether there is one row at most.
    pub is_single: bool,
    /// Reads them in an order that does not change; `$1` is the person.
    sql: &'static str,
    fields: &'static [Field],
    /// Columns of the table that are not told as they are, and why.
    pub left_out: &'static [(&'static str, &'static str)],
}

/// Says who did something in a session, by the column that has their id. `s` is the session.
macro_rules! who {
    ($column:literal) => {
        concat!(
            "CASE WHEN ",
            $column,
            " = $1 THEN 'you' WHEN ",
            $column,
            " IN (s.mentor_id, s.mentee_id) THEN 'the other person' WHEN ",
            $column,
            " IS NOT NULL THEN 'an administrator' END"
        )
    };
}

/// Why ids of rows are left out that nobody refers to.
const OURS: &str = "our number of the row";
/// Why the person's own id is left out.
const YOURS: &str = "always this person";
/// Why secrets are left out.
const SECRET: &str =
    "a secret, or made of one: it proves who somebody is and tells nothing about them";

/// All chapters, in the order of the file.
pub const CHAPTERS: &[Chapter] = &[
    Chapter {
        name: "account",
        about: "your account: how you are called, and when times are yours",
        table: "users",
        is_single: true,
        sql: "SELECT id, email, name, time_zone, password_hash <> '!' AS has_password, is_admin, created_at, \
              email_failed_at, suspended_at, delete_at FROM users WHERE id = $1",
        fields: &[
            ("id", "id", Id),
            ("email", "email", Text),
            ("name", "name", Text),
            ("timeZone", "time_zone", Text),
            ("hasPassword", "has_password", Flag),
            ("isAdministrator", "is_admin", Flag),
            ("created", "created_at", At),
            ("emailsFailSince", "email_failed_at", At),
            ("suspendedSince", "suspended_at", At),
            ("toBeDeleted", "delete_at", At),
        ],
        left_out: &[
            ("password_hash", SECRET),
            (
                "search",
                "name and address once more, for finding the account",
            ),
            ("anonymised_at", "an account that is gone has no copy"),
            ("delete_held", "whether a suspension holds up its deletion"),
        ],
    },
    Chapter {
        name: "logins",
        about: "browsers in which you are signed in",
        table: "logins",
        is_single: false,
        sql: "SELECT browser, network, created_at, last_seen_at, expires_at, confirmed_at, second_factor_due \
              FROM logins WHERE user_id = $1 ORDER BY created_at, id",
        fields: &[
            ("browser", "browser", Text),
            ("network", "network", Text),
            ("began", "created_at", At),
            ("lastUsed", "last_seen_at", At),
            ("ends", "expires_at", At),
            ("confirmed", "confirmed_at", At),
            ("waitsForSecondFactor", "second_factor_due", Flag),
        ],
        left_out: &[("id", OURS), ("user_id", YOURS), ("token_hash", SECRET)],
    },
    Chapter {
        name: "passkeys",
        about: "passkeys that sign you in; the keys themselves are on your devices",
        table: "passkeys",
        is_single: false,
        sql: "SELECT name, created_at, last_used_at FROM passkeys WHERE user_id = $1 ORDER BY created_at, id",
        fields: &[
            ("name", "name", Text),
            ("added", "created_at", At),
            ("lastUsed", "last_used_at", At),
        ],
        left_out: &[
            ("id", OURS),
            ("user_id", YOURS),
            ("credential_id", SECRET),
            ("passkey", SECRET),
        ],
    },
    Chapter {
        name: "authenticatorApp",
        about: "since when you are asked for codes of an app",
        table: "authenticators",
        is_single: true,
        sql: "SELECT on_since FROM authenticators WHERE user_id = $1",
        fields: &[("onSince", "on_since", At)],
        left_out: &[
            ("user_id", YOURS),
            ("secret", SECRET),
            ("last_step", "keeps a code from working twice"),
        ],
    },
    Chapter {
        name: "recoveryCodes",
        about: "how many recovery codes you have left",
        table: "recovery_codes",
        is_single: true,
        sql: "SELECT COUNT(*) AS codes FROM recovery_codes WHERE user_id = $1",
        fields: &[("left", "codes", Long)],
        left_out: &[("code_hash", SECRET), ("user_id", YOURS)],
    },
    Chapter {
        name: "accountsElsewhere",
        about: "accounts at other providers that sign you in",
        table: "identities",
        is_single: false,
        sql: "SELECT issuer, subject, created_at, last_used_at FROM identities WHERE user_id = $1 \
              ORDER BY created_at, issuer",
        fields: &[
            ("provider", "issuer", Text),
            ("yourIdThere", "subject", Text),
            ("linked", "created_at", At),
            ("lastUsed", "last_used_at", At),
        ],
        left_out: &[("user_id", YOURS)],
    },
    Chapter {
        name: "mentorProfile",
        about: "what you offer as a mentor",
        table: "mentors",
        is_single: true,
        sql: "SELECT headline, bio, session_minutes, published, created_at, updated_at, lengths, questions, \
              buffer_before_min, buffer_after_min, min_notice_minutes, booking_window_days, max_per_day, max_per_week, \
              paused, confirms, pending_name, pending_headline, pending_bio FROM mentors WHERE user_id = $1",
        fields: &[
            ("headline", "headline", Text),
            ("bio", "bio", Text),
            ("published", "published", Flag),
            ("created", "created_at", At),
            ("changed", "updated_at", At),
            ("usualMinutes", "session_minutes", Number),
            ("lengths", "lengths", Json),
            ("questions", "questions", Json),
            ("bufferBeforeMinutes", "buffer_before_min", Number),
            ("bufferAfterMinutes", "buffer_after_min", Number),
            ("minimumNoticeMinutes", "min_notice_minutes", Number),
            ("bookingWindowDays", "booking_window_days", Number),
            ("mostPerDay", "max_per_day", Number),
            ("mostPerWeek", "max_per_week", Number),
            ("paused", "paused", Flag),
            ("confirmsBookings", "confirms", Flag),
            ("nameInReview", "pending_name", Text),
            ("headlineInReview", "pending_headline", Text),
            ("bioInReview", "pending_bio", Text),
        ],
        left_out: &[("user_id", YOURS)],
    },
    Chapter {
        name: "weeklyHours",
        about: "your weekly hours as a mentor; Monday is 0, times are minutes after midnight",
        table: "availability",
        is_single: false,
        sql: "SELECT weekday, from_min, to_min FROM availability WHERE mentor_id = $1 ORDER BY weekday, from_min, id",
        fields: &[
            ("weekday", "weekday", Number),
            ("fromMinute", "from_min", Number),
            ("toMinute", "to_min", Number),
        ],
        left_out: &[("id", OURS), ("mentor_id", YOURS)],
    },
    Chapter {
        name: "datesThatDiffer",
        about: "days off and other dates that differ from your weekly hours",
        table: "availability_overrides",
        is_single: false,
        sql: "SELECT kind, from_day, to_day, from_min, to_min, label FROM availability_overrides \
              WHERE mentor_id = $1 ORDER BY from_day, from_min, id",
        fields: &[
            ("kind", "kind", Text),
            ("from", "from_day", Date),
            ("to", "to_day", Date),
            ("fromMinute", "from_min", Number),
            ("toMinute", "to_min", Number),
            ("label", "label", Text),
        ],
        left_out: &[("id", OURS), ("mentor_id", YOURS)],
    },
    Chapter {
        name: "sessions",
        about: "your sessions, with what you and the other person wrote",
        table: "sessions",
        is_single: false,
        // A time that a mentee holds is nobody else's business until it is booked.
        sql: concat!(
            "SELECT s.id, CASE WHEN s.mentor_id = $1 THEN 'mentor' ELSE 'mentee' END AS role, o.name AS other_name, \
             s.title, s.scheduled_at, s.ends_at, s.booking, s.held_until, s.goal, s.answers, s.asked, s.reason, ",
            who!("s.cancelled_by"),
            " AS cancelled_by, s.cancelled_at, s.room, ",
            who!("s.room_ended_by"),
            " AS room_ended_by, s.room_ended_at, s.room_end_reason, s.extended_ms, \
             s.mentee_removed_at, s.kept_out_at, s.outcome, s.outcome_at, s.settled_at, ",
            who!("s.disputed_by"),
            " AS disputed_by, s.dispute, s.meeting_url, s.version, s.created_at, s.updated_at \
             FROM sessions s JOIN users o ON o.id = CASE WHEN s.mentor_id = $1 THEN s.mentee_id ELSE s.mentor_id END \
             WHERE (s.mentor_id = $1 OR s.mentee_id = $1) AND NOT (s.booking = 'held' AND s.mentor_id = $1) \
             ORDER BY s.scheduled_at, s.id"
        ),
        fields: &[
            ("id", "id", Id),
            ("yourRole", "role", Text),
            ("with", "other_name", Text),
            ("title", "title", Text),
            ("starts", "scheduled_at", At),
            ("ends", "ends_at", At),
            ("booking", "booking", Text),
            ("heldUntil", "held_until", At),
            ("goal", "goal", Text),
            ("answers", "answers", Json),
            ("asked", "asked", Text),
            ("reason", "reason", Text),
            ("cancelledBy", "cancelled_by", Text),
            ("cancelled", "cancelled_at", At),
            ("room", "room", Text),
            ("endedBy", "room_ended_by", Text),
            ("ended", "room_ended_at", At),
            ("endReason", "room_end_reason", Text),
            ("extendedMilliseconds", "extended_ms", Long),
            ("menteeRemoved", "mentee_removed_at", At),
            ("menteeKeptOut", "kept_out_at", At),
            ("outcome", "outcome", Text),
            ("outcomeDecided", "outcome_at", At),
            ("outcomeSettled", "settled_at", At),
            ("contestedBy", "disputed_by", Text),
            ("contested", "dispute", Text),
            ("meeting", "meeting_url", Text),
            ("version", "version", Number),
            ("booked", "created_at", At),
            ("changed", "updated_at", At),
        ],
        left_out: &[
            ("mentor_id", "told by `yourRole` and `with`"),
            ("mentee_id", "told by `yourRole` and `with`"),
            (
                "idempotency_key",
                "drawn by the browser, so that a form sent twice books once",
            ),
        ],
    },
    Chapter {
        name: "seats",
        about: "times that your sessions take, with buffers, and when you said that you are late",
        table: "session_seats",
        is_single: false,
        sql: "SELECT p.session_id, p.role, p.starts_at, p.ends_at, p.active, p.late_at \
              FROM session_seats p JOIN sessions s ON s.id = p.session_id \
              WHERE p.user_id = $1 AND NOT (s.booking = 'held' AND s.mentor_id = $1) ORDER BY p.starts_at, p.id",
        fields: &[
            ("session", "session_id", Id),
            ("role", "role", Text),
            ("from", "starts_at", At),
            ("to", "ends_at", At),
            ("active", "active", Flag),
            ("saidLate", "late_at", At),
        ],
        left_out: &[("id", OURS), ("user_id", YOURS)],
    },
    Chapter {
        name: "attendance",
        about: "when you were in a meeting",
        table: "livekit_participants",
        is_single: false,
        sql: "SELECT session_id, door_at, joined_at, left_at, left_reason, estimated FROM livekit_participants \
              WHERE user_id = $1 ORDER BY door_at, id",
        fields: &[
            ("session", "session_id", Id),
            ("atTheDoor", "door_at", At),
            ("joined", "joined_at", At),
            ("left", "left_at", At),
            ("leftBecause", "left_reason", Text),
            ("endIsEstimated", "estimated", Flag),
        ],
        left_out: &[
            ("id", OURS),
            ("user_id", YOURS),
            ("identity", "the account's id once more"),
            ("room_id", "told by `session`"),
            ("sid", "the video server's number of the stay"),
        ],
    },
    Chapter {
        name: "history",
        about: "what happened to your sessions, with what was written to each other",
        table: "session_changes",
        is_single: false,
        sql: concat!(
            "SELECT c.session_id, c.kind, ",
            who!("c.by_user"),
            " AS by_user, c.at, c.starts_at, \
             c.previous_starts_at, c.note, c.version FROM session_changes c JOIN sessions s ON s.id = c.session_id \
             WHERE c.by_user = $1 OR s.mentor_id = $1 OR s.mentee_id = $1 ORDER BY c.at, c.version, c.id"
        ),
        fields: &[
            ("session", "session_id", Id),
            ("what", "kind", Text),
            ("by", "by_user", Text),
            ("at", "at", At),
            ("starts", "starts_at", At),
            ("startedBefore", "previous_starts_at", At),
            ("note", "note", Text),
            ("version", "version", Number),
        ],
        left_out: &[("id", OURS)],
    },
    Chapter {
        name: "emailsAboutSessions",
        about: "emails to you about your sessions",
        table: "emails",
        is_single: false,
        sql: "SELECT session_id, kind, version, created_at, sent_at, void_at FROM emails WHERE user_id = $1 \
              ORDER BY created_at, version, kind, id",
        fields: &[
            ("session", "session_id", Id),
            ("about", "kind", Text),
            ("version", "version", Number),
            ("written", "created_at", At),
            ("sent", "sent_at", At),
            ("overtaken", "void_at", At),
        ],
        left_out: &[
            ("id", OURS),
            ("user_id", YOURS),
            (
                "detail",
                "names others by their ids; the notes in it are in `history`",
            ),
        ],
    },
    Chapter {
        name: "emailsAboutTheAccount",
        about: "emails to your address about your account",
        table: "account_emails",
        is_single: false,
        sql: "SELECT kind, email, created_at, expires_at, used_at FROM account_emails WHERE user_id = $1 \
              OR email = (SELECT email FROM users WHERE id = $1) ORDER BY created_at, id",
        fields: &[
            ("about", "kind", Text),
            ("to", "email", Text),
            ("written", "created_at", At),
            ("linkWorksUntil", "expires_at", At),
            ("linkUsed", "used_at", At),
        ],
        left_out: &[
            ("id", OURS),
            ("user_id", YOURS),
            ("sign_up_id", OURS),
            ("token_hash", SECRET),
        ],
    },
    Chapter {
        name: "calendarFeed",
        about: "since when your calendar has a secret address",
        table: "calendar_feeds",
        is_single: true,
        sql: "SELECT created_at FROM calendar_feeds WHERE user_id = $1",
        fields: &[("since", "created_at", At)],
        left_out: &[("user_id", YOURS), ("token_hash", SECRET)],
    },
    Chapter {
        name: "blocked",
        about: "people whom you blocked",
        table: "blocks",
        is_single: false,
        sql: "SELECT u.name, b.created_at FROM blocks b JOIN users u ON u.id = b.blocked_id \
              WHERE b.blocker_id = $1 ORDER BY b.created_at, b.blocked_id",
        fields: &[("name", "name", Text), ("since", "created_at", At)],
        left_out: &[
            (
                "blocker_id",
                "always this person; who blocked them is not told to anybody",
            ),
            ("blocked_id", "told by `name`"),
        ],
    },
    Chapter {
        name: "reports",
        about: "concerns that you reported",
        table: "reports",
        is_single: false,
        sql: "SELECT u.name, r.session_id, r.category, r.words, r.created_at, r.closed_at \
              FROM reports r JOIN users u ON u.id = r.about_id WHERE r.reporter_id = $1 ORDER BY r.created_at, r.id",
        fields: &[
            ("about", "name", Text),
            ("session", "session_id", Id),
            ("category", "category", Text),
            ("words", "words", Text),
            ("reported", "created_at", At),
            ("closed", "closed_at", At),
        ],
        left_out: &[
            ("id", OURS),
            (
                "reporter_id",
                "always this person; concerns about them stay with those who protect the reporter",
            ),
            ("about_id", "told by `about`"),
            ("closed_by", "which administrator it was"),
        ],
    },
    Chapter {
        name: "log",
        about: "what you did, and what was done about you",
        table: "audit_log",
        is_single: false,
        // Whoever reported or blocked somebody must be able to rely on that person not being told.
        sql: "SELECT a.at, a.action, CASE WHEN a.actor = $1 THEN 'you' WHEN w.is_admin THEN 'an administrator' \
              WHEN a.actor IS NOT NULL THEN 'the other person' END AS actor, \
              CASE WHEN a.subject = $1 THEN 'you' WHEN a.subject IS NOT NULL THEN 'somebody else' END AS subject, \
              a.session_id, CASE WHEN a.actor = $1 OR a.actor IS NULL THEN a.detail ELSE '' END AS detail, a.times \
              FROM audit_log a LEFT JOIN users w ON w.id = a.actor WHERE a.actor = $1 OR (a.subject = $1 \
              AND a.action NOT IN ('reported', 'closed_report', 'blocked', 'unblocked')) ORDER BY a.at, a.id",
        fields: &[
            ("at", "at", At),
            ("what", "action", Text),
            ("by", "actor", Text),
            ("about", "subject", Text),
            ("session", "session_id", Id),
            ("detail", "detail", Text),
            ("times", "times", Number),
        ],
        left_out: &[
            ("id", OURS),
            ("counted_as", "what repetitions have in common"),
        ],
    },
    Chapter {
        name: "copies",
        about: "when you asked for this copy",
        table: "data_exports",
        is_single: true,
        sql: "SELECT created_at FROM data_exports WHERE user_id = $1",
        fields: &[("asked", "created_at", At)],
        left_out: &[
            ("id", OURS),
            ("user_id", YOURS),
            ("ready_at", "when this very file was finished"),
            ("failed_at", "a copy that was made did not fail"),
            ("archive", "this very file"),
        ],
    },
];

/// Tables that are no chapter, and why.
pub const NO_CHAPTER: &[(&str, &str)] = &[
    ("mentees", "every account has a row, made with it"),
    (
        "sign_ups",
        "of an address that nobody has proved: it may be somebody else's",
    ),
    ("ceremonies", "what a sign-in remembers for ten minutes"),
    ("attempts", "keyed hashes that lead back to nobody"),
    ("livekit_rooms", "rooms, told by their sessions"),
    (
        "livekit_coverage",
        "when we asked the video server, and nothing about people",
    ),
    (
        "webhook_events",
        "the video server's words, which `attendance` is made of; gone after days",
    ),
    (
        "jobs",
        "work that is still to be done about rows that are told",
    ),
    (
        "admin_notifications",
        "what fails in the product, for administrators",
    ),
    ("leases", "names of server processes"),
    ("seaql_migrations", "the history of the database's tables"),
];

impl Chapter {
    /// Columns that the chapter tells.
    pub fn columns(&self) -> impl Iterator<Item = &'static str> {
        self.fields.iter().map(|(_, column, _)| *column)
    }

    /// A part of a person's rows.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn rows(
        &self,
        db: &impl ConnectionTrait,
        user: UserId,
        Part { offset, limit }: Part,
    ) -> Result<Vec<Told>, StoreError> {
        let sql = format!("{} LIMIT {limit} OFFSET {offset}", self.sql);
        let rows = db.query_all_raw(statement(db, &sql, [user.into()])).await?;
        let told = rows.iter().map(|row| tell(row, self.fields));
        Ok(told.collect::<Result<_, _>>()?)
    }
}

/// A row as it is told: an object whose keys stay in order.
#[derive(Debug, Clone)]
pub struct Told(Vec<(&'static str, Value)>);

impl Serialize for Told {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

fn tell(row: &QueryResult, fields: &[Field]) -> Result<Told, DbErr> {
    let values = fields
        .iter()
        .map(|(key, column, kind)| Ok((*key, value(row, column, *kind)?)));
    values.collect::<Result<_, _>>().map(Told)
}

fn value(row: &QueryResult, column: &str, kind: Kind) -> Result<Value, DbErr> {
    Ok(match kind {
        Id => row
            .try_get::<Option<Uuid>>("", column)?
            .map(|id| id.to_string())
            .into(),
        Text => row.try_get::<Option<String>>("", column)?.into(),
        At => row
            .try_get::<Option<Timestamp>>("", column)?
            .map(rfc3339)
            .into(),
        Flag => row.try_get::<Option<bool>>("", column)?.into(),
        Number => row.try_get::<Option<i32>>("", column)?.into(),
        Long => row.try_get::<Option<i64>>("", column)?.into(),
        Date => row
            .try_get::<Option<Day>>("", column)?
            .map(|day| day.to_string())
            .into(),
        Json => {
            let text = row.try_get::<Option<String>>("", column)?;
            let json = text.map(|text| serde_json::from_str::<Value>(&text));
            let json = json.transpose();
            json.map_err(|error| DbErr::Json(error.to_string()))?.into()
        }
    })
}
