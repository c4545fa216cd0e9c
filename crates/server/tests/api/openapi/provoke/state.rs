//! The shops in which a good request fails.

use super::super::ask::{Ask, NO_ID};
use crate::failing_store::FailingStore;
use crate::kustom_faults::Fault;
use crate::limits;
use crate::shop::Shop;
use axum::http::{Method, StatusCode};
use kassa::store::StoreError;
use kassa_commerce::answer::{
    Answer, Fingerprint, IdempotencyKey, KeyScope, KeyedRequest, MAX_KEYS_PER_CART,
};
use kassa_commerce::change::{Change, StockWrite};
use serde_json::json;

const CARTS: &str = "/ingress/commerce/carts";
const KEY: &str = "5b2c1f0e-0c55-4a57-9d0a-6f3a4c1d2e90";
const BUYER: &str = "asa@shop.example";
const SHOE: &str = "SH006-WHT-09";

pub(super) struct Scene {
    pub(super) shop: Shop,
    cart_id: String,
    cart_number: String,
    item_id: String,
    /// Empty where no checkout was opened.
    kustom_order_id: String,
}

impl Scene {
    /// A cart with two shoes; for Kustom's calls and for confirmations with an open checkout.
    pub(super) async fn set(code: &str, ask: &Ask) -> Self {
        let mut shop = match code {
            "RATE_LIMITED" => limits::limited().await,
            // Only there Kustom asks about ways to ship and addresses.
            _ if ask.is_kustoms() => Shop::open_with_iframe_shipping().await,
            _ => Shop::open().await,
        };
        if ask.is_kustoms() {
            // The tokens of its calls are from now on those of every server that this one is changed into.
            shop.reconfigure(|_| ());
        }
        let mut scene = Self::with_cart(shop).await;
        // What is completed takes no other request that could have used the key.
        let is_bought = !matches!(code, "NO_ORDER" | "IDEMPOTENCY_KEY_REUSED");
        if ask.operation_id == "cancelCartOrder" && is_bought {
            scene.cart_id = scene.shop.bought().await.0;
        }
        if ask.is_kustoms() || (ask.operation_id == "confirmKustomCheckout" && code != "NO_KUSTOM_ORDER") {
            scene.open().await;
        }
        scene.change(code, ask).await;
        scene
    }

    async fn with_cart(shop: Shop) -> Self {
        let cart_id = shop.cart_with_shoes().await;
        let body = json!({ "email": BUYER });
        let cart = shop.mutate(&cart_id, "email", body).await;
        Self {
            item_id: cart["items"][0]["cartItemId"].as_str().unwrap().to_owned(),
            cart_id,
            cart_number: cart["cartNumber"].as_str().unwrap().to_owned(),
            kustom_order_id: String::new(),
            shop,
        }
    }

    /// The request about this scene's cart, or its Kustom order.
    pub(super) fn about(&self, ask: Ask) -> Ask {
        if ask.is_kustoms() {
            return ask.of_kustom(&self.shop, &self.kustom_order_id);
        }
        let mut ask = ask.of(&self.cart_id, &self.item_id);
        if ask.operation_id == "lookUpOrder" {
            ask.set("reference", self.cart_number.clone());
            ask.set("email", BUYER);
        }
        ask
    }

    async fn change(&mut self, code: &str, ask: &Ask) {
        match code {
            "NOT_FOUND" | "RATE_LIMITED" => self.forget_cart(),
            "CART_NOT_OPEN" => self.cart_id = self.shop.bought().await.0,
            "CART_LOCKED" => self.lock(ask).await,
            "PROFILE_GONE" => self.close_market().await,
            "CART_TOTAL_TOO_LARGE" => self.raise_prices().await,
            "INTERNAL" => self.break_store(StoreError::Internal("on purpose".into())),
            "BUSY" => self.break_store(StoreError::Busy),
            "STORAGE_UNAVAILABLE" => self.break_store(StoreError::Unavailable("on purpose".into())),
            "TOO_MANY_KEYS" => self.use_up_keys().await,
            "IDEMPOTENCY_KEY_REUSED" => self.use_key(ask).await,
            "KUSTOM_NOT_CONFIGURED" => self.shop.reconfigure(|parts| parts.kustom = None),
            "KUSTOM_ERROR" => self.kustom_answers(StatusCode::BAD_REQUEST),
            "KUSTOM_UNAVAILABLE" => self.kustom_answers(StatusCode::BAD_GATEWAY),
            "PRICE_NOT_FOUND" => self.sell_in_euro_only().await,
            "TOO_MANY_ITEMS" => self.fill().await,
            "TOO_MANY_FIELDS" => self.fill_fields().await,
            "OUT_OF_STOCK" => self.sell_out().await,
            "EMPTY_CART" => self.cart_id = self.shop.new_cart("se-webshop").await,
            "NOT_DELIVERABLE" => self.carry_nothing().await,
            "CANCEL_ORDER_FAILED" => self.send_order().await,
            _ => (),
        }
    }

