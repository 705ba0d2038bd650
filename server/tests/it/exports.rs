//! People's copies of everything that is kept about them.

use crate::harness::{Fixture, NOW, Person, TestApp, TestDb, config, on_both_engines, on_sqlite};
use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use domain::{
    export::{ExportView, LatestExport},
    ids::DataExportId,
    job::MAX_ATTEMPTS,
    problem::Problem,
    safety::ReportCategory,
    time::Millis,
};
use futures::future::join_all;
use macro_rules_attribute::apply;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::Value;
use server::{
    Error, deletion, exports,
    exports::jobs::make_export::MakeExport,
    http::{self, layers},
    jobs::Job,
    retention,
    safety::{self, Report},
    sessions::{self, BookRequest, BookingForm, SessionChange},
    store::{
        data_exports,
        personal_data::{CHAPTERS, NO_CHAPTER},
    },
    zones::rfc3339,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Read},
};
use tower::ServiceExt;
use zip::ZipArchive;

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Problem {
    match result {
        Err(Error::Problem(problem)) => problem,
        other => panic!("{other:?}"),
    }
}

async fn view(app: &TestApp, person: &Person) -> ExportView {
    let view = exports::view(&app.state, &person.login).await;
    view.expect("readable")
}

/// The copy that can be downloaded.
async fn ready(app: &TestApp, person: &Person) -> DataExportId {
    match view(app, person).await.latest {
        Some(LatestExport::Ready { id, .. }) => id,
        other => panic!("{other:?}"),
    }
}

/// Asks for a copy, and has it made.
async fn make(app: &TestApp, person: &Person) -> DataExportId {
    exports::ask(&app.state, &person.login)
        .await
        .expect("asked for");
    app.run_jobs().await;
    ready(app, person).await
}

/// The files of a copy.
fn unpack(zip: &[u8]) -> BTreeMap<String, String> {
    let mut zip = ZipArchive::new(Cursor::new(zip)).expect("a zip file");
    let mut texts = BTreeMap::new();
    for number in 0..zip.len() {
        let mut file = zip.by_index(number).expect("there");
        let mut text = String::new();
        file.read_to_string(&mut text).expect("text");
        let name = file.name().expect("a name").to_string();
        texts.insert(name, text);
    }
    texts
}

async fn files(app: &TestApp, person: &Person) -> BTreeMap<String, String> {
    let id = ready(app, person).await;
    let zip = exports::download(&app.state, &person.login, id).await;
    unpack(&zip.expect("theirs").expect("they said who they are"))
}

fn data(files: &BTreeMap<String, String>) -> Value {
    serde_json::from_str(&files["data.json"]).expect("JSON")
}

struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// What a browser is answered.
async fn get(app: &TestApp, path: &str, person: Option<&Person>) -> Reply {
    let router = http::router(app.state.clone(), app.inbox.clone());
    let host = app.state.config.app_url.host();
    let mut request = Request::builder().uri(path).header(header::HOST, host);
    if let Some(person) = person {
        request = request.header(header::COOKIE, format!("ym_login={}", person.token));
    }
    let request = request.body(Body::empty()).expect("a request");
    let answer = layers::apply(router, &app.state).oneshot(request).await;
    let (parts, body) = answer.expect("a router always answers").into_parts();
    Reply {
        status: parts.status,
        headers: parts.headers,
        body: to_bytes(body, usize::MAX).await.expect("a body"),
    }
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().expect("plain text"))
    }
}

async fn audited(app: &TestApp, action: &str, person: &Person) -> i64 {
    let sql = "SELECT count(*) FROM audit_log WHERE action = $1 AND subject = $2 AND actor = $2";
    let values = [action.into(), person.id().into()];
    app.test_db.number_of(sql, values).await
}

/// Subjects of the emails about copies that somebody got.
fn told(app: &TestApp, person: &Person) -> usize {
    let emails = app.mail.emails();
    let is_it = |email: &&server::mail::Email| {
        let message = mail_parser::MessageParser::default().parse(&email.bytes);
        let subject = message.as_ref().and_then(|message| message.subject());
        email.to.to_string() == person.email
            && subject.is_some_and(|text| text.contains("is ready"))
    };
    emails.iter().filter(is_it).count()
}

