//! Rows about the request itself: its route, its method, its body as bytes and as JSON.

use super::row::{MARKER, Row, bare, of, post, raw_post};
use super::{UNKNOWN_CART, World};
use axum::body::Body;
use axum::http::{HeaderValue, Method, Request};
use serde_json::{Value, json};

pub(super) fn rows(world: &World) -> Vec<Row> {
    let mut rows = bodies(world);
    rows.extend(media_types(world));
    rows.extend(sizes(world));
    rows.extend(members(world));
    rows.extend(routes(world));
    rows.extend(keys(world));
    rows
}

/// Nothing can be guessed of a good key, and nothing of a bad one comes back.
fn keys(world: &World) -> Vec<Row> {
    let long = MARKER.repeat(20);
    let bad: [&[&str]; 8] = [
        &[""],
        &["7"],
        &["123456789012345"],
        &["with space in it, and long"],
        &["with a t\tab in it, and long"],
        &["with-an-\u{e9}-in-it-and-long"],
        &[&long],
        &[
            "5b2c1f0e-0c55-4a57-9d0a-6f3a4c1d2e90",
            "5b2c1f0e-0c55-4a57-9d0a-6f3a4c1d2e91",
        ],
    ];
    let mut routes = routes_with_body(world);
    routes.retain(|(path, _)| !path.ends_with("/kustom"));
    routes.push((of(&world.cart, "remove-field/note"), json!({})));
    routes.push((of(&world.cart, "add-coupon"), json!({ "couponCode": "FREESHIP" })));
    routes.push((
        of(&world.cart, "remove-coupon"),
        json!({ "couponCode": "FREESHIP" }),
    ));
    let mut rows = Vec::new();
    for (path, good) in routes {
        for values in bad {
            let mut request = post(&path, &good);
            for value in values {
                let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
                request.headers_mut().append("idempotency-key", value);
            }
            let what = format!("the key {values:?} to {path}");
            let says = "16 to 128 visible ASCII";
            rows.push(Row::new(what, request, 400, "INVALID_IDEMPOTENCY_KEY", says));
        }
    }
    rows
}

/// Every route that reads a body, with one that it accepts.
fn routes_with_body(world: &World) -> Vec<(String, Value)> {
    let cart = &world.cart;
    vec![
        (
            "/ingress/commerce/carts".into(),
            json!({ "profileKey": "se-webshop", "locale": "sv_SE" }),
        ),
        (
            of(cart, "add-item"),
            json!({ "productNumber": "BOOK-001", "quantity": 1 }),
        ),
        (of(cart, "remove-item"), json!({ "cartItemId": world.item })),
        (
            of(cart, "set-quantity"),
            json!({ "cartItemId": world.item, "quantity": 1 }),
        ),
        (of(cart, "address"), json!({ "address": { "name": "A" } })),
        (of(cart, "email"), json!({ "email": "a@example.test" })),
        (of(cart, "phone"), json!({ "phone": "0701234567" })),
        (of(cart, "set-field/note"), json!({ "value": 1 })),
        (of(cart, "payment/kustom"), crate::shop::pages("?tab=2")),
    ]
}

fn bodies(world: &World) -> Vec<Row> {
    let deep = format!("{{\"value\":{}{}}}", "[".repeat(16), "]".repeat(16));
    let mut rows = Vec::new();
    for (path, good) in routes_with_body(world) {
        let good = good.to_string();
        let values: Vec<String> = serde_json::from_str::<serde_json::Map<_, _>>(&good)
            .unwrap()
            .into_iter()
            .map(|(_, value): (String, Value)| value.to_string())
            .collect();
        let twice = format!("{},{}", &good[..good.len() - 1], &good[1..]);
        let says_line = "line 1";
        let bodies: [(&str, Vec<u8>, &str); 12] = [
            ("empty", Vec::new(), says_line),
            ("not JSON", MARKER.into(), says_line),
            ("half of it", good[..good.len() - 1].into(), says_line),
            ("something after it", format!("{good} {good}").into(), says_line),
            ("null", "null".into(), says_line),
            ("an empty array", "[]".into(), says_line),
            (
                "an array of the values",
                format!("[{}]", values.join(",")).into(),
                says_line,
            ),
            ("text", format!("\"{MARKER}\"").into(), says_line),
            ("too deep", deep.clone().into(), "deeper than 16"),
            ("a member twice", twice.into(), "twice"),
            ("bad UTF-8", [good.as_bytes(), b"\xff"].concat(), "UTF-8"),
            ("NUL", format!("{good}\0").into(), says_line),
        ];
        for (what, body, says) in bodies {
            let what = format!("{what} to {path}");
            let request = raw_post(&path, body);
            rows.push(Row::new(what, request, 400, "INVALID_MESSAGE_BODY", says));
        }
    }
    rows
}

fn media_types(world: &World) -> Vec<Row> {
    let mut rows = Vec::new();
    for (path, good) in routes_with_body(world) {
        for content_type in [
            None,
            Some("text/plain"),
            Some("application/problem+json"),
            Some("application/x-www-form-urlencoded"),
            Some("text/plain; application/json"),
            Some("application/jsonp"),
        ] {
            let mut request = Request::post(&path);
            if let Some(content_type) = content_type {
                request = request.header("content-type", content_type);
            }
            let request = request.body(Body::from(good.to_string())).unwrap();
            let what = format!("{content_type:?} to {path}");
            rows.push(Row::new(
                what,
                request,
                415,
                "UNSUPPORTED_MEDIA_TYPE",
                "application/json",
            ));
        }
    }
    rows
}

