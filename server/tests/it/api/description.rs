//! The OpenAPI description.

use super::{Site, ask, routes::ROUTES};
use crate::harness::{TestApp, on_sqlite};
use axum::http::{Method, StatusCode};
use macro_rules_attribute::apply;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[apply(on_sqlite!)]
async fn the_description_lists_every_route_and_is_whole(app: TestApp) {
    let site = Site::of(&app);
    let reply = site
        .send(ask(Method::GET, "/api/openapi.json", None, None))
        .await;
    assert_eq!(reply.status, StatusCode::OK);
    let document = &reply.json;
    assert!(
        document["openapi"]
            .as_str()
            .is_some_and(|version| version.starts_with("3.1"))
    );
    assert_eq!(document["servers"][0]["url"], "http://127.0.0.1:3000");
    assert_eq!(
        document["components"]["securitySchemes"]["login"]["name"],
        "ym_login"
    );
    assert!(
        document["info"].get("license").is_none(),
        "an empty licence is not valid"
    );

    let mut routes = BTreeSet::new();
    let mut names = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            routes.insert((method.to_uppercase(), path.clone()));
            assert!(
                names.insert(
                    operation["operationId"]
                        .as_str()
                        .expect("a name")
                        .to_owned()
                ),
                "{operation}"
            );
            assert!(
                operation["summary"].is_string() && operation["tags"].is_array(),
                "{operation}"
            );
            let parameters = operation["parameters"].as_array();
            let declared = |name: &str| {
                parameters.is_some_and(|all| {
                    all.iter()
                        .any(|p| p["in"] == "path" && p["name"] == name && p["required"] == true)
                })
            };
            assert_eq!(path.contains("{id}"), declared("id"), "{path}");
            let responses = operation["responses"].as_object().expect("responses");
            assert!(
                responses.keys().any(|status| status.starts_with('2')),
                "{path}"
            );
            let open = operation["security"] == json!([{}]);
            assert!(
                open || responses.contains_key("401"),
                "{path} needs a login and says so"
            );
        }
    }
    let expected: BTreeSet<_> = ROUTES
        .iter()
        .map(|(method, path)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    assert_eq!(
        routes, expected,
        "the list and the description have the same routes"
    );
    for reference in references(document) {
        let pointer = reference.trim_start_matches('#');
        assert!(
            document.pointer(pointer).is_some(),
            "{reference} leads nowhere"
        );
    }
}

fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => {
            let own = map.get("$ref").and_then(Value::as_str).map(str::to_owned);
            own.into_iter()
                .chain(map.values().flat_map(references))
                .collect()
        }
        Value::Array(list) => list.iter().flat_map(references).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
