//! A purchase up to the call that is struck, the call, and the rest of the purchase.

use super::{Case, Fate};
use crate::answer::is_syncing;
use crate::purchase::purchase;
use crate::shop::{Served, Setup, Shop, request_of};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use jiff::SignedDuration;
use kassa::kustom_client::Timeouts;
use kassa_commerce::job::JobKey;
use kustom_api::KustomOrderId;
use serde_json::{Value, json};
use std::time::Duration;

/// How long the client waits where the fault is that it waits in vain. Elsewhere nobody waits, and a busy machine must not
/// look like a fault.
const TIMEOUT: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    Create,
    /// The read when a checkout is opened again.
    Reopen,
    Sync,
    Abort,
    /// The completion's two reads.
    ReadCheckout,
    ReadManaged,
    Acknowledge,
    SetReferences,
    /// Of a second purchase of the same cart.
    Cancel,
}

impl Call {
    pub(super) fn is_message(self) -> bool {
        matches!(self, Self::Acknowledge | Self::SetReferences | Self::Cancel)
    }

    /// Whether a shopper waits for the answer, and tries again.
    pub(super) fn is_the_shoppers(self) -> bool {
        matches!(
            self,
            Self::Create | Self::Reopen | Self::ReadCheckout | Self::ReadManaged
        )
    }
}

pub(super) struct Scene {
    pub(super) call: Call,
    pub(super) shop: Shop,
    pub(super) cart_id: String,
    /// The order that the call is about. There is none before a create.
    pub(super) subject: Option<KustomOrderId>,
    /// The order that is paid for in the end.
    pub(super) paid: Option<KustomOrderId>,
    pub(super) bystanders: Vec<Bystander>,
}

/// Somebody else's cart, and everything that must stay as it was.
#[derive(Debug, PartialEq)]
pub(super) struct Bystander {
    cart_id: String,
    id: KustomOrderId,
    cart: Value,
    at_kustom: Value,
    changes_at_kustom: usize,
}

impl Bystander {
    pub(super) async fn of(shop: &Shop, cart_id: String, id: KustomOrderId) -> Self {
        let (at_kustom, changes_at_kustom) = shop.emulator.inspect(|kustom| {
            let order = kustom.order(&id).unwrap();
            let at_kustom = json!({ "checkout": order.checkout, "management": order.managed });
            (at_kustom, order.history.len())
        });
        Self {
            cart: shop.cart(&cart_id).await,
            cart_id,
            id,
            at_kustom,
            changes_at_kustom,
        }
    }

    pub(super) async fn now(&self, shop: &Shop) -> Self {
        Self::of(shop, self.cart_id.clone(), self.id.clone()).await
    }
}

impl Scene {
    /// Everything that happens before the call.
    pub(super) async fn set(case: &Case) -> Self {
        let call = case.call;
        let timeouts = match case.effect {
            "timeout" => Timeouts {
                connect: TIMEOUT,
                total: TIMEOUT,
            },
            _ => Timeouts::default(),
        };
        let shop = Shop::set_up(Setup {
            timeouts,
            kustom_is: Served::ByItself,
            ..Setup::default()
        })
        .await;
        let mut bystanders = Vec::new();
        if case.has_bystanders {
            bystanders.push(open_bystander(&shop).await);
            bystanders.push(bought_bystander(&shop).await);
        }
        let mut scene = Self {
            call,
            cart_id: shop.cart_with_shoes().await,
            shop,
            subject: None,
            paid: None,
            bystanders,
        };
        match call {
            Call::Create => (),
            Call::Reopen | Call::Sync => scene.subject = Some(scene.shop.opened(&scene.cart_id).await),
            Call::Abort => {
                let first = scene.shop.opened(&scene.cart_id).await;
                scene.lose_sight_of(&first).await;
                scene.subject = Some(first);
            }
            Call::ReadCheckout | Call::ReadManaged => scene.pay().await,
            Call::Acknowledge | Call::SetReferences => {
                scene.pay().await;
                scene.shop.confirm(&scene.cart_id).await.ok();
            }
            Call::Cancel => scene.buy_twice().await,
        }
        scene
    }

