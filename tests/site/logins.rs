//! T03, T08: a login is a new one each time, and a link that is only looked at does nothing.

use crate::{
    contents::{Contents, changed},
    harness::{PASSWORD, TestApp, on_both_engines},
    stage::{Ask, Reply, Site, person},
};
use domain::account::AccountEmail;
use macro_rules_attribute::apply;
use server::accounts;

const CHOSEN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

async fn is_good(app: &TestApp, token: &str) -> bool {
    let login = accounts::current(&app.state, token).await;
    login.expect("readable").is_some()
}

fn login(reply: &Reply) -> String {
    let token = reply.cookie("ym_login");
    token.unwrap_or_else(|| panic!("no login in {reply:?}"))
}

/// The token of the last link that was emailed.
async fn link(app: &TestApp, to: &str) -> String {
    app.run_jobs().await;
    let emails = app.mail.emails();
    let last = emails.iter().rev().find(|email| email.to.to_string() == to);
    let bytes = &last.expect("an email").bytes;
    let message = mail_parser::MessageParser::default().parse(bytes);
    let text = message
        .expect("an email")
        .body_text(0)
        .expect("a text")
        .into_owned();
    let (_, rest) = text.split_once("?token=").expect("a link");
    rest.chars().take_while(|c| !c.is_whitespace()).collect()
}

#[apply(on_both_engines!)]
async fn whatever_a_browser_brings_along_it_gets_a_new_login_and_the_old_one_ends(app: TestApp) {
    let site = Site::of(&app);
    let leo = person(&app, "Leo", false).await;
    let form = format!(
        "email={}&password={PASSWORD}",
        leo.email.replace('@', "%40")
    );
    let json = serde_json::json!({"email": leo.email, "password": PASSWORD}).to_string();
    // A token that somebody put there before is none, before and after.
    for ask in [
        Ask::form("/api/fn/sign_in", &form),
        Ask::json("/api/auth/sign-in", &json),
    ] {
        let reply = site.send(ask.by(Some(CHOSEN)).request()).await;
        let token = login(&reply);
        assert!(token != CHOSEN && is_good(&app, &token).await);
        assert!(!is_good(&app, CHOSEN).await);
    }
    let asked = |kind| {
        let (state, email) = (&app.state, &leo.email);
        accounts::ask_for_link(state, kind, email, &crate::harness::HERE)
    };
    // By a link, in a browser that is signed in already.
    let old = leo.token.clone();
    asked(AccountEmail::SignIn).await.expect("asked");
    let body = format!("token={}", link(&app, &leo.email).await);
    let reply = site.send(
        Ask::form("/api/fn/sign_in_by_link", &body)
            .by(Some(&old))
            .request(),
    );
    let token = login(&reply.await);
    assert!(token != old && is_good(&app, &token).await && !is_good(&app, &old).await);
    // By another password.
    let body = format!("current_password={PASSWORD}&new_password=another+quite+long+phrase");
    let ask = Ask::form("/api/fn/change_password", &body).by(Some(&token));
    let newest = login(&site.send(ask.request()).await);
    assert!(newest != token && is_good(&app, &newest).await && !is_good(&app, &token).await);
    // Signed out: the cookie is taken away, and worth nothing.
    let reply = site
        .send(
            Ask::form("/api/fn/sign_out", "")
                .by(Some(&newest))
                .request(),
        )
        .await;
    assert_eq!(reply.cookie("ym_login").as_deref(), Some(""));
    assert!(!is_good(&app, &newest).await);
    let page = site.page("/dashboard", Some(&newest)).await;
    assert_eq!(
        page.header("location"),
        "/auth/signin?callbackUrl=/dashboard"
    );
    assert_eq!(page.header("cache-control"), "no-store");
}

#[apply(on_both_engines!)]
async fn opening_a_link_from_an_email_does_nothing_until_the_button_is_pressed(app: TestApp) {
    let site = Site::of(&app);
    let contents = Contents::of(&app.test_db).await;
    let leo = person(&app, "Leo", false).await;
    for (kind, page, function, more) in [
        (AccountEmail::SignIn, "/auth/link", "sign_in_by_link", ""),
        (
            AccountEmail::ResetPassword,
            "/auth/reset",
            "reset_password",
            "&new_password=another+quite+long+phrase",
        ),
    ] {
        let (state, here) = (&app.state, &crate::harness::HERE);
        let asked = accounts::ask_for_link(state, kind, &leo.email, here).await;
        asked.expect("asked");
        let token = link(&app, &leo.email).await;
        let before = contents.now(&app.test_db).await;
        for _ in 0..3 {
            let opened = site.page(&format!("{page}?token={token}"), None).await;
            assert_eq!(opened.status.as_u16(), 200, "{page}");
            assert!(opened.text.contains("<button"), "{page} has a button");
            assert!(opened.cookie("ym_login").is_none());
            let url = format!("/api/fn/{function}?token={token}");
            assert_eq!(site.page(&url, None).await.status.as_u16(), 405);
        }
        let changed = changed(&before, &contents.now(&app.test_db).await);
        assert!(changed.is_empty(), "{page} changed {changed:?}");
        let press = || {
            Ask::form(
                &format!("/api/fn/{function}"),
                &format!("token={token}{more}"),
            )
        };
        assert_eq!(site.send(press().request()).await.status.as_u16(), 200);
        assert_eq!(
            site.send(press().request()).await.status.as_u16(),
            409,
            "once"
        );
    }
}
