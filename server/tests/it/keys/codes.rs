//! Codes of an authenticator app, recovery codes, and admins who must have a second factor.

use super::{
    asks_who_it_is, audited, let_confirmations_pass, login_of, refusal, sign_in, subjects,
};
use crate::harness::{HERE, PASSWORD, Person, TestApp, TestDb, config, on_both_engines};
use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use domain::{account::AccountEmail, problem::Problem, time::Millis};
use futures::future::join_all;
use macro_rules_attribute::apply;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use server::{
    Error,
    accounts::{self, CurrentLogin, NewLogin, SignIn},
};
use totp_rs::{Builder, Secret, Totp};
use tower::ServiceExt;

/// The app on somebody's phone.
pub(super) struct Phone(Totp);

impl Phone {
    async fn set_up(app: &TestApp, login: &CurrentLogin) -> Self {
        accounts::start_codes(&app.state, login)
            .await
            .expect("begun");
        let setup = accounts::codes_setup(&app.state, login).await;
        let setup = setup.expect("readable").expect("being set up");
        assert!(setup.picture.starts_with("data:image/svg+xml;base64,"));
        let secret = Secret::try_from_base32(setup.secret.replace(' ', "")).expect("base32");
        Self(
            Builder::new()
                .with_secret(secret)
                .build()
                .expect("usual settings"),
        )
    }

    fn shows(&self, app: &TestApp) -> String {
        self.shows_in(app, 0)
    }

    /// What it shows so many steps later.
    fn shows_in(&self, app: &TestApp, steps: i64) -> String {
        let seconds = app.state.clock.now().0 / 1_000 + steps * 30;
        let token = self.0.generate(u64::try_from(seconds).expect("a time"));
        token.to_string()
    }
}

/// Somebody who is asked for codes; their phone and recovery codes.
pub(super) async fn with_codes(app: &TestApp, login: &CurrentLogin) -> (Phone, Vec<String>) {
    let phone = Phone::set_up(app, login).await;
    let codes = accounts::turn_codes_on(&app.state, login, &phone.shows(app)).await;
    app.clock.advance(Millis::seconds(30));
    (phone, codes.expect("on"))
}

async fn enter(app: &TestApp, half: &NewLogin, code: &str) -> Result<NewLogin, Error> {
    let token = Some(half.token.expose_secret());
    accounts::enter_code(&app.state, token, code, &HERE).await
}

async fn is_signed_in(app: &TestApp, login: &NewLogin) -> bool {
    login_of(app, login).await.is_some()
}

fn is_wrong<T: std::fmt::Debug>(result: Result<T, Error>) -> bool {
    let problem = refusal(result);
    problem.for_field("code").is_some()
}

#[apply(on_both_engines!)]
async fn a_password_alone_does_not_sign_in_whoever_is_asked_for_codes(app: TestApp) {
    let leo = app.person("Leo").await;
    let (phone, _) = with_codes(&app, &leo.login).await;
    let half = sign_in(&app, &leo).await;
    assert!(half.second_factor_due);
    assert!(!is_signed_in(&app, &half).await);
    let own = accounts::list(&app.state, &leo.login)
        .await
        .expect("readable");
    assert_eq!(own.len(), 1, "half a login is none");

    assert!(is_wrong(enter(&app, &half, "000000").await));
    let login = enter(&app, &half, &phone.shows(&app))
        .await
        .expect("signed in");
    assert!(is_signed_in(&app, &login).await);
    assert!(
        !is_signed_in(&app, &half).await,
        "the half became another one"
    );
    let again = enter(&app, &half, &phone.shows_in(&app, 1)).await;
    assert_eq!(refusal(again), Problem::SignedOut);
    assert_eq!(
        subjects(&app, &leo).await,
        ["Codes are switched on for your account at Young Minds"]
    );
    for (action, times) in [("codes_on", 1), ("sign_in_refused", 1), ("signed_in", 2)] {
        assert_eq!(audited(&app, action, &leo).await, times, "{action}");
    }
}

