//! https for development: a certificate made at start, for this machine only.
//!
//! Nobody vouches for it, so a browser asks once. In production a proxy in front terminates TLS.

use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::sync::Arc;
use thiserror::Error;

const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

#[derive(Debug, Error)]
pub enum TlsError {
    #[error("cannot make a certificate")]
    Certificate(#[from] rcgen::Error),
    #[error("cannot use the certificate")]
    Config(#[from] rustls::Error),
}

/// A new key and certificate each time: nothing that could be stolen is kept on disk.
pub fn self_signed() -> Result<Arc<ServerConfig>, TlsError> {
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(NAMES.map(String::from))?.self_signed(&key)?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    // We speak nothing newer, and a browser that is not told would have to find out.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
