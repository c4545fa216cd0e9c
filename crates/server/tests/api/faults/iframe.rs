//! Faults 22 and 23: what a shopper changes inside the iframe.

use crate::answer::is_syncing;
use crate::shop::Shop;
use kustom_api::{CheckoutOrder, KustomOrderId};
use kustom_emulator::PurchaseRefusal;
use serde_json::json;

fn at_kustom(shop: &Shop, id: &KustomOrderId) -> CheckoutOrder {
    shop.emulator
        .inspect(|kustom| kustom.order(id).unwrap().checkout.clone())
}

/// Changing the country in the iframe is not built. Once it is, this fails, and a test takes its place.
#[tokio::test]
async fn fault_22_waits_for_the_iframes_country_change() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let urls = at_kustom(&shop, &id).merchant_urls.unwrap();
    assert_eq!(
        (urls.country_change, urls.address_update),
        (None, None),
        "Kustom asks us about another country: change it in the iframe from SE/SEK to NO/NOK to DE/EUR, and assert that no \
         order mixes two of them and that every order left behind is aborted"
    );
}

/// What is built: the cart's address decides the country.
#[tokio::test]
async fn fault_22_the_tax_of_another_country() {
    let shop = Shop::open().await;
    let cart_id = shop.new_cart("de-webshop").await;
    for product in ["SH006-WHT-09", "BOOK-001"] {
        let item = json!({ "productNumber": product, "quantity": 1 });
        shop.mutate(&cart_id, "add-item", item).await;
    }
    let id = shop.opened(&cart_id).await;
    let german = at_kustom(&shop, &id);
    let vienna = json!({ "address": { "city": "Wien", "countryCode": "AT" } });
    let moved = shop.mutate(&cart_id, "address", vienna).await;
    assert!(is_syncing(&moved));
    // Until Kustom has heard it, nobody pays German tax for a delivery to Vienna.
    let refused = shop.buy_at(&id, german.order_amount.unwrap()).await.unwrap_err();
    assert!(matches!(refused, PurchaseRefusal::Denied { .. }), "{refused}");
    shop.settle().await;

    let austrian = at_kustom(&shop, &id);
    // Two products and the delivery.
    let rates = |order: &CheckoutOrder| -> Vec<i64> {
        let lines = order.order_lines.as_ref().unwrap();
        lines.iter().map(|line| line.tax_rate).collect()
    };
    assert_eq!(
        (rates(&german), rates(&austrian)),
        (vec![1900, 700, 1900], vec![2000, 1000, 2000])
    );
    assert_eq!(austrian.purchase_country.as_deref(), Some("AT"));
    assert_eq!(austrian.purchase_currency, german.purchase_currency);
    shop.pay_with(&id, json!({ "address": { "country": "AT" } }))
        .await;
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
    let order = shop.order(&cart_id).await.unwrap();
    let sold: Vec<u16> = order
        .priced
        .lines
        .iter()
        .map(|line| line.tax_rate.basis_points())
        .collect();
    assert_eq!(sold, [2000, 1000]);
}

/// Shipping options in the iframe are not built. Once they are, this fails, and a test takes its place.
#[tokio::test]
async fn fault_23_waits_for_shipping_options() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let order = at_kustom(&shop, &id);
    let urls = order.merchant_urls.unwrap();
    assert_eq!(
        (order.shipping_options, urls.shipping_option_update),
        (None, None),
        "Kustom shows shipping options: choose one, let the cart shrink below its threshold, and assert that the purchase \
         is denied or priced anew, that a cart without a choice is not sold, and that the choice is in the order"
    );
}

/// What is built: the cart chooses the method, and its price is a line like any other.
#[tokio::test]
async fn fault_23_shipping_that_is_no_longer_free_is_given_away() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let free = shop.cart(&cart_id).await;
    assert_eq!(
        (&free["shippingTotal"], &free["orderTotal"]),
        (&json!(0), &json!(1798))
    );
    let old_amount = shop.order_amount(&id);
    shop.set_first_quantity(&cart_id, 1).await;
    let refused = shop.buy_at(&id, old_amount).await.unwrap_err();
    assert!(matches!(refused, PurchaseRefusal::Denied { .. }), "{refused}");
    shop.settle().await;
    let charged = shop.cart(&cart_id).await;
    assert_eq!(
        (&charged["shippingTotal"], &charged["orderTotal"]),
        (&json!(49), &json!(948))
    );
    shop.buy_at(&id, 94_800).await.unwrap();
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
    let shipping = shop.order(&cart_id).await.unwrap().priced.shipping.unwrap();
    assert_eq!(shipping.price.amount_minor(), 4900);
}
