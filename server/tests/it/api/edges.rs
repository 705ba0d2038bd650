//! Whom requests are for, and who brings them.

use super::{Guarded, Site, ask, raw, sign_in};
use crate::harness::{self, PASSWORD, TestApp, on_both_engines, on_sqlite};
use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, StatusCode},
};
use macro_rules_attribute::apply;
use server::{
    doctor::{self, Verdict},
    http::forwarding,
    media::MediaError,
};
use std::net::SocketAddr;

/// A request for these hosts.
fn for_hosts(path: &str, hosts: &[&'static str]) -> Request<Body> {
    let mut request = Request::get(path);
    for host in hosts {
        request = request.header("host", *host);
    }
    request.body(Body::empty()).expect("a request")
}

#[apply(on_sqlite!)]
async fn a_request_for_another_site_is_refused_and_says_what_to_set(Guarded(app): Guarded) {
    let site = Site::of(&app);
    for ours in ["minds.example", "Minds.Example:443", "minds.example:3000"] {
        let reply = site.send(for_hosts("/api/me", &[ours])).await;
        reply.refused(401, "signed_out");
    }
    for foreign in [
        &["evil.example"][..],
        &["minds.example.evil.example"],
        &["127.0.0.1:3000"],
        &["localhost"],
        &[""],
        &["minds.example", "evil.example"],
        &["evil.example", "minds.example"],
    ] {
        let reply = site.send(for_hosts("/api/me", foreign)).await;
        let message = &reply.refused(421, "wrong_host")["message"];
        let message = message.as_str().expect("text");
        for word in ["https://minds.example", "APP_URL", "Host header"] {
            assert!(message.contains(word), "{message}");
        }
        assert!(!message.contains("evil"), "nothing of theirs is repeated");
    }
    // HTTP/2, and HTTP/1 as proxies are asked, name the site in the address.
    let whole = |host: &str| for_hosts(&format!("https://{host}/api/me"), &[]);
    let reply = site.send(whole("minds.example")).await;
    reply.refused(401, "signed_out");
    let reply = site.send(whole("evil.example")).await;
    reply.refused(421, "wrong_host");
    let mixed = for_hosts("https://minds.example/api/me", &["evil.example"]);
    site.send(mixed).await.refused(421, "wrong_host");
    let page = site.send(for_hosts("/dashboard", &["evil.example"])).await;
    assert_eq!(page.status, StatusCode::MISDIRECTED_REQUEST);
    assert!(
        page.text.starts_with("This request is for another site"),
        "people read a sentence: {}",
        page.text
    );
}

#[apply(on_sqlite!)]
async fn a_request_without_a_host_is_refused(app: TestApp) {
    // Past the helper that adds one.
    let Site(router, _) = Site::of(&app);
    let answer = tower::ServiceExt::oneshot(router, for_hosts("/api/me", &[])).await;
    let answer = answer.expect("a router always answers");
    assert_eq!(answer.status(), StatusCode::MISDIRECTED_REQUEST);
}

#[apply(on_sqlite!)]
async fn another_site_can_neither_sign_in_nor_change_anything(app: TestApp) {
    let (site, person) = (Site::of(&app), app.person("Max Mentee").await);
    let mut request = sign_in(&person.email, PASSWORD);
    let host = "rebound.example:3000".parse().expect("a header");
    request.headers_mut().insert("host", host);
    let reply = site.send(request).await;
    reply.refused(421, "wrong_host");
    assert_eq!(reply.header("set-cookie"), "");
}

#[apply(on_sqlite!)]
async fn this_machine_is_reached_by_all_of_its_names(app: TestApp) {
    let site = Site::of(&app);
    for ours in [
        "127.0.0.1:3000",
        "localhost:3000",
        "[::1]:8080",
        "127.0.0.1",
    ] {
        let reply = site.send(for_hosts("/api/me", &[ours])).await;
        reply.refused(401, "signed_out");
    }
    for foreign in ["rebound.example:3000", "192.168.0.7:3000", "0.0.0.0:3000"] {
        let reply = site.send(for_hosts("/api/me", &[foreign])).await;
        reply.refused(421, "wrong_host");
    }
}

#[apply(on_sqlite!)]
async fn probes_and_the_video_server_reach_us_by_any_name(Guarded(app): Guarded) {
    let site = Site::of(&app);
    for path in ["/healthz", "/readyz"] {
        let reply = site.send(for_hosts(path, &["10.0.0.9:3000"])).await;
        reply.data(200);
    }
    let mut webhook = raw("/api/livekit/webhook", None, "{}");
    let host = "app.internal:3000".parse().expect("a header");
    webhook.headers_mut().insert("host", host);
    let reply = site.send(webhook).await;
    assert_eq!(
        reply.status,
        StatusCode::UNAUTHORIZED,
        "the signature decides there"
    );
    for beside in ["/healthz/", "/api/livekit/webhooks", "//healthz"] {
        let reply = site.send(for_hosts(beside, &["10.0.0.9:3000"])).await;
        assert_eq!(reply.status, StatusCode::MISDIRECTED_REQUEST, "{beside}");
    }
}

#[apply(on_both_engines!)]
async fn a_proxy_that_is_not_trusted_is_told_of_once(app: TestApp) {
    let site = Site::of(&app);
    let said = async |resolved: &str| {
        let entries = format!(
            "SELECT count(*) FROM admin_notifications WHERE kind = 'untrusted_proxy' AND resolved_at IS {resolved}"
        );
        app.test_db.number(&entries).await
    };
    let bring = async |peer: &str, name: &'static str| {
        let peer: SocketAddr = peer.parse().expect("an address");
        let mut request = ask(Method::GET, "/healthz", None, None);
        request.extensions_mut().insert(ConnectInfo(peer));
        let client = "198.51.100.1".parse().expect("a header");
        request.headers_mut().insert(name, client);
        site.send(request).await.data(200);
    };
    // Nothing is asked of LiveKit after its first refusal.
    let unreachable = MediaError::Unreachable("connection refused".to_owned());
    app.media.fail_always(Some(unreachable));
    let doctor_warns = async || {
        let findings = doctor::examine(&app.state).await;
        let finding = findings.into_iter().find(|f| f.check == "proxies");
        match finding.expect("it looks").verdict {
            Verdict::Failed { remedy, .. } => remedy.contains("TRUSTED_PROXIES"),
            Verdict::Fine(_) => false,
        }
    };
    bring("192.0.2.7:1", "accept-language").await;
    assert!(!doctor_warns().await);
    bring("192.0.2.7:1", "x-forwarded-for").await;
    while said("NULL").await == 0 {
        tokio::task::yield_now().await;
    }
    assert!(doctor_warns().await);
    // Whoever settles it is not told again by the next request: anybody can send such a header.
    let begun = forwarding::begin_anew(&app.state).await;
    begun.expect("the database answers");
    for n in 0..20 {
        bring(&format!("192.0.2.8:{n}"), "forwarded").await;
    }
    assert_eq!((said("NULL").await, said("NOT NULL").await), (0, 1));
    assert!(!doctor_warns().await);
}

#[test]
fn only_forwarding_headers_of_somebody_else_are_news() {
    let mut config = harness::config("sqlite::memory:");
    config.limits.trusted_proxies = "10.0.0.0/8".parse().expect("networks");
    for (peer, header, is_news) in [
        (Some("10.0.0.1:1"), "x-forwarded-for", false),
        (Some("[::ffff:10.0.0.1]:1"), "forwarded", false),
        (Some("127.0.0.1:1"), "x-real-ip", true),
        (Some("192.0.2.7:1"), "x-forwarded-proto", true),
        (Some("192.0.2.7:1"), "x-forwarded", false),
        (Some("192.0.2.7:1"), "user-agent", false),
        (None, "x-forwarded-for", false),
    ] {
        let mut request = Request::new(());
        let value = "198.51.100.1".parse().expect("a header");
        request.headers_mut().insert(header, value);
        if let Some(peer) = peer {
            let peer: SocketAddr = peer.parse().expect("an address");
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        let (headers, extensions) = (request.headers(), request.extensions());
        assert_eq!(
            forwarding::is_from_untrusted_proxy(&config, headers, extensions),
            is_news,
            "{peer:?} {header}"
        );
    }
}
