use super::*;
use crate::cart::Cart;
use crate::fixture::{
    answer, cart_with, catalogue_of, country, currency, draft, empty_cart, filled, kustom_id, now, priced,
    rate, shipping_method,
};
use crate::id::CartItemId;
use crate::money::{Currency, Money};
use crate::order::Order;
use crate::pricing::{PricedLine, PricedShipping};
use crate::snapshot::Snapshot;
use kustom_api::CheckoutStatus;
use proptest::prelude::*;
use uuid::Uuid;

fn offer_of(cart: &Cart) -> Offer {
    Offer::new(&priced(cart), &cart.country).unwrap()
}

/// Quantity, unit price, total and tax of each line, as Kustom sees them.
fn check_lines(cart: &Cart, expected: &[(i64, i64, i64, i64)]) {
    let offer = offer_of(cart);
    assert_arithmetic(&offer);
    let lines: Vec<_> = offer
        .lines
        .iter()
        .map(|line| {
            (
                line.quantity,
                line.unit_price,
                line.total_amount,
                line.total_tax_amount,
            )
        })
        .collect();
    assert_eq!(lines, expected);
}

#[test]
fn a_cart_with_tax_included_is_offered_line_by_line() {
    let cart = cart_with(&[("SHOE", 2), ("BOOK", 1)]);
    check_lines(
        &cart,
        &[
            (2, 19_900, 39_800, 7960),
            (1, 4990, 4990, 282),
            (1, 4900, 4900, 980),
        ],
    );
    let offer = offer_of(&cart);
    assert_eq!((offer.order_amount, offer.order_tax_amount), (49_690, 9222));
    assert_eq!(
        (offer.purchase_country.as_str(), offer.purchase_currency.as_str()),
        ("SE", "SEK")
    );
    let kinds: Vec<_> = offer
        .lines
        .iter()
        .map(|line| (line.line_type.as_str(), line.reference.as_str(), line.tax_rate))
        .collect();
    assert_eq!(
        kinds,
        [
            ("physical", "SHOE", 2500),
            ("physical", "BOOK", 600),
            ("shipping_fee", "post", 2500)
        ]
    );
}

#[test]
fn a_total_that_no_unit_price_divides_becomes_two_lines() {
    let b2b = |contents| filled(empty_cart("se-b2b"), contents);
    let shipping = (1, 6125, 6125, 1225);
    // 3 × 33.33 and 25 % on top are 124.99: one piece at 41.67 and two at 41.66.
    check_lines(
        &b2b(&[("SHOE", 3)]),
        &[(1, 4167, 4167, 833), (2, 4166, 8332, 1667), shipping],
    );
    check_lines(&b2b(&[("SHOE", 1)]), &[(1, 4166, 4166, 833), shipping]);
    // 4 × 33.33 and 25 % on top are 166.65: one piece at 41.67 and three at 41.66.
    check_lines(
        &b2b(&[("SHOE", 4)]),
        &[(1, 4167, 4167, 833), (3, 4166, 12_498, 2500), shipping],
    );
}

#[test]
fn an_empty_cart_is_offered_as_nothing() {
    let offer = offer_of(&empty_cart("se-webshop"));
    assert_eq!(
        (offer.lines.len(), offer.order_amount, offer.order_tax_amount),
        (0, 0, 0)
    );
}

#[test]
fn an_offer_is_read_back_from_the_order_that_holds_it() {
    for cart in [
        cart_with(&[("SHOE", 2), ("GIFT", 1)]),
        filled(empty_cart("se-b2b"), &[("SHOE", 3)]),
        empty_cart("de-webshop"),
    ] {
        let offer = offer_of(&cart);
        assert_eq!(Offer::from_order(&offer.to_payload()), Some(offer));
    }
}

#[test]
fn what_kustom_adds_or_spells_otherwise_is_the_same_offer() {
    let draft = draft(&cart_with(&[("SHOE", 1)]));
    let mut order = answer(&draft.snapshot);
    order.status = Some(CheckoutStatus::Incomplete);
    order.purchase_country = Some("se".into());
    order.purchase_currency = Some("sek".into());
    let line = &mut order.order_lines.as_mut().unwrap()[0];
    line.line_type = None;
    line.total_discount_amount = None;
    line.image_url = Some("https://shop.example/shoe.png".into());
    assert_eq!(Offer::from_order(&order), Some(draft.snapshot.offer));
}

