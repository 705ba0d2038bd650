//! T02, T61: what surrounds every page, errors included.

use crate::{
    harness::{TestApp, on_sqlite},
    rows,
    stage::{Ask, Scenes, Site, Stage, Who},
};
use axum::http::Method;
use macro_rules_attribute::apply;
use std::collections::BTreeSet;

/// The nonce of a policy that has one.
fn nonce(policy: &str) -> Option<&str> {
    let (_, rest) = policy.split_once("'nonce-")?;
    rest.split_once('\'').map(|(nonce, _)| nonce)
}

#[apply(on_sqlite!)]
async fn every_page_has_a_policy_of_its_own_and_nobody_frames_it(app: TestApp) {
    let site = Site::of(&app);
    let mut scenes = Scenes::of(&app);
    let mut nonces = BTreeSet::new();
    let rows = rows::all();
    let mut asked: Vec<(String, Ask)> = Vec::new();
    for row in rows.iter().filter(|row| row.is_page()) {
        let scene = scenes.at(row.stage).await;
        for who in [Who::Visitor, Who::Mentee, Who::Outsider, Who::Admin] {
            asked.push((format!("{} by {who:?}", row.uri), row.ask(scene, who)));
        }
    }
    let scene = scenes.at(Stage::Begun).await;
    for path in [
        "/nothing",
        "/admin/nothing",
        "/sessions/x/y",
        "/%FF",
        "/pkg/nothing.js",
    ] {
        for who in [Who::Visitor, Who::Admin] {
            let ask = Ask::get(path).by(scene.token(who)).accepts_html();
            asked.push((format!("{path} by {who:?}"), ask));
        }
    }
    for (name, ask) in asked {
        let reply = site.send(ask.request()).await;
        let policy = reply.header("content-security-policy").to_owned();
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{name}: {policy}"
        );
        assert_eq!(reply.header("x-frame-options"), "DENY", "{name}");
        let is_html = reply.header("content-type").starts_with("text/html");
        if !is_html {
            assert!(policy.contains("default-src 'none'"), "{name}: {policy}");
            continue;
        }
        let nonce = nonce(&policy).unwrap_or_else(|| panic!("{name} has no nonce: {policy}"));
        assert!(nonce.len() >= 22, "{name}: {nonce}");
        assert!(nonces.insert(nonce.to_owned()), "{name} repeats a nonce");
        for word in [
            "'unsafe-inline'",
            "'unsafe-eval'",
            "strict-dynamic",
            " *",
            " https:;",
        ] {
            assert!(!policy.contains(word), "{name}: {policy}");
        }
        for word in ["object-src 'none'", "base-uri 'none'", "form-action 'self'"] {
            assert!(policy.contains(word), "{name}: {policy}");
        }
        // What runs carries it, and nothing runs from an attribute.
        for script in reply.text.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap_or_default();
            let own = format!("nonce=\"{nonce}\"");
            assert!(tag.contains(&own), "{name}: <script{tag}>");
        }
        for attribute in [
            " onclick=",
            " onload=",
            " onerror=",
            " onsubmit=",
            "javascript:",
        ] {
            assert!(!reply.text.contains(attribute), "{name} has {attribute}");
        }
    }
    assert!(nonces.len() > 80, "{} pages were looked at", nonces.len());
}

#[apply(on_sqlite!)]
async fn no_answer_can_be_framed_whatever_went_wrong(app: TestApp) {
    let site = Site::of(&app);
    let large = "a".repeat(70_000);
    let foreign = Ask::form("/api/fn/sign_out", "").with("sec-fetch-site", "cross-site");
    let asked = [
        ("no such page", Ask::get("/nothing")),
        ("no such address of the API", Ask::get("/api/nothing")),
        ("a wrong method", Ask::empty(Method::POST, "/")),
        ("a method of no use", Ask::empty(Method::DELETE, "/api/me")),
        ("another site", foreign),
        ("too large", Ask::form("/api/fn/sign_in", &large)),
        (
            "too large a body of the API",
            Ask::json("/api/auth/sign-in", &large),
        ),
        ("unreadable", Ask::json("/api/auth/sign-in", "{")),
        (
            "an unreadable form",
            Ask::form("/api/fn/end_login", "login=x"),
        ),
        (
            "a wrong type",
            Ask::text("/api/auth/sign-in", "text/plain", "x"),
        ),
        ("signed out", Ask::get("/dashboard")),
        ("no ceremony", Ask::get("/auth/with/go")),
        ("no file", Ask::get("/favicon.nothing")),
        ("no feed", Ask::get("/calendar/x.ics")),
    ];
    for (name, ask) in asked {
        let reply = site.send(ask.request()).await;
        assert!(!reply.status.is_success(), "{name}: {reply:?}");
        let policy = reply.header("content-security-policy");
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{name}: {reply:?}"
        );
        assert_eq!(reply.header("x-frame-options"), "DENY", "{name}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{name}");
        assert!(!reply.header("x-request-id").is_empty(), "{name}");
    }
}

#[apply(on_sqlite!)]
async fn no_cache_keeps_what_signed_in_people_see(app: TestApp) {
    let site = Site::of(&app);
    let mut scenes = Scenes::of(&app);
    for row in rows::all().iter().filter(|row| row.method == "GET") {
        let scene = scenes.at(row.stage).await;
        for who in [Who::Visitor, Who::Mentee, Who::Admin] {
            let response = site.answer(row.ask(scene, who).request()).await;
            let kept = response.headers().get("cache-control");
            let kept = kept
                .map_or("", |kept| kept.to_str().expect("text"))
                .to_owned();
            let is_open = ["/healthz", "/readyz", "/api/openapi.json"].contains(&row.route);
            let name = format!("{} by {who:?}: {kept}", row.uri);
            if who == Who::Visitor || is_open || row.route.starts_with("/auth/with/") {
                assert!(!kept.contains("public") || is_open, "{name}");
            } else {
                assert_eq!(kept, "no-store", "{name}");
            }
        }
    }
}
