//! Everything once: each documented operation with its documented success, and refusals of each kind. What is sent and
//! answered is held against the document by `contract`, as everywhere; here it is made sure that nothing is left out.

use crate::contract;
use crate::support::{Answer, BASE_URL, browser, call, call_with, emulator, order, order_with, two_shoes};
use kustom_emulator::Emulator;
use serde_json::{Value, json};
use std::collections::BTreeSet;

struct Story {
    emulator: Emulator,
    /// Operations with their answers' statuses.
    seen: BTreeSet<(String, u16)>,
}

impl Story {
    /// Does one thing, which has to end like this.
    async fn does(&mut self, method: &str, path: &str, body: Option<Value>, status: u16) -> Answer {
        let answer = call(&self.emulator, method, path, body).await;
        self.saw(method, path, status, &answer);
        answer
    }

    fn saw(&mut self, method: &str, path: &str, status: u16, answer: &Answer) {
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text);
        let operation = contract::operation_id(method, path).unwrap();
        self.seen.insert((operation, status));
    }

    async fn opens(&mut self, body: Value) -> String {
        let answer = self.does("POST", "/checkout/v3/orders", Some(body), 201).await;
        answer.json()["order_id"].as_str().unwrap().to_owned()
    }

    async fn buys(&mut self, body: Value, payment: Value) -> String {
        let id = self.opens(body).await;
        let path = format!("/_emulator/orders/{id}/pay");
        self.does("POST", &path, Some(payment), 200).await;
        id
    }

    /// Posts what needs no body to paths behind this one.
    async fn posts(&mut self, base: &str, ends: &[&str], status: u16) {
        for end in ends {
            self.does("POST", &format!("{base}{end}"), None, status).await;
        }
    }
}

#[tokio::test]
async fn every_documented_operation_succeeds_and_fails_as_documented() {
    let mut story = Story {
        emulator: emulator(),
        seen: BTreeSet::new(),
    };
    checkout(&mut story).await;
    refusals(&mut story).await;
    management(&mut story).await;
    ends_of_authorizations(&mut story).await;
    hosted_page(&mut story).await;
    token(&mut story).await;
    shopper(&mut story).await;
    callbacks(&mut story).await;
    form(&mut story).await;
    faults_and_rules(&mut story).await;
    clock_and_state(&mut story).await;
    for (operation, status) in contract::documented_successes() {
        // The stream has tests of its own.
        let is_told = operation == "getEmulatorEvents" || story.seen.contains(&(operation.clone(), status));
        assert!(is_told, "{operation} never answered {status}");
    }
    for status in [303, 400, 401, 403, 404, 409, 410] {
        let is_told = story.seen.iter().any(|(_, seen)| *seen == status);
        assert!(is_told, "nothing was answered with {status}");
    }
}

async fn checkout(story: &mut Story) {
    let id = story.opens(full_order()).await;
    let path = format!("/checkout/v3/orders/{id}");
    story.does("GET", &path, None, 200).await;
    story.does("POST", &path, Some(two_shoes()), 200).await;
    let read = story.does("GET", &path, None, 200).await.json();
    story.does("POST", &path, Some(read), 200).await;
    story.does("POST", &format!("{path}/abort"), None, 200).await;
    story.does("POST", &path, Some(two_shoes()), 403).await;
}

fn full_order() -> Value {
    serde_json::from_str(include_str!("full_order.json")).unwrap()
}

async fn refusals(story: &mut Story) {
    let path = "/checkout/v3/orders";
    story
        .does("POST", path, Some(json!({ "order_amount": "ten" })), 400)
        .await;
    let answer = call_with(&story.emulator, "POST", path, &[], Some(order())).await;
    story.saw("POST", path, 401, &answer);
    story.does("GET", &format!("{path}/none"), None, 404).await;
    story
        .does("GET", "/ordermanagement/v1/orders/none", None, 404)
        .await;
    story.does("GET", "/_emulator/orders/none", None, 404).await;
    let stranger = [("origin", "https://stranger.example")];
    let answer = call_with(&story.emulator, "POST", "/_emulator/reset", &stranger, None).await;
    story.saw("POST", "/_emulator/reset", 403, &answer);
}

