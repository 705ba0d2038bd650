//! T72: the log of everything that has to do with secrets holds none of them.

use crate::{
    harness::{LIVEKIT_SECRET, PASSWORD, TestApp, on_sqlite},
    stage::{Ask, Reply, Scene, Site, Stage, Who},
};
use macro_rules_attribute::apply;
use serde_json::{Value, json};
use std::{
    io::Write,
    sync::{Arc, Mutex},
};
use totp_rs::{Builder, Secret};
use tracing_subscriber::EnvFilter;

/// Collects the log of the current thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// As long as what it returns lives. A line of code is asked once whether anybody listens, by whichever test comes
    /// first; only with two listeners alive are all of them considered.
    fn start(&self) -> (tracing::subscriber::DefaultGuard, tracing::Dispatch) {
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::new("debug"))
            .with_ansi(false)
            .with_writer(move || log.clone());
        let guard = tracing::subscriber::set_default(subscriber.finish());
        let second = tracing::Dispatch::new(tracing_subscriber::fmt().finish());
        (guard, second)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("no panic")).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Somebody who signs up, in and out, in every way, and whatever they gave or got that is nobody else's.
struct Walk<'a> {
    app: &'a TestApp,
    site: Site,
    secrets: Vec<String>,
}

impl Walk<'_> {
    fn keep(&mut self, secret: &str) -> String {
        self.secrets.push(secret.to_owned());
        secret.to_owned()
    }

    async fn send(&mut self, ask: Ask) -> Reply {
        let reply = self.site.send(ask.request()).await;
        for name in ["ym_login", "ym_sign_up", "ym_ceremony", "ym_form"] {
            if let Some(value) = reply.cookie(name).filter(|value| !value.is_empty()) {
                self.keep(&value);
            }
        }
        reply
    }

    /// Sends a form, as whoever holds the login; what the answer says of the login.
    async fn form(&mut self, function: &str, body: &str, cookies: &str) -> Reply {
        let ask = Ask::form(&format!("/api/fn/{function}"), body).with("cookie", cookies);
        let reply = self.send(ask).await;
        assert!(reply.status.is_success(), "{function}: {reply:?}");
        reply
    }

    /// The token of the last link that was emailed to somebody.
    async fn link(&mut self, to: &str) -> String {
        self.app.run_jobs().await;
        let emails = self.app.mail.emails();
        let last = emails.iter().rev().find(|email| email.to.to_string() == to);
        let bytes = &last.expect("an email").bytes;
        let message = mail_parser::MessageParser::default().parse(bytes);
        let text = message
            .expect("an email")
            .body_text(0)
            .expect("a text")
            .into_owned();
        let (_, rest) = text.split_once("?token=").expect("a link");
        let token: String = rest.chars().take_while(|c| !c.is_whitespace()).collect();
        self.keep(&token)
    }
}

fn login(reply: &Reply) -> String {
    let token = reply.cookie("ym_login");
    format!("ym_login={}", token.expect("a login"))
}

