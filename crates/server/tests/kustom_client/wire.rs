//! What travels, and where to.

use super::ask::{Ask, KEY, ORDER, PATIENT, account, client, key};
use super::script::{Kustom, answer, header, json};
use kassa::kustom::{Created, Kustom as _, OrderAddress};
use kassa::kustom_client::{Credentials, KustomAccount, KustomClient};
use kustom_api::{CheckoutOrder, Failure, KustomOrderId};
use secrecy::SecretString;
use tokio::net::TcpListener;
use uuid::Uuid;

const PAYLOAD: &str = r#"{"order_amount":100}"#;
const IDEMPOTENCY_KEY: &str = "00000000-0000-0000-0000-000000000007";

/// Each row: the call, its request line, its body, its idempotency key.
const WIRE: [(Ask, &str, Option<&str>, Option<&str>); 8] = [
    (
        Ask::Create,
        "POST /checkout/v3/orders HTTP/1.1",
        Some(PAYLOAD),
        None,
    ),
    (Ask::Read, "GET /checkout/v3/orders/o-1 HTTP/1.1", None, None),
    (
        Ask::Update,
        "POST /checkout/v3/orders/o-1 HTTP/1.1",
        Some(PAYLOAD),
        None,
    ),
    (
        Ask::Abort,
        "POST /checkout/v3/orders/o-1/abort HTTP/1.1",
        None,
        None,
    ),
    (
        Ask::ReadManaged,
        "GET /ordermanagement/v1/orders/o-1 HTTP/1.1",
        None,
        None,
    ),
    (
        Ask::Acknowledge,
        "POST /ordermanagement/v1/orders/o-1/acknowledge HTTP/1.1",
        None,
        Some(IDEMPOTENCY_KEY),
    ),
    (
        Ask::Cancel,
        "POST /ordermanagement/v1/orders/o-1/cancel HTTP/1.1",
        None,
        Some(IDEMPOTENCY_KEY),
    ),
    (
        Ask::SetReferences,
        "PATCH /ordermanagement/v1/orders/o-1/merchant-references HTTP/1.1",
        Some(r#"{"merchant_reference1":"K-1"}"#),
        Some(IDEMPOTENCY_KEY),
    ),
];

#[tokio::test]
async fn every_call_sends_exactly_what_kustom_documents() {
    for (ask, line, body, key) in WIRE {
        let mut kustom = Kustom::play([ask.success()]).await;
        ask.of(&kustom.client(PATIENT)).await.unwrap();
        let request = kustom.request().await;
        let length = body.map(|body| body.len().to_string());
        let bare = line.starts_with("POST").then(|| "0".to_owned());
        let expected = [
            ("authorization", Some(format!("Basic {KEY}"))),
            ("accept", Some("application/json".to_owned())),
            ("user-agent", Some(format!("kassa/{}", env!("CARGO_PKG_VERSION")))),
            ("host", Some(kustom.address.to_string())),
            ("content-type", body.map(|_| "application/json".to_owned())),
            ("content-length", length.or(bare)),
            ("klarna-idempotency-key", key.map(str::to_owned)),
        ];
        for (name, value) in expected {
            assert_eq!(header(&request, name), value.as_deref(), "{line}: {name}");
        }
        assert_eq!(request.lines().next(), Some(line));
        assert_eq!(
            request.split_once("\r\n\r\n").unwrap().1,
            body.unwrap_or_default()
        );
    }
}

#[tokio::test]
async fn a_user_and_a_password_travel_encoded_together() {
    let mut kustom = Kustom::play([json(200, ORDER)]).await;
    let credentials = Credentials::UserAndKey {
        key_id: "K123_abc".into(),
        password: SecretString::from("pa:ss"),
    };
    let client = KustomClient::new(account("http", kustom.address, credentials), PATIENT).unwrap();
    Ask::Read.of(&client).await.unwrap();
    let request = kustom.request().await;
    assert_eq!(
        header(&request, "authorization"),
        Some("Basic SzEyM19hYmM6cGE6c3M=")
    );
}

#[tokio::test]
async fn an_abort_may_be_answered_with_nothing() {
    let mut kustom = Kustom::play([json(200, "")]).await;
    Ask::Abort.of(&kustom.client(PATIENT)).await.unwrap();
    kustom.request().await;
}

#[tokio::test]
async fn an_id_stays_one_segment_of_the_path() {
    let rows = [
        ("../a b/ö?#%", "%2E%2E%2Fa%20b%2F%C3%B6%3F%23%25"),
        ("..", "%2E%2E"),
    ];
    for (id, segment) in rows {
        let id = KustomOrderId(id.into());
        let mut kustom = Kustom::play([json(404, ""), json(404, "")]).await;
        let client = kustom.client(PATIENT);
        let address = OrderAddress {
            id: &id,
            location: None,
        };
        assert_eq!(client.read(address).await, Err(Failure::Gone));
        assert_eq!(client.read_managed(&id).await, Err(Failure::Gone));
        let line = kustom.request().await;
        assert!(
            line.starts_with(&format!("GET /checkout/v3/orders/{segment} ")),
            "{line}"
        );
        let line = kustom.request().await;
        assert!(
            line.starts_with(&format!("GET /ordermanagement/v1/orders/{segment} ")),
            "{line}"
        );
    }
}

#[tokio::test]
async fn an_id_that_cannot_be_kustoms_is_gone_without_asking() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let client = client("http", address, PATIENT);
    for id in [String::new(), "x".repeat(256)] {
        let id = KustomOrderId(id);
        let order = OrderAddress {
            id: &id,
            location: None,
        };
        assert_eq!(
            client.update(order, &CheckoutOrder::default()).await,
            Err(Failure::Gone)
        );
        assert_eq!(client.cancel(&id, Uuid::nil()).await, Err(Failure::Gone));
    }
}

