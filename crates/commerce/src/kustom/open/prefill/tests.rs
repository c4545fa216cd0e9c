use super::*;
use crate::fixture::{callbacks, cart_with, priced, session_id, storefront_urls};
use crate::kustom::open::{OpenError, plan_create};
use crate::pricing::Priced;

fn b2b_shop(types: &[CustomerType]) -> Profile {
    let mut profile = crate::fixture::profile("se-b2b", "SEK", false, &["SE"]);
    profile.customer_types = types.to_vec();
    profile
}

fn recipient(name: &str, tax_id: Option<&str>, kind: Option<&str>) -> InvoiceRecipient {
    InvoiceRecipient {
        address: Address {
            name: Some(name.into()),
            ..Address::default()
        },
        tax_id: tax_id.map(str::to_owned),
        tax_id_type: kind.map(str::to_owned),
        tax_country_code: None,
    }
}

/// Each row: who may buy, the tax id and its kind; and type, registration id and VAT id of Kustom's customer.
#[test]
fn whoever_is_invoiced_under_a_tax_id_is_an_organisation() {
    use CustomerType::{Organization, Person};
    type Expected = Option<(&'static str, Option<&'static str>, Option<&'static str>)>;
    type Row = (
        &'static [CustomerType],
        Option<&'static str>,
        Option<&'static str>,
        Expected,
    );
    let rows: [Row; 8] = [
        (&[Person], Some("556677-8899"), None, None),
        (&[Person, Organization], None, None, Some(("person", None, None))),
        (
            &[Organization, Person],
            None,
            None,
            Some(("organization", None, None)),
        ),
        (&[Organization], None, None, Some(("organization", None, None))),
        (
            &[Person, Organization],
            Some("556677-8899"),
            None,
            Some(("organization", Some("556677-8899"), None)),
        ),
        (
            &[Person, Organization],
            Some("SE556677889901"),
            Some("EU_VAT"),
            Some(("organization", None, Some("SE556677889901"))),
        ),
        (
            &[Person, Organization],
            Some("556677-8899"),
            Some("orgnr"),
            Some(("organization", Some("556677-8899"), None)),
        ),
        (
            &[Person, Organization],
            Some("  "),
            None,
            Some(("person", None, None)),
        ),
    ];
    for (types, tax_id, kind, expected) in rows {
        let mut cart = cart_with(&[("SHOE", 1)]);
        cart.invoice_recipient = Some(recipient("Ek AB", tax_id, kind));
        let told = customer(&cart, &b2b_shop(types)).map(|customer| {
            let text = |text: &'_ Option<String>| text.clone();
            (
                text(&customer.customer_type).unwrap(),
                text(&customer.organization_registration_id),
                text(&customer.vat_id),
            )
        });
        let expected =
            expected.map(|(kind, id, vat)| (kind.to_owned(), id.map(str::to_owned), vat.map(str::to_owned)));
        assert_eq!(told, expected, "{types:?} {tax_id:?} {kind:?}");
        let organization_name =
            prefill(&cart, &b2b_shop(types)).and_then(|address| address.organization_name);
        let is_organization = expected.is_some_and(|(kind, _, _)| kind == "organization");
        assert_eq!(organization_name, is_organization.then(|| "Ek AB".to_owned()));
    }
}

#[test]
fn kustom_is_told_who_may_buy_where_that_is_not_persons_alone() {
    use CustomerType::{Organization, Person};
    let told = |types: &[CustomerType]| {
        let options = options(&b2b_shop(types));
        (
            options.allowed_customer_types,
            options.show_vat_registration_number_field,
        )
    };
    assert_eq!(told(&[Person]), (None, None));
    let both = vec!["organization".to_owned(), "person".to_owned()];
    assert_eq!(told(&[Organization, Person]), (Some(both), Some(true)));
}

#[test]
fn the_checkout_speaks_the_carts_language_or_else_the_shops_first() {
    let mut profile = b2b_shop(&[CustomerType::Person]);
    let cart = cart_with(&[("SHOE", 1)]);
    assert_eq!(locale_for(&cart, &profile), "sv-SE");
    profile.locales = vec!["nb_NO".into(), "en".into()];
    assert_eq!(locale_for(&cart, &profile), "nb-NO");
    profile.locales.push("sv".into());
    assert_eq!(locale_for(&cart, &profile), "sv-SE");
}

#[test]
fn a_cart_that_nothing_carries_opens_no_checkout() {
    let cart = cart_with(&[("SHOE", 1)]);
    let priced = Priced {
        is_unshippable: true,
        ..priced(&cart)
    };
    let profile = b2b_shop(&[CustomerType::Person]);
    let refused = plan_create(
        &cart,
        priced,
        &profile,
        session_id(),
        storefront_urls(),
        callbacks(),
    );
    assert_eq!(refused, Err(OpenError::Unshippable));
}