async fn columns(db: &TestDb) -> BTreeMap<String, BTreeSet<String>> {
    let backend = db.db.read().get_database_backend();
    let sql = match backend {
        DbBackend::Postgres => {
            "SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema = 'public'"
        }
        _ => {
            "SELECT m.name AS t, p.name AS c FROM sqlite_master m JOIN pragma_table_info(m.name) p \
              WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
        }
    };
    let rows = db
        .db
        .read()
        .query_all_raw(Statement::from_string(backend, sql))
        .await;
    let mut columns: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows.expect("readable") {
        let text = |name| row.try_get::<String>("", name).expect("text");
        columns.entry(text("t")).or_default().insert(text("c"));
    }
    columns
}

// T74: whoever adds a table or a column decides whether people get it.
#[apply(on_both_engines!)]
async fn every_column_is_in_the_copy_or_left_out_for_a_reason(db: TestDb) {
    let mut schema = columns(&db).await;
    assert!(schema.len() > 20, "{schema:?}");
    for (table, why) in NO_CHAPTER {
        assert!(!why.is_empty());
        assert!(schema.remove(*table).is_some(), "there is no table {table}");
    }
    for chapter in CHAPTERS {
        let mut left = schema
            .remove(chapter.table)
            .unwrap_or_else(|| panic!("{}: no table, or told twice", chapter.name));
        for (column, why) in chapter.left_out {
            assert!(!why.is_empty());
            assert!(left.remove(*column), "{}: {column}", chapter.table);
        }
        for column in chapter.columns() {
            left.remove(column);
        }
        assert!(
            left.is_empty(),
            "{}: say in server/src/store/personal_data.rs whether people get {left:?}",
            chapter.table
        );
    }
    assert!(
        schema.is_empty(),
        "say in server/src/store/personal_data.rs whether people get {:?}",
        schema.keys()
    );
}

/// Maya and Leo, who wrote to each other and told admins about each other.
async fn busy_pair(app: &TestApp) -> (Person, Person) {
    let (maya, leo) = app.pair().await;
    let request = BookRequest {
        mentor: maya.id(),
        starts_at: NOW + Millis::days(3),
        minutes: None,
        idempotency_key: None,
    };
    let form = BookingForm {
        title: "Leo’s question".to_owned(),
        goal: "Leo wants to learn to write".to_owned(),
        ..BookingForm::default()
    };
    let booked = sessions::book(&app.state, &leo.login, request, form).await;
    let id = booked.expect("booked").session.id;
    let moving = SessionChange::Reschedule {
        starts_at: NOW + Millis::days(4),
        reason: Some("Maya is travelling".to_owned()),
    };
    sessions::change(&app.state, &maya.login, id, moving)
        .await
        .expect("moved");
    let room = "INSERT INTO livekit_rooms (id, session_id, name, generation, status, created_at) VALUES ($1, $1, $2, 40, 'ended', 1)";
    let name = format!("session-{id}-40");
    app.test_db
        .sql(room, [id.into(), name.into()])
        .await
        .expect("a room");
    for (sid, person, joined) in [("PA_leo", &leo, NOW), ("PA_maya", &maya, NOW + Millis(1))] {
        let stay = "INSERT INTO livekit_participants (id, room_id, session_id, user_id, identity, sid, joined_at, estimated) \
                    VALUES ($1, $2, $2, $1, $3, $4, $5, FALSE)";
        let identity = person.id().to_string();
        let values = [
            person.id().into(),
            id.into(),
            identity.into(),
            sid.into(),
            joined.into(),
        ];
        app.test_db.sql(stay, values).await.expect("a stay");
    }
    for (by, about, words) in [
        (&leo, &maya, "Leo worries about something"),
        (&maya, &leo, "Maya tells admins something else"),
    ] {
        let report = Report {
            about: about.id(),
            session: Some(id),
            category: ReportCategory::ALL[0],
            words: words.to_owned(),
        };
        safety::report(&app.state, &by.login, report)
            .await
            .expect("reported");
    }
    (maya, leo)
}

