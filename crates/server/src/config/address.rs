//! Addresses: what we listen on, and what we are called from outside.

use super::error::Problem;
use super::kustom::KustomEnvironment;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use url::{Host, Url};

pub(super) fn socket_address(text: &str) -> Result<SocketAddr, Problem> {
    text.parse().map_err(|_| Problem::NotAnAddress(text.to_owned()))
}

pub(crate) fn is_this_machine(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

/// An origin without a trailing slash. Kustom calls it and sends shoppers' browsers along, so outside of the emulator
/// it is https.
pub(super) fn public_url(text: &str, environment: KustomEnvironment) -> Result<String, Problem> {
    let not_an_origin = || Problem::NotAnOrigin(text.to_owned());
    let url = Url::parse(text).map_err(|_| not_an_origin())?;
    let origin = url.origin().ascii_serialization();
    let is_origin = matches!(url.scheme(), "http" | "https") && url.as_str() == format!("{origin}/");
    if !is_origin {
        return Err(not_an_origin());
    }
    if url.scheme() != "https" && environment != KustomEnvironment::Emulator {
        return Err(Problem::NotHttps {
            found: text.to_owned(),
            because: "Kustom calls nothing else",
        });
    }
    Ok(origin)
}

/// Where the emulator and a browser on this machine reach us.
pub(super) fn default_public_url(listen: SocketAddr) -> String {
    format!("http://{}", reachable(listen))
}

/// Listening everywhere includes this machine, and "everywhere" is no address to call.
pub fn reachable(listen: SocketAddr) -> SocketAddr {
    if listen.ip().is_unspecified() {
        SocketAddr::new(Ipv4Addr::LOCALHOST.into(), listen.port())
    } else {
        listen
    }
}

/// The base of Kustom's API. Credentials travel there, so only this machine may be called without TLS.
pub(super) fn kustom_url(text: &str) -> Result<Url, Problem> {
    let not_a_base = || Problem::NotABaseUrl(text.to_owned());
    let url = Url::parse(text).map_err(|_| not_a_base())?;
    let has_userinfo = !url.username().is_empty() || url.password().is_some();
    if has_userinfo || url.query().is_some() || url.fragment().is_some() {
        // Not echoed: it may hold a password.
        return Err(Problem::NotABaseUrl("a URL with more than a path".to_owned()));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback_host(&url) => Ok(url),
        "http" => Err(Problem::NotHttps {
            found: text.to_owned(),
            because: "credentials travel there",
        }),
        _ => Err(not_a_base()),
    }
}

fn is_loopback_host(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
