//! Whether Kustom knows us: one harmless read with each account's credentials.
//!
//! The order that is asked for does not exist. An answer that it does not means that the credentials are good.

use super::Report;
use super::client::{Broken, Names, Reply, Until};
use super::code::{
    KUSTOM_BLOCKED, KUSTOM_CLOCK, KUSTOM_CREDENTIALS, KUSTOM_ENVIRONMENT, KUSTOM_REACHABLE, KUSTOM_URL,
    SETTINGS_SECRET,
};
use crate::clock::{Clock, Ids, SystemClock, SystemIds};
use crate::config::{Credentials, Draft, EMULATOR_LISTEN, KustomEnvironment};
use crate::kustom_client;
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderValue, USER_AGENT};
use jiff::SignedDuration;
use jiff::fmt::rfc2822;
use std::time::Duration;
use url::Url;

/// As long as the server itself would wait.
const PATIENCE: Duration = Duration::from_secs(9);

/// Beyond this, certificates and log lines begin to lie.
const LARGEST_SKEW: SignedDuration = SignedDuration::from_secs(60);

/// Client libraries read these; Kassa does not.
const PROXY_VARIABLES: [&str; 3] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"];

const ALL: [super::code::Code; 3] = [KUSTOM_REACHABLE, KUSTOM_CREDENTIALS, KUSTOM_CLOCK];

struct Kustom<'a> {
    environment: KustomEnvironment,
    url: &'a Url,
    /// Whether the other environment's own address is known.
    is_default: bool,
    names: &'a Names,
}

pub(super) async fn check(report: &mut Report, draft: &Draft, names: &Names) {
    let (Some(environment), Some(url)) = (draft.environment, &draft.kustom_url) else {
        return report.skipped(&ALL, "the settings of Kustom could not be read");
    };
    if report.has_problem_with(SETTINGS_SECRET)
        || report.has_problem_with(KUSTOM_ENVIRONMENT)
        || report.has_problem_with(KUSTOM_URL)
    {
        return report.skipped(&ALL, "the settings of Kustom have to be corrected first");
    }
    let kustom = Kustom {
        environment,
        url,
        is_default: draft.kustom_url_is_default,
        names,
    };
    let first = match kustom.read(None).await {
        Ok(reply) => reply,
        Err(broken) => {
            report.problem(KUSTOM_REACHABLE, kustom.unreachable(&broken));
            return report.skipped(&ALL[1..], "Kustom cannot be reached");
        }
    };
    if !kustom.is_kustom(report, &first) {
        return report.skipped(&ALL[1..], "it is not Kustom that answers");
    }
    check_clock(report, &first);
    for (account, credentials) in accounts(draft) {
        kustom.check_account(report, &account, credentials).await;
    }
}

fn accounts(draft: &Draft) -> Vec<(String, Option<&Credentials>)> {
    let common = ("the common account".to_owned(), draft.credentials.as_ref());
    let is_needed = draft.credentials.is_some() || draft.environment == Some(KustomEnvironment::Emulator);
    let others = draft
        .accounts
        .iter()
        .map(|(name, credentials)| (format!("account `{name}`"), Some(credentials)));
    is_needed.then_some(common).into_iter().chain(others).collect()
}

