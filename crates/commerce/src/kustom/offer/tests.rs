use super::*;
use crate::cart::Cart;
use crate::fixture::{answer, cart_with, country, draft, empty_cart, filled, kustom_id, priced};
use kustom_api::CheckoutStatus;

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
