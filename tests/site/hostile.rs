//! T60, T62: whatever people write stays text, on every page, in emails and calendar files, and is fetched by nobody.

use crate::{
    harness::{TestApp, on_sqlite},
    rows,
    stage::{Ask, Scene, Site, Stage, Who},
};
use macro_rules_attribute::apply;
use mail_parser::MimeHeaders;
use std::net::TcpListener;

/// Short enough for a name.
const CORPUS: [&str; 11] = [
    "<script>ymevil()</script>",
    "\"><img src=x onerror=ymevil()>",
    "'><svg/onload=ymevil()>",
    "</script><script>ymevil()</script>",
    "</textarea></title><script>ymevil()</script>",
    "<!--<script>ymevil()",
    "]]></style><script>ymevil()</script>",
    "javascript:ymevil()",
    "[ymevil](javascript:ymevil())",
    "=HYPERLINK(\"http://ymevil.example\")",
    "ymevil\r\nEND:VEVENT\r\nX-YMEVIL:1",
];

/// What would be no text any more.
const ALIVE: [&str; 8] = [
    "<script>ymevil",
    "<img src=x",
    "<svg/onload",
    "<!--<script>",
    "</textarea></title><script>",
    "]]></style>",
    "href=\"javascript:",
    "href=\"http://ymevil",
];

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Everything that people can write about themselves and to each other, through forms and the API.
async fn write(site: &Site, scene: &Scene, evil: &str, link: &str) {
    let text = encoded(evil);
    let long = encoded(&format!("{evil}\n\n{link} {evil}"));
    let mut refused = Vec::new();
    let forms = [
        (
            Who::Mentor,
            "update_account",
            format!("name={text}&time_zone=UTC"),
        ),
        (
            Who::Mentee,
            "update_account",
            format!("name={text}&time_zone=UTC"),
        ),
        (
            Who::Mentor,
            "save_mentor_profile",
            format!("headline={text}&bio={long}&session_minutes=60&questions={text}&confirms=true"),
        ),
        (
            Who::Mentor,
            "ask_mentee",
            format!("id={{session}}&question={long}"),
        ),
        (
            Who::Mentee,
            "answer_mentor",
            format!("id={{session}}&answer={long}"),
        ),
        (
            Who::Mentee,
            "report",
            format!("about={{mentor}}&session={{session}}&category=other&words={long}"),
        ),
        (
            Who::Mentor,
            "reschedule_session",
            format!("id={{session}}&starts_at={{free-ms}}&reason={long}"),
        ),
    ];
    for (who, function, body) in forms {
        let ask = Ask::form(&format!("/api/fn/{function}"), &scene.fill(&body, who));
        let reply = site.send(ask.by(scene.token(who)).request()).await;
        if reply.status.as_u16() != 200 {
            refused.push(format!("{function}: {} {}", reply.status, reply.text));
        }
    }
    let wish = serde_json::json!({
        "mentorId": "{mentor}", "startsAt": "{free}", "title": evil, "goal": evil, "answers": [evil],
    });
    let wish = scene.fill(&wish.to_string(), Who::Outsider);
    let booked = Ask::json("/api/sessions", &wish).by(scene.token(Who::Outsider));
    let booked = site.send(booked.request()).await;
    if !booked.status.is_success() && booked.status.as_u16() != 409 {
        refused.push(format!("/api/sessions: {} {}", booked.status, booked.text));
    }
    assert!(refused.is_empty(), "{evil:?}: {}", refused.join("\n"));
}

