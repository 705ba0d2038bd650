//! Emails: written once, sent by jobs, void when overtaken, never lost, never in the way.

use crate::{
    harness::{self, NOW, Person, TestApp, TestDb, on_both_engines},
    smtp::{Mood, SmtpServer, Taken},
};
use axum::{
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{Request, StatusCode, header},
};
use domain::{
    ids::{EmailId, SessionId},
    job::NOTIFY_AFTER,
    time::{Millis, Timestamp},
};
use macro_rules_attribute::apply;
use mail_parser::MessageParser;
use server::store::ScopedFutureExt;
use server::{
    admin, calendar,
    config::{AppUrl, MailConfig, Security, SmtpConfig},
    emails::{self, Cause, EmailKind, jobs::send_email::SendEmail},
    http::{self, layers},
    job_list, jobs,
    mail::{self, Email, MailError, MailServer, Smtp},
    store::{self, Engine},
};
use std::{
    io::Write,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tower::ServiceExt;
use tracing_subscriber::filter::LevelFilter;
use uuid::Uuid;

/// Start of the session in most tests.
const START: Timestamp = Timestamp(NOW.0 + 2 * 86_400_000);

/// A session that is far away and of which nobody was told.
async fn two(app: &TestApp) -> (Person, Person, SessionId) {
    let (mentor, mentee, id) = app.pair_with_session(START).await;
    for table in ["jobs", "emails"] {
        app.test_db
            .sql(&format!("DELETE FROM {table}"), [])
            .await
            .expect("deleted");
    }
    (mentor, mentee, id)
}

async fn post(app: &TestApp, id: SessionId, kind: EmailKind) {
    let now = app.state.clock.now();
    app.state
        .db
        .write(|txn| {
            async move { emails::post(txn, id, kind, &Cause::default(), now).await }.scope_boxed()
        })
        .await
        .expect("written");
}

async fn plan_reminders(app: &TestApp, id: SessionId) {
    let (now, window) = (app.state.clock.now(), app.state.config.window);
    app.state
        .db
        .write(|txn| {
            async move { emails::plan_reminders(txn, id, window, now).await }.scope_boxed()
        })
        .await
        .expect("written");
}

/// A change of the session as bookings write it.
async fn change(app: &TestApp, id: SessionId, set: &str) {
    let sql = format!("UPDATE sessions SET version = version + 1, {set} WHERE id = $1");
    assert_eq!(
        app.test_db.sql(&sql, [id.0.into()]).await.expect("changed"),
        1
    );
}

/// Subjects' first words and recipients, sorted.
fn told(app: &TestApp) -> Vec<String> {
    let mut told: Vec<String> = app.mail.emails().iter().map(heading).collect();
    told.sort();
    told
}

fn heading(email: &Email) -> String {
    let message = MessageParser::default()
        .parse(&email.bytes)
        .expect("a message");
    let subject = message.subject().expect("a subject").to_owned();
    let word = subject.split(':').next().unwrap_or_default();
    format!("{word} to {}", email.to.user())
}

async fn count(app: &TestApp, what: &str) -> i64 {
    app.test_db
        .number(&format!("SELECT count(*) FROM emails WHERE {what}"))
        .await
}

/// Replaces the fake by what `url` names.
fn connect(mut app: TestApp, url: &str) -> TestApp {
    let config =
        MailConfig::parse(url, "Young Minds <no-reply@minds.example>").expect("a good address");
    app.state.mail = mail::connect(&config, &app.state.config.app_url);
    app
}

async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "not within 20 s: {what}"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Collects the log of the current thread, as the server writes it.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// As long as what it returns lives. A line of code is asked once whether anybody listens, by
    /// whichever test comes first; only with two listeners alive are all of them considered.
    fn start(&self) -> (tracing::subscriber::DefaultGuard, tracing::Dispatch) {
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(LevelFilter::DEBUG)
            .with_ansi(false)
            .with_writer(move || log.clone());
        let guard = tracing::subscriber::set_default(subscriber.finish());
        let second = tracing::Dispatch::new(tracing_subscriber::fmt().finish());
        (guard, second)
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("no panic").clone()).expect("text")
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[apply(on_both_engines!)]
async fn an_email_posted_twice_goes_out_once_to_each(app: TestApp) {
    let (_, _, id) = two(&app).await;
    post(&app, id, EmailKind::Booked).await;
    post(&app, id, EmailKind::Booked).await;
    assert_eq!(app.run_jobs().await, 2);
    assert_eq!(told(&app), ["Booked to leo", "Booked to maya"]);
    post(&app, id, EmailKind::Booked).await;
    assert_eq!(app.run_jobs().await, 0, "also after it was sent");
    change(&app, id, "goal = 'another'").await;
    post(&app, id, EmailKind::Booked).await;
    assert_eq!(app.run_jobs().await, 2, "another version is other news");
    assert_eq!(
        count(&app, "sent_at IS NOT NULL AND void_at IS NULL").await,
        4
    );
}

#[apply(on_both_engines!)]
async fn news_goes_to_those_who_do_not_know_it(app: TestApp) {
    let (_, _, id) = two(&app).await;
    for kind in [
        EmailKind::Declined,
        EmailKind::InfoAsked,
        EmailKind::InfoAnswered,
    ] {
        post(&app, id, kind).await;
    }
    app.run_jobs().await;
    assert_eq!(
        told(&app),
        ["Answer to maya", "Declined to leo", "Question to leo"]
    );
}

#[apply(on_both_engines!)]
async fn reminders_come_a_day_and_an_hour_before_and_when_the_meeting_opens(app: TestApp) {
    let (_, _, id) = two(&app).await;
    plan_reminders(&app, id).await;
    plan_reminders(&app, id).await;
    for (at, word) in [
        (START - Millis::days(1), "Reminder"),
        (START - Millis::hours(1), "Soon"),
        (START - Millis::minutes(15), "Open now"),
    ] {
        app.clock.set(at - Millis(1));
        assert_eq!(app.run_jobs().await, 0, "{word} is not due");
        app.clock.set(at);
        app.run_jobs().await;
        let new: Vec<String> = app
            .mail
            .emails()
            .iter()
            .rev()
            .take(2)
            .map(heading)
            .collect();
        assert!(
            new.iter().all(|heading| heading.starts_with(word)),
            "{new:?}"
        );
    }
    assert_eq!(app.mail.emails().len(), 6);
}

#[apply(on_both_engines!)]
async fn a_reminder_whose_time_has_passed_is_not_written(app: TestApp) {
    let (_, _, id) = two(&app).await;
    app.clock.set(START - Millis::minutes(30));
    plan_reminders(&app, id).await;
    assert_eq!(app.run_jobs().await, 0);
    assert_eq!(count(&app, "kind = 'reminder_open'").await, 2);
    assert_eq!(count(&app, "kind <> 'reminder_open'").await, 0);
}

#[apply(on_both_engines!)]
async fn only_a_confirmed_session_is_worth_a_reminder(app: TestApp) {
    let (_, _, id) = two(&app).await;
    change(&app, id, "booking = 'requested'").await;
    plan_reminders(&app, id).await;
    assert_eq!(count(&app, "1 = 1").await, 0);
}

#[apply(on_both_engines!)]
async fn a_reminder_of_an_old_version_is_void(app: TestApp) {
    let (_, _, id) = two(&app).await;
    plan_reminders(&app, id).await;
    change(
        &app,
        id,
        "scheduled_at = scheduled_at + 86400000, ends_at = ends_at + 86400000",
    )
    .await;
    plan_reminders(&app, id).await;
    app.clock.set(START + Millis::days(1) - Millis::hours(2));
    app.run_jobs().await;
    assert_eq!(told(&app), ["Reminder to leo", "Reminder to maya"]);
    assert_eq!(
        count(
            &app,
            "void_at IS NOT NULL AND version = 0 AND sent_at IS NULL"
        )
        .await,
        6
    );
}

#[apply(on_both_engines!)]
async fn a_reminder_is_void_once_the_session_is_off_or_over(app: TestApp) {
    let (_, _, id) = two(&app).await;
    plan_reminders(&app, id).await;
    // Without another version, as an end is.
    app.test_db
        .sql(
            "UPDATE sessions SET room = 'ended', room_ended_at = 1, room_end_reason = 'time_up'",
            [],
        )
        .await
        .expect("ended");
    app.clock.set(START);
    assert_eq!(app.run_jobs().await, 6);
    assert!(app.mail.emails().is_empty());
    assert_eq!(count(&app, "void_at IS NOT NULL").await, 6);
}

#[apply(on_both_engines!)]
async fn a_reminder_that_comes_too_late_is_void(app: TestApp) {
    let (_, _, id) = two(&app).await;
    plan_reminders(&app, id).await;
    app.clock.set(START + Millis::minutes(1));
    app.run_jobs().await;
    assert_eq!(
        told(&app),
        ["Open now to leo", "Open now to maya"],
        "the others say nothing new"
    );
}

#[apply(on_both_engines!)]
async fn an_email_to_an_account_that_is_gone_is_void(app: TestApp) {
    let (_, mentee, id) = two(&app).await;
    post(&app, id, EmailKind::Cancelled).await;
    app.test_db
        .sql(
            "UPDATE users SET anonymised_at = 1 WHERE id = $1",
            [mentee.id().0.into()],
        )
        .await
        .expect("gone");
    app.run_jobs().await;
    assert_eq!(told(&app), ["Cancelled to maya"]);
    assert_eq!(count(&app, "void_at IS NOT NULL").await, 1);
}

#[apply(on_both_engines!)]
async fn emails_wait_for_a_mail_server_that_is_down(app: TestApp) {
    let (_, _, id) = two(&app).await;
    let administrator = app.admin("Ada").await;
    app.mail.fail_always(Some(MailError::Unreachable(
        "connection refused".to_owned(),
    )));
    post(&app, id, EmailKind::Booked).await;
    let mut runs = 0;
    while runs < 30 {
        runs += 1;
        assert_eq!(app.run_jobs().await, 2, "run {runs}");
        assert_eq!(app.run_jobs().await, 0, "they pause");
        app.clock.advance(Millis(375_000));
    }
    let open = admin::notifications(&app.state, &administrator.login)
        .await
        .expect("a list");
    assert_eq!(
        open.len(),
        2,
        "told after {NOTIFY_AFTER} attempts, once an email"
    );
    assert_eq!(
        open[0].cause,
        "the mail server does not answer: connection refused"
    );
    app.mail.fail_always(None);
    app.run_jobs().await;
    assert_eq!(told(&app), ["Booked to leo", "Booked to maya"]);
    let settled = admin::notifications(&app.state, &administrator.login)
        .await
        .expect("a list");
    assert!(settled.iter().all(|n| n.resolved.is_some()), "{settled:?}");
}

#[apply(on_both_engines!)]
async fn a_slow_mail_server_delays_no_room(app: TestApp) {
    let (mentor, mentee, id) = two(&app).await;
    app.mail.delay(Duration::from_secs(60));
    for kind in [
        EmailKind::Booked,
        EmailKind::Confirmed,
        EmailKind::Changed,
        EmailKind::Requested,
        EmailKind::Cancelled,
    ] {
        post(&app, id, kind).await;
    }
    let runner = tokio::spawn(jobs::run_forever(app.state.clone(), job_list()));
    until("two emails are on their way", || app.mail.asked() == 2).await;
    app.session(&mentor, &mentee, NOW).await;
    app.state.jobs_waiting.notify_one();
    until("the room is there", || !app.media.rooms().is_empty()).await;
    assert_eq!(app.mail.asked(), 2, "the other emails wait");
    runner.abort();
}

#[apply(on_both_engines!)]
async fn a_real_mail_server_gets_one_message_for_one_recipient(app: TestApp) {
    let server = SmtpServer::start(Mood::Accepts).await;
    let app = connect(app, &server.url());
    let (_, _, id) = two(&app).await;
    post(&app, id, EmailKind::InfoAnswered).await;
    app.run_jobs().await;
    let taken = server.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!(
        (taken[0].from.as_str(), &taken[0].to[..]),
        (
            "no-reply@minds.example",
            &["maya@example.org".to_owned()][..]
        )
    );
    let message = MessageParser::default()
        .parse(taken[0].message.as_bytes())
        .expect("a message");
    assert!(
        message
            .subject()
            .expect("a subject")
            .starts_with("Answer: First steps with Leo")
    );
    assert!(message.body_text(0).expect("text").contains("Hello Maya"));
    assert_eq!(count(&app, "sent_at IS NOT NULL").await, 1);
}

#[apply(on_both_engines!)]
async fn a_refused_recipient_is_noted_at_once_and_the_email_is_void(app: TestApp) {
    let server = SmtpServer::start(Mood::Refuses).await;
    let app = connect(app, &server.url());
    let (_, _, id) = two(&app).await;
    let administrator = app.admin("Ada").await;
    post(&app, id, EmailKind::Declined).await;
    app.run_jobs().await;
    let list = admin::notifications(&app.state, &administrator.login)
        .await
        .expect("a list");
    assert_eq!(list.len(), 1);
    assert_eq!(list[0].title, "Emails to some people do not arrive");
    assert!(list[0].cause.contains("1 person"), "{}", list[0].cause);
    server.set(Mood::Accepts);
    app.run_jobs().await;
    let to_admin = |message: &Taken| {
        message
            .message
            .contains("Emails to some people do not arrive")
    };
    assert!(server.taken().iter().all(to_admin));
    app.clock.advance(Millis::days(1));
    assert_eq!(app.run_jobs().await, 0, "it is not tried again by itself");
}

#[apply(on_both_engines!)]
async fn what_is_no_fault_of_the_recipient_is_tried_again(app: TestApp) {
    let server = SmtpServer::start(Mood::Busy).await;
    let app = connect(app, &server.url());
    let (_, _, id) = two(&app).await;
    post(&app, id, EmailKind::Declined).await;
    let mut connections = 0;
    for mood in [Mood::Busy, Mood::WantsPassword, Mood::DropsAfterData] {
        server.set(mood);
        assert_eq!(app.run_jobs().await, 1, "{mood:?}");
        connections += 1;
        assert_eq!(server.connections(), connections);
        app.clock.advance(Millis::minutes(7));
    }
    assert!(server.taken().is_empty());
    server.set(Mood::Accepts);
    app.run_jobs().await;
    assert_eq!(server.taken().len(), 1);
}

#[apply(on_both_engines!)]
async fn an_email_sent_again_has_the_same_name(app: TestApp) {
    let (_, _, id) = two(&app).await;
    post(&app, id, EmailKind::Declined).await;
    app.run_jobs().await;
    // The process ended before it could write down that the email is out.
    app.test_db
        .sql("UPDATE emails SET sent_at = NULL", [])
        .await
        .expect("forgotten");
    app.test_db
        .sql("UPDATE jobs SET done_at = NULL", [])
        .await
        .expect("forgotten");
    app.clock.advance(Millis::minutes(2));
    app.run_jobs().await;
    let emails = app.mail.emails();
    let name = |email: &Email| {
        let message = MessageParser::default()
            .parse(&email.bytes)
            .expect("a message");
        message.message_id().expect("an id").to_owned()
    };
    assert_eq!(emails.len(), 2);
    assert_eq!(name(&emails[0]), name(&emails[1]));
}

#[apply(on_both_engines!)]
async fn an_email_about_a_session_that_is_gone_is_no_work(app: TestApp) {
    let (_, _, id) = two(&app).await;
    post(&app, id, EmailKind::Booked).await;
    app.state
        .db
        .write(|txn| async move { store::sessions::delete(txn, id).await }.scope_boxed())
        .await
        .expect("deleted");
    app.run_jobs().await;
    assert!(app.mail.emails().is_empty());
    assert_eq!(
        app.test_db
            .number("SELECT count(*) FROM jobs WHERE done_at IS NULL")
            .await,
        0
    );
}

#[apply(on_both_engines!)]
async fn the_log_names_nobody_and_no_secret_address(app: TestApp) {
    let server = SmtpServer::start(Mood::Refuses).await;
    let app = connect(app, &server.url());
    let (_, mentee, id) = two(&app).await;
    let log = Log::default();
    let guard = log.start();
    post(&app, id, EmailKind::Booked).await;
    app.run_jobs().await;
    server.set(Mood::Accepts);
    post(&app, id, EmailKind::Cancelled).await;
    app.run_jobs().await;
    let feed = calendar::feed_create(&app.state, &mentee.login)
        .await
        .expect("a feed");
    let token = feed.rsplit('/').next().expect("a last part").to_owned();
    let (status, _) = ask(&app, &format!("/calendar/{token}")).await;
    assert_eq!(status, StatusCode::OK);
    drop(guard);
    let log = log.text();
    assert!(
        log.contains("cannot be delivered")
            && log.contains("sent")
            && log.contains("/calendar/{file}"),
        "{log}"
    );
    for secret in [
        "maya",
        "leo",
        "Maya",
        "Leo",
        "First steps",
        "example.org",
        token.trim_end_matches(".ics"),
    ] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[apply(on_both_engines!)]
async fn emails_in_a_folder_are_shown_at_dev_mail(db: TestDb) {
    let folder = Scratch::new();
    let app = with_folder(&db.url, &folder.0, "http://127.0.0.1:3000").await;
    assert!(ask(&app, "/dev/mail").await.1.contains("no emails yet"));
    let (_, _, id) = two(&app).await;
    app.test_db
        .sql(
            "UPDATE sessions SET title = '<script>alert(1)</script>'",
            [],
        )
        .await
        .expect("renamed");
    post(&app, id, EmailKind::Booked).await;
    app.run_jobs().await;
    let (status, list) = ask(&app, "/dev/mail").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(list.matches("<li>").count(), 2, "{list}");
    assert!(
        list.contains("leo@example.org") && !list.contains("<script"),
        "{list}"
    );
    let link = list
        .split("href=\"")
        .nth(1)
        .and_then(|l| l.split('"').next())
        .expect("a link");
    let (status, email) = ask(&app, link).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        email.contains("sandbox=") && email.contains("When: Thu 3 December 2026"),
        "{email}"
    );
    assert!(!email.contains("<script"), "{email}");
    let (status, ics) = ask(&app, &format!("{link}/session.ics")).await;
    assert_eq!(status, StatusCode::OK);
    assert!(ics.starts_with("BEGIN:VCALENDAR\r\n"), "{ics}");
}

#[apply(on_both_engines!)]
async fn dev_mail_shows_nothing_from_outside_its_folder(db: TestDb) {
    let (folder, outside) = (Scratch::new(), Scratch::new());
    let app = with_folder(&db.url, &folder.0, "http://127.0.0.1:3000").await;
    let secret = outside.0.join("secret.eml");
    std::fs::write(&secret, "Subject: secret\r\n\r\nsecret").expect("written");
    let link = EmailId(Uuid::new_v4());
    std::os::unix::fs::symlink(&secret, folder.0.join(format!("{link}.eml"))).expect("linked");
    assert!(!ask(&app, "/dev/mail").await.1.contains("secret"));
    let climb = format!(
        "/dev/mail/..%2f{}%2fsecret",
        outside.0.file_name().expect("a name").display()
    );
    for path in [
        &format!("/dev/mail/{link}"),
        &climb,
        "/dev/mail/secret",
        "/dev/mail/../secret",
    ] {
        let (status, body) = ask(&app, path).await;
        assert!(
            status.is_client_error() && !body.contains("secret"),
            "{path}: {status} {body}"
        );
    }
}

#[apply(on_both_engines!)]
async fn dev_mail_is_for_this_machine_only(db: TestDb) {
    let folder = Scratch::new();
    let app = with_folder(&db.url, &folder.0, "https://minds.example").await;
    assert_eq!(ask(&app, "/dev/mail").await.0, StatusCode::NOT_FOUND);
    let mut config = harness::config(&db.url);
    config.mail = MailConfig::parse("smtp://127.0.0.1:1", "no-reply@minds.example").expect("good");
    let app = TestApp::with(&db.url, config).await;
    assert_eq!(ask(&app, "/dev/mail").await.0, StatusCode::NOT_FOUND);

    let mut app = with_folder(&db.url, &folder.0, "http://localhost:3000").await;
    let email = format!("/dev/mail/{}", Uuid::new_v4());
    for (peer, added, listed) in [
        ("127.0.0.1:1", None, StatusCode::OK),
        ("[::1]:1", None, StatusCode::OK),
        ("[::ffff:127.0.0.1]:1", None, StatusCode::OK),
        ("192.168.0.7:1", None, StatusCode::NOT_FOUND),
        (
            "127.0.0.1:1",
            Some("x-forwarded-for"),
            StatusCode::NOT_FOUND,
        ),
        ("127.0.0.1:1", Some("forwarded"), StatusCode::NOT_FOUND),
        ("127.0.0.1:1", Some("x-real-ip"), StatusCode::NOT_FOUND),
    ] {
        let (status, _) = ask_from(&app, peer, added, "/dev/mail").await;
        assert_eq!(status, listed, "{peer} {added:?}");
        let (status, _) = ask_from(&app, peer, added, &email).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{peer} {added:?}");
    }
    let mut config = (*app.state.config).clone();
    config.listen = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 3000));
    app.state.config = Arc::new(config);
    assert_eq!(ask(&app, "/dev/mail").await.0, StatusCode::NOT_FOUND);
}