async fn management(story: &mut Story) {
    let id = story.buys(order(), json!({})).await;
    let base = format!("/ordermanagement/v1/orders/{id}");
    story.does("GET", &base, None, 200).await;
    story
        .posts(&base, &["/acknowledge", "/extend-authorization-time"], 204)
        .await;
    let shipping = json!({ "shipping_info": [{ "shipping_method": "Home", "tracking_number": "T1" }] });
    for (method, end, body) in [
        (
            "PATCH",
            "/authorization",
            json!({ "order_amount": 9000, "description": "Less" }),
        ),
        (
            "PATCH",
            "/merchant-references",
            json!({ "merchant_reference1": "1001" }),
        ),
        (
            "PATCH",
            "/customer-details",
            json!({ "shipping_address": { "city": "Ankeborg" } }),
        ),
        ("POST", "/shipping-info", shipping.clone()),
    ] {
        story.does(method, &format!("{base}{end}"), Some(body), 204).await;
    }
    let captures = format!("{base}/captures");
    let wanted = json!({ "captured_amount": 5000, "order_lines": [
        { "name": "Shoe", "quantity": 1, "unit_price": 5000, "total_amount": 5000 },
    ] });
    let captured = story.does("POST", &captures, Some(wanted), 201).await;
    let capture = format!("{captures}/{}", captured.header("capture-id"));
    story.does("GET", &captures, None, 200).await;
    story.does("GET", &capture, None, 200).await;
    story
        .does("POST", &format!("{capture}/shipping-info"), Some(shipping), 204)
        .await;
    story.posts(&capture, &["/trigger-send-out"], 204).await;
    let refunds = format!("{base}/refunds");
    let refunded = story
        .does("POST", &refunds, Some(json!({ "refunded_amount": 1000 })), 201)
        .await;
    story
        .does(
            "GET",
            &format!("{refunds}/{}", refunded.header("refund-id")),
            None,
            200,
        )
        .await;
    story
        .does("POST", &captures, Some(json!({ "captured_amount": -1 })), 400)
        .await;
    story
        .does("POST", &captures, Some(json!({ "captured_amount": 5000 })), 403)
        .await;
    story.posts(&base, &["/cancel"], 403).await;
    story
        .posts(&base, &["/release-remaining-authorization"], 204)
        .await;
    story.does("GET", &base, None, 200).await;
}

async fn ends_of_authorizations(story: &mut Story) {
    let id = story.buys(order(), json!({})).await;
    story
        .posts(&format!("/ordermanagement/v1/orders/{id}"), &["/cancel"], 204)
        .await;
    let id = story.buys(order(), json!({})).await;
    let base = format!("/_emulator/orders/{id}");
    story.posts(&base, &["/capture"], 200).await;
    story.posts(&base, &["/capture", "/expire"], 409).await;
    let id = story.opens(order()).await;
    story
        .posts(&format!("/_emulator/orders/{id}"), &["/expire"], 200)
        .await;
}

async fn hosted_page(story: &mut Story) {
    let sessions = "/hpp/v1/sessions";
    for way in ["back", "cancel", "delete"] {
        let id = story.opens(order()).await;
        let wanted = json!({
            "payment_session_url": format!("{BASE_URL}/checkout/v3/orders/{id}"),
            "merchant_urls": { "back": "https://shop.example/back" },
        });
        let opened = story.does("POST", sessions, Some(wanted), 201).await.json();
        let session = opened["session_id"].as_str().unwrap();
        let (path, page) = (
            format!("{sessions}/{session}"),
            format!("/browser/hosted/{session}"),
        );
        story.does("GET", &page, None, 200).await;
        story.does("GET", &path, None, 200).await;
        let told = json!({ "method": "email", "contact_information": { "email": "anna@shop.example" } });
        story
            .does("POST", &format!("{path}/distribution"), Some(told), 204)
            .await;
        match way {
            "back" => story.does("POST", &format!("{page}/back"), None, 303).await,
            "cancel" => story.does("POST", &format!("{page}/cancel"), None, 200).await,
            _ => story.does("DELETE", &path, None, 204).await,
        };
        let is_over = way != "back";
        story
            .does("GET", &page, None, if is_over { 410 } else { 200 })
            .await;
    }
    let id = story.opens(order()).await;
    let wanted = json!({ "payment_session_url": format!("{BASE_URL}/checkout/v3/orders/{id}") });
    let opened = story.does("POST", sessions, Some(wanted), 201).await.json();
    let session = opened["session_id"].as_str().unwrap();
    story
        .does("POST", &format!("/browser/hosted/{session}/back"), None, 200)
        .await;
    story
        .does("POST", &format!("/_emulator/orders/{id}/pay"), None, 200)
        .await;
    story
        .does("GET", &format!("{sessions}/{session}"), None, 200)
        .await;
    story.does("POST", sessions, Some(json!({})), 400).await;
}