// T74: complete for the person, redacted of others.
#[apply(on_both_engines!)]
async fn a_copy_has_everything_about_its_person_and_of_others_what_they_said_to_them(app: TestApp) {
    let (maya, leo) = busy_pair(&app).await;
    let noor = app.person("Noor").await;
    safety::block(&app.state, &leo.login, noor.id())
        .await
        .expect("blocked");
    safety::block(&app.state, &maya.login, leo.id())
        .await
        .expect("blocked");
    make(&app, &leo).await;
    let files = files(&app, &leo).await;
    assert_eq!(
        files.keys().collect::<Vec<_>>(),
        ["README.txt", "data.json", "sessions.ics"]
    );
    for chapter in CHAPTERS {
        let line = format!("  {}: {}", chapter.name, chapter.about);
        assert!(files["README.txt"].contains(&line), "{line}");
    }
    assert!(files["sessions.ics"].contains("SUMMARY:Leo’s question with Maya"));

    let data = data(&files);
    assert_eq!(data["about"]["made"], rfc3339(NOW));
    assert_eq!(data["account"]["email"], "leo@example.org");
    assert_eq!(data["account"]["hasPassword"], true);
    assert_eq!(data["account"]["suspendedSince"], Value::Null);
    assert_eq!(data["logins"].as_array().map(Vec::len), Some(1));
    assert_eq!(data["recoveryCodes"]["left"], 0);
    assert_eq!(data["mentorProfile"], Value::Null);
    let session = &data["sessions"][0];
    assert_eq!(session["yourRole"], "mentee");
    assert_eq!(session["with"], "Maya");
    assert_eq!(session["goal"], "Leo wants to learn to write");
    assert_eq!(session["starts"], rfc3339(NOW + Millis::days(4)));
    assert_eq!(data["seats"][0]["session"], session["id"]);
    assert_eq!(data["attendance"].as_array().map(Vec::len), Some(1));
    assert_eq!(data["attendance"][0]["joined"], rfc3339(NOW));
    assert_eq!(data["history"][0]["by"], "you");
    assert_eq!(data["history"][1]["by"], "the other person");
    assert_eq!(data["history"][1]["note"], "Maya is travelling");
    assert_eq!(data["emailsAboutSessions"][0]["about"], "booked");
    assert_eq!(data["blocked"][0]["name"], "Noor");
    assert_eq!(data["reports"][0]["words"], "Leo worries about something");
    assert_eq!(data["reports"][0]["about"], "Maya");
    assert_eq!(data["copies"]["asked"], rfc3339(NOW));
    let did: Vec<(&str, &str)> = data["log"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| {
            let word = |key: &str| entry[key].as_str().unwrap_or_default();
            (word("what"), word("by"))
        })
        .collect();
    for action in ["reported", "blocked", "data_export_asked"] {
        assert!(did.contains(&(action, "you")), "{action}: {did:?}");
        assert!(!did.contains(&(action, "the other person")), "{did:?}");
    }

    let everything: String = files.into_values().collect();
    let ids = [maya.id().to_string(), noor.id().to_string()];
    for theirs in [
        "maya@example.org",
        "noor@example.org",
        "Twenty years in the trade",
        "something else",
        "PA_maya",
        &ids[0],
        &ids[1],
    ] {
        assert!(!everything.contains(theirs), "{theirs}");
    }
}

#[apply(on_both_engines!)]
async fn a_mentor_gets_profile_and_hours_and_nothing_of_times_that_others_hold(app: TestApp) {
    let (maya, leo) = app.pair().await;
    let request = BookRequest {
        mentor: maya.id(),
        starts_at: NOW + Millis::days(2),
        minutes: None,
        idempotency_key: None,
    };
    sessions::hold(&app.state, &leo.login, request)
        .await
        .expect("held");
    for person in [&maya, &leo] {
        make(&app, person).await;
    }
    let (mentors, mentees) = (
        data(&files(&app, &maya).await),
        data(&files(&app, &leo).await),
    );
    assert_eq!(
        mentors["mentorProfile"]["bio"],
        "Twenty years in the trade."
    );
    assert_eq!(mentors["mentorProfile"]["lengths"][0], 60);
    assert_eq!(mentors["weeklyHours"].as_array().map(Vec::len), Some(7));
    for chapter in ["sessions", "seats"] {
        assert_eq!(
            mentors[chapter].as_array().map(Vec::len),
            Some(0),
            "{chapter}"
        );
        assert_eq!(
            mentees[chapter].as_array().map(Vec::len),
            Some(1),
            "{chapter}"
        );
    }
}

#[apply(on_both_engines!)]
async fn a_copy_is_whole_however_much_there_is(app: TestApp) {
    let (mentor, mentee) = app.pair().await;
    for day in 1..=205 {
        app.session(&mentor, &mentee, NOW - Millis::days(day)).await;
    }
    make(&app, &mentee).await;
    let files = files(&app, &mentee).await;
    let sessions = data(&files)["sessions"]
        .as_array()
        .cloned()
        .expect("a list");
    let ids: BTreeSet<&str> = sessions
        .iter()
        .filter_map(|one| one["id"].as_str())
        .collect();
    assert_eq!((sessions.len(), ids.len()), (205, 205));
    assert_eq!(files["sessions.ics"].matches("BEGIN:VEVENT").count(), 205);
}