    fn forget_cart(&mut self) {
        NO_ID.clone_into(&mut self.cart_id);
    }

    async fn open(&mut self) {
        self.kustom_order_id = self.shop.opened(&self.cart_id).await.0;
    }

    /// A checkout may be opened while its payment runs, but not while a purchase is being looked into.
    async fn lock(&mut self, ask: &Ask) {
        if ask.operation_id == "openKustomCheckout" {
            self.cart_id = crate::review::mismatch(&self.shop).await.0;
            return;
        }
        self.open().await;
        let id = kustom_api::KustomOrderId(self.kustom_order_id.clone());
        let (path, order) = crate::validation::question(&self.shop, &id);
        self.shop.post(&path, order).await.ok();
    }

    async fn close_market(&mut self) {
        self.shop
            .edit_shop(|edit| edit.profiles.retain(|profile| profile.key != "se-webshop"))
            .await;
    }

    async fn raise_prices(&mut self) {
        let catalogue = kassa::demo::CATALOGUE
            .replace(
                "price = \"49.00\", free_from = \"1000.00\"",
                "price = \"2000000.00\"",
            )
            .replace("price = \"99.00\"", "price = \"2000000.00\"");
        self.shop.import(&catalogue).await;
    }

    fn break_store(&mut self, error: StoreError) {
        let store = FailingStore::new(self.shop.app.store.clone());
        store.fail_always(error);
        self.shop.reconfigure(|parts| parts.store = store);
    }

    async fn use_up_keys(&mut self) {
        let scope = KeyScope::Cart(self.cart_id.parse().unwrap());
        for number in 0..MAX_KEYS_PER_CART {
            let request = KeyedRequest {
                key: IdempotencyKey::parse(&format!("another-of-the-keys-{number}")).unwrap(),
                fingerprint: Fingerprint([0; 32]),
            };
            let answer = Answer {
                status: 200,
                body: b"{}".to_vec(),
            };
            let answer = Some(request.answered(scope, answer, self.shop.app.now()));
            let change = Change {
                answer,
                ..Change::default()
            };
            self.shop.app.commit(change).await.unwrap();
        }
    }

    async fn use_key(&mut self, ask: &Ask) {
        let creates = ask.operation_id == "createCart";
        let first = Ask {
            path: if creates {
                CARTS.to_owned()
            } else {
                format!("{CARTS}/{}/set-field/first", self.cart_id)
            },
            body: Some(if creates {
                json!({ "profileKey": "no-webshop", "locale": "no" })
            } else {
                json!({ "value": 1 })
            }),
            method: "POST".to_owned(),
            key: Some(KEY.to_owned()),
            ..ask.clone()
        };
        first.send(&self.shop).await.ok();
    }

    fn kustom_answers(&mut self, status: StatusCode) {
        let faults = &self.shop.kustom_faults;
        faults.inject(Method::POST, "/checkout/v3/orders", Fault::Refused(status), 20);
    }

    async fn sell_in_euro_only(&mut self) {
        let catalogue = kassa::demo::CATALOGUE.replace("SEK = \"899.00\", ", "");
        self.shop.import(&catalogue).await;
    }

    async fn fill(&mut self) {
        let item = json!({ "productNumber": "GIFT-100", "quantity": 1 });
        for _ in 1..100 {
            self.shop.mutate(&self.cart_id, "add-item", item.clone()).await;
        }
    }

    async fn fill_fields(&mut self) {
        for number in 0..32 {
            let method = format!("set-field/field{number}");
            self.shop
                .mutate(&self.cart_id, &method, json!({ "value": number }))
                .await;
        }
    }

    async fn sell_out(&mut self) {
        self.shop
            .edit_shop(|edit| {
                let counted = edit.products.iter_mut().filter(|product| product.number == SHOE);
                counted.for_each(|product| product.is_counted = true);
            })
            .await;
        let write = StockWrite {
            product_number: SHOE.to_owned(),
            on_hand: Some(2),
        };
        let change = Change {
            stock: vec![write],
            ..Change::default()
        };
        self.shop.app.commit(change).await.unwrap();
    }

    async fn carry_nothing(&mut self) {
        let catalogue = kassa::demo::CATALOGUE
            .replace(
                "name = \"Standard delivery\",",
                "name = \"Standard delivery\", max_weight_grams = 1,",
            )
            .replace(
                "name = \"Express delivery\",",
                "name = \"Express delivery\", max_weight_grams = 1,",
            );
        self.shop.import(&catalogue).await;
    }

    async fn send_order(&mut self) {
        let (cart_id, _) = self.shop.bought().await;
        let number = self.shop.order(&cart_id).await.unwrap().number;
        self.shop.move_first_delivery(&number, "processing").await.ok();
        self.cart_id = cart_id;
    }
}
