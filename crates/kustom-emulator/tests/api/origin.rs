//! Which web pages may steer the emulator.

use crate::support::{call, call_with, create, emulator, order, start};
use kustom_emulator::{Emulator, Settings, read_origin};
use std::sync::Arc;

const OWN_HOST: (&str, &str) = ("host", "kustom.internal:3301");

fn known_by_that_name() -> Emulator {
    let settings = Settings {
        public_url: Some(format!("http://{}", OWN_HOST.1)),
        ..Settings::default()
    };
    Emulator::new(settings, Arc::new(start))
}

#[tokio::test]
async fn strangers_pages_are_refused_and_ours_are_not() {
    for (origin, status) in [
        (None, 200),
        (Some("http://kustom.internal:3301"), 200),
        (Some("https://kustom.internal:3301"), 200),
        (Some("http://localhost:5173"), 200),
        (Some("https://127.0.0.1:8443"), 200),
        (Some("http://[::1]:3000"), 200),
        (Some("http://shop.localhost:3000"), 200),
        (Some("http://kustom.internal"), 403),
        (Some("http://kustom.internal:3302"), 403),
        (Some("https://evil.example"), 403),
        (Some("http://localhost.evil.example"), 403),
        (Some("http://127.0.0.1.evil.example:3301"), 403),
        (Some("null"), 403),
        (Some(""), 403),
    ] {
        let emulator = known_by_that_name();
        create(&emulator, order()).await;
        let headers: Vec<_> = [OWN_HOST]
            .into_iter()
            .chain(origin.map(|origin| ("origin", origin)))
            .collect();
        // As a form of another page would send it: without a body and without any header of its own.
        let answer = call_with(&emulator, "POST", "/_emulator/reset", &headers, None).await;
        assert_eq!(answer.status, status, "{origin:?}");
        let is_forgotten = emulator.inspect(|kustom| kustom.orders().count()) == 0;
        assert_eq!(is_forgotten, status == 200, "{origin:?}");
        if status == 403 {
            assert_eq!(answer.json()["error"]["code"], "FOREIGN_ORIGIN");
            assert!(!answer.headers.contains_key("access-control-allow-origin"));
        }
    }
}

#[tokio::test]
async fn every_control_route_is_guarded() {
    let emulator = emulator();
    for foreign in [("origin", "https://evil.example"), ("host", "evil.example")] {
        assert_guarded(&emulator, foreign).await;
    }
}

async fn assert_guarded(emulator: &Emulator, foreign: (&str, &str)) {
    let id = create(emulator, order()).await;
    for (method, path) in [
        ("GET", "orders"),
        ("OPTIONS", "orders"),
        ("GET", "requests"),
        ("GET", "events"),
        ("GET", "snapshot"),
        ("PUT", "snapshot"),
        ("GET", "webhooks"),
        ("PATCH", "rules"),
        ("POST", "faults"),
        ("DELETE", "faults"),
        ("POST", "clock/advance"),
        ("POST", "callbacks/1/repeat"),
        ("POST", &format!("orders/{id}/pay")),
        ("POST", &format!("orders/{id}/push")),
        ("POST", &format!("orders/{id}/decide")),
        ("POST", &format!("orders/{id}/expire")),
        ("POST", &format!("orders/{id}/address")),
        ("POST", &format!("orders/{id}/capture")),
        ("GET", "nothing/like/that"),
    ] {
        let answer = call_with(emulator, method, &format!("/_emulator/{path}"), &[foreign], None).await;
        assert_eq!(answer.status, 403, "{method} {path} {foreign:?}");
    }
}

#[tokio::test]
async fn another_spelling_of_a_control_path_is_no_way_around_the_guards() {
    let emulator = emulator();
    create(&emulator, order()).await;
    for (path, status) in [
        ("//_emulator/reset", 404),
        ("///_emulator/reset", 404),
        ("//_emulator//reset", 404),
        ("/_emulator", 403),
        ("/_emulator/", 403),
        ("/_emulator//reset", 403),
        ("/_emulator/reset/", 403),
        ("/%5femulator/reset", 404),
        ("/./_emulator/reset", 404),
    ] {
        for headers in [("origin", "https://evil.example"), ("host", "evil.example")] {
            let answer = call_with(&emulator, "POST", path, &[headers], None).await;
            assert_eq!(answer.status, status, "{path} {headers:?}");
        }
        assert_eq!(call(&emulator, "POST", path, None).await.status, 404, "{path}");
    }
    assert_eq!(emulator.inspect(|kustom| kustom.orders().count()), 1);
}

#[tokio::test]
async fn a_page_of_this_machine_may_read_the_answer() {
    let page = ("origin", "http://localhost:5173");
    let answer = call_with(&emulator(), "GET", "/_emulator/orders", &[page], None).await;
    assert_eq!(answer.header("access-control-allow-origin"), page.1);
    let asked = [
        page,
        ("access-control-request-method", "DELETE"),
        ("access-control-request-headers", "content-type"),
    ];
    let answer = call_with(&emulator(), "OPTIONS", "/_emulator/faults", &asked, None).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-methods"), "DELETE");
    assert_eq!(answer.header("access-control-allow-headers"), "content-type");
}

#[tokio::test]
async fn a_page_of_a_named_origin_steers_it_and_a_neighbour_does_not() {
    let settings = Settings {
        allowed_origins: vec![read_origin("https://shop.example:8443").unwrap()],
        ..Settings::default()
    };
    let emulator = Emulator::new(settings, Arc::new(start));
    for (origin, status) in [
        ("https://shop.example:8443", 200),
        ("http://shop.example:8443", 403),
        ("https://shop.example", 403),
        ("https://shop.example.evil.example:8443", 403),
        ("null", 403),
    ] {
        let page = ("origin", origin);
        let answer = call_with(&emulator, "POST", "/_emulator/reset", &[page], None).await;
        let asked = [page, ("access-control-request-method", "POST")];
        let preflight = call_with(&emulator, "OPTIONS", "/_emulator/faults", &asked, None).await;
        for answer in [answer, preflight] {
            assert_eq!(answer.status, status, "{origin}");
            let may_read = answer.headers.get("access-control-allow-origin");
            assert_eq!(may_read.is_some(), status == 200, "{origin}");
        }
    }
}

#[test]
fn an_origin_has_a_scheme_of_the_web_and_nothing_behind_its_port() {
    for text in [
        "https://shop.example",
        "http://10.0.0.7:3300",
        "http://[::1]:3300",
        "https://shop.example/",
    ] {
        assert!(read_origin(text).is_some(), "{text}");
    }
    for text in [
        "",
        "shop.example",
        "null",
        "ftp://shop.example",
        "https://shop.example/a",
        "https://a:b@shop.example",
        "file:///",
    ] {
        assert!(read_origin(text).is_none(), "{text}");
    }
}

#[tokio::test]
async fn the_iframes_routes_are_for_the_pages_of_every_shop() {
    let emulator = emulator();
    let id = create(&emulator, order()).await;
    let path = format!("/browser/orders/{id}");
    let shop = [
        ("origin", "https://shop.example"),
        ("authorization", "Bearer none"),
    ];
    let answer = call_with(&emulator, "GET", &path, &shop, None).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(
        call(&emulator, "GET", "/browser/checkout", None).await.status,
        200
    );
}
