//! The document of the API: complete, true, and the one that is kept in the repository.

mod ask;
mod check;
mod example;
mod provoke;
mod record;
mod refusal;
mod script;

use crate::answer::Answer;
use crate::shop::{Shop, pages};
use axum::body::Body;
use axum::http::{Method, Request};
use check::check;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Set to anything, it makes the test write the document instead of comparing it.
const UPDATE: &str = "KASSA_UPDATE_OPENAPI";

#[tokio::test]
async fn the_document_in_the_repository_is_the_one_that_is_served() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let served = Shop::open().await.get("/openapi.json").await;
    served.ok();
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&file, &served.text).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    let hint = format!("{UPDATE}=1 cargo test -p kassa --test api openapi");
    let is_kept = kept == served.text;
    assert!(is_kept, "the document has changed; if it was meant to: {hint}");
}

#[tokio::test]
async fn everything_that_is_served_is_documented_and_the_other_way_round() {
    let shop = Shop::open().await;
    let document = document(&shop).await;
    let mut served = BTreeMap::new();
    for path in served_paths(&shop) {
        if path.ends_with("-field/") {
            continue; // A field without a key, which is served only to say what is wrong with it.
        }
        // No route takes this method, so the answer names those that it takes.
        let request = Request::builder().method(Method::TRACE).uri(filled(&path));
        let answer = shop.request(request.body(Body::empty()).unwrap()).await;
        if answer.failure().0 == 404 {
            continue; // The fallback prints itself as a path, too.
        }
        assert_eq!(answer.failure(), (405, "METHOD_NOT_ALLOWED".to_owned()), "{path}");
        let allowed = answer.header("allow").unwrap().to_ascii_lowercase();
        let methods: BTreeSet<_> = allowed.split(',').map(str::to_owned).collect();
        served.insert(path, methods);
    }
    let documented: BTreeMap<_, BTreeSet<_>> = object(&document["paths"])
        .iter()
        .map(|(path, item)| {
            // Whoever answers GET answers HEAD as well, and nobody documents that.
            let head = item.get("get").map(|_| "head".to_owned());
            (path.clone(), object(item).keys().cloned().chain(head).collect())
        })
        .collect();
    assert_eq!(served, documented);
}

#[tokio::test]
async fn every_operation_is_described() {
    let shop = Shop::open().await;
    let document = document(&shop).await;
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let at = format!("{method} {path}");
        assert!(
            ids.insert(operation["operationId"].as_str().unwrap()),
            "{at}: same id again"
        );
        assert!(!operation["summary"].as_str().unwrap().is_empty(), "{at}");
        let named: Vec<_> = operation["parameters"].as_array().into_iter().flatten().collect();
        for name in path
            .split('{')
            .skip(1)
            .map(|rest| rest.split('}').next().unwrap())
        {
            let of_path = |parameter: &&&Value| parameter["in"] == "path" && parameter["name"] == name;
            assert!(named.iter().any(|one| of_path(&one)), "{at}: {name}");
        }
        for (status, response) in object(&operation["responses"]) {
            assert!(
                !response["description"].as_str().unwrap().is_empty(),
                "{at} {status}"
            );
            if status.as_str() >= "400" {
                let schema = &response["content"]["application/json"]["schema"]["$ref"];
                let kustoms_own = ["PurchaseDenied", "CheckoutRefused"];
                if kustoms_own
                    .iter()
                    .any(|own| schema.as_str().is_some_and(|schema| schema.ends_with(own)))
                {
                    assert!(path.starts_with("/ingress/kustom/"), "{at}: Kustom's own form");
                    continue;
                }
                assert_eq!(schema, "#/components/schemas/Error", "{at} {status}");
                assert!(
                    !response["x-codes"].as_array().unwrap().is_empty(),
                    "{at} {status}"
                );
            } else {
                let has_body = response["content"].is_object();
                assert!(has_body || status.starts_with('3'), "{at} {status}: no schema");
            }
        }
    }
}

