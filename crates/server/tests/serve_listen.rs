//! The accept loop over real sockets.

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::get;
use kassa::listen::{BindError, Patience, bind, serve_patiently};
use kassa::tls;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, ServerConfig, SignatureScheme};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;

const SOON: Duration = Duration::from_millis(50);
const NEVER: Duration = Duration::from_secs(600);
const PATIENT: Patience = Patience {
    head: NEVER,
    idle: NEVER,
};
const REQUEST: &str = "GET / HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n";

struct Server {
    address: SocketAddr,
    stop: CancellationToken,
    ended: JoinHandle<()>,
}

async fn start(app: Router, tls: Option<Arc<ServerConfig>>, patience: Patience, grace: Duration) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let stop = CancellationToken::new();
    let serving = serve_patiently(listener, app, tls, stop.clone(), grace, patience);
    Server {
        address,
        stop,
        ended: tokio::spawn(serving),
    }
}

/// Tells each client its own address.
fn mirror() -> Router {
    Router::new().route(
        "/",
        get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.to_string()),
    )
}

async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.address)
        .await
        .expect("the server listens")
}

async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &str) -> String {
    stream
        .write_all(request.as_bytes())
        .await
        .expect("the server reads");
    everything(stream).await
}

/// Until the server closes.
async fn everything(mut stream: impl AsyncRead + Unpin) -> String {
    let mut answer = Vec::new();
    // A reset after the answer is as good an end as any.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).expect("answers are text")
}

async fn over_tls(server: &Server, name: &'static str) -> String {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring knows them")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(TrustOnSight))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let name = ServerName::try_from(name).expect("a name");
    let connecting = TlsConnector::from(Arc::new(config)).connect(name, connect(server).await);
    let stream = connecting.await.expect("the certificate is good for this name");
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    exchange(stream, REQUEST).await
}

#[tokio::test]
async fn one_port_answers_http_and_https() {
    let tls = Some(tls::self_signed().unwrap());
    let server = start(mirror(), tls, PATIENT, NEVER).await;
    let plain = connect(&server).await;
    let own_address = plain.local_addr().unwrap().to_string();
    let answer = exchange(plain, REQUEST).await;
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with(&own_address),
        "{answer}"
    );
    for name in ["localhost", "127.0.0.1", "::1"] {
        let answer = over_tls(&server, name).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{name}: {answer}");
    }
}

