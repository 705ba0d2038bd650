//! One text of SQL for both engines: words in braces stand for types that differ.

use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr};

const POSTGRES: &[(&str, &str)] = &[
    ("{id}", "UUID"),
    ("{time}", "BIGINT"),
    ("{bool}", "BOOLEAN"),
    ("{bytes}", "BYTEA"),
    ("{strict}", ""),
];

/// STRICT makes SQLite refuse a value of another type than the column's.
const SQLITE: &[(&str, &str)] = &[
    ("{id}", "BLOB"),
    ("{time}", "INTEGER"),
    ("{bool}", "INTEGER"),
    ("{bytes}", "BLOB"),
    ("{strict}", "STRICT"),
];

/// Runs statements in the connection's own words.
///
/// # Errors
/// When one fails, or the engine is neither SQLite nor PostgreSQL.
pub async fn run(db: &impl ConnectionTrait, statements: &[&str]) -> Result<(), DbErr> {
    let words = match db.get_database_backend() {
        DbBackend::Sqlite => SQLITE,
        DbBackend::Postgres => POSTGRES,
        other => return Err(DbErr::Migration(format!("{other:?} is not supported"))),
    };
    for sql in statements {
        let sql = words.iter().fold((*sql).to_owned(), |sql, (word, name)| {
            sql.replace(word, name)
        });
        db.execute_unprepared(&sql).await?;
    }
    Ok(())
}
