use super::*;
use crate::catalogue::{Product, ShippingMethod, ShippingMode};
use crate::command::CartCommand;
use crate::fixture::{
    TIMING, cart_with, catalogue_of, country, evidence, kustom_id, new_ids, now, products, profiles,
    seconds_later, sek, set_quantity, state, tax_classes, written,
};
use crate::kustom::completion::{self, Evidence, Fate};
use crate::kustom::offer::Content;
use crate::kustom::open;
use crate::kustom::state::{Approval, KustomState};
use crate::kustom::validation::{self, Verdict};
use crate::snapshot::Snapshot;
use kustom_api::{CheckoutOrder, OrderLine};

/// The shop whose shoppers choose in Kustom's checkout. Post goes to Sweden only; a courier goes everywhere.
fn shop() -> Catalogue {
    shop_with(products())
}

fn shop_with(products: Vec<Product>) -> Catalogue {
    let mut profiles = profiles();
    profiles[0].shipping_mode = ShippingMode::Iframe;
    let post = &mut profiles[0].shipping_methods[1];
    *post = ShippingMethod {
        countries: vec![country("SE")],
        ..post.clone()
    };
    catalogue_of(products, profiles, tax_classes())
}

struct Scene {
    cart: Cart,
    kustom_order: KustomOrder,
    snapshot: Snapshot,
}

fn scene(contents: &[(&str, u32)]) -> Scene {
    let cart = cart_with(contents);
    let priced = price(&cart, &shop(), now()).unwrap();
    let profile = shop().profile("se-webshop").unwrap().clone();
    let draft = open::plan_create(
        &cart,
        priced.clone(),
        &profile,
        crate::fixture::session_id(),
        crate::fixture::storefront_urls(),
        crate::fixture::callbacks(),
    )
    .unwrap();
    let created = crate::fixture::answer(&draft.snapshot);
    let change = open::absorb_created(&cart, &priced, draft, &created, None, &TIMING, now()).unwrap();
    let [crate::change::KustomOrderWrite::Open(kustom_order)] = change.kustom_orders.as_slice() else {
        panic!("one order is opened");
    };
    Scene {
        kustom_order: kustom_order.clone(),
        snapshot: change.snapshots[0].clone(),
        cart: written(&change),
    }
}

fn chosen(option_id: &str) -> IframeChange {
    IframeChange::Shipping {
        option_id: option_id.into(),
    }
}

fn moved_to(code: &str) -> IframeChange {
    IframeChange::Place {
        country: Some(country(code)),
    }
}

impl Scene {
    fn ask(&self, wish: &IframeChange) -> IframeAnswer {
        absorb(&self.cart, &self.kustom_order, wish, &shop(), &TIMING, now()).unwrap()
    }

    /// What Kustom is told, the cart after it, and everything that is written.
    fn updated(&self, wish: &IframeChange) -> (Offer, Option<OfferOption>, Change) {
        match self.ask(wish) {
            IframeAnswer::Updated {
                offer,
                choice,
                change,
            } => (*offer, choice, *change),
            IframeAnswer::Refused(refusal) => panic!("refused: {refusal:?}"),
        }
    }

    fn check_refused(&self, wish: &IframeChange, expected: IframeRefusal) {
        assert_eq!(self.ask(wish), IframeAnswer::Refused(expected), "{wish:?}");
    }
}

/// The order as Kustom has it once the shopper has chosen.
fn with_choice(snapshot: &Snapshot, option_id: &str) -> CheckoutOrder {
    let offer = &snapshot.offer;
    let option = offer
        .shipping_options
        .iter()
        .find(|option| option.id == option_id)
        .unwrap();
    let mut order = crate::fixture::answer(snapshot);
    order.order_amount = Some(offer.order_amount + option.price);
    order.order_tax_amount = Some(offer.order_tax_amount + option.tax_amount);
    order.order_lines.as_mut().unwrap().push(option.to_fee_line());
    order.selected_shipping_option = Some(option.to_option());
    order
}

fn bought(snapshot: &Snapshot, checkout: CheckoutOrder) -> Evidence {
    let mut evidence = evidence(snapshot);
    evidence.managed.order_amount = checkout.order_amount.unwrap();
    evidence.managed.order_lines = checkout.order_lines.clone().unwrap();
    evidence.checkout = CheckoutOrder {
        status: evidence.checkout.status,
        ..checkout
    };
    evidence
}

