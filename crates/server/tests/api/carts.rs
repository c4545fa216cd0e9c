//! Carts as storefronts see them: shapes, amounts, and what each call leaves alone.

use crate::answer::assert_headers;
use crate::shop::Shop;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

fn members(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[track_caller]
fn assert_amounts(of: &Value, amounts: &[(&str, f64)]) {
    for (name, amount) in amounts {
        assert!(of[*name].is_number(), "{name} is {}", of[*name]);
        assert_eq!(of[*name].as_f64(), Some(*amount), "{name} of {of}");
    }
}

/// A book, two bags of coffee and a gift card: three tax rates and shipping below its threshold.
async fn mixed_cart(shop: &Shop, profile_key: &str) -> (String, Value) {
    let cart_id = shop.new_cart(profile_key).await;
    let mut cart = Value::Null;
    for (product_number, quantity) in [("BOOK-001", 1), ("FOOD-001", 2), ("GIFT-100", 1)] {
        let item = json!({ "productNumber": product_number, "quantity": quantity });
        cart = shop.mutate(&cart_id, "add-item", item).await;
    }
    (cart_id, cart)
}

#[tokio::test]
async fn the_profiles_are_the_markets_of_the_shop() {
    let shop = Shop::open().await;
    let answer = shop.get("/ingress/commerce/cart-profiles").await;
    assert_headers(&answer);
    let profile = |key: &str, channel: &str, currency: &str, tax_included: bool, countries: &[&str]| {
        json!({
            "profileKey": key, "channelKey": channel, "currencyCode": currency, "taxIncluded": tax_included,
            "defaultCountryCode": countries[0], "allowedCountries": countries,
        })
    };
    let expected = json!([
        profile("se-webshop", "se", "SEK", true, &["SE"]),
        profile("no-webshop", "no", "NOK", true, &["NO"]),
        profile("de-webshop", "de", "EUR", true, &["DE", "AT"]),
        profile("se-b2b", "se", "SEK", false, &["SE"]),
    ]);
    assert_eq!(answer.ok(), expected);
}

#[tokio::test]
async fn a_new_cart_has_every_member_that_is_not_optional_and_no_other() {
    let shop = Shop::open().await;
    let body = json!({ "profileKey": "se-webshop", "locale": "sv_SE" });
    let created = shop.post("/ingress/commerce/carts", body).await;
    assert_headers(&created);
    let created = created.ok();
    assert_eq!(members(&created), ["cartId"]);
    let cart_id = created["cartId"].as_str().unwrap();

    let read = shop.get(&format!("/ingress/commerce/carts/{cart_id}")).await;
    assert_headers(&read);
    let mut cart = read.ok();
    let number = cart["cartNumber"].take();
    assert!(!number.as_str().unwrap().is_empty());
    let expected = json!({
        "cartId": cart_id, "cartNumber": null, "cartState": "open", "profileKey": "se-webshop", "orderNumber": "",
        "channelKey": "se", "currencyCode": "SEK", "taxIncluded": true, "locale": "sv_SE", "items": [],
        "productTotal": 0, "shippingTotal": 0, "shippingDiscount": 0, "shippingTax": 0, "orderTotal": 0,
        "orderTaxTotal": 0, "coupons": [], "invalidCoupons": [], "promotions": [], "payments": [], "fields": {},
    });
    assert_eq!(cart, expected);
}

#[tokio::test]
async fn a_filled_cart_shows_exactly_what_it_was_given() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    shop.mutate(&cart_id, "email", json!({ "email": "shopper@example.test" }))
        .await;
    shop.mutate(&cart_id, "phone", json!({ "phone": "+46 70-123 45 67" }))
        .await;
    let address = json!({
        "name": "<b>Åsa</b> Test", "careOf": "Bo", "attention": "Desk 4", "addressLine1": "Storgatan 1",
        "addressLine2": "lgh 1101", "city": "Stockholm", "state": "AB", "postalCode": "111 22", "countryCode": "SE",
    });
    let recipient = json!({
        "name": "Test AB", "countryCode": "NO", "taxId": "SE556000000001", "taxIdType": "vat", "taxCountryCode": "SE",
    });
    let body = json!({ "address": address, "invoiceRecipient": recipient });
    let cart = shop.mutate(&cart_id, "address", body).await;
    assert_eq!(cart["email"], "shopper@example.test");
    assert_eq!(cart["phone"], "+46 70-123 45 67");
    assert_eq!(cart["address"], address);
    assert_eq!(cart["invoiceRecipient"], recipient);
    let item = &cart["items"][0];
    assert_eq!(
        members(item),
        [
            "cartItemId",
            "description",
            "discount",
            "productNumber",
            "quantity",
            "reservedQuantity",
            "tax",
            "total",
            "unitPrice"
        ]
    );
    assert_eq!(item["productNumber"], "SH006-WHT-09");
    assert_eq!(item["description"], "Court shoe, white, size 9");
    assert_eq!(
        (&item["quantity"], &item["reservedQuantity"]),
        (&json!(2), &json!(0))
    );
    assert_eq!(
        cart,
        shop.cart(&cart_id).await,
        "the answer is the cart after the change"
    );
}

