//! What holds at the end of every case, whatever went wrong before.

use super::Case;
use super::scene::{Call, Scene};
use kassa_commerce::kustom::KustomOrderState;
use kassa_commerce::pricing::Priced;
use kassa_commerce::review::ReviewReason;
use kustom_api::{KustomOrderId, ManagedOrder};

pub(super) async fn check(scene: &Scene, case: &Case) {
    let paid = scene.paid.as_ref().expect("the shopper has paid");
    // One order with one payment; acknowledged once with effect, its number told, and no job left.
    scene.shop.assert_one_order(&scene.cart_id, paid).await;
    check_content(scene, paid).await;
    check_reviews(scene, case).await;
    check_other_orders(scene, paid).await;
    check_what_was_said(scene).await;
    for bystander in &scene.bystanders {
        assert_eq!(bystander.now(&scene.shop).await, *bystander, "{case:?}");
    }
}

/// The order is what was paid, line by line as Kustom's ledger has it.
async fn check_content(scene: &Scene, paid: &KustomOrderId) {
    let managed = management(scene, paid).expect("it is bought");
    let order = scene.shop.order(&scene.cart_id).await.unwrap();
    let amount = order.priced.amount_to_pay().unwrap();
    assert_eq!(
        (amount.amount_minor(), amount.currency().code()),
        (managed.order_amount, managed.purchase_currency.as_str())
    );
    let at_kustom: Vec<(String, i64, i64, i64)> = managed
        .order_lines
        .into_iter()
        .map(|line| {
            let reference = line.reference.unwrap();
            (reference, line.quantity, line.total_amount, line.total_tax_amount)
        })
        .collect();
    assert_eq!(lines_of(&order.priced), at_kustom);
}

/// Prices of this shop include tax, so its lines are Kustom's.
fn lines_of(priced: &Priced) -> Vec<(String, i64, i64, i64)> {
    let goods = priced.lines.iter().map(|line| {
        let amounts = (line.total.amount_minor(), line.tax.amount_minor());
        (
            line.product_number.clone(),
            i64::from(line.quantity),
            amounts.0,
            amounts.1,
        )
    });
    let shipping = priced.shipping.iter().map(|shipping| {
        let amounts = (shipping.price.amount_minor(), shipping.tax.amount_minor());
        (shipping.method_key.clone(), 1, amounts.0, amounts.1)
    });
    goods.chain(shipping).collect()
}

async fn check_reviews(scene: &Scene, case: &Case) {
    let mut expected = Vec::new();
    if case.call == Call::Cancel {
        expected.push(ReviewReason::DuplicatePurchase);
    }
    if case.is_reported() {
        expected.push(ReviewReason::MessageUnheard);
    }
    assert_eq!(scene.shop.review_reasons().await, expected, "{case:?}");
}

/// Nothing was given back but a second purchase, and of all that Kustom holds for the cart nothing more can be paid.
async fn check_other_orders(scene: &Scene, paid: &KustomOrderId) {
    for other in scene.orders_of_the_cart_but(paid).await {
        scene.assert_cannot_be_paid(&other).await;
        match management(scene, &other) {
            None => (),
            Some(_) => {
                assert_eq!(scene.call, Call::Cancel, "{other} is a second purchase");
                assert!(scene.shop.is_cancelled(&other));
            }
        }
    }
    let cart_id = scene.cart_id.parse().unwrap();
    let known = scene.shop.app.store.kustom_orders_of(cart_id).await.unwrap();
    let open: Vec<_> = known
        .iter()
        .filter(|order| order.state == KustomOrderState::Open)
        .collect();
    assert!(open.is_empty(), "{open:?}");
    // No address but Kustom's own was ever kept to be called.
    let foreign: Vec<_> = known
        .iter()
        .filter_map(|order| order.location.as_deref())
        .filter(|location| !location.starts_with("http://127.0.0.1:"))
        .collect();
    assert!(foreign.is_empty(), "{foreign:?}");
}

/// The cart's id is the key to it: Kustom has not heard it in anything that we said, however often we said it.
async fn check_what_was_said(scene: &Scene) {
    let said: Vec<String> = scene.shop.emulator.inspect(|kustom| {
        let requests = kustom.exchanges().map(|exchange| &exchange.request);
        requests
            .map(|request| serde_json::to_string(request).unwrap())
            .collect()
    });
    for request in &said {
        assert!(!request.contains(&scene.cart_id), "{request}");
    }
}

fn management(scene: &Scene, id: &KustomOrderId) -> Option<ManagedOrder> {
    scene
        .shop
        .emulator
        .inspect(|kustom| kustom.order(id).and_then(|order| order.managed.clone()))
}
