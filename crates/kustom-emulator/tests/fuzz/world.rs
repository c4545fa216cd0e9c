//! A merchant, a shopper and a clock around one emulator.

use crate::law;
use crate::step::{Amount, Call, Control, Said, Shopper, Sketch, Span, Step};
use http::{HeaderMap, Method};
use jiff::{SignedDuration, Timestamp};
use kustom_api::{Address, KustomOrderId};
use kustom_emulator::{
    AskingStep, CallbackAnswer, CallbackKind, ClockReading, Decision, DueCallback, Kustom, PaymentStep,
    Purchase, Request, Response, Rules, ShopperChange, Speed,
};
use serde_json::{Value, json};

const PERSONAS: [&str; 9] = [
    "anna",
    "pending",
    "rejected",
    "pending-accepted",
    "pending-rejected",
    "slow-validation",
    "closes-browser",
    "no-push",
    "pending+no-push",
];

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

impl Call {
    /// What is left and what was taken say how much a call may be about.
    fn request(&self, total: i64, captured: i64, capture: &dyn Fn(u8) -> String) -> (Method, String, Value) {
        match self {
            Call::Read => (Method::GET, String::new(), Value::Null),
            Call::Acknowledge => (Method::POST, "/acknowledge".to_owned(), Value::Null),
            Call::Capture(amount, _) => (
                Method::POST,
                "/captures".to_owned(),
                json!({ "captured_amount": amount.of(total) }),
            ),
            Call::Refund(amount, _) => (
                Method::POST,
                "/refunds".to_owned(),
                json!({ "refunded_amount": amount.of(captured) }),
            ),
            Call::Cancel => (Method::POST, "/cancel".to_owned(), Value::Null),
            Call::Release => (
                Method::POST,
                "/release-remaining-authorization".to_owned(),
                Value::Null,
            ),
            Call::Extend => (Method::POST, "/extend-authorization-time".to_owned(), Value::Null),
            Call::Authorize(amount) => (
                Method::PATCH,
                "/authorization".to_owned(),
                json!({ "order_amount": amount.of(total + captured) }),
            ),
            Call::References(text) => (
                Method::PATCH,
                "/merchant-references".to_owned(),
                json!({ "merchant_reference1": format!("R{text}") }),
            ),
            Call::Address(is_known) => (
                Method::PATCH,
                "/customer-details".to_owned(),
                if *is_known {
                    json!({ "billing_address": { "city": "Oslo" } })
                } else {
                    json!({ "x": 1 })
                },
            ),
            Call::Captures => (Method::GET, "/captures".to_owned(), Value::Null),
            Call::ReadCapture(which) => (Method::GET, format!("/captures/{}", capture(*which)), Value::Null),
            Call::ShippingInfo(which) => (
                Method::POST,
                format!("/captures/{}/shipping-info", capture(*which)),
                json!({ "shipping_info": [{ "tracking_number": "1" }] }),
            ),
            Call::SendOut(which) => (
                Method::POST,
                format!("/captures/{}/trigger-send-out", capture(*which)),
                Value::Null,
            ),
            Call::Nowhere => (Method::GET, "/nowhere".to_owned(), Value::Null),
        }
    }
}

impl Amount {
    fn of(&self, all: i64) -> i64 {
        match self {
            Self::All => all,
            Self::Half => all / 2,
            Self::OneMore => all + 1,
            Self::One => 1,
            Self::Zero => 0,
            Self::Negative => -1,
            Self::Exactly(amount) => i64::from(*amount),
        }
    }
}

pub(crate) fn request(method: Method, path: &str, body: &Value) -> Request {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", "Basic kco_test_api_x".parse().unwrap());
    headers.insert("content-type", "application/json".parse().unwrap());
    Request {
        method,
        path: path.to_owned(),
        headers,
        body: if body.is_null() {
            bytes::Bytes::new()
        } else {
            body.to_string().into()
        },
        base_url: "http://emulator.test".to_owned(),
    }
}

