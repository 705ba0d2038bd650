//! Names in today's words: emails, how long before a session a booking must come, how far ahead it may, and jobs;
//! and what an admin finds people by.

use crate::dialect;
use sea_orm_migration::{
    MigrationName, MigrationTrait, SchemaManager, SchemaManagerConnection, async_trait,
    sea_orm::{ConnectionTrait, DbErr, Statement},
};

/// The fourth migration.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261125_000004_names"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        dialect::run(db, STATEMENTS).await?;
        fill_search(db).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// Lower case as Rust knows it: SQLite's LOWER knows ASCII only.
async fn fill_search(db: &SchemaManagerConnection<'_>) -> Result<(), DbErr> {
    let engine = db.get_database_backend();
    let all = Statement::from_string(engine, "SELECT name, email FROM users");
    for row in db.query_all_raw(all).await? {
        let (name, email): (String, String) = (row.try_get("", "name")?, row.try_get("", "email")?);
        let search = format!("{name} {email}").to_lowercase();
        let sql = "UPDATE users SET search = $1 WHERE email = $2";
        let values = [search.into(), email.into()];
        db.execute_raw(Statement::from_sql_and_values(engine, sql, values))
            .await?;
    }
    Ok(())
}

const STATEMENTS: &[&str] = &[
    "ALTER TABLE mails RENAME TO emails",
    "ALTER TABLE mentors RENAME COLUMN notice_min TO min_notice_minutes",
    "ALTER TABLE mentors RENAME COLUMN horizon_days TO booking_window_days",
    // Both had one word, which said how many of them run at a time.
    "UPDATE jobs SET kind = 'notify_admin' WHERE kind = 'send_mail' AND payload LIKE '%notify_admin%'",
    "UPDATE jobs SET kind = 'send_email', dedupe_key = REPLACE(dedupe_key, 'send_mail:', 'send_email:')
        WHERE kind = 'send_mail'",
    // Name and address in lower case, for an admin's search.
    "ALTER TABLE users ADD COLUMN search TEXT NOT NULL DEFAULT ''",
];