#[tokio::test]
async fn every_reference_of_the_document_leads_somewhere() {
    let shop = Shop::open().await;
    let document = document(&shop).await;
    let text = document.to_string();
    for name in text.split("\"$ref\":\"#/components/schemas/").skip(1) {
        let name = name.split('"').next().unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
    for name in text.split("\"$ref\":\"#/components/examples/").skip(1) {
        let name = name.split('"').next().unwrap();
        assert!(document["components"]["examples"][name].is_object(), "{name}");
    }
    assert_eq!(
        text.matches("\"$ref\"").count(),
        text.matches("\"$ref\":\"#/components/").count()
    );
}

/// Where the document says how long or how large, one more is refused.
#[tokio::test]
async fn the_limits_in_the_document_are_those_of_the_server() {
    let shop = Shop::open().await;
    let document = document(&shop).await;
    let cart_id = shop.cart_with_shoes().await;
    let limit = |schema: &str, member: &str, kind: &str| {
        let limit = &document["components"]["schemas"][schema]["properties"][member][kind];
        usize::try_from(
            limit
                .as_u64()
                .unwrap_or_else(|| panic!("{schema}.{member}.{kind}")),
        )
        .unwrap()
    };
    let send = async |method: &str, body: Value| {
        let path = format!("/ingress/commerce/carts/{cart_id}/{method}");
        shop.post(&path, body).await.status.as_u16()
    };

    let quantity = |quantity| json!({ "productNumber": "BOOK-001", "quantity": quantity });
    let (least, most) = (
        limit("AddItemRequest", "quantity", "minimum"),
        limit("AddItemRequest", "quantity", "maximum"),
    );
    assert_eq!(most, limit("SetQuantityRequest", "quantity", "maximum"));
    for (number, status) in [(least, 200), (least - 1, 400), (most + 1, 400)] {
        assert_eq!(send("add-item", quantity(number)).await, status, "{number}");
    }
    for member in [
        "name",
        "careOf",
        "attention",
        "addressLine1",
        "addressLine2",
        "city",
        "state",
        "postalCode",
        "taxId",
        "taxIdType",
    ] {
        let length = limit("InvoiceRecipientRequest", member, "maxLength");
        let part = |length| json!({ "invoiceRecipient": { member: "1".repeat(length) } });
        assert_eq!(send("address", part(length)).await, 200, "{member}");
        assert_eq!(send("address", part(length + 1)).await, 400, "{member}");
        if !member.starts_with("tax") {
            assert_eq!(length, limit("AddressRequest", member, "maxLength"), "{member}");
        }
    }
    let phone = limit("SetPhoneRequest", "phone", "maxLength");
    assert_eq!(send("phone", json!({ "phone": "1".repeat(phone) })).await, 200);
    assert_eq!(
        send("phone", json!({ "phone": "1".repeat(phone + 1) })).await,
        400
    );
    let email = limit("SetEmailRequest", "email", "maxLength");
    assert_eq!(send("email", json!({ "email": email_of(email) })).await, 200);
    assert_eq!(send("email", json!({ "email": email_of(email + 1) })).await, 400);
    let url = limit("OpenCheckoutRequest", "termsUrl", "maxLength");
    assert_eq!(send("payment/kustom", with_terms_of(url)).await, 200);
    assert_eq!(send("payment/kustom", with_terms_of(url + 1)).await, 400);
}

/// Every answer has a documented status and code, and the documented members and no others.
#[tokio::test]
async fn answers_are_as_documented() {
    let shop = Shop::open().await;
    let document = document(&shop).await;
    let cart_id = shop.cart_with_shoes().await;
    let cart = format!("/ingress/commerce/carts/{cart_id}");
    let address = json!({ "address": { "name": "Test Person", "countryCode": "SE" }, "invoiceRecipient": { "taxId": "1" } });
    let check = |operation_id, answer: &Answer| check(&document, operation_id, answer);

    check(
        "listCartProfiles",
        &shop.get("/ingress/commerce/cart-profiles").await,
    );
    let opened = json!({ "profileKey": "se-webshop", "locale": "sv" });
    check("createCart", &shop.post("/ingress/commerce/carts", opened).await);
    check(
        "createCart",
        &shop
            .post(
                "/ingress/commerce/carts",
                json!({ "profileKey": "x", "locale": "sv" }),
            )
            .await,
    );
    check(
        "createCart",
        &shop
            .post("/ingress/commerce/carts", json!({ "profileKey": "x", "a": 1 }))
            .await,
    );
    check("confirmKustomCheckout", &shop.confirm(&cart_id).await);
    check(
        "setCartAddress",
        &shop.post(&format!("{cart}/address"), address).await,
    );
    check(
        "setCartEmail",
        &shop
            .post(&format!("{cart}/email"), json!({ "email": "a@example.test" }))
            .await,
    );
    check(
        "setCartEmail",
        &shop.post(&format!("{cart}/email"), json!({ "email": "a" })).await,
    );
}

#[tokio::test]
async fn answers_about_fields_items_and_refusals_are_as_documented() {
    let shop = Shop::open().await;
    let document = document(&shop).await;
    let cart_id = shop.cart_with_shoes().await;
    let cart = format!("/ingress/commerce/carts/{cart_id}");
    let check = |operation_id, answer: &Answer| check(&document, operation_id, answer);

    check(
        "setCartField",
        &shop
            .post(&format!("{cart}/set-field/note"), json!({ "value": [1] }))
            .await,
    );
    check(
        "setCartField",
        &shop
            .post(&format!("{cart}/set-field/kustomX"), json!({ "value": 1 }))
            .await,
    );
    check(
        "removeCartField",
        &shop.post_nothing(&format!("{cart}/remove-field/note")).await,
    );
    check(
        "removeCartItem",
        &shop
            .post(&format!("{cart}/remove-item"), json!({ "cartItemId": "x" }))
            .await,
    );
    check(
        "addCartCoupon",
        &shop
            .post(&format!("{cart}/add-coupon"), json!({ "couponCode": "FREESHIP" }))
            .await,
    );
    check(
        "openKustomCheckout",
        &shop.post(&format!("{cart}/payment/kustom"), json!({})).await,
    );
}

#[tokio::test]
async fn answers_during_and_after_a_purchase_are_as_documented() {
    let shop = Shop::open().await;
    let document = document(&shop).await;
    let cart_id = shop.cart_with_shoes().await;
    let cart = format!("/ingress/commerce/carts/{cart_id}");
    let check = |operation_id, answer: &Answer| check(&document, operation_id, answer);

    check("openKustomCheckout", &shop.open_checkout(&cart_id).await);
    check("getCart", &shop.get(&cart).await);
    let id = shop.opened(&cart_id).await;
    check("confirmKustomCheckout", &shop.confirm(&cart_id).await);
    shop.pay(&id).await;
    check("confirmKustomCheckout", &shop.confirm(&cart_id).await);
    check("receiveKustomPush", &shop.push(&id).await);
    check(
        "receiveKustomPush",
        &shop.post_nothing("/ingress/kustom/webhook/push").await,
    );
    check("getCart", &shop.get(&cart).await);
    check(
        "setCartPhone",
        &shop
            .post(&format!("{cart}/phone"), json!({ "phone": "112" }))
            .await,
    );
    check("getCart", &shop.get("/ingress/commerce/carts/none").await);
    check("getHealth", &shop.get("/health").await);
}

#[tokio::test]
async fn the_page_shows_the_document_and_asks_nobody_else() {
    let shop = Shop::open().await;
    let redirect = shop.get("/docs").await;
    assert_eq!(redirect.status, 308);
    assert_eq!(redirect.header("location"), Some("docs/"));
    for (file, content_type) in [
        ("", "text/html"),
        ("swagger-ui-bundle.js", "text/javascript"),
        ("swagger-initializer.js", "text/javascript"),
        ("swagger-ui.css", "text/css"),
        ("favicon-32x32.png", "image/png"),
    ] {
        let request = Request::head(format!("/docs/{file}"))
            .body(Body::empty())
            .unwrap();
        let answer = shop.request(request).await;
        assert_eq!(answer.status, 200, "{file}");
        assert_eq!(answer.header("content-type"), Some(content_type), "{file}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        let policies: Vec<_> = answer.headers.get_all("content-security-policy").iter().collect();
        assert_eq!(policies.len(), 1, "{file}");
        let policy = policies[0].to_str().unwrap();
        for part in [
            "default-src 'none'",
            "script-src 'self';",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
    }
    let initializer = shop.get("/docs/swagger-initializer.js").await.text;
    assert!(initializer.contains("\"../openapi.json\""), "{initializer}");
    assert!(
        initializer.contains("\"validatorUrl\": \"none\""),
        "{initializer}"
    );
    for path in ["/docs/none.js", "/docs/%ff", "/docs/../Cargo.toml"] {
        assert_eq!(
            shop.get(path).await.failure(),
            (404, "NOT_FOUND".to_owned()),
            "{path}"
        );
    }
}

#[tokio::test]
async fn pages_of_the_shop_may_read_the_document() {
    let shop = Shop::open().await;
    let origin = "http://localhost:5173";
    let request = Request::get("/openapi.json").header("origin", origin);
    let answer = shop.request(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
    assert_eq!(
        answer.header("content-type"),
        Some("application/json; charset=utf-8")
    );
    assert_eq!(answer.header("content-security-policy"), None);
    assert!(answer.ok()["openapi"].as_str().unwrap().starts_with("3."));
}

async fn document(shop: &Shop) -> Value {
    shop.get("/openapi.json").await.ok()
}

/// The router does not list its routes, but what it prints of itself does.
fn served_paths(shop: &Shop) -> BTreeSet<String> {
    let printed = format!("{:?}", shop.router);
    let quoted = printed.split('"').skip(1).step_by(2);
    let paths: BTreeSet<_> = quoted
        .filter(|text| text.starts_with('/'))
        .map(str::to_owned)
        .collect();
    assert!(
        paths.contains("/ingress/commerce/carts/{cart_id}/add-item"),
        "{printed}"
    );
    paths
}

fn filled(path: &str) -> String {
    path.replace(['{', '}'], "")
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap()
}

fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = object(&document["paths"]).iter();
    paths.flat_map(|(path, item)| {
        object(item)
            .iter()
            .map(move |(method, it)| (path.as_str(), method.as_str(), it))
    })
}

/// An address of the given length, with labels as long as they may be.
fn email_of(length: usize) -> String {
    let domain = format!("{0}.{0}.{0}", "d".repeat(63));
    format!("{}@{domain}", "a".repeat(length - domain.len() - 1))
}

fn with_terms_of(length: usize) -> Value {
    let mut body = pages("");
    let terms = body["termsUrl"].as_str().unwrap().to_owned();
    body["termsUrl"] = json!(format!("{terms}?{}", "x".repeat(length - terms.len() - 1)));
    body
}
