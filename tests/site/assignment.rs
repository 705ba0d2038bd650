//! T13, T16: a request is about whoever is signed in, whatever it says of itself.

use crate::{
    contents::{Contents, changed},
    harness::{TestApp, on_both_engines},
    rows::{self, Sent},
    stage::{Scene, Scenes, Site},
};
use macro_rules_attribute::apply;
use serde_json::{Value, json};

/// Fields that no form has, as those of tables and of other programs are called.
const MORE: &str = "&is_admin=true&isAdmin=true&admin=1&role=admin&user_id={outsider}&userId={outsider}\
    &user={outsider}&owner={outsider}&mentor_id={outsider}&mentorId={outsider}&mentee_id={outsider}\
    &menteeId={outsider}&by={outsider}&status=confirmed&booking=confirmed&outcome=completed&price=0\
    &password_hash=x&published_at=1&suspended_at=1&version=99&login_id={random}";

/// What must stay as it is: who is an admin, what the outsider is, and has.
async fn standing(app: &TestApp, scene: &Scene) -> Vec<i64> {
    let id = || scene.outsider.id().into();
    let mut counts = vec![
        app.test_db
            .number("SELECT count(*) FROM users WHERE is_admin")
            .await,
    ];
    for sql in [
        "SELECT count(*) FROM users WHERE id = $1 AND name = 'Olga Outsider' AND time_zone = 'UTC' AND suspended_at IS NULL",
        "SELECT count(*) FROM sessions WHERE mentor_id = $1 OR mentee_id = $1",
        "SELECT count(*) FROM mentors WHERE user_id = $1",
        "SELECT count(*) FROM logins WHERE user_id = $1",
        "SELECT count(*) FROM passkeys WHERE user_id = $1",
        "SELECT count(*) FROM calendar_feeds WHERE user_id = $1",
    ] {
        counts.push(app.test_db.number_of(sql, [id()]).await);
    }
    counts
}

#[apply(on_both_engines!)]
async fn more_fields_than_a_form_has_change_nothing_more(app: TestApp) {
    let site = Site::of(&app);
    let contents = Contents::of(&app.test_db).await;
    let mut scenes = Scenes::of(&app);
    for row in rows::all() {
        // An admin's deeds are about others.
        let (Some(who), false) = (row.allowed(), row.route.contains("/admin_")) else {
            continue;
        };
        let json = match &row.sent {
            Sent::Nothing => continue,
            Sent::Form(_) => None,
            Sent::Json(body) => {
                serde_json::from_str::<Value>(&body.replace("{closes-ms}", "1")).ok()
            }
        };
        let scene = scenes.at(row.stage).await;
        let before = (
            standing(&app, scene).await,
            contents.now(&app.test_db).await,
        );
        let in_form = |text: &str| match text == row.uri {
            true => text.to_owned(),
            false => format!("{text}{MORE}"),
        };
        let in_json = |text: &str| match &json {
            Some(Value::Object(fields)) => {
                let mut fields = fields.clone();
                for field in ["role", "menteeId", "mentee_id", "userId", "user_id", "by"] {
                    fields.insert(field.to_owned(), json!("{outsider}"));
                }
                fields.insert("isAdmin".to_owned(), json!(true));
                fields.insert("status".to_owned(), json!("confirmed"));
                Value::Object(fields).to_string()
            }
            _ => text.to_owned(),
        };
        let reply = site
            .send(row.ask_with(scene, who, in_form, in_json).request())
            .await;
        let name = format!("{} {:?} by {who:?}: {}", row.uri, row.sent, reply.status);
        assert_eq!(standing(&app, scene).await, before.0, "{name}");
        let is_api = !row.is_function() && json.is_some();
        if is_api {
            // A program that is wrong about what there is learns so.
            assert_eq!(reply.status.as_u16(), 422, "{name} {}", reply.text);
        }
        if !reply.status.is_success() {
            let changed = changed(&before.1, &contents.now(&app.test_db).await);
            assert!(changed.is_empty(), "{name} changed {changed:?}");
        } else if row.is_write() {
            scenes.spoil();
        }
    }
}
