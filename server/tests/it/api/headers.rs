//! Headers of all answers, and requests that come from other sites.

use super::{Cast, Site, ask, raw, sign_in};
use crate::harness::{NOW, PASSWORD, TestApp, on_sqlite};
use axum::{
    Router,
    http::{Method, StatusCode, header},
};
use domain::time::Millis;
use macro_rules_attribute::apply;
use server::http;
use std::collections::BTreeSet;
use uuid::Uuid;

#[apply(on_sqlite!)]
async fn other_sites_cannot_make_a_browser_change_anything(app: TestApp) {
    let (site, cast) = (Site::of(&app), Cast::of(&app).await);
    let id = app
        .session(&cast.mentor, &cast.mentee, NOW + Millis::hours(1))
        .await;
    let cancel = |headers: &[(&'static str, &'static str)]| {
        let mut request = ask(
            Method::POST,
            &format!("/api/sessions/{id}/cancel"),
            Some(&cast.mentee),
            None,
        );
        for (name, value) in [("host", "127.0.0.1:3000")].iter().chain(headers) {
            request
                .headers_mut()
                .insert(*name, value.parse().expect("a header"));
        }
        site.send(request)
    };
    for foreign in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
        ],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "http://127.0.0.1:3001")],
    ] {
        cancel(foreign).await.refused(403, "cross_site");
    }
    let session = site.get(&cast.mentee, &format!("/api/sessions/{id}")).await;
    assert_eq!(session.data(200)["booking"], "confirmed");
    for own in [
        &[][..],
        &[
            ("sec-fetch-site", "same-origin"),
            ("origin", "http://127.0.0.1:3000"),
        ],
        &[("sec-fetch-site", "none")],
        &[("origin", "http://127.0.0.1:3000")],
    ] {
        cancel(own).await.data(200);
    }
    let mut login = sign_in(&cast.mentee.email, PASSWORD);
    login
        .headers_mut()
        .insert("sec-fetch-site", "cross-site".parse().expect("a header"));
    let login = site.send(login).await;
    login.refused(403, "cross_site");
    assert_eq!(
        login.header("set-cookie"),
        "",
        "nobody is signed in from elsewhere either"
    );
    let mut webhook = raw("/api/livekit/webhook", None, "{}");
    webhook.headers_mut().insert(
        "origin",
        "https://livekit.example".parse().expect("a header"),
    );
    assert_eq!(
        site.send(webhook).await.status,
        StatusCode::UNAUTHORIZED,
        "the signature decides there"
    );
}

#[apply(on_sqlite!)]
async fn answers_carry_the_security_headers_and_a_request_id_of_our_own(app: TestApp) {
    let site = Site::of(&app);
    let mut seen = BTreeSet::new();
    for path in ["/healthz", "/api/me", "/api/nothing", "/api/openapi.json"] {
        let mut request = ask(Method::GET, path, None, None);
        request
            .headers_mut()
            .insert("x-request-id", "mine".parse().expect("a header"));
        let reply = site.send(request).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            (
                "content-security-policy",
                "default-src 'none'; frame-ancestors 'none'",
            ),
            ("strict-transport-security", ""),
        ] {
            assert_eq!(reply.header(name), value, "{path} {name}");
        }
        assert!(
            reply
                .header("permissions-policy")
                .starts_with("camera=(), microphone=(), display-capture=()")
        );
        assert!(reply.header("x-request-id").parse::<Uuid>().is_ok());
        assert!(
            seen.insert(reply.header("x-request-id").to_owned()),
            "each request has its own"
        );
    }
}

#[apply(on_sqlite!)]
async fn pages_get_the_headers_too_and_plain_words_instead_of_json(app: TestApp) {
    let page = |text: &'static str| axum::routing::any(async move || axum::response::Html(text));
    let pages = Router::new()
        .route("/meeting/{id}", page("meeting"))
        .route("/dashboard", page("dashboard"))
        .route(
            "/broken",
            axum::routing::get(async || -> String { panic!("a bug") }),
        );
    let router = http::router(app.state.clone(), app.inbox.clone());
    let site = Site::around(router.merge(pages), &app);

    let meeting = site
        .send(ask(
            Method::GET,
            &format!("/meeting/{}", Uuid::new_v4()),
            None,
            None,
        ))
        .await;
    let allowed =
        "camera=(self), microphone=(self), display-capture=(self), speaker-selection=(self)";
    assert!(meeting.header("permissions-policy").starts_with(allowed));
    let dashboard = site.send(ask(Method::GET, "/dashboard", None, None)).await;
    assert!(
        dashboard
            .header("permissions-policy")
            .starts_with("camera=()")
    );
    assert_eq!(
        dashboard.header("content-security-policy"),
        "default-src 'none'; frame-ancestors 'none'",
        "the pages write their own; what has none may load nothing"
    );
    let mut foreign = ask(Method::POST, "/dashboard", None, None);
    foreign
        .headers_mut()
        .insert("sec-fetch-site", "cross-site".parse().expect("a header"));
    let foreign = site.send(foreign).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    assert_eq!(
        foreign.text,
        "This request came from another site and was not carried out."
    );
    let broken = site.send(ask(Method::GET, "/broken", None, None)).await;
    assert_eq!(broken.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(
        broken.text.contains(broken.header("x-request-id")) && !broken.text.contains("a bug"),
        "{}",
        broken.text
    );
}

#[apply(on_sqlite!)]
async fn long_answers_are_compressed_and_short_ones_are_not(app: TestApp) {
    let site = Site::of(&app);
    for (path, accepted, encoding) in [
        ("/api/openapi.json", "gzip, br", "br"),
        ("/api/openapi.json", "gzip", "gzip"),
        ("/api/openapi.json", "identity", ""),
        ("/healthz", "gzip, br", ""),
    ] {
        let mut request = ask(Method::GET, path, None, None);
        request
            .headers_mut()
            .insert(header::ACCEPT_ENCODING, accepted.parse().expect("a header"));
        let response = site.answer(request).await;
        let sent = response
            .headers()
            .get(header::CONTENT_ENCODING)
            .map_or("", |v| v.to_str().expect("text"));
        assert_eq!(sent, encoding, "{path} {accepted}");
    }
}
