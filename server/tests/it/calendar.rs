//! Calendar entries and feeds: as a parser reads them, and, by checks of our own, as RFC 5545 demands.

use crate::harness::{self, NOW, Person, TestApp, on_both_engines};
use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use calcard::icalendar::{ICalendar, ICalendarComponent, ICalendarProperty};
use domain::{availability::Interval, ids::SessionId, problem::Problem, time::Millis};
use macro_rules_attribute::apply;
use proptest::prelude::*;
use server::{
    Error,
    calendar::{self, EventFacts, EventState, Method},
    config::Config,
    http::{self, layers},
};
use std::collections::BTreeMap;
use tower::ServiceExt;
use uuid::Uuid;

const ID: SessionId = SessionId(Uuid::from_u128(7));

fn facts(title: &str) -> EventFacts {
    EventFacts {
        session: ID,
        version: 3,
        time: Interval {
            from: NOW,
            to: NOW + Millis::minutes(45),
        },
        state: EventState::Confirmed,
        title: title.to_owned(),
        goal: "Write a test.\nRun it; twice, at least.".to_owned(),
        meeting_url: format!("http://127.0.0.1:3000/meeting/{ID}"),
        mentor: "Maya".to_owned(),
        other: "Maya".to_owned(),
        attendee: Some(("Leo".to_owned(), "leo@example.org".to_owned())),
        stamp: NOW - Millis::hours(1),
    }
}

fn config() -> Config {
    harness::config("")
}

fn request(facts: &EventFacts) -> String {
    calendar::event(&config(), facts, Method::Request)
}

/// The one session in an object, read by calcard.
fn read(ics: &str) -> ICalendarComponent {
    let calendar = ICalendar::parse(ics).expect("calcard reads it");
    let mut events = calendar
        .components
        .into_iter()
        .filter(|c| c.component_type.is_event());
    let event = events.next().expect("a session");
    assert!(events.next().is_none(), "one session: {ics}");
    event
}

fn text(event: &ICalendarComponent, property: &ICalendarProperty) -> String {
    let entry = event.property(property).expect("there");
    entry.values[0].as_text().expect("text").to_owned()
}

/// Lines of an object, unfolded; panics where it breaks RFC 5545 §3.1.
#[track_caller]
fn strict_lines(ics: &str) -> Vec<String> {
    let body = ics.strip_suffix("\r\n").expect("the last line ends, too");
    let mut lines: Vec<String> = Vec::new();
    for line in body.split("\r\n") {
        assert!(line.len() <= 75, "{} octets: {line}", line.len());
        assert!(!line.is_empty(), "an empty line");
        let stray = |c: char| c.is_control() && c != '\t';
        assert!(!line.contains(stray), "a control character: {line:?}");
        match line.strip_prefix(' ') {
            Some(rest) => lines.last_mut().expect("something to go on").push_str(rest),
            None => lines.push(line.to_owned()),
        }
    }
    lines
}

/// Name, parameters and value of a line; panics where they are malformed.
#[track_caller]
fn split(line: &str) -> (String, Vec<String>, String) {
    let (mut quoted, mut parts, mut part) = (false, Vec::new(), String::new());
    let mut chars = line.chars();
    for c in chars.by_ref() {
        match c {
            '"' => {
                quoted = !quoted;
                part.push(c);
            }
            ';' | ':' if !quoted => {
                parts.push(std::mem::take(&mut part));
                if c == ':' {
                    let name = parts.remove(0);
                    let plain = |c: char| c.is_ascii_uppercase() || c == '-';
                    assert!(!name.is_empty() && name.chars().all(plain), "{line}");
                    for parameter in &parts {
                        let (_, value) = parameter.split_once('=').expect("a value");
                        let inner = value
                            .strip_prefix('"')
                            .and_then(|v| v.strip_suffix('"'))
                            .unwrap_or(value);
                        assert!(!inner.contains('"'), "{line}");
                        assert!(
                            inner.len() < value.len() || !inner.contains([',', ';', ':']),
                            "{line}"
                        );
                    }
                    return (name, parts, chars.collect());
                }
            }
            c => part.push(c),
        }
    }
    panic!("no value: {line}");
}

