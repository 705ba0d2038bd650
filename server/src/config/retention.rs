//! How long things are kept.

use clap::Args;
use domain::time::Millis;

/// How long things are kept, as written by the operator.
#[derive(Debug, Clone, Args)]
pub struct RetentionSettings {
    /// Days in which somebody can take it back that their account is deleted.
    #[arg(long, env = "DELETION_AFTER_DAYS", default_value_t = 14, value_parser = clap::value_parser!(i64).range(1..=365))]
    pub deletion_after_days: i64,
    /// Days for which a login that ended by itself is kept: admins see when somebody was here last.
    #[arg(long, env = "KEEP_LOGINS_DAYS", default_value_t = 30, value_parser = clap::value_parser!(i64).range(1..=3_650))]
    pub keep_logins_days: i64,
    /// Days for which emails about sessions are kept once they are sent.
    #[arg(long, env = "KEEP_EMAILS_DAYS", default_value_t = 90, value_parser = clap::value_parser!(i64).range(1..=3_650))]
    pub keep_emails_days: i64,
    /// Days for which emails about accounts are kept, with the hashes of their links.
    #[arg(long, env = "KEEP_LINKS_DAYS", default_value_t = 7, value_parser = clap::value_parser!(i64).range(3..=365))]
    pub keep_links_days: i64,
    /// Days for which the audit log is kept.
    #[arg(long, env = "KEEP_AUDIT_DAYS", default_value_t = 365, value_parser = clap::value_parser!(i64).range(1..=3_650))]
    pub keep_audit_days: i64,
    /// Days for which LiveKit's messages are kept, which hold names.
    #[arg(long, env = "KEEP_WEBHOOKS_DAYS", default_value_t = 7, value_parser = clap::value_parser!(i64).range(1..=365))]
    pub keep_webhooks_days: i64,
    /// Hours for which attempts to sign in are remembered, as keyed hashes.
    #[arg(long, env = "KEEP_ATTEMPTS_HOURS", default_value_t = 1, value_parser = clap::value_parser!(i64).range(1..=720))]
    pub keep_attempts_hours: i64,
    /// Days for which jobs that are done are kept.
    #[arg(long, env = "KEEP_JOBS_DAYS", default_value_t = 7, value_parser = clap::value_parser!(i64).range(1..=365))]
    pub keep_jobs_days: i64,
    /// Days for which jobs that were given up are kept, and what could not be applied.
    #[arg(long, env = "KEEP_DEAD_JOBS_DAYS", default_value_t = 90, value_parser = clap::value_parser!(i64).range(1..=3_650))]
    pub keep_dead_jobs_days: i64,
    /// Days for which admins' entries are kept once they are settled.
    #[arg(long, env = "KEEP_NOTIFICATIONS_DAYS", default_value_t = 90, value_parser = clap::value_parser!(i64).range(1..=3_650))]
    pub keep_notifications_days: i64,
    /// Days for which concerns are kept once they are closed.
    #[arg(long, env = "KEEP_REPORTS_DAYS", default_value_t = 730, value_parser = clap::value_parser!(i64).range(1..=3_650))]
    pub keep_reports_days: i64,
}

/// How long things are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Logins that ended by themselves.
    pub logins: Millis,
    /// Emails about sessions.
    pub emails: Millis,
    /// Emails about accounts.
    pub links: Millis,
    /// The audit log.
    pub audit: Millis,
    /// LiveKit's messages.
    pub webhooks: Millis,
    /// Attempts to sign in.
    pub attempts: Millis,
    /// Jobs that are done.
    pub jobs: Millis,
    /// Jobs that were given up.
    pub dead_jobs: Millis,
    /// Admins' entries that are settled.
    pub notifications: Millis,
    /// Concerns that are closed.
    pub reports: Millis,
}

impl From<&RetentionSettings> for Retention {
    fn from(s: &RetentionSettings) -> Self {
        Self {
            logins: Millis::days(s.keep_logins_days),
            emails: Millis::days(s.keep_emails_days),
            links: Millis::days(s.keep_links_days),
            audit: Millis::days(s.keep_audit_days),
            webhooks: Millis::days(s.keep_webhooks_days),
            attempts: Millis::hours(s.keep_attempts_hours),
            jobs: Millis::days(s.keep_jobs_days),
            dead_jobs: Millis::days(s.keep_dead_jobs_days),
            notifications: Millis::days(s.keep_notifications_days),
            reports: Millis::days(s.keep_reports_days),
        }
    }
}
