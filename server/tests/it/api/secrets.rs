//! What answers must not give away.

use super::{Cast, Site, ask, livekit, sign_in};
use crate::harness::{LIVEKIT_KEY, LIVEKIT_SECRET, NOW, PASSWORD, TestApp, on_sqlite};
use axum::http::Method;
use domain::{ids::SessionId, time::Millis};
use macro_rules_attribute::apply;
use serde_json::json;
use uuid::Uuid;

#[apply(on_sqlite!)]
async fn a_strangers_session_looks_like_one_that_does_not_exist(app: TestApp) {
    let (site, cast) = (Site::of(&app), Cast::of(&app).await);
    let real = app
        .session(&cast.mentor, &cast.mentee, NOW + Millis::hours(1))
        .await;
    let unknown = SessionId(Uuid::new_v4());
    let mut said = Vec::new();
    for id in [real, unknown] {
        let shown = site
            .get(&cast.outsider, &format!("/api/sessions/{id}"))
            .await;
        let cancelled = site
            .post(&cast.outsider, &format!("/api/sessions/{id}/cancel"))
            .await;
        said.push([shown, cancelled].map(|reply| {
            (
                reply.status,
                reply.json["message"].clone(),
                reply.json["code"].clone(),
            )
        }));
    }
    assert_eq!(said[0], said[1]);
}

#[apply(on_sqlite!)]
async fn a_refusal_does_not_repeat_a_password(app: TestApp) {
    let site = Site::of(&app);
    for body in [
        json!({"email": "max@example.org", "password": ["hunter22"]}),
        json!({"email": {"hunter22": 1}, "password": "hunter22"}),
        json!({"email": "max@example.org", "password": "hunter22", "role": "hunter22"}),
        json!({"email": "max@example.org", "password": 22_222_222}),
    ] {
        let reply = site
            .send(ask(Method::POST, "/api/auth/sign-in", None, Some(body)))
            .await;
        reply.refused(422, "invalid");
        assert!(
            !reply.text.contains("hunter22") && !reply.text.contains("22222222"),
            "{}",
            reply.text
        );
    }
}

#[apply(on_sqlite!)]
async fn no_answer_but_the_join_token_holds_a_secret(app: TestApp) {
    let (site, cast) = (Site::of(&app), Cast::of(&app).await);
    let id = app.session(&cast.mentor, &cast.mentee, NOW).await;
    let mut bodies = Vec::new();
    for who in [&cast.mentor, &cast.mentee, &cast.outsider, &cast.admin] {
        for path in [
            "/api/me",
            "/api/mentors",
            "/api/sessions",
            "/api/openapi.json",
            "/healthz",
            "/readyz",
        ] {
            bodies.push(site.get(who, path).await.text);
        }
        bodies.push(site.get(who, &format!("/api/sessions/{id}")).await.text);
        bodies.push(
            site.get(who, &format!("/api/mentors/{}/slots", cast.mentor.id()))
                .await
                .text,
        );
        bodies.push(site.post(who, &livekit(id, "create-room")).await.text);
        bodies.push(site.send(sign_in(&who.email, PASSWORD)).await.text);
        let join_token = site.get(who, &livekit(id, "access-token")).await.text;
        assert!(!join_token.contains(LIVEKIT_SECRET) && !join_token.contains(&who.token));
    }
    let people = [&cast.mentor, &cast.mentee, &cast.outsider, &cast.admin];
    for body in &bodies {
        for secret in [LIVEKIT_SECRET, LIVEKIT_KEY, PASSWORD, "eyJ", "argon2"] {
            assert!(!body.contains(secret), "{secret} in {body}");
        }
        for person in people {
            assert!(!body.contains(&person.token), "a login's token in {body}");
        }
    }
    // Addresses are shown to their owner only.
    for who in people {
        let others: Vec<_> = people
            .iter()
            .filter(|other| other.email != who.email)
            .collect();
        for path in ["/api/me", "/api/mentors", "/api/sessions"] {
            let body = site.get(who, path).await.text;
            assert!(
                others.iter().all(|other| !body.contains(&other.email)),
                "{body}"
            );
        }
    }
}
