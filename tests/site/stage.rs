//! A site, the people who use it, and what they ask.

use crate::{
    compose,
    harness::{HERE, NOW, PASSWORD, Person, TestApp},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header},
};
use domain::{
    ids::{SessionId, UserId},
    text::{DisplayName, EmailAddress},
    time::{Millis, Timestamp},
};
use secrecy::ExposeSecret;
use server::{
    accounts,
    mentors::{self, MentorForm},
    safety, sessions,
    sessions::{BookRequest, BookingForm, SessionChange},
    store::{ScopedFutureExt, StoreError, users},
    zones::rfc3339,
};
use std::net::SocketAddr;
use tokio::sync::OnceCell;
use tower::ServiceExt;
use uuid::Uuid;

/// Where the site under test is, as its configuration has it.
const HOST: &str = "127.0.0.1:3000";

/// Our own origin.
pub const ORIGIN: &str = "http://127.0.0.1:3000";

/// The goal that a mentee wrote: nobody's business but the pair's and an admin's.
pub const GOAL: &str = "Something very private indeed";

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Nobody who is signed in.
    Visitor,
    /// Signed in, without a part in the session.
    Outsider,
    /// Has the mentee's seat.
    Mentee,
    /// Has the mentor's seat.
    Mentor,
    /// Blocked by the mentor.
    Blocked,
    /// Kept out by an admin, with the login from before.
    Suspended,
    Admin,
}

impl Who {
    /// In the order of the matrix's columns.
    pub const ALL: [Self; 7] = [
        Self::Visitor,
        Self::Outsider,
        Self::Mentee,
        Self::Mentor,
        Self::Blocked,
        Self::Suspended,
        Self::Admin,
    ];
}

/// How far the session between mentor and mentee has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Confirmed, and has just begun.
    Begun,
    /// Confirmed, in two days.
    Ahead,
    /// The mentee holds the time.
    Held,
    /// The mentee asked for the time.
    Requested,
    /// The mentor asked back.
    Asked,
    /// Over, and its meeting closed.
    Over,
}

/// The site as the program serves it.
pub struct Site(Router);

impl Site {
    pub fn of(app: &TestApp) -> Self {
        Self(compose::router(&app.state, app.inbox.clone()).expect("the parts fit together"))
    }

    /// The pattern of every path that leads somewhere, as axum's own description of a router has them.
    pub fn paths(&self) -> Vec<String> {
        let described = format!("{:?}", self.0);
        let pieces = described.split("RouteId(").skip(1);
        let mut paths: Vec<String> = pieces
            .filter_map(|piece| piece.split_once("): \""))
            .filter(|(id, _)| id.chars().all(|c| c.is_ascii_digit()))
            .filter_map(|(_, rest)| rest.split_once('"'))
            .map(|(path, _)| path.to_owned())
            .filter(|path| !path.contains("__private__"))
            .collect();
        paths.sort();
        paths.dedup();
        paths
    }

    /// Only the head: an endless stream of events has no end to wait for.
    pub async fn answer(&self, request: Request<Body>) -> axum::response::Response {
        let answered = self.0.clone().oneshot(request).await;
        answered.expect("a router always answers")
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        let (parts, body) = self.answer(request).await.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("the body arrives");
        Reply {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// A page, as somebody's browser asks for it.
    pub async fn page(&self, uri: &str, token: Option<&str>) -> Reply {
        self.send(Ask::get(uri).by(token).accepts_html().request())
            .await
    }
}

/// An answer that was read to its end.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().expect("plain text"))
    }

    /// What the answer makes a browser keep under a name.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let all = self.headers.get_all(header::SET_COOKIE).into_iter();
        let texts = all.filter_map(|value| value.to_str().ok());
        texts
            .filter_map(|text| text.split(';').next()?.split_once('='))
            .find(|(found, _)| *found == name)
            .map(|(_, value)| value.to_owned())
    }

    /// The page's first heading.
    pub fn heading(&self) -> String {
        let Some((_, rest)) = self.text.split_once("<h1") else {
            return String::new();
        };
        let inside = rest.split_once('>').map_or("", |(_, rest)| rest);
        let inside = inside.split("</h1>").next().unwrap_or_default();
        let mut text = String::new();
        let mut in_tag = false;
        for c in inside.chars() {
            match c {
                '<' => in_tag = true,
                '>' => in_tag = false,
                other if !in_tag => text.push(other),
                _ => {}
            }
        }
        text.trim().to_owned()
    }
}

/// A request that is being made.
pub struct Ask {
    method: Method,
    uri: String,
    headers: Vec<(HeaderName, String)>,
    body: String,
}

impl Ask {
    fn new(method: Method, uri: &str, kind: &str, body: String) -> Self {
        let headers = match kind {
            "" => Vec::new(),
            kind => vec![(header::CONTENT_TYPE, kind.to_owned())],
        };
        Self {
            method,
            uri: uri.to_owned(),
            headers,
            body,
        }
    }