#[tokio::test]
async fn each_profile_prices_with_its_currency_and_its_tax() {
    let shop = Shop::open_with_cart_shipping().await;
    // Per profile: price, total and tax of each line; product total, shipping, its tax, order total, its tax; to pay.
    type Line = [f64; 3];
    let rows: [(&str, [Line; 3], [f64; 5], i64); 4] = [
        (
            "se-webshop",
            [[249.0, 249.0, 14.09], [99.0, 198.0, 21.21], [100.0, 100.0, 0.0]],
            [547.0, 49.0, 9.8, 596.0, 45.1],
            59_600,
        ),
        (
            "no-webshop",
            [[259.0, 259.0, 0.0], [119.0, 238.0, 31.04], [100.0, 100.0, 0.0]],
            [597.0, 59.0, 11.8, 656.0, 42.84],
            65_600,
        ),
        (
            "de-webshop",
            [[24.9, 24.9, 1.63], [9.9, 19.8, 1.3], [10.0, 10.0, 0.0]],
            [54.7, 4.9, 0.78, 59.6, 3.71],
            5960,
        ),
        (
            "se-b2b",
            [
                [234.91, 234.91, 14.09],
                [88.39, 176.78, 21.21],
                [100.0, 100.0, 0.0],
            ],
            [511.69, 39.2, 9.8, 550.89, 45.1],
            59_599,
        ),
    ];
    for (profile_key, lines, [products, shipping, shipping_tax, order, order_tax], to_pay) in rows {
        let (cart_id, cart) = mixed_cart(&shop, profile_key).await;
        assert_eq!(cart["items"].as_array().unwrap().len(), lines.len());
        for (item, [unit_price, total, tax]) in cart["items"].as_array().unwrap().iter().zip(lines) {
            let amounts = [
                ("unitPrice", unit_price),
                ("total", total),
                ("tax", tax),
                ("discount", 0.0),
            ];
            assert_amounts(item, &amounts);
        }
        let totals = [
            ("productTotal", products),
            ("shippingTotal", shipping),
            ("shippingDiscount", 0.0),
            ("shippingTax", shipping_tax),
            ("orderTotal", order),
            ("orderTaxTotal", order_tax),
        ];
        assert_amounts(&cart, &totals);
        // Kustom asks the shopper for what she saw here.
        let id = shop.opened(&cart_id).await;
        assert_eq!(shop.order_amount(&id), to_pay, "{profile_key}");
    }
}

#[tokio::test]
async fn shipping_is_free_from_its_threshold_on() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let cart = shop.cart(&cart_id).await;
    assert_amounts(
        &cart,
        &[
            ("productTotal", 1798.0),
            ("shippingTotal", 0.0),
            ("orderTotal", 1798.0),
        ],
    );
    let cart = shop.set_first_quantity(&cart_id, 1).await;
    let amounts = [
        ("productTotal", 899.0),
        ("shippingTotal", 49.0),
        ("orderTotal", 948.0),
        ("orderTaxTotal", 189.6),
    ];
    assert_amounts(&cart, &amounts);
}