#[test]
fn the_offer_names_every_way_to_ship_and_charges_none() {
    let scene = scene(&[("SHOE", 1)]);
    let offer = &scene.snapshot.offer;
    assert_eq!((offer.order_amount, offer.lines.len()), (19_900, 1));
    let options: Vec<_> = offer
        .shipping_options
        .iter()
        .map(|option| {
            (
                option.id.as_str(),
                option.price,
                option.tax_amount,
                option.tax_rate,
            )
        })
        .collect();
    assert_eq!(
        options,
        [("post", 4900, 980, 2500), ("courier", 9900, 1980, 2500)]
    );
    // The shopper sees the cheapest until she chooses.
    let priced = price(&scene.cart, &shop(), now()).unwrap();
    assert_eq!(
        (priced.shipping_total, priced.order_total),
        (sek(4900), sek(24_800))
    );
}

#[test]
fn a_choice_is_remembered_and_disturbs_nobody() {
    let scene = scene(&[("SHOE", 1)]);
    let (offer, choice, change) = scene.updated(&chosen("courier"));
    assert_eq!(offer, scene.snapshot.offer);
    assert_eq!(choice.map(|choice| choice.price), Some(9900));
    let cart = written(&change);
    assert_eq!(cart.shipping_choice.as_deref(), Some("courier"));
    assert!(!state(&cart).is_syncing() && change.jobs.is_empty() && change.snapshots.is_empty());
    let priced = price(&cart, &shop(), now()).unwrap();
    assert_eq!(
        (priced.shipping_total, priced.order_total),
        (sek(9900), sek(29_800))
    );
    let again = Scene { cart, ..scene };
    assert_eq!(
        again.updated(&chosen("courier")).2,
        Change::default(),
        "asked again"
    );
}

#[test]
fn what_is_not_offered_cannot_be_chosen() {
    scene(&[("SHOE", 1)]).check_refused(&chosen("drone"), IframeRefusal::Other(Denial::NoShipping));
}

#[test]
fn another_country_has_other_taxes_and_other_ways_to_ship() {
    let scene = scene(&[("SHOE", 1)]);
    let (offer, choice, change) = scene.updated(&moved_to("FI"));
    assert_eq!((offer.purchase_country.as_str(), choice), ("FI", None));
    assert_eq!(offer.lines[0].tax_rate, 2550);
    let ids: Vec<_> = offer
        .shipping_options
        .iter()
        .map(|option| option.id.as_str())
        .collect();
    assert_eq!(ids, ["courier"]);
    let cart = written(&change);
    assert_eq!((cart.country.as_str(), state(&cart).is_syncing()), ("FI", true));
    assert_eq!((change.snapshots.len(), change.jobs.len()), (1, 1));
    assert_eq!(change.snapshots[0].offer, offer);
}

#[test]
fn an_address_in_the_same_country_changes_nothing() {
    let scene = scene(&[("SHOE", 1)]);
    for wish in [moved_to("SE"), IframeChange::Place { country: None }] {
        let (offer, _, change) = scene.updated(&wish);
        assert_eq!((offer, change), (scene.snapshot.offer.clone(), Change::default()));
    }
}

#[test]
fn whoever_asks_after_a_price_has_changed_is_made_a_new_offer() {
    let scene = scene(&[("SHOE", 1)]);
    let mut products = products();
    products[0].prices[0].unit_price = sek(20_900);
    let dearer = shop_with(products);
    let answer = absorb(
        &scene.cart,
        &scene.kustom_order,
        &moved_to("SE"),
        &dearer,
        &TIMING,
        now(),
    );
    let Ok(IframeAnswer::Updated { offer, change, .. }) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(offer.order_amount, scene.snapshot.offer.order_amount + 1000);
    assert_eq!(change.snapshots[0].offer, *offer);
}

#[test]
fn nothing_is_delivered_where_the_shop_does_not_sell_or_nobody_drives() {
    scene(&[("SHOE", 1)]).check_refused(&moved_to("NO"), IframeRefusal::Place);
    let mut profiles = profiles();
    profiles[0].shipping_mode = ShippingMode::Iframe;
    profiles[0]
        .shipping_methods
        .iter_mut()
        .for_each(|method| method.countries = vec![country("SE")]);
    let nobody_drives = catalogue_of(products(), profiles, tax_classes());
    let Scene {
        cart, kustom_order, ..
    } = scene(&[("SHOE", 1)]);
    let answer = absorb(
        &cart,
        &kustom_order,
        &moved_to("FI"),
        &nobody_drives,
        &TIMING,
        now(),
    );
    assert_eq!(answer, Ok(IframeAnswer::Refused(IframeRefusal::Place)));
}

