//! The checkout API, as a merchant's server meets it.

use crate::support::{
    BASE_URL, advance, browser, call, call_with, create, emulator, emulator_with, lines, order, order_with,
    pay, start, state,
};
use kustom_emulator::{Change, Credentials, Emulator, OrderState, Rules, Settings};
use serde_json::json;
use std::sync::Arc;

const HOURS: u32 = 3600;

#[tokio::test]
async fn a_created_order_comes_back_with_location_and_defaults() {
    let emulator = emulator();
    let answer = call(&emulator, "POST", "/checkout/v3/orders", Some(order())).await;
    assert_eq!(answer.status, 201);
    let mut created = answer.json();
    let id = created["order_id"].as_str().unwrap().to_owned();
    assert_eq!(
        answer.header("location"),
        format!("{BASE_URL}/checkout/v3/orders/{id}")
    );
    assert!(!answer.header("klarna-correlation-id").is_empty());
    let snippet = created["html_snippet"].take();
    assert!(snippet.as_str().unwrap().contains("klarna-checkout-container"));
    let expected = order_with(json!({
        "order_id": id,
        "status": "checkout_incomplete",
        "html_snippet": null,
        "started_at": "2026-11-23T08:00:00Z",
        "last_modified_at": "2026-11-23T08:00:00Z",
        "billing_address": { "country": "SE" },
        "shipping_address": { "country": "SE" },
        "customer": {},
        "external_payment_methods": [],
        "external_checkouts": [],
        "options": {
            "allow_separate_shipping_address": false,
            "date_of_birth_mandatory": false,
            "require_validate_callback_success": false,
        },
    }));
    assert_eq!(created, expected);
}

#[tokio::test]
async fn germany_allows_a_separate_shipping_address_from_the_start() {
    let emulator = emulator();
    let german =
        order_with(json!({ "purchase_country": "DE", "purchase_currency": "EUR", "locale": "de-DE" }));
    let id = create(&emulator, german).await;
    let read = call(&emulator, "GET", &format!("/checkout/v3/orders/{id}"), None)
        .await
        .json();
    assert_eq!(read["options"]["allow_separate_shipping_address"], json!(true));
}

#[tokio::test]
async fn refusals_name_every_bad_value_and_the_log_says_why() {
    let emulator = emulator();
    let body = order_with(json!({ "order_amount": 1, "locale": "x" }));
    let answer = call(&emulator, "POST", "/checkout/v3/orders", Some(body)).await;
    assert_eq!(answer.status, 400);
    let refusal = answer.json();
    assert_eq!(refusal["error_code"], "BAD_VALUE");
    assert_eq!(
        refusal["error_messages"],
        json!(["Bad value: locale", "Bad value: order_amount"])
    );
    assert_eq!(refusal["correlation_id"], answer.header("klarna-correlation-id"));
    let log = call(&emulator, "GET", "/_emulator/requests", None).await.json();
    let newest = log["requests"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        newest["response"]["reasons"][1],
        "order_amount: the lines sum up to 10000"
    );
    assert_eq!(newest["request"]["headers"]["authorization"], "(redacted)");
}

#[tokio::test]
async fn checks_come_in_the_order_credentials_existence_read_only_values() {
    let emulator = emulator();
    let id = create(&emulator, order()).await;
    let path = format!("/checkout/v3/orders/{id}");
    let bad = Some(json!({ "locale": 1 }));
    let nobody = call_with(&emulator, "POST", "/checkout/v3/orders/none", &[], bad.clone()).await;
    assert_eq!((nobody.status, nobody.text.as_str()), (401, ""));
    let unknown = call(&emulator, "POST", "/checkout/v3/orders/none", bad.clone()).await;
    assert_eq!((unknown.status, unknown.text.as_str()), (404, ""));
    assert_eq!(call(&emulator, "POST", &path, bad.clone()).await.status, 400);
    pay(&emulator, &id, json!({})).await;
    let complete = call(&emulator, "POST", &path, bad).await;
    assert_eq!(
        (complete.status, complete.json()["error_code"].clone()),
        (403, json!("READ_ONLY_ORDER"))
    );
}

