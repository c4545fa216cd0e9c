//! One request after the other, each over a connection of its own, with everything bounded and every failure told apart.
//!
//! The client for Kustom's API cannot say whether it was the name, the port, the certificate or the answer that failed, and
//! here that is the question.

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{HOST, HeaderMap};
use hyper::{Request, Response, StatusCode};
use hyper_rustls::ConfigBuilderExt;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{CertificateError, ClientConfig};
use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

const CONNECT_PATIENCE: Duration = Duration::from_secs(5);

/// What is looked at is a few hundred bytes.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Where names lead that do not, or not yet, lead there by themselves.
#[derive(Clone, Debug, Default)]
pub struct Names(BTreeMap<(String, u16), SocketAddr>);

/// `HOST:PORT=ADDRESS`, such as `checkout.shop.example:443=192.0.2.7:443`.
#[derive(Clone, Debug)]
pub struct Led {
    host: String,
    port: u16,
    to: SocketAddr,
}

/// Why there is no answer.
#[derive(Debug, Error)]
pub(super) enum Broken {
    #[error("the name {0} leads nowhere")]
    Name(String),
    #[error("no connection: {0}")]
    Connect(String),
    #[error("{0}")]
    Certificate(String),
    #[error("no TLS: {0}")]
    Tls(String),
    #[error("no answer within {} seconds", .0.as_secs())]
    TooSlow(Duration),
    #[error("what answers does not speak HTTP: {0}")]
    Http(String),
}

#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) elapsed: Duration,
    /// What the server showed, where it showed one.
    pub(super) certificate: Option<Vec<u8>>,
}

/// How much of an answer is waited for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    End,
    /// For an answer that does not end.
    FirstBytes,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

struct Line {
    stream: Box<dyn Stream>,
    certificate: Option<Vec<u8>>,
}

impl FromStr for Led {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WANTED: &str = "it is HOST:PORT=ADDRESS:PORT, such as checkout.shop.example:443=192.0.2.7:443";
        let (name, to) = text.split_once('=').ok_or(WANTED)?;
        let (host, port) = name.rsplit_once(':').ok_or(WANTED)?;
        Ok(Self {
            host: host.to_ascii_lowercase(),
            port: port.parse().map_err(|_| WANTED)?,
            to: to.parse().map_err(|_| WANTED)?,
        })
    }
}

impl FromIterator<Led> for Names {
    fn from_iter<I: IntoIterator<Item = Led>>(led: I) -> Self {
        Self(
            led.into_iter()
                .map(|led| ((led.host, led.port), led.to))
                .collect(),
        )
    }
}

impl Names {
    pub(super) fn are_given_for(&self, url: &Url) -> bool {
        self.given(url).is_some()
    }

    fn given(&self, url: &Url) -> Option<SocketAddr> {
        let host = url.host_str()?.to_ascii_lowercase();
        self.0.get(&(host, url.port_or_known_default()?)).copied()
    }

    /// Every address that a URL leads to.
    pub(super) async fn addresses(&self, url: &Url) -> Result<Vec<SocketAddr>, Broken> {
        let port = url.port_or_known_default().unwrap_or(443);
        let given = self.given(url);
        let host = match (given, url.host()) {
            (Some(address), _) => return Ok(vec![address]),
            (None, Some(Host::Ipv4(address))) => return Ok(vec![SocketAddr::new(IpAddr::V4(address), port)]),
            (None, Some(Host::Ipv6(address))) => return Ok(vec![SocketAddr::new(IpAddr::V6(address), port)]),
            (None, host) => host.map(|host| host.to_string()).unwrap_or_default(),
        };
        let nowhere = || Broken::Name(host.clone());
        let found = timeout(CONNECT_PATIENCE, lookup_host((host.as_str(), port))).await;
        let found: Vec<_> = found.map_err(|_| nowhere())?.map_err(|_| nowhere())?.collect();
        if found.is_empty() {
            Err(nowhere())
        } else {
            Ok(found)
        }
    }

