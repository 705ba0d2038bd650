//! Many streams of events: one look for all of a person, and limits.

use super::{
    Cast, Site, ask,
    events::{Events, changed},
};
use crate::harness::{NOW, TestApp, on_both_engines, on_sqlite};
use axum::http::Method;
use domain::{ids::SessionId, time::Millis};
use macro_rules_attribute::apply;
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Instant};

/// What a list's event names.
fn named(event: Option<Value>) -> BTreeSet<String> {
    let event = event.expect("the stream goes on");
    let ids = event["sessions"].as_array().expect("a list").iter();
    ids.map(|id| id.as_str().expect("an id").to_owned())
        .collect()
}

#[apply(on_both_engines!)]
async fn all_streams_of_a_person_are_told_by_one_look(app: TestApp) {
    let (site, cast) = (Site::of(&app), Cast::of(&app).await);
    let id = app.session(&cast.mentor, &cast.mentee, NOW).await;
    let (mut lists, mut states) = (Vec::new(), Vec::new());
    for _ in 0..4 {
        lists.push(Events::mine(&site, &cast.mentee).await);
        states.push(Events::open(&site, &cast.mentee, id).await);
    }
    for stream in lists.iter_mut().chain(&mut states) {
        stream.next().await.expect("what is shown first");
    }
    let before = app.state.events.looks();
    let late = |is_late: bool| {
        let path = format!("/api/sessions/{id}/late");
        ask(
            Method::POST,
            &path,
            Some(&cast.mentor),
            Some(json!({"late": is_late})),
        )
    };
    let began = Instant::now();
    site.send(late(true)).await.data(200);
    for stream in &mut lists {
        assert_eq!(named(stream.next().await), [id.to_string()].into());
    }
    for stream in &mut states {
        let state = stream.next().await.expect("the new state");
        assert_eq!(state["late"][0]["name"], "Mira Mentor");
    }
    assert!(
        began.elapsed().as_secs() < 1,
        "the first change is told at once"
    );
    assert_eq!(app.state.events.looks() - before, 1);
    // Saying it again changes nothing, and nobody looks.
    site.send(late(true)).await.data(200);
    site.send(late(false)).await.data(200);
    for stream in &mut states {
        let state = stream.next().await.expect("the new state");
        assert_eq!(state["late"], json!([]));
    }
    assert_eq!(app.state.events.looks() - before, 2);
}

#[apply(on_both_engines!)]
async fn a_storm_of_changes_is_told_once_a_second_and_nobody_misses_one(app: TestApp) {
    let (site, cast) = (Site::of(&app), Cast::of(&app).await);
    let mut ids: Vec<SessionId> = Vec::new();
    for n in 1..=40 {
        let at = NOW + Millis::hours(2 * n);
        ids.push(app.session(&cast.mentor, &cast.mentee, at).await);
    }
    let mut list = Events::mine(&site, &cast.mentee).await;
    let mut other = Events::mine(&site, &cast.mentee).await;
    for stream in [&mut list, &mut other] {
        assert!(named(stream.next().await).is_empty());
    }
    let (before, began) = (app.state.events.looks(), Instant::now());
    for _ in 0..50 {
        for id in &ids {
            changed(&app, *id, (&cast.mentor, &cast.mentee));
        }
    }
    let all: BTreeSet<String> = ids.iter().map(ToString::to_string).collect();
    for stream in [&mut list, &mut other] {
        let mut told = BTreeSet::new();
        while told != all {
            told.extend(named(stream.next().await));
        }
    }
    let looks = app.state.events.looks() - before;
    assert!(looks <= 2 + began.elapsed().as_secs(), "{looks} looks");
}

#[apply(on_sqlite!)]
async fn a_person_and_a_network_hold_only_so_many_streams(mut app: TestApp) {
    app.state.stream_limits.per_user = 2;
    app.state.stream_limits.per_network = 3;
    let (site, cast) = (Site::of(&app), Cast::of(&app).await);
    let held = [
        Events::mine(&site, &cast.mentee).await,
        Events::mine(&site, &cast.mentee).await,
    ];
    let list = "/api/events";
    let refused = site.get(&cast.mentee, list).await;
    refused.refused(429, "too_many");
    assert_eq!(refused.header("retry-after"), "5");
    let _third = Events::mine(&site, &cast.mentor).await;
    // Another person, from the same address.
    let refused = site.get(&cast.outsider, list).await;
    refused.refused(429, "too_many");
    drop(held);
    Events::mine(&site, &cast.outsider).await;
    Events::mine(&site, &cast.mentee).await;
}

#[apply(on_sqlite!)]
async fn saying_late_in_a_loop_is_refused_after_a_while(app: TestApp) {
    let (site, cast) = (Site::of(&app), Cast::of(&app).await);
    let id = app.session(&cast.mentor, &cast.mentee, NOW).await;
    let path = format!("/api/sessions/{id}/late");
    let say = async |is_late: bool| {
        let body = Some(json!({"late": is_late}));
        site.send(ask(Method::POST, &path, Some(&cast.mentee), body))
            .await
    };
    for n in 0..30 {
        say(n % 2 == 0).await.data(200);
    }
    let refused = say(true).await;
    refused.refused(429, "too_many");
    assert_eq!(refused.header("retry-after"), "60");
    app.clock.advance(Millis::minutes(1));
    say(true).await.data(200);
}