#[test]
fn what_is_being_paid_stays_as_it_is() {
    let mut scene = scene(&[("SHOE", 1)]);
    let approval = Approval {
        content_hash: scene.snapshot.content_hash.clone(),
        first_at: now(),
        at: now(),
    };
    scene.cart.shipping_choice = Some("post".into());
    scene.cart.kustom = scene.cart.kustom.map(|kustom| KustomState {
        approval: Some(approval),
        ..kustom
    });
    scene.check_refused(&chosen("courier"), IframeRefusal::Other(Denial::Changing));
    scene.check_refused(&moved_to("FI"), IframeRefusal::Other(Denial::Changing));
    assert_eq!(scene.updated(&chosen("post")).2, Change::default());
    assert_eq!(scene.updated(&moved_to("SE")).2, Change::default());
}

#[test]
fn a_checkout_that_is_over_takes_no_change() {
    for (order_state, denial) in [
        (KustomOrderState::Retired, Denial::Replaced),
        (KustomOrderState::Completed, Denial::Finished),
        (KustomOrderState::InReview, Denial::Finished),
    ] {
        let mut scene = scene(&[("SHOE", 1)]);
        scene.kustom_order.state = order_state;
        scene.check_refused(&chosen("post"), IframeRefusal::Other(denial));
    }
    let mut other = scene(&[("SHOE", 1)]);
    other.kustom_order.id = kustom_id("k2");
    other.check_refused(&chosen("post"), IframeRefusal::Other(Denial::Replaced));
    let mut closed = scene(&[("SHOE", 1)]);
    closed.cart.in_review = Some(kustom_id("k1"));
    closed.check_refused(&chosen("post"), IframeRefusal::Other(Denial::Finished));
}

#[test]
fn a_shop_that_chooses_itself_answers_a_country_with_its_own_shipping_line() {
    let opened = crate::fixture::opened(&cart_with(&[("SHOE", 1)]));
    let catalogue = crate::fixture::catalogue();
    let answer = absorb(
        &opened.cart,
        &opened.kustom_order,
        &moved_to("FI"),
        &catalogue,
        &TIMING,
        now(),
    );
    let Ok(IframeAnswer::Updated { offer, choice, .. }) = answer else {
        panic!("not updated: {answer:?}");
    };
    assert_eq!(
        (offer.lines.len(), offer.shipping_options.len(), choice),
        (2, 0, None)
    );
    assert_eq!(offer.lines[1].tax_rate, 2550);
}

fn decided(scene: &Scene, order: &CheckoutOrder) -> Verdict {
    let priced = price(&scene.cart, &shop(), now()).unwrap();
    let content = Content::from_order(order);
    validation::validate(
        &scene.cart,
        &scene.kustom_order,
        &priced,
        false,
        content.as_ref(),
        &TIMING,
        now(),
    )
    .unwrap()
}

#[test]
fn only_goods_with_one_of_their_ways_to_ship_are_let_through() {
    let scene = scene(&[("SHOE", 1)]);
    let Verdict::Approved(change) = decided(&scene, &with_choice(&scene.snapshot, "courier")) else {
        panic!("not approved");
    };
    assert_eq!(written(&change).shipping_choice.as_deref(), Some("courier"));
    let without = crate::fixture::answer(&scene.snapshot);
    let mut cheaper = with_choice(&scene.snapshot, "courier");
    cheaper.selected_shipping_option.as_mut().unwrap().price = 1;
    let mut uncharged = with_choice(&scene.snapshot, "courier");
    uncharged.order_lines.as_mut().unwrap().pop();
    uncharged.order_amount = Some(scene.snapshot.offer.order_amount);
    uncharged.order_tax_amount = Some(scene.snapshot.offer.order_tax_amount);
    let mut charged_twice = with_choice(&scene.snapshot, "courier");
    charged_twice
        .order_lines
        .as_mut()
        .unwrap()
        .push(fee_of(&scene.snapshot, "courier"));
    charged_twice.order_amount = charged_twice.order_amount.map(|amount| amount + 9900);
    charged_twice.order_tax_amount = charged_twice.order_tax_amount.map(|amount| amount + 1980);
    for (name, order) in [
        ("without", without),
        ("cheaper", cheaper),
        ("uncharged", uncharged),
        ("charged twice", charged_twice),
    ] {
        assert!(
            matches!(decided(&scene, &order), Verdict::Denied { .. }),
            "{name}"
        );
    }
}

fn fee_of(snapshot: &Snapshot, option_id: &str) -> OrderLine {
    let options = &snapshot.offer.shipping_options;
    let option = options.iter().find(|option| option.id == option_id);
    option.unwrap().to_fee_line()
}

fn complete(scene: &Scene, evidence: &Evidence) -> Fate {
    let snapshot = Some(&scene.snapshot);
    completion::complete(
        &scene.cart,
        &scene.kustom_order,
        snapshot,
        evidence,
        None,
        &new_ids(),
        now(),
    )
}

