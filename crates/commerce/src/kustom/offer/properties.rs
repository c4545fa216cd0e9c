//! What holds for every cart, whatever is in it, whatever it costs and whatever is taken off.

use super::*;
use crate::cart::Cart;
use crate::catalogue::{Catalogue, ShippingMode, Shop};
use crate::fixture::{cart_with, country, currency, kustom_id, now, rate, shipping_method};
use crate::id::CartItemId;
use crate::money::{Currency, Money, Share};
use crate::order::Order;
use crate::pricing::PricedLine;
use crate::promotion::tests::promotion;
use crate::promotion::{Benefit, Promotion, Selection, Target};
use crate::snapshot::Snapshot;
use proptest::prelude::*;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What all lines may cost without tax, so that they stay within the limits with a rate of 100 % on top.
const LARGEST_LINE_MINOR: i64 = 50_000_000;
const LARGEST_TOTAL_MINOR: i64 = 99_000_000;

/// A line before it is priced: unit price, quantity, rate.
type Goods = (i64, u32, u16);

fn goods() -> impl Strategy<Value = Goods> {
    let rates = prop_oneof![
        prop::sample::select(vec![0_u16, 600, 700, 1200, 1900, 2500]),
        0_u16..=10_000
    ];
    let prices = prop_oneof![0_i64..=1000, 0_i64..=100_000, 0_i64..=50_000_000];
    let quantities = prop_oneof![1_u32..=10, 1_u32..=9999];
    (prices, quantities, rates)
}

/// A cart, and the shop that it is in.
#[derive(Clone, Debug)]
struct Input {
    cart: Cart,
    shipping: Option<(i64, u16)>,
    mode: ShippingMode,
    promotions: Vec<Promotion>,
}

fn any_cart() -> impl Strategy<Value = Input> {
    let items = prop_oneof![
        8 => prop::collection::vec(goods(), 1..=30),
        1 => prop::collection::vec(goods(), 100..=500),
    ];
    let shipping = prop::option::of((0_i64..=50_000, 0_u16..=10_000));
    let codes = prop::sample::select(vec!["SEK", "EUR", "JPY", "KWD"]);
    let modes = prop::sample::select(vec![ShippingMode::Cart, ShippingMode::Iframe]);
    (items, shipping, any::<bool>(), codes, modes).prop_flat_map(
        |(items, shipping, tax_included, code, mode)| {
            let cart = cart_of(&items, tax_included, currency(code));
            prop::collection::vec(any_promotion(currency(code)), 0..=5).prop_map(move |mut promotions| {
                for (number, promotion) in promotions.iter_mut().enumerate() {
                    promotion.key = format!("P{number}");
                }
                Input {
                    cart: cart.clone(),
                    shipping,
                    mode,
                    promotions,
                }
            })
        },
    )
}

/// Every kind of discount, of some products, of all, or of shipping.
fn any_promotion(currency: Currency) -> impl Strategy<Value = Promotion> {
    let share = (0_u16..=10_000).prop_map(|points| Share::from_basis_points(points).unwrap());
    let amount = prop_oneof![0_i64..=100, 0_i64..=200_000_000];
    let benefit = prop_oneof![
        share.clone().prop_map(Benefit::Percentage),
        amount.prop_map(move |minor| Benefit::Fixed(vec![Money::new(minor, currency)])),
        (1_u32..=5, 1_u32..=3, share).prop_map(|(buy, get, off)| Benefit::BuyGet { buy, get, off }),
    ];
    let some = Selection {
        products: (0..=15).map(|number| format!("GONE-{}", number * 2)).collect(),
        ..Selection::default()
    };
    let target = prop_oneof![
        Just(Target::Products(Selection::default())),
        Just(Target::Products(some)),
        Just(Target::Shipping(BTreeSet::new())),
    ];
    let group = prop::option::of(prop::sample::select(vec!["a".to_owned(), "b".to_owned()]));
    let minimum = prop::option::of(0_i64..=1_000_000);
    let limit = prop::option::of(0_u32..=50);
    (target, benefit, group, any::<bool>(), minimum, limit).prop_map(
        move |(target, benefit, group, exclusive, minimum, limit_per_cart)| Promotion {
            group,
            exclusive,
            limit_per_cart,
            minimum: minimum
                .into_iter()
                .map(|minor| Money::new(minor, currency))
                .collect(),
            ..promotion("P", target, benefit)
        },
    )
}

