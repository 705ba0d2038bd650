//! Other ways to sign in than a password.

mod codes;
mod passkeys;
mod providers;

use crate::harness::{HERE, PASSWORD, Person, TestApp};
use domain::{problem::Problem, time::Millis};
use secrecy::ExposeSecret;
use server::{
    Error,
    accounts::{self, CurrentLogin, NewLogin, SignIn},
};

/// What a use case refused.
fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Problem {
    match result {
        Err(Error::Problem(problem)) => problem,
        other => panic!("{other:?}"),
    }
}

/// Whose login it is, if it signs anybody in.
async fn login_of(app: &TestApp, login: &NewLogin) -> Option<CurrentLogin> {
    let found = accounts::current(&app.state, login.token.expose_secret()).await;
    found.expect("the database answers")
}

async fn sign_in(app: &TestApp, person: &Person) -> NewLogin {
    let form = SignIn {
        email: person.email.clone(),
        password: PASSWORD.to_owned(),
    };
    let login = accounts::sign_in(&app.state, form, &HERE, None).await;
    login.expect("the password is right")
}

/// Subjects of the emails that somebody got, sorted: emails of one moment leave in any order.
async fn subjects(app: &TestApp, person: &Person) -> Vec<String> {
    app.run_jobs().await;
    let emails = app.mail.emails();
    let to_them = emails
        .iter()
        .filter(|email| email.to.to_string() == person.email);
    let subject = |email: &server::mail::Email| {
        let message = mail_parser::MessageParser::default().parse(&email.bytes);
        let message = message.expect("an email");
        message.subject().expect("a subject").to_owned()
    };
    let mut subjects: Vec<String> = to_them.map(subject).collect();
    subjects.sort();
    subjects
}

/// How often the audit log has an action about somebody.
async fn audited(app: &TestApp, action: &str, person: &Person) -> i64 {
    let sql = "SELECT COALESCE(SUM(times), 0) FROM audit_log WHERE action = $1 AND subject = $2";
    let values = [action.into(), person.id().into()];
    app.test_db.number_of(sql, values).await
}

/// Until nobody has just said who they are.
fn let_confirmations_pass(app: &TestApp) {
    app.clock.advance(Millis::minutes(11));
}

/// Whether somebody was asked to say who they are.
fn asks_who_it_is<T: std::fmt::Debug>(result: Result<T, Error>) -> bool {
    matches!(refusal(result), Problem::Conflict(why) if why.contains("confirm first"))
}
