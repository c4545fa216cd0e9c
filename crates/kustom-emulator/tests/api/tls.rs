//! A merchant on this machine whose certificate nobody has signed, as `dev` has one.

use crate::support::{advance, create, emulator, order, pay, state};
use axum::routing::post;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use kustom_emulator::CallbackAnswer;
use serde_json::json;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

fn self_signed() -> TlsAcceptor {
    let certified = rcgen::generate_simple_self_signed(vec!["somebody.else".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// Answers the first connection only.
async fn serve_once(listener: TcpListener) {
    let router = axum::Router::new().route("/push", post(|| async { "received" }));
    let (stream, _) = listener.accept().await.unwrap();
    let stream = self_signed().accept(stream).await.unwrap();
    hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_certificate_that_nobody_has_signed_is_believed_on_loopback() {
    let emulator = emulator();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(serve_once(listener));
    let mut body = order();
    body["merchant_urls"]["push"] = json!(format!("https://127.0.0.1:{port}/push"));
    let id = create(&emulator, body).await;
    pay(&emulator, &id, json!({})).await;
    advance(&emulator, 120).await;
    let answer = CallbackAnswer::Answered {
        status: 200,
        location: None,
        body: "received".to_owned(),
    };
    assert_eq!(state(&emulator, &id).attempts[0].answer, Some(answer));
}