#[tokio::test]
async fn only_a_location_at_kustom_is_followed() {
    // `{at}` stands for the configured host. Everything that leads elsewhere falls back to the id.
    let rows = [
        ("http://{at}/eu/orders/o-1", "/eu/orders/o-1"),
        ("http://{at}/eu/orders/o-1?v=3#top", "/eu/orders/o-1?v=3"),
        ("/eu/orders/o-1", "/eu/orders/o-1"),
        ("https://{at}/eu/orders/o-1", "/checkout/v3/orders/o-1"),
        ("http://127.0.0.1:1/eu/orders/o-1", "/checkout/v3/orders/o-1"),
        ("http://{at}.example.com/eu/orders/o-1", "/checkout/v3/orders/o-1"),
        ("http://user@{at}/eu/orders/o-1", "/checkout/v3/orders/o-1"),
        ("//example.com/eu/orders/o-1", "/checkout/v3/orders/o-1"),
        ("http://", "/checkout/v3/orders/o-1"),
    ];
    for (location, path) in rows {
        let mut kustom = Kustom::play([json(200, ORDER)]).await;
        let location = location.replace("{at}", &kustom.address.to_string());
        let id = KustomOrderId("o-1".into());
        let address = OrderAddress {
            id: &id,
            location: Some(&location),
        };
        kustom.client(PATIENT).read(address).await.unwrap();
        let line = kustom.request().await;
        assert!(line.starts_with(&format!("GET {path} ")), "{location}: {line}");
    }
}

#[tokio::test]
async fn an_abort_goes_below_the_location() {
    let mut kustom = Kustom::play([json(200, ORDER)]).await;
    let location = format!("http://{}/eu/orders/o-1/?v=3", kustom.address);
    let id = KustomOrderId("o-1".into());
    let address = OrderAddress {
        id: &id,
        location: Some(&location),
    };
    kustom.client(PATIENT).abort(address).await.unwrap();
    assert!(
        kustom
            .request()
            .await
            .starts_with("POST /eu/orders/o-1/abort?v=3 ")
    );
}

#[tokio::test]
async fn a_created_order_keeps_its_location_only_if_it_can_be_used() {
    let rows = [
        ("", None),
        ("Location: http://{at}/eu/o-1\r\n", Some("http://{at}/eu/o-1")),
        ("Location: /eu/o-1\r\n", Some("http://{at}/eu/o-1")),
        ("Location: https://example.com/eu/o-1\r\n", None),
        ("Location: http://[\r\n", None),
    ];
    for (headers, expected) in rows {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap().to_string();
        let act = answer(201, &headers.replace("{at}", &at), ORDER);
        let kustom = Kustom::play_at(listener, [act]);
        let Created { order, location } = kustom
            .client(PATIENT)
            .create(&CheckoutOrder::default())
            .await
            .unwrap();
        assert_eq!(order.order_id, Some(KustomOrderId("o-1".into())));
        assert_eq!(location, expected.map(|expected| expected.replace("{at}", &at)));
    }
}

#[tokio::test]
async fn a_created_order_whose_location_is_another_ones_is_not_trusted() {
    let rows = [
        ("http://{at}/checkout/v3/orders/o-1", true),
        ("http://{at}/checkout/v3/orders/o%2D1/?v=3", true),
        ("https://example.com/checkout/v3/orders/o-1", true),
        ("http://{at}/checkout/v3/orders/o-2", false),
        ("/checkout/v3/orders/o-2?o-1", false),
    ];
    for (location, is_trusted) in rows {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let location = location.replace("{at}", &listener.local_addr().unwrap().to_string());
        let act = answer(201, &format!("Location: {location}\r\n"), ORDER);
        let kustom = Kustom::play_at(listener, [act]);
        let created = kustom.client(PATIENT).create(&CheckoutOrder::default()).await;
        let is_doubted = matches!(created, Err(Failure::Ambiguous { .. }));
        assert_eq!(
            (created.is_ok(), is_doubted),
            (is_trusted, !is_trusted),
            "{location}"
        );
    }
}

#[tokio::test]
async fn a_base_url_may_have_a_path() {
    let mut kustom = Kustom::play([json(200, ORDER)]).await;
    let base_url = format!("http://{}/kustom/", kustom.address).parse().unwrap();
    let account = KustomAccount {
        base_url,
        ..account("http", kustom.address, key())
    };
    Ask::Read
        .of(&KustomClient::new(account, PATIENT).unwrap())
        .await
        .unwrap();
    assert!(
        kustom
            .request()
            .await
            .starts_with("GET /kustom/checkout/v3/orders/o-1 ")
    );
}
