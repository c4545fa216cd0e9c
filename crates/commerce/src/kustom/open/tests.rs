use super::prefill::split_name;
use super::*;
use crate::address::Address;
use crate::command::CartCommand;
use crate::contact::{Email, Phone};
use crate::fixture::{
    TIMING, answer, apply, callbacks, cart_id, cart_with, catalogue, changed, country, draft, edited,
    empty_cart, kustom_id, now, opened, priced, remove, seconds_later, session_id, set_quantity, state,
    storefront_urls, written,
};
use crate::job::JobKey;
use crate::job::JobRequest;
use kustom_api::{Address as KustomAddress, CheckoutOptions, CheckoutStatus, MerchantUrls};

fn payload(cart: &Cart) -> CheckoutOrder {
    *draft(cart).payload
}

fn with_address(change: impl Fn(&mut Address)) -> Cart {
    let mut address = Address::default();
    change(&mut address);
    let command = CartCommand::SetAddress {
        address: Some(Box::new(address)),
        invoice_recipient: None,
    };
    changed(&cart_with(&[("SHOE", 1)]), command)
}

fn absorb(cart: &Cart, draft: Draft, created: &CheckoutOrder) -> Result<Change, OpenError> {
    let location = Some("https://api.kustom.example/checkout/v3/orders/k1".to_owned());
    absorb_created(cart, &priced(cart), draft, created, location, &TIMING, now())
}

#[test]
fn only_an_open_cart_with_something_in_it_may_be_paid() {
    let cart = cart_with(&[("SHOE", 1)]);
    assert_eq!(check(&cart), Ok(()));
    assert_eq!(check(&empty_cart("se-webshop")), Err(OpenError::EmptyCart));
    for state in [CartState::Completed, CartState::Rejected] {
        let cart = Cart {
            state,
            ..cart.clone()
        };
        assert_eq!(check(&cart), Err(OpenError::NotOpen { state }));
    }
}

#[test]
fn an_empty_cart_is_not_drafted() {
    let cart = empty_cart("se-webshop");
    let shop = catalogue();
    let profile = shop.profile("se-webshop").unwrap();
    let refused = plan_create(
        &cart,
        priced(&cart),
        profile,
        session_id(),
        storefront_urls(),
        callbacks(),
    );
    assert_eq!(refused, Err(OpenError::EmptyCart));
}

#[test]
fn the_create_payload_says_what_is_bought_where_and_whom_to_call() {
    let cart = cart_with(&[("SHOE", 1)]);
    let countries = vec!["SE".to_owned(), "FI".to_owned()];
    let offer = Offer::new(&priced(&cart), &cart.country).unwrap();
    let expected = CheckoutOrder {
        locale: Some("sv-SE".into()),
        merchant_reference1: Some("C100042".into()),
        merchant_urls: Some(MerchantUrls {
            terms: Some("https://shop.example/terms".into()),
            checkout: Some("https://shop.example/checkout".into()),
            confirmation: Some("https://shop.example/thanks".into()),
            push: Some(callbacks().push),
            notification: Some(callbacks().notification),
            validation: Some(callbacks().validation),
            country_change: Some(callbacks().country_change),
            ..MerchantUrls::default()
        }),
        // Kustom takes no money without our yes.
        options: Some(CheckoutOptions {
            require_validate_callback_success: Some(true),
            ..CheckoutOptions::default()
        }),
        billing_countries: Some(countries.clone()),
        shipping_countries: Some(countries),
        ..offer.to_payload()
    };
    assert_eq!(payload(&cart), expected);
}

#[test]
fn the_cart_id_is_never_told_to_kustom() {
    let cart = cart_with(&[("SHOE", 1)]);
    let text = serde_json::to_string(&payload(&cart)).unwrap();
    assert!(text.contains("C100042"));
    assert!(!text.contains(&cart_id().to_string()));
}

