//! Where Kustom is: which URL a call goes to, and that our key never goes anywhere else.

use super::ClientError;
use crate::kustom::OrderAddress;
use hyper::Uri;
use kustom_api::{Failure, KustomOrderId};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::{Host as UrlHost, Url};

/// Even the dot is encoded: an id `..` would turn an update into a create.
const ONE_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// Kustom declares order ids with at most 255 characters.
const MAX_ID_CHARS: usize = 255;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Security {
    Tls,
    Plain,
}

#[derive(Clone, Debug)]
pub(super) struct Host {
    base: Url,
}

impl Host {
    pub(super) fn new(base: Url) -> Result<Self, ClientError> {
        match base.scheme() {
            "https" => {}
            "http" if is_loopback(&base) => {}
            "http" => {
                let host = base.host_str().unwrap_or_default().to_owned();
                return Err(ClientError::PlainHttp { host });
            }
            scheme => {
                let scheme = scheme.to_owned();
                return Err(ClientError::Scheme { scheme });
            }
        }
        if has_userinfo(&base) || base.query().is_some() || base.fragment().is_some() {
            return Err(ClientError::NotABase);
        }
        base.as_str().parse::<Uri>().map_err(ClientError::Uncallable)?;
        Ok(Self { base })
    }

    pub(super) fn security(&self) -> Security {
        match self.base.scheme() {
            "https" => Security::Tls,
            _ => Security::Plain,
        }
    }

    pub(super) fn orders(&self) -> Uri {
        self.below("/checkout/v3/orders")
    }

    pub(super) fn order(&self, order: OrderAddress<'_>, action: &str) -> Result<Uri, Failure> {
        let located = order.location.and_then(|location| self.own(location));
        if let Some(mut url) = located {
            let path = format!("{}{action}", url.path().trim_end_matches('/'));
            url.set_path(&path);
            if let Ok(uri) = url.as_str().parse() {
                return Ok(uri);
            }
        }
        let id = one_segment(order.id)?;
        Ok(self.below(&format!("/checkout/v3/orders/{id}{action}")))
    }

    pub(super) fn managed_order(&self, id: &KustomOrderId, action: &str) -> Result<Uri, Failure> {
        let id = one_segment(id)?;
        Ok(self.below(&format!("/ordermanagement/v1/orders/{id}{action}")))
    }

    /// The location as an absolute URL, if it leads to the host that the key belongs to.
    pub(super) fn own(&self, location: &str) -> Option<Url> {
        let url = self.base.join(location).ok()?;
        (url.origin() == self.base.origin() && !has_userinfo(&url)).then_some(url)
    }

    fn below(&self, path: &str) -> Uri {
        let base = self.base.as_str().trim_end_matches('/');
        format!("{base}{path}")
            .parse()
            .expect("the base was parsed at the start, and an encoded path of bounded length keeps it valid")
    }
}

/// Whether a location has the documented form and is that of another order. Of any other form nothing can be said.
pub(super) fn names_another_order(location: &str, id: &KustomOrderId) -> bool {
    let Some((_, named)) = location.rsplit_once("/checkout/v3/orders/") else {
        return false;
    };
    let end = named.find(['/', '?', '#']).unwrap_or(named.len());
    let named = percent_decode_str(&named[..end]).decode_utf8_lossy();
    !named.is_empty() && named != id.0
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(UrlHost::Domain(name)) => name == "localhost",
        Some(UrlHost::Ipv4(address)) => address.is_loopback(),
        Some(UrlHost::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn has_userinfo(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// An id that cannot be one of Kustom's is answered as Kustom would: no such order.
fn one_segment(id: &KustomOrderId) -> Result<String, Failure> {
    if id.0.is_empty() || id.0.chars().count() > MAX_ID_CHARS {
        return Err(Failure::Gone);
    }
    Ok(utf8_percent_encode(&id.0, ONE_SEGMENT).to_string())
}
