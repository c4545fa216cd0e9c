//! The emulator behind a real socket, and a caller who looks at the bytes.

use crate::support::{call, emulator, order};
use kustom_emulator::Emulator;
use serde_json::{Value, json};
use std::io::ErrorKind;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};

pub(crate) const CREATE: &str = "/checkout/v3/orders";

/// An emulator behind a socket of its own.
pub(crate) struct Served {
    pub(crate) emulator: Emulator,
    pub(crate) address: String,
    _stop: DropGuard,
}

/// What came back before the connection ended, and how it ended.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) text: String,
    pub(crate) error: Option<ErrorKind>,
}

impl Received {
    pub(crate) fn status(&self) -> u16 {
        let status = self.text.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3));
        status
            .unwrap_or_else(|| panic!("{self:?} has no status"))
            .parse()
            .unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.text.split("\r\n\r\n").next()?.lines();
        lines.find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    pub(crate) fn body(&self) -> &str {
        self.text.split_once("\r\n\r\n").unwrap().1
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(self.body()).unwrap_or_else(|_| panic!("{self:?} has no JSON"))
    }
}

impl Served {
    pub(crate) async fn start() -> Self {
        let emulator = emulator();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let stop = CancellationToken::new();
        tokio::spawn(emulator.serve(listener, stop.clone()));
        Self {
            emulator,
            address,
            _stop: stop.drop_guard(),
        }
    }

    /// Served, with this one rule for everything.
    pub(crate) async fn with(rule: Value) -> Self {
        let served = Self::start().await;
        served.add(rule).await;
        served
    }

    pub(crate) async fn add(&self, members: Value) {
        add(&self.emulator, members).await;
    }

    pub(crate) async fn connect(&self, method: &str, path: &str, body: Option<&Value>) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let body = body.map(Value::to_string).unwrap_or_default();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: kustom.test\r\nauthorization: Basic kco_test_api_x\r\n\
             connection: close\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body.as_bytes()).await.unwrap();
        stream
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Received {
        read_all(self.connect(method, path, body).await).await
    }

    pub(crate) async fn create(&self) -> Received {
        self.send("POST", CREATE, Some(&order())).await
    }

    pub(crate) fn orders(&self) -> usize {
        self.emulator.inspect(|kustom| kustom.orders().count())
    }

    /// The log's fault and status of each merchant call, oldest first.
    pub(crate) async fn log(&self) -> Vec<(Value, Value)> {
        let log = call(&self.emulator, "GET", "/_emulator/requests", None)
            .await
            .json();
        let requests = log["requests"].as_array().unwrap().clone();
        requests
            .into_iter()
            .map(|entry| (entry["fault"].clone(), entry["response"]["status"].clone()))
            .collect()
    }
}

pub(crate) async fn read_all(mut stream: TcpStream) -> Received {
    let mut bytes = Vec::new();
    let error = stream
        .read_to_end(&mut bytes)
        .await
        .err()
        .map(|error| error.kind());
    Received {
        text: String::from_utf8(bytes).unwrap(),
        error,
    }
}

pub(crate) async fn add(emulator: &Emulator, members: Value) {
    let mut rule = json!({ "method": "*", "path": "*" });
    rule.as_object_mut()
        .unwrap()
        .extend(members.as_object().unwrap().clone());
    let added = call(emulator, "POST", "/_emulator/faults", Some(rule)).await;
    assert_eq!(added.status, 201, "{}", added.text);
}
