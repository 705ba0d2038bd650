//! What people agree to, what is kept about them, and the addresses that programs look for.

use crate::harness::{Fixture, NOW, TestApp, config, on_both_engines, on_sqlite};
use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use domain::{legal::LegalPage, time::Millis};
use macro_rules_attribute::apply;
use server::{
    config::AppUrl,
    http::{self, layers},
    markdown::render,
    zones::rfc3339,
};
use tower::ServiceExt;

/// Markdown that tries to do more than show text. What is left is checked below, not compared: whatever it is, it must
/// not be able to do anything.
const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a <b onmouseover=alert(1)>b</b> c",
    "<svg><script>alert(1)</script></svg>",
    "<!-- --><iframe src=\"https://evil.example\"></iframe>",
    "<div style=\"position:fixed\">\n\n*over everything*\n\n</div>",
    "<style>body { display: none }</style>",
    "<base href=\"https://evil.example/\">",
    "<form action=\"https://evil.example\"><input name=password></form>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](java\nscript:alert(1))",
    "[a](<java\tscript:alert(1)>)",
    "[a](&#106;avascript:alert(1))",
    "[a](javascript&colon;alert(1))",
    "[a](\\javascript:alert(1))",
    "[a](\u{1}javascript:alert(1))",
    "[a](%6aavascript:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[a](vbscript:msgbox(1))",
    "[a](file:///etc/passwd)",
    "[a](blob:https://minds.example/1)",
    "<javascript:alert(1)>",
    "[a]: javascript:alert(1)\n\n[a]",
    "[a](https://evil.example \"title\\\" onclick=alert(1)\")",
    "[a](https://evil.example/\"onclick=alert(1))",
    "[a](/x\"><script>alert(1)</script>)",
    "![a](https://evil.example/pixel.png)",
    "![a](javascript:alert(1))",
    "![a\" onerror=\"alert(1)](x)",
    "[![a](x)](javascript:alert(1))",
    "```\"><script>alert(1)</script>\ncode\n```",
    "```js onclick=alert(1)\ncode\n```",
    "`<script>alert(1)</script>`",
    "| a | b |\n|:--|--:|\n| <script>x</script> | [a](javascript:x) |",
    "## Title {#main .site-header onclick=alert(1)}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<a href=\"javascript:alert(1)\">a</a>",
    "<a\nhref=javascript:alert(1)>a</a>",
    "<x-y contenteditable onfocus=alert(1) autofocus>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo 1 ?>",
    "\0<script>alert(1)</script>",
    "[a](https://user:pass@evil.example)",
];

/// Tags of what was written, without their brackets.
fn tags(html: &str) -> Vec<&str> {
    let behind = html.split('<').skip(1);
    behind
        .map(|rest| rest.split('>').next().expect("one part"))
        .collect()
}

/// Whether a tag can do nothing but show text, or lead somewhere harmless when it is followed.
fn is_harmless(tag: &str) -> bool {
    const PLAIN: &[&str] = &[
        "a",
        "blockquote",
        "br /",
        "code",
        "del",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr /",
        "li",
        "ol",
        "p",
        "pre",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ];
    if PLAIN.contains(&tag.trim_start_matches('/')) {
        return true;
    }
    if let Some(start) = tag.strip_prefix("ol start=\"") {
        return start.trim_end_matches('"').parse::<u64>().is_ok();
    }
    let href = tag
        .strip_prefix("a href=\"")
        .and_then(|rest| rest.strip_suffix('"'));
    href.is_some_and(|href| {
        let is_known = ["https://", "http://", "mailto:"]
            .iter()
            .any(|scheme| href.starts_with(scheme));
        let is_ours = href.starts_with('/') && !href.starts_with("//");
        (is_known || is_ours) && !href.contains(['"', ' ', '\n', '\t'])
    })
}

#[test]
fn hostile_text_shows_and_does_nothing() {
    for hostile in HOSTILE {
        let text = render(&format!("# Privacy\n\n{hostile}\n")).expect(hostile);
        assert_eq!(text.title, "Privacy", "{hostile}");
        for tag in tags(&text.html) {
            assert!(is_harmless(tag), "{hostile}\n{}", text.html);
        }
    }
    let all = format!("# Privacy\n\n{}\n", HOSTILE.join("\n\n"));
    let all = render(&all).expect("all of them together").html;
    assert!(tags(&all).into_iter().all(is_harmless), "{all}");
    let deep = format!("# Privacy\n\n{}{}x", "> ".repeat(2_000), "[".repeat(5_000));
    assert!(render(&deep).is_ok());
}

#[test]
fn what_is_written_as_html_is_shown_as_it_is_written() {
    let html = render("# A <b>B</b>\n\n<script>alert(1)</script>\n")
        .expect("rendered")
        .html;
    assert_eq!(
        html,
        "<h1>A &lt;b&gt;B&lt;/b&gt;</h1>\n<p>&lt;script&gt;alert(1)&lt;/script&gt;\n</p>\n"
    );
}

