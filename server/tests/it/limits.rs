//! Failed sign-ins, counted for all processes together.

use crate::harness::{self, NOW, PASSWORD, TestApp, on_both_engines};
use domain::{problem::Problem, time::Millis};
use macro_rules_attribute::apply;
use server::{
    Error,
    accounts::{self, Client, SignIn},
};
use std::net::IpAddr;

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

/// A second process on the same database, with narrow limits.
async fn strict(app: &TestApp) -> TestApp {
    let mut config = harness::config(&app.test_db.url);
    config.limits.sign_in_failures_per_account = 2;
    config.limits.sign_in_failures_per_address = 3;
    TestApp::with(&app.test_db.url, config).await
}

async fn sign_in(app: &TestApp, who: &str, password: &str, from: IpAddr) -> Result<(), Problem> {
    let form = SignIn {
        email: format!("{who}@example.org"),
        password: password.to_owned(),
    };
    match accounts::sign_in(&app.state, form, &Client::at(from), None).await {
        Ok(_) => Ok(()),
        Err(Error::Problem(problem)) => Err(problem),
        Err(other) => panic!("{other}"),
    }
}

#[apply(on_both_engines!)]
async fn failures_in_one_process_count_in_the_other_and_are_forgotten_after_a_while(app: TestApp) {
    let (one, two) = (strict(&app).await, strict(&app).await);
    app.person("leo").await;
    let wrong = Err(Problem::WrongCredentials);
    assert_eq!(sign_in(&one, "leo", "wrong", HERE).await, wrong);
    one.clock.set(NOW + Millis::minutes(5));
    two.clock.set(NOW + Millis::minutes(5));
    assert_eq!(sign_in(&two, "leo", "wrong", HERE).await, wrong);
    for process in [&one, &two] {
        let refused = sign_in(process, "leo", PASSWORD, HERE).await;
        assert_eq!(
            refused,
            Err(Problem::TooMany { retry_after_s: 600 }),
            "also with the right password"
        );
    }
    sign_in(&one, "leo", PASSWORD, THERE)
        .await
        .expect("the account is not locked from elsewhere");
    assert_eq!(sign_in(&two, "nobody", "wrong", HERE).await, wrong);
    let refused = sign_in(&one, "somebody", "wrong", HERE).await;
    assert!(
        matches!(refused, Err(Problem::TooMany { .. })),
        "the address has used up its failures"
    );
    one.clock.set(NOW + Millis::minutes(15));
    sign_in(&one, "leo", PASSWORD, HERE)
        .await
        .expect("forgotten");
    let stored = app.test_db.number(
        "SELECT count(*) FROM attempts WHERE key_hash LIKE '%leo%' OR key_hash LIKE '%192%.%'",
    );
    assert_eq!(stored.await, 0, "neither names nor addresses are kept");
}

#[apply(on_both_engines!)]
async fn whoever_read_the_clock_a_moment_earlier_is_not_too_early(app: TestApp) {
    let (one, two) = (strict(&app).await, strict(&app).await);
    app.person("leo").await;
    one.clock.set(NOW + Millis(5));
    let wrong = Err(Problem::WrongCredentials);
    assert_eq!(sign_in(&one, "leo", "wrong", HERE).await, wrong);
    assert_eq!(sign_in(&two, "leo", "wrong", HERE).await, wrong);
}
