//! What real clients send and how they read, byte by byte over a socket: some of them are older than the standards.

use crate::support::{order, order_with, start};
use kustom_emulator::{Emulator, Settings};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

struct Served {
    address: String,
    emulator: Emulator,
    _stop: tokio_util::sync::DropGuard,
}

struct Said {
    status: u16,
    head: String,
    body: String,
}

impl Said {
    /// The value of a header whose name is compared as some clients do.
    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1);
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{} {}", self.head, self.body))
    }
}

async fn serve() -> Served {
    let emulator = Emulator::new(Settings::default(), Arc::new(start));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let stop = CancellationToken::new();
    tokio::spawn(emulator.serve(listener, stop.clone()));
    Served {
        address,
        emulator,
        _stop: stop.drop_guard(),
    }
}

impl Served {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).await.unwrap()
    }

    /// One request on a connection of its own.
    async fn send(&self, request: &str) -> Said {
        let mut stream = self.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        read(&mut stream).await
    }

    async fn call(&self, line: &str, headers: &str, body: &str) -> Said {
        let host = &self.address;
        let length = body.len();
        let length = if body.is_empty() {
            String::new()
        } else {
            format!("Content-Length: {length}\r\n")
        };
        self.send(&format!(
            "{line} HTTP/1.1\r\nHost: {host}\r\n{headers}{length}\r\n{body}"
        ))
        .await
    }

    async fn create(&self, order: &Value) -> Said {
        self.call(
            "POST /checkout/v3/orders",
            "Authorization: Basic x\r\nContent-Type: application/json\r\n",
            &order.to_string(),
        )
        .await
    }
}

/// Reads as much as the head promises.
async fn read(stream: &mut TcpStream) -> Said {
    let mut bytes = Vec::new();
    let head_length = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "no answer");
    };
    let head = String::from_utf8(bytes[..head_length].to_vec()).unwrap();
    let mut said = Said {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head,
        body: String::new(),
    };
    let length: usize = said
        .header("Content-Length")
        .map_or(0, |length| length.parse().unwrap());
    while bytes.len() < head_length + length {
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "half an answer");
    }
    said.body = String::from_utf8(bytes[head_length..].to_vec()).unwrap();
    said
}

/// That nothing more comes on this connection, and no reset.
async fn assert_is_closed(mut stream: TcpStream) {
    assert_eq!(stream.read(&mut [0; 16]).await.unwrap(), 0);
}

#[tokio::test]
async fn statuses_and_locations_are_the_documented_ones() {
    let served = serve().await;
    let created = served.create(&order()).await;
    assert!(
        created.head.starts_with("HTTP/1.1 201 Created\r\n"),
        "{}",
        created.head
    );
    let id = created.json()["order_id"].as_str().unwrap().to_owned();
    let path = format!("/checkout/v3/orders/{id}");
    let location = format!("http://{}{path}", served.address);
    assert_eq!(created.header("Location"), Some(location.as_str()));
    assert_eq!(
        created.header("Content-Type"),
        Some("application/json;charset=utf-8")
    );
    let auth = "Authorization: Basic x\r\n";
    let paid = served
        .call(&format!("POST /_emulator/orders/{id}/pay"), "", "{}")
        .await;
    assert_eq!(paid.status, 200, "{}", paid.body);
    for (line, body, status) in [
        (format!("GET {path}"), "", 200),
        (format!("POST {path}"), "{}", 403),
        (format!("POST {path}/abort"), "", 403),
        (format!("GET /ordermanagement/v1/orders/{id}"), "", 200),
        (
            format!("POST /ordermanagement/v1/orders/{id}/acknowledge"),
            "",
            204,
        ),
        (
            format!("PATCH /ordermanagement/v1/orders/{id}/merchant-references"),
            r#"{"merchant_reference1":"1"}"#,
            204,
        ),
    ] {
        let said = served.call(&line, auth, body).await;
        assert_eq!(said.status, status, "{line} {}", said.body);
    }
}