    pub fn get(uri: &str) -> Self {
        Self::new(Method::GET, uri, "", String::new())
    }

    pub fn form(uri: &str, body: &str) -> Self {
        let kind = "application/x-www-form-urlencoded";
        Self::new(Method::POST, uri, kind, body.to_owned())
    }

    pub fn json(uri: &str, body: &str) -> Self {
        Self::new(Method::POST, uri, "application/json", body.to_owned())
    }

    /// A body of another kind.
    pub fn text(uri: &str, kind: &str, body: &str) -> Self {
        Self::new(Method::POST, uri, kind, body.to_owned())
    }

    /// Nothing is sent along.
    pub fn empty(method: Method, uri: &str) -> Self {
        Self::new(method, uri, "", String::new())
    }

    /// By whoever holds this login's token.
    pub fn by(self, token: Option<&str>) -> Self {
        match token {
            Some(token) => self.with("cookie", &format!("ym_login={token}")),
            None => self,
        }
    }

    pub fn accepts_html(self) -> Self {
        self.with("accept", "text/html,application/xhtml+xml")
    }

    /// With one more header.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        let name = HeaderName::from_static(name);
        self.headers.push((name, value.to_owned()));
        self
    }

    /// With one header, instead of what it says so far.
    pub fn instead(mut self, name: &'static str, value: &str) -> Self {
        let name = HeaderName::from_static(name);
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    /// For our host, unless it says another one.
    pub fn request(self) -> Request<Body> {
        let mut request = Request::builder().method(self.method).uri(&self.uri);
        if !self.headers.iter().any(|(name, _)| *name == header::HOST) {
            request = request.header(header::HOST, HOST);
        }
        for (name, value) in &self.headers {
            let value = HeaderValue::from_str(value).expect("a header's value");
            request = request.header(name, value);
        }
        // Whoever sits at this machine.
        let peer = ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 40_000)));
        let request = request.extension(peer);
        request.body(Body::from(self.body)).expect("a request")
    }
}

/// People around one session of a mentor and a mentee.
pub struct Scene {
    pub outsider: Person,
    pub mentee: Person,
    pub mentor: Person,
    pub blocked: Person,
    pub suspended: Person,
    pub admin: Person,
    pub session: SessionId,
    /// A time at which the mentor is free.
    pub free: Timestamp,
}

impl Scene {
    pub async fn of(app: &TestApp, stage: Stage) -> Self {
        let mentor = person(app, "Mira Mentor", false).await;
        offer(
            app,
            &mentor,
            matches!(stage, Stage::Requested | Stage::Asked),
        )
        .await;
        let mentor = renewed(app, mentor).await;
        let mentee = person(app, "Max Mentee", false).await;
        let admin = person(app, "Ada Admin", true).await;
        let suspended = person(app, "Sam Suspended", false).await;
        let blocked = person(app, "Bea Blocked", false).await;
        let session = session(app, &mentor, &mentee, stage).await;
        safety::block(&app.state, &mentor.login, blocked.id())
            .await
            .expect("blocked");
        safety::suspend(&app.state, &admin.login, suspended.id())
            .await
            .expect("suspended");
        Self {
            outsider: person(app, "Olga Outsider", false).await,
            mentee,
            mentor,
            blocked,
            suspended,
            admin,
            session,
            free: NOW + Millis::days(3),
        }
    }

    pub fn person(&self, who: Who) -> Option<&Person> {
        match who {
            Who::Visitor => None,
            Who::Outsider => Some(&self.outsider),
            Who::Mentee => Some(&self.mentee),
            Who::Mentor => Some(&self.mentor),
            Who::Blocked => Some(&self.blocked),
            Who::Suspended => Some(&self.suspended),
            Who::Admin => Some(&self.admin),
        }
    }

    pub fn token(&self, who: Who) -> Option<&str> {
        self.person(who).map(|person| person.token.as_str())
    }

    pub fn people(&self) -> [&Person; 6] {
        let Self {
            outsider,
            mentee,
            mentor,
            blocked,
            suspended,
            admin,
            ..
        } = self;
        [outsider, mentee, mentor, blocked, suspended, admin]
    }

    /// `text` with the names in braces replaced by what they mean for `who`.
    pub fn fill(&self, text: &str, who: Who) -> String {
        // A visitor claims to be the outsider.
        let own = self.person(who).unwrap_or(&self.outsider);
        let closes = NOW + Millis::hours(2);
        let names = [
            ("{session}", self.session.to_string()),
            ("{mentor}", self.mentor.id().to_string()),
            ("{mentee}", self.mentee.id().to_string()),
            ("{outsider}", self.outsider.id().to_string()),
            ("{suspended}", self.suspended.id().to_string()),
            ("{random}", Uuid::from_u128(7).to_string()),
            (
                "{new}",
                format!("{}%40example.org", Uuid::new_v4().simple()),
            ),
            ("{token}", "x".to_owned()),
            ("{provider}", "nobody".to_owned()),
            ("{login}", own.login.login.to_string()),
            ("{email}", own.email.replace('@', "%40")),
            ("{address}", own.email.clone()),
            ("{password}", PASSWORD.to_owned()),
            ("{free-ms}", self.free.0.to_string()),
            ("{free}", rfc3339(self.free)),
            ("{closes-ms}", closes.0.to_string()),
            ("{closes}", rfc3339(closes)),
        ];
        names.iter().fold(text.to_owned(), |text, (name, value)| {
            text.replace(name, value)
        })
    }
}