// T07: a code is nothing without what comes before it, a link is half a sign-in, too, and nothing goes around it.
#[apply(on_both_engines!)]
async fn no_way_goes_around_the_second_factor(app: TestApp) {
    let leo = app.person("Leo").await;
    let (phone, _) = with_codes(&app, &leo.login).await;
    for nobody in [
        None,
        Some(""),
        Some("x".repeat(43).as_str()),
        Some(leo.token.as_str()),
    ] {
        let code = phone.shows(&app);
        let entered = accounts::enter_code(&app.state, nobody, &code, &HERE).await;
        assert_eq!(
            refusal(entered),
            Problem::SignedOut,
            "a code without a password"
        );
    }
    let form = SignIn {
        email: leo.email.clone(),
        password: "not the password".to_owned(),
    };
    let refused = accounts::sign_in(&app.state, form, &HERE, None).await;
    assert_eq!(refusal(refused), Problem::WrongCredentials);

    let asked = accounts::ask_for_link(&app.state, AccountEmail::SignIn, &leo.email, &HERE).await;
    asked.expect("asked");
    let link = link_to(&app, &leo).await;
    let half = accounts::sign_in_by_link(&app.state, &link, &HERE, None).await;
    let half = half.expect("the link works");
    assert!(half.second_factor_due && !is_signed_in(&app, &half).await);

    // A new password ends the halves as well.
    let kind = AccountEmail::ResetPassword;
    let asked = accounts::ask_for_link(&app.state, kind, &leo.email, &HERE).await;
    asked.expect("asked");
    let link = link_to(&app, &leo).await;
    let reset = accounts::reset_by_link(&app.state, &link, "another quite long phrase").await;
    reset.expect("reset");
    let late = enter(&app, &half, &phone.shows(&app)).await;
    assert_eq!(refusal(late), Problem::SignedOut);
    let form = SignIn {
        email: leo.email.clone(),
        password: "another quite long phrase".to_owned(),
    };
    let half = accounts::sign_in(&app.state, form, &HERE, None)
        .await
        .expect("half");
    assert!(half.second_factor_due, "a reset does not switch codes off");
    app.clock.advance(Millis::minutes(10));
    let late = enter(&app, &half, &phone.shows(&app)).await;
    assert_eq!(refusal(late), Problem::SignedOut, "ten minutes are enough");
}

/// The token of the latest link that somebody got.
pub(super) async fn link_to(app: &TestApp, person: &Person) -> String {
    app.run_jobs().await;
    let emails = app.mail.emails();
    let token = |email: &server::mail::Email| {
        let message = mail_parser::MessageParser::default().parse(&email.bytes)?;
        let text = message.body_text(0)?.into_owned();
        let (_, token) = text.split_once("?token=")?;
        Some(token.chars().take_while(|c| !c.is_whitespace()).collect())
    };
    let to_them = emails
        .iter()
        .filter(|email| email.to.to_string() == person.email);
    to_them.rev().find_map(token).expect("a link")
}

#[apply(on_both_engines!)]
async fn a_code_works_once_and_only_around_its_time(app: TestApp) {
    let leo = app.person("Leo").await;
    let (phone, _) = with_codes(&app, &leo.login).await;
    app.clock.advance(Millis::minutes(5));
    for far in [-2, 2, 40] {
        let half = sign_in(&app, &leo).await;
        assert!(
            is_wrong(enter(&app, &half, &phone.shows_in(&app, far)).await),
            "{far}"
        );
    }
    let (one, two) = (sign_in(&app, &leo).await, sign_in(&app, &leo).await);
    let code = phone.shows(&app);
    let tries = join_all([enter(&app, &one, &code), enter(&app, &two, &code)]).await;
    assert_eq!(
        tries.iter().filter(|login| login.is_ok()).count(),
        1,
        "used once"
    );
    let half = sign_in(&app, &leo).await;
    assert!(
        is_wrong(enter(&app, &half, &phone.shows_in(&app, -1)).await),
        "nor an older one"
    );
    let spaced = phone.shows_in(&app, 1);
    let spaced = format!(" {} {}", &spaced[..3], &spaced[3..]);
    enter(&app, &half, &spaced)
        .await
        .expect("a clock that is half a minute ahead");
}

#[apply(on_both_engines!)]
async fn codes_are_not_guessed(app: TestApp) {
    let leo = app.person("Leo").await;
    let (phone, _) = with_codes(&app, &leo.login).await;
    let half = sign_in(&app, &leo).await;
    for guess in 0..10 {
        assert!(is_wrong(enter(&app, &half, "12345").await), "{guess}");
    }
    let right = enter(&app, &half, &phone.shows(&app)).await;
    assert!(matches!(refusal(right), Problem::TooMany { .. }));
    app.clock.advance(Millis::minutes(16));
    let half = sign_in(&app, &leo).await;
    enter(&app, &half, &phone.shows(&app)).await.expect("later");
}

