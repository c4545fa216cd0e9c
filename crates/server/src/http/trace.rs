//! The access log: method, route template, status and time. Never a path, because it holds the key to a cart.

use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use std::time::Duration;
use tower_http::classify::{ServerErrorsAsFailures, SharedClassifier};
use tower_http::trace::{MakeSpan, OnResponse, TraceLayer};
use tracing::{Span, debug, debug_span};

pub(super) fn layer()
-> TraceLayer<SharedClassifier<ServerErrorsAsFailures>, RouteSpan, (), Answered, (), (), ()> {
    TraceLayer::new_for_http()
        .make_span_with(RouteSpan)
        .on_request(())
        .on_response(Answered)
        .on_body_chunk(())
        .on_eos(())
        .on_failure(())
}

#[derive(Clone)]
pub(super) struct RouteSpan;

impl MakeSpan<Body> for RouteSpan {
    fn make_span(&mut self, request: &Request) -> Span {
        let route = request
            .extensions()
            .get::<MatchedPath>()
            .map_or("none", MatchedPath::as_str);
        debug_span!("request", http.method = %request.method(), http.route = route)
    }
}

#[derive(Clone)]
pub(super) struct Answered;

impl<B> OnResponse<B> for Answered {
    fn on_response(self, response: &Response<B>, latency: Duration, _span: &Span) {
        debug!(
            http.status = response.status().as_u16(),
            elapsed_ms = latency.as_millis(),
            "answered"
        );
    }
}