/// A cart of goods that the catalogue no longer has, so that they cost what the cart remembers.
fn cart_of(items: &[Goods], tax_included: bool, currency: Currency) -> Cart {
    let template = cart_with(&[("SHOE", 1)]);
    let share = LARGEST_TOTAL_MINOR / i64::try_from(items.len()).unwrap();
    let largest_total = share.min(LARGEST_LINE_MINOR);
    let item = |(number, &(minor, quantity, points)): (u128, &Goods)| {
        let minor = minor % (largest_total / i64::from(quantity) + 1);
        let mut item = template.items[0].clone();
        item.id = CartItemId(Uuid::from_u128(number));
        item.product_number = format!("GONE-{number}");
        item.quantity = quantity;
        item.last_known.unit_price = Money::new(minor, currency);
        item.last_known.tax_rate = rate(points);
        item
    };
    Cart {
        items: (1..).zip(items).map(item).collect(),
        profile_key: "bare".into(),
        currency,
        tax_included,
        ..template
    }
}

/// Prices in a shop that has nothing but the shipping and the promotions given.
fn priced_with(input: &Input) -> Priced {
    let cart = &input.cart;
    let mut profile = crate::fixture::profile("bare", cart.currency.code(), cart.tax_included, &["SE"]);
    let post = |&(minor, _): &(i64, u16)| shipping_method("post", Money::new(minor, cart.currency), None);
    profile.shipping_methods = input.shipping.iter().map(post).collect();
    profile.shipping_mode = input.mode;
    profile.shipping_tax_class = "any".into();
    let class = crate::catalogue::TaxClass {
        key: "any".into(),
        default_rate: rate(input.shipping.map_or(0, |(_, points)| points)),
        rates: Default::default(),
    };
    let shop = Shop::new(vec![profile], vec![class], input.promotions.clone()).unwrap();
    let catalogue = Catalogue::new(shop, Vec::new()).unwrap();
    crate::pricing::price(cart, &catalogue, now()).expect("the cart is within the limits")
}

/// What Kustom holds once the shopper has chosen, with what it costs.
fn held(offer: &Offer) -> CheckoutOrder {
    let mut order = offer.to_payload();
    if let Some(option) = offer.shipping_options.first() {
        order.order_amount = order.order_amount.map(|amount| amount + option.price);
        order.order_tax_amount = order.order_tax_amount.map(|amount| amount + option.tax_amount);
        order
            .order_lines
            .get_or_insert_default()
            .push(option.to_fee_line());
        order.selected_shipping_option = Some(option.to_option());
    }
    order
}

fn snapshot_of(cart: &Cart, priced: Priced) -> Snapshot {
    let offer = Offer::new(&priced, &cart.country).unwrap();
    Snapshot {
        cart_id: cart.id,
        revision: 1,
        content_hash: offer.content_hash(),
        offer,
        priced,
        items: cart.items.clone(),
    }
}

fn read_back<T: Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
}