#[apply(on_both_engines!)]
async fn each_recovery_code_signs_in_once(app: TestApp) {
    let (leo, ada) = (app.person("Leo").await, app.person("Ada").await);
    let (phone, codes) = with_codes(&app, &leo.login).await;
    let (_, of_ada) = with_codes(&app, &ada.login).await;
    assert_eq!(codes.len(), 10);
    let half = sign_in(&app, &leo).await;
    assert!(
        is_wrong(enter(&app, &half, &of_ada[0]).await),
        "somebody else's"
    );
    let typed = codes[0].to_uppercase().replace('-', " ");
    enter(&app, &half, &typed)
        .await
        .expect("however it is typed");
    let half = sign_in(&app, &leo).await;
    assert!(is_wrong(enter(&app, &half, &codes[0]).await), "used");
    let keys = accounts::keys(&app.state, &leo.login)
        .await
        .expect("readable");
    assert_eq!(keys.codes.recovery_left, 9);
    let kept = "SELECT count(*) FROM recovery_codes WHERE code_hash LIKE '%-%'";
    assert_eq!(app.test_db.number(kept).await, 0, "hashes only");

    let new = accounts::new_recovery_codes(&app.state, &leo.login)
        .await
        .expect("new ones");
    assert!(is_wrong(enter(&app, &half, &codes[1]).await), "replaced");
    enter(&app, &half, &new[0]).await.expect("a new one");
    drop(phone);
}

#[apply(on_both_engines!)]
async fn codes_go_on_and_off_for_whoever_just_said_who_they_are(app: TestApp) {
    let leo = app.person("Leo").await;
    let nothing = accounts::turn_codes_on(&app.state, &leo.login, "123456").await;
    assert!(
        matches!(refusal(nothing), Problem::Conflict(_)),
        "no app is being set up"
    );
    let phone = Phone::set_up(&app, &leo.login).await;
    assert!(is_wrong(
        accounts::turn_codes_on(&app.state, &leo.login, "000000").await
    ));
    let half = sign_in(&app, &leo).await;
    assert!(
        !half.second_factor_due,
        "not before the app has shown a code"
    );
    let_confirmations_pass(&app);
    let code = phone.shows(&app);
    assert!(asks_who_it_is(
        accounts::start_codes(&app.state, &leo.login).await
    ));
    assert!(asks_who_it_is(
        accounts::turn_codes_on(&app.state, &leo.login, &code).await
    ));
    assert!(asks_who_it_is(
        accounts::turn_codes_off(&app.state, &leo.login).await
    ));
    assert!(asks_who_it_is(
        accounts::new_recovery_codes(&app.state, &leo.login).await
    ));
    let hidden = accounts::codes_setup(&app.state, &leo.login).await;
    assert_eq!(
        hidden.expect("readable"),
        None,
        "the secret is not shown either"
    );

    let fresh = login_of(&app, &sign_in(&app, &leo).await)
        .await
        .expect("signed in");
    let codes = accounts::turn_codes_on(&app.state, &fresh, &code).await;
    codes.expect("on");
    let shown = accounts::codes_setup(&app.state, &fresh).await;
    assert_eq!(
        shown.expect("readable"),
        None,
        "a secret in use is not shown again"
    );
    let again = accounts::start_codes(&app.state, &fresh).await;
    assert!(matches!(refusal(again), Problem::Conflict(_)));
    accounts::turn_codes_off(&app.state, &fresh)
        .await
        .expect("off");
    accounts::turn_codes_off(&app.state, &fresh)
        .await
        .expect("twice is no error");
    assert!(!sign_in(&app, &leo).await.second_factor_due);
    assert_eq!(audited(&app, "codes_off", &leo).await, 1);
}

#[apply(on_both_engines!)]
async fn an_admin_sets_a_second_factor_up_before_anything_else(test_db: TestDb) {
    let mut config = config(&test_db.url);
    config.admin_second_factor = true;
    let app = TestApp::with(&test_db.url, config).await;
    let (rosa, leo) = (app.admin("Rosa").await, app.person("Leo").await);
    assert!(rosa.login.lacks_second_factor && !leo.login.lacks_second_factor);
    let refused = rosa.login.require_admin();
    assert_eq!(refusal(refused), Problem::SecondFactorNeeded);
    let (phone, _) = with_codes(&app, &rosa.login).await;
    let now = accounts::current(&app.state, &rosa.token).await;
    let now = now.expect("readable").expect("signed in");
    assert!(!now.lacks_second_factor);
    now.require_admin().expect("an admin with two factors");

    let half = sign_in(&app, &rosa).await;
    assert!(half.second_factor_due);
    accounts::reset_second_factor(&app.state, &rosa.email)
        .await
        .expect("reset");
    assert_eq!(
        refusal(enter(&app, &half, &phone.shows(&app)).await),
        Problem::SignedOut
    );
    let login = login_of(&app, &sign_in(&app, &rosa).await).await;
    assert!(login.expect("signed in").lacks_second_factor);
    assert_eq!(audited(&app, "second_factor_reset", &rosa).await, 1);
    let unknown = accounts::reset_second_factor(&app.state, "nobody@example.org").await;
    assert_eq!(refusal(unknown), Problem::NotFound);
}