#[apply(on_sqlite!)]
async fn hostile_text_is_inert_on_every_page_in_every_email_and_in_calendars(app: TestApp) {
    let site = Site::of(&app);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.set_nonblocking(true).expect("no waiting");
    let port = listener.local_addr().expect("an address").port();
    let link =
        format!("http://127.0.0.1:{port}/ymevil http://169.254.169.254/ http://[::1]:{port}/");
    let mut arrived = 0;
    for evil in CORPUS {
        let scene = Scene::of(&app, Stage::Requested).await;
        write(&site, &scene, evil, &link).await;
        // Where nobody else's words are.
        let own = |route: &str| {
            let others = ["/auth/", "/api/auth/", "/dev/", "/healthz", "/readyz"];
            !others.iter().any(|other| route.starts_with(other))
        };
        let rows = rows::all();
        let shown = |row: &&rows::Row| row.method == "GET" && !row.is_stream() && own(row.route);
        for row in rows.iter().filter(shown) {
            for who in [Who::Mentee, Who::Mentor, Who::Outsider, Who::Admin] {
                if row.expected(who) != 200 {
                    continue;
                }
                let reply = site.send(row.ask(&scene, who).request()).await;
                let name = format!("{} by {who:?} with {evil:?}", row.uri);
                let kind = reply.header("content-type").to_owned();
                let has = |word: &str| reply.text.contains(word);
                if has("ymevil") {
                    arrived += 1;
                }
                if kind.starts_with("text/html") {
                    let (text, page) = (text_and_tags(&reply.text), &reply.text);
                    for word in ALIVE {
                        let at = page.find(word).unwrap_or_default();
                        let around: String =
                            page.chars().skip(at.saturating_sub(80)).take(200).collect();
                        assert!(!text.contains(word), "{name} has {word}: {around}");
                    }
                    assert!(!has("href=\"javascript:"), "{name}");
                    assert!(!has(&format!("href=\"http://127.0.0.1:{port}")), "{name}");
                    assert!(!has("href=\"http://169.254"), "{name}");
                    links_are_ours_or_careful(&name, &reply.text);
                } else {
                    assert_eq!(reply.header("x-content-type-options"), "nosniff", "{name}");
                }
                if kind.starts_with("text/calendar") {
                    let lines = reply.text.lines();
                    let begun = lines.filter(|line| line.starts_with("X-YMEVIL")).count();
                    assert_eq!(begun, 0, "{name}: {}", reply.text);
                    assert!(reply.text.matches("\nEND:VEVENT").count() <= 1, "{name}");
                }
                if kind.starts_with("text/csv") {
                    let cells = reply.text.lines().flat_map(|line| line.split(','));
                    let formula = |cell: &&str| cell.trim_start_matches('"').starts_with('=');
                    assert_eq!(cells.filter(formula).count(), 0, "{name}: {}", reply.text);
                }
            }
        }
        app.run_jobs().await;
    }
    assert!(arrived > 100, "hostile text was looked at {arrived} times");
    let emails = app.mail.emails();
    assert!(emails.len() > CORPUS.len(), "{} emails", emails.len());
    for email in &emails {
        let message = mail_parser::MessageParser::default().parse(&email.bytes);
        let message = message.expect("an email");
        let raw = String::from_utf8_lossy(&email.bytes);
        let head = raw.split_once("\r\n\r\n").map_or("", |(head, _)| head);
        assert!(!head.is_empty() && !head.contains("\nX-YMEVIL"), "{raw}");
        let recipients = message.to().map_or(0, |to| to.iter().count());
        assert_eq!(recipients, 1, "{raw}");
        let html = message.body_html(0).expect("an HTML part");
        for word in ALIVE {
            assert!(!html.contains(word), "an email has {word}: {html}");
        }
        for part in message.attachments() {
            let text = part.text_contents().unwrap_or_default();
            let hostile = text.lines().any(|line| line.starts_with("X-YMEVIL"));
            assert!(!hostile, "{:?} {text}", part.attachment_name());
        }
    }
    let visit = listener.accept();
    assert!(
        visit.is_err(),
        "the server followed a link that somebody wrote"
    );
}

/// A document without what stands in quotes in its tags, where `<` is a letter as any other, and without what is in its
/// scripts, which ends at the first `</script`.
fn text_and_tags(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some((text, tag)) = rest.split_once('<') {
        out.push_str(text);
        out.push('<');
        let is_tag = tag.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c));
        if !is_tag {
            rest = tag;
            continue;
        }
        let mut quoted = false;
        let mut length = tag.len();
        for (at, c) in tag.char_indices() {
            match c {
                '"' => quoted = !quoted,
                '>' if !quoted => {
                    length = at;
                    break;
                }
                other if !quoted => out.push(other),
                _ => {}
            }
        }
        rest = &tag[length..];
        let is_own_script = tag.starts_with("script") && tag[..length].contains("nonce=");
        if is_own_script {
            let end = rest.find("</script").unwrap_or(rest.len());
            rest = &rest[end..];
        }
    }
    out.push_str(rest);
    out
}

/// Links to elsewhere open nothing that could reach back, and tell nobody where they were.
fn links_are_ours_or_careful(name: &str, html: &str) {
    for link in html.split("<a ").skip(1) {
        let tag = link.split('>').next().unwrap_or_default();
        let Some((_, rest)) = tag.split_once("href=\"") else {
            continue;
        };
        let href = rest.split('"').next().unwrap_or_default();
        let is_ours = href.starts_with('/') && !href.starts_with("//")
            || href.starts_with('#')
            || href.starts_with('?')
            || href.starts_with(crate::stage::ORIGIN);
        let is_careful = href.starts_with("https://") && tag.contains("noopener noreferrer");
        assert!(is_ours || is_careful, "{name}: <a {tag}>");
    }
}

#[apply(on_sqlite!)]
async fn hostile_text_at_the_door_is_not_repeated(app: TestApp) {
    let site = Site::of(&app);
    for evil in CORPUS {
        let text = encoded(evil);
        for uri in [
            format!("/{text}"),
            format!("/auth/signin?callbackUrl={text}"),
            format!("/auth/signin?callbackUrl=/{text}"),
            format!("/auth/signup?callbackUrl={text}&done={text}"),
            format!("/auth/link?token={text}"),
            format!("/auth/confirm?token={text}"),
            format!("/meeting/{text}"),
            format!("/api/{text}"),
        ] {
            let page = site.page(&uri, None).await;
            let text = text_and_tags(&page.text);
            for word in ALIVE {
                assert!(!text.contains(word), "{uri} has {word}");
            }
            assert!(!page.header("location").contains("ymevil.example"), "{uri}");
        }
        let body = format!("name={text}&email={text}&password={text}&time_zone={text}");
        let ask = Ask::form("/api/fn/sign_up", &body).accepts_html();
        let ask = ask.with("referer", &format!("{}/auth/signup", crate::stage::ORIGIN));
        let reply = site.send(ask.request()).await;
        let form = reply.cookie("ym_form").expect("what was entered");
        let again = Ask::get("/auth/signup").with("cookie", &format!("ym_form={form}"));
        let page = site.send(again.accepts_html().request()).await;
        assert!(
            page.text.contains("ymevil"),
            "what was entered stays entered"
        );
        let text = text_and_tags(&page.text);
        for word in ALIVE {
            assert!(!text.contains(word), "the form has {word}");
        }
    }
}
