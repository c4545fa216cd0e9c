//! Fault 24: however we hear of a purchase, the order is the same.

use crate::kustom_faults::Fault;
use crate::shop::Shop;
use axum::http::{Method, StatusCode};
use futures_util::FutureExt;
use futures_util::future::join_all;
use jiff::SignedDuration;
use kassa_commerce::kustom::validation::FREEZE;
use kustom_api::KustomOrderId;
use serde_json::{Value, json};

/// Who tells us, and nobody else does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Confirm,
    Push,
    /// Nobody: we ask by ourselves.
    Reconciler,
    /// The page is loaded again.
    Opening,
    /// An edit of another tab meets an order that cannot be changed any more.
    Sync,
}

/// Whether the checkout API still shows the order. Order management does for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Checkout {
    Shown,
    Gone,
}

const WAYS: [(Way, Checkout); 9] = [
    (Way::Confirm, Checkout::Shown),
    (Way::Push, Checkout::Shown),
    (Way::Reconciler, Checkout::Shown),
    (Way::Opening, Checkout::Shown),
    (Way::Sync, Checkout::Shown),
    (Way::Confirm, Checkout::Gone),
    (Way::Push, Checkout::Gone),
    (Way::Reconciler, Checkout::Gone),
    (Way::Sync, Checkout::Gone),
];

/// One purchase, from the cart to what the shopper types.
#[derive(Clone, Copy, Debug)]
struct Story {
    name: &'static str,
    profile: &'static str,
    items: &'static [(&'static str, u32)],
    /// What the storefront sends before the checkout is opened.
    commands: fn() -> Vec<(&'static str, Value)>,
    /// What the iframe learns of a company.
    customer: fn() -> Option<Value>,
    payment: fn() -> Value,
}

