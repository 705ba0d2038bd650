//! Signing in at another provider.

use super::{asks_who_it_is, audited, let_confirmations_pass, login_of, refusal, subjects};
use crate::harness::{HERE, PASSWORD, Person, TestApp, TestDb, config, on_both_engines};
use domain::{account::AccountEmail, problem::Problem, text::ReturnPath, time::Millis};
use futures::future::join_all;
use macro_rules_attribute::apply;
use secrecy::ExposeSecret;
use server::{
    Error,
    accounts::{self, Arrival, Ceremony, CurrentLogin, NewLogin, Return, SignIn},
    config::Provider,
    identity::{FakeIdentities, Identity},
};
use std::sync::Arc;

/// The app, and a provider called `example`; another one called `other`.
async fn with_providers(test_db: &TestDb) -> (TestApp, FakeIdentities) {
    let provider = |name: &str| Provider {
        name: name.to_owned(),
        label: "Example".to_owned(),
        issuer: format!("https://{name}.example.org"),
        client_id: "young-minds".to_owned(),
        client_secret: None,
    };
    let mut config = config(&test_db.url);
    config.providers = vec![provider("example"), provider("other")];
    let mut app = TestApp::with(&test_db.url, config).await;
    let identities = FakeIdentities::default();
    app.state.identities = Arc::new(identities.clone());
    (app, identities)
}

fn noor(email: &str) -> Identity {
    Identity {
        subject: "noor-at-example".to_owned(),
        verified_email: Some(email.to_owned()),
        name: Some("Noor Haddad".to_owned()),
    }
}

async fn start(app: &TestApp) -> Ceremony {
    let started = accounts::start_provider(&app.state, "example", None, &HERE).await;
    started.expect("sent there")
}

/// What the browser brings back after somebody agreed.
async fn agree(
    app: &TestApp,
    identities: &FakeIdentities,
    ceremony: &Ceremony,
    who: Identity,
) -> Return {
    let token = Some(ceremony.token.expose_secret());
    let url = accounts::provider_url(&app.state, token).await;
    let url = url.expect("readable").expect("on the way");
    let (_, state) = url.split_once("state=").expect("a state");
    let state = state.split('&').next().expect("a state").to_owned();
    Return {
        code: Some(identities.agree(&url, who)),
        state: Some(state),
        error: None,
        iss: Some("https://example.example.org".to_owned()),
    }
}

async fn come_back(
    app: &TestApp,
    ceremony: &Ceremony,
    answer: Return,
    login: Option<&CurrentLogin>,
) -> Result<Arrival, Error> {
    let token = Some(ceremony.token.expose_secret());
    accounts::finish_provider(&app.state, "example", token, answer, &HERE, login).await
}

async fn sign_in(
    app: &TestApp,
    identities: &FakeIdentities,
    who: Identity,
) -> Result<NewLogin, Error> {
    let ceremony = start(app).await;
    let answer = agree(app, identities, &ceremony, who).await;
    match come_back(app, &ceremony, answer, None).await? {
        Arrival::SignedIn(login, _) => Ok(login),
        Arrival::Linked => panic!("nobody asked for that"),
    }
}

async fn link(
    app: &TestApp,
    identities: &FakeIdentities,
    login: &CurrentLogin,
    who: Identity,
) -> Result<Arrival, Error> {
    let ceremony = accounts::start_link(&app.state, login, "example").await?;
    let answer = agree(app, identities, &ceremony, who).await;
    come_back(app, &ceremony, answer, Some(login)).await
}

async fn users(app: &TestApp) -> i64 {
    app.test_db.number("SELECT count(*) FROM users").await
}

#[apply(on_both_engines!)]
async fn an_unknown_person_gets_an_account_and_is_known_by_subject_from_then_on(test_db: TestDb) {
    let (app, identities) = with_providers(&test_db).await;
    let callback = ReturnPath::parse("/mentors").expect("a path of ours");
    let ceremony = accounts::start_provider(&app.state, "example", Some(&callback), &HERE).await;
    let ceremony = ceremony.expect("sent there");
    let answer = agree(&app, &identities, &ceremony, noor("noor@example.org")).await;
    let arrived = come_back(&app, &ceremony, answer, None)
        .await
        .expect("signed in");
    let Arrival::SignedIn(login, Some(next)) = arrived else {
        panic!("{arrived:?}")
    };
    assert_eq!(next.as_str(), "/mentors");
    let first = login_of(&app, &login).await.expect("signed in");
    assert_eq!(
        (first.me.name.as_str(), first.me.email.as_str()),
        ("Noor Haddad", "noor@example.org")
    );
    // Another address and another name there: the same person all the same.
    let login = sign_in(&app, &identities, noor("haddad@example.org"))
        .await
        .expect("signed in");
    let again = login_of(&app, &login).await.expect("signed in");
    assert_eq!(
        (again.me.id, again.me.email.as_str()),
        (first.me.id, "noor@example.org")
    );
    assert_eq!(users(&app).await, 1);
    let keys = accounts::keys(&app.state, &again).await.expect("readable");
    assert!(!keys.has_password && keys.providers[0].is_linked && !keys.providers[1].is_linked);
    for (action, times) in [("signed_up", 1), ("signed_in", 2)] {
        let sql = "SELECT COALESCE(SUM(times), 0) FROM audit_log WHERE action = $1";
        assert_eq!(
            app.test_db.number_of(sql, [action.into()]).await,
            times,
            "{action}"
        );
    }
}

