//! What the database holds, to see whether anything changed.

use crate::harness::TestDb;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use server::store::Engine;
use std::collections::BTreeMap;

/// What a refusal may leave behind: that it was counted, and that it is on record.
const MAY_GROW: [&str; 2] = ["attempts", "audit_log"];

/// Every row of every table, as text.
pub struct Contents {
    query: String,
    backend: DbBackend,
}

impl Contents {
    /// Learns which tables there are.
    pub async fn of(test_db: &TestDb) -> Self {
        let backend = test_db.db.read().get_database_backend();
        let mut parts = Vec::new();
        for table in tables(test_db).await {
            if MAY_GROW.contains(&table.as_str()) {
                continue;
            }
            let rows = match test_db.db.engine() {
                Engine::Postgres => {
                    "coalesce(string_agg(r::text, '\n' ORDER BY r::text), '')".to_owned()
                }
                Engine::Sqlite => {
                    let columns = columns(test_db, &table).await;
                    let quoted: Vec<_> =
                        columns.iter().map(|c| format!("quote(\"{c}\")")).collect();
                    format!(
                        "coalesce(group_concat({}, char(10)), '')",
                        quoted.join("||','||")
                    )
                }
            };
            parts.push(format!(
                "SELECT '{table}' AS name, {rows} AS held FROM {table} r"
            ));
        }
        Self {
            query: parts.join(" UNION ALL "),
            backend,
        }
    }

    /// What each table holds now.
    pub async fn now(&self, test_db: &TestDb) -> BTreeMap<String, String> {
        let statement = Statement::from_string(self.backend, self.query.clone());
        let rows = test_db.db.read().query_all_raw(statement).await;
        let text = |row: &sea_orm::QueryResult, column| -> String {
            row.try_get("", column).expect("text")
        };
        rows.expect("the tables can be read")
            .iter()
            .map(|row| (text(row, "name"), text(row, "held")))
            .collect()
    }
}

/// Which tables differ.
pub fn changed(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    let differs =
        |(table, held): (&String, &String)| (after.get(table) != Some(held)).then(|| table.clone());
    before.iter().filter_map(differs).collect()
}

async fn tables(test_db: &TestDb) -> Vec<String> {
    let sql = match test_db.db.engine() {
        Engine::Postgres => {
            "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        }
        Engine::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
        }
    };
    let backend = test_db.db.read().get_database_backend();
    names(test_db, Statement::from_string(backend, sql)).await
}

async fn columns(test_db: &TestDb, table: &str) -> Vec<String> {
    let sql = format!("SELECT name FROM pragma_table_info('{table}')");
    names(test_db, Statement::from_string(DbBackend::Sqlite, sql)).await
}

async fn names(test_db: &TestDb, statement: Statement) -> Vec<String> {
    let rows = test_db.db.read().query_all_raw(statement).await;
    let name = |row: &sea_orm::QueryResult| -> String { row.try_get("", "name").expect("a name") };
    rows.expect("the tables are known")
        .iter()
        .map(name)
        .collect()
}
