//! What the shopper changes before paying: the merchant is asked over a real loopback socket, and its answer decides.

use crate::support::{
    Answer, browser, call, create, emulator, emulator_with, lines, order_with, pay, serve, state,
};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use jiff::SignedDuration;
use kustom_emulator::{CallbackKind, Emulator, Order, Rules};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// What a merchant is asked, and what it answers to each question.
#[derive(Clone, Default)]
struct Merchant {
    asked: Arc<Mutex<Vec<(String, Value)>>>,
    answers: Arc<Mutex<Vec<(String, u16, String)>>>,
}

impl Merchant {
    fn answers(&self, question: &str, status: u16, body: &Value) {
        let mut answers = self.answers.lock().unwrap();
        answers.retain(|(known, _, _)| known != question);
        answers.push((question.to_owned(), status, body.to_string()));
    }

    fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().map(|(question, _)| question.clone()).collect()
    }

    fn last(&self) -> Value {
        self.asked.lock().unwrap().last().unwrap().1.clone()
    }
}

async fn answer(State(merchant): State<Merchant>, Path(question): Path<String>, body: Bytes) -> Response {
    let said = serde_json::from_slice(&body).unwrap();
    merchant.asked.lock().unwrap().push((question.clone(), said));
    let answers = merchant.answers.lock().unwrap().clone();
    match answers.into_iter().find(|(known, _, _)| *known == question) {
        Some((_, 0, _)) => std::future::pending().await,
        Some((_, status, body)) => {
            let status = StatusCode::from_u16(status).unwrap();
            (status, [(header::LOCATION, "/sorry")], body).into_response()
        }
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn option(id: &str, price: i64) -> Value {
    json!({ "id": id, "name": id, "price": price, "tax_amount": price / 5, "tax_rate": 2500 })
}

fn fee(id: &str, price: i64) -> Value {
    json!({
        "type": "shipping_fee", "reference": id, "name": id, "quantity": 1, "unit_price": price, "tax_rate": 2500,
        "total_amount": price, "total_tax_amount": price / 5,
    })
}

/// One shoe, and what it is sent by.
fn with_fee(id: &str, price: i64) -> Value {
    let mut all = lines(1);
    all.as_array_mut().unwrap().push(fee(id, price));
    json!({
        "order_amount": 10_000 + price, "order_tax_amount": 2000 + price / 5, "order_lines": all, "purchase_currency": "SEK",
    })
}

fn without_fee(options: &[Value]) -> Value {
    json!({
        "order_amount": 10_000, "order_tax_amount": 2000, "order_lines": lines(1), "purchase_currency": "SEK",
        "shipping_options": options,
    })
}

const ALL: [&str; 3] = ["shipping_option_update", "address_update", "country_change"];

async fn order_asking(emulator: &Emulator, merchant: &Merchant, questions: &[&str]) -> String {
    let router = Router::new()
        .route("/{question}", post(answer))
        .with_state(merchant.clone());
    let address = serve(router).await;
    let mut order = order_with(json!({
        "shipping_options": [option("post", 4900), option("home", 9900)],
        "billing_countries": ["SE", "FI"],
    }));
    for question in questions {
        order["merchant_urls"][*question] = json!(format!("{address}/{question}"));
    }
    create(emulator, order).await
}

async fn choose(emulator: &Emulator, id: &str, option: &str) -> Answer {
    let path = format!("/_emulator/orders/{id}/shipping-option");
    call(emulator, "POST", &path, Some(json!({ "id": option }))).await
}

async fn enter(emulator: &Emulator, id: &str, address: Value) -> Answer {
    call(
        emulator,
        "POST",
        &format!("/_emulator/orders/{id}/address"),
        Some(address),
    )
    .await
}

fn charged(order: &Order) -> (i64, Option<&str>) {
    let checkout = &order.checkout;
    let sum: i64 = checkout
        .order_lines
        .iter()
        .flatten()
        .map(|line| line.total_amount)
        .sum();
    assert_eq!(
        checkout.order_amount,
        Some(sum),
        "the order is the sum of its lines"
    );
    let chosen = checkout.selected_shipping_option.as_ref();
    (sum, chosen.map(|option| option.id.as_str()))
}

#[tokio::test]
async fn a_choice_is_taken_over_as_the_merchant_answers() {
    let (emulator, merchant) = (emulator(), Merchant::default());
    let id = order_asking(&emulator, &merchant, &ALL).await;
    // Cheaper than it was offered, because the merchant says so.
    merchant.answers("shipping_option_update", 200, &with_fee("home", 5900));
    assert_eq!(choose(&emulator, &id, "home").await.status, 200);
    let asked = merchant.last();
    assert_eq!(asked["selected_shipping_option"]["id"], "home");
    assert_eq!(
        (&asked["order_amount"], &asked["purchase_currency"]),
        (&json!(19_900), &json!("SEK"))
    );
    assert_eq!(asked.get("order_id"), None, "the order is named in the URL alone");
    assert_eq!(charged(&state(&emulator, &id)), (15_900, Some("home")));
    let attempts = state(&emulator, &id).attempts;
    assert_eq!(attempts[0].kind, CallbackKind::ShippingOption);
    assert!(attempts[0].answer.is_some());
    // The same again is no question, and does not bring the offered price back.
    assert_eq!(choose(&emulator, &id, "home").await.status, 200);
    let again = json!({ "id": "home" });
    let shown = browser(&emulator, &id, "POST", "/shipping-option", Some(again)).await;
    assert_eq!(shown.json()["order_amount"], 15_900);
    assert_eq!(merchant.asked().len(), 1);
    assert_eq!(charged(&state(&emulator, &id)), (15_900, Some("home")));
}

/// Each row: status and body of the answer; and status and code for whoever chose.
#[tokio::test]
async fn an_answer_that_is_no_agreement_takes_nothing_over() {
    let refusal = json!({ "error_type": "approval_failed", "error_text": "Not today" });
    let mut wrong_sum = with_fee("home", 9900);
    wrong_sum["order_amount"] = json!(1);
    let mut other_currency = with_fee("home", 9900);
    other_currency["purchase_currency"] = json!("NOK");
    let mut gone = with_fee("home", 9900);
    gone["shipping_options"] = json!([option("post", 4900)]);
    let rows = [
        (400, refusal, "PURCHASE_DENIED"),
        (303, json!({}), "PURCHASE_SENT_AWAY"),
        (200, json!({}), "CHANGE_FAILED"),
        (200, json!("nonsense"), "CHANGE_FAILED"),
        (200, wrong_sum, "CHANGE_FAILED"),
        (200, other_currency, "CHANGE_FAILED"),
        (200, gone, "CHANGE_FAILED"),
        (204, json!({}), "CHANGE_FAILED"),
        (500, json!({}), "CHANGE_FAILED"),
        (0, json!({}), "CHANGE_FAILED"),
    ];
    let emulator = emulator_with(Rules {
        change_patience: SignedDuration::from_millis(200),
        ..Rules::default()
    });
    for (status, body, code) in rows {
        let merchant = Merchant::default();
        let id = order_asking(&emulator, &merchant, &ALL).await;
        merchant.answers("shipping_option_update", status, &body);
        let refused = choose(&emulator, &id, "home").await;
        let error = refused.json()["error"].clone();
        assert_eq!(
            (refused.status, error["code"].as_str()),
            (409, Some(code)),
            "{status} {body}"
        );
        assert_eq!(charged(&state(&emulator, &id)), (10_000, None), "{status} {body}");
        if code == "PURCHASE_DENIED" {
            assert_eq!(error["error_text"], "Not today");
        }
    }
}

#[tokio::test]
async fn another_country_is_asked_about_before_its_address_is() {
    let (emulator, merchant) = (emulator(), Merchant::default());
    let id = order_asking(&emulator, &merchant, &ALL).await;
    for question in ["country_change", "address_update"] {
        merchant.answers(question, 200, &without_fee(&[option("boat", 1900)]));
    }
    assert_eq!(
        enter(&emulator, &id, json!({ "country": "FI" })).await.status,
        200
    );
    assert_eq!(merchant.asked(), ["country_change", "address_update"]);
    assert_eq!(merchant.last()["shipping_address"]["country"], "FI");
    let order = state(&emulator, &id);
    assert_eq!(
        order
            .checkout
            .shipping_address
            .as_ref()
            .unwrap()
            .country
            .as_deref(),
        Some("FI")
    );
    let offered = order.checkout.shipping_options.as_ref().unwrap();
    assert_eq!((offered.len(), offered[0].id.as_str()), (1, "boat"));
    // Another street in the same country is a question about the address alone.
    let street = json!({ "country": "FI", "street_address": "Esplanadi 1" });
    assert_eq!(enter(&emulator, &id, street.clone()).await.status, 200);
    assert_eq!(merchant.asked()[2..], ["address_update"]);
    assert_eq!(enter(&emulator, &id, street).await.status, 200);
    assert_eq!(merchant.asked().len(), 3, "nothing has changed");
}

#[tokio::test]
async fn an_address_that_the_merchant_refuses_is_not_taken() {
    let (emulator, merchant) = (emulator(), Merchant::default());
    let id = order_asking(&emulator, &merchant, &ALL).await;
    let refusal = json!({ "error_type": "unsupported_shipping_address", "error_text": "Too far" });
    merchant.answers("country_change", 400, &refusal);
    let refused = enter(&emulator, &id, json!({ "country": "FI" })).await;
    assert_eq!(
        (refused.status, &refused.json()["error"]["error_text"]),
        (409, &json!("Too far"))
    );
    assert_eq!(
        merchant.asked(),
        ["country_change"],
        "the address is not asked about any more"
    );
    assert!(!state(&emulator, &id).customer_typed);
    let denied = pay(&emulator, &id, json!({ "address": { "country": "FI" } })).await;
    assert_eq!(
        (denied.status, &denied.json()["error"]["error_text"]),
        (409, &json!("Too far"))
    );
    assert!(state(&emulator, &id).managed.is_none());
}

#[tokio::test]
async fn a_chosen_way_stays_chosen_at_a_new_address_that_it_serves() {
    let (emulator, merchant) = (emulator(), Merchant::default());
    let id = order_asking(&emulator, &merchant, &ALL).await;
    merchant.answers("shipping_option_update", 200, &with_fee("post", 4900));
    choose(&emulator, &id, "post").await;
    for (options, expected) in [
        (
            vec![option("post", 5500), option("home", 9900)],
            (15_500, Some("post")),
        ),
        (vec![option("home", 9900)], (10_000, None)),
    ] {
        merchant.answers("address_update", 200, &without_fee(&options));
        let city = json!({ "city": format!("City {}", options.len()) });
        assert_eq!(enter(&emulator, &id, city).await.status, 200);
        assert_eq!(charged(&state(&emulator, &id)), expected);
    }
}

#[tokio::test]
async fn a_purchase_asks_about_everything_in_the_order_in_which_a_shopper_does_it() {
    let (emulator, merchant) = (emulator(), Merchant::default());
    let id = order_asking(&emulator, &merchant, &ALL).await;
    for question in ["country_change", "address_update"] {
        merchant.answers(question, 200, &without_fee(&[option("post", 4900)]));
    }
    merchant.answers("shipping_option_update", 200, &with_fee("post", 4900));
    let paid = pay(&emulator, &id, json!({ "address": { "country": "FI" } })).await;
    assert_eq!(paid.status, 200, "{}", paid.text);
    assert_eq!(
        merchant.asked(),
        ["country_change", "address_update", "shipping_option_update"]
    );
    let order = state(&emulator, &id);
    let managed = order.managed.as_ref().unwrap();
    assert_eq!((managed.order_amount, managed.order_lines.len()), (14_900, 2));
}

#[tokio::test]
async fn without_somebody_to_ask_kustom_adjusts_the_cost_itself() {
    let (emulator, merchant) = (emulator(), Merchant::default());
    let id = order_asking(&emulator, &merchant, &[]).await;
    assert_eq!(choose(&emulator, &id, "home").await.status, 200);
    assert_eq!(charged(&state(&emulator, &id)), (19_900, Some("home")));
    assert_eq!(
        enter(&emulator, &id, json!({ "country": "FI" })).await.status,
        200
    );
    assert_eq!(choose(&emulator, &id, "drone").await.status, 400);
    assert_eq!(merchant.asked(), [] as [String; 0]);
}

#[tokio::test]
async fn the_iframe_is_told_what_the_merchant_said() {
    let (emulator, merchant) = (emulator(), Merchant::default());
    let id = order_asking(&emulator, &merchant, &ALL).await;
    merchant.answers("shipping_option_update", 200, &with_fee("post", 4900));
    let chosen = browser(
        &emulator,
        &id,
        "POST",
        "/shipping-option",
        Some(json!({ "id": "post" })),
    )
    .await;
    assert_eq!(chosen.json()["order_amount"], 14_900, "{}", chosen.text);
    let refusal = json!({ "error_type": "address_error", "error_text": "No such street" });
    merchant.answers("address_update", 400, &refusal);
    let address = json!({
        "email": "a@b.example", "postal_code": "12345", "given_name": "A", "family_name": "B", "street_address": "C 1",
        "city": "D", "phone": "+46701234567", "country": "SE",
    });
    let refused = browser(
        &emulator,
        &id,
        "POST",
        "/customer",
        Some(json!({ "address": address })),
    )
    .await;
    let denied = json!({ "outcome": "denied", "error_text": "No such street" });
    assert_eq!((refused.status, refused.json()), (200, denied));
}

#[tokio::test]
async fn an_organisation_buys_under_its_name_and_number() {
    let emulator = emulator();
    let order = order_with(json!({
        "options": { "allowed_customer_types": ["person", "organization"], "show_vat_registration_number_field": true },
    }));
    let id = create(&emulator, order).await;
    let view = browser(&emulator, &id, "GET", "", None).await.json();
    assert_eq!(view["customer_types"], json!(["person", "organization"]));
    assert_eq!(view["shows_vat_id"], true);
    let customer = json!({ "type": "organization", "vat_id": "SE002031013201" });
    assert_eq!(
        pay(&emulator, &id, json!({ "customer": customer })).await.status,
        200
    );
    let managed = state(&emulator, &id).managed.unwrap();
    let said = managed.customer.unwrap();
    assert_eq!(said.organization_registration_id.as_deref(), Some("002031-0132"));
    assert_eq!(said.vat_id.as_deref(), Some("SE002031013201"));
    let name = managed.billing_address.unwrap().organization_name;
    assert_eq!(name.as_deref(), Some("Testcompany-se"));
}

#[tokio::test]
async fn an_organisation_without_a_number_is_asked_for_it() {
    let emulator = emulator();
    let order = json!({ "options": { "allowed_customer_types": ["person", "organization"] } });
    let id = create(&emulator, order_with(order)).await;
    let body = json!({
        "address": {
            "email": "a@b.example", "postal_code": "12345", "given_name": "A", "family_name": "B",
            "street_address": "C 1", "city": "D", "phone": "+46701234567", "country": "SE",
        },
        "customer": { "type": "organization" },
        "shown_amount": 10_000,
    });
    let refused = browser(&emulator, &id, "POST", "/pay", Some(body)).await;
    let fields = refused.json()["error"]["fields"].clone();
    assert_eq!(
        fields,
        json!(["organization_name", "organization_registration_id"])
    );
}

#[tokio::test]
async fn a_merchant_who_names_the_fee_otherwise_is_not_charged_twice() {
    let (emulator, merchant) = (emulator(), Merchant::default());
    let id = order_asking(&emulator, &merchant, &ALL).await;
    let mut named = with_fee("post", 4900);
    named["order_lines"][1]["reference"] = json!("SHIPPING");
    for question in ["shipping_option_update", "address_update"] {
        merchant.answers(question, 200, &named);
    }
    choose(&emulator, &id, "post").await;
    enter(&emulator, &id, json!({ "city": "Ankeborg" })).await;
    assert_eq!(charged(&state(&emulator, &id)), (14_900, Some("post")));
    let mut update = named.clone();
    update.as_object_mut().unwrap().remove("purchase_currency");
    let updated = call(
        &emulator,
        "POST",
        &format!("/checkout/v3/orders/{id}"),
        Some(update),
    )
    .await;
    assert_eq!(updated.status, 200, "{}", updated.text);
    assert_eq!(charged(&state(&emulator, &id)), (14_900, Some("post")));
}

#[tokio::test]
async fn an_answer_with_null_or_a_member_too_many_takes_nothing_over() {
    let emulator = emulator();
    let merchant = Merchant::default();
    let id = order_asking(&emulator, &merchant, &ALL).await;
    for (member, value) in [("merchant_data", Value::Null), ("surprise", json!(1))] {
        let mut answer = with_fee("post", 4900);
        answer[member] = value;
        merchant.answers("shipping_option_update", 200, &answer);
        let refused = choose(&emulator, &id, "post").await;
        assert_eq!(refused.json()["error"]["code"], "CHANGE_FAILED", "{member}");
    }
    assert_eq!(charged(&state(&emulator, &id)), (10_000, None));
}

#[tokio::test]
async fn an_order_that_was_opened_for_an_organisation_is_bought_by_it() {
    let emulator = emulator();
    let id = create(
        &emulator,
        order_with(json!({
            "options": { "allowed_customer_types": ["organization"] },
            "customer": { "type": "organization", "organization_registration_id": "556036-0793" },
        })),
    )
    .await;
    let view = browser(&emulator, &id, "GET", "", None).await.json();
    assert_eq!(
        (&view["customer_type"], &view["customer_types"]),
        (&json!("organization"), &json!(["organization"]))
    );
    assert_eq!(pay(&emulator, &id, json!({})).await.status, 200);
    let order = state(&emulator, &id);
    let managed = order.managed.unwrap();
    for customer in [order.checkout.customer, managed.customer] {
        let customer = customer.unwrap();
        assert_eq!(customer.customer_type.as_deref(), Some("organization"));
        assert_eq!(
            customer.organization_registration_id.as_deref(),
            Some("556036-0793")
        );
    }
    for address in [order.checkout.shipping_address, managed.billing_address] {
        let name = address.unwrap().organization_name;
        assert_eq!(name.as_deref(), Some("Testcompany-se"));
    }
}

/// The form offers no such choice, so a purchase without the form does not get it either.
#[tokio::test]
async fn nobody_buys_as_what_is_not_offered() {
    let emulator = emulator();
    let both = json!(["person", "organization"]);
    let american = json!({ "purchase_country": "US", "purchase_currency": "USD", "locale": "en-US" });
    let mut outside = order_with(american);
    outside["options"] = json!({ "allowed_customer_types": both });
    for order in [order_with(json!({})), outside] {
        let id = create(&emulator, order).await;
        let view = browser(&emulator, &id, "GET", "", None).await.json();
        assert_eq!(view["customer_types"], json!(["person"]));
        let refused = pay(&emulator, &id, json!({ "customer": { "type": "organization" } })).await;
        assert_eq!(refused.json()["error"]["fields"], json!(["customer.type"]));
    }
}
