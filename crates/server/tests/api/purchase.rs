//! What a test asserts of a purchase, on our side and at Kustom.

use crate::shop::{Shop, request_of};
use axum::body::Body;
use axum::http::Request;
use kassa_commerce::kustom::KustomOrderState;
use kustom_api::{Address, KustomOrderId};
use kustom_emulator::{CallbackAnswer, PaymentStep, Purchase};
use serde_json::json;

impl Shop {
    /// A purchase that came about without our yes, as no merchant can exclude: the gate is not what orders rest on.
    pub(crate) fn pay_without_asking(&self, id: &KustomOrderId) {
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
        let purchase = Purchase {
            address,
            ..Purchase::default()
        };
        self.emulator.act(|kustom, now| {
            let PaymentStep::Validating(question) = kustom.pay(id, purchase, now).unwrap() else {
                panic!("the order names nobody to ask");
            };
            let yes = CallbackAnswer::Answered {
                status: 200,
                location: None,
                body: String::new(),
            };
            kustom.payment_answered(question.number, yes, now).unwrap();
        });
    }

    /// One payment with one authorization, one order, one acknowledge, and no work left.
    pub(crate) async fn assert_one_order(&self, cart_id: &str, id: &KustomOrderId) {
        let order = self.order(cart_id).await.expect("the cart has an order");
        assert_eq!(order.kustom_order_id, *id);
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
        let request = Request::post(format!("/checkout/v3/orders/{id}"))
            .header("authorization", "Basic kco_test_api_x")
            .header("content-type", "application/json");
        let request = request.body(Body::from(body.to_string())).unwrap();
        let answer = request_of(self.emulator.router(), request).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}
