//! Passkeys, made and used by an authenticator in software.

use super::{
    asks_who_it_is, audited, let_confirmations_pass, login_of, refusal, sign_in, subjects,
};
use crate::harness::{HERE, PASSWORD, Person, TestApp, TestDb, config, on_both_engines, on_sqlite};
use domain::{
    ids::{PasskeyId, UserId},
    problem::Problem,
    time::Millis,
};
use futures::future::join_all;
use macro_rules_attribute::apply;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use server::{
    accounts::{self, CurrentLogin, StartedPasskey},
    config::AppUrl,
};
use url::Url;
use uuid::Uuid;
use webauthn_authenticator_rs::{WebauthnAuthenticator, softpasskey::SoftPasskey};

const ORIGIN: &str = "http://localhost:3000";

/// A device with one passkey.
struct Device {
    inside: SoftPasskey,
    origin: Url,
    credential: String,
}

impl Device {
    fn new() -> Self {
        Self {
            inside: SoftPasskey::new(true),
            origin: Url::parse(ORIGIN).expect("an address"),
            credential: String::new(),
        }
    }

    /// Answers what a browser is asked for when a passkey is added.
    fn create(&mut self, options: &str) -> Value {
        let mut options: Value = serde_json::from_str(options).expect("JSON");
        let wanted = &mut options["authenticatorSelection"];
        assert_eq!(wanted["residentKey"], "required");
        assert_eq!(wanted["userVerification"], "required");
        // This device keeps its keys in memory, and calls that something else.
        wanted["requireResidentKey"] = false.into();
        let options = serde_json::from_value(json!({"publicKey": options})).expect("options");
        let made = self.inside.do_registration(self.origin.clone(), options);
        let made = made.expect("the device makes a passkey");
        self.credential = made.id.clone();
        serde_json::to_value(made).expect("JSON")
    }

    /// Answers what a browser is asked for at sign-in, as somebody's.
    fn get(&mut self, options: &str, user: UserId) -> Value {
        let mut options: Value = serde_json::from_str(options).expect("JSON");
        assert_eq!(options["userVerification"], "required");
        options["allowCredentials"] = json!([{"type": "public-key", "id": self.credential}]);
        let options = serde_json::from_value(json!({"publicKey": options})).expect("options");
        let signed = self.inside.do_authentication(self.origin.clone(), options);
        let mut signed = signed.expect("the device signs");
        signed.response.user_handle = Some(user.0.as_bytes().to_vec());
        serde_json::to_value(signed).expect("JSON")
    }
}

async fn start(app: &TestApp, login: &CurrentLogin) -> StartedPasskey {
    let started = accounts::start_passkey(&app.state, login).await;
    started.expect("a passkey may be added")
}

async fn start_sign_in(app: &TestApp) -> StartedPasskey {
    let started = accounts::start_passkey_sign_in(&app.state, &HERE).await;
    started.expect("anybody may begin")
}

async fn add(app: &TestApp, person: &Person, device: &mut Device) -> Result<(), server::Error> {
    let started = start(app, &person.login).await;
    let answer = device.create(&started.options).to_string();
    let token = Some(started.ceremony.token.expose_secret());
    accounts::add_passkey(&app.state, &person.login, token, "Phone", &answer).await
}

/// Gives somebody a passkey.
pub(super) async fn give(app: &TestApp, person: &Person) {
    add(app, person, &mut Device::new()).await.expect("added");
}

async fn finish(
    app: &TestApp,
    started: &StartedPasskey,
    answer: &Value,
) -> Result<accounts::NewLogin, server::Error> {
    let token = Some(started.ceremony.token.expose_secret());
    let answer = answer.to_string();
    accounts::sign_in_with_passkey(&app.state, token, &answer, &HERE, None).await
}

async fn own(app: &TestApp, person: &Person) -> Vec<domain::views::PasskeyView> {
    let keys = accounts::keys(&app.state, &person.login).await;
    keys.expect("readable").passkeys
}

