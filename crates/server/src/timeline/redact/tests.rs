use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

fn id() -> CartId {
    CartId(uuid::Uuid::from_u128(0x3f0c_3d0e_7c7e_4a57_9a8f_0123_4567_89ab))
}

const ID: &str = "3f0c3d0e-7c7e-4a57-9a8f-0123456789ab";

#[track_caller]
fn check_json(body: &Value, shown: &Value) {
    let text = body.to_string();
    let told = super::body(Some("application/json; charset=utf-8"), text.as_bytes(), id()).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&told).unwrap(), *shown);
}

#[test]
fn what_is_sold_is_shown_and_who_buys_is_not() {
    check_json(
        &json!({ "productNumber": "SH-1", "quantity": 2 }),
        &json!({ "productNumber": "SH-1", "quantity": 2 }),
    );
    check_json(
        &json!({ "cartId": ID, "items": [{ "name": "Shoe", "unitPrice": { "amount": 100, "currencyCode": "SEK" } }],
            "address": { "name": "Anna", "city": "Lund", "addressLine1": "Gatan 1", "countryCode": "SE" },
            "fields": { "kustomSyncHash": "ab12", "note": "call me" }, "email": "a@b.se" }),
        &json!({ "cartId": "{cartId}", "items": [{ "name": "Shoe", "unitPrice": { "amount": 100, "currencyCode": "SEK" } }],
            "address": { "name": "***", "city": "***", "addressLine1": "***", "countryCode": "SE" },
            "fields": { "kustomSyncHash": "ab12", "note": "***" }, "email": "***" }),
    );
    check_json(
        &json!({ "order_lines": [{ "name": "Shoe", "total_amount": 5, "type": "physical" }], "order_amount": 5,
            "customer": { "date_of_birth": "1941-03-21", "national_identification_number": 4_103_219_202_u64 },
            "html_snippet": "<div>åå</div>",
            "merchant_urls": { "push": "https://shop.test/ingress/kustom/webhook/push?order_id={checkout.order.id}&token=abc" } }),
        &json!({ "order_lines": [{ "name": "Shoe", "total_amount": 5, "type": "physical" }], "order_amount": 5,
            "customer": { "date_of_birth": "***", "national_identification_number": "***" },
            "html_snippet": "(13 characters)",
            "merchant_urls": { "push": "https://shop.test/ingress/kustom/webhook/push?order_id={checkout.order.id}&token=***" } }),
    );
}

#[test]
fn a_name_of_a_member_that_is_no_identifier_is_somebodys_text() {
    check_json(
        &json!({ "anna@example.com": null, "0701234567": null }),
        &json!({ "***": null }),
    );
}

#[test]
fn addresses_show_their_words_and_kustoms_ids() {
    for (address, shown) in [
        ("/ingress/commerce/carts", "/ingress/commerce/carts"),
        (
            "/ingress/commerce/carts/ID/set-quantity",
            "/ingress/commerce/carts/{cartId}/set-quantity",
        ),
        (
            "/ingress/commerce/carts/ID?x=1&after=3#me",
            "/ingress/commerce/carts/{cartId}?x=***&after=3",
        ),
        (
            "/ingress/commerce/carts/ID/set-field/a%40b.se",
            "/ingress/commerce/carts/{cartId}/set-field/***",
        ),
        (
            "/ingress/kustom/webhook/push/kco-1?token=abc",
            "/ingress/kustom/webhook/push/kco-1?token=***",
        ),
        (
            "https://k.test/checkout/v3/orders/kco-1",
            "https://k.test/checkout/v3/orders/kco-1",
        ),
        (
            "https://me:pass@k.test/ordermanagement/v1/orders/kco-1/acknowledge",
            "https://k.test/ordermanagement/v1/orders/kco-1/acknowledge",
        ),
        (
            "https://shop.test/checkout?cart=ID",
            "https://shop.test/checkout?cart={cartId}",
        ),
        ("https://shop.test/orders/ID", "https://shop.test/orders/{cartId}"),
        ("javascript://alert", "***"),
    ] {
        assert_eq!(url(&address.replace("ID", ID), id()), shown, "{address}");
        assert_eq!(
            url(&address.replace("ID", &ID.to_uppercase()), id()),
            shown,
            "{address}"
        );
    }
}

#[test]
fn a_body_that_cannot_be_read_is_told_by_its_length_and_type() {
    for (content_type, body, shown) in [
        (
            Some("application/json"),
            r#"{"email":"anna@e"#,
            "(16 bytes, application/json)",
        ),
        (Some("text/plain; name=anna"), "anna", "(4 bytes, text/plain)"),
        (Some("anna/svensson"), "anna", "(4 bytes, ***)"),
        (None, "anna", "(4 bytes, no type)"),
        (
            Some("application/x-www-form-urlencoded"),
            "order_id=kco-1&email=a%40b.se&Anna Svensson",
            "order_id=kco-1&email=***&***",
        ),
    ] {
        assert_eq!(
            super::body(content_type, body.as_bytes(), id()).as_deref(),
            Some(shown)
        );
    }
    assert_eq!(body(Some("application/json"), b"", id()), None);
}

