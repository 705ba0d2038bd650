//! T10: who may do what, by every page, server function and API route.

use crate::{
    contents::{Contents, changed},
    harness::{TestApp, on_both_engines},
    rows::{self, Row},
    stage::{Ask, Scenes, Site, Who},
};
use macro_rules_attribute::apply;
use serde_json::Value;
use std::collections::BTreeSet;

#[apply(on_both_engines!)]
async fn everybody_may_do_what_the_matrix_says_and_what_is_refused_changes_nothing(app: TestApp) {
    let site = Site::of(&app);
    let contents = Contents::of(&app.test_db).await;
    let mut scenes = Scenes::of(&app);
    let mut wrong = Vec::new();
    for row in rows::all() {
        for (who, expected) in Who::ALL.into_iter().zip(row.expected) {
            let scene = scenes.at(row.stage).await;
            let ask = row.ask(scene, who);
            let before = contents.now(&app.test_db).await;
            let (uri, request) = (scene.fill(&row.uri, who), ask.request());
            // An endless stream of events has a status, and no end.
            let found = if row.is_stream() {
                site.answer(request).await.status().as_u16().to_string()
            } else {
                let reply = site.send(request).await;
                let status = reply.status.as_u16();
                match status {
                    303 if row.is_page() && reply.header("location") != way_in(&uri) => {
                        format!("303 to {}", reply.header("location"))
                    }
                    200 if row.is_page() && reply.heading() != row.heading_for(who) => {
                        format!("200 with {:?}", reply.heading())
                    }
                    other => other.to_string(),
                }
            };
            let name = format!("{} {} {:?} by {who:?}", row.method, row.uri, row.sent);
            if found != expected.to_string() {
                wrong.push(format!("{name}: {found} instead of {expected}"));
            }
            let did_it = found.starts_with('2');
            if row.changes() && did_it {
                scenes.spoil();
                continue;
            }
            let changed = changed(&before, &contents.now(&app.test_db).await);
            if !changed.is_empty() {
                wrong.push(format!("{name}: {found} and {changed:?} changed"));
                scenes.spoil();
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where signed-out people are sent, who come back to `uri` from there.
fn way_in(uri: &str) -> String {
    let back = uri.replace('?', "%3F").replace('=', "%3D");
    format!("/auth/signin?callbackUrl={back}")
}

#[apply(on_both_engines!)]
async fn every_route_has_a_row(app: TestApp) {
    let site = Site::of(&app);
    let rows = rows::all();
    let paths = site.paths();
    assert!(
        paths.len() > 100 && paths.iter().any(|path| path == "/api/fn/sign_in"),
        "axum describes its router in another way: {paths:?}"
    );
    let known: BTreeSet<&str> = rows.iter().map(|row| row.route).collect();
    let found: BTreeSet<&str> = paths.iter().map(String::as_str).collect();
    let missing: Vec<_> = found.difference(&known).collect();
    assert!(missing.is_empty(), "routes without a row: {missing:?}");
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(gone.is_empty(), "rows without a route: {gone:?}");

    // By its methods, too.
    let described = site.send(Ask::get("/api/openapi.json").request()).await;
    let described: Value = serde_json::from_str(&described.text).expect("JSON");
    let has_row = |method: &str, path: &str| {
        let is = |row: &Row| row.method == method && row.route == path;
        rows.iter().any(is)
    };
    for (path, operations) in described["paths"].as_object().expect("paths") {
        for method in operations.as_object().expect("operations").keys() {
            let method = method.to_uppercase();
            assert!(has_row(&method, path), "{method} {path} has no row");
        }
    }
}