async fn token(story: &mut Story) {
    let id = story
        .buys(order_with(json!({ "recurring": true })), json!({}))
        .await;
    let read = story
        .does("GET", &format!("/checkout/v3/orders/{id}"), None, 200)
        .await
        .json();
    let path = format!(
        "/customer-token/v1/tokens/{}/order",
        read["recurring_token"].as_str().unwrap()
    );
    let mut wanted = two_shoes();
    wanted["purchase_currency"] = json!("SEK");
    let placed = story.does("POST", &path, Some(wanted), 200).await.json();
    let id = placed["order_id"].as_str().unwrap();
    story
        .does("GET", &format!("/checkout/v3/orders/{id}"), None, 200)
        .await;
    story
        .does("GET", &format!("/ordermanagement/v1/orders/{id}"), None, 200)
        .await;
    story.does("POST", &path, Some(json!({})), 400).await;
    story
        .does(
            "POST",
            "/customer-token/v1/tokens/none/order",
            Some(json!({})),
            404,
        )
        .await;
}

async fn shopper(story: &mut Story) {
    let options = json!({ "shipping_options": [
        { "id": "home", "name": "To the door", "price": 4900, "tax_amount": 980, "tax_rate": 2500 },
    ] });
    let id = story.opens(order_with(options)).await;
    let base = format!("/_emulator/orders/{id}");
    let address = json!({ "city": "Ankeborg", "street_address2": null });
    story
        .does("POST", &format!("{base}/address"), Some(address), 200)
        .await;
    let choice = format!("{base}/shipping-option");
    story
        .does("POST", &choice, Some(json!({ "id": "home" })), 200)
        .await;
    story
        .does("POST", &choice, Some(json!({ "id": "boat" })), 400)
        .await;
    let pay = format!("{base}/pay");
    story
        .does("POST", &pay, Some(json!({ "outcome": "rejected" })), 200)
        .await;
    let payment = json!({
        "outcome": "pending", "email": "anna@shop.example", "address": { "given_name": "Anna" }, "method": "card",
        "customer": { "type": "person" }, "shipping_option": "home", "three_d_secure": true, "checkboxes": {},
    });
    story.does("POST", &pay, Some(payment), 200).await;
    story.does("POST", &pay, None, 409).await;
    let decide = format!("{base}/decide");
    story
        .does("POST", &decide, Some(json!({ "decision": "accepted" })), 200)
        .await;
    story
        .does("POST", &decide, Some(json!({ "decision": "accepted" })), 409)
        .await;
    story.does("GET", &base, None, 200).await;
    story.does("GET", "/_emulator/orders", None, 200).await;
}

