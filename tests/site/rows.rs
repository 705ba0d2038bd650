//! Every page, server function and API route, and what each answers to whom.
//!
//! The columns: a visitor, an outsider, the mentee's seat, the mentor's seat, somebody whom the mentor blocked, somebody
//! suspended, an admin. In bodies and addresses, names in braces stand for what `Scene::fill` has.

use crate::stage::{Ask, Scene, Stage, Who};
use app::{
    api::queries::{self, Ask as Question},
    url_words::Week,
};
use domain::{account::AccountEmail, console::Tab, legal::LegalPage, views::ListPages};
use serde_json::json;

/// What is sent along.
#[derive(Debug, Clone)]
pub enum Sent {
    Nothing,
    Form(&'static str),
    Json(String),
}

/// One line of the matrix.
#[derive(Debug, Clone)]
pub struct Row {
    pub method: &'static str,
    /// As the router has it.
    pub route: &'static str,
    pub uri: String,
    pub sent: Sent,
    /// How far the session has come.
    pub stage: Stage,
    /// The heading of a page that answers 200.
    pub heading: &'static str,
    /// Those who see another one.
    other: (&'static [Who], &'static str),
    /// The status for each [`Who`]. A page's 303 leads to the sign-in form, and back from there to the page.
    pub expected: [u16; 7],
}

impl Row {
    fn new(method: &'static str, route: &'static str, sent: Sent, expected: [u16; 7]) -> Self {
        let uri = route.replace("{id}", "{session}");
        Self {
            method,
            route,
            uri,
            sent,
            stage: Stage::Begun,
            heading: "",
            other: (&[], ""),
            expected,
        }
    }

    /// With another address than the route with the session's id.
    fn at(self, uri: &str) -> Self {
        let uri = uri.to_owned();
        Self { uri, ..self }
    }

    fn when(self, stage: Stage) -> Self {
        Self { stage, ..self }
    }

    fn shows(self, heading: &'static str) -> Self {
        Self { heading, ..self }
    }

    fn but(self, who: &'static [Who], heading: &'static str) -> Self {
        let other = (who, heading);
        Self { other, ..self }
    }

    /// The heading that somebody sees.
    pub fn heading_for(&self, who: Who) -> &'static str {
        match self.other.0.contains(&who) {
            true => self.other.1,
            false => self.heading,
        }
    }

    /// Whether the answer has no end.
    pub fn is_stream(&self) -> bool {
        ["/api/events", "/live"].contains(&self.route)
    }

    /// As [`Row::is_write`], and asking to join, which makes the room.
    pub fn changes(&self) -> bool {
        self.is_write() || self.route.ends_with("/livekit/access-token")
    }

    pub fn is_page(&self) -> bool {
        self.method == "GET" && !self.heading.is_empty()
    }

    pub fn is_function(&self) -> bool {
        self.route.starts_with("/api/fn/")
    }

    /// Whether it changes something where it is allowed.
    pub fn is_write(&self) -> bool {
        let asks = ["/api/fn/page", "/api/fn/meeting_page"];
        self.method != "GET" && !asks.contains(&self.route)
    }

    /// Who is allowed, somebody with a seat before others.
    pub fn allowed(&self) -> Option<Who> {
        let is_allowed = |who: &&Who| {
            let column = Who::ALL.iter().position(|other| other == *who);
            column.is_some_and(|column| self.expected[column] < 300)
        };
        let order = [Who::Mentee, Who::Mentor, Who::Admin, Who::Outsider];
        order.iter().find(is_allowed).copied()
    }

    /// What is expected for somebody.
    pub fn expected(&self, who: Who) -> u16 {
        let column = Who::ALL.iter().position(|other| *other == who);
        column.map_or(0, |column| self.expected[column])
    }

    /// The request of one cell.
    pub fn ask(&self, scene: &Scene, who: Who) -> Ask {
        let same = |text: &str| text.to_owned();
        self.ask_with(scene, who, same, same)
    }

    /// As [`Row::ask`], with something done to address and form, and to JSON, before their names are filled in.
    pub fn ask_with(
        &self,
        scene: &Scene,
        who: Who,
        change: impl Fn(&str) -> String,
        change_json: impl Fn(&str) -> String,
    ) -> Ask {
        let fill = |text: &str| scene.fill(text, who);
        let uri = fill(&change(&self.uri));
        let ask = match &self.sent {
            Sent::Nothing if self.method == "GET" => Ask::get(&uri),
            Sent::Nothing => Ask::empty(self.method.parse().expect("a method"), &uri),
            Sent::Form(body) => Ask::form(&uri, &fill(&change(body))),
            Sent::Json(body) => Ask::json(&uri, &fill(&change_json(body))),
        };
        let ask = if self.is_page() {
            ask.accepts_html()
        } else {
            ask
        };
        ask.by(scene.token(who))
    }
}

