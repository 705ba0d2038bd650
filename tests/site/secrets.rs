//! T11, T12, T15: what no answer gives away.

use crate::{
    harness::{LIVEKIT_KEY, LIVEKIT_SECRET, PASSWORD, TestApp, on_both_engines},
    rows::{self, Row},
    stage::{GOAL, Scenes, Site, Who},
};
use macro_rules_attribute::apply;
use serde_json::Value;
use server::calendar;

/// Where a seat is given its join token, and nothing else is.
const JOINS: [&str; 2] = ["/api/fn/join", "/api/sessions/{id}/livekit/access-token"];

fn reads(row: &&Row) -> bool {
    row.method == "GET"
        || ["/api/fn/page", "/api/fn/meeting_page", "/api/fn/join"].contains(&row.route)
}

#[apply(on_both_engines!)]
async fn no_answer_has_a_secret_or_an_address_of_somebody_else(app: TestApp) {
    let site = Site::of(&app);
    let mut scenes = Scenes::of(&app);
    let rows = rows::all();
    for row in rows.iter().filter(reads) {
        // Streams are looked at where they are tested.
        if row.is_stream() {
            continue;
        }
        let scene = scenes.at(row.stage).await;
        let feed = calendar::feed_create(&app.state, &scene.mentee.login).await;
        let feed = feed.expect("a feed");
        let feed = feed.rsplit('/').next().expect("a last part");
        let feed = feed.trim_end_matches(".ics").to_owned();
        for who in Who::ALL {
            let name = format!("{} {} {:?} by {who:?}", row.method, row.uri, row.sent);
            let reply = site.send(row.ask(scene, who).request()).await;
            let has = |secret: &str| reply.text.contains(secret);
            for secret in [LIVEKIT_SECRET, LIVEKIT_KEY, PASSWORD, "$argon2", &feed] {
                assert!(!has(secret), "{name} has {secret}");
            }
            let is_join = JOINS.contains(&row.route);
            assert!(!has("eyJ") || is_join, "{name} has a token");
            for person in scene.people() {
                assert!(!has(&person.token), "{name} has a login's token");
                let is_own = scene
                    .person(who)
                    .is_some_and(|own| own.email == person.email);
                let is_console = who == Who::Admin
                    && (row.route.starts_with("/admin") || row.route == "/api/fn/page");
                assert!(
                    is_own || is_console || !has(&person.email),
                    "{name} has {}",
                    person.email
                );
            }
            let is_concerned = [Who::Mentee, Who::Mentor, Who::Admin].contains(&who);
            if is_concerned {
                continue;
            }
            let names_it = format!("{} {:?}", row.uri, row.sent).contains("{session}");
            let meeting = format!("/meeting/{}", scene.session);
            for private in [GOAL, "First steps"] {
                assert!(!has(private), "{name} has {private}");
            }
            assert!(names_it || !has(&meeting), "{name} has {meeting}");
            assert!(
                names_it || !has(&scene.session.to_string()),
                "{name} has the session"
            );
        }
    }
}

/// What is said, without what differs between any two answers.
fn said(text: &str, ids: &[&str]) -> String {
    let mut json: Value = serde_json::from_str(text).unwrap_or_default();
    if let Some(object) = json.as_object_mut() {
        object.remove("requestId");
        object.remove("timestamp");
    }
    let text = match json {
        Value::Null => text.to_owned(),
        json => json.to_string(),
    };
    ids.iter().fold(text, |text, id| text.replace(id, "ID"))
}

#[apply(on_both_engines!)]
async fn a_session_of_others_looks_like_one_that_does_not_exist(app: TestApp) {
    let site = Site::of(&app);
    let mut scenes = Scenes::of(&app);
    let rows = rows::all();
    let unknown = "00000000-0000-0000-0000-000000000007";
    // The meeting's own page and routes say 403 instead: its address was given to whoever asks.
    let concealed = rows.iter().filter(|row| {
        let named = format!("{} {:?}", row.uri, row.sent);
        named.contains("{session}") && row.expected(Who::Outsider) == 404
    });
    let mut compared = 0;
    for row in concealed {
        let scene = scenes.at(row.stage).await;
        let session = scene.session.to_string();
        for who in [Who::Outsider, Who::Blocked] {
            let other = |text: &str| text.replace("{session}", unknown);
            let real = site.send(row.ask(scene, who).request()).await;
            let random = site
                .send(row.ask_with(scene, who, other, other).request())
                .await;
            let name = format!("{} {} {:?} by {who:?}", row.method, row.uri, row.sent);
            assert_eq!(real.status, random.status, "{name}");
            if row.is_page() {
                assert_eq!(real.heading(), random.heading(), "{name}");
                assert!(!real.text.contains(GOAL), "{name}");
            } else {
                let ids = [session.as_str(), unknown];
                assert_eq!(said(&real.text, &ids), said(&random.text, &ids), "{name}");
            }
            compared += 1;
        }
    }
    assert!(compared > 40, "{compared} answers were compared");
}
