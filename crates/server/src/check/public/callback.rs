//! What Kustom sends: does it arrive as it was sent, whole and in time?

use super::arrival::{Arrived, Probe};
use super::{
    CALLBACK_PUSH, CALLBACK_SIZE, CALLBACK_TIME, CALLBACK_VALIDATION, Code, LIMITS_CLIENT_ADDRESS, Outside,
    Report,
};
use crate::probe::{self, MAX_BODY_BYTES, Receipt};
use axum_client_ip::ClientIpSource;
use bytes::Bytes;
use hyper::Method;
use std::time::Duration;

/// Kustom gives up then. Source: <https://docs.kustom.co/contents/checkout/use-cases/validate-order>.
const KUSTOM_WAITS: Duration = Duration::from_secs(3);

/// With what proxies like to tidy up: an escaped slash, a plus, a name that stands there twice.
const QUERY: &str = "order_id=check%2F1&token=a%2Bb+c&order_id=2";

pub(super) async fn check(report: &mut Report, outside: &Outside<'_>) {
    let push = Probe {
        body: Bytes::from_static(b"{}"),
        ..callback("/ingress/kustom/webhook/push")
    };
    let validation = Probe {
        body: Bytes::from_static("{\"order_id\":\"check\",\"name\":\"Åsa  Öberg\\u0041\"}\n".as_bytes()),
        ..callback("/ingress/kustom/validate")
    };
    let first = check_arrival(report, outside, CALLBACK_PUSH, &push).await;
    let second = check_arrival(report, outside, CALLBACK_VALIDATION, &validation).await;
    check_size(report, outside).await;
    let slowest = first.iter().chain(&second).map(|(_, elapsed)| *elapsed).max();
    check_time(report, slowest);
    if let Some((receipt, _)) = first.or(second) {
        check_client_address(report, outside, &receipt);
    } else {
        report.skipped(&[LIMITS_CLIENT_ADDRESS], "no callback arrives");
    }
}

fn callback(path: &'static str) -> Probe {
    Probe {
        method: Method::POST,
        path,
        query: QUERY,
        body: Bytes::new(),
    }
}

async fn check_arrival(
    report: &mut Report,
    outside: &Outside<'_>,
    code: Code,
    probe: &Probe,
) -> Option<(Receipt, Duration)> {
    let path = probe.path;
    match probe.send(outside).await {
        Arrived::Here { receipt, elapsed } => {
            match changed(probe, &receipt) {
                None => report.ok(code, format!("{path} arrives as it was sent")),
                Some(what) => report.problem(
                    code,
                    format!("{path} arrives with {what}; wanted everything as Kustom sends it; take the rewriting out of the proxy"),
                ),
            }
            Some((receipt, elapsed))
        }
        Arrived::Redirected { to } => {
            report.problem(code, format!("{path} is sent on to {to}, and Kustom does not follow; take the redirect out of the proxy"));
            None
        }
        Arrived::Elsewhere { found } => {
            report.problem(
                code,
                format!("{path} does not arrive: found {found}; wanted every path below /ingress to come here, without a log-in and \
                         without a filter for robots; correct the proxy or firewall"),
            );
            None
        }
        Arrived::Broken(broken) => {
            report.problem(
                code,
                format!("{path}: {broken}; wanted an answer; look into the proxy's log"),
            );
            None
        }
    }
}

fn changed(probe: &Probe, receipt: &Receipt) -> Option<String> {
    if receipt.method != probe.method.as_str() {
        return Some(format!(
            "the method {} instead of {}",
            receipt.method, probe.method
        ));
    }
    if receipt.path != probe.path {
        return Some(format!("the path {}", receipt.path));
    }
    if receipt.query != probe.query {
        return Some(match receipt.query.is_empty() {
            true => "no query, so the token is lost".to_owned(),
            false => "another query, so the token may be lost".to_owned(),
        });
    }
    if receipt.body_bytes != probe.body.len() {
        return Some(format!(
            "{} bytes of body instead of {}",
            receipt.body_bytes,
            probe.body.len()
        ));
    }
    (receipt.body_digest != probe::digest(&probe.body)).then(|| "another body".to_owned())
}

