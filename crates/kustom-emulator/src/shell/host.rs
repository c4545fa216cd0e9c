//! Under which names the control routes answer.
//!
//! A page of a stranger can let its own name point to the developer's machine once it is open in the browser (DNS
//! rebinding). To the browser its calls are then calls of the page to its own server: nothing about their origin gives them
//! away. Only the name that was asked for does, and it is none that the emulator is known by. The merchant APIs answer under
//! any name: they ask for credentials, and shops reach them as they can.

use super::Emulator;
use super::serve::ArrivedAt;
use crate::message::Response as Answer;
use crate::validation::is_this_machine;
use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::IpAddr;
use url::{Host, Url};

/// The name and the port that a request asked for, as they were written.
pub(super) struct Asked {
    pub(super) host: String,
    pub(super) port: Option<u16>,
}

impl Asked {
    /// `None` where a caller says nothing, as HTTP/1.0 allows. No browser speaks that.
    pub(super) fn of(request: &Request) -> Option<Self> {
        if let Some(host) = request.uri().host() {
            return Some(Self {
                host: host.to_owned(),
                port: request.uri().port_u16(),
            });
        }
        let written = request.headers().get(header::HOST)?;
        let authority = written
            .to_str()
            .ok()
            .and_then(|text| text.parse::<Authority>().ok());
        Some(authority.map_or_else(
            || Self {
                host: String::from_utf8_lossy(written.as_bytes()).into_owned(),
                port: None,
            },
            |authority| Self {
                host: authority.host().to_owned(),
                port: authority.port_u16(),
            },
        ))
    }
}

/// Refuses what was asked for under a name that is not ours.
pub(super) async fn refuse_foreign_names(
    State(emulator): State<Emulator>,
    request: Request,
    next: Next,
) -> Response {
    match Asked::of(&request) {
        Some(asked) if !emulator.is_known_by(&asked, request.extensions().get()) => {
            let message = format!(
                "the control routes do not answer under the name \"{0}\"; `kassa emulator --allow-host {0}` lets them",
                asked.host
            );
            Answer::problem(StatusCode::FORBIDDEN, "FOREIGN_HOST", &message).into_response()
        }
        _ => next.run(request).await,
    }
}

impl Emulator {
    fn is_known_by(&self, asked: &Asked, arrived_at: Option<&ArrivedAt>) -> bool {
        // The dot of a fully qualified name makes it no other name.
        let name = asked.host.strip_suffix('.').unwrap_or(&asked.host);
        let Ok(host) = Host::parse(name) else { return false };
        is_this_machine(&host)
            || arrived_at.is_some_and(|at| address_of(&host) == Some(at.0.ip().to_canonical()))
            || self.inner.allowed_hosts.contains(&host)
    }
}

/// What the settings allow: the names that were given, and that of the public URL.
pub(super) fn allowed(names: Vec<Host>, public_url: Option<&str>) -> Vec<Host> {
    let public = public_url.and_then(|url| Url::parse(url).ok()?.host().map(|host| host.to_owned()));
    names.into_iter().chain(public).collect()
}

fn address_of(host: &Host) -> Option<IpAddr> {
    match host {
        Host::Ipv4(address) => Some(IpAddr::V4(*address)),
        Host::Ipv6(address) => Some(IpAddr::V6(*address).to_canonical()),
        Host::Domain(_) => None,
    }
}