#[test]
fn markdown_becomes_headings_lists_tables_and_links() {
    let text = render(
        "# Our `rules`\n\nSee [this](https://minds.example/a?b=c&d), [our terms](/terms#top), <help@minds.example>.\n\n\
         1. One\n2. **Two**\n\n| a |\n|---|\n| ~~b~~ |\n",
    )
    .expect("rendered");
    assert_eq!(text.title, "Our rules");
    for part in [
        "<h1>Our <code>rules</code></h1>",
        "<a href=\"https://minds.example/a?b=c&amp;d\">this</a>",
        "<a href=\"/terms#top\">our terms</a>",
        "<a href=\"mailto:help@minds.example\">help@minds.example</a>",
        "<strong>Two</strong>",
        "<del>b</del>",
    ] {
        assert!(text.html.contains(part), "{part}\n{}", text.html);
    }
}

#[test]
fn a_text_begins_with_its_only_heading() {
    for bad in [
        "",
        "Text",
        "## Second",
        "Text\n\n# Late",
        "# A\n\n# B",
        "#",
        "# \n\nText",
    ] {
        assert!(render(bad).is_err(), "{bad}");
    }
    assert!(render(&format!("# {}", "a".repeat(101))).is_err());
    assert!(render("Title\n=====\n").is_ok());
}

#[apply(on_sqlite!)]
async fn the_texts_of_the_product_are_there_and_true_of_it(app: TestApp) {
    let legal = &app.state.config.legal;
    let (privacy, terms) = (legal.text(LegalPage::Privacy), legal.text(LegalPage::Terms));
    assert_eq!(
        (privacy.title.as_str(), terms.title.as_str()),
        ("Privacy", "Terms")
    );
    // The numbers are those of accounts::logins, accounts::sign_up and domain::export.
    for said in [
        "14 days",
        "30 days",
        "two days",
        "seven days",
        "href=\"/account\"",
    ] {
        assert!(privacy.html.contains(said), "{said}");
    }
    assert!(terms.html.contains("href=\"/privacy\""));
}

/// Somebody is named to whom holes are reported.
struct Guarded(TestApp);

impl Fixture for Guarded {
    async fn build(url: &str) -> Self {
        let mut config = config(url);
        config.app_url = AppUrl::parse("https://minds.example").expect("an address");
        config.legal.security_contact = Some("mailto:security@minds.example".to_owned());
        Self(TestApp::with(url, config).await)
    }
}

struct Reply {
    status: StatusCode,
    kind: String,
    location: String,
    text: String,
}

async fn get(app: &TestApp, path: &str) -> Reply {
    let router = http::router(app.state.clone(), app.inbox.clone());
    let host = app.state.config.app_url.host();
    let request = Request::builder().uri(path).header(header::HOST, host);
    let request = request.body(Body::empty());
    let answer = layers::apply(router, &app.state).oneshot(request.expect("a request"));
    let (parts, body) = answer.await.expect("a router always answers").into_parts();
    let header = |name: &str| {
        let value = parts.headers.get(name);
        value
            .map_or("", |value| value.to_str().expect("text"))
            .to_owned()
    };
    let body = to_bytes(body, usize::MAX).await.expect("a body");
    Reply {
        status: parts.status,
        kind: header("content-type"),
        location: header("location"),
        text: String::from_utf8(body.to_vec()).expect("text"),
    }
}

#[apply(on_both_engines!)]
async fn security_txt_says_whom_to_write_to_and_never_runs_out(guarded: Guarded) {
    let app = guarded.0;
    for _ in 0..3 {
        let reply = get(&app, "/.well-known/security.txt").await;
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(reply.kind, "text/plain; charset=utf-8");
        let expires = rfc3339(app.state.clock.now() + Millis::days(90));
        assert_eq!(
            reply.text,
            format!(
                "Contact: mailto:security@minds.example\nExpires: {expires}\nPreferred-Languages: en\n\
                 Canonical: https://minds.example/.well-known/security.txt\n"
            )
        );
        app.clock.advance(Millis::days(200));
    }
    app.clock.set(NOW + Millis(7));
    let reply = get(&app, "/.well-known/security.txt").await;
    let whole = rfc3339(NOW + Millis::days(90));
    assert!(
        reply.text.contains(&format!("Expires: {whole}\n")),
        "{}",
        reply.text
    );
}

#[apply(on_both_engines!)]
async fn security_txt_is_not_there_where_nobody_is_named(app: TestApp) {
    let reply = get(&app, "/.well-known/security.txt").await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
}

#[apply(on_both_engines!)]
async fn password_managers_find_where_a_password_is_changed(app: TestApp) {
    let reply = get(&app, "/.well-known/change-password").await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER);
    assert_eq!(reply.location, "/account#password-title");
}
