use super::*;
use crate::address::InvoiceRecipient;
use crate::fixture::{
    Opened, cart_id, cart_with, country, edited, evidence, kustom_id, new_ids, now, opened, seconds_later,
    sek, set_quantity, shopper, written,
};
use crate::id::CartId;
use crate::order::OrderState;
use crate::payment::{Authorization, Payment};

mod doubt;

/// A purchase that becomes an order unless a test spoils it.
struct Purchase {
    cart: Cart,
    kustom_order: KustomOrder,
    snapshot: Option<Snapshot>,
    evidence: Evidence,
    /// Of the purchase that has made the order already.
    first: Option<AuthorizationState>,
}

fn purchase() -> Purchase {
    let Opened {
        cart,
        snapshot,
        kustom_order,
    } = opened(&cart_with(&[("SHOE", 1), ("BOOK", 2)]));
    Purchase {
        evidence: evidence(&snapshot),
        snapshot: Some(snapshot),
        cart,
        kustom_order,
        first: None,
    }
}

impl Purchase {
    fn fate(&self) -> Fate {
        complete(
            &self.cart,
            &self.kustom_order,
            self.snapshot.as_ref(),
            &self.evidence,
            self.first,
            &new_ids(),
            seconds_later(60),
        )
    }

    fn change(&self) -> Change {
        match self.fate() {
            Fate::Order(change) => *change,
            fate => panic!("no order: {fate:?}"),
        }
    }
}

fn spoiled(spoil: impl Fn(&mut Purchase)) -> Purchase {
    let mut purchase = purchase();
    spoil(&mut purchase);
    purchase
}

#[test]
fn a_purchase_becomes_one_order_one_payment_and_two_messages() {
    let purchase = purchase();
    let change = purchase.change();
    let order = change.order.clone().unwrap();
    let snapshot = purchase.snapshot.clone().unwrap();
    assert_eq!(
        (order.id, order.payment_id),
        (new_ids().order_id, new_ids().payment_id)
    );
    assert_eq!(
        (order.cart_id, order.cart_number.as_str()),
        (cart_id(), "C100042")
    );
    assert_eq!(
        (order.kustom_order_id, order.payload_revision),
        (Some(kustom_id("k1")), Some(1))
    );
    assert_eq!(
        (order.priced, order.placed_at),
        (snapshot.priced.without_messages(), now()),
        "the order was placed when the shopper bought, whenever we hear of it"
    );
    assert_eq!(order.number, "", "the store numbers orders");
    let jobs = [
        JobRequest::at(JobKey::Acknowledge(kustom_id("k1")), seconds_later(60)),
        JobRequest::at(JobKey::SetReferences(kustom_id("k1")), seconds_later(60)),
    ];
    assert_eq!(change.jobs, jobs);
    let completed = moved(&purchase.kustom_order, KustomOrderState::Completed);
    assert_eq!(change.kustom_orders, [completed]);
    assert_eq!(change.reviews, []);
}

#[test]
fn the_payment_holds_what_kustom_reserved() {
    let purchase = purchase();
    let change = purchase.change();
    let order_amount = purchase.evidence.managed.order_amount;
    let expected = Payment {
        id: new_ids().payment_id,
        cart_id: cart_id(),
        provider: Provider::Kustom(kustom_id("k1")),
        captured: None,
        authorization: Authorization {
            number: "k1".into(),
            amount: sek(order_amount),
            state: AuthorizationState::Successful,
            expires_at: purchase.evidence.managed.expires_at,
        },
        method: Some("INVOICE".into()),
        created_at: seconds_later(60),
    };
    assert_eq!(change.payment, Some(expected));
    assert_eq!(
        change.order.unwrap().priced.amount_to_pay(),
        Ok(sek(order_amount))
    );
}

#[test]
fn the_cart_is_frozen_as_it_was_paid() {
    let purchase = purchase();
    let change = purchase.change();
    let cart = written(&change);
    assert_eq!(
        (cart.state, cart.version),
        (CartState::Completed, purchase.cart.version)
    );
    assert_eq!(cart.frozen, Some(change.order.unwrap().priced));
    assert_eq!(cart.items, purchase.cart.items);
}

#[test]
fn the_order_is_what_was_paid_although_the_cart_was_edited_since() {
    let edit = spoiled(|purchase| purchase.cart = edited(&purchase.cart, set_quantity(1, 9)).0);
    let change = edit.change();
    let paid = edit.snapshot.clone().unwrap();
    let priced = paid.priced.without_messages();
    assert_eq!(change.order.as_ref().unwrap().priced, priced);
    let cart = written(&change);
    assert_eq!((&cart.items, cart.frozen.as_ref()), (&paid.items, Some(&priced)));
    assert_eq!(cart.items[0].quantity, 1);
    let reasons: Vec<_> = change.reviews.iter().map(|review| review.reason).collect();
    assert_eq!(reasons, [ReviewReason::EditedAfterPayment]);
    assert_eq!(change.reviews[0].detail, "paid revision 1, the cart was at 2");
}

