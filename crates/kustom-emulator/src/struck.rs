//! What a request that meets a fault does, and what is answered to it.
//!
//! Whether it takes effect and what the answer says is decided here; when the answer leaves, and how the connection
//! ends, is carried out by the shell.

use crate::fault::{Fault, FaultEffect};
use crate::kustom::Kustom;
use crate::management;
use crate::message::{Request, Response};
use crate::order::OrderState;
use crate::rendering;
use bytes::Bytes;
use http::{Method, StatusCode, header};
use jiff::Timestamp;
use serde_json::Value;
use url::Url;

/// Reserved for names that must not exist: a caller that follows it reaches nobody.
const FOREIGN_HOST: &str = "elsewhere.invalid";

const FORBIDDEN_PAGE: &str = "<!doctype html>\n<html><head><title>403 Forbidden</title></head>\
    <body><h1>403 Forbidden</h1><p>The request was blocked.</p></body></html>\n";

/// How a request ends for its caller, and whether it takes effect later.
#[derive(Debug)]
pub(crate) struct Struck {
    pub(crate) ending: Ending,
    pub(crate) late: Option<Late>,
}

#[derive(Debug)]
pub(crate) enum Ending {
    Answered {
        response: Response,
        after_ms: u64,
    },
    /// The head of the answer and half of its body.
    Truncated(Response),
    /// Not a byte of an answer.
    Closed {
        after_ms: u64,
    },
    /// The same, and the caller is told by a reset.
    Reset,
}

/// A request that takes effect after it was answered, unless everything is reset before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Late {
    pub(crate) after_ms: u64,
    resets: u64,
}

impl Kustom {
    /// Answers one request as [`Kustom::handle`] does, or as the fault wants that strikes it.
    pub(crate) fn meet(&mut self, request: &Request, now: Timestamp) -> Struck {
        match self.strike(request) {
            Some(fault) => self.suffer(request, fault, now),
            None => Ending::at_once(self.handle(request, now)).into(),
        }
    }

    /// The late part of [`FaultEffect::AppliedLate`].
    pub(crate) fn apply_late(&mut self, request: &Request, late: Late, now: Timestamp) {
        if late.resets == self.resets {
            self.apply(request, FaultEffect::AppliedLate, now);
        }
    }

    fn suffer(&mut self, request: &Request, fault: Fault, now: Timestamp) -> Struck {
        let effect = fault.effect;
        let ending = match effect {
            FaultEffect::Delay => Ending::Answered {
                response: self.apply(request, effect, now),
                after_ms: fault.wait_ms,
            },
            FaultEffect::Timeout => {
                self.log_struck(request, None, effect, now);
                Ending::Closed {
                    after_ms: fault.wait_ms,
                }
            }
            FaultEffect::Reset => {
                self.log_struck(request, None, effect, now);
                Ending::Reset
            }
            FaultEffect::LostAnswer => {
                self.apply(request, effect, now);
                Ending::Closed { after_ms: 0 }
            }
            FaultEffect::AppliedTwice => {
                self.apply(request, effect, now);
                Ending::at_once(self.apply(request, effect, now))
            }
            FaultEffect::Truncated => truncated(self.apply(request, effect, now)),
            FaultEffect::ForeignOrder | FaultEffect::ForeignLocation => {
                Ending::at_once(self.apply(request, effect, now))
            }
            _ => Ending::at_once(self.answer_instead(request, fault, now)),
        };
        let late = (effect == FaultEffect::AppliedLate).then_some(Late {
            after_ms: fault.wait_ms,
            resets: self.resets,
        });
        Struck { ending, late }
    }

    /// Carries the request out and makes the answer that Kustom, or the fault, gives to it.
    fn apply(&mut self, request: &Request, effect: FaultEffect, now: Timestamp) -> Response {
        let mut response = self.carry_out(request, now);
        match effect {
            FaultEffect::ForeignOrder => self.speak_of_another_order(request, &mut response, now),
            FaultEffect::ForeignLocation => name_another_host(&mut response),
            _ => {}
        }
        self.log_struck(request, Some(&response), effect, now);
        response
    }

