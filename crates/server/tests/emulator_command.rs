//! `kassa emulator` as the tests of another project start it, and find it.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

struct Emulator {
    child: Child,
    ready: Value,
}

/// In the order of their fields: standard input stays open until it is dropped.
fn start(arguments: &[&str]) -> Emulator {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kassa"))
        .args(["emulator", "--listen", "127.0.0.1:0", "--json"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.as_mut().expect("it is piped"));
    output.read_line(&mut line).expect("it prints text");
    let ready = serde_json::from_str(&line).expect("the line is JSON");
    Emulator { child, ready }
}

impl Emulator {
    fn call(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        self.call_as("localhost", method, path, body)
    }

    /// Under another name, as from another container.
    fn call_as(&self, host: &str, method: &str, path: &str, body: &str) -> (u16, Value) {
        let address = self.ready["url"]
            .as_str()
            .and_then(|url| url.strip_prefix("http://"));
        let mut stream = TcpStream::connect(address.expect("an address over http")).expect("it listens");
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Basic kco_test_api_x\r\n\
             content-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("it is HTTP");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        (
            status.expect("a status"),
            serde_json::from_str(body).unwrap_or(Value::Null),
        )
    }

    fn exit_code(mut self) -> Option<i32> {
        self.child.wait().expect("it is our child").code()
    }
}

const ORDER: &str = r#"{
    "purchase_country": "SE", "purchase_currency": "SEK", "locale": "sv-SE",
    "order_amount": 10000, "order_tax_amount": 2000,
    "order_lines": [{ "name": "Shoe", "quantity": 1, "unit_price": 10000, "tax_rate": 2500,
                      "total_amount": 10000, "total_tax_amount": 2000 }],
    "merchant_urls": { "terms": "https://shop.example/terms", "checkout": "https://shop.example/checkout",
                       "confirmation": "https://shop.example/done", "push": "https://shop.example/push" }
}"#;

#[test]
fn it_prints_where_it_listens_and_equal_seeds_give_equal_ids() {
    let emulators = [start(&["--seed", "7"]), start(&["--seed", "7"])];
    let [one, other] = emulators.map(|emulator| {
        assert_eq!(emulator.ready["seed"], 7);
        let (status, order) = emulator.call("POST", "/checkout/v3/orders", ORDER);
        assert_eq!(status, 201, "{order}");
        terminate(&emulator.child);
        assert_eq!(emulator.exit_code(), Some(0));
        order["order_id"].clone()
    });
    assert_eq!(one, other);
}

fn terminate(child: &Child) {
    let sent = Command::new("kill")
        .args(["-s", "TERM", &child.id().to_string()])
        .status();
    assert!(sent.expect("every Unix has it").success());
}

#[test]
fn it_ends_with_whoever_holds_its_standard_input() {
    let mut emulator = start(&["--stop-with-stdin"]);
    drop(emulator.child.stdin.take());
    assert_eq!(emulator.exit_code(), Some(0));
}

#[test]
fn its_clock_and_credentials_are_chosen_at_the_start() {
    let mut emulator = start(&[
        "--frozen",
        "--speed",
        "60",
        "--api-key",
        "kco_test_api_y",
        "--first-push-after",
        "5",
        "--stop-with-stdin",
    ]);
    let (_, clock) = emulator.call("GET", "/_emulator/clock", "");
    assert_eq!((&clock["frozen"], &clock["speed"]), (&true.into(), &60.0.into()));
    assert_eq!(emulator.call("POST", "/checkout/v3/orders", ORDER).0, 401);
    drop(emulator.child.stdin.take());
    assert_eq!(emulator.exit_code(), Some(0));
}

#[test]
fn it_is_steered_under_the_names_that_are_allowed() {
    let mut emulator = start(&[
        "--allow-host",
        "emulator",
        "--allow-host",
        "192.0.2.7",
        "--public-url",
        "https://kustom.test",
        "--stop-with-stdin",
    ]);
    for (host, status) in [
        ("emulator:3301", 200),
        ("192.0.2.7", 200),
        ("kustom.test", 200),
        ("evil.example", 403),
    ] {
        assert_eq!(
            emulator.call_as(host, "GET", "/_emulator/clock", "").0,
            status,
            "{host}"
        );
    }
    assert_eq!(
        emulator
            .call_as("evil.example", "POST", "/checkout/v3/orders", ORDER)
            .0,
        201
    );
    drop(emulator.child.stdin.take());
    assert_eq!(emulator.exit_code(), Some(0));
}

#[test]
fn flags_that_make_no_sense_are_refused() {
    for arguments in [
        ["--speed", "0"],
        ["--speed", "fast"],
        ["--first-push-after", "-1"],
        ["--listen", "nowhere"],
        ["--allow-host", "http://emulator:3301"],
        ["--allow-host", "emulator:3301"],
        ["--allow-origin", "shop.test"],
        ["--allow-origin", "https://shop.test/page"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_kassa"))
            .arg("emulator")
            .args(arguments)
            .output()
            .expect("it starts");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_public_url_that_nobody_can_ask_is_a_bad_setting() {
    for url in ["kustom.test", "javascript:alert(1)", r#"http://"><script>"#] {
        let output = Command::new(env!("CARGO_BIN_EXE_kassa"))
            .args(["emulator", "--listen", "127.0.0.1:0", "--public-url", url])
            .output()
            .expect("it starts");
        assert_eq!(output.status.code(), Some(78), "{url}");
        assert!(output.stdout.is_empty());
    }
}