/// Somebody with a login; everybody has the same password, which is hashed once.
pub async fn person(app: &TestApp, name: &str, is_admin: bool) -> Person {
    static HASH: OnceCell<String> = OnceCell::const_new();
    let hash = HASH.get_or_init(async || {
        let turn = app.state.passwords.queue(server::credentials::Queue::Other);
        let turn = turn.expect("nobody waits");
        turn.hash(PASSWORD.to_owned()).await.expect("a hash")
    });
    let id = UserId(Uuid::new_v4());
    let (first, _) = name.split_once(' ').unwrap_or((name, ""));
    let email = format!("{first}.{}@example.org", id.0.simple()).to_lowercase();
    let user = users::NewUser {
        id,
        email: EmailAddress::parse(&email).expect("an address"),
        name: DisplayName::parse(name).expect("a name"),
        time_zone: "UTC".to_owned(),
        password_hash: hash.await.clone(),
        is_admin,
        created_at: NOW,
    };
    let inserting = app.state.db.write(|txn| {
        let user = &user;
        async move { users::insert(txn, user).await }.scope_boxed()
    });
    let inserted: Result<(), StoreError> = inserting.await;
    inserted.expect("a new person");
    let login = accounts::log_in(&app.state, id, &HERE).await;
    let token = login.expect("a login").token.expose_secret().to_owned();
    let login = accounts::current(&app.state, &token).await;
    Person {
        login: login.expect("readable").expect("signed in"),
        token,
        email,
    }
}

async fn renewed(app: &TestApp, person: Person) -> Person {
    let login = accounts::current(&app.state, &person.token).await;
    Person {
        login: login.expect("readable").expect("signed in"),
        ..person
    }
}

/// Makes somebody a mentor who is free around the clock.
pub async fn offer(app: &TestApp, mentor: &Person, confirms: bool) {
    let form = MentorForm {
        headline: "Listens well".to_owned(),
        bio: "Twenty years in the trade.".to_owned(),
        session_minutes: 60,
        questions: String::new(),
        confirms,
    };
    let saved = mentors::save_profile(&app.state, &mentor.login, form).await;
    saved.expect("the profile is saved");
    let schedule = domain::availability::ScheduleDraft {
        hours: crate::harness::around_the_clock(),
        lengths: vec![60],
        ..Default::default()
    };
    let saved = mentors::save_schedule(&app.state, &mentor.login, schedule).await;
    saved.expect("the schedule is saved");
}

async fn session(app: &TestApp, mentor: &Person, mentee: &Person, stage: Stage) -> SessionId {
    let wish = BookRequest {
        mentor: mentor.id(),
        starts_at: NOW + Millis::days(2),
        minutes: None,
        idempotency_key: None,
    };
    let form = BookingForm {
        title: "First steps".to_owned(),
        goal: GOAL.to_owned(),
        answers: Vec::new(),
    };
    let (state, login) = (&app.state, &mentee.login);
    match stage {
        Stage::Begun => app.session(mentor, mentee, NOW).await,
        Stage::Over => app.session(mentor, mentee, NOW - Millis::hours(4)).await,
        Stage::Held => {
            let held = sessions::hold(state, login, wish).await;
            held.expect("held").session.id
        }
        Stage::Ahead | Stage::Requested => {
            let booked = sessions::book(state, login, wish, form).await;
            booked.expect("booked").session.id
        }
        Stage::Asked => {
            let booked = sessions::book(state, login, wish, form).await;
            let id = booked.expect("booked").session.id;
            let question = "Which language?".to_owned();
            let ask = SessionChange::Ask { question };
            let asked = sessions::change(state, &mentor.login, id, ask).await;
            asked.expect("asked").id
        }
    }
}

/// Scenes, kept as long as nothing changes them.
pub struct Scenes<'a> {
    app: &'a TestApp,
    made: Vec<(Stage, Scene)>,
}

impl<'a> Scenes<'a> {
    pub fn of(app: &'a TestApp) -> Self {
        let made = Vec::new();
        Self { app, made }
    }

    pub async fn at(&mut self, stage: Stage) -> &Scene {
        if !self.made.iter().any(|(of, _)| *of == stage) {
            self.made.push((stage, Scene::of(self.app, stage).await));
        }
        let found = self.made.iter().find(|(of, _)| *of == stage);
        found.map(|(_, scene)| scene).expect("made above")
    }

    /// Something was changed.
    pub fn spoil(&mut self) {
        self.made.clear();
    }
}