#[tokio::test]
async fn a_silent_client_delays_nobody() {
    let tls = Some(tls::self_signed().unwrap());
    let server = start(mirror(), tls, PATIENT, NEVER).await;
    let _silent = connect(&server).await;
    let mut half_a_handshake = connect(&server).await;
    half_a_handshake.write_all(&[0x16, 3, 1]).await.unwrap();
    assert!(over_tls(&server, "localhost").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_head_of_more_than_16_kib_is_too_large() {
    let server = start(mirror(), None, PATIENT, NEVER).await;
    let with_cookie = |length: usize| {
        let cookie = "x".repeat(length);
        format!("GET / HTTP/1.1\r\nhost: shop\r\nconnection: close\r\ncookie: {cookie}\r\n\r\n")
    };
    let answer = exchange(connect(&server).await, &with_cookie(15 * 1024)).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let answer = exchange(connect(&server).await, &with_cookie(16 * 1024)).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn a_head_that_is_never_finished_ends_with_408() {
    let patience = Patience {
        head: SOON,
        idle: NEVER,
    };
    let server = start(mirror(), None, patience, NEVER).await;
    let answer = exchange(connect(&server).await, "GET / HTTP/1.1\r\nhost:").await;
    assert!(
        answer.starts_with("HTTP/1.1 408") && answer.contains("connection: close"),
        "{answer}"
    );
}

#[tokio::test]
async fn the_second_head_on_a_connection_is_timed_as_well() {
    let patience = Patience {
        head: SOON,
        idle: NEVER,
    };
    let server = start(mirror(), None, patience, NEVER).await;
    let two = "GET / HTTP/1.1\r\nhost: shop\r\n\r\nGET / HT";
    let mut stream = connect(&server).await;
    let (first, second) = two.split_at(two.len() - 8);
    stream.write_all(first.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    let rest = exchange(stream, second).await;
    assert!(rest.contains("HTTP/1.1 408"), "{rest}");
}

#[tokio::test]
async fn an_idle_connection_is_closed_without_a_word() {
    let patience = Patience {
        head: NEVER,
        idle: SOON,
    };
    let server = start(mirror(), None, patience, NEVER).await;
    assert_eq!(everything(connect(&server).await).await, "");
    let answer = exchange(connect(&server).await, "GET / HTTP/1.1\r\nhost: shop\r\n\r\n").await;
    assert!(
        answer.starts_with("HTTP/1.1 200") && !answer.contains("408"),
        "{answer}"
    );
    let with_tls = start(mirror(), Some(tls::self_signed().unwrap()), patience, NEVER).await;
    assert_eq!(everything(connect(&with_tls).await).await, "");
}

#[tokio::test]
async fn a_handshake_that_is_never_finished_is_closed() {
    let patience = Patience {
        head: SOON,
        idle: NEVER,
    };
    let server = start(mirror(), Some(tls::self_signed().unwrap()), patience, NEVER).await;
    let mut stream = connect(&server).await;
    stream.write_all(&[0x16, 3, 1]).await.unwrap();
    assert_eq!(everything(stream).await, "");
}

/// Says when a request has begun, and answers when told.
fn slow(begun: &Arc<Notify>, proceed: &Arc<Notify>) -> Router {
    let (begun, proceed) = (Arc::clone(begun), Arc::clone(proceed));
    let handler = async move || {
        begun.notify_one();
        proceed.notified().await;
        "done"
    };
    Router::new().route("/", get(handler))
}

#[tokio::test]
async fn a_request_in_flight_is_answered_before_the_server_ends() {
    let (begun, proceed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let server = start(slow(&begun, &proceed), None, PATIENT, NEVER).await;
    let _idle = connect(&server).await;
    let request = "GET / HTTP/1.1\r\nhost: shop\r\n\r\n";
    let answer = tokio::spawn(exchange(connect(&server).await, request));
    begun.notified().await;
    server.stop.cancel();
    proceed.notify_one();
    let answer = answer.await.unwrap();
    assert!(answer.ends_with("done"), "{answer}");
    server.ended.await.unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn a_request_that_outlasts_the_grace_is_cut_off() {
    let (begun, proceed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let server = start(slow(&begun, &proceed), None, PATIENT, SOON).await;
    let answer = tokio::spawn(exchange(connect(&server).await, REQUEST));
    begun.notified().await;
    server.stop.cancel();
    server.ended.await.unwrap();
    assert_eq!(answer.await.unwrap(), "");
}

#[tokio::test]
async fn a_port_in_use_is_named_with_the_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let refused = bind(address, "KASSA_LISTEN").await.unwrap_err();
    assert!(matches!(refused, BindError::InUse { .. }));
    assert_eq!(
        refused.to_string(),
        format!("another program listens on {address}; stop it, or set KASSA_LISTEN to another address")
    );
}

/// Believes the certificate it is shown, but not that it is for any other name.
#[derive(Debug)]
struct TrustOnSight;

impl TrustOnSight {
    fn verifier(shown: &CertificateDer<'_>) -> Result<Arc<WebPkiServerVerifier>, Error> {
        let mut roots = RootCertStore::empty();
        roots.add(shown.clone().into_owned())?;
        let provider = Arc::new(ring::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
        Ok(verifier.expect("one root is enough"))
    }
}

impl ServerCertVerifier for TrustOnSight {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Self::verifier(shown)?.verify_server_cert(shown, between, name, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Self::verifier(shown)?.verify_tls12_signature(message, shown, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Self::verifier(shown)?.verify_tls13_signature(message, shown, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ring::default_provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}