/// A validation holds the whole order.
async fn check_size(report: &mut Report, outside: &Outside<'_>) {
    let probe = Probe {
        body: vec![b' '; MAX_BODY_BYTES].into(),
        ..callback("/ingress/kustom/validate")
    };
    let kib = MAX_BODY_BYTES / 1024;
    let found = match probe.send(outside).await {
        Arrived::Here { receipt, .. } => match changed(&probe, &receipt) {
            None => return report.ok(CALLBACK_SIZE, format!("a body of {kib} KiB arrives")),
            Some(what) => what,
        },
        Arrived::Redirected { .. } => "a redirect".to_owned(),
        Arrived::Elsewhere { found } => found,
        Arrived::Broken(broken) => broken.to_string(),
    };
    report.problem(
        CALLBACK_SIZE,
        format!("a body of {kib} KiB does not arrive: found {found}; wanted as much as a large order takes; raise the proxy's limit \
                 (nginx: `client_max_body_size 1m`)"),
    );
}

fn check_time(report: &mut Report, slowest: Option<Duration>) {
    let Some(slowest) = slowest else {
        return report.skipped(&[CALLBACK_TIME], "no callback arrives");
    };
    let (found, limit) = (slowest.as_millis(), KUSTOM_WAITS.as_secs());
    match slowest {
        slow if slow > KUSTOM_WAITS => report.problem(
            CALLBACK_TIME,
            format!("a callback was answered after {found} ms; Kustom waits {limit} seconds; look what holds it up between here and \
                     there"),
        ),
        slow if slow > KUSTOM_WAITS / 3 => report.warning(
            CALLBACK_TIME,
            format!("a callback was answered after {found} ms, of the {limit} seconds that Kustom waits; look what holds it up"),
        ),
        _ => report.ok(CALLBACK_TIME, format!("callbacks are answered within {limit} seconds")),
    }
}

/// Behind a proxy every shopper has the proxy's address, unless the header with the real one is named.
fn check_client_address(report: &mut Report, outside: &Outside<'_>, receipt: &Receipt) {
    let Some(limits) = &outside.draft.limits else {
        return report.skipped(
            &[LIMITS_CLIENT_ADDRESS],
            "the settings of the limits could not be read",
        );
    };
    let has = |name: &str| receipt.forwarding.iter().any(|found| found == name);
    match header_of(&limits.client_address) {
        None if receipt.forwarding.is_empty() => {
            report.ok(LIMITS_CLIENT_ADDRESS, "no proxy is in between, and the connection says who asks");
        }
        None => report.problem(
            LIMITS_CLIENT_ADDRESS,
            format!("a proxy is in between, which writes {}, but `limits.client_address` is `ConnectInfo`, so all shoppers share one \
                     limit or have none; name the header that your proxy sets, such as `RightmostXForwardedFor`",
                receipt.forwarding.join(", ")),
        ),
        Some(header) if has(header) => report.ok(LIMITS_CLIENT_ADDRESS, format!("shoppers are told apart by {header}")),
        Some(header) => report.problem(
            LIMITS_CLIENT_ADDRESS,
            format!("`limits.client_address` wants the header {header}, which does not arrive; let the proxy set it, or name another"),
        ),
    }
}

fn header_of(source: &ClientIpSource) -> Option<&'static str> {
    Some(match source {
        ClientIpSource::CfConnectingIp => "cf-connecting-ip",
        ClientIpSource::CloudFrontViewerAddress => "cloudfront-viewer-address",
        ClientIpSource::FlyClientIp => "fly-client-ip",
        ClientIpSource::RightmostXForwardedFor => "x-forwarded-for",
        ClientIpSource::TrueClientIp => "true-client-ip",
        ClientIpSource::XEnvoyExternalAddress => "x-envoy-external-address",
        ClientIpSource::XRealIp => "x-real-ip",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Level;

    #[test]
    fn an_answer_after_kustom_has_gone_is_a_problem() {
        let level = |milliseconds| {
            let mut report = Report::default();
            check_time(&mut report, Some(Duration::from_millis(milliseconds)));
            (report.findings[0].level, report.findings[0].code.name())
        };
        assert_eq!(level(900), (Level::Ok, "callback.time"));
        assert_eq!(level(2000), (Level::Warning, "callback.time"));
        assert_eq!(level(3001), (Level::Problem, "callback.time"));
    }
}
