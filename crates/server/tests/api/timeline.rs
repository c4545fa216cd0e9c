//! The timeline of a cart: what it tells of a purchase, what it never tells, and who may look.

use crate::answer::Answer;
use crate::kustom_faults::Fault;
use crate::parts;
use crate::shop::{Shop, request_of};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use jiff::SignedDuration;
use kassa::dev::{self, Pages};
use kassa::timeline::{MAX_CARTS, MAX_ENTRIES_PER_CART, MAX_STREAMS, Timeline};
use serde_json::{Value, json};
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceExt;

/// Only so that an event that never comes fails the test instead of hanging it.
const SAFETY_NET: Duration = Duration::from_secs(10);

/// The usual shop, with a recorder.
async fn recorded() -> Shop {
    let mut shop = Shop::open().await;
    with_recorder(&mut shop);
    shop
}

fn with_recorder(shop: &mut Shop) {
    let kustom_url = shop.kustom_url().to_owned();
    shop.reconfigure(|parts| {
        let timeline = Arc::new(Timeline::new(parts.clock.clone()));
        parts.kustom = Some(parts::observed_client(&kustom_url, &timeline));
        parts.timeline = Some(timeline);
    });
}

fn dev_router(shop: &Shop) -> Router {
    let pages = Pages {
        emulator: shop.kustom_url().to_owned(),
    };
    dev::router(shop.app.clone(), pages)
}

async fn ask(router: Router, path: &str) -> Answer {
    request_of(router, Request::get(path).body(Body::empty()).unwrap()).await
}

async fn timeline_of(shop: &Shop, cart_id: &str) -> Value {
    ask(dev_router(shop), &format!("/_kassa/carts/{cart_id}/timeline"))
        .await
        .ok()
}

async fn entries(shop: &Shop, cart_id: &str) -> Vec<Value> {
    timeline_of(shop, cart_id).await["entries"]
        .as_array()
        .unwrap()
        .clone()
}

/// One line an entry: lanes and title, with what differs between runs made equal.
fn story(entries: &[Value]) -> String {
    let mut told = String::new();
    for entry in entries {
        let (from, to) = (entry["from"].as_str().unwrap(), entry["to"].as_str().unwrap());
        let lanes = match from == to {
            true => from.to_owned(),
            false => format!("{from} > {to}"),
        };
        let title = entry["title"].as_str().unwrap();
        let title = title.split('/').map(|part| match part.len() == 36 {
            true => "{order}",
            false => part,
        });
        let title = title.collect::<Vec<_>>().join("/");
        let title = match title.split_once(" hold ").or(title.split_once(" holds ")) {
            Some((who, _)) if who.starts_with("Kustom should") => "Kustom should hold …".to_owned(),
            Some(_) => "Kustom holds …".to_owned(),
            None => title,
        };
        writeln!(told, "{lanes}: {title}").unwrap();
    }
    told
}

#[tokio::test]
async fn a_call_that_is_lost_is_told_with_what_becomes_of_it() {
    let shop = recorded().await;
    let cart_id = shop.cart_with_shoes().await;
    shop.opened(&cart_id).await;
    let seen = entries(&shop, &cart_id).await.len();
    shop.kustom_faults
        .inject(Method::POST, "/checkout/v3/orders/", Fault::AnswerLost, 1);
    shop.set_first_quantity(&cart_id, 3).await;
    shop.settle().await;
    shop.pass(SignedDuration::from_mins(2), SignedDuration::from_secs(5))
        .await;
    let entries = entries(&shop, &cart_id).await;
    let calls: Vec<_> = entries[seen..]
        .iter()
        .filter(|entry| entry["from"] == "kustom" || entry["kind"] == "job")
        .cloned()
        .collect();
    assert_eq!(story(&calls), LOST);
    let hashes: Vec<_> = entries.iter().filter(|entry| entry["kind"] == "hash").collect();
    let last = &hashes.last().unwrap()["detail"];
    assert_eq!(last["pendingHash"], last["syncHash"]);
    assert_ne!(last["syncHash"], last["previousSyncHash"]);
}

const LOST: &str = "\
kassa: sync scheduled
kassa: sync started
kustom > kassa: 504
kassa: sync again
kassa: sync started
kustom > kassa: 200
kassa: sync again
kassa: sync started
kustom > kassa: 200
kassa: sync done
";