#[tokio::test]
async fn another_country_has_other_taxes() {
    let shop = Shop::open().await;
    let (cart_id, german) = mixed_cart(&shop, "de-webshop").await;
    assert_amounts(&german, &[("orderTaxTotal", 3.71)]);
    let body = json!({ "address": { "countryCode": "AT" } });
    let austrian = shop.mutate(&cart_id, "address", body).await;
    let amounts = [
        ("orderTotal", 59.6),
        ("shippingTax", 0.82),
        ("orderTaxTotal", 4.88),
    ];
    assert_amounts(&austrian, &amounts);
    assert_amounts(&austrian["items"][0], &[("tax", 2.26)]);
    assert_amounts(&austrian["items"][1], &[("tax", 1.8)]);

    // The same cart opened for that country, written in lower case.
    let body = json!({ "profileKey": "de-webshop", "locale": "de_AT", "countryCode": "at" });
    let created = shop.post("/ingress/commerce/carts", body).await.ok();
    let item = json!({ "productNumber": "BOOK-001", "quantity": 1 });
    let cart = shop
        .mutate(created["cartId"].as_str().unwrap(), "add-item", item)
        .await;
    assert_amounts(&cart["items"][0], &[("tax", 2.26)]);
    assert!(cart.get("address").is_none());
}

#[tokio::test]
async fn every_locale_in_use_is_taken_and_given_back_as_written() {
    let shop = Shop::open().await;
    for locale in ["sv_SE", "sv_se", "sv-SE", "en"] {
        let body = json!({ "profileKey": "se-webshop", "locale": locale });
        let created = shop.post("/ingress/commerce/carts", body).await.ok();
        let cart = shop.cart(created["cartId"].as_str().unwrap()).await;
        assert_eq!(cart["locale"], locale);
    }
}

#[tokio::test]
async fn two_adds_of_one_product_are_two_items() {
    let shop = Shop::open().await;
    let cart_id = shop.new_cart("se-webshop").await;
    let item = json!({ "productNumber": "BOOK-001", "quantity": 1 });
    shop.mutate(&cart_id, "add-item", item.clone()).await;
    let cart = shop.mutate(&cart_id, "add-item", item).await;
    let (first, second) = (&cart["items"][0]["cartItemId"], &cart["items"][1]["cartItemId"]);
    assert_ne!(first, second);

    let body = json!({ "cartItemId": second, "quantity": 3 });
    let cart = shop.mutate(&cart_id, "set-quantity", body).await;
    assert_eq!(
        (&cart["items"][0]["quantity"], &cart["items"][1]["quantity"]),
        (&json!(1), &json!(3))
    );

    let cart = shop
        .mutate(&cart_id, "remove-item", json!({ "cartItemId": first }))
        .await;
    assert_eq!(cart["items"].as_array().unwrap().len(), 1);
    assert_eq!(cart["items"][0]["cartItemId"], *second);
    let cart = shop
        .mutate(&cart_id, "remove-item", json!({ "cartItemId": second }))
        .await;
    assert_eq!(cart["items"], json!([]));
    assert_amounts(&cart, &[("shippingTotal", 0.0), ("orderTotal", 0.0)]);
}

#[tokio::test]
async fn an_address_replaces_the_one_before_and_an_absent_part_is_left_alone() {
    let shop = Shop::open().await;
    let cart_id = shop.new_cart("se-webshop").await;
    let set = |body: Value| shop.mutate(&cart_id, "address", body);
    let whole = json!({ "name": "Åsa Test", "city": "Stockholm", "countryCode": "SE" });
    set(json!({ "address": whole })).await;
    let recipient = json!({ "name": "Test AB", "taxId": "SE556000000001" });
    let cart = set(json!({ "invoiceRecipient": recipient })).await;
    assert_eq!(
        (&cart["address"], &cart["invoiceRecipient"]),
        (&whole, &recipient)
    );

    let cart = set(json!({ "address": { "name": "Bo Test" } })).await;
    assert_eq!(
        cart["address"],
        json!({ "name": "Bo Test" }),
        "clients leave empty members out"
    );
    assert_eq!(cart["invoiceRecipient"], recipient);

    let other = json!({ "name": "Other AB" });
    let cart = set(json!({ "invoiceRecipient": other })).await;
    assert_eq!(cart["invoiceRecipient"], other);

    let cart = set(json!({})).await;
    assert_eq!(cart["invoiceRecipient"], other);
    let cart = set(json!({ "invoiceRecipient": "unset" })).await;
    assert!(cart.get("invoiceRecipient").is_none());
    assert_eq!(cart["address"], json!({ "name": "Bo Test" }));
}

