//! What is removed once it is old, and what stays, table by table.

use crate::harness::{NOW, TestApp, on_both_engines};
use domain::{
    ids::{SessionId, UserId},
    time::{Millis, Timestamp},
};
use macro_rules_attribute::apply;
use server::{
    retention,
    store::{
        Engine, ScopedFutureExt,
        old::{self, Old},
    },
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A row of a table, written with the time `{at}`.
struct Case {
    what: &'static str,
    table: &'static str,
    /// Columns beside the key, and their values.
    columns: &'static str,
    values: &'static str,
    /// How long it stays after `{at}`; `None` for a row that never goes by itself.
    kept: Option<Millis>,
}

const fn case(
    what: &'static str,
    table: &'static str,
    columns: &'static str,
    values: &'static str,
    kept: Option<Millis>,
) -> Case {
    Case {
        what,
        table,
        columns,
        values,
        kept,
    }
}

const LOGIN: &str = "user_id, token_hash, created_at, last_seen_at, expires_at";
const EMAIL: &str = "session_id, user_id, kind, version, detail, created_at, sent_at, void_at";
const LINK: &str = "kind, email, created_at";
const SIGN_UP: &str = "browser_hash, email, name, time_zone, password_hash, created_at";
const ATTEMPTS: &str = "since, next_at, attempts";
const AUDIT: &str = "at, action, detail";
const WEBHOOK: &str = "event, body, state, received_at";
const JOB: &str = "kind, payload, run_at, attempts, created_at, done_at, dead_at";
const ENTRY: &str = "kind, title, cause, created_at, resolved_at";
const REPORT: &str = "about_id, category, words, created_at, closed_at";
const CHANGE: &str = "session_id, version, kind, starts_at, note, at";

const fn days(n: i64) -> Option<Millis> {
    Some(Millis::days(n))
}

/// In the order in which they go.
const CASES: &[Case] = &[
    case(
        "a first half of a ceremony",
        "ceremonies",
        "kind, state, expires_at",
        "'x', '{}', {at}",
        Some(Millis(0)),
    ),
    case(
        "a count of attempts",
        "attempts",
        ATTEMPTS,
        "{at}, 0, 3",
        Some(Millis::hours(1)),
    ),
    case(
        "one that holds somebody up",
        "attempts",
        ATTEMPTS,
        "{at} - 3600000, {at}, 3",
        Some(Millis::hours(1)),
    ),
    case(
        "an account to be",
        "sign_ups",
        SIGN_UP,
        "'{hash}', 'x', 'x', 'UTC', 'x', {at}",
        days(2),
    ),
    case(
        "a link",
        "account_emails",
        LINK,
        "'sign_in', 'x', {at}",
        days(7),
    ),
    case(
        "a message that was applied",
        "webhook_events",
        WEBHOOK,
        "'x', '{}', 'processed', {at}",
        days(7),
    ),
    case(
        "one of no use",
        "webhook_events",
        WEBHOOK,
        "'x', '{}', 'ignored', {at}",
        days(7),
    ),
    case(
        "one that was not understood",
        "webhook_events",
        WEBHOOK,
        "'x', '{}', 'parked', {at}",
        days(7),
    ),
    case(
        "a copy of somebody's data",
        "data_exports",
        "user_id, created_at, failed_at",
        "{user}, 1, {at}",
        days(7),
    ),
    case(
        "a job that is done",
        "jobs",
        JOB,
        "'x', '{}', 1, 1, 1, {at}, NULL",
        days(7),
    ),
    case(
        "a login nobody uses",
        "logins",
        LOGIN,
        "{user}, '{hash}', 1, {at} - 1209600000, 9000000000000",
        days(30),
    ),
    case(
        "a login that expired",
        "logins",
        LOGIN,
        "{user}, '{hash}', 1, 9000000000000, {at}",
        days(30),
    ),
    case(
        "an email that was sent",
        "emails",
        EMAIL,
        "{session}, {user}, 'booked', 1, '{}', {at}, {at}, NULL",
        days(90),
    ),
    case(
        "one that went to nobody",
        "emails",
        EMAIL,
        "{session}, {user}, 'booked', 2, '{}', {at}, NULL, {at}",
        days(90),
    ),
    case(
        "one that was given up",
        "emails",
        EMAIL,
        "{session}, {user}, 'booked', 3, '{}', {at}, NULL, NULL",
        days(90),
    ),
    case(
        "a message that waits for ever",
        "webhook_events",
        WEBHOOK,
        "'x', '{}', 'received', {at}",
        days(90),
    ),
    case(
        "a job that was given up",
        "jobs",
        JOB,
        "'x', '{}', 1, 1, 1, NULL, {at}",
        days(90),
    ),
    case(
        "a settled entry",
        "admin_notifications",
        ENTRY,
        "'x', 'x', 'x', 1, {at}",
        days(90),
    ),
    case(
        "an entry of the audit log",
        "audit_log",
        AUDIT,
        "{at}, 'suspended', ''",
        days(365),
    ),
    case(
        "a closed concern",
        "reports",
        REPORT,
        "{user}, 'other', 'x', 1, {at}",
        days(730),
    ),
    case(
        "a reminder of a session to come",
        "emails",
        EMAIL,
        "{later}, {user}, 'reminder_open', 1, '{}', {at}, NULL, NULL",
        None,
    ),
    case(
        "a job that waits",
        "jobs",
        JOB,
        "'x', '{}', {at}, 0, {at}, NULL, NULL",
        None,
    ),
    case(
        "an open entry",
        "admin_notifications",
        ENTRY,
        "'x', 'x', 'x', {at}, NULL",
        None,
    ),
    case(
        "an open concern",
        "reports",
        REPORT,
        "{user}, 'other', 'x', {at}, NULL",
        None,
    ),
    case(
        "a step of a session",
        "session_changes",
        CHANGE,
        "{session}, 1, 'booked', {at}, '', {at}",
        None,
    ),
];

/// What the rows refer to.
struct Owners {
    user: UserId,
    /// Over at the time of the test.
    session: SessionId,
    /// Years away.
    later: SessionId,
}

fn literal(app: &TestApp, id: Uuid) -> String {
    match app.test_db.db.engine() {
        Engine::Sqlite => format!("X'{}'", id.simple()),
        Engine::Postgres => format!("'{id}'::uuid"),
    }
}

impl Case {
    /// Name of the key, and the key of row `n` as it stands in SQL.
    fn key(&self, app: &TestApp, n: usize) -> (&'static str, String) {
        let id = Uuid::from_u128(1_000 + n as u128);
        match self.table {
            "ceremonies" => ("token_hash", format!("'{}'", hash(n))),
            "attempts" => ("key_hash", format!("'{}'", hash(n))),
            "webhook_events" => ("id", format!("'{id}'")),
            _ => ("id", literal(app, id)),
        }
    }

    async fn insert(&self, app: &TestApp, n: usize, at: Timestamp, of: &Owners) {
        let (name, key) = self.key(app, n);
        let values = self
            .values
            .replace("{at}", &at.0.to_string())
            .replace("{user}", &literal(app, of.user.0))
            .replace("{session}", &literal(app, of.session.0))
            .replace("{later}", &literal(app, of.later.0))
            .replace("{hash}", &hash(n));
        let (table, columns) = (self.table, self.columns);
        let sql = format!("INSERT INTO {table} ({name}, {columns}) VALUES ({key}, {values})");
        let inserted = app.test_db.sql(&sql, []).await;
        assert_eq!(inserted.expect("inserted"), 1, "{}", self.what);
    }

    async fn is_there(&self, app: &TestApp, n: usize) -> bool {
        let ((name, key), table) = (self.key(app, n), self.table);
        let sql = format!("SELECT count(*) FROM {table} WHERE {name} = {key}");
        app.test_db.number(&sql).await == 1
    }
}

fn hash(n: usize) -> String {
    format!("{n:064x}")
}

async fn sweep(app: &TestApp) {
    retention::sweep(&app.state, || {}).await.expect("swept");
}

async fn owners(app: &TestApp) -> Owners {
    let (mentor, mentee) = app.pair().await;
    Owners {
        user: mentee.id(),
        session: app.session(&mentor, &mentee, NOW - Millis::days(1)).await,
        later: app
            .session(&mentor, &mentee, NOW + Millis::days(5_000))
            .await,
    }
}

#[apply(on_both_engines!)]
async fn every_table_keeps_its_rows_for_their_time_and_not_a_moment_longer(app: TestApp) {
    let owners = owners(&app).await;
    for (n, case) in CASES.iter().enumerate() {
        case.insert(&app, n, NOW, &owners).await;
    }
    let times: BTreeSet<Millis> = CASES.iter().filter_map(|case| case.kept).collect();
    for kept in times {
        let those = || {
            CASES
                .iter()
                .enumerate()
                .filter(|(_, c)| c.kept == Some(kept))
        };
        app.clock.set(NOW + kept);
        sweep(&app).await;
        for (n, case) in those() {
            assert!(case.is_there(&app, n).await, "{} goes too early", case.what);
        }
        app.clock.set(NOW + kept + Millis(1));
        sweep(&app).await;
        for (n, case) in those() {
            assert!(!case.is_there(&app, n).await, "{} stays", case.what);
        }
    }
    for (n, case) in CASES.iter().enumerate() {
        let stays = case.kept.is_none();
        assert_eq!(case.is_there(&app, n).await, stays, "{}", case.what);
    }
    // What is not in any list stays.
    for (table, rows) in [("users", 2), ("sessions", 2), ("session_seats", 4)] {
        let sql = format!("SELECT count(*) FROM {table}");
        assert_eq!(app.test_db.number(&sql).await, rows, "{table}");
    }
}

#[apply(on_both_engines!)]
async fn what_is_kept_for_how_long_is_a_setting(app: TestApp) {
    let owners = owners(&app).await;
    let audit = CASES.iter().position(|case| case.table == "audit_log");
    let n = audit.expect("in the list");
    CASES[n].insert(&app, n, NOW, &owners).await;
    let mut config = (*app.state.config).clone();
    config.retention.audit = Millis::days(3);
    let shorter = TestApp::with(&app.test_db.url, config).await;
    shorter.clock.set(NOW + Millis::days(3) + Millis(1));
    app.clock.set(NOW + Millis::days(3) + Millis(1));
    sweep(&app).await;
    assert!(CASES[n].is_there(&app, n).await);
    sweep(&shorter).await;
    assert!(!CASES[n].is_there(&app, n).await);
}

#[apply(on_both_engines!)]
async fn much_is_removed_some_rows_at_a_time(app: TestApp) {
    let owners = owners(&app).await;
    let n = CASES.iter().position(|case| case.table == "audit_log");
    let case = &CASES[n.expect("in the list")];
    for n in 0..1_203 {
        case.insert(&app, n, NOW - Millis::days(400), &owners).await;
    }
    let removed = app
        .state
        .db
        .write(|txn| async move { old::remove(txn, Old::Audit, NOW, 500).await }.scope_boxed());
    assert_eq!(removed.await.expect("removed"), 500);
    let steps = std::sync::atomic::AtomicUsize::new(0);
    let count = || {
        steps.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    };
    retention::sweep(&app.state, count).await.expect("swept");
    let rows = app.test_db.number("SELECT count(*) FROM audit_log");
    assert_eq!(rows.await, 0);
    // One for each kind of rows, and one more for the second batch.
    let steps = steps.load(std::sync::atomic::Ordering::SeqCst);
    assert_eq!(steps, Old::ALL.len() + 1);
}