#[apply(on_both_engines!)]
async fn a_passkey_is_renamed_by_its_own_person_who_just_said_so(app: TestApp) {
    let (leo, noor) = (app.person("Leo").await, app.person("Noor").await);
    for person in [&leo, &noor] {
        give(&app, person).await;
    }
    let id = own(&app, &leo).await[0].id;
    let rename = async |person: &Person, name: &str| {
        accounts::rename_passkey(&app.state, &person.login, id, name).await
    };
    rename(&leo, "  My\u{202e} laptop ").await.expect("renamed");
    assert_eq!(own(&app, &leo).await[0].name, "My laptop");
    assert_eq!(
        refusal(rename(&noor, "Mine now").await),
        Problem::NotFound,
        "somebody else's looks like one that is gone"
    );
    let nothing = refusal(rename(&leo, " \u{200b}").await);
    assert!(nothing.for_field("passkeyName").is_some());
    let gone = PasskeyId(Uuid::new_v4());
    let gone = accounts::rename_passkey(&app.state, &leo.login, gone, "Ghost").await;
    assert_eq!(refusal(gone), Problem::NotFound);
    let names = [own(&app, &leo).await, own(&app, &noor).await].concat();
    let names: Vec<_> = names.iter().map(|key| key.name.as_str()).collect();
    assert_eq!(names, ["My laptop", "Phone"]);
    assert_eq!(audited(&app, "passkey_renamed", &leo).await, 1);
    for n in 0..30 {
        let renamed = rename(&leo, &format!("Laptop {n}")).await;
        if let Err(server::Error::Problem(problem)) = renamed {
            assert!(matches!(problem, Problem::TooMany { .. }), "{problem}");
            break;
        }
        assert!(n < 29, "nobody renames without end");
    }
    let_confirmations_pass(&app);
    assert!(asks_who_it_is(rename(&leo, "Later").await));
}

#[apply(on_both_engines!)]
async fn a_passkey_is_added_used_and_removed(app: TestApp) {
    let leo = app.person("Leo").await;
    let mut device = Device::new();
    add(&app, &leo, &mut device).await.expect("added");
    let keys = own(&app, &leo).await;
    assert_eq!((keys.len(), keys[0].name.as_str()), (1, "Phone"));
    assert_eq!(keys[0].last_used, None);

    let started = start_sign_in(&app).await;
    let answer = device.get(&started.options, leo.id());
    let old = leo.login.login;
    let token = Some(started.ceremony.token.expose_secret());
    let answer = answer.to_string();
    let login = accounts::sign_in_with_passkey(&app.state, token, &answer, &HERE, Some(old)).await;
    let login = login.expect("signed in");
    let found = login_of(&app, &login).await.expect("the login is good");
    assert_eq!(found.me.id, leo.id());
    let before = accounts::current(&app.state, &leo.token).await;
    assert_eq!(
        before.expect("readable"),
        None,
        "the browser's old login ended"
    );
    assert!(own(&app, &leo).await[0].last_used.is_some());
    assert_eq!(audited(&app, "signed_in", &leo).await, 1);

    let id = own(&app, &leo).await[0].id;
    accounts::remove_passkey(&app.state, &found, id)
        .await
        .expect("removed");
    accounts::remove_passkey(&app.state, &found, id)
        .await
        .expect("twice is no error");
    let started = start_sign_in(&app).await;
    let refused = finish(&app, &started, &device.get(&started.options, leo.id())).await;
    assert!(matches!(refusal(refused), Problem::Conflict(why) if why.contains("not known")));
    let told = subjects(&app, &leo).await;
    assert_eq!(
        told,
        [
            "A passkey was added to your account at Young Minds",
            "A passkey was removed from your account at Young Minds",
        ]
    );
    for action in ["passkey_added", "passkey_removed"] {
        assert_eq!(audited(&app, action, &leo).await, 1, "{action}");
    }
}

#[apply(on_both_engines!)]
async fn a_ceremony_is_finished_once_in_time_and_by_whoever_began_it(app: TestApp) {
    let (leo, ada) = (app.person("Leo").await, app.person("Ada").await);
    let mut device = Device::new();
    let is_over = |result| matches!(refusal::<()>(result), Problem::Conflict(why) if why.contains("too long"));

    let started = start(&app, &leo.login).await;
    let answer = device.create(&started.options).to_string();
    let token = Some(started.ceremony.token.expose_secret());
    let by_ada = accounts::add_passkey(&app.state, &ada.login, token, "Mine", &answer).await;
    assert!(is_over(by_ada), "another login's");
    let late = accounts::add_passkey(&app.state, &leo.login, token, "Mine", &answer).await;
    assert!(is_over(late), "one try is all there is");

    add(&app, &leo, &mut device).await.expect("added");
    let started = start_sign_in(&app).await;
    let answer = device.get(&started.options, leo.id());
    let other = start_sign_in(&app).await;
    let crossed = finish(&app, &other, &answer).await;
    assert!(
        matches!(refusal(crossed), Problem::Malformed(_)),
        "another challenge"
    );
    let tries = join_all((0..4).map(|_| finish(&app, &started, &answer))).await;
    assert_eq!(tries.iter().filter(|login| login.is_ok()).count(), 1);

    let started = start_sign_in(&app).await;
    let answer = device.get(&started.options, leo.id());
    app.clock.advance(Millis::minutes(10));
    assert!(
        is_over(finish(&app, &started, &answer).await.map(drop)),
        "too late"
    );
    let nothing = accounts::sign_in_with_passkey(&app.state, None, "{}", &HERE, None).await;
    assert!(is_over(nothing.map(drop)));
}