fn sizes(world: &World) -> Vec<Row> {
    let mut rows = Vec::new();
    for (path, good) in routes_with_body(world) {
        // Blanks after the object: every byte counts, not only what JSON sees.
        let good = good.to_string();
        let padded = format!("{good}{}", " ".repeat(64 * 1024 + 1 - good.len()));
        assert_eq!(padded.len(), 65_537);
        let what = format!("a byte too many to {path}");
        let request = raw_post(&path, padded.clone());
        rows.push(Row::new(
            what,
            request,
            413,
            "BODY_TOO_LARGE",
            "exceeds 65536 bytes",
        ));
        // Sent in pieces, so that no length is announced.
        let pieces = futures_util::stream::iter([Ok::<_, std::io::Error>(padded.clone()), Ok(padded)]);
        let what = format!("too much in pieces to {path}");
        let request = raw_post(&path, Body::from_stream(pieces));
        rows.push(Row::new(
            what,
            request,
            413,
            "BODY_TOO_LARGE",
            "exceeds 65536 bytes",
        ));
    }
    rows
}

fn members(world: &World) -> Vec<Row> {
    let mut rows = Vec::new();
    for (path, good) in routes_with_body(world) {
        for member in [
            "price",
            "paid",
            "total",
            "unitPrice",
            "cartState",
            "kustomOrderId",
            "idempotencyKey",
        ] {
            let mut body = good.clone();
            body[member] = json!(MARKER);
            let says = format!("`{member}` is not accepted here");
            rows.push(Row::new(
                format!("{member} to {path}"),
                post(&path, &body),
                400,
                "UNKNOWN_FIELD",
                says,
            ));
        }
        let optional = path.ends_with("/address");
        for member in good.as_object().unwrap().keys().filter(|_| !optional) {
            let mut body = good.clone();
            body.as_object_mut().unwrap().remove(member);
            let says = format!("`{member}` is missing");
            let what = format!("no {member} to {path}");
            rows.push(Row::new(
                what,
                post(&path, &body),
                400,
                "INVALID_MESSAGE_BODY",
                says,
            ));

            let takes_anything = ["quantity", "value"].contains(&member.as_str());
            let wrong = [json!(null), json!(7), json!([MARKER]), json!({ MARKER: MARKER })];
            for wrong in wrong.into_iter().filter(|_| !takes_anything) {
                let what = format!("{member} {wrong} to {path}");
                let mut body = good.clone();
                body[member] = wrong;
                rows.push(Row::new(
                    what,
                    post(&path, &body),
                    400,
                    "INVALID_MESSAGE_BODY",
                    "line 1",
                ));
            }
        }
    }
    rows
}

fn routes(world: &World) -> Vec<Row> {
    let cart = &world.cart;
    let read = format!("/ingress/commerce/carts/{cart}");
    let mut rows = Vec::new();
    for (method, path) in [
        (Method::POST, "/ingress/commerce/cart-profiles".to_owned()),
        (Method::GET, "/ingress/commerce/carts".to_owned()),
        (Method::DELETE, read.clone()),
        (Method::PUT, read.clone()),
        (Method::PATCH, read.clone()),
        (Method::POST, of(cart, "events")),
        (Method::GET, of(cart, "add-item")),
        (Method::PUT, of(cart, "set-field/note")),
        (Method::DELETE, of(cart, "remove-field/note")),
        (Method::GET, of(cart, "payment/kustom")),
        (Method::GET, of(cart, "payment/kustom/confirm")),
        (Method::GET, world.push.clone()),
        (Method::POST, "/health".to_owned()),
    ] {
        let what = format!("{method} {path}");
        let row = Row::new(what, bare(method, &path), 405, "METHOD_NOT_ALLOWED", "");
        rows.push(row.with_header("allow"));
    }
    for path in [
        "/".to_owned(),
        format!("/{MARKER}"),
        "/ingress/commerce/carts/".to_owned(),
        format!("{read}/"),
        of(cart, "fields/note"),
        of(cart, "payment/stripe"),
        of(cart, "add-item/"),
        "/ingress/stripe/publicKey".to_owned(),
        "/ingress/prices/lookup".to_owned(),
        "//ingress/commerce/carts".to_owned(),
    ] {
        for method in [Method::GET, Method::POST] {
            let what = format!("{method} {path}");
            rows.push(Row::new(
                what,
                bare(method, &path),
                404,
                "NOT_FOUND",
                "No such route.",
            ));
        }
    }
    for cart_id in [UNKNOWN_CART, MARKER, "%00"] {
        let path = of(cart_id, "payment/kustom/confirm");
        let what = format!("cart {cart_id}");
        rows.push(Row::new(
            what,
            bare(Method::POST, &path),
            404,
            "NOT_FOUND",
            "No such cart.",
        ));
    }
    rows
}
