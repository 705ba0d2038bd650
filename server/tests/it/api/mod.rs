//! The JSON API as a program sees it: through the router, with all its layers.

mod description;
mod edges;
mod events;
mod headers;
mod input;
mod logins;
mod outages;
mod routes;
mod secrets;
mod sessions;
mod streams;

use crate::harness::{self, Fixture, Person, TestApp};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header},
    response::Response,
};
use domain::{ids::SessionId, time::Timestamp};
use serde_json::{Value, json};
use server::{
    config::AppUrl,
    http::{self, layers},
    zones::rfc3339,
};
use tower::ServiceExt;

/// A router around a test's app, and the host that requests are for unless they say another.
struct Site(Router, HeaderValue);

impl Site {
    fn of(app: &TestApp) -> Self {
        Self::around(http::router(app.state.clone(), app.inbox.clone()), app)
    }

    fn around(router: Router, app: &TestApp) -> Self {
        let host = app.state.config.app_url.host();
        let host = HeaderValue::from_str(host).expect("a header");
        Self(layers::apply(router, &app.state), host)
    }

    async fn answer(&self, mut request: Request<Body>) -> Response {
        if request.uri().authority().is_none() {
            let host = request.headers_mut().entry(header::HOST);
            host.or_insert_with(|| self.1.clone());
        }
        self.0
            .clone()
            .oneshot(request)
            .await
            .expect("a router always answers")
    }

    async fn send(&self, request: Request<Body>) -> Reply {
        Reply::read(self.answer(request).await).await
    }

    async fn get(&self, person: &Person, path: &str) -> Reply {
        self.send(ask(Method::GET, path, Some(person), None)).await
    }

    async fn post(&self, person: &Person, path: &str) -> Reply {
        self.send(ask(Method::POST, path, Some(person), None)).await
    }

    async fn book(
        &self,
        mentee: &Person,
        mentor: &Person,
        at: Timestamp,
        key: Option<&str>,
    ) -> Reply {
        let body =
            json!({"mentorId": mentor.id(), "startsAt": rfc3339(at), "title": "First steps"});
        let mut request = ask(Method::POST, "/api/sessions", Some(mentee), Some(body));
        if let Some(key) = key {
            request
                .headers_mut()
                .insert("idempotency-key", key.parse().expect("a header"));
        }
        self.send(request).await
    }
}

fn ask(method: Method, path: &str, person: Option<&Person>, body: Option<Value>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(person) = person {
        request = request.header(
            header::COOKIE,
            format!("other=1; ym_login={}", person.token),
        );
    }
    match body {
        Some(body) => request
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string())),
        None => request.body(Body::empty()),
    }
    .expect("a valid request")
}

fn raw(path: &str, kind: Option<&str>, body: impl Into<Body>) -> Request<Body> {
    let mut request = Request::builder().method(Method::POST).uri(path);
    if let Some(kind) = kind {
        request = request.header(header::CONTENT_TYPE, kind);
    }
    request.body(body.into()).expect("a valid request")
}

fn sign_in(email: &str, password: &str) -> Request<Body> {
    ask(
        Method::POST,
        "/api/auth/sign-in",
        None,
        Some(json!({"email": email, "password": password})),
    )
}

/// An answer that was read to its end.
#[derive(Debug)]
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
    json: Value,
}

impl Reply {
    async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("the body arrives");
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        let json = serde_json::from_str(&text).unwrap_or_default();
        Self {
            status: parts.status,
            headers: parts.headers,
            text,
            json,
        }
    }

    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("plain text"))
    }

    /// The data of a success.
    #[track_caller]
    fn data(&self, status: u16) -> &Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.json["success"], true, "{}", self.text);
        assert_eq!(self.header("cache-control"), "no-store");
        &self.json["data"]
    }

    /// Checks that it is a refusal of the documented shape.
    #[track_caller]
    fn refused(&self, status: u16, code: &str) -> &Value {
        assert_eq!(
            (self.status.as_u16(), self.json["code"].as_str()),
            (status, Some(code)),
            "{}",
            self.text
        );
        assert_eq!(self.json["error"].as_str(), self.status.canonical_reason());
        assert!(
            self.json["message"]
                .as_str()
                .is_some_and(|message| message.ends_with('.')),
            "{}",
            self.text
        );
        assert_eq!(
            self.json["requestId"].as_str(),
            Some(self.header("x-request-id"))
        );
        assert_eq!(self.header("cache-control"), "no-store");
        assert!(self.header("content-type").starts_with("application/json"));
        assert!(self.json.get("data").is_none());
        &self.json
    }
}

/// The app as people reach it over https, with narrow limits and one trusted proxy.
struct Guarded(TestApp);

impl Fixture for Guarded {
    async fn build(url: &str) -> Self {
        let mut config = harness::config(url);
        config.app_url = AppUrl::parse("https://minds.example").expect("an address");
        config.limits.sign_in_failures_per_account = 3;
        config.limits.trusted_proxies = "10.0.0.1".parse().expect("networks");
        Self(TestApp::with(url, config).await)
    }
}

/// A mentor, a mentee, somebody else, and an admin.
struct Cast {
    mentor: Person,
    mentee: Person,
    outsider: Person,
    admin: Person,
}

impl Cast {
    async fn of(app: &TestApp) -> Self {
        Self {
            mentor: app.mentor("Mira Mentor").await,
            mentee: app.person("Max Mentee").await,
            outsider: app.person("Olga Outsider").await,
            admin: app.admin("Ada Admin").await,
        }
    }
}

fn livekit(id: SessionId, what: &str) -> String {
    format!("/api/sessions/{id}/livekit/{what}")
}