#[apply(on_both_engines!)]
async fn nobody_but_its_person_downloads_a_copy_and_they_say_first_who_they_are(app: TestApp) {
    let (leo, noor) = (app.person("Leo").await, app.person("Noor").await);
    let admin = app.admin("Ada").await;
    let path = format!("/account/data/{}", make(&app, &leo).await);
    let own = get(&app, &path, Some(&leo)).await;
    assert_eq!(own.status, StatusCode::OK);
    assert!(unpack(&own.body).contains_key("data.json"));
    for (name, value) in [
        ("content-type", "application/zip"),
        (
            "content-disposition",
            "attachment; filename=\"my-data.zip\"",
        ),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(own.header(name), value, "{name}");
    }
    for other in [&noor, &admin] {
        assert_eq!(
            get(&app, &path, Some(other)).await.status,
            StatusCode::NOT_FOUND
        );
    }
    for nothing in ["/account/data/x", &format!("/account/data/{}", leo.id())] {
        let reply = get(&app, nothing, Some(&leo)).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{nothing}");
    }
    app.clock.advance(Millis::minutes(11));
    for asks_first in [None, Some(&leo)] {
        let reply = get(&app, &path, asks_first).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER);
        assert_eq!(reply.header("location"), "/account#data-title");
        assert!(reply.body.is_empty());
    }
    assert!(!view(&app, &leo).await.is_confirmed);
    let asked = exports::ask(&app.state, &leo.login).await;
    assert!(matches!(refusal(asked), Problem::Conflict(why) if why.contains("confirm first")));
    assert_eq!(audited(&app, "data_export_asked", &leo).await, 1);
    assert_eq!(audited(&app, "data_export_downloaded", &leo).await, 1);
}

#[apply(on_both_engines!)]
async fn one_copy_is_made_at_a_time_and_one_a_day_and_people_are_told_when(app: TestApp) {
    let leo = app.person("Leo").await;
    let asking = (0..4).map(|_| exports::ask(&app.state, &leo.login));
    let asked = join_all(asking).await;
    assert_eq!(
        asked.iter().filter(|asked| asked.is_ok()).count(),
        1,
        "{asked:?}"
    );
    for refused in asked.into_iter().filter(Result::is_err) {
        assert!(matches!(refusal(refused), Problem::Conflict(why) if why.contains("already")));
    }
    let latest = view(&app, &leo).await.latest;
    assert!(
        matches!(latest, Some(LatestExport::BeingMade { .. })),
        "{latest:?}"
    );
    app.run_jobs().await;
    let first = ready(&app, &leo).await;
    assert_eq!(told(&app, &leo), 1);
    let next = view(&app, &leo).await.next.expect("not at once");
    assert_eq!(
        (next.date.as_str(), next.time.as_str()),
        ("Wed 2 December 2026", "10:00")
    );
    let again = refusal(exports::ask(&app.state, &leo.login).await);
    assert!(
        matches!(&again, Problem::Conflict(why) if why.contains("Wed 2 December 2026, 10:00 (UTC)")),
        "{again:?}"
    );

    app.clock.advance(Millis::days(1));
    let leo = app.again(&leo).await;
    assert_eq!(view(&app, &leo).await.next, None);
    let second = make(&app, &leo).await;
    assert_ne!(first, second);
    let old = exports::download(&app.state, &leo.login, first).await;
    assert_eq!(
        refusal(old),
        Problem::NotFound,
        "another one took its place"
    );
    assert_eq!(told(&app, &leo), 2);
}

#[apply(on_both_engines!)]
async fn a_copy_is_made_once_however_often_its_job_runs(app: TestApp) {
    let leo = app.person("Leo").await;
    let id = make(&app, &leo).await;
    let archive = || async {
        let found = data_exports::archive(app.state.db.read(), id).await;
        found.expect("readable").expect("there")
    };
    let before = archive().await;
    app.clock.advance(Millis::minutes(1));
    let job = MakeExport { export: id };
    let runs = join_all([job.run(&app.state), job.run(&app.state)]).await;
    assert!(runs.iter().all(Result::is_ok), "{runs:?}");
    app.run_jobs().await;
    assert_eq!(archive().await, before);
    assert_eq!(told(&app, &leo), 1);
    let nobody = MakeExport {
        export: DataExportId(leo.id().0),
    };
    nobody.run(&app.state).await.expect("nothing to do");
}