    async fn pay(&mut self) {
        let id = self.shop.opened(&self.cart_id).await;
        self.shop.pay(&id).await;
        self.subject = Some(id.clone());
        self.paid = Some(id);
    }

    /// Kustom does not know the order for one read, so the cart gets another.
    async fn lose_sight_of(&self, id: &KustomOrderId) -> KustomOrderId {
        let path = format!("/checkout/v3/orders/{id}");
        self.arm(json!({ "method": "GET", "path": path, "effect": "not_found" }))
            .await;
        let other = self.shop.opened(&self.cart_id).await;
        assert_ne!(*id, other);
        self.disarm().await;
        other
    }

    async fn buy_twice(&mut self) {
        let first = self.shop.opened(&self.cart_id).await;
        let second = self.lose_sight_of(&first).await;
        self.shop.pay_without_asking(&first);
        self.shop.pay(&second).await;
        self.shop.confirm(&self.cart_id).await.ok();
        self.shop.push(&first).await.ok();
        self.subject = Some(first);
        self.paid = Some(second);
    }

    /// Method and path of the call. Before a create there is no id; of a read that finds nothing, the next has another.
    pub(super) fn struck_call(&self) -> (&'static str, String) {
        let id = self.subject.as_ref().map_or("*", |id| &id.0);
        match self.call {
            Call::Create => ("POST", "/checkout/v3/orders".to_owned()),
            Call::Reopen => ("GET", "/checkout/v3/orders/*".to_owned()),
            Call::Sync => ("POST", format!("/checkout/v3/orders/{id}")),
            Call::Abort => ("POST", format!("/checkout/v3/orders/{id}/abort")),
            Call::ReadCheckout => ("GET", format!("/checkout/v3/orders/{id}")),
            Call::ReadManaged => ("GET", format!("/ordermanagement/v1/orders/{id}")),
            Call::Acknowledge => ("POST", format!("/ordermanagement/v1/orders/{id}/acknowledge")),
            Call::SetReferences => (
                "PATCH",
                format!("/ordermanagement/v1/orders/{id}/merchant-references"),
            ),
            Call::Cancel => ("POST", format!("/ordermanagement/v1/orders/{id}/cancel")),
        }
    }

    pub(super) async fn arm(&self, rule: Value) {
        let added = self.shop.control("faults", rule.clone()).await;
        assert_eq!(added.status, StatusCode::CREATED, "{rule}: {}", added.text);
    }

    async fn disarm(&self) {
        let request = Request::builder().method(Method::DELETE).uri("/_emulator/faults");
        let request = request.body(Body::empty()).unwrap();
        request_of(self.shop.emulator.router(), request).await.ok();
    }

    /// How many calls a fault has struck since the rules were written.
    pub(super) fn strikes(&self) -> usize {
        self.shop.emulator.inspect(|kustom| {
            kustom
                .exchanges()
                .filter(|exchange| exchange.fault.is_some())
                .count()
        })
    }

    /// Makes the call, and says how it looks.
    pub(super) async fn act(&mut self) -> Fate {
        match self.call {
            Call::Create | Call::Reopen => self.open().await,
            Call::Sync => self.sync().await,
            Call::ReadCheckout | Call::ReadManaged => self.confirm().await,
            Call::Abort | Call::Acknowledge | Call::SetReferences | Call::Cancel => {
                self.shop.settle().await;
                match self.shop.jobs_left().await.iter().any(|job| self.is_ours(job)) {
                    true => Fate::Later,
                    false => Fate::Same,
                }
            }
        }
    }

    /// A look at what could not be aborted belongs to the abort.
    fn is_ours(&self, job: &JobKey) -> bool {
        let subject = self.subject.as_ref().unwrap();
        !matches!(job, JobKey::Sync(_)) && job.subject() == subject.0
    }

