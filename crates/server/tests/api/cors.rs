//! What browsers demand before a storefront on another origin may call us.

use crate::answer::{Answer, assert_headers};
use crate::shop::Shop;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};

/// A storefront on this machine, on a port that is not ours.
const PAGE: &str = "http://localhost:5173";

const FOREIGN: [&str; 8] = [
    "null",
    "https://evil.example",
    "http://localhost.evil.example",
    "http://evil.example:5173",
    "https://localhost@evil.example",
    "http://192.168.1.2:5173",
    "file://",
    "http://localhost:5173/",
];

async fn send(shop: &Shop, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    shop.request(request.body(Body::empty()).unwrap()).await
}

async fn preflight(shop: &Shop, path: &str, origin: &str, method: &str) -> Answer {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", method),
        ("access-control-request-headers", "content-type"),
    ];
    send(shop, Method::OPTIONS, path, &headers).await
}

/// The items of a header that is a list.
fn list(answer: &Answer, header: &str) -> Vec<String> {
    let text = answer.header(header).unwrap_or_default();
    text.split(',')
        .map(|item| item.trim().to_ascii_lowercase())
        .collect()
}

fn allowed_origin(answer: &Answer) -> Option<&str> {
    answer.header("access-control-allow-origin")
}

fn of(cart_id: &str, rest: &str) -> String {
    format!("/ingress/commerce/carts/{cart_id}{rest}")
}

#[tokio::test]
async fn a_preflight_of_a_trusted_page_allows_what_the_published_client_sends() {
    let shop = Shop::open().await;
    let cart_id = shop.new_cart("se-webshop").await;
    for (path, method) in [
        ("/ingress/commerce/cart-profiles".to_owned(), "GET"),
        ("/ingress/commerce/carts".to_owned(), "POST"),
        (of(&cart_id, ""), "GET"),
        (of(&cart_id, "/add-item"), "POST"),
        (of(&cart_id, "/remove-field/a%20b%2Fc"), "POST"),
        (of(&cart_id, "/payment/kustom"), "POST"),
        (of("no-such-cart", ""), "GET"),
        ("/no/such/route".to_owned(), "GET"),
    ] {
        for origin in [PAGE, "https://127.0.0.1:8443", "http://[::1]:3000"] {
            let answer = preflight(&shop, &path, origin, method).await;
            assert!(answer.status.is_success(), "{path}: {}", answer.status);
            assert_eq!(allowed_origin(&answer), Some(origin), "{path}");
            assert!(list(&answer, "access-control-allow-methods").contains(&method.to_ascii_lowercase()));
            let headers = list(&answer, "access-control-allow-headers");
            for header in ["content-type", "idempotency-key", "x-idempotency-key"] {
                assert!(headers.contains(&header.to_owned()), "{header} in {headers:?}");
            }
            let max_age = answer.header("access-control-max-age").unwrap();
            assert!(max_age.parse::<u32>().unwrap() >= 600, "{max_age}");
            assert!(list(&answer, "vary").contains(&"origin".to_owned()));
            assert_eq!(answer.header("access-control-allow-credentials"), None);
        }
    }
}

#[tokio::test]
async fn a_preflight_of_a_foreign_page_is_refused() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    for origin in FOREIGN {
        for (path, method) in [
            (of(&cart_id, ""), "GET"),
            (of(&cart_id, "/add-item"), "POST"),
            ("/no/such/route".to_owned(), "POST"),
        ] {
            let answer = preflight(&shop, &path, origin, method).await;
            assert_eq!(
                answer.failure(),
                (403, "ORIGIN_NOT_ALLOWED".to_owned()),
                "{origin}"
            );
            assert_eq!(allowed_origin(&answer), None, "{origin}");
            assert_eq!(answer.header("access-control-allow-methods"), None);
            assert_headers(&answer);
            assert!(!answer.text.contains("evil"), "{}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_request_of_a_foreign_page_gets_no_permission_to_read_the_answer() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    for origin in FOREIGN {
        for (method, path) in [
            (Method::GET, of(&cart_id, "")),
            (Method::POST, of(&cart_id, "/payment/kustom/confirm")),
            (Method::GET, of("no-such-cart", "")),
        ] {
            let answer = send(&shop, method, &path, &[("origin", origin)]).await;
            assert_eq!(allowed_origin(&answer), None, "{origin} {path}");
            assert_headers(&answer);
        }
    }
}

#[tokio::test]
async fn answers_and_errors_alike_can_be_read_by_a_trusted_page() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    for (method, path, status) in [
        (Method::GET, "/ingress/commerce/cart-profiles".to_owned(), 200),
        (Method::GET, of(&cart_id, ""), 200),
        (Method::POST, "/ingress/commerce/carts".to_owned(), 400),
        (Method::GET, of("no-such-cart", ""), 404),
        (Method::GET, of("no-such-cart", "/events"), 404),
        (Method::GET, "/no/such/route".to_owned(), 404),
        (Method::DELETE, of(&cart_id, ""), 405),
        (Method::POST, of(&cart_id, "/payment/kustom/confirm"), 409),
        (Method::POST, of(&cart_id, "/add-coupon"), 400),
        (Method::POST, of(&cart_id, "/cancel-order"), 409),
    ] {
        let answer = send(&shop, method, &path, &[("origin", PAGE)]).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text);
        assert_eq!(allowed_origin(&answer), Some(PAGE), "{path}");
        assert!(
            list(&answer, "access-control-expose-headers").contains(&"retry-after".to_owned()),
            "{path}"
        );
        assert_headers(&answer);
    }
}

/// Browsers send neither a preflight nor a content type with these two.
#[tokio::test]
async fn the_event_stream_and_confirm_work_without_a_preflight() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    let confirm = of(&cart_id, "/payment/kustom/confirm");
    let confirmed = send(&shop, Method::POST, &confirm, &[("origin", PAGE)]).await;
    assert_eq!(confirmed.ok()["status"], "checkout_complete");
    assert_eq!(allowed_origin(&confirmed), Some(PAGE));

    let request = Request::get(of(&cart_id, "/events"))
        .header("origin", PAGE)
        .header("accept", "text/event-stream");
    let request = request.body(Body::empty()).unwrap();
    let opened = tower::ServiceExt::oneshot(shop.router.clone(), request)
        .await
        .unwrap();
    assert_eq!(opened.status(), StatusCode::OK);
    assert_eq!(opened.headers()["access-control-allow-origin"], PAGE);
    assert!(opened.headers()["vary"].to_str().unwrap().contains("origin"));
}

#[tokio::test]
async fn production_trusts_exactly_the_origins_that_the_profiles_list() {
    let mut shop = Shop::open().await;
    shop.trust_only(&["https://shop.example", "https://shop.example:8443"])
        .await;
    for origin in ["https://shop.example", "https://shop.example:8443"] {
        let answer = preflight(&shop, "/ingress/commerce/carts", origin, "POST").await;
        assert_eq!(allowed_origin(&answer), Some(origin));
    }
    for origin in [
        PAGE,
        "http://shop.example",
        "https://shop.example:444",
        "https://www.shop.example",
        "https://shop.example.evil.example",
        "https://SHOP.example",
    ] {
        let answer = preflight(&shop, "/ingress/commerce/carts", origin, "POST").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin}");
        assert_eq!(allowed_origin(&answer), None, "{origin}");
    }
}
