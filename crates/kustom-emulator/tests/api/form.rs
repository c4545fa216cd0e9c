//! What the form sends: a second address, checkboxes, a card and the bank's page.

use crate::support::{Answer, browser, call_with, create, emulator, order, order_with, pay, state};
use kustom_emulator::{Change, Emulator};
use serde_json::{Value, json};

fn home() -> Value {
    json!({
        "given_name": "Anna", "family_name": "Ek", "email": "anna@example.com", "phone": "+46701234567",
        "street_address": "Storgatan 1", "postal_code": "11122", "city": "Stockholm",
    })
}

fn neighbour() -> Value {
    json!({
        "given_name": "Kim", "family_name": "Grann", "street_address": "Hamngatan 2", "postal_code": "62157",
        "city": "Visby",
    })
}

fn elsewhere_allowed() -> Value {
    order_with(json!({ "options": { "allow_separate_shipping_address": true } }))
}

async fn buy(emulator: &Emulator, id: &str, members: Value) -> Answer {
    let mut body = json!({ "address": home(), "shown_amount": 10_000 });
    let Value::Object(members) = members else {
        panic!("{members} is not an object");
    };
    body.as_object_mut().unwrap().extend(members);
    browser(emulator, id, "POST", "/pay", Some(body)).await
}

async fn at_bank(emulator: &Emulator, id: &str, answer: &str) -> Answer {
    browser(emulator, id, "POST", "/bank", Some(json!({ "answer": answer }))).await
}

#[tokio::test]
async fn goods_go_to_a_second_address_that_says_what_a_parcel_needs() {
    let emulator = emulator();
    let id = create(&emulator, elsewhere_allowed()).await;
    let half = json!({ "given_name": "Kim", "country": "NO" });
    let refused = buy(&emulator, &id, json!({ "shipping_address": half })).await;
    assert_eq!(refused.status, 400);
    assert_eq!(
        refused.json()["error"]["fields"],
        json!([
            "shipping_address.family_name",
            "shipping_address.street_address",
            "shipping_address.postal_code",
            "shipping_address.city",
            "shipping_address.country",
        ])
    );
    let bought = buy(&emulator, &id, json!({ "shipping_address": neighbour() })).await;
    assert_eq!(bought.json()["outcome"], "approved", "{}", bought.text);
    let managed = state(&emulator, &id).managed.unwrap();
    let to = managed.shipping_address.unwrap();
    assert_eq!(
        (to.city.as_deref(), to.country.as_deref()),
        (Some("Visby"), Some("SE"))
    );
    // Whoever brings the parcel can reach the buyer.
    assert_eq!(to.phone.as_deref(), Some("+46701234567"));
    assert_eq!(
        managed.billing_address.unwrap().city.as_deref(),
        Some("Stockholm")
    );
}

#[tokio::test]
async fn a_second_address_is_refused_where_the_order_does_not_allow_it() {
    let emulator = emulator();
    for (members, is_allowed) in [
        (json!({}), false),
        (
            json!({ "options": { "allow_separate_shipping_address": false } }),
            false,
        ),
        (
            json!({ "options": { "allow_separate_shipping_address": true } }),
            true,
        ),
        (
            json!({ "purchase_country": "DE", "purchase_currency": "EUR", "locale": "de-DE" }),
            true,
        ),
    ] {
        let id = create(&emulator, order_with(members.clone())).await;
        let answer = buy(&emulator, &id, json!({ "shipping_address": neighbour() })).await;
        assert_eq!(answer.status == 200, is_allowed, "{members}: {}", answer.text);
        let view = browser(&emulator, &id, "GET", "", None).await.json();
        assert_eq!(view["allows_separate_shipping_address"], is_allowed, "{members}");
    }
}

#[tokio::test]
async fn a_change_of_the_second_address_is_kept_before_anything_is_bought() {
    let emulator = emulator();
    let id = create(&emulator, elsewhere_allowed()).await;
    let body = json!({ "address": home(), "shipping_address": neighbour() });
    let changed = browser(&emulator, &id, "POST", "/customer", Some(body)).await;
    assert_eq!(changed.json()["shipping_address"]["city"], "Visby");
    assert_eq!(changed.json()["billing_address"]["city"], "Stockholm");
    let back = browser(
        &emulator,
        &id,
        "POST",
        "/customer",
        Some(json!({ "address": home() })),
    )
    .await;
    assert_eq!(back.json()["shipping_address"]["city"], "Stockholm");
}

