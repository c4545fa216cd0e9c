use super::*;
use crate::fixture::{
    TIMING, add, apply, cart_with, catalogue, catalogue_of, catalogue_without, changed, country, empty_cart,
    filled, item_id, now, opened, priced, products, profiles, remove, sek, set_quantity, tax_classes,
    written,
};
use serde_json::json;

fn refused(cart: &Cart, command: CartCommand) -> CartError {
    apply(cart, command).expect_err("the command is refused")
}

fn set_address(change: fn(&mut Address)) -> CartCommand {
    let mut address = Address::default();
    change(&mut address);
    CartCommand::SetAddress {
        address: Some(Box::new(address)),
        invoice_recipient: None,
    }
}

fn set_invoice(change: InvoiceChange) -> CartCommand {
    CartCommand::SetAddress {
        address: None,
        invoice_recipient: Some(change),
    }
}

fn field(key: &str) -> FieldKey {
    FieldKey::parse(key).unwrap()
}

fn create_in(profile_key: &str, country: Option<&str>) -> Result<Change, CartError> {
    let country = country.map(|code| CountryCode::from_code(code).unwrap());
    let locale = Locale::parse("sv_SE").unwrap();
    create(
        crate::fixture::cart_id(),
        profile_key,
        &locale,
        country,
        catalogue().shop(),
        now(),
    )
}

#[test]
fn a_new_cart_takes_everything_from_its_profile() {
    let cart = written(&create_in("se-b2b", None).unwrap());
    assert_eq!((cart.currency, cart.tax_included), (sek(0).currency(), false));
    assert_eq!((cart.country, cart.channel_key.as_str()), (country("SE"), "web"));
    assert_eq!((cart.locale.as_str(), cart.state), ("sv_SE", CartState::Open));
}

#[test]
fn a_new_cart_is_inserted_and_tells_nobody() {
    let change = create_in("se-webshop", Some("FI")).unwrap();
    let cart = written(&change);
    assert_eq!(cart.country, country("FI"));
    assert_eq!(
        change,
        Change {
            cart: Some(CartWrite::Insert(Box::new(cart))),
            ..Change::default()
        }
    );
}

#[test]
fn carts_of_unknown_profiles_and_foreign_countries_are_refused() {
    assert_eq!(create_in("no-such", None), Err(CartError::UnknownProfile));
    assert_eq!(
        create_in("se-webshop", Some("DE")),
        Err(CartError::CountryNotAllowed)
    );
}

#[test]
fn quantities_are_whole_numbers_from_one_to_the_limit() {
    for (quantity, allowed) in [
        (0, false),
        (1, true),
        (9999, true),
        (10_000, false),
        (u32::MAX, false),
    ] {
        assert_eq!(Quantity::new(quantity).is_some(), allowed, "{quantity}");
    }
}

#[test]
fn an_added_item_remembers_what_the_catalogue_says() {
    let cart = cart_with(&[("SHOE", 2)]);
    let [item] = cart.items.as_slice() else {
        panic!("one item")
    };
    assert_eq!((item.id, item.quantity), (item_id(1), 2));
    assert_eq!(item.last_known.unit_price, sek(19_900));
    assert_eq!(item.last_known.description, "A SHOE");
}

#[test]
fn the_same_product_twice_makes_two_items() {
    let cart = cart_with(&[("SHOE", 1), ("SHOE", 2)]);
    let quantities: Vec<_> = cart.items.iter().map(|item| item.quantity).collect();
    assert_eq!(quantities, [1, 2]);
}

#[test]
fn a_product_without_a_price_for_the_cart_cannot_be_added() {
    let cart = empty_cart("se-webshop");
    assert_eq!(refused(&cart, add(1, "NONE", 1)), ProductError::NotFound.into());
    let no_price = ProductError::NoPrice {
        currency: cart.currency,
    };
    assert_eq!(refused(&cart, add(1, "EURO-ONLY", 1)), no_price.clone().into());
    // Gift cards have a price with tax only.
    assert_eq!(refused(&empty_cart("se-b2b"), add(1, "GIFT", 1)), no_price.into());
}

#[test]
fn the_hundred_and_first_item_is_refused() {
    let full = cart_with(&[("BOOK", 1); MAX_ITEMS]);
    assert_eq!(full.items.len(), 100);
    assert_eq!(refused(&full, add(101, "BOOK", 1)), CartError::TooManyItems);
}

#[test]
fn items_are_changed_and_removed_by_their_own_id() {
    let cart = cart_with(&[("SHOE", 1), ("BOOK", 1)]);
    let cart = changed(&cart, set_quantity(2, 7));
    let quantities: Vec<_> = cart.items.iter().map(|item| item.quantity).collect();
    assert_eq!(quantities, [1, 7]);
    let cart = changed(&cart, remove(1));
    let left: Vec<_> = cart.items.iter().map(|item| item.id).collect();
    assert_eq!(left, [item_id(2)]);
}

