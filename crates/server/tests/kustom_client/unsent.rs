//! Requests that never left, and connections.

use super::ask::{Ask, ORDER, PATIENT, client};
use super::failure::assert_failure;
use super::script::{Act, Kustom, act, json, part, read_request};
use kassa::kustom_client::Timeouts;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

#[tokio::test]
async fn a_refused_connection_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    for ask in Ask::ALL {
        let failure = ask.of(&client("http", address, PATIENT)).await.unwrap_err();
        assert_failure("refused", &failure, "unreachable", true, false);
        assert!(
            failure.to_string().contains("refused"),
            "the cause is named: {failure}"
        );
    }
}

#[tokio::test]
async fn a_tls_handshake_that_never_ends_is_unreachable() {
    let kustom = Kustom::play([Act::Hang("")]).await;
    for hurried in [
        Timeouts {
            connect: Duration::from_millis(50),
            ..PATIENT
        },
        Timeouts {
            total: Duration::from_millis(50),
            ..PATIENT
        },
    ] {
        let failure = Ask::Update
            .of(&client("https", kustom.address, hurried))
            .await
            .unwrap_err();
        assert_failure("silent handshake", &failure, "unreachable", true, false);
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_unreachable() {
    let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let impostor = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        acceptor.accept(stream).await.map(drop)
    });
    let failure = Ask::Create
        .of(&client("https", address, PATIENT))
        .await
        .unwrap_err();
    assert_failure("impostor", &failure, "unreachable", true, false);
    assert!(failure.to_string().contains("certificate"), "{failure}");
    assert!(impostor.await.unwrap().is_err(), "the impostor saw no request");
}

#[tokio::test]
async fn an_idle_connection_that_kustom_closed_does_not_lose_an_update() {
    let whole = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{ORDER}",
        ORDER.len()
    );
    let mut kustom = Kustom::play([part(&whole), json(200, ORDER)]).await;
    let client = kustom.client(PATIENT);
    Ask::Read.of(&client).await.unwrap();
    kustom.request().await;
    kustom.closed().await;
    // The runtime learns of the close no later than of this connection, which was made after it.
    let beacon = TcpListener::bind("127.0.0.1:0").await.unwrap();
    TcpStream::connect(beacon.local_addr().unwrap()).await.unwrap();
    Ask::Update.of(&client).await.unwrap();
    assert!(kustom.request().await.starts_with("POST "));
}

#[tokio::test]
async fn connections_are_used_again() {
    let mut kustom = Kustom::play([json(200, ORDER), json(200, ORDER)]).await;
    let client = kustom.client(PATIENT);
    Ask::Read.of(&client).await.unwrap();
    Ask::Read.of(&client.clone()).await.unwrap();
    kustom.request().await;
    kustom.request().await;
    assert_eq!(kustom.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn at_most_64_calls_are_in_flight() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client("http", listener.local_addr().unwrap(), PATIENT);
    let crowd = Arc::new(Crowd {
        together: Barrier::new(64),
        open: AtomicUsize::new(0),
        most: AtomicUsize::new(0),
    });
    let counting = crowd.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(counting.clone().answer(stream));
        }
    });
    let mut calls = JoinSet::new();
    for _ in 0..192 {
        let client = client.clone();
        calls.spawn(async move { Ask::Read.of(&client).await });
    }
    while let Some(call) = calls.join_next().await {
        call.unwrap().unwrap();
    }
    assert_eq!(crowd.most.load(Ordering::SeqCst), 64);
}

/// Answers nobody before 64 requests are there, so a lower limit would stand still and a higher one is seen.
struct Crowd {
    together: Barrier,
    open: AtomicUsize,
    most: AtomicUsize,
}

impl Crowd {
    async fn answer(self: Arc<Self>, mut stream: TcpStream) {
        while read_request(&mut stream).await.is_some() {
            let open = self.open.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(open, Ordering::SeqCst);
            self.together.wait().await;
            self.open.fetch_sub(1, Ordering::SeqCst);
            if !act(&mut stream, json(200, ORDER)).await {
                return;
            }
        }
    }
}