#[apply(on_both_engines!)]
async fn a_passkey_signs_in_its_own_person_only(app: TestApp) {
    let (leo, ada) = (app.person("Leo").await, app.person("Ada").await);
    let mut device = Device::new();
    add(&app, &leo, &mut device).await.expect("added");
    let started = start_sign_in(&app).await;
    let as_ada = finish(&app, &started, &device.get(&started.options, ada.id())).await;
    assert!(matches!(refusal(as_ada), Problem::Conflict(why) if why.contains("not known")));

    let started = start_sign_in(&app).await;
    let mut forged = device.get(&started.options, leo.id());
    forged["response"]["signature"] = Device::new_signature(&forged).into();
    let forged = finish(&app, &started, &forged).await;
    assert!(matches!(refusal(forged), Problem::Malformed(_)));
    assert_eq!(audited(&app, "sign_in_refused", &leo).await, 1);

    let key = own(&app, &leo).await[0].id;
    accounts::remove_passkey(&app.state, &ada.login, key)
        .await
        .expect("nothing happens");
    assert_eq!(own(&app, &leo).await.len(), 1, "it is not Ada's");
    let again = start(&app, &ada.login).await;
    let known: Value = serde_json::from_str(&again.options).expect("JSON");
    assert_eq!(
        known["excludeCredentials"],
        json!([]),
        "nor is Ada told of it"
    );
}

impl Device {
    /// A signature that is well-formed and somebody else's.
    fn new_signature(answer: &Value) -> String {
        let signature = answer["response"]["signature"].as_str().expect("text");
        let mut letters: Vec<char> = signature.chars().collect();
        let at = letters.len() / 2;
        letters[at] = if letters[at] == 'A' { 'B' } else { 'A' };
        letters.into_iter().collect()
    }
}

#[apply(on_both_engines!)]
async fn who_it_is_must_be_fresh_before_keys_change(app: TestApp) {
    let leo = app.person("Leo").await;
    let_confirmations_pass(&app);
    assert!(asks_who_it_is(
        accounts::start_passkey(&app.state, &leo.login).await
    ));
    let any = PasskeyId(Uuid::new_v4());
    assert!(asks_who_it_is(
        accounts::remove_passkey(&app.state, &leo.login, any).await
    ));
    let wrong = accounts::confirm_self(&app.state, &leo.login, "not the password").await;
    assert!(matches!(refusal(wrong), Problem::Invalid(_)));
    accounts::confirm_self(&app.state, &leo.login, PASSWORD)
        .await
        .expect("the right one");
    let fresh = accounts::current(&app.state, &leo.token).await;
    let fresh = fresh.expect("readable").expect("signed in");
    start(&app, &fresh).await;
    let_confirmations_pass(&app);
    let login = sign_in(&app, &leo).await;
    let login = login_of(&app, &login).await.expect("signed in");
    start(&app, &login).await;
}

#[apply(on_both_engines!)]
async fn nobody_begins_without_end(test_db: TestDb) {
    let mut config = config(&test_db.url);
    config.limits.sign_in_failures_per_address = 5;
    let app = TestApp::with(&test_db.url, config).await;
    let leo = app.person("Leo").await;
    for _ in 0..20 {
        start(&app, &leo.login).await;
    }
    let more = accounts::start_passkey(&app.state, &leo.login).await;
    assert!(matches!(refusal(more), Problem::TooMany { .. }));
    for _ in 0..5 {
        start_sign_in(&app).await;
    }
    let more = accounts::start_passkey_sign_in(&app.state, &HERE).await;
    assert!(matches!(refusal(more), Problem::TooMany { .. }));
}

#[apply(on_sqlite!)]
async fn passkeys_need_an_address_with_a_name(test_db: TestDb) {
    for (address, rp) in [
        ("https://minds.example.org", Some("minds.example.org")),
        ("http://localhost:3000", Some("localhost")),
        ("http://127.0.0.1:3000", Some("localhost")),
        ("https://192.0.2.1", None),
    ] {
        let mut config = config(&test_db.url);
        config.app_url = AppUrl::parse(address).expect("an address");
        let app = TestApp::with(&test_db.url, config).await;
        let started = accounts::start_passkey_sign_in(&app.state, &HERE).await;
        let known = started.ok().map(|started| {
            let options: Value = serde_json::from_str(&started.options).expect("JSON");
            options["rpId"].as_str().expect("text").to_owned()
        });
        assert_eq!(known.as_deref(), rp, "{address}");
    }
}
