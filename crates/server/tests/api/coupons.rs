//! Coupons and promotions: what the shopper sees, what Kustom is told, and how often a coupon is redeemed.

use crate::answer::is_syncing;
use crate::shop::Shop;
use futures_util::future::join_all;
use jiff::SignedDuration;
use kassa_commerce::money::{Currency, Money, Share};
use kassa_commerce::promotion::{Benefit, CouponCode, Promotion, Selection, Target};
use kassa_commerce::review::ReviewReason;
use kustom_emulator::PurchaseRefusal;
use serde_json::{Value, json};

pub(crate) fn automatic(key: &str, target: Target, benefit: Benefit) -> Promotion {
    Promotion {
        key: key.to_owned(),
        description: format!("The promotion {key}"),
        code: None,
        profiles: Default::default(),
        valid_from: None,
        valid_until: None,
        usage_limit: None,
        limit_per_cart: None,
        group: None,
        exclusive: false,
        minimum: Vec::new(),
        target,
        benefit,
        message: Default::default(),
    }
}

fn coupon(code: &str, benefit: Benefit) -> Promotion {
    Promotion {
        description: format!("The coupon {code}"),
        code: Some(CouponCode::parse(code).unwrap()),
        ..automatic(
            &code.to_lowercase(),
            Target::Products(Selection::default()),
            benefit,
        )
    }
}

fn tenth() -> Benefit {
    Benefit::Percentage(Share::from_basis_points(1000).unwrap())
}

async fn shop_with(promotions: Vec<Promotion>) -> Shop {
    let mut shop = Shop::open().await;
    shop.edit_shop(|edit| edit.promotions = promotions).await;
    shop
}

/// With one coupon of which there are so many.
async fn limited_to(limit: u32) -> Shop {
    shop_with(vec![Promotion {
        usage_limit: Some(limit),
        ..coupon("FEW", tenth())
    }])
    .await
}

async fn enter(shop: &Shop, cart_id: &str, code: &str) -> Value {
    shop.mutate(cart_id, "add-coupon", json!({ "couponCode": code }))
        .await
}

async fn refusal(shop: &Shop, cart_id: &str, code: &str) -> (u16, String) {
    let path = format!("/ingress/commerce/carts/{cart_id}/add-coupon");
    shop.post(&path, json!({ "couponCode": code })).await.failure()
}