#[tokio::test]
async fn an_answer_without_a_body_has_no_type() {
    let served = serve().await;
    let id = served.create(&order()).await.json()["order_id"]
        .as_str()
        .unwrap()
        .to_owned();
    served
        .call(&format!("POST /_emulator/orders/{id}/pay"), "", "{}")
        .await;
    let auth = "Authorization: Basic x\r\n";
    for (line, headers, status) in [
        (
            format!("POST /ordermanagement/v1/orders/{id}/acknowledge"),
            auth,
            204,
        ),
        ("GET /checkout/v3/orders/none".to_owned(), auth, 404),
        ("GET /checkout/v3/orders/none".to_owned(), "", 401),
        ("GET /nothing".to_owned(), auth, 404),
    ] {
        let said = served.call(&line, headers, "").await;
        assert_eq!((said.status, said.body.as_str()), (status, ""), "{line}");
        assert_eq!(said.header("Content-Type"), None, "{line}");
    }
}

#[tokio::test]
async fn every_answer_of_the_apis_has_a_correlation_id_under_its_documented_name() {
    let served = serve().await;
    let id = served.create(&order()).await.json()["order_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let fault = r#"{"method":"GET","path":"/checkout/v3/orders/struck","effect":"server_error"}"#;
    served.call("POST /_emulator/faults", "", fault).await;
    let auth = "Authorization: Basic x\r\n";
    let mut ids = std::collections::BTreeSet::new();
    let rows = [
        (format!("GET /checkout/v3/orders/{id}"), auth, 200),
        (format!("GET /checkout/v3/orders/{id}"), "", 401),
        ("GET /checkout/v3/orders/none".to_owned(), auth, 404),
        (format!("DELETE /checkout/v3/orders/{id}"), auth, 405),
        (format!("GET /checkout/v3/orders/{id}/nothing"), auth, 404),
        ("POST /checkout/v3/orders".to_owned(), auth, 400),
        ("GET /checkout/v9/orders".to_owned(), auth, 404),
        ("GET /checkout/v3/orders/struck".to_owned(), auth, 500),
        ("GET /ordermanagement/v1/orders/none".to_owned(), auth, 404),
        ("GET /nothing/at/all".to_owned(), "", 404),
    ];
    let count = rows.len();
    for (line, headers, status) in rows {
        let said = served.call(&line, headers, "").await;
        assert_eq!(said.status, status, "{line}");
        let correlation_id = said.header("Klarna-Correlation-Id");
        ids.insert(
            correlation_id
                .unwrap_or_else(|| panic!("{line}: {}", said.head))
                .to_owned(),
        );
    }
    assert_eq!(ids.len(), count);
}

#[tokio::test]
async fn bytes_behind_a_read_that_claims_a_type_disturb_nobody() {
    let served = serve().await;
    let id = served.create(&order()).await.json()["order_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let head = format!(
        "GET /checkout/v3/orders/{id} HTTP/1.1\r\nHost: {}\r\nAuthorization: Basic x\r\n\
         Content-Type: application/json\r\n",
        served.address
    );
    // With the request, and after its answer; on a connection that stays, and on one that is closed.
    for (close, is_late) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut stream = served.connect().await;
        let close_line = if close { "Connection: close\r\n" } else { "" };
        let stray = if is_late { "" } else { "\r\n" };
        let request = format!("{head}{close_line}\r\n{stray}");
        stream.write_all(request.as_bytes()).await.unwrap();
        let said = read(&mut stream).await;
        assert_eq!(
            (said.status, &said.json()["order_id"]),
            (200, &json!(id)),
            "{close} {is_late}"
        );
        if is_late {
            stream.write_all(b"\r\n").await.unwrap();
        }
        if close {
            assert_is_closed(stream).await;
        } else {
            stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
            assert_eq!(read(&mut stream).await.status, 200, "{is_late}");
        }
    }
}