#[test]
fn an_order_that_leaves_an_amount_out_is_no_offer() {
    let whole = offer_of(&cart_with(&[("SHOE", 1)])).to_payload();
    let blanks: [fn(&mut CheckoutOrder); 5] = [
        |order| order.purchase_country = None,
        |order| order.purchase_currency = None,
        |order| order.order_amount = None,
        |order| order.order_tax_amount = None,
        |order| order.order_lines = None,
    ];
    for blank in blanks {
        let mut order = whole.clone();
        blank(&mut order);
        assert_eq!(Offer::from_order(&order), None);
    }
}

#[test]
fn the_content_hash_is_stable() {
    let offer = offer_of(&cart_with(&[("SHOE", 2), ("BOOK", 1)]));
    // Stored snapshots are found by it: a new form of hash would turn every open purchase into a review.
    assert_eq!(
        offer.content_hash(),
        "b8198c429135f50504bccdee88517fcb6f2fbc0f8701d2cbbc0d3b54a255e12b"
    );
}

#[test]
fn every_part_of_an_offer_is_part_of_its_hash() {
    let whole = offer_of(&cart_with(&[("SHOE", 2), ("BOOK", 1)]));
    let changes: [fn(&mut Offer); 14] = [
        |offer| offer.purchase_country = "FI".into(),
        |offer| offer.purchase_currency = "EUR".into(),
        |offer| offer.order_amount += 1,
        |offer| offer.order_tax_amount += 1,
        |offer| offer.lines.swap(0, 1),
        |offer| drop(offer.lines.pop()),
        |offer| offer.lines[0].line_type = "digital".into(),
        |offer| offer.lines[0].reference = "OTHER".into(),
        |offer| offer.lines[0].name = "Other".into(),
        |offer| offer.lines[0].quantity += 1,
        |offer| offer.lines[0].unit_price += 1,
        |offer| offer.lines[0].tax_rate += 1,
        |offer| offer.lines[0].total_discount_amount += 1,
        |offer| offer.lines[0].total_tax_amount += 1,
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut other = whole.clone();
        change(&mut other);
        assert_ne!(other.content_hash(), whole.content_hash(), "change {number}");
    }
}

#[test]
fn the_sync_hash_names_content_order_and_revision() {
    let offer = offer_of(&cart_with(&[("SHOE", 1)]));
    let other = offer_of(&cart_with(&[("SHOE", 2)]));
    let hash = offer.sync_hash(&kustom_id("k1"), 1);
    assert_eq!(hash, offer.clone().sync_hash(&kustom_id("k1"), 1));
    for different in [
        offer.sync_hash(&kustom_id("k1"), 2),
        offer.sync_hash(&kustom_id("k2"), 1),
        other.sync_hash(&kustom_id("k1"), 1),
        offer.content_hash(),
    ] {
        assert_ne!(hash, different);
    }
}

#[test]
fn amounts_that_nobody_can_pay_are_hashed_without_harm() {
    let mut offer = offer_of(&cart_with(&[("SHOE", 1)]));
    let hash = offer.content_hash();
    for amount in [i64::MIN, -1, i64::MAX] {
        offer.order_amount = amount;
        offer.lines[0].total_amount = amount;
        assert_ne!(offer.content_hash(), hash);
    }
}

#[test]
fn texts_are_made_what_kustom_takes() {
    let mut priced = priced(&cart_with(&[("SHOE", 1), ("BOOK", 1)]));
    let shipping = priced.shipping.as_mut().unwrap();
    shipping.method_key = "å".repeat(300);
    shipping.name = "ö".repeat(300);
    priced.lines[0].product_number = "å".repeat(300);
    priced.lines[0].description = "ö".repeat(300);
    priced.lines[1].description = "  \n".into();
    let lines = Offer::new(&priced, &country("SE")).unwrap().lines;
    let lengths = |line: &OfferLine| (line.reference.chars().count(), line.name.chars().count());
    assert_eq!((lengths(&lines[0]), lengths(&lines[2])), ((64, 255), (64, 255)));
    assert_eq!(lines[1].name, "BOOK", "Kustom refuses a line without a name");
}