/// What somebody types, in every place where it can be typed.
#[tokio::test]
async fn nobody_is_named_and_nothing_opens_anything() {
    let shop = recorded().await;
    let cart_id = shop.cart_with_shoes().await;
    let path = |rest: &str| format!("/ingress/commerce/carts/{cart_id}/{rest}");
    let address = json!({ "name": "Anna Svensson", "addressLine1": "Sveavägen 44", "postalCode": "11134",
        "city": "Stockholm", "countryCode": "SE" });
    shop.post(&path("address"), json!({ "address": address }))
        .await
        .ok();
    shop.post(&path("email"), json!({ "email": "anna@example.com" }))
        .await
        .ok();
    shop.post(&path("phone"), json!({ "phone": "+46701234567" }))
        .await
        .ok();
    shop.get(&path("?email=anna@example.com&token=hunter2hunter2"))
        .await;
    shop.post_nothing(&path("set-field/anna@example.com")).await;
    let half = Request::post(path("email")).header("content-type", "application/json");
    let half = half
        .header("authorization", "Bearer hunter2hunter2")
        .header("cookie", "session=hunter2hunter2");
    shop.request(half.body(Body::from(r#"{"email":"anna@exam"#)).unwrap())
        .await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    shop.confirm(&cart_id).await.ok();
    shop.push(&id).await.ok();
    let told = timeline_of(&shop, &cart_id).await.to_string();
    let token = shop.push_path(&id).split("token=").nth(1).unwrap().to_owned();
    let token = token.split('&').next().unwrap().to_owned();
    assert!(token.len() > 20, "{token}");
    for secret in [
        "Anna",
        "Svensson",
        "Sveav",
        "11134",
        "anna@exam",
        "4670123",
        "hunter2",
        &cart_id,
        &token,
        "klarna-checkout-container",
    ] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
    assert!(told.contains("SH006-WHT-09"), "{told}");
    assert!(told.contains(r#""authorization":"***""#));
    assert!(told.contains("(19 bytes, application/json)"), "{told}");
    assert!(told.contains(&id.0));
}

/// Events of a stream until one has this sequence.
async fn followed(shop: &Shop, cart_id: &str, after: Option<u64>, until: u64) -> Vec<(String, u64)> {
    let mut request = Request::get(format!("/_kassa/carts/{cart_id}/timeline/events"));
    if let Some(after) = after {
        request = request.header("last-event-id", after.to_string());
    }
    let response = dev_router(shop)
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let mut body = response.into_body();
    let mut text = String::new();
    let mut told = Vec::new();
    while told.last().is_none_or(|(_, id)| *id < until) {
        let frame = tokio::time::timeout(SAFETY_NET, body.frame())
            .await
            .expect("an event comes");
        text.push_str(std::str::from_utf8(frame.unwrap().unwrap().data_ref().unwrap()).unwrap());
        while let Some((event, rest)) = text.split_once("\n\n") {
            let member = |name: &str| {
                let lines = event.lines();
                lines
                    .filter_map(|line| line.strip_prefix(name))
                    .map(str::trim)
                    .map(str::to_owned)
                    .next()
            };
            let id = member("id:").map_or(0, |id| id.parse().unwrap());
            if let Some(name) = member("event:") {
                told.push((name, id));
            }
            text = rest.to_owned();
        }
    }
    told
}

#[tokio::test]
async fn a_stream_tells_what_was_what_comes_and_where_it_was_left() {
    let shop = recorded().await;
    let cart_id = shop.cart_with_shoes().await;
    let entry = |id| ("entry".to_owned(), id);
    assert_eq!(
        followed(&shop, &cart_id, None, 5).await,
        (1..=5).map(entry).collect::<Vec<_>>()
    );
    assert_eq!(followed(&shop, &cart_id, Some(3), 5).await, [entry(4), entry(5)]);
    let following = followed(&shop, &cart_id, Some(5), 7);
    let (told, _) = tokio::join!(following, shop.cart(&cart_id));
    assert_eq!(told, [entry(6), entry(7)]);
}

#[tokio::test]
async fn what_is_dropped_is_counted_and_told() {
    let shop = recorded().await;
    let cart_id = shop.new_cart("se-webshop").await;
    for _ in 0..MAX_ENTRIES_PER_CART / 2 {
        shop.cart(&cart_id).await;
    }
    let told = timeline_of(&shop, &cart_id).await;
    assert_eq!(told["entries"].as_array().unwrap().len(), MAX_ENTRIES_PER_CART);
    assert_eq!(told["dropped"], 3);
    assert_eq!(told["entries"][0]["sequence"], 4);
    let path = format!("/_kassa/carts/{cart_id}/timeline?after=");
    let later = ask(dev_router(&shop), &format!("{path}4")).await.ok();
    assert_eq!(
        (&later["dropped"], &later["entries"][0]["sequence"]),
        (&json!(0), &json!(5))
    );
    let streamed = followed(&shop, &cart_id, None, 4).await;
    assert_eq!(streamed[0].0, "dropped");
    assert_eq!(ask(dev_router(&shop), &format!("{path}x")).await.failure().0, 400);
}

#[tokio::test]
async fn streams_are_bounded_and_end_with_the_server() {
    let shop = recorded().await;
    let cart_id = shop.new_cart("se-webshop").await;
    let path = format!("/_kassa/carts/{cart_id}/timeline/events");
    let open = || async {
        let request = Request::get(&path).body(Body::empty()).unwrap();
        dev_router(&shop).oneshot(request).await.unwrap()
    };
    let mut streams = Vec::new();
    for _ in 0..MAX_STREAMS {
        streams.push(open().await);
    }
    assert_eq!(open().await.status(), StatusCode::SERVICE_UNAVAILABLE);
    let last = streams.pop().unwrap();
    drop(streams);
    assert_eq!(open().await.status(), StatusCode::OK);
    shop.app.stop.cancel();
    let rest = tokio::time::timeout(SAFETY_NET, last.into_body().collect()).await;
    rest.expect("the stream ends").unwrap();
}

#[tokio::test]
async fn operators_ask_with_the_token_and_may_name_the_cart_by_its_number() {
    let shop = recorded().await;
    let cart_id = shop.cart_with_shoes().await;
    let number = shop.cart(&cart_id).await["cartNumber"]
        .as_str()
        .unwrap()
        .to_owned();
    let admin = || kassa::admin::router(shop.app.clone(), Some("right".to_owned().into()));
    for name in [&cart_id, &number] {
        let path = format!("/carts/{name}/timeline");
        assert_eq!(ask(admin(), &path).await.status, StatusCode::UNAUTHORIZED);
        let request = Request::get(&path).header("authorization", "Bearer right");
        let told = request_of(admin(), request.body(Body::empty()).unwrap())
            .await
            .ok();
        assert_eq!(told["entries"][0]["title"], "POST /ingress/commerce/carts");
        assert!(!told.to_string().contains(&cart_id));
    }
    // The number opens nothing for others: in development, too, only the id does.
    let by_number = ask(dev_router(&shop), &format!("/_kassa/carts/{number}/timeline")).await;
    assert_eq!(by_number.failure(), (404, "NOT_FOUND".to_owned()));
    for unknown in ["C1", "3f0c3d0e-7c7e-4a57-9a8f-000000000000", "x"] {
        let path = format!("/carts/{unknown}/timeline/events");
        let request = Request::get(&path).header("authorization", "Bearer right");
        let answer = request_of(admin(), request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.failure().0, 404, "{unknown}");
    }
}

#[tokio::test]
async fn where_nothing_is_recorded_there_is_nothing_to_ask() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let path = format!("carts/{cart_id}/timeline");
    assert_eq!(
        ask(dev_router(&shop), &format!("/_kassa/{path}")).await.status,
        404
    );
    assert_eq!(
        ask(kassa::admin::router(shop.app.clone(), None), &format!("/{path}"))
            .await
            .status,
        404
    );
    // Nor does the public listener have it where something is.
    let shop = recorded().await;
    let cart_id = shop.cart_with_shoes().await;
    assert_eq!(
        shop.get(&format!("/_kassa/carts/{cart_id}/timeline"))
            .await
            .status,
        404
    );
    assert_eq!(shop.get(&format!("/carts/{cart_id}/timeline")).await.status, 404);
}

#[tokio::test]
async fn a_cart_that_nobody_touched_is_forgotten_first_and_met_again() {
    let shop = recorded().await;
    let first = shop.new_cart("se-webshop").await;
    let second = shop.new_cart("se-webshop").await;
    for _ in 2..MAX_CARTS {
        shop.new_cart("se-webshop").await;
    }
    shop.cart(&first).await;
    shop.new_cart("se-webshop").await;
    assert_eq!(entries(&shop, &first).await.len(), 5);
    assert_eq!(entries(&shop, &second).await.len(), 0);
    shop.cart(&second).await;
    assert_eq!(entries(&shop, &second).await.len(), 2);
}

/// Whoever was followed by another process is met where it stands, with its Kustom order.
#[tokio::test]
async fn a_purchase_that_began_before_a_start_is_told_from_there() {
    let mut shop = Shop::open().await;
    shop.reconfigure(|_| ());
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    with_recorder(&mut shop);
    shop.pay(&id).await;
    shop.push(&id).await.ok();
    let told = story(&entries(&shop, &cart_id).await);
    assert!(
        told.starts_with("kustom > kassa: POST /ingress/kustom/validate\n"),
        "{told}"
    );
    assert!(
        told.contains("kassa > kustom: GET /ordermanagement/v1/orders/{order}\n"),
        "{told}"
    );
    assert!(told.contains("kassa: order placed\n"), "{told}");
}

#[tokio::test]
async fn events_are_told_when_they_are_sent() {
    let shop = recorded().await;
    let cart_id = shop.cart_with_shoes().await;
    let mut events = crate::events::Events::open(&shop, &cart_id).await;
    events.next().await.unwrap().cart("init");
    shop.set_first_quantity(&cart_id, 3).await;
    events.next().await.unwrap().cart("updated");
    let told = entries(&shop, &cart_id).await;
    let sent: Vec<_> = told
        .iter()
        .filter(|entry| entry["kind"] == "event")
        .cloned()
        .collect();
    assert_eq!(
        story(&sent),
        "kassa > browser: init, version 2\nkassa > browser: updated, version 3\n"
    );
}

#[tokio::test]
async fn a_purchase_is_told_from_the_first_request_to_the_acknowledgement() {
    let shop = recorded().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.set_first_quantity(&cart_id, 3).await;
    shop.settle().await;
    shop.pay(&id).await;
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    let entries = entries(&shop, &cart_id).await;
    assert_eq!(story(&entries), PURCHASE);
    let sequences: Vec<_> = entries
        .iter()
        .map(|entry| entry["sequence"].as_u64().unwrap())
        .collect();
    assert_eq!(sequences, (1..=sequences.len() as u64).collect::<Vec<_>>());
}

const PURCHASE: &str = "\
browser > kassa: POST /ingress/commerce/carts
kassa: cart open
kassa > browser: 200
browser > kassa: POST /ingress/commerce/carts/{cartId}/add-item
kassa > browser: 200
browser > kassa: POST /ingress/commerce/carts/{cartId}/payment/kustom
kassa > kustom: POST /checkout/v3/orders
kustom > kassa: 201
kassa: kustomOrder open
kassa: Kustom holds …
kassa: reconcile scheduled
kassa > browser: 200
browser > kassa: GET /ingress/commerce/carts/{cartId}
kassa > browser: 200
browser > kassa: GET /ingress/commerce/carts/{cartId}
kassa > browser: 200
browser > kassa: POST /ingress/commerce/carts/{cartId}/set-quantity
kassa: Kustom should hold …
kassa: sync scheduled
kassa > browser: 200
kassa: sync started
kassa > kustom: POST /checkout/v3/orders/{order}
kustom > kassa: 200
kassa: Kustom holds …
kassa: sync done
kustom > kassa: POST /ingress/kustom/validate
kassa: lock being_paid
kassa: reconcile scheduled
kassa > kustom: 200
browser > kassa: POST /ingress/commerce/carts/{cartId}/payment/kustom/confirm
kassa > kustom: GET /checkout/v3/orders/{order}
kustom > kassa: 200
kassa > kustom: GET /ordermanagement/v1/orders/{order}
kustom > kassa: 200
kassa: kustomOrder completed
kassa: payment successful
kassa: order placed
kassa: cart completed
kassa: acknowledge scheduled
kassa: set_references scheduled
kassa > browser: 200
kassa: acknowledge started
kassa > kustom: POST /ordermanagement/v1/orders/{order}/acknowledge
kustom > kassa: 204
kassa: kustomOrder acknowledged
kassa: acknowledge done
kassa: set_references started
kassa > kustom: PATCH /ordermanagement/v1/orders/{order}/merchant-references
kustom > kassa: 204
kassa: set_references done
";