    async fn open(&mut self) -> Fate {
        let answer = self.shop.open_checkout(&self.cart_id).await;
        if answer.status != StatusCode::OK {
            return match answer.failure() {
                (503, code) if code == "KUSTOM_UNAVAILABLE" => Fate::Retry,
                (502, code) if code == "KUSTOM_ERROR" => Fate::Refused,
                other => panic!("{other:?}"),
            };
        }
        let id = self.open_order().await.expect("a snippet is of a bound order");
        let before = self.subject.replace(id.clone());
        match before.is_none_or(|before| before == id) {
            true => Fate::Same,
            false => Fate::Another,
        }
    }

    async fn open_order(&self) -> Option<KustomOrderId> {
        let cart = self.shop.cart(&self.cart_id).await;
        let id = cart["fields"]["kustomOrderId"].as_str();
        id.map(|id| KustomOrderId(id.to_owned()))
    }

    async fn sync(&self) -> Fate {
        self.shop.set_first_quantity(&self.cart_id, 3).await;
        self.shop.settle().await;
        if self.open_order().await.is_none() {
            return Fate::Another;
        }
        match is_syncing(&self.shop.cart(&self.cart_id).await) {
            true => Fate::Later,
            false => Fate::Same,
        }
    }

    async fn confirm(&self) -> Fate {
        let confirmed = self.shop.confirm(&self.cart_id).await.ok();
        match confirmed["status"].as_str().unwrap() {
            "checkout_complete" => Fate::Same,
            "checkout_incomplete" => Fate::Later,
            other => panic!("{other}"),
        }
    }

    /// Nothing goes wrong any more but what is under way, time passes, and the shopper buys what is not bought yet.
    pub(super) async fn finish(&mut self) {
        if self.paid.is_none() {
            self.buy().await;
        }
        self.shop
            .pass(SignedDuration::from_mins(6), SignedDuration::from_secs(30))
            .await;
        self.disarm().await;
        assert_eq!(self.confirm().await, Fate::Same);
        self.shop
            .pass(SignedDuration::from_mins(3), SignedDuration::from_mins(1))
            .await;
    }

    /// Edits the cart once more, waits until all is told, loads the page again and pays what it shows.
    async fn buy(&mut self) {
        self.shop.set_first_quantity(&self.cart_id, 4).await;
        self.shop.settle().await;
        let cart = self.shop.cart(&self.cart_id).await;
        if let Some(open) = self.open_order().await.filter(|_| is_syncing(&cart)) {
            self.assert_cannot_be_paid(&open).await;
        }
        self.shop.emulator.late_calls_applied().await;
        self.shop
            .pass(SignedDuration::from_secs(100), SignedDuration::from_secs(10))
            .await;
        self.disarm().await;
        let id = self.shop.opened(&self.cart_id).await;
        assert!(!is_syncing(&self.shop.cart(&self.cart_id).await));
        assert_eq!(self.shop.first_quantity_at_kustom(&id), 4);
        for other in self.orders_of_the_cart_but(&id).await {
            self.assert_cannot_be_paid(&other).await;
        }
        self.shop
            .buy_at(&id, self.shop.order_amount(&id))
            .await
            .unwrap_or_else(|refusal| panic!("{refusal}"));
        self.paid = Some(id);
    }

    /// Everything that Kustom holds for the cart besides, whether we have heard of it or not.
    pub(super) async fn orders_of_the_cart_but(&self, id: &KustomOrderId) -> Vec<KustomOrderId> {
        let cart = self.shop.cart(&self.cart_id).await;
        let number = cart["cartNumber"].as_str().unwrap();
        self.shop.emulator.inspect(|kustom| {
            let orders = kustom.orders().filter(|order| {
                order.checkout.merchant_reference1.as_deref() == Some(number) && order.id != *id
            });
            orders.map(|order| order.id.clone()).collect()
        })
    }

    pub(super) async fn assert_cannot_be_paid(&self, id: &KustomOrderId) {
        let paid = self.shop.emulator.pay(id, purchase()).await;
        assert!(paid.is_err(), "{id} can be paid: {paid:?}");
    }
}

async fn open_bystander(shop: &Shop) -> Bystander {
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    Bystander::of(shop, cart_id, id).await
}

async fn bought_bystander(shop: &Shop) -> Bystander {
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
    Bystander::of(shop, cart_id, id).await
}
