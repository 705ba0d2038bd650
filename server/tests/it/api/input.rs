//! What cannot be read, means nothing or leads nowhere is refused in JSON and changes nothing.

use super::{
    Cast, Site, ask, livekit, raw,
    routes::{ROUTES, step_body},
};
use crate::harness::{NOW, TestApp, on_sqlite};
use axum::http::{Method, StatusCode, header};
use domain::time::Millis;
use macro_rules_attribute::apply;
use serde_json::{Value, json};
use server::zones::rfc3339;
use uuid::Uuid;

#[apply(on_sqlite!)]
async fn ids_that_are_none_are_refused_on_every_route(app: TestApp) {
    let (site, person) = (Site::of(&app), app.person("Max Mentee").await);
    let id = Uuid::new_v4();
    let ids = [
        "0".to_owned(),
        "-1".to_owned(),
        "9223372036854775808".to_owned(),
        format!("{id}0"),
        id.simple().to_string(),
        format!("%7B{id}%7D"),
        "..".to_owned(),
        "..%2F..%2Fetc".to_owned(),
        "%00".to_owned(),
        "%ff".to_owned(),
        "%E2%82%AC".to_owned(),
        "'%20OR%201=1".to_owned(),
        "a".repeat(10_000),
    ];
    for (method, path) in ROUTES.iter().filter(|(_, path)| path.contains("{id}")) {
        for id in &ids {
            let request = ask(
                method.parse().expect("a method"),
                &path.replace("{id}", id),
                Some(&person),
                None,
            );
            site.send(request).await.refused(400, "malformed");
        }
        let body = step_body(path, NOW);
        let unknown = ask(
            method.parse().expect("a method"),
            &path.replace("{id}", &id.to_string()),
            Some(&person),
            body,
        );
        site.send(unknown).await.refused(404, "not_found");
    }
    site.get(&person, "/api/events?session=7")
        .await
        .refused(400, "malformed");
    site.get(&person, &format!("/api/events?session={id}"))
        .await
        .refused(404, "not_found");
}

#[apply(on_sqlite!)]
async fn unreadable_bodies_wrong_types_and_unknown_fields_change_nothing(app: TestApp) {
    let (site, cast) = (Site::of(&app), Cast::of(&app).await);
    let good = json!({"mentorId": cast.mentor.id(), "startsAt": rfc3339(NOW + Millis::hours(1)), "title": "First steps"});
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body.to_string()
    };
    let without = json!({"mentorId": cast.mentor.id(), "title": "First steps"}).to_string();
    let twice = format!("{{\"title\": \"a\", {}", &good.to_string()[1..]);
    let invalid = [
        (with("title", json!(7)), "title"),
        (with("title", json!("")), "title"),
        (with("title", json!("x".repeat(200))), "title"),
        (with("mentorId", json!("7")), "mentorId"),
        (with("mentorId", json!(null)), "mentorId"),
        (with("mentorId", json!(cast.mentee.id())), "mentorId"),
        (with("startsAt", json!("tomorrow")), "startsAt"),
        (with("startsAt", json!(1_796_119_200_000_i64)), "startsAt"),
        (with("startsAt", json!("2026-12-01T10:00:00")), "startsAt"),
        (with("startsAt", json!("9999-12-31T23:59:59Z")), "startsAt"),
        (with("price", json!(0)), "price"),
        (with("menteeId", json!(cast.outsider.id())), "menteeId"),
        (without, "startsAt"),
        (twice, "title"),
        ("[]".to_owned(), "body"),
        (
            json!([
                cast.mentor.id(),
                rfc3339(NOW + Millis::hours(1)),
                "First steps"
            ])
            .to_string(),
            "body",
        ),
        (
            with(
                "title",
                serde_json::from_str(&format!("{}1{}", "[".repeat(100), "]".repeat(100)))
                    .expect("JSON"),
            ),
            "title",
        ),
        (
            format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000)),
            "body",
        ),
        ("7".to_owned(), "body"),
        ("null".to_owned(), "body"),
    ];
    let send = |body: String| {
        let mut request = raw(
            "/api/sessions",
            Some("application/json; charset=utf-8"),
            body,
        );
        let cookie = format!("ym_login={}", cast.mentee.token)
            .parse()
            .expect("a header");
        request.headers_mut().insert(header::COOKIE, cookie);
        site.send(request)
    };
    for (body, field) in invalid {
        let reply = send(body.clone()).await;
        assert_eq!(
            reply.refused(422, "invalid")["fields"][0]["field"],
            field,
            "{body} {}",
            reply.text
        );
    }
    let more = format!("{good}}}");
    for body in [
        "",
        "{",
        "nonsense",
        "{'a': 1}",
        "{\"title\": \"\u{0}\"",
        more.as_str(),
    ] {
        send(body.to_owned()).await.refused(400, "malformed");
    }
    for sent in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("multipart/form-data"),
    ] {
        let mut request = raw("/api/auth/sign-in", sent, good.to_string());
        request
            .headers_mut()
            .insert("accept", "text/html".parse().expect("a header"));
        site.send(request).await.refused(415, "wrong_type");
    }
    let sessions = site.get(&cast.mentor, "/api/sessions").await;
    assert_eq!(
        *sessions.data(200),
        json!({"upcoming": [], "past": [], "hasLater": false, "hasEarlier": false})
    );
}

