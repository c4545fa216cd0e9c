//! Requests that never left, and connections.

use super::ask::{Ask, ORDER, PATIENT, client};
use super::failure::assert_failure;
use super::script::{Act, Kustom, act, json, look_at_sockets, read_request};
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
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client("http", listener.local_addr().unwrap(), PATIENT);
    let (read, idle) = tokio::join!(Ask::Read.of(&client), answer_once(&listener));
    read.unwrap();
    drop(idle);
    // Now the close is known to the runtime, but not yet to the client: it will pick this very connection.
    look_at_sockets().await;
    tokio::spawn(async move { answer_once(&listener).await });
    Ask::Update.of(&client).await.unwrap();
}

async fn answer_once(listener: &TcpListener) -> TcpStream {
    let (mut stream, _) = listener.accept().await.expect("the listener is open");
    read_request(&mut stream).await.expect("a request comes first");
    act(&mut stream, json(200, ORDER)).await;
    stream
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
            look_at_sockets().await; // A call too many would be seen now.
            self.open.fetch_sub(1, Ordering::SeqCst);
            if !act(&mut stream, json(200, ORDER)).await {
                return;
            }
        }
    }
}