#[test]
fn a_draft_reserves_nothing_and_snapshots_the_next_revision() {
    let cart = Cart {
        payload_revision: 6,
        ..cart_with(&[("SHOE", 1)])
    };
    let draft = draft(&cart);
    assert_eq!((draft.snapshot.revision, draft.snapshot.cart_id), (7, cart_id()));
    assert_eq!(draft.snapshot.content_hash, draft.snapshot.offer.content_hash());
    assert_eq!(
        (draft.snapshot.items, draft.snapshot.priced),
        (cart.items.clone(), priced(&cart))
    );
}

#[test]
fn nothing_is_prefilled_for_a_shopper_who_has_typed_nothing() {
    assert_eq!(payload(&cart_with(&[("SHOE", 1)])).billing_address, None);
    assert_eq!(payload(&with_address(|_| ())).billing_address, None);
    let only_country = with_address(|address| address.country_code = Some(country("FI")));
    assert_eq!(payload(&only_country).billing_address, None);
}

#[test]
fn blank_parts_are_left_out() {
    let blank = with_address(|address| {
        address.name = Some(" ".into());
        address.address_line1 = Some(String::new());
        address.city = Some("  ".into());
        address.postal_code = Some(" ".into());
    });
    assert_eq!(payload(&blank).billing_address, None);
    let partly = with_address(|address| {
        address.city = Some(" Umeå ".into());
        address.care_of = Some(String::new());
    });
    let expected = KustomAddress {
        city: Some("Umeå".into()),
        country: Some("SE".into()),
        ..KustomAddress::default()
    };
    assert_eq!(payload(&partly).billing_address, Some(expected));
}

#[test]
fn what_the_shopper_has_typed_is_prefilled() {
    let cart = with_address(|address| {
        *address = Address {
            name: Some("Anna Maria Öberg".into()),
            care_of: Some("Berg".into()),
            attention: Some("Reception".into()),
            address_line1: Some("Storgatan 1".into()),
            address_line2: Some("1 tr".into()),
            city: Some("Umeå".into()),
            state: Some("AC".into()),
            postal_code: Some("903 25".into()),
            country_code: Some(country("FI")),
        }
    });
    let email = Email::parse("a@example.test").unwrap();
    let cart = changed(&cart, CartCommand::SetEmail { email });
    let phone = Phone::parse("070 123").unwrap();
    let cart = changed(&cart, CartCommand::SetPhone { phone });
    let expected = KustomAddress {
        given_name: Some("Anna Maria".into()),
        family_name: Some("Öberg".into()),
        care_of: Some("Berg".into()),
        attention: Some("Reception".into()),
        street_address: Some("Storgatan 1".into()),
        street_address2: Some("1 tr".into()),
        city: Some("Umeå".into()),
        region: Some("AC".into()),
        postal_code: Some("90325".into()),
        country: Some("FI".into()),
        email: Some("a@example.test".into()),
        phone: Some("070 123".into()),
        ..KustomAddress::default()
    };
    assert_eq!(payload(&cart).billing_address, Some(expected));
}

#[test]
fn an_email_alone_is_prefilled_with_the_carts_country() {
    let email = Email::parse("a@example.test").unwrap();
    let cart = changed(&cart_with(&[("SHOE", 1)]), CartCommand::SetEmail { email });
    let expected = KustomAddress {
        email: Some("a@example.test".into()),
        country: Some("SE".into()),
        ..KustomAddress::default()
    };
    assert_eq!(payload(&cart).billing_address, Some(expected));
}

#[test]
fn the_last_word_of_a_name_is_the_family_name() {
    for (name, given, family) in [
        ("Åsa Öberg", Some("Åsa"), Some("Öberg")),
        ("Anna  Maria  Öberg", Some("Anna  Maria"), Some("Öberg")),
        (" Cher ", Some("Cher"), None),
        ("  ", None, None),
        ("", None, None),
    ] {
        let expected = (given.map(str::to_owned), family.map(str::to_owned));
        assert_eq!(split_name(Some(name)), expected, "{name}");
    }
    assert_eq!(split_name(None), (None, None));
}