#[apply(on_sqlite!)]
async fn parameters_are_checked_like_bodies(app: TestApp) {
    let (site, cast) = (Site::of(&app), Cast::of(&app).await);
    let id = app.session(&cast.mentor, &cast.mentee, NOW).await;
    for (query, field) in [
        ("rejoin=maybe", "rejoin"),
        ("rejoin=true&role=mentor", "role"),
        ("rejoin=", "rejoin"),
    ] {
        let reply = site
            .get(&cast.mentee, &livekit(id, &format!("access-token?{query}")))
            .await;
        assert_eq!(reply.refused(422, "invalid")["fields"][0]["field"], field);
    }
    let slots = format!("/api/mentors/{}/slots", cast.mentor.id());
    for (query, field) in [
        ("from=yesterday", "from"),
        ("to=2026-13-01T00:00:00Z", "to"),
        ("to=2020-01-01T00:00:00Z", "to"),
        ("from=2026-12-01T00:00:00Z&to=2027-12-01T00:00:00Z", "to"),
        ("from=-009999-01-01T00:00:00Z", "to"),
        ("limit=1", "limit"),
    ] {
        let reply = site.get(&cast.mentee, &format!("{slots}?{query}")).await;
        if field == "to" && query.starts_with("from=-00") {
            assert!(
                reply.status.is_success() || reply.status == StatusCode::UNPROCESSABLE_ENTITY,
                "{}",
                reply.text
            );
            continue;
        }
        assert_eq!(
            reply.refused(422, "invalid")["fields"][0]["field"],
            field,
            "{query}"
        );
    }
    let shifted = site
        .get(
            &cast.mentee,
            &format!("{slots}?from=2026-12-02T01:00:00%2B01:00&to=2026-12-02T00:30:00Z"),
        )
        .await;
    assert_eq!(shifted.data(200)[0]["startsAt"], "2026-12-02T00:00:00Z");
    site.get(
        &cast.mentee,
        &format!("/api/mentors/{}/slots", cast.mentee.id()),
    )
    .await
    .refused(404, "not_found");
}

#[apply(on_sqlite!)]
async fn bodies_over_the_limit_are_not_read(app: TestApp) {
    let site = Site::of(&app);
    let large = format!("{{\"email\": \"{}\"}}", "a".repeat(64 * 1024));
    site.send(raw("/api/auth/sign-in", Some("application/json"), large))
        .await
        .refused(413, "too_large");
    let webhook = |length: usize| {
        raw(
            "/api/livekit/webhook",
            Some("application/webhook+json"),
            "a".repeat(length),
        )
    };
    assert_eq!(
        site.send(webhook(100 * 1024)).await.status,
        StatusCode::UNAUTHORIZED,
        "within the webhook's own limit"
    );
    site.send(webhook(256 * 1024 + 1))
        .await
        .refused(413, "too_large");
}

#[apply(on_sqlite!)]
async fn unknown_addresses_and_methods_are_refused_in_json(app: TestApp) {
    let (site, person) = (Site::of(&app), app.person("Max Mentee").await);
    for path in [
        "/api",
        "/api/",
        "/api/nothing",
        "/api/sessions/",
        "/api/v1/sessions",
    ] {
        let reply = site.get(&person, path).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
        reply.refused(404, "not_found");
    }
    let id = Uuid::new_v4().to_string();
    for (_, path) in ROUTES {
        let request = ask(
            Method::DELETE,
            &path.replace("{id}", &id),
            Some(&person),
            None,
        );
        let reply = site.send(request).await;
        reply.refused(405, "wrong_method");
        assert!(!reply.header("allow").is_empty(), "{path}");
    }
    // Changing something by a link is impossible.
    for (_, path) in ROUTES
        .iter()
        .filter(|(method, path)| *method == "POST" && *path != "/api/sessions")
    {
        let request = ask(Method::GET, &path.replace("{id}", &id), Some(&person), None);
        site.send(request).await.refused(405, "wrong_method");
    }
}