#[tokio::test]
async fn the_answers_to_checkboxes_come_to_the_merchant_with_the_purchase() {
    let emulator = emulator();
    let checkboxes = json!([
        { "id": "age", "text": "Of age", "checked": false, "required": true },
        { "id": "news", "text": "News", "checked": true, "required": false },
    ]);
    let order = order_with(json!({ "options": { "additional_checkboxes": checkboxes } }));
    let id = create(&emulator, order.clone()).await;
    let refused = buy(&emulator, &id, json!({ "checkboxes": { "age": false } })).await;
    assert_eq!(refused.json()["error"]["fields"], json!(["merchant_requested"]));
    let said = json!({ "checkboxes": { "age": true, "news": false } });
    assert_eq!(buy(&emulator, &id, said).await.json()["outcome"], "approved");
    let requested = state(&emulator, &id).checkout.merchant_requested.unwrap();
    assert_eq!(
        requested.additional_checkboxes.unwrap(),
        [
            json!({ "id": "age", "checked": true }),
            json!({ "id": "news", "checked": false })
        ]
    );
    // Without a browser, the shopper is one who ticks what is required.
    let id = create(&emulator, order).await;
    assert_eq!(pay(&emulator, &id, json!({})).await.status, 200);
    let requested = state(&emulator, &id).checkout.merchant_requested.unwrap();
    assert_eq!(requested.additional_checkboxes.unwrap()[0]["checked"], true);
}

#[tokio::test]
async fn a_card_is_paid_only_after_the_banks_page() {
    let card = || json!({ "method": "card" });
    for (answer, outcome, change, is_bought) in [
        ("approved", "approved", Change::Completed, true),
        ("rejected", "rejected", Change::PaymentRejected, false),
        ("abandoned", "abandoned", Change::PaymentAbandoned, false),
    ] {
        let emulator = emulator();
        let id = create(&emulator, order()).await;
        assert_eq!(
            buy(&emulator, &id, card()).await.json()["outcome"],
            "authenticating"
        );
        assert!(state(&emulator, &id).is_being_paid());
        assert_eq!(at_bank(&emulator, &id, answer).await.json()["outcome"], outcome);
        let after = state(&emulator, &id);
        assert_eq!(
            (after.is_being_paid(), after.count(&change)),
            (false, 1),
            "{answer}"
        );
        let method = after.managed.and_then(|managed| managed.initial_payment_method);
        let method = method.map(|method| method.method_type);
        assert_eq!(method.as_deref(), is_bought.then_some("CARD"), "{answer}");
        // Nobody is at the bank any more.
        let late = at_bank(&emulator, &id, "approved").await;
        assert_eq!(late.json()["error"]["code"], "NO_PAYMENT_UNDER_WAY");
    }
}

#[tokio::test]
async fn who_presses_the_button_again_has_left_the_bank() {
    let emulator = emulator();
    let id = create(&emulator, order()).await;
    buy(&emulator, &id, json!({ "method": "card" })).await;
    let again = buy(&emulator, &id, json!({})).await;
    assert_eq!(again.json()["outcome"], "approved");
    let late = at_bank(&emulator, &id, "approved").await;
    assert_eq!(late.json()["error"]["code"], "NO_PAYMENT_UNDER_WAY");
    assert_eq!(state(&emulator, &id).count(&Change::Completed), 1);
}

#[tokio::test]
async fn nothing_that_a_merchant_writes_may_run_in_the_form() {
    let emulator = emulator();
    for path in ["/browser/checkout", "/browser/bank"] {
        let page = call_with(&emulator, "GET", path, &[], None).await;
        let policy = page.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self';"),
            "{path}: {policy}"
        );
        assert!(
            !page.text.contains("<script>") && !page.text.contains(" style="),
            "{path}"
        );
    }
}