#[tokio::test]
async fn a_field_has_the_key_that_was_percent_encoded() {
    let shop = Shop::open().await;
    let cart_id = shop.new_cart("se-webshop").await;
    let mut expected = json!({});
    for (encoded, key, value) in [
        ("a%20b%2Fc", "a b/c", json!("text")),
        ("tracking:gaSessionId:G-X", "tracking:gaSessionId:G-X", json!(17)),
        ("%C3%A5%25", "å%", json!({ "nested": [1, 2.5, null, true] })),
        ("a+b", "a+b", json!(false)),
    ] {
        expected[key] = value.clone();
        let method = format!("set-field/{encoded}");
        let cart = shop.mutate(&cart_id, &method, json!({ "value": value })).await;
        assert_eq!(cart["fields"], expected);
    }
    let cart = shop
        .mutate(&cart_id, "set-field/%C3%A5%25", json!({ "value": null }))
        .await;
    assert!(cart["fields"].get("å%").is_none(), "null removes");
    assert_eq!(cart["fields"].as_object().unwrap().len(), 3);
}

/// The published client sends these without a body and yet claims JSON; browsers send confirm without either.
#[tokio::test]
async fn calls_without_a_body_work_with_and_without_a_content_type() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    for content_type in [None, Some("application/json")] {
        let send = |method: &str| {
            let mut request = Request::post(format!("/ingress/commerce/carts/{cart_id}/{method}"));
            if let Some(content_type) = content_type {
                request = request.header("content-type", content_type);
            }
            shop.request(request.body(Body::empty()).unwrap())
        };
        shop.mutate(&cart_id, "set-field/note", json!({ "value": "kept" }))
            .await;
        let removed = send("remove-field/note").await.ok();
        assert!(removed["fields"].get("note").is_none());
        let removed_again = send("remove-field/a%20b%2Fc").await.ok();
        assert_eq!(removed_again["fields"], removed["fields"]);

        let confirmed = send("payment/kustom/confirm").await;
        assert_headers(&confirmed);
        assert_eq!(confirmed.ok(), json!({ "status": "checkout_incomplete" }));
    }
    shop.pay(&id).await;
    let confirmed = shop.confirm(&cart_id).await.ok();
    assert_eq!(confirmed, json!({ "status": "checkout_complete" }));
}

#[tokio::test]
async fn a_completed_cart_shows_its_order_and_what_was_paid() {
    let shop = Shop::open().await;
    let (cart_id, before) = mixed_cart(&shop, "se-b2b").await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    shop.confirm(&cart_id).await.ok();
    let cart = shop.cart(&cart_id).await;
    assert_eq!(cart["cartState"], "completed");
    let order = shop.order(&cart_id).await.unwrap();
    assert_eq!(cart["orderNumber"], order.number.as_str());
    assert_eq!(cart["orderId"], order.id.to_string());
    let payment = &cart["payments"][0];
    assert_eq!(
        (&payment["provider"], &payment["reference"]),
        (&json!("kustom"), &json!(id))
    );
    assert_amounts(payment, &[("amount", 595.99)]);
    for member in ["items", "orderTotal", "orderTaxTotal", "cartNumber"] {
        assert_eq!(cart[member], before[member], "{member}");
    }
}

#[tokio::test]
async fn a_restart_keeps_every_cart() {
    let mut shop = Shop::open().await;
    let (cart_id, _) = mixed_cart(&shop, "de-webshop").await;
    shop.mutate(
        &cart_id,
        "set-field/note",
        json!({ "value": { "kept": [1, "two"] } }),
    )
    .await;
    shop.opened(&cart_id).await;
    let before = shop.set_first_quantity(&cart_id, 4).await;
    shop.restart().await;
    assert_eq!(shop.cart(&cart_id).await, before);
    shop.settle().await;
    shop.assert_no_job_left().await;
    let after = shop.set_first_quantity(&cart_id, 5).await;
    assert_eq!(after["items"][0]["quantity"], 5);
}