#[test]
fn a_cart_that_moved_after_the_payment_shows_the_country_it_was_paid_in() {
    let paid_in = purchase().cart.country;
    let moved = spoiled(|purchase| purchase.cart.country = country("FI"));
    assert_ne!(moved.cart.country, paid_in);
    assert_eq!(written(&moved.change()).country, paid_in);
}

#[test]
fn an_edit_that_was_undone_is_not_an_edit() {
    let undone = spoiled(|purchase| {
        let edit = edited(&purchase.cart, set_quantity(1, 9)).0;
        purchase.cart = edited(&edit, set_quantity(1, 1)).0;
    });
    assert_eq!(undone.change().reviews, []);
}

#[test]
fn captured_purchases_are_purchases() {
    for status in [ManagementStatus::PartCaptured, ManagementStatus::Captured] {
        let purchase = spoiled(|purchase| {
            purchase.evidence.managed.status = status.clone();
            purchase.evidence.managed.captured_amount = 100;
        });
        let change = purchase.change();
        assert!(change.order.is_some());
        assert_eq!(change.payment.unwrap().captured, Some(sek(100)));
    }
}

#[test]
fn a_purchase_that_kustom_still_examines_is_an_order_with_a_pending_payment() {
    let pending = spoiled(|purchase| purchase.evidence.managed.fraud_status = FraudStatus::Pending);
    let change = pending.change();
    let payment = change.payment.unwrap();
    assert_eq!(payment.authorization.state, AuthorizationState::Pending);
    assert_eq!(change.order.unwrap().state(&payment), OrderState::Pending);
}

#[test]
fn a_currency_in_lower_case_is_the_same_currency() {
    let purchase = spoiled(|purchase| purchase.evidence.managed.purchase_currency = "sek".into());
    assert!(purchase.change().order.is_some());
}

#[test]
fn what_the_iframe_collected_comes_home() {
    let purchase = spoiled(|purchase| {
        purchase.evidence.checkout.customer = Some(Customer {
            organization_registration_id: Some("556000-0000".into()),
            vat_id: Some("SE556000000001".into()),
            ..Customer::default()
        });
        purchase.evidence.managed.billing_address = Some(KustomAddress {
            organization_name: Some("Bolaget AB".into()),
            ..shopper()
        });
    });
    let change = purchase.change();
    let order = change.order.clone().unwrap();
    let billing = order.billing.clone().unwrap();
    let address = Address {
        name: Some("Testperson Approved".into()),
        address_line1: Some("Stårgatan 1".into()),
        postal_code: Some("12345".into()),
        city: Some("Ankeborg".into()),
        country_code: CountryCode::from_code("SE"),
        ..Address::default()
    };
    assert_eq!(billing.address, address);
    assert_eq!(billing.organization_name.as_deref(), Some("Bolaget AB"));
    assert_eq!(order.organization_registration_id.as_deref(), Some("556000-0000"));
    assert_eq!(order.vat_id.as_deref(), Some("SE556000000001"));
    let cart = written(&change);
    assert_eq!(cart.address, Some(address));
    assert_eq!(cart.email.as_deref(), Some("shopper@example.test"));
    assert_eq!(cart.phone.as_deref(), Some("+46 70 123 45 67"));
}

#[test]
fn one_address_for_both_is_no_invoice_recipient() {
    let purchase = purchase();
    let change = purchase.change();
    assert_eq!(written(&change).invoice_recipient, None);
    let order = change.order.unwrap();
    assert_eq!(order.billing, order.shipping);
}

#[test]
fn an_address_elsewhere_is_the_invoice_recipient() {
    let purchase = spoiled(|purchase| {
        purchase.cart.invoice_recipient = Some(InvoiceRecipient {
            tax_id: Some("SE556000-0000".into()),
            ..InvoiceRecipient::default()
        });
        purchase.evidence.managed.billing_address = Some(KustomAddress {
            city: Some("Gåseborg".into()),
            ..shopper()
        });
    });
    let cart = written(&purchase.change());
    let recipient = cart.invoice_recipient.unwrap();
    assert_eq!(recipient.address.city.as_deref(), Some("Gåseborg"));
    assert_eq!(recipient.tax_id.as_deref(), Some("SE556000-0000"));
    assert_eq!(cart.address.unwrap().city.as_deref(), Some("Ankeborg"));
}

#[test]
fn an_address_that_one_answer_lacks_is_taken_from_the_other() {
    let purchase = spoiled(|purchase| {
        purchase.evidence.managed.billing_address = None;
        purchase.evidence.managed.shipping_address = None;
        purchase.evidence.checkout.shipping_address = None;
    });
    let order = purchase.change().order.unwrap();
    assert!(order.billing.is_some());
    assert_eq!(
        order.shipping, order.billing,
        "goods go to the only address there is"
    );
}