const STORIES: [Story; 6] = [
    Story {
        name: "a shopper of whom nothing was known",
        profile: "se-webshop",
        items: &[("SH006-WHT-09", 2)],
        commands: Vec::new,
        customer: || None,
        payment: || json!({ "outcome": "approved" }),
    },
    Story {
        name: "a shopper who had typed everything before, and other things in the iframe",
        profile: "se-webshop",
        items: &[("BOOK-001", 3), ("FOOD-001", 1), ("GIFT-100", 1)],
        commands: || {
            vec![
                ("email", json!({ "email": "before@example.test" })),
                ("phone", json!({ "phone": "+46701111111" })),
                (
                    "address",
                    json!({ "address": { "name": "Bo Ek", "city": "Malmö", "countryCode": "SE" } }),
                ),
                ("set-field/gift", json!({ "value": { "text": "Grattis!" } })),
            ]
        },
        customer: || None,
        payment: || {
            json!({ "email": "asa@example.test", "address": {
                "given_name": "Åsa", "family_name": "Öberg", "care_of": "Ek", "street_address": "Stårgatan 1",
                "street_address2": "2 tr", "postal_code": "12345", "city": "Ankeborg", "phone": "0765260000",
                "country": "SE",
            } })
        },
    },
    Story {
        name: "Norway",
        profile: "no-webshop",
        items: &[("FOOD-001", 7)],
        commands: Vec::new,
        customer: || None,
        payment: || json!({}),
    },
    Story {
        name: "a German shop that sells to Austria",
        profile: "de-webshop",
        items: &[("SH005-BLK-10", 1), ("BOOK-001", 1)],
        commands: || vec![("address", json!({ "address": { "countryCode": "AT" } }))],
        customer: || None,
        payment: || json!({ "address": { "country": "AT" } }),
    },
    Story {
        name: "a company",
        profile: "se-b2b",
        items: &[("SH005-BLK-10", 3), ("BOOK-001", 3)],
        commands: Vec::new,
        customer: || {
            Some(
                json!({ "type": "organization", "organization_registration_id": "556677-8899", "vat_id": "SE556677889901" }),
            )
        },
        payment: || json!({ "address": { "organization_name": "Ek & Öberg AB", "attention": "Åsa" } }),
    },
    Story {
        name: "a purchase that is examined first",
        profile: "se-webshop",
        items: &[("SH006-WHT-09", 1)],
        commands: Vec::new,
        customer: || None,
        payment: || json!({ "outcome": "pending" }),
    },
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fault_24_the_fallback_knows_less() {
    for story in STORIES {
        let told = join_all(WAYS.map(|(way, checkout)| tell(story, way, checkout).boxed())).await;
        for (outcome, way) in told.iter().zip(WAYS).skip(1) {
            assert_eq!(*outcome, told[0], "{}: {way:?}", story.name);
        }
        assert_knows_everything(story, &told[0]);
    }
}

/// Alike is not enough: what the iframe collected is there.
fn assert_knows_everything(story: Story, told: &Value) {
    let order = &told["order"];
    for contact in ["billing", "shipping"] {
        let contact = &order[contact];
        for known in [&contact["email"], &contact["phone"], &contact["address"]["city"]] {
            assert!(known.is_string(), "{}: {contact}", story.name);
        }
    }
    if (story.customer)().is_some() {
        assert_eq!(order["organization_registration_id"], "556677-8899");
        assert_eq!(order["vat_id"], "SE556677889901");
        assert_eq!(order["billing"]["organization_name"], "Ek & Öberg AB");
    }
    assert_eq!(told["cart"]["email"], order["billing"]["email"]);
}

/// The order, the payment and the cart of the story, told that one way, without what differs between any two purchases.
async fn tell(story: Story, way: Way, checkout: Checkout) -> Value {
    let shop = Shop::open().await;
    let cart_id = shop.new_cart(story.profile).await;
    for (product, quantity) in story.items {
        let item = json!({ "productNumber": product, "quantity": quantity });
        shop.mutate(&cart_id, "add-item", item).await;
    }
    for (method, body) in (story.commands)() {
        shop.mutate(&cart_id, method, body).await;
    }
    let id = shop.opened(&cart_id).await;
    if let Some(customer) = (story.customer)() {
        shop.change_at_kustom(&id, json!({ "customer": customer })).await;
    }
    shop.advance(SignedDuration::from_mins(3));
    shop.pay_with(&id, (story.payment)()).await;
    if checkout == Checkout::Gone {
        let gone = Fault::Refused(StatusCode::NOT_FOUND);
        shop.kustom_faults
            .inject(Method::GET, "/checkout/v3/orders/", gone, u32::MAX);
    }
    bring_news(&shop, &cart_id, &id, way).await;
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
    outcome(&shop, &cart_id).await
}

async fn bring_news(shop: &Shop, cart_id: &str, id: &KustomOrderId, way: Way) {
    match way {
        Way::Confirm => {
            shop.confirm(cart_id).await.ok();
        }
        Way::Push => {
            shop.push(id).await.ok();
        }
        Way::Reconciler => shop.advance(SignedDuration::from_secs(31)),
        Way::Opening => {
            let refused = shop.open_checkout(cart_id).await.failure();
            assert_eq!(refused, (409, "CART_NOT_OPEN".to_owned()));
        }
        Way::Sync => {
            shop.advance(FREEZE);
            shop.set_first_quantity(cart_id, 8).await;
            // Only the sync may find out, so it runs before anybody else is due to look.
            shop.settle().await;
        }
    }
}

async fn outcome(shop: &Shop, cart_id: &str) -> Value {
    let order = shop.order(cart_id).await.unwrap();
    let payments = shop.app.store.payments_of_cart(order.cart_id).await.unwrap();
    let mut told = json!({
        "order": order,
        "payment": payments[0],
        "cart": shop.cart(cart_id).await,
    });
    for (part, own) in [
        (
            "order",
            &["id", "cart_id", "cart_number", "kustom_order_id", "payment_id"][..],
        ),
        ("payment", &["id", "cart_id", "provider", "created_at"]),
        (
            "cart",
            &[
                "cartId",
                "cartNumber",
                "orderId",
                "orderNumber",
                "fields",
                "payments",
            ],
        ),
    ] {
        let part = told[part].as_object_mut().unwrap();
        for member in own {
            assert!(part.remove(*member).is_some(), "{member}");
        }
    }
    told["payment"]["authorization"]["number"] = Value::Null;
    for line in told["order"]["priced"]["lines"].as_array_mut().unwrap() {
        line["item_id"] = Value::Null;
    }
    for line in told["order"]["deliveries"][0]["lines"].as_array_mut().unwrap() {
        line["item_id"] = Value::Null;
    }
    for item in told["cart"]["items"].as_array_mut().unwrap() {
        item["cartItemId"] = Value::Null;
    }
    told
}