    /// The answers that are not Kustom's own. Kustom documents no body for any of these statuses.
    fn answer_instead(&mut self, request: &Request, fault: Fault, now: Timestamp) -> Response {
        if fault.applied {
            self.carry_out(request, now);
        }
        let mut response = Response::empty(match fault.effect {
            FaultEffect::Unauthorized => StatusCode::UNAUTHORIZED,
            FaultEffect::ForbiddenPage => StatusCode::FORBIDDEN,
            FaultEffect::NotFound => StatusCode::NOT_FOUND,
            FaultEffect::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            FaultEffect::GatewayTimeout | FaultEffect::AppliedLate => StatusCode::GATEWAY_TIMEOUT,
            FaultEffect::Empty => success_status(request),
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        });
        match fault.effect {
            FaultEffect::ForbiddenPage => {
                response.body = Bytes::from_static(FORBIDDEN_PAGE.as_bytes());
                response.set_header(header::CONTENT_TYPE, "text/html; charset=utf-8");
            }
            FaultEffect::TooManyRequests => response.set_header(header::RETRY_AFTER, "1"),
            _ => {}
        }
        let response = response.correlated(&self.ids.uuid().to_string());
        self.log_struck(request, Some(&response), fault.effect, now);
        response
    }

    fn speak_of_another_order(&mut self, request: &Request, response: &mut Response, now: Timestamp) {
        let Ok(body) = serde_json::from_slice::<Value>(&response.body) else {
            return;
        };
        let Some(own) = body["order_id"].as_str() else {
            return;
        };
        response.body = self.body_of_another_order(own, request, now).unwrap_or_else(|| {
            let text = String::from_utf8_lossy(&response.body);
            text.replace(own, &self.ids.uuid().to_string()).into()
        });
    }

    fn body_of_another_order(&self, own: &str, request: &Request, now: Timestamp) -> Option<Bytes> {
        let mut others = self.newest_first().filter(|order| order.id.0 != own);
        if request.path.starts_with("/ordermanagement/") {
            return others
                .find_map(|order| order.managed.as_ref())
                .map(|managed| rendering::bytes(&management::as_of(managed, now)));
        }
        others
            .find(|order| order.state(now) != OrderState::Expired)
            .map(|order| rendering::json(order, &request.base_url, self.rules.strictness.country_case))
    }
}

impl Ending {
    fn at_once(response: Response) -> Self {
        Self::Answered {
            response,
            after_ms: 0,
        }
    }
}

impl From<Ending> for Struck {
    fn from(ending: Ending) -> Self {
        Self { ending, late: None }
    }
}

/// Nothing has no half.
fn truncated(response: Response) -> Ending {
    if response.body.is_empty() {
        Ending::at_once(response)
    } else {
        Ending::Truncated(response)
    }
}

fn name_another_host(response: &mut Response) {
    let location = response.headers.get(header::LOCATION);
    let location = location.and_then(|value| Url::parse(value.to_str().ok()?).ok());
    if let Some(mut location) = location
        && location.set_host(Some(FOREIGN_HOST)).is_ok()
    {
        response.set_header(header::LOCATION, location.as_str());
    }
}

/// What the documentation promises for a call that succeeds.
fn success_status(request: &Request) -> StatusCode {
    let segments: Vec<&str> = request.path.trim_matches('/').split('/').collect();
    match (segments.as_slice(), &request.method) {
        (_, &Method::GET) => StatusCode::OK,
        (["checkout", "v3", "orders"] | [.., "captures" | "refunds"], &Method::POST) => StatusCode::CREATED,
        (["hpp", "v1", "sessions"], &Method::POST) => StatusCode::CREATED,
        (["ordermanagement" | "hpp", ..], _) => StatusCode::NO_CONTENT,
        _ => StatusCode::OK,
    }
}
