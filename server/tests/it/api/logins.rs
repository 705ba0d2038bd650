//! Signing in, its cookie, and whose address counts.

use super::{Guarded, Site, ask, sign_in};
use crate::harness::{self, PASSWORD, TestApp, on_sqlite};
use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, header},
};
use domain::time::Millis;
use macro_rules_attribute::apply;
use server::http;
use std::{collections::BTreeSet, net::SocketAddr};

#[apply(on_sqlite!)]
async fn the_cookie_is_closed_to_scripts_and_ends_with_the_login(app: TestApp) {
    let (site, person) = (Site::of(&app), app.person("Max Mentee").await);
    let reply = site.send(sign_in(&person.email, PASSWORD)).await;
    reply.data(200);
    let cookie = reply.header("set-cookie").to_owned();
    let (pair, attributes) = cookie.split_once("; ").expect("attributes");
    let (name, token) = pair.split_once('=').expect("a value");
    assert_eq!((name, token.len()), ("ym_login", 43));
    assert_eq!(
        attributes,
        "HttpOnly; SameSite=Lax; Path=/; Max-Age=2592000"
    );
    assert!(!reply.text.contains(token));
    assert_ne!(token, person.token, "every sign-in has a token of its own");

    let me = |token: &str| {
        let request = Request::get("/api/me").header(header::COOKIE, format!("ym_login={token}"));
        site.send(request.body(Body::empty()).expect("a request"))
    };
    me(token).await.data(200);
    let mut out = ask(Method::POST, "/api/auth/sign-out", None, None);
    out.headers_mut()
        .insert(header::COOKIE, pair.parse().expect("a header"));
    let out = site.send(out).await;
    out.data(200);
    assert_eq!(
        out.header("set-cookie"),
        "ym_login=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0"
    );
    me(token).await.refused(401, "signed_out");
    me(&person.token).await.data(200);
    for bad in ["", "x", &"a".repeat(43), &"a".repeat(5_000), "\"quoted\""] {
        me(bad).await.refused(401, "signed_out");
    }
}

#[apply(on_sqlite!)]
async fn over_https_the_cookie_is_bound_to_the_host_and_browsers_stay_on_https(
    Guarded(app): Guarded,
) {
    let (site, person) = (Site::of(&app), app.person("Max Mentee").await);
    let reply = site.send(sign_in(&person.email, PASSWORD)).await;
    let cookie = reply.header("set-cookie");
    assert!(cookie.starts_with("__Host-ym_login="), "{cookie}");
    assert!(
        cookie.ends_with("; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=2592000"),
        "{cookie}"
    );
    assert_eq!(
        reply.header("strict-transport-security"),
        "max-age=31536000"
    );
    site.get(&person, "/api/me")
        .await
        .refused(401, "signed_out");
    let request =
        Request::get("/api/me").header(header::COOKIE, format!("__Host-ym_login={}", person.token));
    site.send(request.body(Body::empty()).expect("a request"))
        .await
        .data(200);
}

#[apply(on_sqlite!)]
async fn an_unknown_address_and_a_wrong_password_look_the_same(app: TestApp) {
    let (site, person) = (Site::of(&app), app.person("Max Mentee").await);
    let mut said = Vec::new();
    for email in [
        person.email.as_str(),
        "nobody@example.org",
        "not an address",
    ] {
        let reply = site.send(sign_in(email, "some other password")).await;
        reply.refused(401, "wrong_credentials");
        let headers: BTreeSet<_> = reply
            .headers
            .keys()
            .map(|name| name.as_str().to_owned())
            .collect();
        said.push((reply.json["message"].clone(), headers));
    }
    assert!(said.windows(2).all(|pair| pair[0] == pair[1]), "{said:?}");
}

#[apply(on_sqlite!)]
async fn too_many_wrong_passwords_are_refused_whatever_the_client_says_about_its_address(
    Guarded(app): Guarded,
) {
    let (site, person) = (Site::of(&app), app.person("Max Mentee").await);
    let attempt = |peer: &str, forwarded: &str, password: &str| {
        let mut request = sign_in(&person.email, password);
        let peer: SocketAddr = peer.parse().expect("an address");
        request.extensions_mut().insert(ConnectInfo(peer));
        if !forwarded.is_empty() {
            request
                .headers_mut()
                .insert("x-forwarded-for", forwarded.parse().expect("a header"));
        }
        site.send(request)
    };
    for n in 0..3 {
        attempt(
            "192.0.2.7:5000",
            &format!("198.51.100.{n}"),
            "wrong password",
        )
        .await
        .refused(401, "wrong_credentials");
    }
    let refused = attempt("192.0.2.7:5001", "198.51.100.77", PASSWORD).await;
    refused.refused(429, "too_many");
    assert_eq!(refused.header("retry-after"), "900");
    // Through the trusted proxy only the hop that the proxy itself wrote counts.
    let proxied = attempt("10.0.0.1:6000", "203.0.113.1, 192.0.2.7", PASSWORD).await;
    proxied.refused(429, "too_many");
    attempt("10.0.0.1:6000", "192.0.2.7, 203.0.113.1", PASSWORD)
        .await
        .data(200);
    attempt("203.0.113.9:7000", "", PASSWORD).await.data(200);
    app.clock.advance(Millis::minutes(15));
    attempt("192.0.2.7:5000", "", PASSWORD).await.data(200);
}

#[tokio::test]
async fn the_client_is_the_last_hop_that_is_no_proxy_of_ours() {
    let mut config = harness::config("sqlite::memory:");
    let proxies = "10.0.0.1, 10.0.0.2, fd00::1, 172.16.0.0/12, fd12::/16";
    config.limits.trusted_proxies = proxies.parse().expect("networks");
    for (peer, forwarded, expected) in [
        ("192.0.2.1:1", &["198.51.100.1"][..], "192.0.2.1"),
        ("10.0.0.1:1", &[], "10.0.0.1"),
        ("10.0.0.1:1", &["198.51.100.1"], "198.51.100.1"),
        (
            "10.0.0.1:1",
            &["1.1.1.1, 198.51.100.1, 10.0.0.2"],
            "198.51.100.1",
        ),
        ("10.0.0.1:1", &["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1:1", &["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1:1", &["10.0.0.2, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1:1", &["198.51.100.1, nonsense"], "10.0.0.1"),
        ("[::ffff:10.0.0.1]:1", &["2001:db8::7"], "2001:db8::7"),
        ("[fd00::1]:1", &["[2001:db8::7]:443"], "2001:db8::7"),
        (
            "172.31.0.9:1",
            &["1.1.1.1, 198.51.100.1, fd12::5, 172.16.0.1"],
            "198.51.100.1",
        ),
        ("172.32.0.9:1", &["198.51.100.1"], "172.32.0.9"),
    ] {
        let mut request = Request::new(());
        for value in forwarded {
            request
                .headers_mut()
                .append("x-forwarded-for", value.parse().expect("a header"));
        }
        request
            .extensions_mut()
            .insert(ConnectInfo::<SocketAddr>(peer.parse().expect("an address")));
        let found = http::client_ip(&config, request.headers(), request.extensions());
        assert_eq!(found.to_string(), expected, "{peer} {forwarded:?}");
    }
}
