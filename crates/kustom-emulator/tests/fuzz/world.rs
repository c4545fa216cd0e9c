//! A merchant, a shopper and a clock around one emulator.

use crate::law;
use crate::sent::{answered, order, purchase, request};
use crate::step::{Call, Control, Said, Shopper, Span, Step};
use http::Method;
use jiff::{SignedDuration, Timestamp};
use kustom_api::KustomOrderId;
use kustom_emulator::{
    AskingStep, CallbackKind, ClockReading, Decision, DueCallback, Kustom, PaymentStep, Response, Rules,
    ShopperChange, Speed,
};
use serde_json::{Value, json};

pub(crate) struct World {
    pub(crate) kustom: Kustom,
    pub(crate) now: Timestamp,
    /// Handed out, and not answered yet.
    under_way: Vec<DueCallback>,
    /// Every answer that was given, for comparison.
    pub(crate) answers: Vec<Response>,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            kustom: Kustom::new(Rules {
                seed,
                ..Rules::default()
            }),
            now: "2026-11-23T08:00:00Z".parse().unwrap(),
            under_way: Vec::new(),
            answers: Vec::new(),
        }
    }

    /// Does it, and looks whether every law still holds.
    pub(crate) fn live(&mut self, step: &Step) {
        let before = law::Standing::of(&self.kustom, self.now);
        self.act(step);
        before.check(
            &self.kustom,
            self.now,
            matches!(step, Step::Control(Control::Reset)),
        );
    }

    fn act(&mut self, step: &Step) {
        match step {
            Step::Create(sketch) => self.send(Method::POST, "/checkout/v3/orders", &order(sketch)),
            Step::Update(which, sketch) => self.checkout(*which, Method::POST, "", &order(sketch)),
            Step::Read(which) => self.checkout(*which, Method::GET, "", &Value::Null),
            Step::Abort(which, really) => {
                if really.is_so() {
                    self.checkout(*which, Method::POST, "/abort", &Value::Null);
                }
            }
            Step::Pay(which, shopper) => self.pay(*which, shopper),
            Step::Bank(which, comes_back) => self.bank(*which, *comes_back),
            Step::Choose(which, option) => self.choose(*which, *option),
            Step::Answer(which, said) => self.answer(*which, said),
            Step::Manage(which, calls) => calls.iter().for_each(|call| self.manage(*which, call)),
            Step::Decide(which, decision, may_stop) => self.decide(*which, *decision, may_stop.is_so()),
            Step::Control(control) => self.control(control),
            Step::Pass(span) => self.pass(span),
            Step::Snapshot => self.go_on_from_a_snapshot(),
        }
    }

    fn id(&self, which: u8) -> Option<KustomOrderId> {
        // Mostly the newest: a story needs several steps with one order.
        let ids: Vec<_> = self.kustom.orders().map(|order| order.id.clone()).collect();
        let index = usize::from(which % 4).checked_rem(ids.len())?;
        ids.iter().rev().nth(index).cloned()
    }

    fn send(&mut self, method: Method, path: &str, body: &Value) {
        let request = request(method, path, body);
        let answer = self.kustom.handle(&request, self.now);
        law::check_answer(&request, &answer);
        self.answers.push(answer);
    }

    fn checkout(&mut self, which: u8, method: Method, rest: &str, body: &Value) {
        let Some(id) = self.id(which) else { return };
        let is_write = method == Method::POST;
        let state = self.kustom.order(&id).unwrap().state(self.now);
        self.send(method, &format!("/checkout/v3/orders/{id}{rest}"), body);
        law::check_state(state, is_write, self.answers.last().unwrap());
    }

    fn pay(&mut self, which: u8, shopper: &Shopper) {
        let Some(id) = self.id(which) else { return };
        let purchase = purchase(shopper);
        if let Some(change) = self.kustom.change_before(&id, &purchase) {
            return self.change(&id, change);
        }
        let step = self.kustom.pay(&id, purchase, self.now);
        self.went(step.ok());
    }

    fn bank(&mut self, which: u8, comes_back: bool) {
        let Some(id) = self.id(which) else { return };
        if comes_back {
            let step = self.kustom.authenticated(&id, self.now);
            self.went(step.ok());
        } else {
            let _ = self.kustom.abandon_payment(&id, self.now);
        }
    }

    fn went(&mut self, step: Option<PaymentStep>) {
        if let Some(PaymentStep::Validating(callback)) = step {
            self.under_way.push(callback);
        }
    }

    fn choose(&mut self, which: u8, option: u8) {
        let Some(id) = self.id(which) else { return };
        let option = ["standard", "express", "boat"][usize::from(option) % 3];
        self.change(
            &id,
            ShopperChange::ShippingOption {
                id: option.to_owned(),
            },
        );
    }

    fn change(&mut self, id: &KustomOrderId, change: ShopperChange) {
        let step = self.kustom.change(id, change, self.now);
        if let Ok(AskingStep::Asking(callback)) = step {
            self.under_way.push(callback);
        }
    }

    fn answer(&mut self, which: u8, said: &Said) {
        let Some(index) = usize::from(which).checked_rem(self.under_way.len()) else {
            return;
        };
        let callback = self.under_way.remove(index);
        let answer = answered(said, &callback);
        match callback.kind {
            CallbackKind::Validation => {
                let step = self
                    .kustom
                    .payment_answered(callback.number, answer.clone(), self.now);
                self.went(step.ok());
            }
            CallbackKind::ShippingOption | CallbackKind::Address | CallbackKind::Country => {
                let step = self
                    .kustom
                    .change_answered(callback.number, answer.clone(), self.now);
                if let Ok(AskingStep::Asking(next)) = step {
                    self.under_way.push(next);
                }
            }
            _ => {}
        }
        // Of a question that was answered this is a late second answer, which counts for nothing.
        self.kustom.callback_answered(callback.number, answer, self.now);
    }

    fn manage(&mut self, which: u8, call: &Call) {
        let bought = self.kustom.orders().filter(|order| order.managed.is_some());
        let bought: Vec<_> = bought.map(|order| order.id.clone()).collect();
        let index = usize::from(which % 4).checked_rem(bought.len());
        // Sometimes one that order management does not know yet.
        let Some(id) = index
            .map(|index| bought[index].clone())
            .or_else(|| self.id(which))
        else {
            return;
        };
        let managed = self.kustom.order(&id).and_then(|order| order.managed.as_ref());
        let (total, captured) = managed.map_or((0, 0), |managed| {
            (
                managed.remaining_authorized_amount,
                managed.captured_amount - managed.refunded_amount,
            )
        });
        let captures = managed.map_or_else(Vec::new, |managed| managed.captures.clone());
        let capture = |number: u8| {
            let index = usize::from(number).checked_rem(captures.len());
            index.map_or_else(|| "none".to_owned(), |index| captures[index].capture_id.clone())
        };
        let (method, rest, body) = call.request(total, captured, &capture);
        let mut request = request(method, &format!("/ordermanagement/v1/orders/{id}{rest}"), &body);
        if let Call::Capture(_, key @ 1..=9) | Call::Refund(_, key @ 1..=9) = call {
            let key = key.to_string().parse().unwrap();
            request.headers.insert("klarna-idempotency-key", key);
        }
        let answer = self.kustom.handle(&request, self.now);
        law::check_answer(&request, &answer);
        self.answers.push(answer);
    }

    fn decide(&mut self, which: u8, decision: u8, may_stop: bool) {
        let Some(id) = self.id(which) else { return };
        let decisions = [Decision::Accepted, Decision::Rejected, Decision::Stopped];
        let decision = decisions[usize::from(decision) % if may_stop { 3 } else { 2 }];
        if let Ok(Some(callback)) = self.kustom.decide(&id, decision, self.now) {
            self.under_way.push(callback);
        }
    }

    fn control(&mut self, control: &Control) {
        let order = |world: &Self, which: u8| world.id(which).map_or_else(|| "none".to_owned(), |id| id.0);
        let (method, path, body) = match control {
            Control::Orders => (Method::GET, "orders".to_owned(), Value::Null),
            Control::Order(which) => (
                Method::GET,
                format!("orders/{}", order(self, *which)),
                Value::Null,
            ),
            Control::Requests => (Method::GET, "requests".to_owned(), Value::Null),
            Control::Callbacks => (Method::GET, "callbacks".to_owned(), Value::Null),
            Control::Expire(which) => (
                Method::POST,
                format!("orders/{}/expire", order(self, *which)),
                Value::Null,
            ),
            Control::Dispute(which) => (
                Method::POST,
                format!("orders/{}/dispute", order(self, *which)),
                Value::Null,
            ),
            Control::Fault(times, skip) => (
                Method::POST,
                "faults".to_owned(),
                json!({ "method": "*", "path": "*", "effect": "reset", "times": times, "skip": skip }),
            ),
            Control::Faults => (Method::GET, "faults".to_owned(), Value::Null),
            Control::ForgetFaults => (Method::DELETE, "faults".to_owned(), Value::Null),
            Control::Webhooks(some) => {
                let endpoints = if *some {
                    json!([{ "url": "https://shop.example/hook" }])
                } else {
                    json!([])
                };
                (
                    Method::PUT,
                    "webhooks".to_owned(),
                    json!({ "endpoints": endpoints }),
                )
            }
            Control::Push(which) => {
                let pushed = self.id(*which).and_then(|id| self.kustom.push_now(&id, self.now));
                return self.under_way.extend(pushed);
            }
            Control::Repeat(which) => {
                let numbers: Vec<_> = self
                    .kustom
                    .attempts()
                    .iter()
                    .map(|(_, attempt)| attempt.number)
                    .collect();
                let index = usize::from(*which).checked_rem(numbers.len());
                let repeated = index.and_then(|index| self.kustom.repeat(numbers[index], self.now));
                return self.under_way.extend(repeated);
            }
            Control::Reset => (Method::POST, "reset".to_owned(), Value::Null),
        };
        self.send(method, &format!("/_emulator/{path}"), &body);
    }

    /// As the shell does: everything that falls due on the way is handed out at its own time.
    fn pass(&mut self, span: &Span) {
        let seconds = match span {
            Span::Seconds(count) => i64::from(*count),
            Span::Minutes(count) => i64::from(*count) * 60,
            Span::Hours(count) => i64::from(*count % 24) * 3600,
            // Rarely longer than an order lives.
            Span::Days(count) => i64::from(*count / 16) * 24 * 3600,
        };
        let end = self.now + SignedDuration::from_secs(seconds);
        while let Some(next) = self.kustom.next_callback_at().filter(|next| *next <= end) {
            self.now = self.now.max(next);
            let due = self.kustom.due_callbacks(self.now);
            law::check_due(&due, self.now);
            self.under_way.extend(due);
        }
        self.now = end;
    }

    /// It is equal afterwards, and all that comes is asked of the one that was restored.
    fn go_on_from_a_snapshot(&mut self) {
        let clock = ClockReading {
            now: self.now,
            frozen: false,
            speed: Speed::NORMAL,
        };
        let document = self.kustom.snapshot(&clock).unwrap();
        let (restored, reading) = Kustom::restore(&document).unwrap();
        assert_eq!(reading, clock);
        assert!(restored == self.kustom, "a snapshot loses something");
        self.kustom = restored;
    }
}
