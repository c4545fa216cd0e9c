//! What a test asserts of a purchase, on our side and at Kustom.

use crate::shop::{Shop, request_of};
use axum::body::Body;
use axum::http::Request;
use kassa_commerce::kustom::KustomOrderState;
use kassa_commerce::review::ReviewReason;
use kustom_api::{Address, KustomOrderId};
use kustom_emulator::{
    CallbackAnswer, CallbackKind, DueCallback, PaymentStep, Purchase, PurchaseRefusal, Purchased,
};
use serde_json::{Value, json};

/// The shopper of every test that needs no particular one.
pub(crate) fn purchase() -> Purchase {
    let text = |text: &str| Some(text.to_owned());
    let address = Address {
        email: text("shopper@example.test"),
        postal_code: text("12345"),
        given_name: text("Anna"),
        family_name: text("Svensson"),
        street_address: text("Stårgatan 1"),
        city: text("Ankeborg"),
        phone: text("+46701234567"),
        ..Address::default()
    };
    Purchase {
        address,
        ..Purchase::default()
    }
}

impl Shop {
    /// A purchase at the total that the shopper's page shows.
    pub(crate) async fn buy_at(
        &self,
        id: &KustomOrderId,
        shown_amount: i64,
    ) -> Result<Purchased, PurchaseRefusal> {
        let purchase = Purchase {
            shown_amount: Some(shown_amount),
            ..purchase()
        };
        self.emulator.pay(id, purchase).await
    }

    /// The first step of a payment: what Kustom asks before it goes on.
    pub(crate) fn begin_payment(&self, id: &KustomOrderId, purchase: Purchase) -> DueCallback {
        let step = self
            .emulator
            .act(|kustom, now| kustom.pay(id, purchase, now))
            .unwrap();
        let PaymentStep::Validating(question) = step else {
            panic!("the order names nobody to ask: {step:?}");
        };
        question
    }

    /// What we answer to a question of Kustom's.
    pub(crate) async fn answer_to(&self, question: &DueCallback) -> CallbackAnswer {
        let at = question.url.find("/ingress").unwrap();
        let body = serde_json::from_slice(&question.body).unwrap();
        let answer = self.post(&question.url[at..], body).await;
        CallbackAnswer::Answered {
            status: answer.status.as_u16(),
            location: None,
            body: answer.text,
        }
    }

    /// A purchase that came about without our yes, as no merchant can exclude: the gate is not what orders rest on.
    pub(crate) fn pay_without_asking(&self, id: &KustomOrderId) {
        let question = self.begin_payment(id, purchase());
        let yes = CallbackAnswer::Answered {
            status: 200,
            location: None,
            body: String::new(),
        };
        self.emulator
            .act(|kustom, now| kustom.payment_answered(question.number, yes, now))
            .unwrap();
    }

    /// One payment with one authorization, one order, one acknowledge, and no work left.
    pub(crate) async fn assert_one_order(&self, cart_id: &str, id: &KustomOrderId) {
        let order = self.order(cart_id).await.expect("the cart has an order");
        assert_eq!(order.kustom_order_id.as_ref(), Some(id));
        let payments = self.app.store.payments_of_cart(order.cart_id).await.unwrap();
        assert_eq!(payments.len(), 1);
        assert_eq!(
            payments[0].authorization.amount,
            order.priced.amount_to_pay().unwrap()
        );
        assert_eq!(self.acknowledges(id), 1);
        assert!(!self.is_cancelled(id));
        let cart = self.cart(cart_id).await;
        assert_eq!(cart["cartState"], "completed");
        assert_eq!(cart["orderNumber"], order.number.as_str());
        let reference = self.emulator.inspect(|kustom| {
            kustom
                .order(id)
                .unwrap()
                .managed
                .as_ref()
                .unwrap()
                .merchant_reference2
                .clone()
        });
        assert_eq!(reference.as_deref(), Some(order.number.as_str()));
        self.assert_no_job_left().await;
    }

    pub(crate) fn is_cancelled(&self, id: &KustomOrderId) -> bool {
        self.emulator.inspect(|kustom| {
            let managed = kustom.order(id).unwrap().managed.as_ref().unwrap();
            managed.status == kustom_api::ManagementStatus::Cancelled
        })
    }

    /// Why persons were asked to look, oldest first.
    pub(crate) async fn review_reasons(&self) -> Vec<ReviewReason> {
        let reviews = self.app.store.reviews().await.unwrap();
        reviews.iter().map(|review| review.reason).collect()
    }

    /// The statuses that we answered to Kustom's pushes, oldest first.
    pub(crate) fn push_answers(&self, id: &KustomOrderId) -> Vec<Option<u16>> {
        self.emulator.inspect(|kustom| {
            let attempts = kustom.order(id).unwrap().attempts.iter();
            let pushes = attempts.filter(|attempt| attempt.kind == CallbackKind::Push);
            pushes
                .map(|push| match &push.answer {
                    Some(CallbackAnswer::Answered { status, .. }) => Some(*status),
                    _ => None,
                })
                .collect()
        })
    }

    /// Whether the goods may leave the house.
    pub(crate) async fn is_shippable(&self, cart_id: &str) -> bool {
        let order = self.order(cart_id).await.unwrap();
        let payments = self.app.store.payments_of_cart(order.cart_id).await.unwrap();
        payments[0].is_shippable(order.priced.amount_to_pay().unwrap())
    }

    pub(crate) async fn state_of(&self, id: &KustomOrderId) -> KustomOrderState {
        self.app.store.kustom_order(id).await.unwrap().unwrap().state
    }

    pub(crate) fn first_quantity_at_kustom(&self, id: &KustomOrderId) -> i64 {
        self.emulator
            .inspect(|kustom| kustom.order(id).unwrap().checkout.order_lines.as_ref().unwrap()[0].quantity)
    }

    /// Changes the order at Kustom to one line at 25 %, as somebody with our credentials could.
    pub(crate) async fn overwrite_at_kustom(&self, id: &KustomOrderId, amount: i64, tax: i64) {
        let line = json!({
            "name": "Something else", "quantity": 1, "unit_price": amount, "tax_rate": 2500,
            "total_amount": amount, "total_tax_amount": tax,
        });
        let body = json!({ "order_amount": amount, "order_tax_amount": tax, "order_lines": [line] });
        self.change_at_kustom(id, body).await;
    }

    /// An update that is not ours.
    pub(crate) async fn change_at_kustom(&self, id: &KustomOrderId, body: Value) {
        let request = Request::post(format!("/checkout/v3/orders/{id}"))
            .header("authorization", "Basic kco_test_api_x")
            .header("content-type", "application/json");
        let request = request.body(Body::from(body.to_string())).unwrap();
        let answer = request_of(self.emulator.router(), request).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}