#[apply(on_both_engines!)]
async fn an_admin_with_a_passkey_does_not_sign_in_by_password_alone(test_db: TestDb) {
    let mut config = config(&test_db.url);
    config.admin_second_factor = true;
    let app = TestApp::with(&test_db.url, config).await;
    let (rosa, leo) = (app.admin("Rosa").await, app.person("Leo").await);
    for person in [&rosa, &leo] {
        super::passkeys::give(&app, person).await;
    }
    let half = sign_in(&app, &rosa).await;
    assert!(half.second_factor_due && !is_signed_in(&app, &half).await);
    let token = Some(half.token.expose_secret());
    let due = accounts::second_factor(&app.state, token).await;
    let due = due.expect("readable").expect("something is due");
    assert_eq!((due.has_codes, due.has_passkeys), (false, true));
    assert!(is_wrong(enter(&app, &half, "123456").await));
    assert!(
        !sign_in(&app, &leo).await.second_factor_due,
        "others choose"
    );
}

/// What a program is answered: the status, the error's word, and the login's token where it is given one.
async fn told(
    app: &TestApp,
    path: &str,
    token: Option<&str>,
    body: Value,
) -> (u16, String, Option<String>) {
    let mut request = Request::post(path).header("content-type", "application/json");
    if let Some(token) = token {
        request = request.header("cookie", format!("ym_login={token}"));
    }
    let request = request.body(Body::from(body.to_string()));
    let site = server::http::router(app.state.clone(), app.inbox.clone());
    let answer = site.oneshot(request.expect("a request")).await;
    let (parts, body) = answer.expect("answered").into_parts();
    let set = parts.headers.get("set-cookie").map(|set| {
        let set = set.to_str().expect("text").split(';').next();
        let (_, token) = set.unwrap_or_default().split_once('=').expect("a cookie");
        token.to_owned()
    });
    let body = to_bytes(body, usize::MAX).await.expect("a body");
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    let code = body["code"].as_str().unwrap_or_default().to_owned();
    (parts.status.as_u16(), code, set)
}

#[apply(on_both_engines!)]
async fn a_program_gives_a_code_after_the_password(app: TestApp) {
    let leo = app.person("Leo").await;
    let (phone, recovery) = with_codes(&app, &leo.login).await;
    let sign_in = async || {
        let body = json!({"email": leo.email, "password": PASSWORD});
        let (status, code, half) = told(&app, "/api/auth/sign-in", None, body).await;
        assert_eq!((status, code.as_str()), (403, "second_factor_needed"));
        half.expect("half a login")
    };
    let give = async |half: Option<&str>, code: &str| {
        told(&app, "/api/auth/code", half, json!({"code": code})).await
    };
    let is_good = async |token: &str| {
        let login = accounts::current(&app.state, token).await;
        login.expect("readable").is_some()
    };
    let half = sign_in().await;
    assert!(!is_good(&half).await, "half a login signs nobody in");
    let (status, code, set) = give(Some(&half), "000000").await;
    assert_eq!((status, code.as_str(), set), (422, "invalid", None));
    let shown = phone.shows(&app);
    for nobody in [None, Some("x"), Some(leo.token.as_str())] {
        let (status, code, set) = give(nobody, &shown).await;
        assert_eq!((status, code.as_str(), set), (401, "signed_out", None));
    }
    let (status, _, token) = give(Some(&half), &shown).await;
    let token = token.expect("a login");
    assert!(status == 200 && token != half && is_good(&token).await);
    let (status, ..) = give(Some(&half), &phone.shows_in(&app, 1)).await;
    assert_eq!(status, 401, "the half became another one");

    let half = sign_in().await;
    let (status, code, _) = give(Some(&half), &shown).await;
    assert_eq!(
        (status, code.as_str()),
        (422, "invalid"),
        "a code used twice"
    );
    let (status, _, token) = give(Some(&half), &recovery[0]).await;
    assert!(status == 200 && is_good(&token.expect("a login")).await);

    let half = sign_in().await;
    for body in [
        json!({}),
        json!({"code": 123_456}),
        json!({"code": "1", "user": 1}),
    ] {
        let (status, ..) = told(&app, "/api/auth/code", Some(&half), body).await;
        assert_eq!(status, 422);
    }
    for _ in 0..10 {
        give(Some(&half), "111111").await;
    }
    let (status, code, set) = give(Some(&half), &phone.shows_in(&app, 1)).await;
    assert_eq!(
        (status, code.as_str(), set),
        (429, "too_many", None),
        "guesses are counted as on the page"
    );
}