// T07: an address proves nothing here, whether the provider vouches for it or not.
#[apply(on_both_engines!)]
async fn nobody_gets_into_an_account_by_having_its_address_elsewhere(test_db: TestDb) {
    let (app, identities) = with_providers(&test_db).await;
    let leo = app.person("Leo").await;
    let refused = sign_in(&app, &identities, noor(&leo.email)).await;
    assert!(
        matches!(refusal(refused), Problem::Conflict(why) if why.contains("link Example on your account page"))
    );
    for unverified in [leo.email.as_str(), "somebody@example.org"] {
        let who = Identity {
            verified_email: None,
            ..noor(unverified)
        };
        let refused = sign_in(&app, &identities, who).await;
        assert!(matches!(refusal(refused), Problem::Conflict(why) if why.contains("does not say")));
    }
    assert_eq!(users(&app).await, 1);
    assert_eq!(
        app.test_db.number("SELECT count(*) FROM identities").await,
        0
    );
}

#[apply(on_both_engines!)]
async fn an_answer_counts_once_in_time_and_for_the_browser_that_asked(test_db: TestDb) {
    let (app, identities) = with_providers(&test_db).await;
    let noor = || noor("noor@example.org");
    let is_over = |result: Result<Arrival, Error>| matches!(refusal(result), Problem::Conflict(why) if why.contains("too long"));
    let is_refused = |result: Result<Arrival, Error>| matches!(refusal(result), Problem::Conflict(why) if why.contains("did not"));
    let ceremony = start(&app).await;
    let mut answer = agree(&app, &identities, &ceremony, noor()).await;
    answer.state = Some("another".to_owned());
    assert!(
        is_refused(come_back(&app, &ceremony, answer, None).await),
        "another state"
    );

    let ceremony = start(&app).await;
    let mut answer = agree(&app, &identities, &ceremony, noor()).await;
    answer.iss = Some("https://evil.example.org".to_owned());
    assert!(
        is_refused(come_back(&app, &ceremony, answer, None).await),
        "another issuer"
    );

    // A code that was made for somebody else's question: nonce and verifier differ.
    let (theirs, ours) = (start(&app).await, start(&app).await);
    let stolen = agree(&app, &identities, &theirs, noor()).await;
    let mut answer = agree(&app, &identities, &ours, noor()).await;
    answer.code = stolen.code;
    assert!(
        is_refused(come_back(&app, &ours, answer, None).await),
        "a code put in"
    );

    let ceremony = start(&app).await;
    let answer = agree(&app, &identities, &ceremony, noor()).await;
    let elsewhere =
        accounts::finish_provider(&app.state, "example", None, answer.clone(), &HERE, None);
    assert!(is_over(elsewhere.await), "another browser");
    let token = Some(ceremony.token.expose_secret());
    let mixed = accounts::finish_provider(&app.state, "other", token, answer, &HERE, None);
    assert!(is_over(mixed.await), "another provider");

    let ceremony = start(&app).await;
    let answer = agree(&app, &identities, &ceremony, noor()).await;
    let tries = (0..4).map(|_| come_back(&app, &ceremony, answer.clone(), None));
    let tries = join_all(tries).await;
    assert_eq!(tries.iter().filter(|arrival| arrival.is_ok()).count(), 1);

    let ceremony = start(&app).await;
    let answer = agree(&app, &identities, &ceremony, noor()).await;
    app.clock.advance(Millis::minutes(10));
    assert!(
        is_over(come_back(&app, &ceremony, answer, None).await),
        "too late"
    );
    let unknown = accounts::start_provider(&app.state, "nobody", None, &HERE).await;
    assert_eq!(refusal(unknown), Problem::NotFound);
}

