//! The worked examples of `docs/money.md`, computed. What the page says and what the shop does cannot differ.

use super::*;
use crate::fixture::{cart_with, catalogue_with, changed, empty_cart, filled, now, sek};
use crate::kustom::offer::Offer;
use crate::money::Share;
use crate::promotion::tests::promotion;
use crate::promotion::{Benefit, Promotion, Selection, Target};

const PAGE: &str = include_str!("../../../../docs/money.md");

fn off(benefit: Benefit) -> Vec<Promotion> {
    vec![promotion("OFF", Target::Products(Selection::default()), benefit)]
}

fn tenth() -> Vec<Promotion> {
    off(Benefit::Percentage(Share::from_basis_points(1000).unwrap()))
}

fn show(amount: Money) -> String {
    let text = amount.to_major_units();
    match text.split_once('.') {
        Some((whole, cents)) => format!("{whole}.{cents:0<2}"),
        None => format!("{text}.00"),
    }
}

fn show_minor(amount: i64) -> String {
    show(sek(amount))
}

/// What the shopper sees and what Kustom is told, side by side.
fn rendered(cart: &Cart, promotions: Vec<Promotion>) -> String {
    let priced = price(cart, &catalogue_with(promotions), now()).unwrap();
    let offer = Offer::new(&priced, &cart.country).unwrap();
    let mut text =
        String::from("| line | unit price | discount | total | tax |\n| --- | ---: | ---: | ---: | ---: |\n");
    for line in &priced.lines {
        let name = format!("{} × {}", line.quantity, line.product_number);
        let amounts = [line.unit_price, line.discount, line.total, line.tax].map(show);
        text.push_str(&format!("| {name} | {} |\n", amounts.join(" | ")));
    }
    let shipping = priced.shipping.as_ref().unwrap();
    let amounts = [
        shipping.price,
        shipping.discount(),
        shipping.total(),
        shipping.tax,
    ]
    .map(show);
    text.push_str(&format!("| shipping | {} |\n", amounts.join(" | ")));
    text.push_str(&format!(
        "\n`orderTotal` {}, `orderTaxTotal` {}, to pay {}.\n\n",
        show(priced.order_total),
        show(priced.order_tax_total),
        show(priced.amount_to_pay().unwrap()),
    ));
    text.push_str(
        "| at Kustom | unit price | discount | total | tax |\n| --- | ---: | ---: | ---: | ---: |\n",
    );
    for line in &offer.lines {
        let name = format!("{} × {}", line.quantity, line.reference);
        let amounts = [
            line.unit_price,
            line.total_discount_amount,
            line.total_amount,
            line.total_tax_amount,
        ];
        text.push_str(&format!("| {name} | {} |\n", amounts.map(show_minor).join(" | ")));
    }
    text.push_str(&format!(
        "\n`order_amount` {}, `order_tax_amount` {}.\n",
        offer.order_amount, offer.order_tax_amount
    ));
    text
}

#[test]
fn the_examples_of_the_page_are_what_the_shop_computes() {
    let b2b = |contents| filled(empty_cart("se-b2b"), contents);
    let examples = [
        ("tax included", rendered(&cart_with(&[("SHOE", 2)]), tenth())),
        (
            "an amount over three rates",
            rendered(
                &cart_with(&[("SHOE", 1), ("BOOK", 1), ("GIFT", 1)]),
                off(Benefit::Fixed(vec![sek(5000)])),
            ),
        ),
        (
            "tax excluded",
            rendered(&b2b(&[("SHOE", 3), ("BOOK", 1)]), Vec::new()),
        ),
        (
            "tax excluded and reduced",
            rendered(&b2b(&[("SHOE", 3), ("BOOK", 2)]), tenth()),
        ),
    ];
    for (name, example) in examples {
        assert!(
            PAGE.contains(&example),
            "{name}: `docs/money.md` should say\n\n{example}"
        );
    }
}

#[test]
fn a_cart_that_is_changed_back_costs_what_it_did() {
    let cart = cart_with(&[("SHOE", 2)]);
    let back = changed(
        &changed(&cart, crate::fixture::set_quantity(1, 7)),
        crate::fixture::set_quantity(1, 2),
    );
    let priced = |cart: &Cart| price(cart, &catalogue_with(tenth()), now()).unwrap();
    assert_eq!(priced(&cart), priced(&back));
}