#[test]
fn a_purchase_without_addresses_keeps_what_the_cart_knows() {
    let purchase = spoiled(|purchase| {
        purchase.cart.email = Some("typed@example.test".into());
        purchase.cart.address = Some(Address::default());
        purchase.evidence.managed.billing_address = None;
        purchase.evidence.managed.shipping_address = None;
        purchase.evidence.checkout.billing_address = None;
        purchase.evidence.checkout.shipping_address = None;
    });
    let change = purchase.change();
    let cart = written(&change);
    assert_eq!(cart.email.as_deref(), Some("typed@example.test"));
    assert_eq!(
        (cart.address, cart.invoice_recipient),
        (Some(Address::default()), None)
    );
    assert_eq!(change.order.unwrap().billing, None);
}

#[test]
fn a_street_in_parts_is_put_together() {
    let german = KustomAddress {
        street_address: None,
        street_name: Some("Hauptstraße".into()),
        street_number: Some("12".into()),
        house_extension: Some(String::new()),
        ..shopper()
    };
    let line = contact(&german).address.address_line1;
    assert_eq!(line.as_deref(), Some("Hauptstraße 12"));
    assert_eq!(contact(&KustomAddress::default()), Contact::default());
}

#[test]
fn a_purchase_known_only_to_order_management_becomes_the_same_order() {
    let both = purchase();
    let mut managed_only = purchase();
    managed_only.evidence = Evidence::from_managed(both.evidence.managed.clone());
    let snapshot = both.snapshot.as_ref().unwrap();
    assert!(
        paid_content(&managed_only.evidence)
            .unwrap()
            .goods_hashes()
            .contains(&snapshot.goods_hash())
    );
    assert_eq!(managed_only.change(), both.change());
}

#[test]
fn the_paid_content_finds_its_snapshot() {
    let purchase = purchase();
    let snapshot = purchase.snapshot.unwrap();
    let content = paid_content(&purchase.evidence).unwrap();
    assert_eq!(content.offer.content_hash(), snapshot.content_hash);
    assert_eq!(snapshot.bought_as(&content), Some(snapshot.clone()));
    let mut other = purchase.evidence.clone();
    other.checkout.order_lines.as_mut().unwrap()[0].quantity += 1;
    assert_eq!(snapshot.bought_as(&paid_content(&other).unwrap()), None);
    other.checkout.order_lines = None;
    assert_eq!(paid_content(&other), None);
}

#[test]
fn an_edit_after_the_kustom_order_was_retired_is_noticed_too() {
    let retired = spoiled(|purchase| purchase.cart.kustom = None);
    assert_eq!(retired.change().reviews, []);
    let edits: [fn(&mut Cart); 4] = [
        |cart| cart.items[0].quantity = 9,
        |cart| drop(cart.items.pop()),
        |cart| cart.items[0].product_number = "GIFT".into(),
        |cart| cart.country = country("FI"),
    ];
    for edit in edits {
        let purchase = spoiled(|purchase| {
            purchase.cart.kustom = None;
            edit(&mut purchase.cart);
        });
        let change = purchase.change();
        let reasons: Vec<_> = change.reviews.iter().map(|review| review.reason).collect();
        assert_eq!(reasons, [ReviewReason::EditedAfterPayment]);
        assert_eq!(written(&change).items, purchase.snapshot.unwrap().items);
    }
}

#[test]
fn a_price_that_changed_meanwhile_is_no_edit_of_the_shoppers() {
    let purchase = spoiled(|purchase| {
        purchase.cart.kustom = None;
        purchase.cart.items[0].last_known.unit_price = sek(1);
    });
    assert_eq!(purchase.change().reviews, []);
}

#[test]
fn one_address_without_its_email_is_still_one_address() {
    let purchase = spoiled(|purchase| {
        purchase.evidence.managed.shipping_address = Some(KustomAddress {
            email: None,
            phone: None,
            ..shopper()
        });
    });
    assert_eq!(written(&purchase.change()).invoice_recipient, None);
}

#[test]
fn a_paid_order_is_made_although_others_have_used_what_there_was() {
    let purchase = purchase();
    let change = purchase.change();
    let claim = |change: &Change| change.holds.iter().map(|hold| hold.claim).collect::<Vec<_>>();
    assert_eq!(claim(&change), [HoldClaim::Used { honoured: false }; 2]);
    assert_eq!(change.reviews, []);
    let resource = Resource::Stock("SHOE".into());
    let honoured = honoured(change.clone(), &purchase.kustom_order, &resource, now());
    assert_eq!(claim(&honoured), [HoldClaim::Used { honoured: true }; 2]);
    assert_eq!(honoured.order, change.order);
    let reasons: Vec<_> = honoured.reviews.iter().map(|review| review.reason).collect();
    assert_eq!(reasons, [ReviewReason::SoldTooMany]);
    assert!(honoured.reviews[0].detail.contains("stock `SHOE`"));
}
