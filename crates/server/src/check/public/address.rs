//! The public URL itself: what it names, where it leads, and whose certificate is shown there.

use super::{
    Outside, PUBLIC_ADDRESS, PUBLIC_CERTIFICATE, PUBLIC_HTTP, PUBLIC_NAME, PUBLIC_REACHABLE, Report,
};
use crate::check::client::{Broken, Until};
use crate::clock::{Clock, SystemClock};
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use url::{Host, Url};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

const PATIENCE: Duration = Duration::from_secs(5);

/// Certificates are renewed a month before they end. With less than two weeks left, the renewal does not work.
const RENEWED_DAYS: i64 = 14;

const SECONDS_OF_A_DAY: i64 = 24 * 3600;

/// Whether requests can be sent there at all.
pub(super) async fn check(report: &mut Report, outside: &Outside<'_>) -> bool {
    if !check_name(report, outside) {
        report.skipped(
            &[PUBLIC_NAME, PUBLIC_REACHABLE, PUBLIC_CERTIFICATE, PUBLIC_HTTP],
            "Kustom could not reach such an address",
        );
        return false;
    }
    if !check_where_it_leads(report, outside).await {
        report.skipped(
            &[PUBLIC_REACHABLE, PUBLIC_CERTIFICATE, PUBLIC_HTTP],
            "the name does not lead to a public server",
        );
        return false;
    }
    if !check_connection(report, outside).await {
        return false;
    }
    check_plain_http(report, outside).await;
    true
}

fn check_name(report: &mut Report, outside: &Outside<'_>) -> bool {
    let url = &outside.url;
    if outside.is_emulator {
        report.ok(
            PUBLIC_ADDRESS,
            format!(
                "{}: in the environment `emulator`, http and this machine will do",
                url.origin().ascii_serialization()
            ),
        );
        return true;
    }
    let found = match url.host() {
        Some(Host::Domain(domain)) if is_local_name(domain) => "a name that only this network knows",
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => "an IP address",
        _ => {
            report.ok(PUBLIC_ADDRESS, url.origin().ascii_serialization());
            return true;
        }
    };
    report.problem(
        PUBLIC_ADDRESS,
        format!(
            "public_url: found {}, {found}; wanted a name that Kustom can look up; set `public_url`",
            url.authority()
        ),
    );
    false
}

fn is_local_name(domain: &str) -> bool {
    !domain.contains('.')
        || [".localhost", ".local", ".internal", ".lan", ".home.arpa"]
            .iter()
            .any(|end| domain.ends_with(end))
}

async fn check_where_it_leads(report: &mut Report, outside: &Outside<'_>) -> bool {
    let host = outside.url.host_str().unwrap_or_default();
    if outside.names.are_given_for(&outside.url) {
        report.ok(
            PUBLIC_NAME,
            format!("{host} was not looked up, because `--resolve` says where it leads"),
        );
        return true;
    }
    let addresses = match outside.names.addresses(&outside.url).await {
        Ok(addresses) => addresses,
        Err(error) => {
            report.problem(
                PUBLIC_NAME,
                format!("public_url: {error}; wanted a name in the public DNS; add its record"),
            );
            return false;
        }
    };
    let private: Vec<String> = addresses
        .iter()
        .map(SocketAddr::ip)
        .filter(|ip| !is_public(*ip))
        .map(|ip| ip.to_string())
        .collect();
    if outside.is_emulator || private.is_empty() {
        report.ok(
            PUBLIC_NAME,
            format!("{host} leads to {} addresses", addresses.len()),
        );
        return true;
    }
    report.problem(
        PUBLIC_NAME,
        format!(
            "public_url: {host} leads to {}, which only this network reaches; wanted a public address; correct its DNS record, or ask \
             with `--resolve {host}:443=ADDRESS:443` if this machine sees another DNS than the world",
            private.join(", ")
        ),
    );
    false
}

fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            let is_shared = a == 100 && (64..128).contains(&b);
            !(ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified() || is_shared)
        }
        IpAddr::V6(ip) => !(ip.is_loopback() || ip.is_unspecified() || is_local_v6(ip)),
    }
}

fn is_local_v6(ip: Ipv6Addr) -> bool {
    ip.is_unique_local() || ip.is_unicast_link_local()
}