proptest! {
    /// The shopper, Kustom and the order agree to the last minor unit, and Kustom's arithmetic holds.
    #[test]
    fn every_cart_within_the_limits_is_offered_exactly(input in any_cart()) {
        let priced = priced_with(&input);
        let offer = Offer::new(&priced, &country("SE")).unwrap();
        assert_arithmetic(&offer);
        let order = held(&offer);
        prop_assert_eq!(order.order_amount.unwrap(), priced.amount_to_pay().unwrap().amount_minor());
        prop_assert_eq!(order.order_tax_amount.unwrap(), priced.order_tax_total.amount_minor());
        let snapshot = snapshot_of(&input.cart, priced.clone());
        let content = Content::from_order(&order).unwrap();
        prop_assert_eq!(snapshot.bought_as(&content).map(|bought| bought.priced), Some(priced.clone()));
        for line in &offer.lines {
            prop_assert!(line.quantity > 0, "{:?}", line);
            prop_assert!(line.unit_price >= 0 && line.unit_price <= 100_000_000, "{:?}", line);
            prop_assert!(line.total_amount >= 0 && line.total_amount <= 100_000_000, "{:?}", line);
            prop_assert!(line.total_discount_amount >= 0 && line.total_tax_amount >= 0, "{:?}", line);
        }
        for option in &offer.shipping_options {
            prop_assert!(option.price >= 0 && option.tax_amount >= 0, "{:?}", option);
        }
        prop_assert!(offer.lines.len() <= 2 * priced.lines.len() + 1);
    }

    #[test]
    fn split_lines_sell_what_the_cart_holds(input in any_cart()) {
        let priced = priced_with(&input);
        let offer = Offer::new(&priced, &country("SE")).unwrap();
        for line in &priced.lines {
            let sold = || offer.lines.iter().filter(|sold| sold.reference == line.product_number);
            let on_top = if priced.tax_included { 0 } else { line.tax.amount_minor() };
            prop_assert_eq!(sold().map(|sold| sold.quantity).sum::<i64>(), i64::from(line.quantity));
            prop_assert_eq!(
                sold().map(|sold| sold.total_amount).sum::<i64>(),
                line.total.amount_minor() + on_top
            );
            prop_assert_eq!(sold().map(|sold| sold.total_tax_amount).sum::<i64>(), line.tax.amount_minor());
        }
    }

    #[test]
    fn totals_are_the_sums_of_their_parts(input in any_cart()) {
        let priced = priced_with(&input);
        let sum = |pick: fn(&PricedLine) -> Money| {
            Money::sum(priced.currency, priced.lines.iter().map(pick)).unwrap()
        };
        prop_assert_eq!(priced.product_total, sum(|line| line.total));
        prop_assert_eq!(priced.order_total, priced.product_total.plus(priced.shipping_total).unwrap());
        prop_assert_eq!(priced.order_tax_total, sum(|line| line.tax).plus(priced.shipping_tax).unwrap());
        for line in &priced.lines {
            let before = line.unit_price.times(line.quantity).unwrap();
            prop_assert_eq!(before.minus(line.discount).unwrap(), line.total);
            prop_assert!(line.discount.amount_minor() >= 0 && line.total.amount_minor() >= 0, "{:?}", line);
            prop_assert!(line.tax.amount_minor() >= 0 && line.tax.amount_minor() <= line.total.amount_minor(), "{:?}", line);
        }
        prop_assert!(priced.shipping_total.amount_minor() >= 0 && priced.shipping_discount.amount_minor() >= 0);
    }

    /// What promotions say they save is what lines and shipping cost less, to the last minor unit.
    #[test]
    fn discounts_add_up(input in any_cart()) {
        let priced = priced_with(&input);
        let saved = Money::sum(priced.currency, priced.promotions.iter().map(|entry| entry.saved)).unwrap();
        let taken = Money::sum(priced.currency, priced.lines.iter().map(|line| line.discount)).unwrap();
        prop_assert_eq!(taken.plus(priced.shipping_discount).unwrap(), saved);
        let full = priced_with(&Input { promotions: Vec::new(), ..input.clone() });
        prop_assert_eq!(full.order_total.minus(priced.order_total).unwrap(), saved);
        let mut groups = BTreeSet::new();
        for entry in priced.promotions.iter().filter(|entry| entry.saved.amount_minor() > 0) {
            let promotion = input.promotions.iter().find(|promotion| promotion.key == entry.key).unwrap();
            prop_assert!(!promotion.exclusive || priced.promotions.len() == 1);
            prop_assert!(promotion.group.is_none() || groups.insert(promotion.group.clone()), "two of one group");
        }
    }

    #[test]
    fn stored_documents_are_read_back_whole(input in any_cart()) {
        let priced = priced_with(&input);
        let cart = Cart { number: String::new(), ..input.cart };
        prop_assert_eq!(read_back(&cart), cart.clone());
        let snapshot = snapshot_of(&cart, priced);
        prop_assert_eq!(read_back(&snapshot), snapshot.clone());
        prop_assert_eq!(read_back(&snapshot).offer.content_hash(), snapshot.content_hash.clone());
        let order = Order {
            cart_number: "C100042".into(),
            ..order_of(&cart, &snapshot)
        };
        prop_assert_eq!(read_back(&order), order);
    }

    #[test]
    fn an_offer_survives_the_way_to_kustom_and_back(input in any_cart()) {
        let priced = priced_with(&input);
        let offer = Offer::new(&priced, &country("SE")).unwrap();
        let order: CheckoutOrder = read_back(&offer.to_payload());
        prop_assert_eq!(Offer::from_order(&order), Some(offer));
    }
}

fn order_of(cart: &Cart, snapshot: &Snapshot) -> Order {
    let ids = crate::fixture::new_ids();
    Order {
        id: ids.order_id,
        number: String::new(),
        version: 0,
        series: ids.series,
        cart_id: cart.id,
        cart_number: cart.number.clone(),
        kustom_order_id: Some(kustom_id("k1")),
        payment_id: ids.payment_id,
        profile_key: cart.profile_key.clone(),
        channel_key: cart.channel_key.clone(),
        locale: cart.locale.clone(),
        payload_revision: Some(snapshot.revision),
        deliveries: Vec::new(),
        cancelled_at: None,
        priced: snapshot.priced.clone(),
        billing: Some(crate::order::Contact::default()),
        shipping: None,
        organization_registration_id: Some("556000-0000".into()),
        vat_id: None,
        fields: cart.fields.clone(),
        placed_at: now(),
    }
}