#[tokio::test]
async fn a_client_of_http_1_0_is_answered_and_knows_where_its_order_is() {
    let served = serve().await;
    let body = order().to_string();
    let request = format!(
        "POST /checkout/v3/orders HTTP/1.0\r\nAuthorization: Basic x\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = served.connect().await;
    stream.write_all(request.as_bytes()).await.unwrap();
    let said = read(&mut stream).await;
    assert_eq!(said.status, 201, "{}", said.head);
    let location = said.header("Location").unwrap();
    let expected = format!("http://{}/checkout/v3/orders/", served.address);
    assert!(location.starts_with(&expected), "{location}");
    assert!(
        said.json()["html_snippet"]
            .as_str()
            .unwrap()
            .contains(&served.address)
    );
    assert_is_closed(stream).await;
}

#[tokio::test]
async fn credentials_are_read_as_loosely_as_they_are_written() {
    let served = serve().await;
    let id = served.create(&order()).await.json()["order_id"]
        .as_str()
        .unwrap()
        .to_owned();
    for (header, status) in [
        ("Authorization: Basic x\r\n", 200),
        ("Authorization: Basic  x\r\n", 200),
        ("authorization: basic x\r\n", 200),
        ("AUTHORIZATION:Basic eDp5 \r\n", 200),
        ("Authorization: Basic  \r\n", 401),
        ("Authorization: Basic\r\n", 401),
        ("Authorization: Bearer x\r\n", 401),
        ("", 401),
    ] {
        let said = served
            .call(&format!("GET /checkout/v3/orders/{id}"), header, "")
            .await;
        assert_eq!(said.status, status, "{header:?}");
    }
}

#[tokio::test]
async fn a_post_needs_no_body_whatever_it_says_about_one() {
    let served = serve().await;
    for headers in [
        "",
        "Content-Type: application/json\r\n",
        "Content-Length: 0\r\n",
        "Content-Type: application/json\r\nContent-Length: 0\r\n",
        "Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
    ] {
        let created = served.create(&order()).await.json();
        let id = created["order_id"].as_str().unwrap();
        let headers = format!("Authorization: Basic x\r\n{headers}");
        let line = format!("POST /checkout/v3/orders/{id}/abort");
        let aborted = served.call(&line, &headers, "").await;
        assert_eq!(
            (aborted.status, &aborted.json()["order_id"]),
            (200, &json!(id)),
            "{headers:?}"
        );
        let bought = served.create(&order()).await.json();
        let id = bought["order_id"].as_str().unwrap();
        assert_eq!(
            served
                .call(&format!("POST /_emulator/orders/{id}/pay"), "", "")
                .await
                .status,
            200
        );
        let line = format!("POST /ordermanagement/v1/orders/{id}/acknowledge");
        let acknowledged = served.call(&line, &headers, "").await;
        assert_eq!(
            (acknowledged.status, acknowledged.body.as_str()),
            (204, ""),
            "{headers:?}"
        );
        let id = kustom_api::KustomOrderId(id.to_owned());
        assert!(
            served
                .emulator
                .inspect(|kustom| kustom.order(&id).unwrap().acknowledged_at.is_some())
        );
    }
}

#[tokio::test]
async fn countries_in_lower_case_are_countries() {
    let served = serve().await;
    let order = order_with(json!({
        "purchase_country": "se", "purchase_currency": "sek", "locale": "sv-se", "shipping_countries": ["se", "no"],
        "billing_countries": ["se"], "billing_address": { "country": "se" },
    }));
    let created = served.create(&order).await;
    assert_eq!(created.status, 201, "{}", created.body);
    assert_eq!(created.json()["purchase_country"], "se");
    let id = created.json()["order_id"].as_str().unwrap().to_owned();
    let paid = served
        .call(&format!("POST /_emulator/orders/{id}/pay"), "", "")
        .await;
    assert_eq!(paid.status, 200, "{}", paid.body);
}
