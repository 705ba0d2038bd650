//! T04, T65: known and unknown addresses take the same time, and a storm of sign-ins takes bounded memory.

use crate::{
    harness::{TestApp, TestDb, config, on_sqlite},
    stage::{Ask, Reply, Site, person},
};
use domain::time::Millis;
use futures::future::join_all;
use macro_rules_attribute::apply;
use serde_json::Value;
use std::time::{Duration, Instant};

/// Requests for each address.
const REQUESTS: usize = 200;

/// What an answer says, without what differs between any two.
fn said(reply: &Reply) -> String {
    let mut headers: Vec<String> = Vec::new();
    for (name, value) in &reply.headers {
        let value = value.to_str().expect("text");
        match name.as_str() {
            "x-request-id" => {}
            // The attributes, not the token.
            "set-cookie" => {
                let (name, rest) = value.split_once('=').expect("a cookie");
                let (_, attributes) = rest.split_once(';').expect("attributes");
                headers.push(format!("set-cookie: {name} {attributes}"));
            }
            name => headers.push(format!("{name}: {value}")),
        }
    }
    headers.sort();
    let mut body: Value = serde_json::from_str(&reply.text).unwrap_or_default();
    if let Some(fields) = body.as_object_mut() {
        fields.remove("requestId");
    }
    format!("{} {headers:?} {body}", reply.status)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// The medians for the two addresses, asked in turns; every answer is compared, too.
async fn measure(
    app: &TestApp,
    site: &Site,
    addresses: [&str; 2],
    ask: &impl Fn(&str) -> Ask,
) -> [Duration; 2] {
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..REQUESTS {
        // Past every limit, pauses included.
        app.clock.advance(Millis::hours(2));
        let mut answers = [String::new(), String::new()];
        for turn in 0..2 {
            // Whoever is first may find things colder.
            let which = (round + turn) % 2;
            let request = ask(addresses[which]).request();
            let began = Instant::now();
            let reply = site.send(request).await;
            times[which].push(began.elapsed());
            answers[which] = said(&reply);
        }
        assert_eq!(answers[0], answers[1], "in round {round}");
    }
    times.map(median)
}

/// A request about an address.
type AskFor<'a> = Box<dyn Fn(&str) -> Ask + 'a>;

#[apply(on_sqlite!)]
async fn known_and_unknown_addresses_are_answered_alike_and_in_the_same_time(app: TestApp) {
    let site = Site::of(&app);
    let known = person(&app, "Leo", false).await.email;
    // As long as the other one.
    let unknown = known.replace("leo.", "max.");
    let form = |email: &str, more: &str| format!("email={}{more}", email.replace('@', "%40"));
    let wrong = "&password=not+the+right+password";
    let json = |email: &str| {
        let body = serde_json::json!({"email": email, "password": "not the right password"});
        Ask::json("/api/auth/sign-in", &body.to_string())
    };
    let new = "&name=Somebody&password=another+quite+long+phrase&time_zone=UTC";
    let asks: [(&str, AskFor); 5] = [
        ("sign-in of a program", Box::new(json)),
        (
            "sign-in",
            Box::new(|email| Ask::form("/api/fn/sign_in", &form(email, wrong))),
        ),
        (
            "sign-up",
            Box::new(|email| Ask::form("/api/fn/sign_up", &form(email, new))),
        ),
        (
            "forgotten password",
            Box::new(|email| Ask::form("/api/fn/forgot_password", &form(email, ""))),
        ),
        (
            "sign-in link",
            Box::new(|email| Ask::form("/api/fn/email_sign_in_link", &form(email, ""))),
        ),
    ];
    for (name, ask) in &asks {
        // A noisy machine may have disturbed it once.
        let first = measure(&app, &site, [&known, &unknown], ask).await;
        let second = match is_close(first) {
            true => None,
            false => Some(measure(&app, &site, [&known, &unknown], ask).await),
        };
        println!("{name}: {first:?} {second:?}");
        assert!(
            is_close(second.unwrap_or(first)),
            "{name}: {first:?}, then {second:?}"
        );
    }
}

/// Whether the two differ by less than a tenth.
fn is_close(medians: [Duration; 2]) -> bool {
    let [one, two] = medians.map(|median| median.as_secs_f64());
    (one - two).abs() < 0.1 * one.max(two)
}

/// The most memory this process ever had, in MiB; 0 where nobody says.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or_default() / 1_024
}

#[apply(on_sqlite!)]
async fn two_hundred_sign_ins_at_once_take_bounded_memory_and_the_site_stays_healthy(
    test_db: TestDb,
) {
    let mut config = config(&test_db.url);
    config.limits.password_hashing = 2;
    let app = TestApp::with(&test_db.url, config).await;
    let site = Site::of(&app);
    let people = join_all((0..200).map(|n| {
        let name = format!("Person {n}");
        let app = &app;
        async move { person(app, &name, false).await }
    }));
    let people = people.await;
    let before = memory();
    let storm = people.iter().map(|person| {
        let password = "not the right password";
        let body = serde_json::json!({"email": person.email, "password": password});
        site.send(Ask::json("/api/auth/sign-in", &body.to_string()).request())
    });
    let health = async {
        let mut slowest = Duration::ZERO;
        for _ in 0..20 {
            let began = Instant::now();
            let reply = site.send(Ask::get("/readyz").request()).await;
            assert_eq!(reply.status.as_u16(), 200);
            slowest = slowest.max(began.elapsed());
            tokio::task::yield_now().await;
        }
        slowest
    };
    let (answers, slowest) = tokio::join!(join_all(storm), health);
    let mut counts = std::collections::BTreeMap::new();
    for reply in &answers {
        *counts.entry(reply.status.as_u16()).or_insert(0) += 1;
        if reply.status.as_u16() == 429 {
            assert!(!reply.header("retry-after").is_empty());
        }
    }
    let all = counts.keys().all(|status| [401, 429, 503].contains(status));
    assert!(all && counts.contains_key(&429), "{counts:?}");
    assert!(
        slowest < Duration::from_secs(1),
        "readiness took {slowest:?}"
    );
    // A hash takes 19 MiB: all of them at once would be 3,800.
    let grown = memory().saturating_sub(before);
    assert!(grown < 600, "{grown} MiB more for {counts:?}");
}
