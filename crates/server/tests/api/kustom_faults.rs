//! Faults between us and Kustom: a layer in front of the emulator that answers instead of it, or loses its answers.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// What happens to one request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// Never reaches Kustom.
    Refused(StatusCode),
    /// Never reaches Kustom's rules; this JSON is the answer.
    Answered(StatusCode, &'static str),
    /// Kustom carries it out, and the answer is lost behind a gateway's own.
    AnswerLost,
}

#[derive(Clone, Default)]
pub(crate) struct KustomFaults {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    rules: VecDeque<Rule>,
    requests: Vec<(Method, String)>,
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

    fn next(&self, method: &Method, path: &str) -> Option<Fault> {
        let mut inner = self.inner.lock().unwrap();
        inner.requests.push((method.clone(), path.to_owned()));
        let fits =
            |rule: &&mut Rule| rule.times > 0 && rule.method == *method && path.contains(rule.path_part);
        let rule = inner.rules.iter_mut().find(fits)?;
        rule.times -= 1;
        Some(rule.fault)
    }
}

pub(crate) async fn layer(State(faults): State<KustomFaults>, request: Request, next: Next) -> Response {
    match faults.next(request.method(), request.uri().path()) {
        None => next.run(request).await,
        Some(Fault::Refused(status)) => (status, Body::empty()).into_response(),
        Some(Fault::Answered(status, json)) => {
            (status, [(CONTENT_TYPE, "application/json")], json).into_response()
        }
        Some(Fault::AnswerLost) => {
            next.run(request).await;
            StatusCode::GATEWAY_TIMEOUT.into_response()
        }
    }
}