impl Kustom<'_> {
    async fn read(&self, authorization: Option<HeaderValue>) -> Result<Reply, Broken> {
        self.read_at(self.url, authorization).await
    }

    async fn read_at(&self, base: &Url, authorization: Option<HeaderValue>) -> Result<Reply, Broken> {
        let path = base.path().trim_end_matches('/');
        let mut request = Request::get(format!("{path}/checkout/v3/orders/{}", SystemIds.secret()))
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, concat!("kassa/", env!("CARGO_PKG_VERSION")));
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let request = request
            .body(Full::<Bytes>::default())
            .map_err(|error| Broken::Http(error.to_string()))?;
        self.names.ask(base, request, Until::End, PATIENCE).await
    }

    fn unreachable(&self, broken: &Broken) -> String {
        let host = self.url.authority();
        let remedy = match (self.environment, broken) {
            (KustomEnvironment::Emulator, _) => "start `kassa emulator`, or correct `kustom.url`",
            (_, Broken::Certificate(_) | Broken::Tls(_)) => {
                "look for a proxy that opens TLS, correct this machine's clock, and install the package ca-certificates"
            }
            (_, Broken::Name(_)) => "correct this machine's DNS",
            _ => "allow outgoing connections to it on port 443",
        };
        let proxy = PROXY_VARIABLES
            .iter()
            .find(|name| std::env::var_os(name).is_some());
        let proxy = proxy
            .map(|name| format!("; {name} is set, which Kassa does not use"))
            .unwrap_or_default();
        format!("{host}: {broken}; wanted Kustom's API; {remedy}{proxy}")
    }

    /// Whoever says that an order is missing without asking who we are would say so to any credentials.
    fn is_kustom(&self, report: &mut Report, without_credentials: &Reply) -> bool {
        let host = self.url.authority();
        let status = without_credentials.status.as_u16();
        match status {
            401 => {
                report.ok(KUSTOM_REACHABLE, format!("{host} answers, and wants credentials"));
                true
            }
            403 if is_html(without_credentials) => {
                report.problem(
                    KUSTOM_BLOCKED,
                    format!("{host}: found a page that says 403 before any credentials were looked at, which is Kustom's firewall; \
                             wanted its API; ask Kustom to let this server's address in"),
                );
                false
            }
            500..=599 => {
                report.problem(
                    KUSTOM_REACHABLE,
                    format!("{host} answers {status}; wanted 401; Kustom is in trouble: try again later"),
                );
                false
            }
            _ => {
                report.problem(
                    KUSTOM_URL,
                    format!("{host} answers {status} to a read without credentials, wanted 401; what answers is not Kustom's API; \
                             correct or remove `kustom.url`, and look for a proxy in between"),
                );
                false
            }
        }
    }

    async fn check_account(&self, report: &mut Report, account: &str, credentials: Option<&Credentials>) {
        let authorization = match kustom_client::authorization(credentials) {
            Ok(authorization) => authorization,
            Err(error) => {
                return report.problem(SETTINGS_SECRET, format!("{account}: {error}; copy them again"));
            }
        };
        let reply = match self.read(Some(authorization.clone())).await {
            Ok(reply) => reply,
            Err(broken) => return report.problem(KUSTOM_REACHABLE, self.unreachable(&broken)),
        };
        match reply.status.as_u16() {
            200 | 404 => report.ok(KUSTOM_CREDENTIALS, format!("{account}: Kustom takes the credentials")),
            401 => self.report_refused(report, account, authorization).await,
            403 => report.problem(
                KUSTOM_BLOCKED,
                format!("{account}: Kustom knows the credentials and answers 403: the merchant is not activated; ask Kustom to \
                         activate it for `{}`", self.environment.name()),
            ),
            status => report.problem(KUSTOM_REACHABLE, format!("{account}: Kustom answers {status}, wanted 404; try again later")),
        }
    }

    /// Wrong everywhere, or only here?
    async fn report_refused(&self, report: &mut Report, account: &str, authorization: HeaderValue) {
        let here = self.environment.name();
        if let Some((there, url)) = self.other_environment()
            && let Ok(reply) = self.read_at(&url, Some(authorization)).await
            && matches!(reply.status.as_u16(), 200 | 403 | 404)
            && !is_html(&reply)
        {
            let there = there.name();
            return report.problem(
                KUSTOM_ENVIRONMENT,
                format!("{account}: this key belongs to `{there}`, but the environment is `{here}`; take the key from the portal of \
                         `{here}`, or set `kustom.environment`"),
            );
        }
        report.problem(
            KUSTOM_CREDENTIALS,
            format!("{account}: Kustom does not take the credentials (401); wanted the user name and the API key of `{here}`; make a \
                     new key in Kustom's portal and set both"),
        );
    }

    fn other_environment(&self) -> Option<(KustomEnvironment, Url)> {
        let other = match self.environment {
            KustomEnvironment::Playground => KustomEnvironment::Live,
            KustomEnvironment::Live => KustomEnvironment::Playground,
            KustomEnvironment::Emulator => return None,
        };
        self.is_default
            .then(|| (other, other.default_url(EMULATOR_LISTEN)))
    }
}

fn is_html(reply: &Reply) -> bool {
    let content_type = reply
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    content_type.is_some_and(|content_type| content_type.starts_with("text/html"))
}

fn check_clock(report: &mut Report, reply: &Reply) {
    let date = reply.headers.get(DATE).and_then(|date| date.to_str().ok());
    let Some(there) = date.and_then(|date| rfc2822::parse(date).ok()) else {
        return report.skipped(&[KUSTOM_CLOCK], "the answer has no date");
    };
    let skew = SystemClock.now().duration_since(there.timestamp());
    if skew.abs() > LARGEST_SKEW {
        let way = if skew.is_positive() { "ahead of" } else { "behind" };
        report.problem(
            KUSTOM_CLOCK,
            format!("this machine's clock is {} seconds {way} Kustom's, wanted {} at most; start a time service such as chrony",
                skew.abs().as_secs(), LARGEST_SKEW.as_secs()),
        );
    } else {
        report.ok(KUSTOM_CLOCK, "this machine's clock agrees with Kustom's");
    }
}