pub(crate) fn order(sketch: &Sketch) -> Value {
    let (quantity, price) = (i64::from(sketch.quantity % 5) + 1, i64::from(sketch.price));
    let rate = [0, 600, 1200, 2500][usize::from(sketch.tax_rate) % 4];
    let amount = quantity * price;
    let tax = amount * rate / (10_000 + rate);
    let mut order = json!({
        "purchase_country": "SE", "purchase_currency": "SEK", "locale": "sv-SE",
        "order_amount": amount, "order_tax_amount": tax,
        "order_lines": [{
            "type": "physical", "name": "Shoe", "quantity": quantity, "unit_price": price, "tax_rate": rate,
            "total_amount": amount, "total_tax_amount": tax,
        }],
        "merchant_urls": {
            "terms": "https://shop.example/terms", "checkout": "https://shop.example/checkout",
            "confirmation": "https://shop.example/done", "push": "https://shop.example/push/{checkout.order.id}",
            "notification": "https://shop.example/notification",
        },
        "options": { "require_validate_callback_success": sketch.is_required, "auto_capture": sketch.captures_itself },
        "shipping_countries": ["SE", "NO"],
    });
    for (is_named, name) in [
        (sketch.has_validation.is_so(), "validation"),
        (sketch.asks_about_shipping.is_so(), "shipping_option_update"),
        (sketch.asks_about_address.is_so(), "address_update"),
        (sketch.asks_about_address.is_so(), "country_change"),
    ] {
        if is_named {
            order["merchant_urls"][name] = json!(format!("https://shop.example/{name}"));
        }
    }
    if sketch.offers_shipping {
        let option = |id: &str, price: i64| json!({ "id": id, "name": id, "price": price, "tax_amount": 0, "tax_rate": 0 });
        order["shipping_options"] = json!([option("standard", 0), option("express", 4900)]);
    }
    match sketch.mistake {
        0 => order["order_amount"] = json!(amount + 1),
        1 => order["invented"] = json!(1),
        2 => order["order_lines"] = json!([]),
        3 => order["purchase_currency"] = json!("EUR"),
        4 => order["order_lines"][0]["unit_price"] = json!(i64::MAX),
        _ => {}
    }
    order
}

pub(crate) fn purchase(shopper: &Shopper) -> Purchase {
    let some = |text: &str| Some(text.to_owned());
    let persona = PERSONAS[usize::from(shopper.persona) % PERSONAS.len()];
    Purchase {
        address: Address {
            email: Some(format!("{persona}@example.com")),
            postal_code: some("12345"),
            given_name: some("Anna"),
            family_name: some("Andersson"),
            street_address: some("Stårgatan 1"),
            city: some("Ankeborg"),
            phone: some("0765260000"),
            country: shopper.elsewhere.is_so().then(|| "NO".to_owned()),
            ..Address::default()
        },
        three_d_secure: shopper.three_d_secure.is_so(),
        shown_amount: shopper.wrong_amount.is_so().then_some(-1),
        ..Purchase::default()
    }
}

fn answered(said: &Said, callback: &DueCallback) -> CallbackAnswer {
    let (status, location, body) = match said {
        Said::Yes => (200, None, String::new()),
        Said::No => (
            400,
            None,
            r#"{"error_type":"approval_failed","error_text":"Sold out"}"#.to_owned(),
        ),
        Said::Elsewhere => (303, Some("https://shop.example/sorry".to_owned()), String::new()),
        Said::Nothing => {
            return CallbackAnswer::Failed {
                reason: "no answer".to_owned(),
            };
        }
        Said::SameLines => (200, None, same_lines(callback)),
        Said::Nonsense(status) => (100 + status % 500, None, "<html>".to_owned()),
    };
    CallbackAnswer::Answered {
        status,
        location,
        body,
    }
}

fn same_lines(callback: &DueCallback) -> String {
    let asked: Value = serde_json::from_slice(&callback.body).unwrap_or_default();
    let mut answer = json!({});
    for name in [
        "order_amount",
        "order_tax_amount",
        "order_lines",
        "purchase_currency",
    ] {
        answer[name] = asked[name].clone();
    }
    answer.to_string()
}
