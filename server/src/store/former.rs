//! Overwrites what is known of a person, in every table: what happened stays, who it was and what they wrote does not.

use super::{StoreError, Txn, json, statement, users};
use domain::{
    booking::Answered,
    deletion::{FORMER_TITLE, FORMER_WORDS},
    ids::{EmailId, SessionId, UserId},
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::Value;

/// How they signed in, what they offered, whom they did not want to meet, and what was written to them. Schedules go
/// with their mentor's profile.
const GONE: &[&str] = &[
    "DELETE FROM passkeys WHERE user_id = $1",
    "DELETE FROM authenticators WHERE user_id = $1",
    "DELETE FROM recovery_codes WHERE user_id = $1",
    "DELETE FROM identities WHERE user_id = $1",
    "DELETE FROM calendar_feeds WHERE user_id = $1",
    "DELETE FROM mentors WHERE user_id = $1",
    "DELETE FROM data_exports WHERE user_id = $1",
    "DELETE FROM blocks WHERE blocker_id = $1 OR blocked_id = $1",
    "DELETE FROM emails WHERE user_id = $1",
    "DELETE FROM sign_ups WHERE email = (SELECT email FROM users WHERE id = $1)",
    "DELETE FROM account_emails WHERE user_id = $1 OR email = (SELECT email FROM users WHERE id = $1)",
];

/// What they wrote. That an outcome was contested stays, without the words; so does what a concern that is open says,
/// until it is closed: somebody else's safety may depend on it. LiveKit's messages hold names, and have been applied.
const WORDS: &[&str] = &[
    "UPDATE sessions SET goal = '', answers = '[]' WHERE mentee_id = $1",
    "UPDATE sessions SET asked = NULL WHERE mentor_id = $1",
    "UPDATE sessions SET reason = '' WHERE cancelled_by = $1 OR (booking = 'declined' AND mentor_id = $1)",
    "UPDATE sessions SET dispute = '' WHERE disputed_by = $1",
    "UPDATE session_changes SET note = '' WHERE by_user = $1",
    "UPDATE reports SET words = '' WHERE reporter_id = $1 AND closed_at IS NOT NULL",
    "UPDATE webhook_events SET body = '{}' WHERE state <> 'received' AND room_name IN (\
     SELECT r.name FROM livekit_rooms r JOIN sessions s ON s.id = r.session_id \
     WHERE s.mentor_id = $1 OR s.mentee_id = $1)",
];

/// Overwrites what is known of a person. Doing it twice is fine.
///
/// # Errors
/// When the database does not answer, or [`StoreError::Inconsistent`].
pub async fn anonymise(txn: &Txn, user: UserId, now: Timestamp) -> Result<(), StoreError> {
    for sql in GONE.iter().chain(WORDS) {
        txn.execute_raw(statement(txn, sql, [user.into()])).await?;
    }
    let titles = "UPDATE sessions SET title = $2 WHERE mentee_id = $1";
    let values = [user.into(), FORMER_TITLE.into()];
    txn.execute_raw(statement(txn, titles, values)).await?;
    // What a mail server said about their address.
    let errors = "UPDATE jobs SET last_error = $2 WHERE owner = $1 AND last_error IS NOT NULL";
    let values = [user.to_string().into(), FORMER_WORDS.into()];
    txn.execute_raw(statement(txn, errors, values)).await?;
    overwrite_questions(txn, user).await?;
    overwrite_notes(txn, user).await?;
    users::overwrite(txn, user, now).await
}

#[derive(FromQueryResult)]
struct AnswersRow {
    id: SessionId,
    answers: String,
}

/// What a mentor asked; the answers are the mentee's.
async fn overwrite_questions(txn: &Txn, mentor: UserId) -> Result<(), StoreError> {
    let sql = "SELECT id, answers FROM sessions WHERE mentor_id = $1 AND answers <> '[]'";
    let rows = AnswersRow::find_by_statement(statement(txn, sql, [mentor.into()]));
    for row in rows.all(txn).await? {
        let unreadable = |_| StoreError::inconsistent("sessions", row.id.0);
        let mut answers: Vec<Answered> = serde_json::from_str(&row.answers).map_err(unreadable)?;
        for answered in &mut answers {
            FORMER_WORDS.clone_into(&mut answered.question);
        }
        let sql = "UPDATE sessions SET answers = $2 WHERE id = $1";
        let values = [row.id.into(), json(&answers)?.into()];
        txn.execute_raw(statement(txn, sql, values)).await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct DetailRow {
    id: EmailId,
    detail: String,
}

/// What emails to others quote of them.
async fn overwrite_notes(txn: &Txn, user: UserId) -> Result<(), StoreError> {
    let sql = "SELECT e.id, e.detail FROM emails e JOIN sessions s ON s.id = e.session_id \
               WHERE (s.mentor_id = $1 OR s.mentee_id = $1) AND e.detail NOT LIKE '%\"note\":\"\"%'";
    let rows = DetailRow::find_by_statement(statement(txn, sql, [user.into()]));
    for row in rows.all(txn).await? {
        let unreadable = |_| StoreError::inconsistent("emails", row.id.0);
        let mut detail: Value = serde_json::from_str(&row.detail).map_err(unreadable)?;
        if detail["by"] != user.to_string() {
            continue;
        }
        detail["note"] = Value::from("");
        let sql = "UPDATE emails SET detail = $2 WHERE id = $1";
        let values = [row.id.into(), detail.to_string().into()];
        txn.execute_raw(statement(txn, sql, values)).await?;
    }
    Ok(())
}