async fn check_connection(report: &mut Report, outside: &Outside<'_>) -> bool {
    let asked = outside
        .names
        .ask(&outside.url, health(), Until::End, PATIENCE)
        .await;
    let authority = outside.url.authority();
    match asked {
        Ok(reply) => {
            report.ok(PUBLIC_REACHABLE, format!("{authority} takes connections"));
            if let Some(certificate) = reply.certificate {
                check_lifetime(report, &certificate);
            }
            true
        }
        // Who answers too late or in another language was reached. What comes later says what is wrong.
        Err(Broken::Http(_)) => {
            report.ok(PUBLIC_REACHABLE, format!("{authority} takes connections"));
            true
        }
        Err(Broken::TooSlow(patience)) if patience == PATIENCE && !outside.database.is_in_use => {
            // The stand-in is not there yet, and the proxy waits for it.
            report.ok(PUBLIC_REACHABLE, format!("{authority} takes connections"));
            true
        }
        Err(error @ (Broken::Certificate(_) | Broken::Tls(_))) => {
            report.ok(PUBLIC_REACHABLE, format!("{authority} takes connections"));
            report.problem(
                PUBLIC_CERTIFICATE,
                format!("public_url: {error}; wanted a certificate for {authority} that everybody trusts, with its whole chain; let \
                         the proxy get one, such as from Let's Encrypt"),
            );
            report.skipped(&[PUBLIC_HTTP], "the certificate comes first");
            false
        }
        Err(error) => {
            // Without a proxy, the server itself is what is reached, and it does not run.
            if outside.is_emulator && !outside.database.is_in_use {
                report.ok(
                    PUBLIC_REACHABLE,
                    format!("{authority} is looked at with a stand-in for the server"),
                );
                return true;
            }
            report.problem(
                PUBLIC_REACHABLE,
                format!("public_url: {error}; wanted an open port at {authority}; start the proxy, and open the port in the firewall"),
            );
            report.skipped(&[PUBLIC_CERTIFICATE, PUBLIC_HTTP], "nothing is reached");
            false
        }
    }
}

fn health() -> Request<Full<Bytes>> {
    Request::get("/health")
        .body(Full::default())
        .expect("a constant path is a request")
}

fn check_lifetime(report: &mut Report, certificate: &[u8]) {
    let Ok((_, certificate)) = X509Certificate::from_der(certificate) else {
        return;
    };
    let left = certificate.validity().not_after.timestamp() - SystemClock.now().as_second();
    let days = left.div_euclid(SECONDS_OF_A_DAY);
    match days < RENEWED_DAYS {
        true => report.warning(
            PUBLIC_CERTIFICATE,
            format!("the certificate ends in {days} days, and should have been renewed by now; wanted {RENEWED_DAYS} or more; look why \
                     the renewal does not work"),
        ),
        false => report.ok(PUBLIC_CERTIFICATE, format!("the certificate is trusted and holds for {days} days")),
    }
}

/// Over plain http, the key to a cart would travel in the open.
async fn check_plain_http(report: &mut Report, outside: &Outside<'_>) {
    if outside.url.scheme() != "https" || outside.url.port().is_some() {
        return;
    }
    let mut plain = outside.url.clone();
    if plain.set_scheme("http").is_err() {
        return;
    }
    let authority = plain.authority().to_owned();
    match outside.names.ask(&plain, health(), Until::End, PATIENCE).await {
        Ok(reply) if reply.status.is_redirection() && leads_to_https(&plain, &reply) => {
            report.ok(PUBLIC_HTTP, format!("http://{authority} leads to https"));
        }
        Ok(reply) if reply.status.is_success() => report.warning(
            PUBLIC_HTTP,
            format!("http://{authority} answers like https, so a mistyped address sends carts in the open; wanted a redirect to https; \
                     set it in the proxy"),
        ),
        Ok(_) | Err(_) => report.ok(PUBLIC_HTTP, format!("http://{authority} serves nothing")),
    }
}

fn leads_to_https(base: &Url, reply: &crate::check::client::Reply) -> bool {
    let location = reply
        .headers
        .get("location")
        .and_then(|location| location.to_str().ok());
    location
        .and_then(|location| base.join(location).ok())
        .is_some_and(|url| url.scheme() == "https")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_kustom_cannot_reach_are_known() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "169.254.1.1",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "fd00::1",
            "fe80::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in ["198.51.100.7", "100.128.0.1", "2001:db8::1"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        assert!(
            is_local_name("kassa") && is_local_name("shop.local") && !is_local_name("checkout.shop.example")
        );
    }
}
