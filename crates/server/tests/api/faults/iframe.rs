//! Faults 22 and 23: what a shopper changes inside the iframe.

use crate::answer::is_syncing;
use crate::shop::Shop;
use crate::validation::question;
use kustom_api::{CheckoutOrder, KustomOrderId};
use kustom_emulator::PurchaseRefusal;
use serde_json::json;

fn at_kustom(shop: &Shop, id: &KustomOrderId) -> CheckoutOrder {
    shop.emulator
        .inspect(|kustom| kustom.order(id).unwrap().checkout.clone())
}

fn contents(order: &CheckoutOrder) -> (Option<&str>, Vec<i64>, i64) {
    let rates = order.order_lines.iter().flatten().map(|line| line.tax_rate);
    (
        order.purchase_country.as_deref(),
        rates.collect(),
        order.order_amount.unwrap(),
    )
}

/// Kustom asks us about another country before it takes it, and sells nothing of the old one after.
#[tokio::test]
async fn fault_22_another_country_in_the_iframe() {
    let shop = Shop::open_with_cart_shipping().await;
    let cart_id = shop.new_cart("de-webshop").await;
    let item = json!({ "productNumber": "SH006-WHT-09", "quantity": 1 });
    shop.mutate(&cart_id, "add-item", item).await;
    let id = shop.opened(&cart_id).await;
    assert_eq!(
        contents(&at_kustom(&shop, &id)),
        (Some("DE"), vec![1900, 1900], 8980)
    );

    let address = json!({ "country": "AT", "city": "Wien" });
    let moved = shop.control(&format!("orders/{id}/address"), address).await;
    assert_eq!(moved.status, 200, "{}", moved.text);
    // The lines are Austria's at once; that the order is sold to Austria, a sync tells, and until then nobody pays.
    assert_eq!(
        contents(&at_kustom(&shop, &id)),
        (Some("DE"), vec![2000, 2000], 8980)
    );
    let cart = shop.cart(&cart_id).await;
    assert!(is_syncing(&cart), "the page suspends its iframe");
    let refused = shop.control(&format!("orders/{id}/pay"), json!({})).await;
    assert_eq!(refused.control_code(), "PURCHASE_DENIED");
    shop.settle().await;
    assert_eq!(
        contents(&at_kustom(&shop, &id)),
        (Some("AT"), vec![2000, 2000], 8980)
    );
    assert!(!is_syncing(&shop.cart(&cart_id).await));

    shop.pay_with(&id, json!({})).await;
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
    let order = shop.order(&cart_id).await.unwrap();
    assert_eq!(order.priced.lines[0].tax_rate.basis_points(), 2000);
    assert_eq!(shop.cart(&cart_id).await["address"]["countryCode"], "AT");
}

/// A market is one currency and some countries. What lies outside is not sold, whatever the iframe offers.
#[tokio::test]
async fn fault_22_a_country_of_another_market_in_the_iframe() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let offered = at_kustom(&shop, &id);
    assert_eq!(
        offered.billing_countries,
        Some(vec!["SE".to_owned()]),
        "the form offers no other"
    );
    // A form that was tampered with.
    shop.change_at_kustom(&id, json!({ "billing_countries": ["SE", "NO"] }))
        .await;
    let moved = shop
        .control(&format!("orders/{id}/address"), json!({ "country": "NO" }))
        .await;
    assert_eq!(moved.control_code(), "PURCHASE_DENIED");
    assert_eq!(contents(&at_kustom(&shop, &id)), contents(&offered));
    assert!(!is_syncing(&shop.cart(&cart_id).await));
}

/// The storefront's address decides the country as well.
#[tokio::test]
async fn fault_22_the_tax_of_another_country() {
    let shop = Shop::open_with_cart_shipping().await;
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

/// Post costs 49 kr below 1000 kr, express 99 kr always.
#[tokio::test]
async fn fault_23_the_way_to_ship_that_was_chosen_is_in_the_order() {
    let shop = Shop::open_with_iframe_shipping().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let offered = at_kustom(&shop, &id);
    assert_eq!(
        contents(&offered),
        (Some("SE"), vec![2500], 179_800),
        "the goods alone"
    );
    let options: Vec<_> = offered.shipping_options.iter().flatten().collect();
    let prices: Vec<_> = options
        .iter()
        .map(|option| (option.id.as_str(), option.price))
        .collect();
    assert_eq!(prices, [("standard", 0), ("express", 9900)]);

    let chosen = shop
        .control(
            &format!("orders/{id}/shipping-option"),
            json!({ "id": "express" }),
        )
        .await;
    assert_eq!(chosen.status, 200, "{}", chosen.text);
    let cart = shop.cart(&cart_id).await;
    assert_eq!(
        (&cart["shippingTotal"], &cart["orderTotal"]),
        (&json!(99), &json!(1897))
    );
    assert!(!is_syncing(&cart), "a choice disturbs nobody");
    assert_eq!(shop.order_amount(&id), 189_700);

    // An edit keeps the choice, and its price, and Kustom hears of the goods alone.
    shop.set_first_quantity(&cart_id, 1).await;
    shop.settle().await;
    let cart = shop.cart(&cart_id).await;
    assert!(!is_syncing(&cart));
    assert_eq!(
        (&cart["shippingTotal"], &cart["orderTotal"]),
        (&json!(99), &json!(998))
    );
    assert_eq!(shop.order_amount(&id), 99_800);

    shop.buy_at(&id, 99_800).await.unwrap();
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
    let shipping = shop.order(&cart_id).await.unwrap().priced.shipping.unwrap();
    assert_eq!(
        (shipping.method_key.as_str(), shipping.total().amount_minor()),
        ("express", 9900)
    );
    let bought = shop.cart(&cart_id).await;
    assert_eq!(
        (&bought["shippingTotal"], &bought["orderTotal"]),
        (&json!(99), &json!(998))
    );
}

/// Free shipping that the cart no longer qualifies for is not given away, and not sold at a price that nobody saw.
#[tokio::test]
async fn fault_23_a_choice_that_was_made_for_a_larger_cart() {
    let shop = Shop::open_with_iframe_shipping().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.control(
        &format!("orders/{id}/shipping-option"),
        json!({ "id": "standard" }),
    )
    .await;
    let seen = shop.order_amount(&id);
    assert_eq!(seen, 179_800);
    shop.set_first_quantity(&cart_id, 1).await;
    // Kustom asks about the address, and is told the new price with it: the shopper has to see that first.
    let refused = shop.buy_at(&id, seen).await.unwrap_err();
    assert!(
        matches!(refused, PurchaseRefusal::AmountChanged { .. }),
        "{refused}"
    );
    shop.settle().await;
    assert_eq!(shop.order_amount(&id), 89_900 + 4900);
    let refused = shop.buy_at(&id, seen).await.unwrap_err();
    assert!(
        matches!(refused, PurchaseRefusal::AmountChanged { .. }),
        "{refused}"
    );
    shop.buy_at(&id, 94_800).await.unwrap();
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
}

/// Kustom may sell without asking us about the choice, or keep to itself what it costs.
#[tokio::test]
async fn fault_23_a_cart_without_a_choice_is_not_sold() {
    let shop = Shop::open_with_iframe_shipping().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let (path, order) = question(&shop, &id);
    let validated = shop.post(&path, order).await;
    assert_eq!(validated.status, 400);
    assert!(validated.text.contains("approval_failed"), "{}", validated.text);
}

/// Where the cart chooses the method, its price is a line like any other.
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