#[track_caller]
fn check_text(value: &str) {
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        assert!(!matches!(c, ',' | ';'), "not escaped: {value}");
        if c == '\\' {
            let next = chars.next();
            assert!(matches!(next, Some('\\' | ',' | ';' | 'n')), "{value}");
        }
    }
}

/// The whole of an object: lines, nesting, and which properties must and may be there.
#[track_caller]
fn check(ics: &str) {
    let mut open: Vec<(String, BTreeMap<String, usize>)> = Vec::new();
    for line in strict_lines(ics) {
        let (name, _, value) = split(&line);
        match name.as_str() {
            "BEGIN" => open.push((value, BTreeMap::new())),
            "END" => {
                let (component, counts) = open.pop().expect("something is open");
                assert_eq!(component, value);
                check_counts(&component, &counts);
            }
            "SUMMARY" | "DESCRIPTION" | "LOCATION" | "NAME" | "X-WR-CALNAME" | "PRODID" => {
                check_text(&value);
            }
            "DTSTAMP" | "DTSTART" | "DTEND" => {
                let form: String = value
                    .chars()
                    .map(|c| if c.is_ascii_digit() { '9' } else { c })
                    .collect();
                assert_eq!(form, "99999999T999999Z");
            }
            _ => {}
        }
        if let Some((_, counts)) = open.last_mut() {
            *counts.entry(name).or_default() += 1;
        }
    }
    assert!(open.is_empty(), "something is still open");
}

#[track_caller]
fn check_counts(component: &str, counts: &BTreeMap<String, usize>) {
    let (must, once): (&[&str], &[&str]) = match component {
        "VCALENDAR" => (
            &["VERSION", "PRODID", "METHOD", "CALSCALE"],
            &["REFRESH-INTERVAL", "NAME"],
        ),
        "VEVENT" => (
            &[
                "UID",
                "DTSTAMP",
                "DTSTART",
                "DTEND",
                "SEQUENCE",
                "SUMMARY",
                "ORGANIZER",
                "STATUS",
            ],
            &["DESCRIPTION", "LOCATION", "URL"],
        ),
        "VALARM" => (&["ACTION", "TRIGGER", "DESCRIPTION"], &["UID", "DTSTAMP"]),
        other => panic!("a {other} is not ours"),
    };
    for name in must {
        assert_eq!(counts.get(*name), Some(&1), "{name} in {component}");
    }
    for name in once {
        assert!(
            counts.get(*name).is_none_or(|n| *n == 1),
            "{name} in {component}"
        );
    }
}

#[test]
fn an_entry_says_what_a_calendar_needs() {
    let ics = request(&facts("First steps"));
    check(&ics);
    let lines = strict_lines(&ics);
    for line in [
        "METHOD:REQUEST",
        "UID:00000000-0000-0000-0000-000000000007@127.0.0.1",
        "SEQUENCE:3",
        "DTSTAMP:20261201T090000Z",
        "DTSTART:20261201T100000Z",
        "DTEND:20261201T104500Z",
        "STATUS:CONFIRMED",
        "SUMMARY:First steps with Maya",
        "ORGANIZER;CN=Maya:mailto:no-reply@minds.example",
        "ATTENDEE;CN=Leo;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:leo@example.org",
        "TRIGGER:-PT900S",
        "URL:http://127.0.0.1:3000/meeting/00000000-0000-0000-0000-000000000007",
    ] {
        assert!(lines.iter().any(|l| l == line), "{line} in {lines:#?}");
    }
    let said = text(&read(&ics), &ICalendarProperty::Description);
    assert!(
        said.starts_with("Write a test.\nRun it; twice, at least.\n\nMeeting: http"),
        "{said}"
    );
    assert_eq!(
        request(&facts("First steps")),
        ics,
        "nothing comes from the machine's clock"
    );
}

#[test]
fn a_cancellation_takes_the_entry_back() {
    let ics = calendar::event(&config(), &facts("First steps"), Method::Cancel);
    check(&ics);
    assert!(ics.contains("METHOD:CANCEL\r\n") && ics.contains("STATUS:CANCELLED\r\n"));
    assert!(!ics.contains("VALARM"), "nothing to wake up for");
}