#[apply(on_sqlite!)]
async fn the_log_of_signing_up_in_and_out_holds_no_secret_and_names_nobody(app: TestApp) {
    let log = Log::default();
    let guard = log.start();
    let mut walk = Walk {
        app: &app,
        site: Site::of(&app),
        secrets: Vec::new(),
    };
    let email = walk.keep("marked.person@example.org");
    let name = walk.keep("Marked Name");
    let first = walk.keep("first marked phrase of somebody");
    let second = walk.keep("second marked phrase of somebody");
    let wrong = walk.keep("wrong marked phrase of somebody");
    let address = "email=marked.person%40example.org";
    let plus = |text: &str| text.replace(' ', "+");

    // Signing up, with a link that is opened first.
    let body = format!(
        "name={}&{address}&password={}&time_zone=UTC",
        plus(&name),
        plus(&first)
    );
    let waiting = walk.form("sign_up", &body, "").await;
    let browser = format!(
        "ym_sign_up={}",
        waiting.cookie("ym_sign_up").expect("remembered")
    );
    let token = walk.link(&email).await;
    walk.send(Ask::get(&format!("/auth/confirm?token={token}")).accepts_html())
        .await;
    let reply = walk
        .form("confirm_sign_up", &format!("token={token}"), &browser)
        .await;
    let mine = login(&reply);

    // Signing in, rightly and wrongly, as a person and as a program.
    let body = format!("{address}&password={}", plus(&wrong));
    let refused = walk
        .send(Ask::form("/api/fn/sign_in", &body).accepts_html())
        .await;
    assert_eq!(refused.status.as_u16(), 303);
    for (password, status) in [(&wrong, 401), (&first, 200)] {
        let body = json!({"email": email, "password": password}).to_string();
        let reply = walk.send(Ask::json("/api/auth/sign-in", &body)).await;
        assert_eq!(reply.status.as_u16(), status);
    }
    for body in [
        "{\"password\": \"first marked phrase of somebody\"",
        "{\"email\": [\"marked.person@example.org\"]}",
    ] {
        walk.send(Ask::json("/api/auth/sign-in", body)).await;
    }

    // Another password, and one by a link; another address.
    let body = format!(
        "current_password={}&new_password={}",
        plus(&first),
        plus(&second)
    );
    let mine = login(&walk.form("change_password", &body, &mine).await);
    let other = walk.keep("other.marked@example.org");
    let body = format!(
        "new_email=other.marked%40example.org&password={}",
        plus(&second)
    );
    walk.form("change_address", &body, &mine).await;
    let token = walk.link(&other).await;
    walk.form("confirm_address", &format!("token={token}"), &mine)
        .await;
    let address = "email=other.marked%40example.org";
    walk.form("forgot_password", address, "").await;
    let token = walk.link(&other).await;
    walk.send(Ask::get(&format!("/auth/reset?token={token}")).accepts_html())
        .await;
    let body = format!("token={token}&new_password={}", plus(&first));
    walk.form("reset_password", &body, "").await;
    walk.form("email_sign_in_link", address, "").await;
    let token = walk.link(&other).await;
    let mine = login(
        &walk
            .form("sign_in_by_link", &format!("token={token}"), "")
            .await,
    );

    // Codes of an app, and a code that is wrong.
    walk.form("start_codes", "", &mine).await;
    let ask = Ask::json(
        "/api/fn/page",
        &json!({"ask": {"CodesSetUp": null}}).to_string(),
    );
    let setup = walk.send(ask.with("cookie", &mine)).await;
    let setup: Value = serde_json::from_str(&setup.text).expect("JSON");
    let secret = setup["CodesSetUp"]["secret"]
        .as_str()
        .expect("a secret")
        .to_owned();
    walk.keep(&secret);
    let secret = walk.keep(&secret.replace(' ', ""));
    let secret = Secret::try_from_base32(secret).expect("base32");
    let phone = Builder::new()
        .with_secret(secret)
        .build()
        .expect("usual settings");
    let shown = |later: u64| {
        let now = u64::try_from(app.state.clock.now().0 / 1_000).expect("a time");
        phone.generate(now + 30 * later).to_string()
    };
    let code = walk.keep(&shown(0));
    walk.form("turn_codes_on", &format!("code={code}"), &mine)
        .await;
    let body = format!("{address}&password={}", plus(&first));
    let half = login(&walk.form("sign_in", &body, "").await);
    let guess = walk.keep("739218");
    for body in [format!("code={guess}"), format!("code={}", shown(1))] {
        let ask = Ask::form("/api/fn/enter_code", &body).with("cookie", &half);
        walk.send(ask).await;
    }
    walk.keep(&shown(1));

    // A calendar's address, a call, a message that somebody forged, an address with secrets in it.
    let scene = Scene::of(&app, Stage::Begun).await;
    let cookie = format!("ym_login={}", scene.mentee.token);
    walk.keep(&scene.mentee.token);
    walk.keep(&scene.mentee.email);
    let feed = server::calendar::feed_create(&app.state, &scene.mentee.login).await;
    let feed = feed.expect("a feed");
    let feed = feed.rsplit('/').next().expect("a last part").to_owned();
    walk.send(Ask::get(&format!("/calendar/{feed}"))).await;
    walk.keep(feed.trim_end_matches(".ics"));
    let body = json!({"session": scene.session, "entry": "if_not_inside"}).to_string();
    let joined = walk
        .send(Ask::json("/api/fn/join", &body).with("cookie", &cookie))
        .await;
    let joined: Value = serde_json::from_str(&joined.text).expect("JSON");
    let token = joined["token"].as_str().expect("a join token").to_owned();
    walk.keep(&token);
    let forged = Ask::text("/api/livekit/webhook", "application/webhook+json", "{}");
    walk.send(forged.with("authorization", &token)).await;
    for uri in [
        format!("/nothing?token={token}"),
        format!("/auth/link?token={token}"),
    ] {
        walk.send(Ask::get(&uri).accepts_html()).await;
    }
    let private = walk.keep("A marked goal of a session");
    let body = json!({
        "mentorId": scene.mentor.id(), "startsAt": "{free}", "title": "Next", "goal": private,
    });
    let body = scene.fill(&body.to_string(), Who::Outsider);
    let ask = Ask::json("/api/sessions", &body).by(scene.token(Who::Outsider));
    assert_eq!(walk.send(ask).await.status.as_u16(), 201);
    app.run_jobs().await;
    walk.form("sign_out", "", &mine).await;
    drop(guard);

    let log = log.text();
    assert!(
        log.contains("answered") && log.contains("/api/fn/sign_in") && log.lines().count() > 30,
        "{log}"
    );
    let always = [
        "eyJ",
        "$argon2",
        "ym_login=",
        "ym_sign_up=",
        "Bearer ",
        LIVEKIT_SECRET,
        PASSWORD,
    ];
    let secrets = walk.secrets.iter().map(String::as_str).chain(always);
    for secret in secrets {
        // A code of six digits may be a part of some number.
        let held = match secret.len() {
            6 => log
                .split(|c: char| !c.is_ascii_alphanumeric())
                .any(|word| word == secret),
            _ => log.contains(secret) || log.contains(&plus(secret)),
        };
        assert!(!held, "{secret} is in the log:\n{log}");
    }
    let address = log
        .split_whitespace()
        .find(|word| word.contains("@example"));
    assert_eq!(address, None, "an address is in the log");
}
