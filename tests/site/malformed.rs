//! T19: what is no id is refused as an input, everywhere and on both engines.

use crate::{
    contents::{Contents, changed},
    harness::{TestApp, on_both_engines},
    rows,
    stage::{Scenes, Site, Who},
};
use macro_rules_attribute::apply;
use serde_json::Value;

/// Stand for ids, secrets and times in the rows.
const NAMES: [&str; 15] = [
    "{session}",
    "{mentor}",
    "{mentee}",
    "{outsider}",
    "{suspended}",
    "{random}",
    "{login}",
    "{token}",
    "{provider}",
    "{free-ms}",
    "{free}",
    "{closes-ms}",
    "{closes}",
    "{email}",
    "{new}",
];

/// Texts that are none of these, percent-encoded and as they are.
fn nonsense() -> Vec<(String, String)> {
    let long = "a".repeat(10_000);
    [
        ("", ""),
        ("0", "0"),
        ("-1", "-1"),
        ("9223372036854775808", "9223372036854775808"),
        (
            "00000000-0000-0000-0000-0000000000070",
            "00000000-0000-0000-0000-0000000000070",
        ),
        ("..", ".."),
        ("..%2F..%2Fetc%2Fpasswd", "../../etc/passwd"),
        ("%00", "\u{0}"),
        ("x%00y", "x\u{0}y"),
        ("%FF", "\u{fffd}"),
        ("%E2%82%AC%F0%9F%98%80", "€😀"),
        ("%27%20OR%201%3D1%3B--", "' OR 1=1;--"),
        ("%24%7B7%2A7%7D", "${7*7}"),
        (long.as_str(), long.as_str()),
    ]
    .map(|(encoded, plain)| (encoded.to_owned(), plain.to_owned()))
    .to_vec()
}

/// Words of a database, or of a program that fell over.
const INSIDES: [&str; 12] = [
    "SELECT ",
    "INSERT INTO",
    "UPDATE ",
    "DELETE FROM",
    "sqlx",
    "sea_orm",
    "SqliteError",
    "PgDatabaseError",
    "syntax error",
    "constraint",
    "invalid byte sequence",
    "panicked",
];

fn replaced(text: &str, by: &str) -> String {
    let replace = |text: String, name: &&str| text.replace(*name, by);
    NAMES.iter().fold(text.to_owned(), replace)
}

#[apply(on_both_engines!)]
async fn what_is_no_id_is_refused_everywhere_without_a_word_of_the_database(app: TestApp) {
    let site = Site::of(&app);
    let contents = Contents::of(&app.test_db).await;
    let mut scenes = Scenes::of(&app);
    let mut wrong = Vec::new();
    for row in rows::all() {
        let who = row.allowed().unwrap_or(Who::Mentee);
        for (encoded, plain) in nonsense() {
            let scene = scenes.at(row.stage).await;
            let escaped = Value::from(plain.as_str()).to_string();
            let escaped = escaped.trim_matches('"').to_owned();
            let in_address = |text: &str| replaced(text, &encoded);
            let in_json = |text: &str| replaced(text, &escaped);
            let has_ids = format!(
                "{:?}",
                (in_address(&row.uri), in_json(&format!("{:?}", row.sent)))
            ) != format!("{:?}", (&row.uri, format!("{:?}", row.sent)));
            if !has_ids || row.is_stream() {
                continue;
            }
            let before = contents.now(&app.test_db).await;
            let request = row.ask_with(scene, who, in_address, in_json).request();
            let reply = site.send(request).await;
            let status = reply.status.as_u16();
            let shown = encoded.chars().take(40).collect::<String>();
            let name = format!(
                "{} {} {:?} with {shown}: {status}",
                row.method, row.uri, row.sent
            );
            if status >= 500 {
                wrong.push(format!(
                    "{name} {}",
                    reply.text.chars().take(200).collect::<String>()
                ));
            }
            let inside = INSIDES.iter().find(|word| reply.text.contains(**word));
            if let Some(word) = inside {
                wrong.push(format!("{name} says {word}"));
            }
            let changed = changed(&before, &contents.now(&app.test_db).await);
            if !changed.is_empty() {
                scenes.spoil();
                if status >= 300 {
                    wrong.push(format!("{name} and {changed:?} changed"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
