//! Telling https from http on one port, without taking a byte away from either.

use std::io;
use tokio::net::TcpStream;

/// The content type of a TLS handshake record (RFC 8446, section 5.1). No HTTP method begins with it.
const TLS_HANDSHAKE: u8 = 0x16;

pub(super) enum Protocol {
    Http,
    Tls,
}

/// Waits for the first byte. A client that leaves without one is taken for HTTP, which ends at once.
pub(super) async fn protocol(stream: &TcpStream) -> io::Result<Protocol> {
    let mut first = [0];
    let length = stream.peek(&mut first).await?;
    Ok(if length == 1 && first[0] == TLS_HANDSHAKE {
        Protocol::Tls
    } else {
        Protocol::Http
    })
}