#[test]
fn the_order_has_the_way_to_ship_that_was_chosen_however_it_is_told() {
    let scene = scene(&[("SHOE", 1)]);
    let both = bought(&scene.snapshot, with_choice(&scene.snapshot, "courier"));
    let managed_only = Evidence::from_managed(both.managed.clone());
    let mut without_line = both.clone();
    // Kustom may keep the choice without a line, its price in the total all the same.
    without_line.checkout.order_lines.as_mut().unwrap().pop();
    for evidence in [both, managed_only, without_line] {
        let Fate::Order(change) = complete(&scene, &evidence) else {
            panic!("no order: {:?}", complete(&scene, &evidence));
        };
        let order = change.order.as_ref().unwrap();
        assert_eq!(order.priced.shipping.as_ref().unwrap().method_key, "courier");
        assert_eq!(order.priced.order_total, sek(29_800));
        assert_eq!(written(&change).frozen.unwrap(), order.priced);
    }
}

#[test]
fn a_purchase_with_a_way_to_ship_that_was_never_offered_waits_for_a_person() {
    let scene = scene(&[("SHOE", 1)]);
    let mut checkout = with_choice(&scene.snapshot, "courier");
    checkout.selected_shipping_option.as_mut().unwrap().id = "drone".into();
    checkout.order_lines.as_mut().unwrap()[1].reference = Some("drone".into());
    let fate = complete(&scene, &bought(&scene.snapshot, checkout));
    assert!(matches!(fate, Fate::Review { .. }), "{fate:?}");
    let unchosen = crate::fixture::answer(&scene.snapshot);
    let fate = complete(&scene, &bought(&scene.snapshot, unchosen));
    assert!(matches!(fate, Fate::Review { .. }), "{fate:?}");
}

#[test]
fn edits_of_the_goods_keep_the_choice_while_it_serves() {
    let scene = scene(&[("SHOE", 1), ("BOOK", 1)]);
    let cart = written(&scene.updated(&chosen("courier")).2);
    let change =
        crate::command::apply(&cart, set_quantity(1, 3), &shop(), &TIMING, seconds_later(1)).unwrap();
    let cart = written(&change);
    let priced = price(&cart, &shop(), now()).unwrap();
    assert_eq!(priced.shipping.unwrap().method_key, "courier");
    // Post is free by now; the shopper wanted the courier.
    assert_eq!(priced.shipping_total, sek(9900));
    let vienna = CartCommand::SetAddress {
        address: Some(Box::new(crate::address::Address {
            country_code: Some(country("FI")),
            ..crate::address::Address::default()
        })),
        invoice_recipient: None,
    };
    let moved = crate::command::apply(&cart, vienna, &shop(), &TIMING, now()).unwrap();
    assert_eq!(written(&moved).country.as_str(), "FI");
}

#[test]
fn the_fee_of_a_choice_is_a_line_like_any_other() {
    let scene = scene(&[("SHOE", 1)]);
    let line = fee_of(&scene.snapshot, "courier");
    let amounts = (
        line.quantity,
        line.unit_price,
        line.total_amount,
        line.total_tax_amount,
    );
    assert_eq!(amounts, (1, 9900, 9900, 1980));
    assert_eq!(
        (line.name.as_str(), line.tax_rate, line.total_discount_amount),
        ("By courier", 2500, Some(0))
    );
}

/// Each row: a line that is almost the fee of the choice.
#[test]
fn only_the_line_that_was_offered_is_the_choice() {
    type Change = fn(&mut OrderLine);
    let changes: [Change; 4] = [
        |line| line.line_type = Some(kustom_api::LineType::Physical),
        |line| line.reference = Some("post".into()),
        |line| line.total_amount += 1,
        |line| line.total_tax_amount += 1,
    ];
    let scene = scene(&[("SHOE", 1)]);
    for (number, change) in changes.into_iter().enumerate() {
        let mut order = with_choice(&scene.snapshot, "courier");
        change(&mut order.order_lines.as_mut().unwrap()[1]);
        let content = Content::from_order(&order).unwrap();
        assert_eq!(scene.snapshot.bought_as(&content), None, "row {number}");
    }
}

#[test]
fn an_order_that_tells_of_no_choice_is_looked_for_with_and_without_each_shipping_line() {
    let scene = scene(&[("SHOE", 1)]);
    let both = bought(&scene.snapshot, with_choice(&scene.snapshot, "courier"));
    let told = Content::from_order(&Evidence::from_managed(both.managed).checkout).unwrap();
    assert_eq!(
        told.goods_hashes().len(),
        2,
        "its goods, and its goods without the one shipping line"
    );
    assert!(told.goods_hashes().contains(&scene.snapshot.goods_hash()));
    let known = Content::from_order(&with_choice(&scene.snapshot, "courier")).unwrap();
    assert_eq!(known.goods_hashes(), [scene.snapshot.goods_hash()]);
}
