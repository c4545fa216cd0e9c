//! Faults between us and Kustom: a layer in front of the emulator that answers instead of it, or loses its answers.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

const READ_ONLY_BODY: &str =
    r#"{"error_code":"READ_ONLY_ORDER","error_messages":["Resource is read-only"],"correlation_id":"c"}"#;

/// What happens to one request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// Never reaches Kustom.
    Refused(StatusCode),
    /// Never reaches Kustom's rules; this JSON is the answer.
    Answered(StatusCode, &'static str),
    /// Kustom carries it out, and the answer is lost behind a gateway's own.
    AnswerLost,
    /// Kustom says that the order can no longer be changed.
    ReadOnly,
    /// Kustom carries it out, and one member of its answer is replaced by this text.
    Altered(&'static str, &'static str),
    /// Waits for [`KustomFaults::release`] and then meets the next rule, or Kustom.
    Held,
}

#[derive(Clone, Default)]
pub(crate) struct KustomFaults {
    inner: Arc<Mutex<Inner>>,
    gate: Arc<Gate>,
}

#[derive(Default)]
struct Gate {
    reached: Notify,
    opened: Notify,
}

#[derive(Default)]
struct Inner {
    rules: VecDeque<Rule>,
    requests: Vec<(Method, String)>,
    fraud_verdict: Option<&'static str>,
}

struct Rule {
    method: Method,
    path_part: &'static str,
    fault: Fault,
    times: u32,
}

impl KustomFaults {
    /// The next `times` requests of this method whose path contains `path_part` suffer the fault.
    pub(crate) fn inject(&self, method: Method, path_part: &'static str, fault: Fault, times: u32) {
        self.inner.lock().unwrap().rules.push_back(Rule {
            method,
            path_part,
            fault,
            times,
        });
    }

    /// No fault is left for the requests to come.
    pub(crate) fn heal(&self) {
        self.inner.lock().unwrap().rules.clear();
    }

    /// From now on order management says this about every purchase.
    pub(crate) fn decide_fraud(&self, verdict: &'static str) {
        self.inner.lock().unwrap().fraud_verdict = Some(verdict);
    }

    /// How many requests of this method have come whose path contains `path_part`.
    pub(crate) fn count(&self, method: &Method, path_part: &str) -> usize {
        let inner = self.inner.lock().unwrap();
        inner
            .requests
            .iter()
            .filter(|(sent, path)| sent == method && path.contains(path_part))
            .count()
    }

    /// How many requests have come at all.
    pub(crate) fn total(&self) -> usize {
        self.inner.lock().unwrap().requests.len()
    }

    /// Waits until a request is held.
    pub(crate) async fn held(&self) {
        self.gate.reached.notified().await;
    }

    /// Lets the request go on that is held.
    pub(crate) fn release(&self) {
        self.gate.opened.notify_one();
    }

    fn note(&self, method: &Method, path: &str) {
        let mut inner = self.inner.lock().unwrap();
        inner.requests.push((method.clone(), path.to_owned()));
    }

    fn next(&self, method: &Method, path: &str) -> Option<Fault> {
        let mut inner = self.inner.lock().unwrap();
        let fits =
            |rule: &&mut Rule| rule.times > 0 && rule.method == *method && path.contains(rule.path_part);
        let rule = inner.rules.iter_mut().find(fits)?;
        rule.times -= 1;
        Some(rule.fault)
    }
}

/// An answer without a body has no member to alter.
async fn altered(answer: Response, member: &str, value: &str) -> Response {
    let (mut parts, body) = answer.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let Ok(mut order) = serde_json::from_slice::<serde_json::Value>(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    order[member] = value.into();
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(order.to_string()))
}

pub(crate) async fn layer(State(faults): State<KustomFaults>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    faults.note(&method, &path);
    loop {
        return match faults.next(&method, &path) {
            None => {
                let verdict = faults.inner.lock().unwrap().fraud_verdict;
                let answer = next.run(request).await;
                match verdict {
                    Some(verdict) if path.starts_with("/ordermanagement") && method == Method::GET => {
                        altered(answer, "fraud_status", verdict).await
                    }
                    _ => answer,
                }
            }
            Some(Fault::Refused(status)) => (status, Body::empty()).into_response(),
            Some(Fault::Answered(status, json)) => {
                (status, [(CONTENT_TYPE, "application/json")], json).into_response()
            }
            Some(Fault::AnswerLost) => {
                next.run(request).await;
                StatusCode::GATEWAY_TIMEOUT.into_response()
            }
            Some(Fault::Altered(member, value)) => altered(next.run(request).await, member, value).await,
            Some(Fault::ReadOnly) => (StatusCode::FORBIDDEN, READ_ONLY_BODY).into_response(),
            Some(Fault::Held) => {
                faults.gate.reached.notify_one();
                faults.gate.opened.notified().await;
                continue;
            }
        };
    }
}
