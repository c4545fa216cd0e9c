//! Kustom, by script: one act for each request, byte by byte, so that no HTTP library can be too polite.

use super::ask::client;
use kassa::kustom_client::{KustomClient, Timeouts};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

const PAGE: &str = "<html><title>Something else</title></html>";

/// What the script does with one request, after it has read the whole of it.
#[derive(Clone)]
pub(super) enum Act {
    /// Keeps the connection open.
    Answer(Vec<u8>),
    AnswerAndClose(Vec<u8>),
    /// Says this much and nothing more, for ever.
    Hang(&'static str),
    Reset,
}

pub(super) fn json(status: u16, body: &str) -> Act {
    answer(status, "Content-Type: application/json\r\n", body)
}

pub(super) fn html(status: u16) -> Act {
    answer(status, "Content-Type: text/html\r\n", PAGE)
}

pub(super) fn part(text: &str) -> Act {
    Act::AnswerAndClose(text.as_bytes().to_vec())
}

pub(super) fn answer(status: u16, headers: &str, body: &str) -> Act {
    let length = body.len();
    Act::Answer(
        format!("HTTP/1.1 {status} Reason\r\nContent-Length: {length}\r\n{headers}\r\n{body}").into_bytes(),
    )
}

pub(super) struct Kustom {
    pub(super) address: SocketAddr,
    requests: mpsc::UnboundedReceiver<String>,
    pub(super) connections: Arc<AtomicUsize>,
}

impl Kustom {
    pub(super) async fn play<const N: usize>(acts: [Act; N]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("loopback has free ports");
        Self::play_at(listener, acts)
    }

    pub(super) fn play_at<const N: usize>(listener: TcpListener, acts: [Act; N]) -> Self {
        let (saw_request, requests) = mpsc::unbounded_channel();
        let connections = Arc::new(AtomicUsize::new(0));
        let address = listener.local_addr().expect("it is bound");
        let count = connections.clone();
        tokio::spawn(async move {
            let mut acts = acts.into_iter();
            while let Ok((mut stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                while let Some(request) = read_request(&mut stream).await {
                    // The test may be over before the script is.
                    let _ = saw_request.send(request);
                    if !act(&mut stream, acts.next().expect("an act for each request")).await {
                        break;
                    }
                }
            }
        });
        Self {
            address,
            requests,
            connections,
        }
    }

    pub(super) fn client(&self, timeouts: Timeouts) -> KustomClient {
        client("http", self.address, timeouts)
    }

    pub(super) async fn request(&mut self) -> String {
        self.requests
            .recv()
            .await
            .expect("the script runs as long as the test")
    }
}

/// Whether the connection goes on. A client that has heard enough may close it in mid-sentence.
pub(super) async fn act(stream: &mut TcpStream, act: Act) -> bool {
    match act {
        Act::Answer(bytes) => stream.write_all(&bytes).await.is_ok(),
        Act::AnswerAndClose(bytes) => {
            let _ = stream.write_all(&bytes).await;
            false
        }
        Act::Hang(text) => {
            let _ = stream.write_all(text.as_bytes()).await;
            std::future::pending().await
        }
        Act::Reset => {
            stream.set_zero_linger().expect("the socket is open");
            false
        }
    }
}

/// Returns after the runtime has learnt of all that happened on its sockets before: this connection came last.
pub(super) async fn look_at_sockets() {
    let beacon = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("loopback has free ports");
    let address = beacon.local_addr().expect("it is bound");
    TcpStream::connect(address).await.expect("somebody listens");
}

/// `None` once the client has closed the connection.
pub(super) async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = header(head, "content-length").map_or(0, |length| length.parse().expect("a length"));
            if body.len() >= length {
                return Some(text);
            }
        }
        if stream.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
    }
}

pub(super) fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let mut headers = request.split("\r\n\r\n").next()?.lines().skip(1);
    headers.find_map(|line| {
        let (this, value) = line.split_once(": ")?;
        this.eq_ignore_ascii_case(name).then_some(value)
    })
}