async fn callbacks(story: &mut Story) {
    let merchant = crate::calls::Merchant::answering(&[200]).await;
    let endpoints = json!({ "merchant_id": "M1", "endpoints": [{ "url": merchant.address, "types": [] }] });
    story
        .does("PUT", "/_emulator/webhooks", Some(endpoints), 200)
        .await;
    story.does("GET", "/_emulator/webhooks", None, 200).await;
    story
        .does(
            "PUT",
            "/_emulator/webhooks",
            Some(json!({ "endpoints": [{ "url": "no" }] })),
            400,
        )
        .await;
    let mut wanted = order();
    for name in ["push", "validation", "notification"] {
        wanted["merchant_urls"][name] = json!(format!("{}/{name}", merchant.address));
    }
    let id = story.buys(wanted, json!({ "outcome": "pending" })).await;
    let base = format!("/_emulator/orders/{id}");
    story.does("POST", &format!("{base}/push"), None, 200).await;
    story
        .does(
            "POST",
            &format!("{base}/push"),
            Some(json!({ "shape": "form" })),
            200,
        )
        .await;
    story
        .does(
            "POST",
            &format!("{base}/decide"),
            Some(json!({ "decision": "stopped" })),
            200,
        )
        .await;
    story.does("POST", &format!("{base}/dispute"), None, 200).await;
    story
        .does(
            "POST",
            "/_emulator/clock/advance",
            Some(json!({ "seconds": 600 })),
            200,
        )
        .await;
    let sent = story.does("GET", "/_emulator/callbacks", None, 200).await.json();
    let number = &sent["callbacks"][0]["number"];
    story
        .does(
            "POST",
            &format!("/_emulator/callbacks/{number}/repeat"),
            None,
            200,
        )
        .await;
    story.does("GET", &base, None, 200).await;
    story.does("DELETE", "/_emulator/webhooks", None, 200).await;
    let kinds: BTreeSet<_> = sent["callbacks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|sent| sent["kind"].as_str())
        .collect();
    let wanted = ["notification", "push", "validation", "webhook"].map(Some);
    assert_eq!(kinds, BTreeSet::from(wanted));
}

async fn form(story: &mut Story) {
    let id = story.opens(order()).await;
    let shown = browser(&story.emulator, &id, "GET", "", None).await;
    story.saw("GET", &format!("/browser/orders/{id}"), 200, &shown);
    let address = shown.json()["test_person"].clone();
    let payment = json!({ "address": address, "method": "card", "shown_amount": 10_000 });
    for (end, body, status) in [
        ("/customer", json!({ "address": address }), 200),
        ("/shipping-option", json!({ "id": "none" }), 400),
        ("/bank", json!({ "answer": "approved" }), 409),
        ("/pay", payment.clone(), 200),
        ("/bank", json!({ "answer": "rejected" }), 200),
        ("/pay", payment, 200),
        ("/bank", json!({ "answer": "approved" }), 200),
    ] {
        let answer = browser(&story.emulator, &id, "POST", end, Some(body)).await;
        story.saw("POST", &format!("/browser/orders/{id}{end}"), status, &answer);
    }
    let options = json!({ "shipping_options": [
        { "id": "home", "name": "To the door", "price": 4900, "tax_amount": 980, "tax_rate": 2500 },
    ] });
    let id = story.opens(order_with(options)).await;
    let chosen = browser(
        &story.emulator,
        &id,
        "POST",
        "/shipping-option",
        Some(json!({ "id": "home" })),
    )
    .await;
    story.saw(
        "POST",
        &format!("/browser/orders/{id}/shipping-option"),
        200,
        &chosen,
    );
    let answer = call_with(
        &story.emulator,
        "GET",
        &format!("/browser/orders/{id}"),
        &[],
        None,
    )
    .await;
    story.saw("GET", &format!("/browser/orders/{id}"), 401, &answer);
}

async fn faults_and_rules(story: &mut Story) {
    let faults = "/_emulator/faults";
    for effect in contract::fault_effects() {
        let mut rule =
            json!({ "method": "GET", "path": "/checkout/*", "effect": effect, "times": null, "skip": 7 });
        if effect == "delay" || effect == "applied_late" {
            rule["ms"] = json!(5);
        }
        story.does("POST", faults, Some(rule), 201).await;
    }
    story
        .does("POST", faults, Some(json!({ "method": "GET" })), 400)
        .await;
    story.does("GET", faults, None, 200).await;
    story.does("DELETE", "/_emulator/faults/1", None, 200).await;
    story.does("DELETE", "/_emulator/faults/1", None, 404).await;
    story.does("DELETE", faults, None, 200).await;
    story.does("GET", "/_emulator/requests", None, 200).await;
    let rules = "/_emulator/rules";
    let all = story.does("GET", rules, None, 200).await.json();
    story.does("PATCH", rules, Some(all), 200).await;
    story
        .does("PATCH", rules, Some(json!({ "line_total": "about" })), 400)
        .await;
}

async fn clock_and_state(story: &mut Story) {
    let clock = "/_emulator/clock";
    story.does("GET", clock, None, 200).await;
    story.posts(clock, &["/freeze", "/run"], 200).await;
    story
        .does(
            "POST",
            &format!("{clock}/speed"),
            Some(json!({ "factor": 60 })),
            200,
        )
        .await;
    story
        .does(
            "POST",
            &format!("{clock}/speed"),
            Some(json!({ "factor": 0 })),
            400,
        )
        .await;
    let snapshot = story.does("GET", "/_emulator/snapshot", None, 200).await.json();
    story
        .does("PUT", "/_emulator/snapshot", Some(snapshot), 200)
        .await;
    story
        .does("PUT", "/_emulator/snapshot", Some(json!({ "version": 0 })), 400)
        .await;
    story.does("POST", "/_emulator/reset", None, 200).await;
}
