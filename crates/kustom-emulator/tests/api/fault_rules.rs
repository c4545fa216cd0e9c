//! The routes that add, list and remove fault rules, and what rules never touch.

use crate::served::Served;
use crate::support::{call, create, emulator, order};
use serde_json::json;

#[tokio::test]
async fn control_and_browser_routes_are_never_struck() {
    let served = Served::start().await;
    let id = create(&served.emulator, order()).await;
    served.add(json!({ "effect": "reset", "times": null })).await;
    for (path, status) in [
        ("/".to_owned(), 200),
        ("/_emulator/orders".to_owned(), 200),
        (format!("/browser/orders/{id}"), 401),
        ("/browser/checkout".to_owned(), 200),
    ] {
        assert_eq!(served.send("GET", &path, None).await.status(), status, "{path}");
    }
    let paid = served
        .send("POST", &format!("/_emulator/orders/{id}/pay"), None)
        .await;
    assert_eq!(paid.status(), 200);
}

#[tokio::test]
async fn rules_are_listed_with_their_counts_and_removed() {
    let served = Served::start().await;
    let rule = json!({ "method": "GET", "path": "/checkout/v3/orders/*", "effect": "not_found", "skip": 1 });
    served.add(rule).await;
    served
        .add(json!({ "effect": "delay", "ms": 1, "times": null }))
        .await;
    for _ in 0..3 {
        served.send("GET", "/checkout/v3/orders/none", None).await;
    }
    let listed = call(&served.emulator, "GET", "/_emulator/faults", None)
        .await
        .json();
    let expected = json!({ "faults": [
        {
            "number": 1, "method": "GET", "path": "/checkout/v3/orders/*", "times": 1, "skip": 1, "effect": "not_found",
            "struck": 1, "skipped": 1,
        },
        {
            "number": 2, "method": "*", "path": "*", "times": null, "skip": 0, "effect": "delay", "ms": 1,
            "struck": 2, "skipped": 0,
        },
    ] });
    assert_eq!(listed, expected);
    for (method, path) in [("DELETE", "/_emulator/faults"), ("POST", "/_emulator/reset")] {
        served.add(json!({ "effect": "reset" })).await;
        assert_eq!(call(&served.emulator, method, path, None).await.status, 200);
        let listed = call(&served.emulator, "GET", "/_emulator/faults", None)
            .await
            .json();
        assert_eq!(listed, json!({ "faults": [] }), "{path}");
        assert_eq!(
            served
                .send("GET", "/checkout/v3/orders/none", None)
                .await
                .status(),
            404
        );
    }
}

#[tokio::test]
async fn rules_that_cannot_be_meant_are_refused_with_the_reason() {
    let emulator = emulator();
    for (rule, code, reason) in [
        (
            json!({ "method": "*", "path": "*" }),
            "BAD_BODY",
            "missing field `effect`",
        ),
        (
            json!({ "method": "*", "path": "*", "effect": "explode" }),
            "BAD_BODY",
            "unknown variant `explode`, expected one of `delay`, `timeout`",
        ),
        (
            json!({ "method": "*", "path": "*", "effect": "reset", "time": 2 }),
            "BAD_BODY",
            "unknown field `time`",
        ),
        (
            json!({ "method": "*", "path": "*", "effect": "reset", "times": -1 }),
            "BAD_BODY",
            "invalid value: integer `-1`",
        ),
        (
            json!({ "method": "*", "path": "/browser/*", "effect": "reset" }),
            "BAD_FAULT",
            "path must match something below /checkout/, /ordermanagement/, /customer-token/, /hpp/",
        ),
        (
            json!({ "method": "*", "path": "*", "effect": "delay" }),
            "BAD_FAULT",
            "ms is required",
        ),
    ] {
        let refused = call(&emulator, "POST", "/_emulator/faults", Some(rule.clone())).await;
        let error = refused.json()["error"].clone();
        assert_eq!((refused.status, &error["code"]), (400, &json!(code)), "{rule}");
        assert!(error["message"].as_str().unwrap().starts_with(reason), "{error}");
    }
}

#[tokio::test]
async fn one_rule_is_removed_by_its_number_and_numbers_are_not_given_twice() {
    let served = Served::start().await;
    for effect in ["not_found", "server_error"] {
        served.add(json!({ "effect": effect, "times": null })).await;
    }
    let remove = |path| call(&served.emulator, "DELETE", path, None);
    assert_eq!(remove("/_emulator/faults/1").await.status, 200);
    let read = served.send("GET", "/checkout/v3/orders/none", None).await;
    assert_eq!(read.status(), 500);
    for path in [
        "/_emulator/faults/1",
        "/_emulator/faults/x",
        "/_emulator/faults/-2",
    ] {
        let refused = remove(path).await;
        assert_eq!(
            (refused.status, refused.json()["error"]["code"].clone()),
            (404, json!("NO_SUCH_FAULT")),
            "{path}"
        );
    }
    served.add(json!({ "effect": "empty" })).await;
    let listed = call(&served.emulator, "GET", "/_emulator/faults", None)
        .await
        .json();
    assert_eq!(listed["faults"][1]["number"], 3);
}
