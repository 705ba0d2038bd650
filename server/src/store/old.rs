//! Removes rows that are older than they have to be, some at a time.

use super::{StoreError, Txn, statement};
use domain::{account::LOGIN_IDLE, time::Timestamp};
use sea_orm::ConnectionTrait;

/// Rows that are removed once they are old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Old {
    /// Logins that ended by themselves; the others go at once.
    Logins,
    /// Emails about sessions that were sent, or went to nobody.
    Emails,
    /// Emails about accounts, with their links.
    AccountEmails,
    /// Accounts to be whose address nobody proved.
    SignUps,
    /// First halves of ceremonies whose second never came.
    Ceremonies,
    /// Counts of attempts that hold nobody up.
    Attempts,
    /// The audit log.
    Audit,
    /// LiveKit's messages that have been applied, or are of no use.
    Webhooks,
    /// Messages that nothing could be made of for long.
    WaitingWebhooks,
    /// Jobs that are done.
    DoneJobs,
    /// Jobs that were given up, with the admins' entries about them.
    DeadJobs,
    /// Admins' entries that are settled.
    Notifications,
    /// Concerns that are closed.
    Reports,
    /// People's copies of what is kept about them, made or given up.
    DataExports,
}

impl Old {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Logins,
        Self::Emails,
        Self::AccountEmails,
        Self::SignUps,
        Self::Ceremonies,
        Self::Attempts,
        Self::Audit,
        Self::Webhooks,
        Self::WaitingWebhooks,
        Self::DoneJobs,
        Self::DeadJobs,
        Self::Notifications,
        Self::Reports,
        Self::DataExports,
    ];

    /// Table, key, and which of its rows are older than `$1`.
    fn rows(self) -> (&'static str, &'static str, String) {
        let (table, key, which) = match self {
            Self::Logins => {
                let idle = LOGIN_IDLE.0;
                let which = format!("expires_at < $1 OR last_seen_at < $1 - {idle}");
                return ("logins", "id", which);
            }
            // One that waits is of a session to come, or its job was given up.
            Self::Emails => (
                "emails",
                "id",
                "created_at < $1 AND (sent_at < $1 OR void_at < $1 OR \
                 EXISTS (SELECT 1 FROM sessions s WHERE s.id = session_id AND s.ends_at < $1))",
            ),
            Self::AccountEmails => ("account_emails", "id", "created_at < $1"),
            Self::SignUps => ("sign_ups", "id", "created_at < $1"),
            Self::Ceremonies => ("ceremonies", "token_hash", "expires_at < $1"),
            Self::Attempts => ("attempts", "key_hash", "since < $1 AND next_at < $1"),
            Self::Audit => ("audit_log", "id", "at < $1"),
            Self::Webhooks => (
                "webhook_events",
                "id",
                "received_at < $1 AND state <> 'received'",
            ),
            Self::WaitingWebhooks => ("webhook_events", "id", "received_at < $1"),
            Self::DoneJobs => ("jobs", "id", "done_at < $1"),
            Self::DeadJobs => ("jobs", "id", "dead_at < $1"),
            Self::Notifications => ("admin_notifications", "id", "resolved_at < $1"),
            Self::Reports => ("reports", "id", "closed_at < $1"),
            Self::DataExports => ("data_exports", "id", "COALESCE(ready_at, failed_at) < $1"),
        };
        (table, key, which.to_owned())
    }
}

/// Removes at most `most` rows from before `before`; how many went.
///
/// # Errors
/// When the database does not answer.
pub async fn remove(txn: &Txn, what: Old, before: Timestamp, most: u32) -> Result<u64, StoreError> {
    let (table, key, which) = what.rows();
    let sql = format!(
        "DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE {which} LIMIT {most})"
    );
    let gone = txn
        .execute_raw(statement(txn, &sql, [before.into()]))
        .await?;
    Ok(gone.rows_affected())
}