#[test]
fn a_published_entry_names_nobodys_address() {
    let ics = calendar::event(&config(), &facts("First steps"), Method::Publish);
    check(&ics);
    assert!(!ics.contains("ATTENDEE") && !ics.contains("leo@"), "{ics}");
}

#[test]
fn hostile_texts_stay_text() {
    let folds = (40..90).map(|n| format!("{}🧑‍🚀👩🏽‍🚒é{}", "x".repeat(n), "ß".repeat(80)));
    let words = [
        "a\rb\nc\r\nd",
        "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:other",
        "back\\slash, comma; semi: colon \\n \"quoted\"",
        "\u{202e}reversed\u{2028}line\u{85}next\u{7f}",
        "",
    ];
    for title in words.into_iter().map(str::to_owned).chain(folds) {
        let facts = EventFacts {
            mentor: title.clone(),
            attendee: Some((title.clone(), "leo@example.org\r\nX-EVIL:1".to_owned())),
            goal: title.clone(),
            ..facts(&title)
        };
        let ics = request(&facts);
        check(&ics);
        let event = read(&ics);
        assert_eq!(text(&event, &ICalendarProperty::Summary), summary(&title));
        assert!(!ics.contains("\r\nX-EVIL"), "{ics}");
    }
}

/// What a calendar program shall show for a title.
fn summary(title: &str) -> String {
    let line: String = domain::text::one_line(title).chars().take(200).collect();
    format!("{} with Maya", domain::text::isolated(&line))
        .trim()
        .to_owned()
}

#[test]
fn a_long_goal_is_cut_and_written_quickly() {
    let long = EventFacts {
        goal: "many words, ".repeat(10_000),
        ..facts(&"long ".repeat(2_000))
    };
    let ics = request(&long);
    check(&ics);
    assert!(ics.len() < 5_000, "{}", ics.len());
}

proptest! {
    #[test]
    fn any_title_survives_as_text(title in "(?s).{0,200}", name in "(?s).{0,80}", goal in "(?s).{0,300}") {
        let facts = EventFacts { mentor: name, goal, ..facts(&title) };
        let ics = request(&facts);
        check(&ics);
        prop_assert_eq!(text(&read(&ics), &ICalendarProperty::Summary), summary(&title));
    }
}

/// What the site answers to a request without JavaScript's help.
async fn ask(
    app: &TestApp,
    path: &str,
    person: Option<&Person>,
    tag: &str,
) -> (StatusCode, String, String, String) {
    let site = layers::apply(
        http::router(app.state.clone(), app.inbox.clone()),
        &app.state,
    );
    let mut request = Request::get(path)
        .header(header::HOST, "127.0.0.1:3000")
        .header(header::IF_NONE_MATCH, tag);
    if let Some(person) = person {
        request = request.header(header::COOKIE, format!("ym_login={}", person.token));
    }
    let answer = site
        .oneshot(request.body(Body::empty()).expect("a request"))
        .await
        .expect("an answer");
    let (parts, body) = answer.into_parts();
    let header = |name| {
        parts
            .headers
            .get(name)
            .map_or("", |v| v.to_str().expect("text"))
            .to_owned()
    };
    let body = to_bytes(body, usize::MAX).await.expect("the body arrives");
    let body = String::from_utf8(body.to_vec()).expect("text");
    (
        parts.status,
        header(header::CACHE_CONTROL),
        header(header::ETAG),
        body,
    )
}

fn path_of(url: &str) -> &str {
    url.strip_prefix("http://127.0.0.1:3000")
        .expect("our own address")
}

