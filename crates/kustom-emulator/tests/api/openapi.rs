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
        let methods = rest.split("Method::").skip(1);
        let methods: Vec<String> = methods
            .map(|method| method.chars().take_while(char::is_ascii_uppercase).collect())
            .collect();
        let parts = parts.split(", ").filter(|part| !part.is_empty());
        let parts = parts.map(|part| match part.strip_prefix('"') {
            Some(text) => format!("/{}", text.trim_end_matches('"')),
            None => "/{}".to_owned(),
        });
        let path = format!("{base}{}", parts.collect::<String>());
        Some(methods.into_iter().map(move |method| (method, path.clone())))
    };
    production.lines().filter_map(arm).flatten().collect()
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
                if is_named && !path.ends_with(".json") && !path.contains("{what}") && !path.contains("{*") {
                    found.push(nameless((method.to_uppercase(), path.to_owned())));
                }
            }
        }
    }
    found
}

/// What a shopper does in one step, such as `"shipping-option" | "address"`: first without a browser, then in one.
fn steps() -> Vec<Route> {
    let source = source("shell/asking.rs");
    let lists = source.split("matches!(what.as_str(), ").skip(1);
    let bases = ["/_emulator/orders/{}", "/browser/orders/{}"];
    let routes = lists.zip(bases).flat_map(|(list, base)| {
        let names = list.split(')').next().unwrap().split('"').skip(1).step_by(2);
        names.map(move |name| ("POST".to_owned(), format!("{base}/{name}")))
    });
    routes.collect()
}

#[tokio::test]
async fn every_route_of_the_source_is_documented() {
    let documented: BTreeSet<Route> = documented(&document().await).into_iter().map(nameless).collect();
    let managed = "/ordermanagement/v1/orders/{}";
    let routes = [
        arms("control.rs", "/_emulator"),
        arms("checkout.rs", "/checkout/v3/orders"),
        arms("recurring.rs", "/customer-token/v1/tokens"),
        arms("hosted/mod.rs", "/hpp/v1/sessions"),
        arms("hosted/page.rs", "/browser/hosted/{}"),
        arms("browser.rs", "/browser/orders/{}"),
        steps(),
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
            "{method} {path} is answered and not documented: add a row to src/openapi/route.rs"
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

/// As the specification of OpenAPI 3.1 wants it, as far as this document uses it.
#[tokio::test]
async fn the_document_is_one_of_openapi() {
    let document = document().await;
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["info"]["title"].is_string() && document["info"]["version"].is_string());
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        if let Err(error) = jsonschema::draft202012::meta::validate(schema) {
            panic!("{name}: {error}");
        }
    }
    let schemes = &document["components"]["securitySchemes"];
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let at = format!("{method} {path}");
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert!(
                    status
                        .parse::<u16>()
                        .is_ok_and(|status| (200..600).contains(&status)),
                    "{at}"
                );
                assert!(response["description"].is_string(), "{at} {status}");
            }
            let parameters = operation["parameters"].as_array().unwrap();
            let of_path = parameters.iter().filter(|parameter| parameter["in"] == "path");
            let named: Vec<_> = of_path
                .map(|parameter| format!("{{{}}}", parameter["name"].as_str().unwrap()))
                .collect();
            let wanted: Vec<_> = path.split('/').filter(|part| part.starts_with('{')).collect();
            assert_eq!(named, wanted, "{at}");
            for security in operation["security"].as_array().into_iter().flatten() {
                security
                    .as_object()
                    .unwrap()
                    .keys()
                    .for_each(|name| assert!(schemes[name].is_object(), "{at}"));
            }
            let is_internal = path.starts_with("/browser/");
            assert_eq!(operation["x-internal"] == true, is_internal, "{at}");
        }
    }
}
