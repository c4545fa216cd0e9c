//! The document of the routes says what is true: nothing is missing, and nothing is made up.

use crate::support::{bought, call, create, emulator, order};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

type Route = (String, String);

async fn document() -> Value {
    call(&emulator(), "GET", "/openapi.json", None).await.json()
}

fn documented(document: &Value) -> BTreeSet<Route> {
    let paths = document["paths"].as_object().unwrap().iter();
    let operations = |(path, methods): (&String, &Value)| {
        let methods = methods
            .as_object()
            .unwrap()
            .keys()
            .map(|method| method.to_uppercase());
        methods.map(|method| (method, path.clone())).collect::<Vec<_>>()
    };
    paths.flat_map(operations).collect()
}

/// Whatever a parameter is called.
fn nameless((method, path): Route) -> Route {
    let parts = path
        .split('/')
        .map(|part| if part.starts_with('{') { "{}" } else { part });
    (method, parts.collect::<Vec<_>>().join("/"))
}

fn source(file: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src").join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The arms of a match over the parts of a path, such as `(["orders", id], &Method::GET) =>`.
fn arms(file: &str, base: &str) -> Vec<Route> {
    let source = source(file);
    let production = source.split("#[cfg(test)]").next().unwrap();
    let arm = |line: &str| {
        let (parts, rest) = line
            .trim()
            .trim_start_matches('(')
            .strip_prefix('[')?
            .split_once(']')?;
        let method = rest.split("Method::").nth(1)?;
        let method: String = method.chars().take_while(char::is_ascii_uppercase).collect();
        let parts = parts.split(", ").filter(|part| !part.is_empty());
        let parts = parts.map(|part| match part.strip_prefix('"') {
            Some(text) => format!("/{}", text.trim_end_matches('"')),
            None => "/{}".to_owned(),
        });
        Some((method, format!("{base}{}", parts.collect::<String>())))
    };
    production.lines().filter_map(arm).collect()
}

/// The routes of the shell, such as `.route("/_emulator/reset", post(reset))`.
fn shell_routes() -> Vec<Route> {
    let mut found = Vec::new();
    for file in ["shell/routes.rs", "shell/clock.rs", "shell/snapshot.rs"] {
        for route in source(file).split(".route(\"").skip(1) {
            let (path, rest) = route.split_once('"').unwrap();
            let call = rest.split('\n').next().unwrap();
            for method in ["get", "post", "put", "patch", "delete"] {
                let is_named = call.contains(&format!(" {method}(")) || call.contains(&format!(".{method}("));
                if is_named && path.starts_with("/_emulator") && !path.contains("{what}") {
                    found.push(nameless((method.to_uppercase(), path.to_owned())));
                }
            }
        }
    }
    found
}

#[tokio::test]
async fn every_route_of_the_source_is_documented() {
    let documented: BTreeSet<Route> = documented(&document().await).into_iter().map(nameless).collect();
    let managed = "/ordermanagement/v1/orders/{}";
    let routes = [
        arms("control.rs", "/_emulator"),
        arms("checkout.rs", "/checkout/v3/orders"),
        arms("recurring.rs", "/customer-token/v1/tokens"),
        arms("management/mod.rs", managed),
        arms("management/transition.rs", managed),
        shell_routes(),
    ];
    assert!(
        routes.iter().all(|routes| !routes.is_empty()),
        "the source is read wrongly: {routes:?}"
    );
    for (method, path) in routes.into_iter().flatten() {
        assert!(
            documented.contains(&(method.clone(), path.clone())),
            "{method} {path} is answered and not documented: add a row to OPERATIONS in src/openapi.rs"
        );
    }
}

#[tokio::test]
async fn every_documented_route_is_answered() {
    let document = document().await;
    for (method, path) in documented(&document) {
        if path.ends_with("/events") {
            continue; // It never ends; its own tests ask for it.
        }
        let emulator = emulator();
        let open = create(&emulator, order()).await;
        let id = if path.starts_with("/checkout") {
            open
        } else {
            bought(&emulator).await
        };
        let captures = format!("/ordermanagement/v1/orders/{id}/captures");
        let captured = call(
            &emulator,
            "POST",
            &captures,
            Some(json!({ "captured_amount": 1 })),
        )
        .await;
        let capture = captured
            .headers
            .get("capture-id")
            .map_or("none", |id| id.to_str().unwrap());
        let asked = path.replace("{order_id}", &id).replace("{capture_id}", capture);
        let answer = call(&emulator, &method, &asked, Some(json!({}))).await;
        let code = serde_json::from_str::<Value>(&answer.text).unwrap_or_default();
        let is_unknown = answer.status == 405
            || code["error"]["code"] == "NO_SUCH_ROUTE"
            || answer.status == 404 && answer.text.is_empty();
        assert!(
            !is_unknown,
            "{method} {path} is documented and not answered: {} {}",
            answer.status, answer.text
        );
    }
}

/// The shapes of errors, against errors.
#[tokio::test]
async fn errors_have_the_documented_shapes() {
    let document = document().await;
    let emulator = emulator();
    for (path, schema) in [
        ("/_emulator/orders/none", "ControlError"),
        ("/ordermanagement/v1/orders/none", "MerchantError"),
    ] {
        let answer = call(&emulator, "GET", path, None).await.json();
        let schema = &document["components"]["schemas"][schema];
        check(schema, &answer);
        check(schema, &schema["examples"][0]);
    }
}

/// What these schemas use of the language of schemas.
fn check(schema: &Value, value: &Value) {
    match schema["type"].as_str().unwrap() {
        "string" => assert!(value.is_string(), "{value}"),
        "array" => value
            .as_array()
            .unwrap()
            .iter()
            .for_each(|part| check(&schema["items"], part)),
        _ => {
            let properties = schema["properties"].as_object().unwrap();
            let known: BTreeSet<_> = properties.keys().collect();
            assert_eq!(value.as_object().unwrap().keys().collect::<BTreeSet<_>>(), known);
            properties
                .iter()
                .for_each(|(name, schema)| check(schema, &value[name]));
        }
    }
}
