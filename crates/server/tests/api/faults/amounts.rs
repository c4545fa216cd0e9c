//! Faults 16 and 17: every öre, on the page, at Kustom and in the order.

use crate::answer::is_syncing;
use crate::coupons::automatic;
use crate::shop::Shop;
use futures_util::future::join_all;
use kassa_commerce::catalogue::ShippingMode;
use kassa_commerce::money::{Currency, Money, Share};
use kassa_commerce::promotion::{Benefit, Promotion, Selection, Target};
use kustom_api::{KustomOrderId, OrderLine};
use serde_json::{Value, json};

const PRODUCTS: [&str; 5] = ["SH005-BLK-10", "SH006-WHT-09", "BOOK-001", "FOOD-001", "GIFT-100"];

/// Where a cart is bought: a profile, and the country that the shopper chooses.
const MARKETS: [(&str, &str); 5] = [
    ("se-webshop", "SE"),
    ("no-webshop", "NO"),
    ("de-webshop", "DE"),
    ("de-webshop", "AT"),
    ("se-b2b", "SE"),
];

const LINES: [usize; 6] = [1, 2, 3, 5, 20, 100];

/// Numbers that look random and are the same in each run. Source: <https://prng.di.unimi.it/splitmix64.c>.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    /// Mostly few, sometimes very many.
    fn quantity(&mut self) -> u64 {
        match self.below(4) {
            0 => 1,
            1 => 1 + self.below(7),
            2 => 1 + self.below(99),
            _ => 1 + self.below(9999),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fault_16_one_oere_off() {
    let shop = Shop::open().await;
    sell_generated_carts(&shop, 16).await;
}

/// Prices that no rate divides, and rates with decimals.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fault_16_one_oere_off_with_crooked_prices_and_rates() {
    let shop = Shop::open().await;
    shop.import(&crooked_catalogue()).await;
    sell_generated_carts(&shop, 61).await;
}

fn crooked_catalogue() -> String {
    let mut text = include_str!("../../../demo/catalogue.toml").to_owned();
    for (straight, crooked) in [
        ("\"1299.00\"", "\"0.01\""),
        ("\"899.00\"", "\"33.33\""),
        ("\"249.00\"", "\"0.99\""),
        ("\"84.90\"", "\"66.67\""),
        ("\"1039.20\"", "\"0.07\""),
        ("\"719.20\"", "\"33.33\""),
        ("\"234.91\"", "\"99.97\""),
        ("\"39.20\"", "\"39.21\""),
        ("\"25\"", "\"25.5\""),
        ("\"12\"", "\"13.5\""),
        ("\"6\"", "\"5.5\""),
        ("\"19\"", "\"8.1\""),
    ] {
        assert!(text.contains(straight), "{straight}");
        text = text.replace(straight, crooked);
    }
    text
}

async fn sell_generated_carts(shop: &Shop, seed: u64) {
    let mut dice = Dice(seed);
    let mut carts = Vec::new();
    for market in MARKETS {
        for lines in LINES {
            carts.push(put_together(shop, market, lines, Dice(dice.below(u64::MAX))));
        }
    }
    let carts = join_all(carts).await;
    let opened = join_all(carts.iter().map(|cart_id| check_opened(shop, cart_id))).await;
    // Everything is another cart by the time it is bought, so each has been created and updated at Kustom.
    for cart_id in &carts {
        change(shop, cart_id, &mut dice).await;
    }
    shop.settle().await;
    join_all(
        carts
            .iter()
            .zip(&opened)
            .map(|(cart_id, id)| check_bought(shop, cart_id, id)),
    )
    .await;
    shop.settle().await;
    for (cart_id, id) in carts.iter().zip(&opened) {
        shop.assert_one_order(cart_id, id).await;
    }
    assert_eq!(shop.review_reasons().await, []);
}

/// A cart of so many lines, as far as they fit under the limits of what may be sold.
async fn put_together(shop: &Shop, (profile, country): (&str, &str), lines: usize, mut dice: Dice) -> String {
    let cart_id = shop.new_cart(profile).await;
    shop.mutate(
        &cart_id,
        "address",
        json!({ "address": { "countryCode": country } }),
    )
    .await;
    for line in 0..lines {
        let product = PRODUCTS[usize::try_from(dice.below(5)).unwrap()];
        let item = json!({ "productNumber": product, "quantity": dice.quantity() });
        let path = format!("/ingress/commerce/carts/{cart_id}/add-item");
        let added = shop.post(&path, item).await;
        if added.status != 200 {
            assert_eq!(added.failure(), (400, "CART_TOTAL_TOO_LARGE".to_owned()));
            let fits = json!({ "productNumber": product, "quantity": 1 + line % 3 });
            shop.post(&path, fits).await;
        }
    }
    if shop.cart(&cart_id).await["items"] == json!([]) {
        let one = json!({ "productNumber": "BOOK-001", "quantity": 1 });
        shop.mutate(&cart_id, "add-item", one).await;
    }
    cart_id
}

async fn change(shop: &Shop, cart_id: &str, dice: &mut Dice) {
    let cart = shop.cart(cart_id).await;
    let items = cart["items"].as_array().unwrap();
    let item = &items[usize::try_from(dice.below(items.len() as u64)).unwrap()];
    let quantity = item["quantity"].as_u64().unwrap();
    let other = if quantity > 1 { quantity - 1 } else { 2 };
    let body = json!({ "cartItemId": item["cartItemId"], "quantity": other });
    let path = format!("/ingress/commerce/carts/{cart_id}/set-quantity");
    let changed = shop.post(&path, body).await;
    if changed.status != 200 {
        assert_eq!(changed.failure(), (400, "CART_TOTAL_TOO_LARGE".to_owned()));
    }
}

/// The strict emulator has accepted the cart, and says what the cart says.
async fn check_opened(shop: &Shop, cart_id: &str) -> KustomOrderId {
    let id = shop.opened(cart_id).await;
    check_sums(shop, cart_id, &id).await;
    id
}

async fn check_bought(shop: &Shop, cart_id: &str, id: &KustomOrderId) {
    let cart = shop.cart(cart_id).await;
    assert!(!is_syncing(&cart), "Kustom has refused {cart}");
    check_sums(shop, cart_id, id).await;
    let shown = shown_amount(&cart);
    shop.buy_at(id, shown).await.unwrap();
    shop.confirm(cart_id).await.ok();
    let order = shop.order(cart_id).await.unwrap();
    assert_eq!(order.priced.amount_to_pay().unwrap().amount_minor(), shown);
    assert_eq!(shown_amount(&shop.cart(cart_id).await), shown);
    let managed = shop
        .emulator
        .inspect(|kustom| kustom.order(id).unwrap().managed.clone().unwrap());
    assert_eq!(managed.order_amount, shown);
    assert_eq!(sum(&managed.order_lines, |line| line.total_amount), shown);
}

async fn check_sums(shop: &Shop, cart_id: &str, id: &KustomOrderId) {
    let cart = shop.cart(cart_id).await;
    let checkout = shop
        .emulator
        .inspect(|kustom| kustom.order(id).unwrap().checkout.clone());
    let lines = checkout.order_lines.unwrap();
    // Until the shopper has chosen, Kustom holds the goods alone.
    let is_chosen = checkout.selected_shipping_option.is_some();
    let is_open = checkout
        .shipping_options
        .is_some_and(|options| !options.is_empty())
        && !is_chosen;
    let shipping_tax = if is_open { minor(&cart["shippingTax"]) } else { 0 };
    let shipping = match (is_open, cart["taxIncluded"] == true) {
        (false, _) => 0,
        (true, true) => minor(&cart["shippingTotal"]),
        (true, false) => minor(&cart["shippingTotal"]) + shipping_tax,
    };
    let amounts = (
        shown_amount(&cart) - shipping,
        minor(&cart["orderTaxTotal"]) - shipping_tax,
    );
    let held = (checkout.order_amount.unwrap(), checkout.order_tax_amount.unwrap());
    assert_eq!(held, amounts, "{cart}");
    let sums = (
        sum(&lines, |line| line.total_amount),
        sum(&lines, |line| line.total_tax_amount),
    );
    assert_eq!(sums, amounts, "{cart}");
    // Everything on the receipt is something that was bought: no surcharge and no rounding line.
    let pieces: u64 = cart["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["quantity"].as_u64().unwrap())
        .sum();
    let is_goods = |line: &&OrderLine| PRODUCTS.contains(&line.reference.as_deref().unwrap());
    let goods: Vec<OrderLine> = lines.iter().filter(is_goods).cloned().collect();
    assert_eq!(sum(&goods, |line| line.quantity), i64::try_from(pieces).unwrap());
    let others: Vec<&OrderLine> = lines.iter().filter(|line| !is_goods(line)).collect();
    assert!(others.len() <= 1, "{others:?}");
    let is_reduced = cart["promotions"]
        .as_array()
        .unwrap()
        .iter()
        .any(|promotion| minor(&promotion["calculatedTotal"]) > 0);
    let discount = sum(&lines, |line| line.total_discount_amount.unwrap_or(0));
    assert!(discount == 0 || is_reduced, "a discount that nobody gave");
}

fn sum(lines: &[OrderLine], of: impl Fn(&OrderLine) -> i64) -> i64 {
    lines.iter().map(of).sum()
}

/// What the page shows as the amount to pay: tax comes on top where prices are without it.
fn shown_amount(cart: &Value) -> i64 {
    let total = minor(&cart["orderTotal"]);
    match cart["taxIncluded"].as_bool().unwrap() {
        true => total,
        false => total + minor(&cart["orderTaxTotal"]),
    }
}

/// Every currency here has two decimals.
fn minor(amount: &Value) -> i64 {
    let text = amount.to_string();
    let (whole, cents) = text.split_once('.').unwrap_or((&text, ""));
    format!("{whole}{cents:0<2}").parse().unwrap()
}

/// Every kind of discount at once, over carts of every market with several rates in them.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fault_17_a_discount_over_several_rates() {
    let mut shop = Shop::open().await;
    shop.import(&crooked_catalogue()).await;
    shop.edit_shop(|edit| edit.promotions = discounts()).await;
    sell_generated_carts(&shop, 17).await;
}

/// The same where shipping is chosen in Kustom's checkout.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fault_17_a_discount_and_a_choice_of_shipping() {
    let mut shop = Shop::open().await;
    shop.edit_shop(|edit| {
        edit.promotions = discounts();
        let profiles = edit.profiles.iter_mut();
        profiles.for_each(|profile| profile.shipping_mode = ShippingMode::Iframe);
    })
    .await;
    sell_generated_carts(&shop, 71).await;
}

fn discounts() -> Vec<Promotion> {
    let share = |points| Share::from_basis_points(points).unwrap();
    let in_every_currency = |minor| {
        ["SEK", "NOK", "EUR"]
            .map(|code| Money::new(minor, Currency::from_code(code).unwrap()))
            .to_vec()
    };
    let books = Selection {
        products: ["BOOK-001".to_owned()].into(),
        ..Selection::default()
    };
    let everything = || Target::Products(Selection::default());
    let third_free = Benefit::BuyGet {
        buy: 2,
        get: 1,
        off: Share::ALL,
    };
    vec![
        automatic("percent", everything(), Benefit::Percentage(share(725))),
        automatic("amount", everything(), Benefit::Fixed(in_every_currency(333))),
        automatic("books", Target::Products(books), Benefit::Percentage(share(3333))),
        automatic("third", everything(), third_free),
        automatic(
            "shipping",
            Target::Shipping(Default::default()),
            Benefit::Percentage(share(5000)),
        ),
    ]
}
