//! Kustom as one value: requests and the time go in, answers and due callbacks come out.
//!
//! Nothing below this file reads a clock, waits, or touches a network; ids come from a seed and iteration has an
//! order. Two emulators that are given the same rules and calls are equal for ever.

use crate::agenda::Agenda;
use crate::callback::{CallbackNumber, DueCallback};
use crate::credentials;
use crate::exchange::{Exchange, ExchangeLog};
use crate::fault::{FaultEffect, FaultRules};
use crate::hosted::HostedSession;
use crate::idempotency::FirstAnswers;
use crate::ids::Ids;
use crate::message::{BODY_LIMIT_BYTES, Request, Response};
use crate::order::{Order, OrderState};
use crate::orders::Orders;
use crate::rules::Rules;
use crate::strictness::UnauthorizedBody;
use crate::webhook::Webhooks;
use crate::{browser, checkout, control, hosted, management, recurring};
use http::StatusCode;
use jiff::Timestamp;
use kustom_api::KustomOrderId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Beyond this the oldest orders are forgotten, so that an emulator that runs for weeks does not fill the machine.
pub(crate) const ORDER_LIMIT: usize = 20_000;

/// Looking at the emulator is not part of what it was asked.
const CONTROL_PATH: &str = "/_emulator";

/// The whole emulator without its HTTP shell. Every member is part of a snapshot, so a member that cannot be written as
/// JSON does not compile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kustom {
    pub(crate) rules: Rules,
    pub(crate) orders: Orders,
    pub(crate) due_pushes: BTreeSet<(Timestamp, KustomOrderId)>,
    pub(crate) agenda: Agenda,
    pub(crate) webhooks: Webhooks,
    pub(crate) hosted: BTreeMap<String, HostedSession>,
    pub(crate) callbacks_under_way: BTreeMap<CallbackNumber, DueCallback>,
    pub(crate) last_callback: CallbackNumber,
    pub(crate) first_answers: FirstAnswers,
    pub(crate) ids: Ids,
    pub(crate) faults: FaultRules,
    /// How often everything was forgotten or replaced. What was planned before must not happen after.
    pub(crate) resets: u64,
    pub(crate) created: VecDeque<KustomOrderId>,
    log: ExchangeLog,
}

/// A merchant's request that has an id by which to speak about it.
pub(crate) struct Call<'a> {
    pub(crate) request: &'a Request,
    pub(crate) correlation_id: String,
}

impl Kustom {
    pub fn new(rules: Rules) -> Self {
        Self {
            ids: Ids::new(rules.seed),
            rules,
            orders: Orders::default(),
            due_pushes: BTreeSet::new(),
            agenda: Agenda::default(),
            webhooks: Webhooks::default(),
            hosted: BTreeMap::new(),
            callbacks_under_way: BTreeMap::new(),
            last_callback: CallbackNumber(0),
            first_answers: FirstAnswers::default(),
            faults: FaultRules::default(),
            resets: 0,
            created: VecDeque::new(),
            log: ExchangeLog::default(),
        }
    }

    /// Answers one request to any route, except the few that wait for a merchant's answer: paying, pushing and moving
    /// the clock. Faults do not strike here, see [`Kustom::strike`].
    pub fn handle(&mut self, request: &Request, now: Timestamp) -> Response {
        let response = self.carry_out(request, now);
        if !request.path.starts_with(CONTROL_PATH) {
            self.log_exchange(request, &response, now);
        }
        response
    }

    /// Orders in the order of their creation.
    pub fn orders(&self) -> impl Iterator<Item = &Order> {
        self.created.iter().filter_map(|id| self.orders.get(id))
    }

    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Order> {
        self.created.iter().rev().filter_map(|id| self.orders.get(id))
    }

    pub fn order(&self, id: &KustomOrderId) -> Option<&Order> {
        self.orders.get(id)
    }

    /// The newest requests with their answers, newest last.
    pub fn exchanges(&self) -> impl Iterator<Item = &Exchange> {
        self.log.entries()
    }

    /// Those of them that came after the one with this number.
    pub(crate) fn exchanges_after(&self, number: u64) -> impl Iterator<Item = &Exchange> {
        self.log.entries_after(number)
    }

    pub(crate) fn last_exchange(&self) -> u64 {
        self.log.last_number()
    }

    /// Makes an order expire before its time. Only an open or aborted order can.
    pub fn expire(&mut self, id: &KustomOrderId, now: Timestamp) -> Result<(), OrderState> {
        let order = self.orders.get_mut(id).ok_or(OrderState::Expired)?;
        match order.state(now) {
            OrderState::Open | OrderState::Aborted => {
                order.expired_at = Some(now);
                order.record(crate::Change::Expired, now);
                Ok(())
            }
            state => Err(state),
        }
    }

