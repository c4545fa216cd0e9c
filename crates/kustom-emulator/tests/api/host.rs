//! Under which names the control routes answer. A page that makes its own name point here is a stranger's all the same.

use crate::served::{Served, read_all};
use crate::support::{call_with, create, order, start};
use kustom_emulator::{Emulator, Settings};
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use url::Host;

fn emulator() -> Emulator {
    let allowed = ["kustom", "10.1.2.3", "[fd00::1]"];
    let settings = Settings {
        public_url: Some("https://Kustom.dev.example/".to_owned()),
        allowed_hosts: allowed.map(|name| Host::parse(name).unwrap()).to_vec(),
        ..Settings::default()
    };
    Emulator::new(settings, Arc::new(start))
}

async fn status_under(host: &str) -> u16 {
    let emulator = emulator();
    create(&emulator, order()).await;
    let answer = call_with(&emulator, "POST", "/_emulator/reset", &[("host", host)], None).await;
    let is_forgotten = emulator.inspect(|kustom| kustom.orders().count()) == 0;
    assert_eq!(is_forgotten, answer.status == 200, "{host:?}");
    answer.status
}

#[tokio::test]
async fn this_machine_and_what_is_allowed_are_our_names() {
    for host in [
        "localhost",
        "localhost:3301",
        "LOCALHOST:3301",
        "localhost.",
        "emulator.localhost:3301",
        "127.0.0.1:3301",
        "127.8.9.10",
        "[::1]:3301",
        "0.0.0.0:3301",
        "[::]:3301",
        "kustom.dev.example",
        "kustom.dev.example:8443",
        "kustom:3301",
        "Kustom",
        "10.1.2.3:3301",
        "[fd00::1]:3301",
    ] {
        assert_eq!(status_under(host).await, 200, "{host:?}");
    }
}

#[tokio::test]
async fn every_other_name_is_a_strangers() {
    for host in [
        "evil.example",
        "evil.example:3301",
        "localhost.evil.example",
        "127.0.0.1.evil.example:3301",
        "evillocalhost",
        "sub.kustom",
        "dev.example",
        "10.1.2.4",
        "[fd00::2]:3301",
        "192.0.2.1",
        "localhost..",
        "local host",
        "",
    ] {
        assert_eq!(status_under(host).await, 403, "{host:?}");
    }
}

#[tokio::test]
async fn a_refusal_names_the_option_and_has_no_permission_for_pages() {
    let headers = [
        ("host", "evil.example:3301"),
        ("origin", "http://evil.example:3301"),
    ];
    let answer = call_with(&emulator(), "GET", "/_emulator/orders", &headers, None).await;
    let error = &answer.json()["error"];
    assert_eq!(error["code"], "FOREIGN_HOST");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("--allow-host evil.example`"), "{message}");
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn a_caller_who_says_no_name_is_no_browser() {
    let answer = call_with(&emulator(), "GET", "/_emulator/orders", &[], None).await;
    assert_eq!(answer.status, 200);
    let served = Served::start().await;
    let mut stream = TcpStream::connect(&served.address).await.unwrap();
    let request = b"GET /_emulator/orders HTTP/1.0\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let received = read_all(stream).await;
    assert!(received.text.starts_with("HTTP/1.0 200 "), "{received:?}");
}

#[tokio::test]
async fn a_name_in_the_request_line_counts_before_the_header() {
    let headers = [("host", "localhost")];
    let answer = call_with(
        &emulator(),
        "GET",
        "http://evil.example/_emulator/orders",
        &headers,
        None,
    )
    .await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn the_merchant_apis_the_form_and_the_page_answer_under_any_name() {
    let emulator = emulator();
    let id = create(&emulator, order()).await;
    for path in [
        format!("/checkout/v3/orders/{id}"),
        "/browser/checkout".to_owned(),
        "/openapi.json".to_owned(),
        "/".to_owned(),
    ] {
        let headers = [
            ("host", "api.kustom.example"),
            ("authorization", "Basic kco_test_api_x"),
        ];
        let answer = call_with(&emulator, "GET", &path, &headers, None).await;
        assert_eq!(answer.status, 200, "{path}");
    }
}