#[apply(on_both_engines!)]
async fn accounts_are_linked_by_whoever_is_signed_in_and_said_who_they_are(test_db: TestDb) {
    let (app, identities) = with_providers(&test_db).await;
    let (leo, ada) = (app.person("Leo").await, app.person("Ada").await);
    // The address there is another one, which does not matter.
    let noor = || noor("noor@elsewhere.example");
    let linked = link(&app, &identities, &leo.login, noor()).await;
    assert!(matches!(linked, Ok(Arrival::Linked)));
    let login = sign_in(&app, &identities, noor()).await.expect("signed in");
    let found = login_of(&app, &login).await.expect("signed in");
    assert_eq!(found.me.id, leo.id());

    let taken = link(&app, &identities, &ada.login, noor()).await;
    assert!(matches!(refusal(taken), Problem::Conflict(why) if why.contains("linked already")));
    let ceremony = accounts::start_link(&app.state, &ada.login, "example")
        .await
        .expect("begun");
    let answer = agree(&app, &identities, &ceremony, noor()).await;
    let by_leo = come_back(&app, &ceremony, answer, Some(&leo.login)).await;
    assert!(
        matches!(refusal(by_leo), Problem::Conflict(_)),
        "another login began it"
    );
    let ceremony = accounts::start_link(&app.state, &ada.login, "example")
        .await
        .expect("begun");
    let answer = agree(&app, &identities, &ceremony, noor()).await;
    let signed_out = come_back(&app, &ceremony, answer, None).await;
    assert!(matches!(refusal(signed_out), Problem::Conflict(_)));

    accounts::unlink_provider(&app.state, &found, "example")
        .await
        .expect("unlinked");
    accounts::unlink_provider(&app.state, &found, "example")
        .await
        .expect("twice is no error");
    assert_eq!(
        subjects(&app, &leo).await,
        [
            "An account elsewhere was linked to your account at Young Minds",
            "An account elsewhere was unlinked from your account at Young Minds",
        ]
    );
    for action in ["provider_linked", "provider_unlinked"] {
        assert_eq!(audited(&app, action, &leo).await, 1, "{action}");
    }
    let_confirmations_pass(&app);
    assert!(asks_who_it_is(
        accounts::start_link(&app.state, &leo.login, "example").await
    ));
    assert!(asks_who_it_is(
        accounts::unlink_provider(&app.state, &leo.login, "example").await
    ));
}

#[apply(on_both_engines!)]
async fn the_last_way_to_sign_in_stays(test_db: TestDb) {
    let (app, identities) = with_providers(&test_db).await;
    let login = sign_in(&app, &identities, noor("noor@example.org")).await;
    let login = login.expect("signed in");
    let me = login_of(&app, &login).await.expect("signed in");
    let is_last = |result: Result<(), Error>| matches!(refusal(result), Problem::Conflict(why) if why.contains("only way"));
    assert!(is_last(
        accounts::unlink_provider(&app.state, &me, "example").await
    ));
    let person = Person {
        email: me.me.email.clone(),
        token: login.token.expose_secret().to_owned(),
        login: me.clone(),
    };
    super::passkeys::give(&app, &person).await;
    accounts::unlink_provider(&app.state, &me, "example")
        .await
        .expect("a passkey is left");
    let key = accounts::keys(&app.state, &me)
        .await
        .expect("readable")
        .passkeys[0]
        .id;
    assert!(is_last(
        accounts::remove_passkey(&app.state, &me, key).await
    ));
}

#[apply(on_both_engines!)]
async fn an_account_without_a_password_has_none_until_a_link_sets_one(test_db: TestDb) {
    let (app, identities) = with_providers(&test_db).await;
    let login = sign_in(&app, &identities, noor("noor@example.org")).await;
    let me = login_of(&app, &login.expect("signed in"))
        .await
        .expect("signed in");
    let with = async |password: &str| {
        let form = SignIn {
            email: "noor@example.org".to_owned(),
            password: password.to_owned(),
        };
        accounts::sign_in(&app.state, form, &HERE, None).await
    };
    for guess in ["", "!", PASSWORD] {
        assert_eq!(
            refusal(with(guess).await),
            Problem::WrongCredentials,
            "{guess}"
        );
        let confirmed = accounts::confirm_self(&app.state, &me, guess).await;
        assert!(matches!(refusal(confirmed), Problem::Invalid(_)), "{guess}");
    }
    let kind = AccountEmail::ResetPassword;
    let asked = accounts::ask_for_link(&app.state, kind, "noor@example.org", &HERE).await;
    asked.expect("asked");
    let person = Person {
        email: "noor@example.org".to_owned(),
        token: String::new(),
        login: me,
    };
    let link = super::codes::link_to(&app, &person).await;
    let reset = accounts::reset_by_link(&app.state, &link, PASSWORD).await;
    reset.expect("a first password");
    with(PASSWORD).await.expect("signed in");
}

#[apply(on_both_engines!)]
async fn a_second_factor_is_due_at_a_provider_too(test_db: TestDb) {
    let (app, identities) = with_providers(&test_db).await;
    let leo = app.person("Leo").await;
    let linked = link(&app, &identities, &leo.login, noor("noor@example.org")).await;
    linked.expect("linked");
    super::codes::with_codes(&app, &leo.login).await;
    let half = sign_in(&app, &identities, noor("noor@example.org"))
        .await
        .expect("half");
    assert!(half.second_factor_due && login_of(&app, &half).await.is_none());
}