/// Whoever asks.
const OPEN: [u16; 7] = [200; 7];
/// Whoever is signed in.
const OWN: [u16; 7] = [401, 200, 200, 200, 200, 401, 200];
/// Admins.
const ADMIN: [u16; 7] = [401, 403, 403, 403, 403, 401, 200];
/// Both seats, and admins to look; to others there is no such session.
const SEEN: [u16; 7] = [401, 404, 200, 200, 404, 401, 200];
/// The mentee of the session.
const MENTEE: [u16; 7] = [401, 404, 200, 403, 404, 401, 403];
/// The mentor of the session.
const MENTOR: [u16; 7] = [401, 404, 403, 200, 404, 401, 403];
/// Both seats.
const SEATS: [u16; 7] = [401, 404, 200, 200, 404, 401, 403];

fn get(route: &'static str, expected: [u16; 7]) -> Row {
    Row::new("GET", route, Sent::Nothing, expected)
}

fn post(route: &'static str, body: &str, expected: [u16; 7]) -> Row {
    let sent = match body {
        "" => Sent::Nothing,
        body => Sent::Json(body.to_owned()),
    };
    Row::new("POST", route, sent, expected)
}

fn form(route: &'static str, body: &'static str, expected: [u16; 7]) -> Row {
    Row::new("POST", route, Sent::Form(body), expected)
}

/// All rows.
pub fn all() -> Vec<Row> {
    [api(), others(), functions(), questions(), pages()].concat()
}

