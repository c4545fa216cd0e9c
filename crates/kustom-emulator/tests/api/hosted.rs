//! The hosted payment page: its sessions, as a merchant's server meets them, and its page, as a browser does.

use crate::calls::Merchant;
use crate::support::{Answer, BASE_URL, advance, bought, call, call_with, create, emulator, order, pay};
use kustom_emulator::Emulator;
use serde_json::{Value, json};

const HOURS: u32 = 3600;

fn session_of(id: &str) -> Value {
    let url = |what: &str| format!("https://shop.example/{what}?session={{{{session_id}}}}");
    json!({
        "payment_session_url": format!("{BASE_URL}/checkout/v3/orders/{id}"),
        "merchant_urls": { "success": url("paid"), "cancel": url("cancelled"), "back": url("back") },
        "options": { "page_title": "Pay <here>", "place_order_mode": "PLACE_ORDER" },
    })
}

async fn post(emulator: &Emulator, body: Value) -> Answer {
    call(emulator, "POST", "/hpp/v1/sessions", Some(body)).await
}

/// An order and a session for it.
async fn opened(emulator: &Emulator) -> (String, String) {
    let id = create(emulator, order()).await;
    let answer = post(emulator, session_of(&id)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    (id, answer.json()["session_id"].as_str().unwrap().to_owned())
}

async fn status(emulator: &Emulator, session: &str) -> Value {
    let answer = call(emulator, "GET", &format!("/hpp/v1/sessions/{session}"), None).await;
    assert_eq!(answer.status, 200);
    answer.json()["status"].clone()
}

/// As a browser: without credentials.
async fn visit(emulator: &Emulator, method: &str, session: &str, what: &str) -> Answer {
    call_with(
        emulator,
        method,
        &format!("/browser/hosted/{session}{what}"),
        &[],
        None,
    )
    .await
}

#[tokio::test]
async fn a_session_says_where_everything_is() {
    let emulator = emulator();
    let id = create(&emulator, order()).await;
    let created = post(&emulator, session_of(&id)).await.json();
    let session = created["session_id"].as_str().unwrap();
    assert_eq!(
        created,
        json!({
            "session_id": session,
            "session_url": format!("{BASE_URL}/hpp/v1/sessions/{session}"),
            "redirect_url": format!("{BASE_URL}/browser/hosted/{session}"),
            "distribution_url": format!("{BASE_URL}/hpp/v1/sessions/{session}/distribution"),
            "expires_at": "2026-11-25T08:00:00Z",
        })
    );
    let read = call(&emulator, "GET", &format!("/hpp/v1/sessions/{session}"), None).await;
    assert_eq!(
        read.json(),
        json!({
            "session_id": session, "status": "WAITING",
            "updated_at": "2026-11-23T08:00:00Z", "expires_at": "2026-11-25T08:00:00Z",
        })
    );
}

#[tokio::test]
async fn the_page_shows_the_checkout_and_ends_at_the_shop() {
    let emulator = emulator();
    let (id, session) = opened(&emulator).await;
    let page = visit(&emulator, "GET", &session, "").await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    assert!(page.text.contains(r#"id="klarna-checkout-container""#) && page.text.contains(&id));
    assert!(page.text.contains("<h1>Pay &lt;here&gt;</h1>") && !page.text.contains("{{"));
    assert_eq!(status(&emulator, &session).await, "IN_PROGRESS");
    let paid = pay(&emulator, &id, json!({})).await.json();
    let end = format!("https://shop.example/paid?session={session}");
    assert_eq!(paid["redirect_url"], end);
    let again = visit(&emulator, "GET", &session, "").await;
    assert_eq!((again.status, again.header("location")), (303, end.as_str()));
    let read = call(&emulator, "GET", &format!("/hpp/v1/sessions/{session}"), None)
        .await
        .json();
    assert_eq!(
        (&read["status"], &read["order_id"]),
        (&json!("COMPLETED"), &json!(id))
    );
    assert!(read["klarna_reference"].is_string());
}

#[tokio::test]
async fn a_shopper_may_come_back_but_not_after_giving_up() {
    let emulator = emulator();
    let (id, session) = opened(&emulator).await;
    let back = visit(&emulator, "POST", &session, "/back").await;
    let shop = |what: &str| format!("https://shop.example/{what}?session={session}");
    assert_eq!(
        (back.status, back.header("location")),
        (303, shop("back").as_str())
    );
    assert_eq!(status(&emulator, &session).await, "BACK");
    assert_eq!(visit(&emulator, "GET", &session, "").await.status, 200);
    assert_eq!(status(&emulator, &session).await, "IN_PROGRESS");
    let left = visit(&emulator, "POST", &session, "/cancel").await;
    assert_eq!(
        (left.status, left.header("location")),
        (303, shop("cancelled").as_str())
    );
    assert_eq!(status(&emulator, &session).await, "CANCELLED");
    for (method, what) in [("GET", ""), ("POST", "/back"), ("POST", "/cancel")] {
        assert_eq!(
            visit(&emulator, method, &session, what).await.status,
            410,
            "{what}"
        );
    }
    // The order is the shop's own and can still be bought in its own checkout.
    let paid = pay(&emulator, &id, json!({})).await.json();
    assert_eq!(paid["redirect_url"], format!("https://shop.example/done?id={id}"));
    assert_eq!(status(&emulator, &session).await, "CANCELLED");
}

#[tokio::test]
async fn a_session_is_disabled_unless_it_is_completed() {
    let emulator = emulator();
    let (_, session) = opened(&emulator).await;
    let path = format!("/hpp/v1/sessions/{session}");
    assert_eq!(call(&emulator, "DELETE", &path, None).await.status, 204);
    assert_eq!(status(&emulator, &session).await, "DISABLED");
    assert_eq!(visit(&emulator, "GET", &session, "").await.status, 410);
    let (id, session) = opened(&emulator).await;
    pay(&emulator, &id, json!({})).await;
    let path = format!("/hpp/v1/sessions/{session}");
    assert_eq!(call(&emulator, "DELETE", &path, None).await.status, 400);
    assert_eq!(status(&emulator, &session).await, "COMPLETED");
}

#[tokio::test]
async fn a_session_is_gone_after_two_days_and_with_its_order() {
    let emulator = emulator();
    let (id, session) = opened(&emulator).await;
    let (_, other) = opened(&emulator).await;
    call(&emulator, "POST", &format!("/_emulator/orders/{id}/expire"), None).await;
    let read = |session: &str| format!("/hpp/v1/sessions/{session}");
    assert_eq!(call(&emulator, "GET", &read(&session), None).await.status, 404);
    assert_eq!(visit(&emulator, "GET", &session, "").await.status, 404);
    assert_eq!(call(&emulator, "GET", &read(&other), None).await.status, 200);
    advance(&emulator, 48 * HOURS).await;
    assert_eq!(call(&emulator, "GET", &read(&other), None).await.status, 404);
}

#[tokio::test]
async fn only_an_open_order_gets_a_page() {
    let emulator = emulator();
    let bought = bought(&emulator).await;
    let with = |url: &str| json!({ "payment_session_url": url });
    for (body, expected) in [
        (session_of(&bought), 400),
        (session_of("none"), 404),
        (with("https://shop.example/orders/1"), 400),
        (with("no address"), 400),
        (json!({}), 400),
        (json!({ "payment_session_url": BASE_URL, "invented": 1 }), 400),
    ] {
        let answer = post(&emulator, body.clone()).await;
        assert_eq!(answer.status, expected, "{body}");
    }
    let anonymous = call_with(&emulator, "POST", "/hpp/v1/sessions", &[], Some(json!({}))).await;
    assert_eq!(anonymous.status, 401);
}

#[tokio::test]
async fn a_link_is_distributed_to_somebody_who_is_named() {
    let emulator = emulator();
    let (_, session) = opened(&emulator).await;
    let path = format!("/hpp/v1/sessions/{session}/distribution");
    let sms = |contact: Value| json!({ "method": "sms", "contact_information": contact });
    let email = json!({ "method": "email", "contact_information": { "email": "anna@example.com" } });
    for (body, expected) in [
        (email.clone(), 204),
        (sms(json!({ "phone": "0765260000", "phone_country": "SE" })), 204),
        (sms(json!({ "phone": "0765260000" })), 400),
        (
            json!({ "method": "email", "contact_information": { "email": " " } }),
            400,
        ),
        (json!({ "method": "pigeon", "contact_information": {} }), 400),
        (json!({ "method": "email" }), 400),
    ] {
        let answer = call(&emulator, "POST", &path, Some(body.clone())).await;
        assert_eq!(answer.status, expected, "{body}");
    }
    call(&emulator, "DELETE", &format!("/hpp/v1/sessions/{session}"), None).await;
    assert_eq!(call(&emulator, "POST", &path, Some(email)).await.status, 400);
}

#[tokio::test]
async fn each_step_is_told_to_the_shop() {
    let emulator = emulator();
    let merchant = Merchant::answering(&[200]).await;
    let id = create(&emulator, order()).await;
    let mut session = session_of(&id);
    session["merchant_urls"]["status_update"] =
        json!(format!("{}/status?session={{{{session_id}}}}", merchant.address));
    let session = post(&emulator, session).await.json()["session_id"].clone();
    let session = session.as_str().unwrap();
    visit(&emulator, "GET", session, "").await;
    visit(&emulator, "GET", session, "").await;
    pay(&emulator, &id, json!({})).await;
    advance(&emulator, 0).await;
    let told: Vec<Value> = merchant
        .calls()
        .iter()
        .map(|call| serde_json::from_str(&call.body).unwrap())
        .map(|body: Value| body["session"].clone())
        .collect();
    let statuses: Vec<_> = told.iter().map(|session| session["status"].clone()).collect();
    assert_eq!(statuses, ["IN_PROGRESS", "COMPLETED"]);
    assert_eq!(told[1]["session_id"], session);
    assert_eq!(told[1]["order_id"], id);
}
