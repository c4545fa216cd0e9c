//! Stock: what is counted is held from the approval of a payment on, and never sold twice.

use crate::shop::Shop;
use futures_util::future::join_all;
use jiff::SignedDuration;
use kassa_commerce::change::{Change, StockWrite};
use kassa_commerce::review::ReviewReason;
use kustom_emulator::PurchaseRefusal;
use serde_json::json;

const SHOE: &str = "SH006-WHT-09";

/// A shop that counts its shoes.
async fn shop_with_shoes(on_hand: u32) -> Shop {
    let mut shop = Shop::open().await;
    shop.edit_shop(|edit| {
        let counted = edit.products.iter_mut().filter(|product| product.number == SHOE);
        counted.for_each(|product| product.is_counted = true);
    })
    .await;
    count(&shop, on_hand).await;
    shop
}

async fn count(shop: &Shop, on_hand: u32) {
    let write = StockWrite {
        product_number: SHOE.to_owned(),
        on_hand: Some(on_hand),
    };
    let change = Change {
        stock: vec![write],
        ..Change::default()
    };
    shop.app.commit(change).await.unwrap();
}

async fn one_shoe(shop: &Shop) -> String {
    let cart_id = shop.new_cart("se-webshop").await;
    let item = json!({ "productNumber": SHOE, "quantity": 1 });
    shop.mutate(&cart_id, "add-item", item).await;
    cart_id
}

#[tokio::test]
async fn nobody_puts_more_into_a_cart_than_there_is() {
    let shop = shop_with_shoes(3).await;
    let cart_id = shop.cart_with_shoes().await;
    let path = format!("/ingress/commerce/carts/{cart_id}/add-item");
    let two_more = shop
        .post(&path, json!({ "productNumber": SHOE, "quantity": 2 }))
        .await;
    assert_eq!(two_more.failure(), (409, "OUT_OF_STOCK".to_owned()));
    assert!(two_more.text.contains("only 3 left"), "{}", two_more.text);
    shop.set_first_quantity(&cart_id, 3).await;
    count(&shop, 0).await;
    shop.set_first_quantity(&cart_id, 1).await;
    let none = shop
        .post(&path, json!({ "productNumber": SHOE, "quantity": 1 }))
        .await;
    assert!(none.text.contains("sold out"), "{}", none.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_more_are_sold_than_there_are_however_many_pay_at_once() {
    let shop = shop_with_shoes(4).await;
    let carts = join_all((0..12).map(|_| async {
        let cart_id = one_shoe(&shop).await;
        let id = shop.opened(&cart_id).await;
        (cart_id, id)
    }))
    .await;
    let results = join_all(carts.iter().map(|(_, id)| shop.buy_at(id, 94_800))).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 4);
    for ((cart_id, _), result) in carts.iter().zip(&results) {
        if let Err(refusal) = result {
            let PurchaseRefusal::Denied { error_text, .. } = refusal else {
                panic!("{refusal}");
            };
            assert!(error_text.contains("slutsåld"), "{error_text}");
        } else {
            shop.confirm(cart_id).await.ok();
        }
    }
    shop.settle().await;
    for (cart_id, id) in carts
        .iter()
        .zip(&results)
        .filter(|(_, result)| result.is_ok())
        .map(|(cart, _)| cart)
    {
        shop.assert_one_order(cart_id, id).await;
    }
    assert_eq!(shop.review_reasons().await, []);
}

#[tokio::test]
async fn what_was_held_for_a_payment_that_failed_comes_back() {
    let shop = shop_with_shoes(1).await;
    let [first, second] = [one_shoe(&shop).await, one_shoe(&shop).await];
    let [first_id, second_id] = [shop.opened(&first).await, shop.opened(&second).await];
    shop.pay_with(&first_id, json!({ "outcome": "rejected" })).await;
    let refused = shop.buy_at(&second_id, 94_800).await.unwrap_err();
    assert!(matches!(refused, PurchaseRefusal::Denied { .. }), "{refused}");
    shop.advance(SignedDuration::from_mins(15));
    shop.buy_at(&second_id, 94_800).await.unwrap();
    shop.confirm(&second).await.ok();
    shop.settle().await;
    shop.assert_one_order(&second, &second_id).await;
}

#[tokio::test]
async fn what_was_paid_is_delivered_although_it_was_sold_to_another_meanwhile() {
    let shop = shop_with_shoes(1).await;
    let [slow, quick] = [one_shoe(&shop).await, one_shoe(&shop).await];
    let [slow_id, quick_id] = [shop.opened(&slow).await, shop.opened(&quick).await];
    shop.pay(&slow_id).await;
    shop.advance(SignedDuration::from_mins(16));
    shop.pay(&quick_id).await;
    for cart_id in [&quick, &slow] {
        shop.confirm(cart_id).await.ok();
    }
    shop.settle().await;
    shop.assert_one_order(&slow, &slow_id).await;
    assert_eq!(shop.review_reasons().await, [ReviewReason::SoldTooMany]);
}

#[tokio::test]
async fn what_is_first_counted_while_carts_are_open_is_counted_for_them_too() {
    let shop = Shop::open().await;
    let [first, second] = [one_shoe(&shop).await, one_shoe(&shop).await];
    let [first_id, second_id] = [shop.opened(&first).await, shop.opened(&second).await];
    let mut shop = shop;
    shop.edit_shop(|edit| {
        let counted = edit.products.iter_mut().filter(|product| product.number == SHOE);
        counted.for_each(|product| product.is_counted = true);
    })
    .await;
    count(&shop, 1).await;
    shop.buy_at(&first_id, 94_800).await.unwrap();
    shop.confirm(&first).await.ok();
    let refused = shop.buy_at(&second_id, 94_800).await.unwrap_err();
    assert!(matches!(refused, PurchaseRefusal::Denied { .. }), "{refused}");
    // Not even when nothing is held any more: it is gone for good.
    shop.advance(SignedDuration::from_mins(16));
    let refused = shop.buy_at(&second_id, 94_800).await.unwrap_err();
    assert!(matches!(refused, PurchaseRefusal::Denied { .. }), "{refused}");
}

#[tokio::test]
async fn what_the_shop_no_longer_sells_is_not_sold_from_carts_either() {
    let shop = Shop::open().await;
    let cart_id = one_shoe(&shop).await;
    let id = shop.opened(&cart_id).await;
    let renamed = kassa::demo::CATALOGUE.replace(&format!("[products.{SHOE}]"), "[products.SANDAL]");
    shop.import(&renamed).await;
    let refused = shop.buy_at(&id, 94_800).await.unwrap_err();
    assert!(matches!(refused, PurchaseRefusal::Denied { .. }), "{refused}");
    let path = format!("/ingress/commerce/carts/{cart_id}/payment/demo");
    let refused = shop.post(&path, json!({})).await;
    assert_eq!(refused.failure().0, 409);
}