/// A job of a kind that was added must be read back by the runner of the same version.
#[test]
fn the_job_of_an_email_reads_back() {
    let job = SendEmail {
        email: EmailId(Uuid::from_u128(1)),
        session: SessionId(Uuid::from_u128(2)),
        user: None,
    };
    let text = serde_json::to_string(&job).expect("written");
    assert_eq!(serde_json::from_str::<SendEmail>(&text).expect("read"), job);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_server_that_hangs_is_left_after_a_while() {
    harness::run(Engine::Sqlite, async |app: TestApp| {
        let server = SmtpServer::start(Mood::Hangs).await;
        let app = connect(app, &server.url());
        let (_, _, id) = two(&app).await;
        post(&app, id, EmailKind::Declined).await;
        app.run_jobs().await;
        let told = "last_error = 'the mail server does not answer: not within 10 seconds'";
        let failed = format!("SELECT count(*) FROM jobs WHERE {told} AND dead_at IS NULL");
        assert_eq!(app.test_db.number(&failed).await, 1);
        server.set(Mood::Accepts);
        app.clock.advance(Millis::minutes(7));
        app.run_jobs().await;
        assert_eq!(server.taken().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_mail_server_without_tls_is_told_nothing_where_tls_is_wanted() {
    let server = SmtpServer::start(Mood::Accepts).await;
    let port = server
        .url()
        .rsplit(':')
        .next()
        .and_then(|port| port.parse().ok());
    let email = Email {
        id: EmailId(Uuid::from_u128(1)),
        from: "no-reply@minds.example".parse().expect("an address"),
        to: "leo@example.org".parse().expect("an address"),
        bytes: b"Subject: secret\r\n\r\nsecret".to_vec(),
    };
    for security in [Security::StartTls, Security::Tls] {
        let config = SmtpConfig {
            host: "127.0.0.1".to_owned(),
            port: port.expect("a port"),
            security,
            credentials: Some(("me".to_owned(), "secret".into())),
        };
        let smtp = Smtp::new(config, &harness::config("").app_url);
        let refused = smtp.deliver(&email).await.expect_err("refused");
        assert!(!refused.is_final(), "{security:?}: {refused}");
        assert!(smtp.check().await.is_err());
    }
    assert!(server.taken().is_empty());
}

/// A folder that goes with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("ym_mail_{}", Uuid::new_v4().simple()));
        std::fs::create_dir(&folder).expect("a folder");
        Self(folder)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays behind in the folder for temporary files harms nobody.
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

async fn with_folder(url: &str, folder: &Path, app_url: &str) -> TestApp {
    let mail = format!("file:{}", folder.display());
    let mut config = harness::config(url);
    config.mail = MailConfig::parse(&mail, "Young Minds <no-reply@minds.example>").expect("good");
    config.app_url = AppUrl::parse(app_url).expect("an address");
    connect(TestApp::with(url, config).await, &mail)
}

/// Asks from this machine, straight.
async fn ask(app: &TestApp, path: &str) -> (StatusCode, String) {
    ask_from(app, "127.0.0.1:50000", None, path).await
}

/// Asks from a peer, which may have added a header.
async fn ask_from(
    app: &TestApp,
    peer: &str,
    added: Option<&'static str>,
    path: &str,
) -> (StatusCode, String) {
    let site = layers::apply(
        http::router(app.state.clone(), app.inbox.clone()),
        &app.state,
    );
    let peer: SocketAddr = peer.parse().expect("an address");
    let mut request = Request::get(path)
        .header(header::HOST, app.state.config.app_url.host())
        .extension(ConnectInfo(peer));
    if let Some(name) = added {
        request = request.header(name, "198.51.100.1");
    }
    let request = request.body(Body::empty()).expect("a request");
    let (parts, body) = site.oneshot(request).await.expect("an answer").into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("the body arrives");
    (
        parts.status,
        String::from_utf8(body.to_vec()).expect("text"),
    )
}