#[apply(on_both_engines!)]
async fn a_copy_goes_after_a_week_and_with_its_account(app: TestApp) {
    let (leo, noor) = (app.person("Leo").await, app.person("Noor").await);
    let id = make(&app, &leo).await;
    make(&app, &noor).await;
    let left = || app.test_db.number("SELECT count(*) FROM data_exports");
    app.clock.advance(Millis(Millis::days(7).0 - 1));
    let leo = app.again(&leo).await;
    sweep(&app).await;
    assert_eq!(left().await, 2);
    let there = exports::download(&app.state, &leo.login, id).await;
    assert!(there.expect("still there").is_some());
    deletion::delete_by_address(&app.state, &noor.login.me.email)
        .await
        .expect("deleted");
    app.run_jobs().await;
    assert_eq!(left().await, 1, "Noor’s went with the account");

    app.clock.advance(Millis(1));
    let late = exports::download(&app.state, &leo.login, id).await;
    assert_eq!(
        refusal(late),
        Problem::NotFound,
        "also before it is removed"
    );
    assert_eq!(view(&app, &leo).await.latest, None);
    app.clock.advance(Millis(1));
    sweep(&app).await;
    assert_eq!(left().await, 0);
}

/// What the schedule does every hour.
async fn sweep(app: &TestApp) {
    retention::sweep(&app.state, || ()).await.expect("swept");
}

#[apply(on_both_engines!)]
async fn a_copy_of_an_account_that_is_gone_meanwhile_is_not_made(app: TestApp) {
    let leo = app.person("Leo").await;
    exports::ask(&app.state, &leo.login)
        .await
        .expect("asked for");
    let gone = "UPDATE users SET anonymised_at = 1 WHERE id = $1";
    app.test_db
        .sql(gone, [leo.id().into()])
        .await
        .expect("written");
    app.run_jobs().await;
    let made = "SELECT count(*) FROM data_exports WHERE archive IS NOT NULL";
    assert_eq!(app.test_db.number(made).await, 0);
    assert_eq!(told(&app, &leo), 0);
}

#[apply(on_both_engines!)]
async fn a_copy_that_cannot_be_made_is_given_up_reported_and_asked_for_again(app: TestApp) {
    let leo = app.person("Leo").await;
    exports::ask(&app.state, &leo.login)
        .await
        .expect("asked for");
    let db = &app.test_db;
    let rename = async |from: &str, to: &str| {
        let sql = format!("ALTER TABLE {from} RENAME TO {to}");
        db.sql(&sql, []).await.expect("renamed");
    };
    rename("blocks", "hidden").await;
    for _ in 0..MAX_ATTEMPTS {
        app.run_jobs().await;
        app.clock.advance(Millis::minutes(10));
    }
    assert_eq!(view(&app, &leo).await.latest, Some(LatestExport::Failed));
    let reported = "SELECT count(*) FROM admin_notifications WHERE resolved_at IS NULL";
    assert_eq!(app.test_db.number(reported).await, 1);
    rename("hidden", "blocks").await;
    let leo = app.again(&leo).await;
    make(&app, &leo).await;
    assert_eq!(told(&app, &leo), 1);
}

/// People must have a second factor.
struct Strict(TestApp);

impl Fixture for Strict {
    async fn build(url: &str) -> Self {
        let mut config = config(url);
        config.admin_second_factor = true;
        Self(TestApp::with(url, config).await)
    }
}

#[apply(on_sqlite!)]
async fn an_admin_without_the_second_factor_they_need_downloads_nothing(strict: Strict) {
    let app = strict.0;
    let admin = app.admin("Ada").await;
    let id = make(&app, &admin).await;
    let reply = get(&app, &format!("/account/data/{id}"), Some(&admin)).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER);
    assert!(reply.body.is_empty());
}

#[apply(on_sqlite!)]
async fn downloads_are_limited(app: TestApp) {
    let leo = app.person("Leo").await;
    let path = format!("/account/data/{}", make(&app, &leo).await);
    for _ in 0..20 {
        assert_eq!(get(&app, &path, Some(&leo)).await.status, StatusCode::OK);
    }
    let reply = get(&app, &path, Some(&leo)).await;
    assert_eq!(reply.status, StatusCode::TOO_MANY_REQUESTS);
    assert_ne!(reply.header("retry-after"), "");
}