#[test]
fn an_item_of_another_cart_is_not_found() {
    let cart = cart_with(&[("SHOE", 1)]);
    assert_eq!(refused(&cart, set_quantity(9, 1)), CartError::ItemNotFound);
    assert_eq!(refused(&cart, remove(9)), CartError::ItemNotFound);
}

#[test]
fn a_total_above_the_limit_is_refused() {
    let cart = cart_with(&[("STATUE", 1)]);
    assert_eq!(
        refused(&cart, set_quantity(1, 2)),
        CartError::Pricing(PricingError::TotalTooLarge)
    );
    // 2 × 1 000 000 kr fits; with anything else it does not.
    let cart = changed(&cart, add(2, "STATUE", 1));
    assert_eq!(
        refused(&cart, add(3, "BOOK", 1)),
        CartError::Pricing(PricingError::TotalTooLarge)
    );
}

#[test]
fn an_address_replaces_the_stored_one_and_may_be_incomplete() {
    let cart = empty_cart("se-webshop");
    let cart = changed(&cart, set_address(|address| address.name = Some("Åsa".into())));
    let cart = changed(&cart, set_address(|address| address.city = Some("Umeå".into())));
    let address = cart.address.unwrap();
    assert_eq!((address.name, address.city.as_deref()), (None, Some("Umeå")));
}

#[test]
fn an_address_in_another_country_prices_the_cart_for_it() {
    let cart = cart_with(&[("SHOE", 1)]);
    assert_eq!(priced(&cart).lines[0].tax, sek(3980));
    let cart = changed(
        &cart,
        set_address(|address| address.country_code = Some(country("FI"))),
    );
    assert_eq!(cart.country, country("FI"));
    assert_eq!(priced(&cart).lines[0].tax, sek(4043));
    assert_eq!(cart.items[0].last_known.tax_rate.basis_points(), 2550);
    // An address without a country leaves the last one standing.
    let cart = changed(&cart, set_address(|address| address.name = Some("Åsa".into())));
    assert_eq!(cart.country, country("FI"));
}

#[test]
fn addresses_abroad_and_unreadable_ones_are_refused() {
    let cart = empty_cart("se-webshop");
    assert_eq!(
        refused(
            &cart,
            set_address(|address| address.country_code = Some(country("DE")))
        ),
        CartError::CountryNotAllowed
    );
    assert_eq!(
        refused(&cart, set_address(|address| address.city = Some("x".repeat(101)))),
        ContactError::Address { member: "city" }.into()
    );
    let recipient = InvoiceRecipient {
        tax_id: Some("\u{7}".into()),
        ..InvoiceRecipient::default()
    };
    assert_eq!(
        refused(&cart, set_invoice(InvoiceChange::Set(Box::new(recipient)))),
        ContactError::Address { member: "taxId" }.into()
    );
}

#[test]
fn an_invoice_recipient_is_set_kept_and_unset() {
    let recipient = InvoiceRecipient {
        tax_id: Some("SE556000-0000".into()),
        ..InvoiceRecipient::default()
    };
    let cart = empty_cart("se-webshop");
    let cart = changed(
        &cart,
        set_invoice(InvoiceChange::Set(Box::new(recipient.clone()))),
    );
    let cart = changed(&cart, set_address(|address| address.name = Some("Åsa".into())));
    assert_eq!(cart.invoice_recipient, Some(recipient));
    let cart = changed(&cart, set_invoice(InvoiceChange::Unset));
    assert_eq!(cart.invoice_recipient, None);
    assert!(cart.address.is_some());
}

#[test]
fn email_phone_and_fields_are_stored() {
    let cart = empty_cart("se-webshop");
    let email = Email::parse("a@example.test").unwrap();
    let cart = changed(&cart, CartCommand::SetEmail { email });
    let phone = Phone::parse("070 123").unwrap();
    let cart = changed(&cart, CartCommand::SetPhone { phone });
    assert_eq!(
        (cart.email.as_deref(), cart.phone.as_deref()),
        (Some("a@example.test"), Some("070 123"))
    );
    let set = |value| CartCommand::SetField {
        key: field("note"),
        value,
    };
    let cart = changed(&cart, set(json!({"gift": true})));
    assert_eq!(cart.fields["note"], json!({"gift": true}));
    let cart = changed(&cart, CartCommand::RemoveField { key: field("note") });
    assert!(cart.fields.is_empty());
    assert_eq!(
        refused(&cart, set(json!("x".repeat(4096)))),
        FieldError::TooLarge.into()
    );
}

#[test]
fn a_cart_that_is_not_open_refuses_every_command() {
    let open = cart_with(&[("SHOE", 1)]);
    let commands = [
        add(2, "BOOK", 1),
        remove(1),
        set_quantity(1, 2),
        set_address(|_| ()),
        set_invoice(InvoiceChange::Unset),
        CartCommand::SetEmail {
            email: Email::parse("a@example.test").unwrap(),
        },
        CartCommand::SetPhone {
            phone: Phone::parse("070 123").unwrap(),
        },
        CartCommand::SetField {
            key: field("note"),
            value: json!(1),
        },
        CartCommand::RemoveField { key: field("note") },
    ];
    for state in [CartState::Completed, CartState::Rejected] {
        let cart = Cart {
            state,
            ..open.clone()
        };
        for command in &commands {
            assert_eq!(refused(&cart, command.clone()), CartError::NotOpen { state });
        }
    }
}

