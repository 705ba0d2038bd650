//! T59, T73: other sites change nothing, by no kind of request; links change nothing; files are not taken.

use crate::{
    contents::{Contents, changed},
    harness::{TestApp, on_both_engines, on_sqlite},
    rows::{self, Sent},
    stage::{Ask, ORIGIN, Scenes, Site, Who},
};
use axum::http::Method;
use macro_rules_attribute::apply;

/// What browsers say about requests that other sites make them send.
const FOREIGN: [&[(&str, &str)]; 6] = [
    // A form, sent as a page is left.
    &[
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "navigate"),
        ("origin", "https://evil.example"),
    ],
    // A fetch without CORS.
    &[
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "no-cors"),
        ("content-type", "text/plain;charset=UTF-8"),
        ("origin", "https://evil.example"),
    ],
    // A neighbour under the same domain, or on another port.
    &[
        ("sec-fetch-site", "same-site"),
        ("origin", "http://127.0.0.1:3001"),
    ],
    &[("sec-fetch-site", "same-site")],
    // A browser that says no more than this, and one that hides it.
    &[("origin", "https://evil.example")],
    &[("origin", "null")],
];

fn with(mut ask: Ask, headers: &[(&'static str, &str)]) -> Ask {
    for (name, value) in headers {
        ask = ask.instead(name, value);
    }
    ask
}

#[apply(on_both_engines!)]
async fn no_other_site_makes_a_browser_change_anything(app: TestApp) {
    let site = Site::of(&app);
    let contents = Contents::of(&app.test_db).await;
    let mut scenes = Scenes::of(&app);
    let rows = rows::all();
    // LiveKit is no browser: there a signature decides.
    let writes = rows
        .iter()
        .filter(|row| row.is_write() && row.route != "/api/livekit/webhook");
    for row in writes {
        let scene = scenes.at(row.stage).await;
        let before = contents.now(&app.test_db).await;
        for who in [row.allowed().unwrap_or(Who::Mentee), Who::Visitor] {
            for headers in FOREIGN {
                let reply = site
                    .send(with(row.ask(scene, who), headers).request())
                    .await;
                let name = format!("{} {} {headers:?}", row.method, row.uri);
                assert_eq!(reply.status.as_u16(), 403, "{name}");
                assert!(!reply.headers.contains_key("set-cookie"), "{name}");
            }
        }
        let changed = changed(&before, &contents.now(&app.test_db).await);
        assert!(
            changed.is_empty(),
            "{} {} changed {changed:?}",
            row.method,
            row.uri
        );
    }
}

#[apply(on_sqlite!)]
async fn no_link_changes_anything(app: TestApp) {
    let site = Site::of(&app);
    let contents = Contents::of(&app.test_db).await;
    let mut scenes = Scenes::of(&app);
    for row in rows::all().iter().filter(|row| row.is_write()) {
        let scene = scenes.at(row.stage).await;
        let who = row.allowed().unwrap_or(Who::Mentee);
        let before = contents.now(&app.test_db).await;
        let uri = scene.fill(&row.uri, who);
        let sent = match &row.sent {
            Sent::Form(body) => scene.fill(body, who).replace(' ', "+"),
            Sent::Json(_) | Sent::Nothing => String::new(),
        };
        for method in [Method::GET, Method::HEAD] {
            for uri in [uri.clone(), format!("{uri}?{sent}")] {
                let ask = Ask::empty(method.clone(), &uri).by(scene.token(who));
                let reply = site.send(ask.accepts_html().request()).await;
                // The list of one's own sessions has the address at which they are made.
                let expected = if row.route == "/api/sessions" {
                    200
                } else {
                    405
                };
                let takes_no_parameters = expected == 200 && uri.contains('?');
                if !takes_no_parameters {
                    assert_eq!(reply.status.as_u16(), expected, "{method} {uri}");
                }
            }
        }
        let changed = changed(&before, &contents.now(&app.test_db).await);
        assert!(changed.is_empty(), "{} changed {changed:?}", row.uri);
    }
}

#[apply(on_sqlite!)]
async fn our_own_forms_work_without_javascript(app: TestApp) {
    let site = Site::of(&app);
    let mut scenes = Scenes::of(&app);
    let rows = rows::all();
    for row in rows.iter().filter(|row| matches!(row.sent, Sent::Form(_))) {
        // A script asks for these, no form.
        if row.route.contains("/start_passkey") {
            continue;
        }
        let Some(who) = row.allowed() else { continue };
        let scene = scenes.at(row.stage).await;
        let from = format!("{ORIGIN}/account");
        let ask = with(
            row.ask(scene, who).accepts_html(),
            &[
                ("origin", ORIGIN),
                ("sec-fetch-site", "same-origin"),
                ("sec-fetch-mode", "navigate"),
                ("referer", &from),
            ],
        );
        let reply = site.send(ask.request()).await;
        let name = format!("{} {:?}: {reply:?}", row.uri, row.sent);
        assert_eq!(reply.status.as_u16(), 303, "{name}");
        let next = reply.header("location");
        assert!(next.starts_with('/') && !next.starts_with("//"), "{name}");
        // It was not sent back with a refusal: that would be in a cookie for the next page.
        let token = reply.cookie("ym_login").filter(|token| !token.is_empty());
        let refusal = reply.cookie("ym_form");
        let token = token.or(scene.token(who).map(str::to_owned));
        if let Some(refusal) = refusal {
            let ask = Ask::get(next).with("cookie", &format!("ym_form={refusal}"));
            let ask = match &token {
                Some(token) => ask.with("cookie", &format!("ym_login={token}")),
                None => ask,
            };
            let page = site.send(ask.accepts_html().request()).await;
            assert!(!page.text.contains("note-danger"), "{name}");
        }
        scenes.spoil();
    }
}

#[apply(on_sqlite!)]
async fn nobody_can_upload_anything(app: TestApp) {
    let site = Site::of(&app);
    let contents = Contents::of(&app.test_db).await;
    let mut scenes = Scenes::of(&app);
    let body = "--x\r\nContent-Disposition: form-data; name=\"name\"; filename=\"a.svg\"\r\n\
                Content-Type: image/svg+xml\r\n\r\n<svg onload=\"alert(1)\"/>\r\n--x--\r\n";
    for row in rows::all() {
        let scene = scenes.at(row.stage).await;
        let who = row.allowed().unwrap_or(Who::Mentee);
        if row.is_page() {
            let page = site.send(row.ask(scene, who).request()).await;
            for word in ["type=\"file\"", "multipart/form-data"] {
                assert!(!page.text.contains(word), "{} has {word}", row.uri);
            }
        }
        // What needs no body does not read one.
        let takes_a_body = !matches!(row.sent, Sent::Nothing | Sent::Form(""));
        if !row.is_write() || !takes_a_body {
            continue;
        }
        let before = contents.now(&app.test_db).await;
        let uri = scene.fill(&row.uri, who);
        let ask = Ask::text(&uri, "multipart/form-data; boundary=x", body);
        let reply = site.send(ask.by(scene.token(who)).request()).await;
        assert!(reply.status.is_client_error(), "{} {reply:?}", row.uri);
        let changed = changed(&before, &contents.now(&app.test_db).await);
        assert!(changed.is_empty(), "{} changed {changed:?}", row.uri);
    }
}
