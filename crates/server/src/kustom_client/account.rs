//! Who we are at Kustom, and everything that can be wrong with that before the first call.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use url::Url;

#[derive(Clone, Debug)]
pub struct KustomAccount {
    /// The scheme, the host and perhaps a path that goes before every path of the API.
    pub base_url: Url,
    pub credentials: Credentials,
}

/// Kustom accepts two forms. Source: <https://docs.kustom.co/contents/api/api-basics/authentication>.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// An API key, sent as it is.
    Key(SecretString),
    /// A user name and its password, encoded together. Credentials from Klarna's time know only this form.
    UserAndKey { key_id: String, password: SecretString },
}

/// Why there can be no client. All of it is configuration: none of it goes away by waiting.
#[derive(Debug, Error)]
pub enum ClientError {
    #[error("the scheme {scheme:?} is neither http nor https")]
    Scheme { scheme: String },
    /// The key travels in every request, so only the machine itself may see it unencrypted.
    #[error("plain http is for this machine only, not for {host:?}")]
    PlainHttp { host: String },
    #[error("the base URL carries credentials, a query or a fragment")]
    NotABase,
    #[error("the base URL cannot be called")]
    Uncallable(#[source] hyper::http::uri::InvalidUri),
    #[error("the credentials are empty or have characters that no header can carry")]
    Credentials,
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
}

impl Credentials {
    /// The `Authorization` header, marked so that nothing prints it.
    pub(super) fn header(&self) -> Result<HeaderValue, ClientError> {
        let token = match self {
            Self::Key(key) => key.expose_secret().to_owned(),
            Self::UserAndKey { key_id, password } => {
                STANDARD.encode(format!("{key_id}:{}", password.expose_secret()))
            }
        };
        if token.is_empty() {
            return Err(ClientError::Credentials);
        }
        let mut header =
            HeaderValue::from_str(&format!("Basic {token}")).map_err(|_| ClientError::Credentials)?;
        header.set_sensitive(true);
        Ok(header)
    }
}