#[test]
fn a_product_that_left_the_catalogue_is_still_shown_and_not_sold() {
    let cart = cart_with(&[("SHOE", 3)]);
    let shop = catalogue_without("SHOE");
    let more = super::apply(&cart, set_quantity(1, 4), &shop, &TIMING, now());
    assert_eq!(more, Err(CartError::Product(ProductError::NotFound)));
    let change = super::apply(&cart, set_quantity(1, 2), &shop, &TIMING, now()).unwrap();
    let line = price(&written(&change), &shop, now()).unwrap().lines[0].clone();
    assert_eq!((line.unit_price, line.total), (sek(19_900), sek(39_800)));
    assert_eq!(line.description, "A SHOE");
    assert!(is_short(&written(&change), &shop, now()));
}

#[test]
fn every_command_remembers_what_the_catalogue_says_by_then() {
    let cart = cart_with(&[("SHOE", 1)]);
    let mut dearer = products();
    dearer[0].prices[0].unit_price = sek(25_000);
    let shop = catalogue_of(dearer, profiles(), tax_classes());
    let key = field("note");
    let value = json!(1);
    let change = super::apply(&cart, CartCommand::SetField { key, value }, &shop, &TIMING, now()).unwrap();
    assert_eq!(written(&change).items[0].last_known.unit_price, sek(25_000));
}

#[test]
fn a_cart_whose_profile_is_gone_says_so() {
    let cart = Cart {
        profile_key: "gone".into(),
        ..cart_with(&[("SHOE", 1)])
    };
    assert_eq!(
        refused(&cart, remove(1)),
        CartError::Pricing(PricingError::ProfileGone)
    );
}

#[test]
fn a_command_writes_cart_snapshot_and_job_as_one_change() {
    let cart = opened(&cart_with(&[("SHOE", 1)])).cart;
    let change = apply(&cart, set_quantity(1, 2)).unwrap();
    let after = written(&change);
    assert_eq!(after.version, cart.version, "the version it was planned on");
    assert_eq!((change.snapshots.len(), change.jobs.len()), (1, 1));
    assert_eq!(change.snapshots[0].items, after.items);
    assert_eq!(after.kustom.unwrap().revision, change.snapshots[0].revision);
}

#[test]
fn a_refused_command_writes_nothing_to_the_cart_in_hand() {
    let cart = filled(empty_cart("se-webshop"), &[("STATUE", 1)]);
    let before = cart.clone();
    refused(&cart, set_quantity(1, 2));
    assert_eq!(cart, before);
}

#[test]
fn an_item_that_is_added_again_under_its_id_is_added_once() {
    let cart = changed(&cart_with(&[("SHOE", 1)]), set_quantity(1, 5));
    let again = changed(&cart, add(1, "SHOE", 1));
    assert_eq!(again.items, cart.items, "the shopper's later quantity stands");
    assert_eq!(refused(&cart, add(1, "BOOK", 1)), CartError::ItemIdReused);
    let full = cart_with(&[("BOOK", 1); MAX_ITEMS]);
    assert_eq!(changed(&full, add(7, "BOOK", 1)).items, full.items);
}

/// Each row: what is in the cart, what it is changed by, how many there are, and the refusal.
#[test]
fn nobody_puts_more_into_a_cart_than_there_is() {
    let out_of_stock = |available| Err(CartError::OutOfStock { available });
    let rows = [
        (add(9, "SHOE", 3), 5, Ok(())),
        (add(9, "SHOE", 4), 5, out_of_stock(5)),
        (set_quantity(1, 5), 5, Ok(())),
        (set_quantity(1, 6), 5, out_of_stock(5)),
        // What is in the cart already may be too much by now; less of it, or more of something else, is no harm.
        (set_quantity(1, 1), 0, Ok(())),
        (add(9, "BOOK", 1), 1, Ok(())),
        (add(9, "SHOE", 1), 0, out_of_stock(0)),
    ];
    let cart = cart_with(&[("SHOE", 2)]);
    for (command, available, expected) in rows {
        let shop = catalogue().with_left_over([], [("SHOE".to_owned(), available)]);
        let applied = super::apply(&cart, command.clone(), &shop, &TIMING, now()).map(|_| ());
        assert_eq!(applied, expected, "{command:?} of {available}");
    }
}

#[test]
fn a_cart_is_short_of_what_it_wants_more_of_than_there_is() {
    let cart = cart_with(&[("SHOE", 2), ("BOOK", 1), ("SHOE", 1)]);
    let short_with = |available| {
        let shop = catalogue().with_left_over([], [("SHOE".to_owned(), available)]);
        is_short(&cart, &shop, now())
    };
    assert!(!short_with(3));
    assert!(short_with(2));
    assert!(!is_short(&cart, &catalogue(), now()), "nobody counts");
}