#[test]
fn a_created_order_is_bound_with_only_the_sync_hash() {
    let cart = cart_with(&[("SHOE", 1)]);
    let draft = draft(&cart);
    let snapshot = draft.snapshot.clone();
    let change = absorb(&cart, draft, &answer(&snapshot)).unwrap();
    let bound = written(&change);
    let expected = KustomState {
        kustom_order_id: kustom_id("k1"),
        sync_hash: snapshot.offer.sync_hash(&kustom_id("k1"), 1),
        synced_revision: 1,
        pending_hash: None,
        revision: 1,
        content_hash: snapshot.content_hash.clone(),
        ambiguous_until: None,
        urls: storefront_urls(),
        approval: None,
        read_only_since: None,
    };
    assert_eq!(bound.kustom, Some(expected));
    assert_eq!(bound.payload_revision, 1);
    assert!(!state(&bound).is_syncing());
    let kustom_order = KustomOrder {
        id: kustom_id("k1"),
        cart_id: cart_id(),
        session_id: session_id(),
        location: Some("https://api.kustom.example/checkout/v3/orders/k1".into()),
        account: None,
        state: KustomOrderState::Open,
        opened_at: now(),
    };
    assert_eq!(change.kustom_orders, [KustomOrderWrite::Open(kustom_order)]);
    assert_eq!(change.snapshots, [snapshot]);
    let watch = JobRequest::at(JobKey::Reconcile(kustom_id("k1")), seconds_later(15 * 60));
    assert_eq!(change.jobs, [watch]);
}

#[test]
fn a_cart_that_moved_on_is_bound_to_what_was_sent_and_pending_for_the_rest() {
    let cart = cart_with(&[("SHOE", 1)]);
    let draft = draft(&cart);
    let sent = draft.snapshot.clone();
    let moved_on = changed(&cart, set_quantity(1, 3));
    let change = absorb(&moved_on, draft, &answer(&sent)).unwrap();
    let bound = written(&change);
    let kustom = state(&bound);
    assert_eq!(
        (kustom.synced_revision, kustom.revision, bound.payload_revision),
        (1, 2, 2)
    );
    assert_eq!(kustom.sync_hash, sent.offer.sync_hash(&kustom_id("k1"), 1));
    let newer = &change.snapshots[1];
    assert_eq!(
        kustom.pending_hash,
        Some(newer.offer.sync_hash(&kustom_id("k1"), 2))
    );
    assert_eq!((&change.snapshots[0], newer.items[0].quantity), (&sent, 3));
    let keys: Vec<_> = change.jobs.iter().map(|job| job.key.clone()).collect();
    assert_eq!(
        keys,
        [JobKey::Sync(cart_id()), JobKey::Reconcile(kustom_id("k1"))]
    );
    assert_eq!(bound.items[0].quantity, 3);
}

#[test]
fn an_answer_about_something_else_binds_nothing() {
    let cart = cart_with(&[("SHOE", 1)]);
    let wrong: [fn(&mut CheckoutOrder); 4] = [
        |order| order.order_id = None,
        |order| order.merchant_reference1 = Some("C999999".into()),
        |order| order.order_amount = None,
        |order| order.order_lines.as_mut().unwrap()[0].unit_price += 1,
    ];
    for spoil in wrong {
        let draft = draft(&cart);
        let mut created = answer(&draft.snapshot);
        spoil(&mut created);
        assert_eq!(absorb(&cart, draft, &created), Err(OpenError::UnexpectedAnswer));
    }
}

#[test]
fn the_second_of_two_openings_is_refused() {
    let cart = cart_with(&[("SHOE", 1)]);
    let (winner, loser) = (opened(&cart).cart, draft(&cart));
    let created = answer(&loser.snapshot);
    assert_eq!(
        absorb(&winner, loser.clone(), &created),
        Err(OpenError::AlreadyOpen)
    );
    // The winner's order may be gone again; its revision is not.
    let retired = Cart {
        kustom: None,
        ..winner
    };
    assert_eq!(absorb(&retired, loser, &created), Err(OpenError::AlreadyOpen));
}

#[test]
fn a_cart_that_was_bought_meanwhile_is_not_bound() {
    let cart = cart_with(&[("SHOE", 1)]);
    let draft = draft(&cart);
    let created = answer(&draft.snapshot);
    let state = CartState::Completed;
    let bought = Cart { state, ..cart };
    assert_eq!(
        absorb(&bought, draft, &created),
        Err(OpenError::NotOpen { state })
    );
}