fn api() -> Vec<Row> {
    let booking = r#"{"mentorId": "{mentor}", "startsAt": "{free}", "title": "Next steps"}"#;
    let hold = r#"{"mentorId": "{mentor}", "startsAt": "{free}"}"#;
    let sign_in = r#"{"email": "{address}", "password": "{password}"}"#;
    // Blocked: as if somebody had been faster.
    let book = [401, 201, 201, 422, 409, 401, 201];
    vec![
        post(
            "/api/auth/sign-in",
            sign_in,
            [200, 200, 200, 200, 200, 403, 200],
        ),
        // A code is nothing without what comes before it.
        post("/api/auth/code", r#"{"code": "123456"}"#, [401; 7]),
        post("/api/auth/sign-out", "", OWN),
        get("/api/me", OWN),
        get("/api/mentors", OWN),
        get("/api/mentors/{id}/slots", OWN).at("/api/mentors/{mentor}/slots"),
        post("/api/sessions", booking, book),
        get("/api/sessions", OWN),
        get("/api/sessions/{id}", SEEN),
        post("/api/sessions/{id}/cancel", "", SEATS).when(Stage::Ahead),
        get("/api/sessions/{id}/calendar.ics", SEEN),
        post("/api/sessions/hold", hold, book),
        post(
            "/api/sessions/{id}/finish",
            r#"{"title": "Next steps"}"#,
            MENTEE,
        )
        .when(Stage::Held),
        post("/api/sessions/{id}/confirm", "", MENTOR).when(Stage::Requested),
        post("/api/sessions/{id}/decline", "", MENTOR).when(Stage::Requested),
        post("/api/sessions/{id}/ask", r#"{"question": "Why?"}"#, MENTOR).when(Stage::Requested),
        post("/api/sessions/{id}/answer", r#"{"answer": "So."}"#, MENTEE).when(Stage::Asked),
        post(
            "/api/sessions/{id}/reschedule",
            r#"{"startsAt": "{free}"}"#,
            SEATS,
        )
        .when(Stage::Ahead),
        // What is about the meeting says 403, not 404: whoever has its address knows that there is one.
        post(
            "/api/sessions/{id}/livekit/create-room",
            "",
            [401, 403, 200, 200, 403, 401, 403],
        ),
        get(
            "/api/sessions/{id}/livekit/access-token",
            [401, 403, 200, 200, 403, 401, 403],
        ),
        post(
            "/api/sessions/{id}/livekit/end-room",
            "",
            [401, 403, 403, 200, 403, 401, 200],
        ),
        post(
            "/api/sessions/{id}/moderate",
            r#"{"action": "remove"}"#,
            [401, 403, 403, 200, 403, 401, 403],
        ),
        post(
            "/api/sessions/{id}/late",
            r#"{"late": true}"#,
            [401, 404, 200, 200, 404, 401, 404],
        ),
        // Too early to extend, for the only one who may.
        post(
            "/api/sessions/{id}/extend",
            r#"{"closesAt": "{closes}"}"#,
            [401, 403, 403, 409, 403, 401, 403],
        ),
        get("/api/sessions/{id}/attendance", SEEN),
        get("/api/sessions/{id}/attendance.csv", SEEN),
        post(
            "/api/sessions/{id}/dispute",
            r#"{"reason": "It was otherwise."}"#,
            SEATS,
        )
        .when(Stage::Over),
        // Signed by LiveKit, or refused.
        post("/api/livekit/webhook", "{}", [401; 7]),
        get("/api/events", [401, 403, 200, 200, 403, 401, 403]).at("/api/events?session={session}"),
        get("/api/events", OWN),
        get("/healthz", OPEN),
        get("/readyz", OPEN),
    ]
}

/// What is neither page, server function nor part of the API's description.
fn others() -> Vec<Row> {
    vec![
        get("/api/openapi.json", OPEN),
        get("/api", [404; 7]),
        get("/api/", [404; 7]),
        get("/api/{*rest}", [404; 7]).at("/api/nothing"),
        // Where there are emails to look at, which nobody beyond this machine sees.
        get("/dev/mail", OPEN),
        get("/dev/mail/{id}", [404; 7]).at("/dev/mail/{random}"),
        get("/dev/mail/{id}/session.ics", [404; 7]).at("/dev/mail/{random}/session.ics"),
        // As programs have it at /api/events.
        get("/live", [401, 403, 200, 200, 403, 401, 403]).at("/live?session={session}"),
        get("/live", OWN),
        // A copy of somebody's data; signed-out people are shown the account's page, and with it the way in.
        get("/account/data/{id}", [303, 404, 404, 404, 404, 303, 404]).at("/account/data/{random}"),
        get("/.well-known/change-password", [303; 7]),
        // Nobody is named to whom holes are reported.
        get("/.well-known/security.txt", [404; 7]),
        // The address is the secret.
        get("/calendar/{file}", [404; 7]).at("/calendar/{token}.ics"),
        // Without a ceremony of this browser both lead to a form.
        get("/auth/with/go", [303; 7]),
        get("/auth/with/{provider}/callback", [303; 7])
            .at("/auth/with/{provider}/callback?code={token}&state={token}"),
    ]
}

/// Server functions, as the browser's half calls them.
fn functions() -> Vec<Row> {
    // A link, a ceremony or a half-made sign-in that is not there is refused whoever asks.
    let used_link = [409; 7];
    vec![
        // accounts
        form(
            "/api/fn/update_account",
            "name=Somebody&time_zone=Asia/Tokyo",
            OWN,
        ),
        form(
            "/api/fn/change_password",
            "current_password={password}&new_password=another+quite+long+phrase",
            OWN,
        ),
        form(
            "/api/fn/change_address",
            "new_email={new}&password={password}",
            OWN,
        ),
        form("/api/fn/end_login", "login={login}", OWN),
        form("/api/fn/end_other_logins", "", OWN),
        form("/api/fn/sign_out_everywhere", "", OWN),
        form("/api/fn/make_feed", "", OWN),
        form("/api/fn/revoke_feed", "", OWN),
        form("/api/fn/ask_export", "", OWN),
        form("/api/fn/ask_deletion", "", OWN),
        form("/api/fn/keep_account", "", OWN),
        // signing up and in
        form(
            "/api/fn/sign_up",
            "name=New+One&email={new}&password=another+quite+long+phrase&time_zone=UTC",
            OPEN,
        ),
        form("/api/fn/send_sign_up_again", "", used_link),
        form(
            "/api/fn/correct_sign_up",
            "email=new.one%40example.org",
            used_link,
        ),
        form(
            "/api/fn/confirm_sign_up",
            "token={token}&password=y",
            used_link,
        ),
        form("/api/fn/forgot_password", "email={email}", OPEN),
        form("/api/fn/email_sign_in_link", "email={email}", OPEN),
        form("/api/fn/sign_in_by_link", "token={token}", used_link),
        form(
            "/api/fn/reset_password",
            "token={token}&new_password=another+quite+long+phrase",
            used_link,
        ),
        form("/api/fn/confirm_address", "token={token}", used_link),
        form(
            "/api/fn/sign_in",
            "email={email}&password={password}",
            [200, 200, 200, 200, 200, 403, 200],
        ),
        form("/api/fn/start_provider", "provider={provider}", [404; 7]),
        form("/api/fn/enter_code", "code=123456", [401; 7]),
        form("/api/fn/sign_out", "", OPEN),
        // keys
        form(
            "/api/fn/confirm_self",
            "own_password={password}&back=/account",
            OWN,
        ),
        form("/api/fn/start_passkey", "", OWN),
        form(
            "/api/fn/add_passkey",
            "passkey_name=Phone&credential=%7B%7D",
            [401, 409, 409, 409, 409, 401, 409],
        ),
        form(
            "/api/fn/rename_passkey",
            "passkey={random}&passkey_name=Phone",
            [401, 404, 404, 404, 404, 401, 404],
        ),
        form("/api/fn/remove_passkey", "passkey={random}", OWN),
        form("/api/fn/start_passkey_sign_in", "", OPEN),
        form(
            "/api/fn/sign_in_with_passkey",
            "credential=%7B%7D",
            [409; 7],
        ),
        form("/api/fn/start_codes", "", OWN),
        form(
            "/api/fn/turn_codes_on",
            "code=123456",
            [401, 409, 409, 409, 409, 401, 409],
        ),
        form(
            "/api/fn/new_recovery_codes",
            "",
            [401, 409, 409, 409, 409, 401, 409],
        ),
        form("/api/fn/turn_codes_off", "", OWN),
        form(
            "/api/fn/start_link",
            "provider={provider}",
            [401, 404, 404, 404, 404, 401, 404],
        ),
        form(
            "/api/fn/unlink_provider",
            "provider={provider}",
            [401, 404, 404, 404, 404, 401, 404],
        ),
        // mentors
        form(
            "/api/fn/save_mentor_profile",
            "headline=Listens&bio=Twenty+years+in+the+trade.&session_minutes=60&questions=",
            OWN,
        ),
        form(
            "/api/fn/save_schedule",
            "hours[0][weekday]=0&hours[0][from]=09:00&hours[0][to]=17:00&lengths[60]=60&rules[buffer_before]=\
             &rules[buffer_after]=&rules[min_notice_hours]=&rules[booking_window]=&rules[max_per_day]=\
             &rules[max_per_week]=",
            // There is no profile that could have a schedule.
            [401, 404, 404, 200, 404, 401, 404],
        ),
        // sessions
        form(
            "/api/fn/hold",
            "mentor={mentor}&minutes=60&starts_at={free-ms}&key=abc",
            [401, 200, 200, 422, 409, 401, 200],
        ),
        form(
            "/api/fn/finish_booking",
            "id={session}&title=Next+steps&goal=",
            MENTEE,
        )
        .when(Stage::Held),
        form("/api/fn/release_hold", "mentor={mentor}", OWN).when(Stage::Held),
        form("/api/fn/confirm_session", "id={session}", MENTOR).when(Stage::Requested),
        form("/api/fn/decline_session", "id={session}&reason=", MENTOR).when(Stage::Requested),
        form("/api/fn/ask_mentee", "id={session}&question=Why", MENTOR).when(Stage::Requested),
        form("/api/fn/answer_mentor", "id={session}&answer=So", MENTEE).when(Stage::Asked),
        form(
            "/api/fn/reschedule_session",
            "id={session}&starts_at={free-ms}&reason=",
            SEATS,
        )
        .when(Stage::Ahead),
        form("/api/fn/cancel_session", "id={session}&reason=", SEATS).when(Stage::Ahead),
        // meetings
        post("/api/fn/meeting_page", r#"{"id": "{session}"}"#, OWN),
        post(
            "/api/fn/join",
            r#"{"session": "{session}", "entry": "if_not_inside"}"#,
            [401, 403, 200, 200, 403, 401, 403],
        ),
        // Nobody is at the door.
        post(
            "/api/fn/enter",
            r#"{"session": "{session}"}"#,
            [401, 403, 409, 409, 403, 401, 403],
        ),
        post(
            "/api/fn/end_room",
            r#"{"session": "{session}"}"#,
            [401, 403, 403, 200, 403, 401, 200],
        ),
        post(
            "/api/fn/moderate",
            r#"{"session": "{session}", "what": "remove"}"#,
            [401, 403, 403, 200, 403, 401, 403],
        ),
        post(
            "/api/fn/extend",
            r#"{"session": "{session}", "closes_at": {closes-ms}}"#,
            [401, 403, 403, 409, 403, 401, 403],
        ),
        form(
            "/api/fn/allow_back",
            "id={session}",
            [401, 403, 403, 200, 403, 401, 403],
        ),
        form(
            "/api/fn/running_late",
            "id={session}&late=true&back=/dashboard",
            [401, 404, 200, 200, 404, 401, 404],
        ),
        form(
            "/api/fn/dispute_session",
            "id={session}&reason=It+was+otherwise.",
            SEATS,
        )
        .when(Stage::Over),
        // safety: only whoever has to do with somebody
        form(
            "/api/fn/report",
            "about={mentor}&category=other&words=Please+look.",
            // Nobody reports, or blocks, themselves.
            [401, 200, 200, 404, 200, 401, 200],
        ),
        form(
            "/api/fn/report",
            "about={mentor}&session={session}&category=other&words=Please+look.",
            [401, 404, 200, 404, 404, 401, 404],
        ),
        form(
            "/api/fn/block",
            "about={mentor}",
            [401, 200, 200, 409, 200, 401, 200],
        ),
        form("/api/fn/unblock", "about={mentor}", OWN),
        // admins
        form(
            "/api/fn/admin_retry",
            "id={random}",
            [401, 403, 403, 403, 403, 401, 404],
        ),
        form("/api/fn/admin_publish", "id={mentor}", ADMIN),
        form("/api/fn/admin_refuse", "id={mentor}", ADMIN),
        form("/api/fn/admin_action", "what=suspend&id={outsider}", ADMIN),
        form(
            "/api/fn/admin_action",
            "what=reinstate&id={suspended}",
            ADMIN,
        ),
        form("/api/fn/admin_action", "what=unpublish&id={mentor}", ADMIN),
        form("/api/fn/admin_action", "what=sign_out&id={mentee}", ADMIN),
        form(
            "/api/fn/admin_action",
            "what=delete_account&id={mentee}",
            ADMIN,
        ),
        form(
            "/api/fn/admin_action",
            "what=keep_account&id={mentee}",
            // It is not to be deleted.
            [401, 403, 403, 403, 403, 401, 409],
        ),
        form("/api/fn/admin_action", "what=end_room&id={session}", ADMIN),
        form("/api/fn/admin_action", "what=retry_all&id=", ADMIN),
        form(
            "/api/fn/admin_action",
            "what=completed&id={session}",
            [401, 403, 403, 403, 403, 401, 409],
        ),
        form(
            "/api/fn/admin_action",
            "what=close_report&id={random}",
            [401, 403, 403, 403, 403, 401, 409],
        ),
    ]
}

/// What pages ask, each question a row.
fn questions() -> Vec<Row> {
    let id = |id: &str| id.to_owned();
    let week = Week::FIRST;
    let questions = [
        Question::TimeZones(queries::TimeZones),
        Question::SignUpWaiting(queries::SignUpWaiting),
        Question::EmailLink(queries::EmailLink {
            kind: AccountEmail::SignIn,
            token: id("{token}"),
        }),
        Question::Legal(queries::Legal {
            page: LegalPage::Privacy,
        }),
        Question::Legal(queries::Legal {
            page: LegalPage::Terms,
        }),
        Question::Deletion(queries::Deletion),
        Question::Safety(queries::Safety {
            about: id("{mentor}"),
            session: Some(id("{session}")),
        }),
        Question::SecondFactor(queries::SecondFactor),
        Question::CodesSetUp(queries::CodesSetUp),
        Question::Account(queries::Account),
        Question::MentorProfile(queries::MentorProfile),
        Question::Mentors(queries::Mentors),
        Question::Mentor(queries::Mentor {
            id: id("{mentor}"),
            week,
            minutes: None,
        }),
        Question::Schedule(queries::Schedule { zone: None }),
        Question::OtherTimes(queries::OtherTimes {
            id: id("{session}"),
            week,
        }),
        Question::Dashboard(queries::Dashboard {
            left: Some(id("{session}")),
            pages: ListPages::default(),
        }),
        Question::Session(queries::Session {
            id: id("{session}"),
        }),
        Question::Console(queries::Console {
            tab: Some(Tab::Users),
            filter: String::new(),
            page: 0,
        }),
        Question::Notifications(queries::Notifications),
        Question::PendingMentors(queries::PendingMentors),
    ];
    let row = |question: Question| {
        let expected = told(&question);
        let body = json!({"ask": question}).to_string();
        post("/api/fn/page", &body, expected).when(Stage::Ahead)
    };
    questions.into_iter().map(row).collect()
}

/// Who is told. Whoever adds a question, adds it above, too.
fn told(question: &Question) -> [u16; 7] {
    match question {
        Question::TimeZones(_)
        | Question::SignUpWaiting(_)
        | Question::EmailLink(_)
        | Question::Legal(_)
        | Question::SecondFactor(_) => OPEN,
        Question::CodesSetUp(_)
        | Question::Account(_)
        | Question::Deletion(_)
        | Question::MentorProfile(_)
        | Question::Mentors(_)
        | Question::Mentor(_)
        | Question::Schedule(_)
        | Question::Dashboard(_) => OWN,
        Question::Safety(_) => [401, 404, 200, 404, 404, 401, 404],
        Question::OtherTimes(_) => [401, 404, 200, 200, 404, 401, 404],
        Question::Session(_) => SEEN,
        Question::Console(_) | Question::Notifications(_) | Question::PendingMentors(_) => ADMIN,
    }
}

/// Pages, with the heading of those that answer 200.
fn pages() -> Vec<Row> {
    // Signed-out people are shown the way in.
    const HERS: [u16; 7] = [303, 200, 200, 200, 200, 303, 200];
    const ADMINS: [u16; 7] = [303, 403, 403, 403, 403, 303, 200];
    vec![
        get("/", OPEN).shows("An hour with someone who has been there"),
        get("/auth/signin", OPEN).shows("Sign in"),
        get("/auth/signup", OPEN).shows("Create account"),
        get("/auth/check-email", OPEN).shows("Check your email"),
        get("/auth/confirm", [410; 7])
            .at("/auth/confirm?token={token}")
            .shows("This link does not work"),
        get("/auth/forgot", OPEN).shows("Forgot your password?"),
        get("/auth/reset", [410; 7])
            .at("/auth/reset?token={token}")
            .shows("This link does not work"),
        get("/auth/link", OPEN).shows("Sign in with a link"),
        get("/auth/link", [410; 7])
            .at("/auth/link?token={token}")
            .shows("This link does not work"),
        get("/auth/address", [410; 7])
            .at("/auth/address?token={token}")
            .shows("This link does not work"),
        get("/auth/code", OPEN).shows("Sign in"),
        get("/mentors", HERS).shows("Mentors"),
        get("/mentors/{id}", HERS)
            .at("/mentors/{mentor}")
            .shows("Mira Mentor"),
        get("/dashboard", HERS).shows("Your sessions"),
        get("/sessions/{id}", [303, 404, 200, 200, 404, 303, 200]).shows("First steps"),
        get(
            "/sessions/{id}/reschedule",
            [303, 404, 200, 200, 404, 303, 404],
        )
        .when(Stage::Ahead)
        .shows("Move this session"),
        get("/safety/{id}", [303, 404, 200, 404, 404, 303, 404])
            .at("/safety/{mentor}?session={session}")
            .shows("Report or block Mira Mentor"),
        get("/book/{id}", [303, 404, 200, 200, 404, 303, 200])
            .when(Stage::Held)
            .shows("Book a session")
            .but(&[Who::Mentor, Who::Admin], "This time is no longer held"),
        get("/availability", HERS).shows("Availability"),
        get("/account", HERS).shows("Account"),
        get("/account/delete", HERS).shows("Delete your account"),
        get("/privacy", OPEN).shows("Privacy"),
        get("/terms", OPEN).shows("Terms"),
        get("/account/codes", HERS).shows("Set up an authenticator app"),
        get("/account/second-factor", HERS).shows("Protect your account"),
        get("/mentor-profile", HERS).shows("Mentor profile"),
        get("/admin/notifications", ADMINS).shows("Notifications"),
        get("/admin/mentors", ADMINS).shows("Mentor profiles"),
        get("/admin", ADMINS).shows("Rooms"),
        get("/admin/{tab}", ADMINS)
            .at("/admin/users")
            .shows("Users"),
        get("/meeting/{id}", [303, 403, 200, 200, 403, 303, 403]).shows("First steps"),
    ]
}