async fn bought(shop: &Shop, cart_id: &str) {
    let id = shop.opened(cart_id).await;
    shop.pay(&id).await;
    shop.confirm(cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(cart_id, &id).await;
}

#[tokio::test]
async fn a_coupon_is_seen_synced_and_bought() {
    let shop = shop_with(vec![coupon("SUMMER2026", tenth())]).await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let cart = enter(&shop, &cart_id, " summer2026 ").await;
    assert!(is_syncing(&cart), "Kustom has to hear of it");
    assert_eq!(
        (&cart["coupons"], &cart["invalidCoupons"]),
        (&json!(["SUMMER2026"]), &json!([]))
    );
    let item = &cart["items"][0];
    assert_eq!(
        (&item["discount"], &item["total"], &item["tax"]),
        (&json!(179.8), &json!(1618.2), &json!(323.64))
    );
    let entry = json!({ "description": "The coupon SUMMER2026", "calculatedTotal": 179.8 });
    assert_eq!(cart["promotions"], json!([entry]));
    shop.settle().await;
    let order = shop
        .emulator
        .inspect(|kustom| kustom.order(&id).unwrap().checkout.clone());
    let line = &order.order_lines.unwrap()[0];
    assert_eq!(
        (line.total_amount, line.total_discount_amount),
        (161_820, Some(17_980))
    );
    shop.pay(&id).await;
    shop.confirm(&cart_id).await.ok();
    let completed = shop.cart(&cart_id).await;
    assert_eq!(
        (&completed["coupons"], &completed["orderTotal"]),
        (&json!(["SUMMER2026"]), &json!(1618.2))
    );
    let path = format!("/ingress/commerce/carts/{cart_id}/remove-coupon");
    let removed = shop.post(&path, json!({ "couponCode": "SUMMER2026" })).await;
    assert_eq!(removed.failure(), (409, "CART_NOT_OPEN".to_owned()));
}

#[tokio::test]
async fn a_coupon_is_removed_and_the_price_is_what_it_was() {
    let shop = shop_with(vec![coupon("SUMMER2026", tenth())]).await;
    let cart_id = shop.cart_with_shoes().await;
    let before = shop.cart(&cart_id).await;
    enter(&shop, &cart_id, "SUMMER2026").await;
    let removed = shop
        .mutate(&cart_id, "remove-coupon", json!({ "couponCode": "summer2026" }))
        .await;
    assert_eq!(removed, before);
    let again = shop
        .mutate(&cart_id, "remove-coupon", json!({ "couponCode": "summer2026" }))
        .await;
    assert_eq!(again, before, "what is not there is removed as well");
}

#[tokio::test]
async fn codes_that_are_no_good_are_refused_by_their_names() {
    let shop = shop_with(vec![
        Promotion {
            valid_until: Some("2026-01-01T00:00:00Z".parse().unwrap()),
            ..coupon("OLD", tenth())
        },
        Promotion {
            valid_from: Some("2100-01-01T00:00:00Z".parse().unwrap()),
            ..coupon("SOON", tenth())
        },
        coupon(
            "EURO",
            Benefit::Fixed(vec![Money::new(500, Currency::from_code("EUR").unwrap())]),
        ),
    ])
    .await;
    let cart_id = shop.cart_with_shoes().await;
    let before = shop.cart(&cart_id).await;
    let long = "x".repeat(5000);
    for (code, expected) in [
        ("NOBODY", "COUPON_NOT_FOUND"),
        ("OLD", "INVALID_COUPON"),
        ("SOON", "INVALID_COUPON"),
        ("EURO", "INVALID_COUPON"),
        ("", "INVALID_COUPON"),
        ("A B", "INVALID_COUPON"),
        (&long, "INVALID_COUPON"),
    ] {
        assert_eq!(
            refusal(&shop, &cart_id, code).await,
            (400, expected.to_owned()),
            "{code:.20}"
        );
    }
    assert_eq!(shop.cart(&cart_id).await, before);
}

#[tokio::test]
async fn what_is_missing_to_free_shipping_is_told_in_the_carts_language() {
    let shop = Shop::open().await;
    let cart_id = shop.new_cart("se-webshop").await;
    let item = json!({ "productNumber": "SH006-WHT-09", "quantity": 1 });
    let cart = shop.mutate(&cart_id, "add-item", item).await;
    let entry = json!({
        "description": "Standard delivery", "calculatedTotal": 0, "messageType": "progress",
        "messageRendered": "101 kr kvar till fri frakt", "messageTemplate": "{remaining} kvar till fri frakt",
    });
    assert_eq!(cart["promotions"], json!([entry]));
    assert_eq!(
        shop.set_first_quantity(&cart_id, 2).await["promotions"],
        json!([])
    );
}

/// Fifty carts want three redemptions, all at once. Whoever is let through has one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_more_are_redeemed_than_there_are_however_many_pay_at_once() {
    let shop = limited_to(3).await;
    let carts = join_all((0..12).map(|_| async {
        let cart_id = shop.cart_with_shoes().await;
        enter(&shop, &cart_id, "FEW").await;
        let id = shop.opened(&cart_id).await;
        (cart_id, id)
    }))
    .await;
    let results = join_all(carts.iter().map(|(_, id)| shop.buy_at(id, 161_820))).await;
    let denied = |result: &&Result<_, PurchaseRefusal>| matches!(result, Err(PurchaseRefusal::Denied { .. }));
    assert_eq!(
        results.iter().filter(|result| result.is_ok()).count(),
        3,
        "{results:?}"
    );
    assert_eq!(results.iter().filter(denied).count(), 9);
    // Who was told no sees the price without it, and may buy at that.
    shop.settle().await;
    for ((cart_id, id), result) in carts.iter().zip(&results) {
        if result.is_err() {
            let cart = shop.cart(cart_id).await;
            assert_eq!(
                (&cart["invalidCoupons"], &cart["orderTotal"]),
                (&json!(["FEW"]), &json!(1798))
            );
            shop.buy_at(id, 179_800).await.unwrap();
        }
        shop.confirm(cart_id).await.ok();
    }
    shop.settle().await;
    for (cart_id, id) in &carts {
        shop.assert_one_order(cart_id, id).await;
    }
    assert_eq!(shop.review_reasons().await, []);
}

#[tokio::test]
async fn a_redemption_whose_payment_comes_to_nothing_comes_back() {
    let shop = limited_to(1).await;
    let [first, second] = [shop.cart_with_shoes().await, shop.cart_with_shoes().await];
    enter(&shop, &first, "FEW").await;
    let id = shop.opened(&first).await;
    shop.pay_with(&id, json!({ "outcome": "rejected" })).await;
    // The payment of the first may still come about for a while.
    assert_eq!(
        refusal(&shop, &second, "FEW").await,
        (400, "INVALID_COUPON".to_owned())
    );
    shop.advance(SignedDuration::from_mins(15));
    enter(&shop, &second, "FEW").await;
    bought(&shop, &second).await;
    let cart = shop.cart(&first).await;
    assert_eq!(
        (&cart["coupons"], &cart["invalidCoupons"]),
        (&json!([]), &json!(["FEW"]))
    );
    assert_eq!(
        refusal(&shop, &shop.cart_with_shoes().await, "FEW").await.0,
        400,
        "it is used up for good"
    );
}

/// A purchase that was let through and paid long after is honoured, and somebody hears of it.
#[tokio::test]
async fn a_paid_purchase_is_honoured_although_others_have_used_all_there_was() {
    let shop = limited_to(1).await;
    let [slow, quick] = [shop.cart_with_shoes().await, shop.cart_with_shoes().await];
    enter(&shop, &slow, "FEW").await;
    let id = shop.opened(&slow).await;
    shop.pay(&id).await;
    // Nobody hears of the purchase for a quarter of an hour.
    shop.advance(SignedDuration::from_mins(16));
    enter(&shop, &quick, "FEW").await;
    let quick_id = shop.opened(&quick).await;
    shop.pay(&quick_id).await;
    shop.confirm(&quick).await.ok();
    shop.confirm(&slow).await.ok();
    shop.settle().await;
    shop.assert_one_order(&slow, &id).await;
    assert_eq!(shop.cart(&slow).await["orderTotal"], json!(1618.2));
    assert_eq!(shop.review_reasons().await, [ReviewReason::SoldTooMany]);
}
