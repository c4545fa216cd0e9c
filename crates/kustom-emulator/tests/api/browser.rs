//! The routes and files of the iframe.

use crate::support::{
    browser, call, call_with, create, emulator, lines, order, order_with, pay, state, token,
};
use serde_json::json;

#[tokio::test]
async fn a_shipping_option_chosen_in_the_iframe_is_charged_and_survives_an_update() {
    let emulator = emulator();
    let option = json!({ "id": "post", "name": "Post", "price": 5000, "tax_amount": 1000, "tax_rate": 2500 });
    let id = create(&emulator, order_with(json!({ "shipping_options": [option] }))).await;
    let chosen = browser(
        &emulator,
        &id,
        "POST",
        "/shipping-option",
        Some(json!({ "id": "post" })),
    )
    .await;
    assert_eq!(chosen.json()["order_amount"], 15_000);
    let update = json!({ "order_amount": 20_000, "order_tax_amount": 4000, "order_lines": lines(2) });
    let updated = call(
        &emulator,
        "POST",
        &format!("/checkout/v3/orders/{id}"),
        Some(update),
    )
    .await
    .json();
    assert_eq!(
        (&updated["order_amount"], &updated["order_tax_amount"]),
        (&json!(25_000), &json!(5000))
    );
    assert_eq!(updated["order_lines"][1]["type"], "shipping_fee");
    assert_eq!(updated["selected_shipping_option"]["id"], "post");
    pay(&emulator, &id, json!({})).await;
    assert_eq!(state(&emulator, &id).managed.unwrap().order_amount, 25_000);
}

#[tokio::test]
async fn the_browser_pays_only_what_it_showed() {
    let emulator = emulator();
    let id = create(&emulator, order()).await;
    let view = browser(&emulator, &id, "GET", "", None).await.json();
    assert_eq!(view["billing_countries"], json!({ "SE": "swe" }));
    let address = view["test_person"].clone();
    let stale = json!({ "address": address, "shown_amount": 1 });
    let refused = browser(&emulator, &id, "POST", "/pay", Some(stale)).await;
    assert_eq!(
        (refused.status, refused.json()["error"]["code"].clone()),
        (409, json!("ORDER_CHANGED"))
    );
    let empty = json!({ "address": {}, "shown_amount": 10_000 });
    let refused = browser(&emulator, &id, "POST", "/pay", Some(empty)).await.json();
    assert_eq!(refused["error"]["fields"].as_array().unwrap().len(), 7);
    let body = json!({ "address": address, "shown_amount": 10_000 });
    let paid = browser(&emulator, &id, "POST", "/pay", Some(body)).await.json();
    assert_eq!(paid["redirect_url"], format!("https://shop.example/done?id={id}"));
}

#[tokio::test]
async fn the_browser_needs_the_token_of_its_own_order() {
    let emulator = emulator();
    let (one, other) = (create(&emulator, order()).await, create(&emulator, order()).await);
    let token = token(&emulator, &other).await;
    let path = format!("/browser/orders/{one}");
    let answer = call_with(&emulator, "GET", &path, &[("authorization", &token)], None).await;
    assert_eq!(answer.status, 401);
    assert_eq!(call(&emulator, "GET", &path, None).await.status, 401);
}

#[tokio::test]
async fn assets_are_served_to_any_origin() {
    let emulator = emulator();
    for path in ["/browser/checkout", "/browser/checkout.js", "/browser/texts.js"] {
        let answer = call_with(
            &emulator,
            "GET",
            path,
            &[("origin", "https://shop.example")],
            None,
        )
        .await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        assert!(answer.text.len() > 200, "{path}");
    }
}
