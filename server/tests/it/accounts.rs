//! Addresses that are proved, links by email, passwords and logins.

use crate::harness::{self, HERE, NOW, PASSWORD, Person, TestApp, on_both_engines};
use domain::{
    account::AccountEmail,
    ids::{LoginId, RoomName},
    problem::Problem,
    time::{Millis, Timestamp},
};
use futures::{FutureExt, future::join_all};
use macro_rules_attribute::apply;
use mail_parser::MessageParser;
use secrecy::ExposeSecret;
use server::{
    Error,
    accounts::{self, Client, NewLogin, Proof, SignIn, SignUp, Waiting},
    mail::MailError,
    store::{self, ScopedFutureExt, StoreError},
};
use std::{
    net::{IpAddr, Ipv4Addr},
    time::{Duration, Instant},
};
use tokio::sync::Notify;

const OTHER_PASSWORD: &str = "another quite long phrase";

/// Reads what somebody got: address, subject, text.
fn inbox(app: &TestApp) -> Vec<(String, String, String)> {
    let read = |email: &server::mail::Email| {
        let message = MessageParser::default()
            .parse(&email.bytes)
            .expect("an email");
        let subject = message.subject().expect("a subject").to_owned();
        let text = message.body_text(0).expect("a text").into_owned();
        (email.to.to_string(), subject, text)
    };
    app.mail.emails().iter().map(read).collect()
}

/// The token in the latest email to an address.
async fn token(app: &TestApp, to: &str) -> String {
    app.run_jobs().await;
    let last = inbox(app).into_iter().rfind(|(address, ..)| address == to);
    let (_, subject, text) = last.expect("an email");
    let token = text.split_once("?token=").map(|(_, rest)| rest);
    let token = token.unwrap_or_else(|| panic!("{subject} has no link: {text}"));
    let end = token.find(char::is_whitespace).unwrap_or(token.len());
    token[..end].to_owned()
}

fn form(email: &str) -> SignUp {
    SignUp {
        name: "Noor Haddad".to_owned(),
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        time_zone: "UTC".to_owned(),
    }
}

async fn sign_up(app: &TestApp, email: &str) -> Waiting {
    let waiting = accounts::sign_up(&app.state, form(email), None, &HERE).await;
    waiting.expect("it waits")
}

fn same_browser(waiting: &Waiting) -> Proof {
    Proof {
        browser: Some(waiting.token.expose_secret().to_owned()),
        password: String::new(),
    }
}