#[tokio::test]
async fn configured_credentials_keep_others_out() {
    let credentials = Some(Credentials {
        username: None,
        api_key: "right".to_owned(),
    });
    let emulator = emulator_with(Rules {
        credentials,
        ..Rules::default()
    });
    for (header, status) in [("Basic right", 404), ("Basic wrong", 401)] {
        let answer = call_with(
            &emulator,
            "GET",
            "/ordermanagement/v1/orders/x",
            &[("authorization", header)],
            None,
        )
        .await;
        assert_eq!(answer.status, status, "{header}");
    }
}

#[tokio::test]
async fn an_update_replaces_what_it_names_and_keeps_the_rest() {
    let emulator = emulator();
    let id = create(
        &emulator,
        order_with(json!({ "merchant_data": "keep", "tags": ["old"] })),
    )
    .await;
    advance(&emulator, 60).await;
    let update =
        json!({ "order_amount": 20_000, "order_tax_amount": 4000, "order_lines": lines(2), "tags": [] });
    let answer = call(
        &emulator,
        "POST",
        &format!("/checkout/v3/orders/{id}"),
        Some(update),
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let updated = answer.json();
    assert_eq!(updated["order_lines"], lines(2));
    assert_eq!(
        (&updated["merchant_data"], &updated["tags"]),
        (&json!("keep"), &json!([]))
    );
    assert_eq!(updated["last_modified_at"], "2026-11-23T08:01:00Z");
    assert_eq!(updated["started_at"], "2026-11-23T08:00:00Z");
    assert_eq!(state(&emulator, &id).count(&Change::Updated), 1);
}

#[tokio::test]
async fn an_update_that_breaks_the_sums_changes_nothing() {
    let emulator = emulator();
    let id = create(&emulator, order()).await;
    let before = state(&emulator, &id).checkout;
    for update in [
        json!({ "order_amount": 9999 }),
        json!({ "order_lines": lines(2) }),
    ] {
        let answer = call(
            &emulator,
            "POST",
            &format!("/checkout/v3/orders/{id}"),
            Some(update),
        )
        .await;
        assert_eq!(answer.status, 400);
    }
    assert_eq!(state(&emulator, &id).checkout, before);
}

#[tokio::test]
async fn prefilled_addresses_are_ignored_once_the_customer_has_typed() {
    let emulator = emulator();
    let id = create(&emulator, order()).await;
    let path = format!("/checkout/v3/orders/{id}");
    let prefill = Some(json!({ "billing_address": { "city": "Prefilled" } }));
    let first = call(&emulator, "POST", &path, prefill.clone()).await.json();
    assert_eq!(first["billing_address"]["city"], "Prefilled");
    let typed = json!({ "address": { "city": "Typed", "email": "a@b.se" } });
    assert_eq!(
        browser(&emulator, &id, "POST", "/customer", Some(typed))
            .await
            .status,
        200
    );
    let second = call(&emulator, "POST", &path, prefill).await.json();
    assert_eq!(second["billing_address"]["city"], "Typed");
    assert_eq!(second["shipping_address"]["city"], "Typed");
}

#[tokio::test]
async fn an_address_that_is_only_the_country_follows_the_purchase_country() {
    let emulator = emulator();
    let id = create(&emulator, order()).await;
    let update = json!({ "purchase_country": "NO", "purchase_currency": "NOK" });
    let updated = call(
        &emulator,
        "POST",
        &format!("/checkout/v3/orders/{id}"),
        Some(update),
    )
    .await
    .json();
    assert_eq!(updated["billing_address"], json!({ "country": "NO" }));
    let update = json!({ "purchase_country": "SE" });
    let refused = call(
        &emulator,
        "POST",
        &format!("/checkout/v3/orders/{id}"),
        Some(update),
    )
    .await
    .json();
    assert_eq!(refused["error_messages"], json!(["Bad value: purchase_currency"]));
}

#[tokio::test]
async fn an_aborted_order_can_be_read_but_not_changed_or_bought() {
    let emulator = emulator();
    let id = create(&emulator, order()).await;
    let path = format!("/checkout/v3/orders/{id}");
    assert_eq!(
        call(&emulator, "POST", &format!("{path}/abort"), None)
            .await
            .status,
        200
    );
    assert_eq!(call(&emulator, "POST", &path, Some(json!({}))).await.status, 403);
    assert_eq!(
        call(&emulator, "POST", &format!("{path}/abort"), None)
            .await
            .status,
        403
    );
    assert_eq!(
        call(&emulator, "GET", &path, None).await.json()["status"],
        "checkout_incomplete"
    );
    let refused = pay(&emulator, &id, json!({})).await;
    assert_eq!(
        (refused.status, refused.json()["error"]["code"].clone()),
        (409, json!("ORDER_ABORTED"))
    );
    assert_eq!(state(&emulator, &id).state(start()), OrderState::Aborted);
}

#[tokio::test]
async fn an_order_expires_48_hours_after_the_last_update_or_interaction() {
    let emulator = emulator();
    let id = create(&emulator, order()).await;
    let path = format!("/checkout/v3/orders/{id}");
    advance(&emulator, 40 * HOURS).await;
    assert_eq!(call(&emulator, "POST", &path, Some(json!({}))).await.status, 200);
    advance(&emulator, 40 * HOURS).await;
    let typed = json!({ "address": { "city": "Typed" } });
    assert_eq!(
        browser(&emulator, &id, "POST", "/customer", Some(typed))
            .await
            .status,
        200
    );
    advance(&emulator, 48 * HOURS - 1).await;
    assert_eq!(call(&emulator, "GET", &path, None).await.status, 200);
    advance(&emulator, 1).await;
    let gone = call(&emulator, "GET", &path, None).await;
    assert_eq!((gone.status, gone.text.as_str()), (404, ""));
    assert_eq!(
        call(&emulator, "POST", &format!("{path}/abort"), None)
            .await
            .status,
        404
    );
    assert_eq!(browser(&emulator, &id, "GET", "", None).await.status, 404);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_in_kustoms_words() {
    let emulator = emulator();
    let body = json!({ "merchant_data": "x".repeat(1_000_000) });
    let answer = call(&emulator, "POST", "/checkout/v3/orders", Some(body)).await;
    assert_eq!(
        (answer.status, answer.json()["error_code"].clone()),
        (413, json!("REQUEST_TOO_LARGE"))
    );
}

#[tokio::test]
async fn a_body_of_any_excess_is_refused_in_kustoms_words() {
    let emulator = emulator();
    for characters in [1_000_001, 5_000_000] {
        let body = json!("x".repeat(characters));
        let answer = call(&emulator, "POST", "/checkout/v3/orders", Some(body.clone())).await;
        assert_eq!(answer.status, 413, "{characters}");
        assert_eq!(answer.json()["error_code"], "REQUEST_TOO_LARGE");
        let nobody = call_with(&emulator, "POST", "/checkout/v3/orders", &[], Some(body)).await;
        assert_eq!(nobody.status, 401, "{characters}");
    }
}

#[tokio::test]
async fn location_is_the_address_that_the_caller_used() {
    let emulator = Emulator::new(Settings::default(), Arc::new(start));
    let authorization = ("authorization", "Basic kco_test_api_x");
    for (uri, headers, origin) in [
        (
            "/checkout/v3/orders",
            vec![("host", "emu.test:1")],
            "http://emu.test:1",
        ),
        // HTTP/2 has no Host; its authority stands in the URI.
        (
            "http://emu.test:2/checkout/v3/orders",
            vec![],
            "http://emu.test:2",
        ),
        (
            "/checkout/v3/orders",
            vec![("host", "emu.test"), ("x-forwarded-proto", "https, http")],
            "https://emu.test",
        ),
        (
            "/checkout/v3/orders",
            vec![("host", "emu.test"), ("x-forwarded-proto", "HTTPS")],
            "https://emu.test",
        ),
        // Whoever calls can write anything there.
        (
            "/checkout/v3/orders",
            vec![("host", "emu.test"), ("x-forwarded-proto", "javascript")],
            "http://emu.test",
        ),
        (
            "/checkout/v3/orders",
            vec![("host", "\"><script>"), ("x-forwarded-proto", "\"><script>")],
            "http://localhost",
        ),
    ] {
        let headers: Vec<_> = headers.into_iter().chain([authorization]).collect();
        let answer = call_with(&emulator, "POST", uri, &headers, Some(order())).await;
        let id = answer.json()["order_id"].as_str().unwrap().to_owned();
        assert_eq!(
            answer.header("location"),
            format!("{origin}/checkout/v3/orders/{id}")
        );
    }
}