#[test]
fn an_opened_checkout_that_lacks_nothing_is_read() {
    let opened = opened(&cart_with(&[("SHOE", 1)]));
    let call = plan_reuse(
        state(&opened.cart),
        &opened.snapshot,
        storefront_urls(),
        callbacks(),
        None,
    );
    assert_eq!((&call.request, &call.urls), (&SyncRequest::Read, &None));
    assert_eq!(call.kustom_order_id, kustom_id("k1"));
    assert_eq!(call.sync_hash, state(&opened.cart).sync_hash);
}

#[test]
fn an_opened_checkout_that_lacks_something_is_updated() {
    let opened = opened(&cart_with(&[("SHOE", 1)]));
    let other_page = StorefrontUrls {
        checkout: "https://shop.example/kassa".into(),
        ..storefront_urls()
    };
    let (behind, newest) = edited(&opened.cart, set_quantity(1, 2));
    let mut unsure = opened.cart.clone();
    unsure.kustom.as_mut().unwrap().ambiguous_until = Some(now());
    for (cart, snapshot, urls) in [
        (&opened.cart, &opened.snapshot, other_page),
        (&behind, &newest, storefront_urls()),
        (&unsure, &opened.snapshot, storefront_urls()),
    ] {
        let call = plan_reuse(state(cart), snapshot, urls.clone(), callbacks(), None);
        let expected = CheckoutOrder {
            merchant_urls: Some(merchant_urls(&urls, callbacks(), false)),
            ..snapshot.offer.to_payload()
        };
        assert_eq!(call.request, SyncRequest::Update(Box::new(expected)));
        assert_eq!((call.urls, call.revision), (Some(urls), snapshot.revision));
        assert_eq!(call.content_hash, snapshot.content_hash);
    }
}

#[test]
fn nothing_is_changed_under_a_payment() {
    let opened = opened(&cart_with(&[("SHOE", 1)]));
    let other_page = StorefrontUrls {
        checkout: "https://shop.example/kassa".into(),
        ..storefront_urls()
    };
    let until = seconds_later(60);
    let call = plan_reuse(
        state(&opened.cart),
        &opened.snapshot,
        other_page,
        callbacks(),
        Some(Lock::BeingPaid {
            until,
            seconds_left: 60,
        }),
    );
    assert_eq!((call.request, call.urls), (SyncRequest::Read, None));
}

#[test]
fn a_cart_whose_purchase_waits_for_a_person_is_not_sold_again() {
    let cart = Cart {
        in_review: Some(kustom_id("k1")),
        ..cart_with(&[("SHOE", 1)])
    };
    assert_eq!(check(&cart), Err(OpenError::InReview));
}

#[test]
fn the_pages_are_remembered_once_kustom_has_them() {
    let opened = opened(&cart_with(&[("SHOE", 1)]));
    let other_page = StorefrontUrls {
        checkout: "https://shop.example/kassa".into(),
        ..storefront_urls()
    };
    let call = plan_reuse(
        state(&opened.cart),
        &opened.snapshot,
        other_page.clone(),
        callbacks(),
        None,
    );
    let told = sync::absorb(&opened.cart, &call, &Ok(answer(&opened.snapshot)), now(), now());
    assert_eq!(state(&written(&told.change)).urls, other_page);
}

#[test]
fn a_cart_emptied_during_the_opening_is_pending_but_not_sent() {
    let cart = cart_with(&[("SHOE", 1)]);
    let draft = draft(&cart);
    let mut created = answer(&draft.snapshot);
    created.status = Some(CheckoutStatus::Incomplete);
    let emptied = written(&apply(&cart, remove(1)).unwrap());
    let change = absorb(&emptied, draft, &created).unwrap();
    assert_eq!(change.snapshots.len(), 2);
    assert!(change.jobs.iter().all(|job| job.key != JobKey::Sync(cart_id())));
    assert!(state(&written(&change)).is_syncing());
}