#[test]
fn texts_have_no_space_around_them_that_an_answer_may_lack() {
    let mut priced = priced(&cart_with(&[("SHOE", 1)]));
    priced.lines[0].product_number = " SHOE ".into();
    priced.lines[0].description = format!(" {} tail", "x".repeat(254));
    let line = Offer::new(&priced, &country("SE")).unwrap().lines[0].clone();
    assert_eq!((line.reference.as_str(), line.name), ("SHOE", "x".repeat(254)));
}

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

fn any_cart() -> impl Strategy<Value = (Cart, Option<(i64, u16)>)> {
    let items = prop::collection::vec(goods(), 1..=100);
    let shipping = prop::option::of((0_i64..=50_000, 0_u16..=10_000));
    let codes = prop::sample::select(vec!["SEK", "EUR", "JPY", "KWD"]);
    (items, shipping, any::<bool>(), codes).prop_map(|(items, shipping, tax_included, code)| {
        (cart_of(&items, tax_included, currency(code)), shipping)
    })
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

/// Prices in a shop that has nothing but the shipping given.
fn priced_with((cart, shipping): &(Cart, Option<(i64, u16)>)) -> Priced {
    let mut profile = crate::fixture::profile("bare", cart.currency.code(), cart.tax_included, &["SE"]);
    let post = |&(minor, _): &(i64, u16)| shipping_method("post", Money::new(minor, cart.currency), None);
    profile.shipping_methods = shipping.iter().map(post).collect();
    profile.shipping_tax_class = "any".into();
    let class = crate::catalogue::TaxClass {
        key: "any".into(),
        default_rate: rate(shipping.map_or(0, |(_, points)| points)),
        rates: Default::default(),
    };
    let shop = catalogue_of(Vec::new(), vec![profile], vec![class]);
    crate::pricing::price(cart, &shop, now()).expect("the cart is within the limits")
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
    #[test]
    fn every_cart_within_the_limits_is_offered_exactly(input in any_cart()) {
        let priced = priced_with(&input);
        let offer = Offer::new(&priced, &country("SE")).unwrap();
        assert_arithmetic(&offer);
        prop_assert_eq!(offer.order_amount, priced.amount_to_pay().unwrap().amount_minor());
        prop_assert_eq!(offer.order_tax_amount, priced.order_tax_total.amount_minor());
        for line in &offer.lines {
            prop_assert!(line.quantity > 0, "{:?}", line);
            prop_assert!(line.unit_price >= 0 && line.unit_price <= 100_000_000, "{:?}", line);
            prop_assert!(line.total_amount >= 0 && line.total_amount <= 100_000_000, "{:?}", line);
            prop_assert!(line.total_discount_amount == 0 && line.total_tax_amount >= 0, "{:?}", line);
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
        let nothing = |shipping: &PricedShipping| shipping.price.amount_minor() < 0;
        prop_assert!(!priced.shipping.as_ref().is_some_and(nothing));
    }

    #[test]
    fn stored_documents_are_read_back_whole(input in any_cart()) {
        let priced = priced_with(&input);
        let cart = Cart { number: String::new(), ..input.0 };
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
        cart_id: cart.id,
        cart_number: cart.number.clone(),
        kustom_order_id: kustom_id("k1"),
        payment_id: ids.payment_id,
        profile_key: cart.profile_key.clone(),
        channel_key: cart.channel_key.clone(),
        locale: cart.locale.clone(),
        payload_revision: snapshot.revision,
        priced: snapshot.priced.clone(),
        billing: Some(crate::order::Contact::default()),
        shipping: None,
        organization_registration_id: Some("556000-0000".into()),
        vat_id: None,
        fields: cart.fields.clone(),
        placed_at: now(),
    }
}