#[test]
fn headers_are_shown_when_they_say_nothing_about_a_person() {
    for (name, value, shown) in [
        ("authorization", "Basic abc", "***"),
        ("cookie", "session=abc", "***"),
        ("x-own", "anna", "***"),
        (
            "content-type",
            "application/json; charset=utf-8",
            "application/json",
        ),
        ("accept", "text/event-stream", "text/event-stream"),
        ("user-agent", "anna@example.com", "***"),
        (
            "location",
            "https://k.test/checkout/v3/orders/kco-1?token=abc",
            "https://k.test/checkout/v3/orders/kco-1?token=***",
        ),
    ] {
        assert_eq!(header(name, value.as_bytes(), id()), shown, "{name}");
    }
}

#[test]
fn a_long_body_is_cut_and_says_how_long_it_was() {
    let codes = vec!["å".repeat(100); 1000];
    let text = json!({ "messages": codes }).to_string();
    let told = body(Some("application/json"), text.as_bytes(), id()).unwrap();
    assert!(
        told.ends_with(&format!("… ({} characters in all)", text.chars().count())),
        "{}",
        told.len()
    );
    assert!(told.chars().count() < MAX_BODY_CHARS + 40);
}

/// What must never be shown, recognisable wherever it turns up.
fn personal() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{3,8}\\.qx[0-9]{3}@example\\.com",
        "\\+467[0-9]{8}",
        "Qx[a-z]{4,8} Zw[a-z]{4,8}sson",
        "Zwgatan qx [0-9]{2}",
        "qxzw[A-Za-z0-9_-]{30}[0-9]",
        Just(ID.to_owned()),
        Just(ID.to_uppercase()),
        Just(ID.replace('-', "")),
    ]
}

fn personal_name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("email"),
        Just("phone"),
        Just("name"),
        Just("given_name"),
        Just("family_name"),
        Just("addressLine1"),
        Just("street_address"),
        Just("token"),
        Just("recurring_token"),
        Just("password"),
        Just("cartId"),
        Just("value"),
        Just("unheardOf"),
        Just("reference"),
        Just("careOf"),
        Just("national_identification_number"),
        Just("text"),
    ]
    .prop_map(str::to_owned)
}

/// Documents with the text at some depth, under names that really occur.
fn document_with(secret: String) -> impl Strategy<Value = Value> {
    let leaf = personal_name().prop_map(move |name| json!({ name: secret }));
    let around = || {
        prop_oneof![
            Just("address"),
            Just("billing_address"),
            Just("customer"),
            Just("data"),
            Just("invoiceRecipient"),
            Just("fields"),
        ]
    };
    leaf.prop_recursive(4, 16, 2, move |inner| {
        (around(), inner.clone(), any::<bool>()).prop_map(|(name, inner, is_list)| match is_list {
            true => json!({ name: [inner, 1, null], "quantity": 1 }),
            false => json!({ name: inner, "countryCode": "SE" }),
        })
    })
}

fn percent(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn is_told(told: &str, secret: &str) -> bool {
    let told = told.to_lowercase();
    [secret.to_owned(), percent(secret)]
        .iter()
        .any(|form| told.contains(&form.to_lowercase()))
}

proptest! {
    #[test]
    fn nothing_personal_is_ever_told(
        (secret, document) in personal().prop_flat_map(|secret| (Just(secret.clone()), document_with(secret))),
        cut_at in any::<proptest::sample::Index>(),
        name in personal_name(),
    ) {
        let text = document.to_string();
        let half = &text.as_bytes()[..cut_at.index(text.len())];
        let form = format!("{name}={}&event=push", percent(&secret));
        let address = format!("https://shop.test/ingress/{0}/x?{name}={0}#{0}", percent(&secret));
        let json = Some("application/json");
        let told = [
            body(json, text.as_bytes(), id()).unwrap_or_default(),
            body(json, half, id()).unwrap_or_default(),
            body(Some(&secret), text.as_bytes(), id()).unwrap_or_default(),
            body(Some("application/x-www-form-urlencoded"), form.as_bytes(), id()).unwrap_or_default(),
            body(Some("application/x-www-form-urlencoded"), text.as_bytes(), id()).unwrap_or_default(),
            url(&address, id()),
            url(&format!("/ingress/commerce/carts/{}", percent(&secret)), id()),
            header("referer", address.as_bytes(), id()),
            header("authorization", secret.as_bytes(), id()),
        ];
        for told in told {
            prop_assert!(!is_told(&told, &secret), "{secret} in {told}");
        }
    }
}