#[apply(on_both_engines!)]
async fn a_feed_shows_ones_sessions_to_whoever_has_its_address(app: TestApp) {
    let (mentor, mentee, first) = app.pair_with_session(NOW + Millis::days(1)).await;
    let second = app.session(&mentor, &mentee, NOW + Millis::days(2)).await;
    let long_ago = app.session(&mentor, &mentee, NOW - Millis::days(61)).await;
    crate::rooms::cancel(&app, &mentee, second)
        .await
        .expect("cancelled");
    let url = calendar::feed_create(&app.state, &mentee.login)
        .await
        .expect("a feed");
    let (status, cache, tag, ics) = ask(&app, path_of(&url), None, "").await;
    assert_eq!(
        (status, cache.as_str()),
        (StatusCode::OK, "private, max-age=300")
    );
    check(&ics);
    let calendar = ICalendar::parse(&ics).expect("calcard reads it");
    let uids: Vec<&str> = calendar.uids().collect();
    for (id, there) in [(first, 1), (second, 1), (long_ago, 0)] {
        let uid = format!("{id}@127.0.0.1");
        assert_eq!(
            uids.iter().filter(|u| **u == uid).count(),
            there,
            "{uids:?}"
        );
    }
    assert_eq!(ics.matches("STATUS:CANCELLED").count(), 1);
    assert!(
        ics.contains("SUMMARY:First steps with Maya\r\n") && !ics.contains("@example.org"),
        "{ics}"
    );
    let (status, _, _, body) = ask(&app, path_of(&url), None, &format!("W/{tag}")).await;
    assert_eq!((status, body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    app.clock.advance(Millis::days(63));
    let (_, _, _, ics) = ask(&app, path_of(&url), None, &tag).await;
    assert_eq!(
        ics.matches("BEGIN:VEVENT").count(),
        0,
        "all is long ago: {ics}"
    );
}

#[apply(on_both_engines!)]
async fn a_feeds_address_ends_with_the_next_one_and_when_revoked(app: TestApp) {
    let leo = app.person("Leo").await;
    let first = calendar::feed_create(&app.state, &leo.login)
        .await
        .expect("a feed");
    let second = calendar::feed_create(&app.state, &leo.login)
        .await
        .expect("another");
    assert_ne!(first, second);
    assert_eq!(
        ask(&app, path_of(&first), None, "").await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        ask(&app, path_of(&second), None, "").await.0,
        StatusCode::OK
    );
    assert_eq!(
        calendar::feed_since(&app.state, &leo.login)
            .await
            .expect("answered"),
        Some(NOW)
    );
    let token = second
        .rsplit('/')
        .next()
        .expect("a token")
        .strip_suffix(".ics")
        .expect("a file");
    let stored = format!("SELECT count(*) FROM calendar_feeds WHERE token_hash LIKE '%{token}%'");
    assert_eq!(
        app.test_db.number(&stored).await,
        0,
        "only the hash is kept"
    );
    calendar::feed_revoke(&app.state, &leo.login)
        .await
        .expect("revoked");
    calendar::feed_revoke(&app.state, &leo.login)
        .await
        .expect("twice is fine");
    assert_eq!(
        ask(&app, path_of(&second), None, "").await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        calendar::feed_since(&app.state, &leo.login)
            .await
            .expect("answered"),
        None
    );
    for path in [
        "/calendar/",
        "/calendar/x",
        "/calendar/.ics",
        "/calendar/x.ics",
    ] {
        assert_eq!(
            ask(&app, path, None, "").await.0,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[apply(on_both_engines!)]
async fn a_sessions_file_is_for_its_people(app: TestApp) {
    let (mentor, mentee, id) = app.pair_with_session(NOW + Millis::days(1)).await;
    let outsider = app.person("Sam").await;
    let path = format!("/api/sessions/{id}/calendar.ics");
    for (person, other) in [(&mentor, "Leo"), (&mentee, "Maya")] {
        let (status, _, _, ics) = ask(&app, &path, Some(person), "").await;
        assert_eq!(status, StatusCode::OK);
        check(&ics);
        assert_eq!(
            text(&read(&ics), &ICalendarProperty::Summary),
            format!("First steps with {other}")
        );
    }
    assert_eq!(
        ask(&app, &path, Some(&outsider), "").await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(ask(&app, &path, None, "").await.0, StatusCode::UNAUTHORIZED);
    let nobodys = calendar::download(&app.state, &mentee.login, ID).await;
    assert!(matches!(nobodys, Err(Error::Problem(Problem::NotFound))));
}
