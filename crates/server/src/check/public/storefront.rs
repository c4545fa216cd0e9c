//! What browsers need: events as they happen, and leave for the storefront's pages to call.

use super::arrival::Probe;
use super::{Outside, Report, STOREFRONT_EVENTS, STOREFRONT_ORIGINS};
use crate::check::client::{Broken, Until};
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderValue, ORIGIN,
};
use hyper::{Method, Request};
use kassa_commerce::catalogue::Shop;
use std::collections::BTreeSet;
use std::time::Duration;

/// A shopper who has changed the cart looks at a suspended iframe for as long.
const EVENT_PATIENCE: Duration = Duration::from_secs(3);

const PATIENCE: Duration = Duration::from_secs(5);

const EVENTS: &str = "/ingress/commerce/carts/00000000-0000-4000-8000-000000000000/events";

/// A shop has a handful; all of them would be asked about one after the other.
const MOST_ORIGINS: usize = 10;

pub(super) async fn check(report: &mut Report, outside: &Outside<'_>) {
    check_events(report, outside).await;
    check_origins(report, outside).await;
}

async fn check_events(report: &mut Report, outside: &Outside<'_>) {
    let (_, mut request) = Probe::get(EVENTS).request(outside, "text/event-stream");
    // As browsers ask. What packs the answer must not hold it back either.
    request
        .headers_mut()
        .insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip, deflate, br"));
    let found = match outside
        .names
        .ask(&outside.url, request, Until::FirstBytes, EVENT_PATIENCE)
        .await
    {
        Ok(reply) if reply.status == 200 && !reply.body.is_empty() => {
            return report.ok(STOREFRONT_EVENTS, "events arrive as they happen");
        }
        Ok(reply) => format!("status {} and no event", reply.status.as_u16()),
        Err(Broken::TooSlow(_)) => format!(
            "nothing within {} seconds, so they are held back",
            EVENT_PATIENCE.as_secs()
        ),
        Err(broken) => broken.to_string(),
    };
    report.problem(
        STOREFRONT_EVENTS,
        format!("events do not arrive as they happen: found {found}; wanted the first bytes at once; turn buffering and packing off for \
                 text/event-stream (nginx: `proxy_buffering off`)"),
    );
}

/// Asked of the real server only: the stand-in has no profiles.
async fn check_origins(report: &mut Report, outside: &Outside<'_>) {
    if !outside.database.is_in_use {
        return report.skipped(
            &[STOREFRONT_ORIGINS],
            "no server runs with this database; start it and check again",
        );
    }
    let shop = outside
        .database
        .content
        .as_ref()
        .map(|content| &content.shop.shop);
    let origins: BTreeSet<&str> = shop
        .into_iter()
        .flat_map(Shop::profiles)
        .flat_map(|profile| &profile.origins)
        .map(String::as_str)
        .collect();
    let before = report.findings.len();
    for origin in origins.iter().take(MOST_ORIGINS) {
        if let Some(found) = refusal(outside, origin).await {
            report.problem(
                STOREFRONT_ORIGINS,
                format!("pages of {origin} cannot call: found {found}; wanted one access-control-allow-origin with it; let Kassa alone \
                         set these headers, and pass OPTIONS on"),
            );
        }
    }
    if report.findings.len() == before {
        report.ok(
            STOREFRONT_ORIGINS,
            format!("pages of {} origins may call", origins.len()),
        );
    }
}

async fn refusal(outside: &Outside<'_>, origin: &str) -> Option<String> {
    let request = Request::builder()
        .method(Method::OPTIONS)
        .uri("/ingress/commerce/carts")
        .header(ORIGIN, origin)
        .header(ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(ACCESS_CONTROL_REQUEST_HEADERS, "content-type")
        .body(Full::<Bytes>::default())
        .ok()?;
    let reply = match outside
        .names
        .ask(&outside.url, request, Until::End, PATIENCE)
        .await
    {
        Ok(reply) => reply,
        Err(broken) => return Some(broken.to_string()),
    };
    let allowed: Vec<&[u8]> = reply
        .headers
        .get_all(ACCESS_CONTROL_ALLOW_ORIGIN)
        .iter()
        .map(HeaderValue::as_bytes)
        .collect();
    match allowed.as_slice() {
        [one] if *one == origin.as_bytes() && reply.status.is_success() => None,
        [] => Some(format!("status {} without the header", reply.status.as_u16())),
        [_] => Some("the header with another origin".to_owned()),
        several => Some(format!(
            "the header {} times, which browsers refuse",
            several.len()
        )),
    }
}