async fn sign_in(app: &TestApp, email: &str, password: &str) -> Result<NewLogin, Error> {
    let form = SignIn {
        email: email.to_owned(),
        password: password.to_owned(),
    };
    accounts::sign_in(&app.state, form, &HERE, None).await
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Problem {
    match result {
        Err(Error::Problem(problem)) => problem,
        other => panic!("{other:?}"),
    }
}

fn is_unusable<T: std::fmt::Debug>(result: Result<T, Error>) -> bool {
    matches!(refusal(result), Problem::Conflict(why) if why.contains("does not work any more"))
}

async fn is_signed_in(app: &TestApp, login: &NewLogin) -> bool {
    let found = accounts::current(&app.state, login.token.expose_secret()).await;
    found.expect("the database answers").is_some()
}

#[apply(on_both_engines!)]
async fn an_account_begins_with_the_proof_of_its_address(app: TestApp) {
    let waiting = sign_up(&app, "noor@example.org").await;
    assert_eq!(app.test_db.number("SELECT count(*) FROM users").await, 0);
    assert_eq!(
        refusal(sign_in(&app, "noor@example.org", PASSWORD).await),
        Problem::WrongCredentials
    );
    let link = token(&app, "noor@example.org").await;
    for _ in 0..3 {
        let browser = Some(waiting.token.expose_secret());
        let view = accounts::look(&app.state, AccountEmail::SignUp, &link, browser).await;
        let view = view.expect("readable").expect("opening uses nothing up");
        assert_eq!(
            (view.email.as_str(), view.needs_password),
            ("noor@example.org", false)
        );
    }
    let made = accounts::confirm(&app.state, &link, same_browser(&waiting), &HERE, None).await;
    let (login, _) = made.expect("an account");
    assert!(is_signed_in(&app, &login).await);
    sign_in(&app, "noor@example.org", PASSWORD)
        .await
        .expect("signed in");
    assert!(is_unusable(
        accounts::confirm(&app.state, &link, same_browser(&waiting), &HERE, None).await
    ));
    let kept = app.test_db.number("SELECT count(*) FROM sign_ups").await;
    assert_eq!(kept, 0, "nothing waits any more");
}

#[apply(on_both_engines!)]
async fn an_account_made_in_a_browser_that_was_signed_in_ends_its_old_login_and_no_other(
    app: TestApp,
) {
    let leo = app.person("Leo").await;
    let elsewhere = sign_in(&app, &leo.email, PASSWORD).await;
    let elsewhere = elsewhere.expect("signed in elsewhere");
    let waiting = sign_up(&app, "noor@example.org").await;
    let link = token(&app, "noor@example.org").await;
    let (proof, old) = (same_browser(&waiting), Some(leo.login.login));
    let made = accounts::confirm(&app.state, &link, proof, &HERE, old).await;
    let (login, _) = made.expect("an account");
    assert!(is_signed_in(&app, &login).await && is_signed_in(&app, &elsewhere).await);
    let old = accounts::current(&app.state, &leo.token).await;
    assert!(old.expect("readable").is_none());
}

#[apply(on_both_engines!)]
async fn nobody_gets_an_account_by_the_click_of_whoever_has_the_address(app: TestApp) {
    let evil = sign_up(&app, "victim@example.org").await;
    let link = token(&app, "victim@example.org").await;
    let view = accounts::look(&app.state, AccountEmail::SignUp, &link, None).await;
    assert!(view.expect("readable").expect("works").needs_password);
    let elsewhere = |password: &str| Proof {
        browser: None,
        password: password.to_owned(),
    };
    let click = accounts::confirm(&app.state, &link, elsewhere(""), &HERE, None).await;
    assert!(matches!(refusal(click), Problem::Invalid(_)));
    assert_eq!(app.test_db.number("SELECT count(*) FROM users").await, 0);

    // Their own sign-up is theirs alone, whatever waits besides.
    let mut own = form("victim@example.org");
    own.password = OTHER_PASSWORD.to_owned();
    let own = accounts::sign_up(&app.state, own, None, &HERE)
        .await
        .expect("it waits");
    let own_link = token(&app, "victim@example.org").await;
    accounts::confirm(&app.state, &own_link, same_browser(&own), &HERE, None)
        .await
        .expect("an account");
    assert!(is_unusable(
        accounts::confirm(&app.state, &link, same_browser(&evil), &HERE, None).await
    ));
    assert_eq!(
        refusal(sign_in(&app, "victim@example.org", PASSWORD).await),
        Problem::WrongCredentials
    );
}

#[apply(on_both_engines!)]
async fn the_password_of_a_sign_up_is_not_guessed(app: TestApp) {
    sign_up(&app, "noor@example.org").await;
    let link = token(&app, "noor@example.org").await;
    for guess in 0..20 {
        let proof = Proof {
            browser: Some("x".repeat(43)),
            password: format!("guess number {guess}"),
        };
        let refused = refusal(accounts::confirm(&app.state, &link, proof, &HERE, None).await);
        match guess {
            0..10 => assert!(
                matches!(refused, Problem::Invalid(_)),
                "{guess}: {refused:?}"
            ),
            _ => assert!(
                matches!(refused, Problem::TooMany { .. }),
                "{guess}: {refused:?}"
            ),
        }
    }
    app.clock.advance(Millis::minutes(16));
    let proof = Proof {
        browser: None,
        password: PASSWORD.to_owned(),
    };
    accounts::confirm(&app.state, &link, proof, &HERE, None)
        .await
        .expect("the right one from another browser");
}

#[apply(on_both_engines!)]
async fn no_answer_tells_whether_an_address_has_an_account(app: TestApp) {
    app.person("leo").await;
    let (known, unknown) = ("leo@example.org", "nobody@example.org");
    let rows = async |table: &str| {
        let sql = format!("SELECT count(*) FROM {table}");
        app.test_db.number(&sql).await
    };
    let mut written = Vec::new();
    for email in [known, unknown] {
        let before = (
            rows("sign_ups").await,
            rows("account_emails").await,
            rows("jobs").await,
        );
        sign_up(&app, email).await;
        for kind in [AccountEmail::SignIn, AccountEmail::ResetPassword] {
            let asked = accounts::ask_for_link(&app.state, kind, email, &HERE).await;
            asked.expect("the same answer");
        }
        let after = (
            rows("sign_ups").await,
            rows("account_emails").await,
            rows("jobs").await,
        );
        written.push((after.0 - before.0, after.1 - before.1, after.2 - before.2));
        assert_eq!(
            refusal(sign_in(&app, email, "not the password").await),
            Problem::WrongCredentials
        );
    }
    assert_eq!(written[0], written[1], "and the same work");
    app.run_jobs().await;
    let subjects = |to: &str| -> Vec<String> {
        let mut subjects: Vec<_> = inbox(&app)
            .into_iter()
            .filter(|(address, ..)| address == to)
            .map(|(_, subject, _)| subject)
            .collect();
        subjects.sort();
        subjects
    };
    assert_eq!(
        subjects(known),
        [
            "Choose a new password for Young Minds",
            "Sign in to Young Minds",
            "You already have an account at Young Minds",
        ]
    );
    assert_eq!(subjects(unknown), ["Confirm your address for Young Minds"]);
}

#[apply(on_both_engines!)]
async fn a_link_works_once_for_its_purpose_in_its_time_and_for_one_of_two(app: TestApp) {
    app.person("leo").await;
    let email = "leo@example.org";
    let ask = async |kind| {
        accounts::ask_for_link(&app.state, kind, email, &HERE)
            .await
            .expect("asked for");
        token(&app, email).await
    };
    let by_link = async |link: &str| accounts::sign_in_by_link(&app.state, link, &HERE, None).await;
    // Another purpose.
    let reset = ask(AccountEmail::ResetPassword).await;
    assert!(is_unusable(by_link(&reset).await));
    assert!(is_unusable(
        accounts::confirm_address(&app.state, &reset).await
    ));
    let link = ask(AccountEmail::SignIn).await;
    assert!(is_unusable(
        accounts::reset_by_link(&app.state, &link, OTHER_PASSWORD).await
    ));
    // Two at the same moment, and a third one later.
    let tries = join_all((0..8).map(|_| by_link(&link))).await;
    assert_eq!(tries.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(is_unusable(by_link(&link).await));
    // The last millisecond.
    let link = ask(AccountEmail::SignIn).await;
    app.clock.advance(Millis::minutes(15));
    assert!(is_unusable(by_link(&link).await), "too old");
    let link = ask(AccountEmail::SignIn).await;
    app.clock.advance(Millis(15 * 60_000 - 1));
    by_link(&link).await.expect("just in time");
    // Nonsense.
    for nonsense in ["", "x", &"x".repeat(43), "\0", "' OR 1=1"] {
        assert!(is_unusable(by_link(nonsense).await), "{nonsense:?}");
    }
}

#[apply(on_both_engines!)]
async fn a_reset_signs_out_everywhere_voids_other_links_and_tells_the_person(app: TestApp) {
    let leo = app.person("leo").await;
    let email = "leo@example.org";
    let login = sign_in(&app, email, PASSWORD).await.expect("signed in");
    for kind in [AccountEmail::SignIn, AccountEmail::ResetPassword] {
        let asked = accounts::ask_for_link(&app.state, kind, email, &HERE).await;
        asked.expect("asked for");
        app.run_jobs().await;
    }
    let links: Vec<String> = inbox(&app)
        .iter()
        .filter_map(|(.., text)| text.split_once("?token="))
        .map(|(_, rest)| rest.chars().take(43).collect())
        .collect();
    let [sign_in_link, reset] = &links[..] else {
        panic!("{links:?}")
    };
    let weak = accounts::reset_by_link(&app.state, reset, "short").await;
    assert!(
        matches!(refusal(weak), Problem::Invalid(_)),
        "and the link still works"
    );
    accounts::reset_by_link(&app.state, reset, OTHER_PASSWORD)
        .await
        .expect("reset");
    assert!(!is_signed_in(&app, &login).await);
    assert!(
        accounts::current(&app.state, &leo.token)
            .await
            .expect("readable")
            .is_none()
    );
    let by_link = accounts::sign_in_by_link(&app.state, sign_in_link, &HERE, None).await;
    assert!(is_unusable(by_link));
    assert_eq!(
        refusal(sign_in(&app, email, PASSWORD).await),
        Problem::WrongCredentials
    );
    sign_in(&app, email, OTHER_PASSWORD)
        .await
        .expect("the new one");
    app.run_jobs().await;
    let (to, subject, _) = inbox(&app).pop().expect("an email");
    assert_eq!(
        (to.as_str(), subject.as_str()),
        (email, "Your password at Young Minds was changed")
    );
}

#[apply(on_both_engines!)]
async fn an_account_has_a_new_address_once_that_is_proved_and_the_old_one_is_told(app: TestApp) {
    let leo = app.person("leo").await;
    app.person("maya").await;
    let (state, login) = (&app.state, &leo.login);
    let change = async |email: &str, password: &str| {
        accounts::change_address(state, login, email, password, &HERE).await
    };
    for (email, password) in [
        ("nonsense", PASSWORD),
        ("leo@example.org", PASSWORD),
        ("new@example.org", "wrong"),
    ] {
        let refused = refusal(change(email, password).await);
        assert!(
            matches!(refused, Problem::Invalid(_)),
            "{email}: {refused:?}"
        );
    }
    // One that somebody has: the same answer, and only they are told.
    change("maya@example.org", PASSWORD)
        .await
        .expect("the same answer");
    app.run_jobs().await;
    let (to, subject, text) = inbox(&app).pop().expect("an email");
    assert_eq!(to, "maya@example.org");
    assert!(
        subject.contains("already has an account") && !text.contains("token"),
        "{text}"
    );

    change("new@example.org", PASSWORD)
        .await
        .expect("asked for");
    let link = token(&app, "new@example.org").await;
    sign_in(&app, "leo@example.org", PASSWORD)
        .await
        .expect("still the old one");
    accounts::confirm_address(state, &link)
        .await
        .expect("proved");
    assert!(is_unusable(accounts::confirm_address(state, &link).await));
    sign_in(&app, "new@example.org", PASSWORD)
        .await
        .expect("the new one");
    assert_eq!(
        refusal(sign_in(&app, "leo@example.org", PASSWORD).await),
        Problem::WrongCredentials
    );
    app.run_jobs().await;
    let (to, subject, _) = inbox(&app).pop().expect("an email");
    assert_eq!(
        (to.as_str(), subject.as_str()),
        ("leo@example.org", "Your address at Young Minds was changed")
    );
    // The old address is free for somebody else, who gets nothing of the first account.
    let waiting = sign_up(&app, "leo@example.org").await;
    let link = token(&app, "leo@example.org").await;
    let made = accounts::confirm(state, &link, same_browser(&waiting), &HERE, None).await;
    let (other, _) = made.expect("an account");
    let other = accounts::current(state, other.token.expose_secret()).await;
    assert_ne!(other.expect("readable").expect("signed in").me.id, leo.id());
}

#[apply(on_both_engines!)]
async fn a_wrong_address_is_corrected_and_links_to_it_stop_working(app: TestApp) {
    let waiting = sign_up(&app, "typo@example.org").await;
    let wrong = token(&app, "typo@example.org").await;
    let browser = Some(waiting.token.expose_secret());
    let correcting =
        accounts::correct_address(&app.state, browser, "noor@example.org", &HERE).await;
    correcting.expect("corrected");
    let waits = accounts::waiting(&app.state, browser)
        .await
        .expect("readable");
    assert_eq!(waits.as_deref(), Some("noor@example.org"));
    let right = token(&app, "noor@example.org").await;
    assert!(is_unusable(
        accounts::confirm(&app.state, &wrong, same_browser(&waiting), &HERE, None).await
    ));
    accounts::confirm(&app.state, &right, same_browser(&waiting), &HERE, None)
        .await
        .expect("an account");
    let again = accounts::send_again(&app.state, browser, &HERE).await;
    assert!(
        matches!(refusal(again), Problem::Conflict(_)),
        "nothing waits"
    );
}

#[apply(on_both_engines!)]
async fn nobody_floods_a_mailbox_and_nobody_asks_for_everybody(app: TestApp) {
    let mut config = harness::config(&app.test_db.url);
    config.limits.account_requests_per_address = 10;
    let app = TestApp::with(&app.test_db.url, config).await;
    let from = |n: u8| Client::at(IpAddr::V4(Ipv4Addr::new(192, 0, 2, n)));
    // One mailbox, from everywhere.
    for n in 0..12 {
        let kind = AccountEmail::SignIn;
        let asked = accounts::ask_for_link(&app.state, kind, "leo@example.org", &from(n)).await;
        assert_eq!(asked.is_ok(), n < 5, "{n}: {asked:?}");
    }
    // Many mailboxes, from one place.
    for n in 0..15 {
        let email = format!("person{n}@example.org");
        let asked = accounts::sign_up(&app.state, form(&email), None, &from(99)).await;
        assert_eq!(asked.is_ok(), n < 10, "{n}");
    }
    app.clock.advance(Millis::hours(1) + Millis(1));
    sign_up(&app, "leo@example.org").await;
}

#[apply(on_both_engines!)]
async fn guesses_at_the_same_moment_are_not_more_than_one_after_the_other(app: TestApp) {
    let mut config = harness::config(&app.test_db.url);
    config.limits.sign_in_failures_per_account = 3;
    config.limits.password_hashing = 8;
    let app = TestApp::with(&app.test_db.url, config).await;
    app.person("leo").await;
    let guesses = (0..40).map(|n| {
        let app = &app;
        async move { sign_in(app, "leo@example.org", &format!("guess {n}")).await }
    });
    let refused: Vec<Problem> = join_all(guesses).await.into_iter().map(refusal).collect();
    let looked_at = refused.iter().filter(|p| **p == Problem::WrongCredentials);
    assert_eq!(looked_at.count(), 3, "{refused:?}");
}

#[apply(on_both_engines!)]
async fn guesses_from_everywhere_are_slowed_down_and_the_person_gets_in_by_a_link(app: TestApp) {
    app.person("leo").await;
    let email = "leo@example.org";
    let guess = async |n: u8| {
        let form = SignIn {
            email: email.to_owned(),
            password: "a wrong one".to_owned(),
        };
        let from = Client::at(IpAddr::V4(Ipv4Addr::new(198, 51, 100, n)));
        refusal(accounts::sign_in(&app.state, form, &from, None).await)
    };
    let mut looked_at = 0;
    for n in 0..50 {
        if guess(n).await == Problem::WrongCredentials {
            looked_at += 1;
        }
    }
    assert_eq!(looked_at, 5);
    assert_eq!(
        refusal(sign_in(&app, email, PASSWORD).await),
        Problem::TooMany { retry_after_s: 2 },
        "a pause and no lock"
    );
    let asked = accounts::ask_for_link(&app.state, AccountEmail::SignIn, email, &HERE).await;
    asked.expect("a link");
    let link = token(&app, email).await;
    accounts::sign_in_by_link(&app.state, &link, &HERE, None)
        .await
        .expect("signed in all the same");
    app.clock.advance(Millis::seconds(2));
    sign_in(&app, email, PASSWORD)
        .await
        .expect("after the pause");
    assert_eq!(
        guess(200).await,
        Problem::WrongCredentials,
        "and the count begins anew"
    );
}

#[apply(on_both_engines!)]
async fn no_login_with_an_old_password_survives_the_new_one(app: TestApp) {
    let leo = app.person("leo").await;
    let (held, let_go) = (&Notify::new(), &Notify::new());
    let changing = app.state.db.write(|txn| {
        let user = leo.id();
        async move {
            store::users::lock_password(txn, user).await?;
            held.notify_one();
            let_go.notified().await;
            store::users::set_password(txn, user, "another hash").await?;
            for login in store::logins::ids(txn, user).await? {
                store::logins::delete(txn, login).await?;
            }
            Ok::<_, StoreError>(())
        }
        .scope_boxed()
    });
    let signing_in = async {
        held.notified().await;
        // The old password is right when it is looked at.
        let mut late = sign_in(&app, "leo@example.org", PASSWORD).boxed();
        let early = tokio::time::timeout(Duration::from_millis(300), &mut late).await;
        assert!(early.is_err(), "it waits for the change");
        let_go.notify_one();
        late.await
    };
    let (changed, late) = futures::join!(changing, signing_in);
    changed.expect("changed");
    assert_eq!(refusal(late), Problem::WrongCredentials);
    assert_eq!(app.test_db.number("SELECT count(*) FROM logins").await, 0);
}

#[apply(on_both_engines!)]
async fn people_see_their_logins_and_end_them_and_nobody_elses(app: TestApp) {
    let (leo, maya) = (app.person("leo").await, app.person("maya").await);
    let firefox = Client {
        user_agent: "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0".to_owned(),
        address: "2001:db8::1".parse().expect("an address"),
    };
    app.clock.advance(Millis::minutes(5));
    let other = accounts::log_in(&app.state, leo.id(), &firefox)
        .await
        .expect("a login");
    let list = async || {
        accounts::list(&app.state, &leo.login)
            .await
            .expect("readable")
    };
    let logins = list().await;
    let seen: Vec<_> = logins
        .iter()
        .map(|l| (l.is_this, l.browser.as_str(), l.network.as_str()))
        .collect();
    assert_eq!(
        seen,
        [
            (true, "Another program", "IPv4"),
            (false, "Firefox on Windows", "IPv6")
        ]
    );
    // Somebody else cannot end them, and is not told that they exist.
    for id in [logins[1].id, LoginId(uuid::Uuid::new_v4())] {
        accounts::end_login(&app.state, &maya.login, id)
            .await
            .expect("no error");
    }
    assert_eq!(list().await.len(), 2);
    accounts::end_login(&app.state, &leo.login, logins[1].id)
        .await
        .expect("ended");
    assert!(!is_signed_in(&app, &other).await);
    let other = accounts::log_in(&app.state, leo.id(), &firefox)
        .await
        .expect("a login");
    accounts::end_other_logins(&app.state, &leo.login)
        .await
        .expect("ended");
    assert!(!is_signed_in(&app, &other).await);
    assert_eq!(list().await.len(), 1);
    let maya = accounts::current(&app.state, &maya.token).await;
    assert!(maya.expect("readable").is_some());
}

#[apply(on_both_engines!)]
async fn signing_in_again_ends_the_browsers_old_login_and_there_are_never_more_than_twenty(
    app: TestApp,
) {
    let leo = app.person("leo").await;
    let form = SignIn {
        email: "leo@example.org".to_owned(),
        password: PASSWORD.to_owned(),
    };
    let replaced = Some(leo.login.login);
    let login = accounts::sign_in(&app.state, form, &HERE, replaced)
        .await
        .expect("signed in");
    assert!(
        accounts::current(&app.state, &leo.token)
            .await
            .expect("readable")
            .is_none()
    );
    for n in 0..25 {
        app.clock.set(Timestamp(NOW.0 + n));
        accounts::log_in(&app.state, leo.id(), &HERE)
            .await
            .expect("a login");
    }
    assert_eq!(app.test_db.number("SELECT count(*) FROM logins").await, 20);
    assert!(!is_signed_in(&app, &login).await, "the oldest goes");
}

#[apply(on_both_engines!)]
async fn a_call_ends_with_the_login_that_joined_it_and_with_no_other(app: TestApp) {
    let (mentor, leo, id) = app.pair_with_session(NOW).await;
    app.run_jobs().await;
    let room = RoomName::new(id, 1);
    let elsewhere = accounts::log_in(&app.state, leo.id(), &HERE)
        .await
        .expect("a login");
    let elsewhere = accounts::current(&app.state, elsewhere.token.expose_secret()).await;
    let elsewhere = elsewhere.expect("readable").expect("signed in");
    let enter = async |login: LoginId| {
        app.media
            .join_with(&room, leo.id(), login, NOW)
            .expect("in the room");
        server::meetings::reconcile::all(&app.state)
            .await
            .expect("LiveKit answers");
        assert_eq!(app.media.identities(&room), [leo.id().to_string()]);
    };
    enter(elsewhere.login).await;
    // Another login of theirs ends: the call goes on.
    let third = accounts::log_in(&app.state, leo.id(), &HERE)
        .await
        .expect("a login");
    let third = accounts::current(&app.state, third.token.expose_secret()).await;
    let third = third.expect("readable").expect("signed in");
    accounts::sign_out(&app.state, &third)
        .await
        .expect("signed out");
    app.run_jobs().await;
    assert_eq!(app.media.identities(&room).len(), 1);
    // Its own one ends: so does the call, and nobody else's.
    app.media
        .join_with(&room, mentor.id(), mentor.login.login, NOW)
        .expect("in the room");
    accounts::end_login(&app.state, &leo.login, elsewhere.login)
        .await
        .expect("ended");
    app.run_jobs().await;
    assert_eq!(app.media.identities(&room), [mentor.id().to_string()]);
    // A new password ends them all.
    enter_again(&app, &room, &leo).await;
    accounts::reset_password(&app.state, &leo.email, OTHER_PASSWORD)
        .await
        .expect("reset");
    app.run_jobs().await;
    assert_eq!(app.media.identities(&room), [mentor.id().to_string()]);
}

/// Leo comes back with the login that he has.
async fn enter_again(app: &TestApp, room: &RoomName, leo: &Person) {
    let login = leo.login.login;
    app.media
        .join_with(room, leo.id(), login, NOW)
        .expect("in the room");
    server::meetings::reconcile::all(&app.state)
        .await
        .expect("LiveKit answers");
    assert_eq!(app.media.identities(room).len(), 2);
}

#[apply(on_both_engines!)]
async fn an_address_that_fails_for_good_is_told_its_person_and_admins_once(app: TestApp) {
    let (mentor, mentee) = app.pair().await;
    app.admin("Ada").await;
    app.mail
        .fail_always(Some(MailError::BadRecipient("no such mailbox".to_owned())));
    for hour in [3, 6, 9] {
        let id = app
            .session(&mentor, &mentee, NOW + Millis::hours(hour))
            .await;
        let change = server::sessions::SessionChange::Cancel {
            reason: Some("Sorry.".to_owned()),
        };
        server::sessions::change(&app.state, &mentor.login, id, change)
            .await
            .expect("cancelled");
        app.run_jobs().await;
    }
    for person in [&mentor, &mentee] {
        let login = accounts::current(&app.state, &person.token).await;
        assert!(login.expect("readable").expect("signed in").me.email_fails);
    }
    let open = "SELECT count(*) FROM admin_notifications WHERE resolved_at IS NULL";
    assert_eq!(
        app.test_db.number(open).await,
        1,
        "one notice for all of them"
    );
    let dead = app
        .test_db
        .number("SELECT count(*) FROM jobs WHERE dead_at IS NOT NULL AND kind = 'send_email'");
    assert_eq!(dead.await, 0, "nobody has to do anything about the emails");
    // Another address is a new start.
    app.mail.fail_always(None);
    let (state, login) = (&app.state, &mentee.login);
    accounts::change_address(state, login, "new@example.org", PASSWORD, &HERE)
        .await
        .expect("asked for");
    let link = token(&app, "new@example.org").await;
    accounts::confirm_address(&app.state, &link)
        .await
        .expect("proved");
    let login = accounts::current(&app.state, &mentee.token).await;
    assert!(!login.expect("readable").expect("signed in").me.email_fails);
}

#[apply(on_both_engines!)]
async fn a_flood_of_sign_ups_keeps_nobody_from_signing_in(app: TestApp) {
    let mut config = harness::config(&app.test_db.url);
    config.limits.password_hashing = 2;
    config.limits.account_requests_per_address = 1_000_000;
    let app = TestApp::with(&app.test_db.url, config).await;
    app.person("leo").await;
    let flood = |n: u32| {
        let app = app.clone();
        tokio::spawn(async move {
            for round in 0..u32::MAX {
                let form = form(&format!("flood{n}x{round}@example.org"));
                let _refused = accounts::sign_up(&app.state, form, None, &HERE).await;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
    };
    let floods: Vec<_> = (0..100).map(flood).collect();
    let mut took = Vec::new();
    for _ in 0..100 {
        let four = (0..4).map(|_| async {
            let began = Instant::now();
            let signed_in = sign_in(&app, "leo@example.org", PASSWORD).await;
            signed_in.expect("signed in");
            began.elapsed()
        });
        took.extend(join_all(four).await);
    }
    for flood in floods {
        flood.abort();
    }
    took.sort();
    let p99 = took[took.len() * 99 / 100];
    println!(
        "400 sign-ins during a flood: median {:?}, p99 {p99:?}",
        took[took.len() / 2]
    );
    assert!(p99 < Duration::from_secs(1), "{p99:?}");
}
