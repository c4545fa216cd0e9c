//! What a test asserts of a purchase, on our side and at Kustom.

use crate::shop::{Shop, request_of};
use axum::body::Body;
use axum::http::Request;
use kassa_commerce::kustom::KustomOrderState;
use kustom_api::KustomOrderId;
use serde_json::json;

impl Shop {
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