    /// Forgets everything but the rules. Ids go on, so that no later order is mistaken for a forgotten one.
    pub fn reset(&mut self) {
        let ids = self.ids.clone();
        let last_callback = self.last_callback;
        let resets = self.resets;
        *self = Self::new(self.rules.clone());
        self.ids = ids;
        self.last_callback = last_callback;
        self.resets = resets + 1;
    }

    pub(crate) fn accepts_any_credentials(&self) -> bool {
        self.rules.credentials.is_none()
    }

    pub(crate) fn log_exchange(&mut self, request: &Request, response: &Response, now: Timestamp) {
        self.log.record(request, Some(response), None, now);
    }

    pub(crate) fn log_struck(
        &mut self,
        request: &Request,
        response: Option<&Response>,
        fault: FaultEffect,
        now: Timestamp,
    ) {
        self.log.record(request, response, Some(fault), now);
    }

    /// An order that the checkout API still knows.
    pub(crate) fn unexpired(&mut self, id: &str, now: Timestamp) -> Option<&mut Order> {
        self.orders
            .get_mut(&KustomOrderId(id.to_owned()))
            .filter(|order| order.state(now) != OrderState::Expired)
    }

    pub(crate) fn add_order(&mut self, order: Order) {
        while self.created.len() >= ORDER_LIMIT
            && let Some(oldest) = self.created.pop_front()
        {
            self.orders.remove(&oldest);
            self.due_pushes.retain(|(_, id)| *id != oldest);
            self.hosted.retain(|_, session| session.order_id != oldest);
        }
        self.created.push_back(order.id.clone());
        self.orders.insert(order);
    }

    /// Answers without a word in the log.
    pub(crate) fn carry_out(&mut self, request: &Request, now: Timestamp) -> Response {
        let segments: Vec<&str> = request.path.trim_matches('/').split('/').collect();
        match segments.as_slice() {
            ["_emulator", rest @ ..] => control::answer(self, rest, request, now),
            ["checkout", "v3", "orders", rest @ ..] => {
                self.merchant_call(request, |kustom, call| checkout::answer(kustom, rest, call, now))
            }
            ["ordermanagement", "v1", "orders", id, rest @ ..] => self
                .merchant_call(request, |kustom, call| {
                    management::answer(kustom, id, rest, call, now)
                }),
            ["customer-token", "v1", "tokens", rest @ ..] => {
                self.merchant_call(request, |kustom, call| recurring::answer(kustom, rest, call, now))
            }
            ["hpp", "v1", "sessions", rest @ ..] => {
                self.merchant_call(request, |kustom, call| hosted::answer(kustom, rest, call, now))
            }
            ["browser", "hosted", id, rest @ ..] => hosted::answer_page(self, id, rest, request, now),
            ["browser", "orders", id, rest @ ..] => browser::answer(self, id, rest, request, now),
            _ => Response::empty(StatusCode::NOT_FOUND).correlated(&self.ids.uuid().to_string()),
        }
    }

    fn merchant_call(
        &mut self,
        request: &Request,
        answer: impl FnOnce(&mut Self, &Call<'_>) -> Response,
    ) -> Response {
        let call = Call {
            request,
            correlation_id: self.ids.uuid().to_string(),
        };
        let response = if !credentials::are_accepted(request, self.rules.credentials.as_ref()) {
            call.unauthorized(self.rules.strictness.unauthorized_body)
        } else if request.body.len() > BODY_LIMIT_BYTES {
            call.refuse(
                StatusCode::PAYLOAD_TOO_LARGE,
                "REQUEST_TOO_LARGE",
                "The request is too large",
            )
        } else {
            answer(self, &call)
        };
        response.correlated(&call.correlation_id)
    }
}

impl Call<'_> {
    pub(crate) fn refuse(&self, status: StatusCode, code: &str, message: &str) -> Response {
        Response::refusal(status, code, vec![message.to_owned()], &self.correlation_id)
    }

    fn unauthorized(&self, body: UnauthorizedBody) -> Response {
        let status = StatusCode::UNAUTHORIZED;
        match body {
            UnauthorizedBody::Empty => Response::empty(status),
            UnauthorizedBody::Error => {
                self.refuse(status, "UNAUTHORIZED", "Credentials are missing or wrong")
            }
            // As reported for gateways in front of the API.
            UnauthorizedBody::Gateway => Response::json(
                status,
                &json!({
                    "http_status_code": status.as_u16(),
                    "http_status_message": "Unauthorized",
                    "internal_message": "Credentials are missing or wrong",
                }),
            ),
        }
    }

    pub(crate) fn bad_value(&self, findings: &[crate::validation::Finding]) -> Response {
        let messages = findings.iter().map(crate::validation::Finding::message).collect();
        let mut response = Response::refusal(
            StatusCode::BAD_REQUEST,
            "BAD_VALUE",
            messages,
            &self.correlation_id,
        );
        response.reasons = findings
            .iter()
            .map(crate::validation::Finding::explanation)
            .collect();
        response
    }
}
