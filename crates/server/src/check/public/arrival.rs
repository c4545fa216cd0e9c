//! Probes: sent to the public URL, answered by this server, with what arrived.

use super::{ADMIN_PUBLIC, Outside, PUBLIC_REDIRECT, PUBLIC_SERVER, Report};
use crate::check::client::{Broken, Reply, Until};
use crate::clock::{Clock, Ids, SystemClock, SystemIds};
use crate::probe::{self, Receipt};
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ACCEPT, CONTENT_TYPE, LOCATION, SERVER, USER_AGENT, WWW_AUTHENTICATE};
use hyper::{Method, Request};
use std::time::Duration;

/// Longer than Kustom waits, so that slow is told from never.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) struct Probe {
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) query: &'static str,
    pub(super) body: Bytes,
}

/// What came of a probe.
pub(super) enum Arrived {
    Here {
        receipt: Receipt,
        elapsed: Duration,
    },
    Redirected {
        to: String,
    },
    /// Somebody else answered.
    Elsewhere {
        found: String,
    },
    Broken(Broken),
}

impl Probe {
    pub(super) fn get(path: &'static str) -> Self {
        Self {
            method: Method::GET,
            path,
            query: "",
            body: Bytes::new(),
        }
    }

    pub(super) fn request(&self, outside: &Outside<'_>, accept: &str) -> (String, Request<Full<Bytes>>) {
        let nonce = SystemIds.secret().to_string();
        let question = probe::question(&outside.keys, &nonce, SystemClock.now());
        let separator = if self.query.is_empty() { "" } else { "?" };
        let request = Request::builder()
            .method(self.method.clone())
            .uri(format!("{}{separator}{}", self.path, self.query))
            .header(probe::HEADER, question)
            .header(ACCEPT, accept)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("kassa-check/", env!("CARGO_PKG_VERSION")))
            .body(Full::new(self.body.clone()))
            .expect("constants and a hexadecimal header are a request");
        (nonce, request)
    }

    pub(super) async fn send(&self, outside: &Outside<'_>) -> Arrived {
        let (nonce, request) = self.request(outside, "application/json");
        match outside
            .names
            .ask(&outside.url, request, Until::End, PATIENCE)
            .await
        {
            Ok(reply) => judge(outside, &nonce, &reply),
            Err(broken) => Arrived::Broken(broken),
        }
    }
}

fn judge(outside: &Outside<'_>, nonce: &str, reply: &Reply) -> Arrived {
    let receipt = serde_json::from_slice::<Receipt>(&reply.body).ok();
    if let Some(receipt) = receipt.filter(|receipt| probe::is_answer(&outside.keys, nonce, receipt)) {
        return Arrived::Here {
            receipt,
            elapsed: reply.elapsed,
        };
    }
    let text = |name| reply.headers.get(name).and_then(|value| value.to_str().ok());
    if reply.status.is_redirection()
        && let Some(location) = text(LOCATION)
    {
        let to = outside
            .url
            .join(location)
            .map(|url| url[..url::Position::AfterPath].to_owned());
        return Arrived::Redirected {
            to: to.unwrap_or_else(|_| "somewhere".to_owned()),
        };
    }
    let server = text(SERVER)
        .map(|server| format!(" from a server that calls itself {server:?}"))
        .unwrap_or_default();
    let found = match (reply.status.as_u16(), &reply.body[..]) {
        (200, br#"{"status":"ok"}"#) => "another Kassa, or one with another database".to_owned(),
        (status, _) => format!("status {status}{server}"),
    };
    Arrived::Elsewhere { found }
}

/// Whether a request to the public URL reaches the server with this database.
pub(super) async fn check(report: &mut Report, outside: &Outside<'_>) -> bool {
    let host = outside.url.authority();
    let who = if outside.database.is_in_use {
        "the running server"
    } else {
        "this machine, where no server runs yet"
    };
    match Probe::get("/health").send(outside).await {
        Arrived::Here { .. } => {
            report.ok(PUBLIC_REDIRECT, "nothing is sent on to another address");
            report.ok(PUBLIC_SERVER, format!("{host} leads to {who}"));
            check_admin_is_hidden(report, outside).await;
            true
        }
        Arrived::Redirected { to } => {
            report.problem(
                PUBLIC_REDIRECT,
                format!("{host} sends requests on to {to}, and Kustom does not follow; set `public_url` to the address that answers, or \
                         take the redirect out of the proxy"),
            );
            false
        }
        Arrived::Elsewhere { found } => {
            report.problem(
                PUBLIC_SERVER,
                format!("{host} answers, but not with {who}: found {found}; wanted {} behind it; correct the proxy's target or \
                         `public_url`", outside.listen()),
            );
            false
        }
        Arrived::Broken(broken) => {
            report.problem(
                PUBLIC_SERVER,
                format!(
                    "{host}: {broken}; wanted an answer of {who}; correct the proxy's target, which is {}",
                    outside.listen()
                ),
            );
            false
        }
    }
}

impl Outside<'_> {
    fn listen(&self) -> String {
        self.draft
            .listen
            .map(|listen| listen.to_string())
            .unwrap_or_default()
    }
}

/// As the operators' listener says it. A log-in of the proxy's is worded otherwise.
fn is_token_wanted(reply: &Reply) -> bool {
    let wanted = reply.headers.get(WWW_AUTHENTICATE);
    reply.status == 401 && wanted.is_some_and(|wanted| wanted == "Bearer")
}

/// A proxy that passes everything on to both listeners shows orders to the world.
async fn check_admin_is_hidden(report: &mut Report, outside: &Outside<'_>) {
    let request = Request::get("/ready")
        .body(Full::default())
        .expect("a constant path is a request");
    let reply = outside
        .names
        .ask(&outside.url, request, Until::End, PATIENCE)
        .await;
    let is_admin = reply.is_ok_and(|reply| {
        let answered = serde_json::from_slice::<serde_json::Value>(&reply.body).ok();
        answered.is_some_and(|body| body.get("ready").is_some()) || is_token_wanted(&reply)
    });
    match is_admin {
        true => report.problem(
            ADMIN_PUBLIC,
            format!("{}/ready is answered by the operators' listener, which shows orders and cancels them; take it out of the proxy",
                outside.url.authority()),
        ),
        false => report.ok(ADMIN_PUBLIC, "the operators' listener is not reached from outside"),
    }
}