    /// Sends one request, whose URI is the path, and waits for no longer than `patience`.
    pub(super) async fn ask(
        &self,
        base: &Url,
        request: Request<Full<Bytes>>,
        until: Until,
        patience: Duration,
    ) -> Result<Reply, Broken> {
        let line = timeout(CONNECT_PATIENCE, self.connect(base)).await;
        let line = line.unwrap_or(Err(Broken::TooSlow(CONNECT_PATIENCE)))?;
        let answer = timeout(patience, converse(base, line, request, until)).await;
        answer.unwrap_or(Err(Broken::TooSlow(patience)))
    }

    async fn connect(&self, base: &Url) -> Result<Line, Broken> {
        let addresses = self.addresses(base).await?;
        let stream = TcpStream::connect(addresses.as_slice()).await;
        let stream = stream.map_err(|error| Broken::Connect(error.to_string()))?;
        if base.scheme() != "https" {
            return Ok(Line {
                stream: Box::new(stream),
                certificate: None,
            });
        }
        let host = base
            .host_str()
            .unwrap_or_default()
            .trim_matches(['[', ']'])
            .to_owned();
        let name = ServerName::try_from(host).map_err(|error| Broken::Tls(error.to_string()))?;
        let connector = TlsConnector::from(Arc::new(trust()?));
        let stream = connector
            .connect(name, stream)
            .await
            .map_err(|error| refused(&error))?;
        let certificates = stream.get_ref().1.peer_certificates().unwrap_or_default();
        let certificate = certificates.first().map(|certificate| certificate.to_vec());
        Ok(Line {
            stream: Box::new(stream),
            certificate,
        })
    }
}

/// The roots of the system, as for every other call to Kustom.
fn trust() -> Result<ClientConfig, Broken> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.and_then(ConfigBuilderExt::try_with_platform_verifier);
    Ok(config
        .map_err(|error| Broken::Tls(error.to_string()))?
        .with_no_client_auth())
}

fn refused(error: &io::Error) -> Broken {
    let Some(inner) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
    else {
        return Broken::Tls(error.to_string());
    };
    let rustls::Error::InvalidCertificate(reason) = inner else {
        return Broken::Tls(inner.to_string());
    };
    Broken::Certificate(match reason {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the certificate has expired".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the certificate is not valid yet".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "the certificate is for another name".to_owned()
        }
        CertificateError::UnknownIssuer => {
            "nobody whom this machine trusts has signed the certificate, or a part of its chain is missing"
                .to_owned()
        }
        CertificateError::Revoked => "the certificate was revoked".to_owned(),
        other => format!("the certificate is refused: {other:?}"),
    })
}

async fn converse(
    base: &Url,
    line: Line,
    mut request: Request<Full<Bytes>>,
    until: Until,
) -> Result<Reply, Broken> {
    let broken = |error: hyper::Error| Broken::Http(error.to_string());
    let authority = &base[url::Position::BeforeHost..url::Position::AfterPort];
    let host = authority
        .parse()
        .map_err(|_| Broken::Http("the host is no header".to_owned()))?;
    request.headers_mut().insert(HOST, host);
    let (mut sender, connection) = http1::handshake(TokioIo::new(line.stream))
        .await
        .map_err(broken)?;
    let connection = tokio::spawn(connection);
    let started = Instant::now();
    let response = sender.send_request(request).await.map_err(broken);
    let reply = match response {
        Ok(response) => read(response, until, started, line.certificate).await,
        Err(error) => Err(error),
    };
    connection.abort();
    reply
}

async fn read(
    response: Response<Incoming>,
    until: Until,
    started: Instant,
    certificate: Option<Vec<u8>>,
) -> Result<Reply, Broken> {
    let (head, mut body) = response.into_parts();
    let body = match until {
        Until::FirstBytes => match body.frame().await {
            Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
            Some(Err(error)) => return Err(Broken::Http(error.to_string())),
            None => Bytes::new(),
        },
        Until::End => {
            let body = Limited::new(body, MAX_ANSWER_BYTES).collect().await;
            // More than we would look at is as good as none.
            body.map(http_body_util::Collected::to_bytes).unwrap_or_default()
        }
    };
    Ok(Reply {
        status: head.status,
        headers: head.headers,
        body,
        elapsed: started.elapsed(),
        certificate,
    })
}
