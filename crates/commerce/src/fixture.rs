//! A small shop, carts in it and Kustom's answers about them, for the tests of every rule.

use crate::address::CountryCode;
use crate::cart::Cart;
use crate::catalogue::{
    Catalogue, CustomerType, Price, Product, Profile, RateFrom, ShippingMethod, ShippingMode, Shop, TaxClass,
};
use crate::change::{CartWrite, Change, KustomOrderWrite};
use crate::command::{self, CartCommand, CartError, Quantity};
use crate::id::{CartId, CartItemId, OrderId, PaymentId, SessionId};
use crate::kustom::completion::{Evidence, NewIds};
use crate::kustom::hook::SyncTiming;
use crate::kustom::open::{self, CallbackUrls, Draft};
use crate::kustom::{KustomOrder, KustomState, StorefrontUrls};
use crate::locale::Locale;
use crate::money::{Currency, Money, TaxRate};
use crate::order::NumberSeries;
use crate::pricing::{Priced, price};
use crate::promotion::Promotion;
use crate::snapshot::Snapshot;
use jiff::{SignedDuration, Timestamp};
use kustom_api::{
    Address, CheckoutOrder, CheckoutStatus, FraudStatus, InitialPaymentMethod, KustomOrderId, ManagedOrder,
    ManagementStatus,
};
use std::collections::BTreeSet;
use uuid::Uuid;

pub(crate) const TIMING: SyncTiming = SyncTiming {
    delay: SignedDuration::from_millis(150),
    longest_delay: SignedDuration::from_millis(1000),
};
pub(crate) fn callbacks() -> CallbackUrls {
    CallbackUrls {
        push: "https://kassa.example/push/token".into(),
        notification: "https://kassa.example/push/token?event=notification".into(),
        validation: "https://kassa.example/validate/token".into(),
        shipping_option_update: "https://kassa.example/shipping-option/token".into(),
        address_update: "https://kassa.example/address/token".into(),
        country_change: "https://kassa.example/country/token".into(),
    }
}

pub(crate) fn currency(code: &str) -> Currency {
    Currency::from_code(code).unwrap()
}

pub(crate) fn sek(amount_minor: i64) -> Money {
    Money::new(amount_minor, currency("SEK"))
}

pub(crate) fn rate(basis_points: u16) -> TaxRate {
    TaxRate::from_basis_points(basis_points).unwrap()
}

pub(crate) fn country(code: &str) -> CountryCode {
    CountryCode::from_code(code).unwrap()
}

pub(crate) fn now() -> Timestamp {
    "2026-06-01T12:00:00Z".parse().unwrap()
}

pub(crate) fn seconds_later(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

pub(crate) fn cart_id() -> CartId {
    CartId(Uuid::from_u128(0xCA27))
}

pub(crate) fn item_id(number: u128) -> CartItemId {
    CartItemId(Uuid::from_u128(number))
}

pub(crate) fn new_ids() -> NewIds {
    NewIds {
        order_id: OrderId(Uuid::from_u128(0x0D)),
        payment_id: PaymentId(Uuid::from_u128(0x9A)),
        series: NumberSeries::default(),
    }
}

pub(crate) fn session_id() -> SessionId {
    SessionId(Uuid::from_u128(0x5E))
}

pub(crate) fn kustom_id(text: &str) -> KustomOrderId {
    KustomOrderId(text.to_owned())
}

pub(crate) fn storefront_urls() -> StorefrontUrls {
    StorefrontUrls {
        terms: "https://shop.example/terms".into(),
        checkout: "https://shop.example/checkout".into(),
        confirmation: "https://shop.example/thanks".into(),
    }
}

fn product(number: &str, tax_class: &str, prices: &[(i64, &str, bool)]) -> Product {
    let price = |&(minor, code, tax_included): &(i64, &str, bool)| Price {
        unit_price: Money::new(minor, currency(code)),
        tax_included,
        channel_key: None,
    };
    Product {
        number: number.into(),
        description: format!("A {number}"),
        image: None,
        tax_class: tax_class.into(),
        categories: BTreeSet::from([tax_class.to_owned()]),
        weight_grams: Some(500),
        is_counted: false,
        prices: prices.iter().map(price).collect(),
    }
}

fn tax_class(key: &str, default_rate: u16, rates: &[(&str, u16)]) -> TaxClass {
    TaxClass {
        key: key.into(),
        default_rate: rate(default_rate),
        rates: rates
            .iter()
            .map(|&(code, points)| {
                (
                    country(code),
                    vec![RateFrom {
                        from: None,
                        rate: rate(points),
                    }],
                )
            })
            .collect(),
    }
}

pub(crate) fn shipping_method(key: &str, price: Money, free_from: Option<Money>) -> ShippingMethod {
    ShippingMethod {
        key: key.into(),
        name: key.into(),
        price,
        free_from,
        countries: Vec::new(),
        min_weight_grams: None,
        max_weight_grams: None,
        min_total: None,
        max_total: None,
        tax_class: None,
    }
}

pub(crate) fn profile(key: &str, code: &str, tax_included: bool, countries: &[&str]) -> Profile {
    let method = |key: &str, minor, free_from: Option<i64>| {
        let amount = |minor| Money::new(minor, currency(code));
        ShippingMethod {
            name: format!("By {key}"),
            ..shipping_method(key, amount(minor), free_from.map(amount))
        }
    };
    Profile {
        key: key.into(),
        channel_key: "web".into(),
        currency: currency(code),
        tax_included,
        default_country: country(countries[0]),
        allowed_countries: countries.iter().map(|code| country(code)).collect(),
        locales: Vec::new(),
        shipping_mode: ShippingMode::Cart,
        customer_types: vec![CustomerType::Person],
        kustom_account: None,
        order_numbers: None,
        shipping_methods: vec![method("courier", 9900, None), method("post", 4900, Some(50_000))],
        shipping_tax_class: "goods".into(),
        origins: vec!["https://shop.example".into()],
    }
}

/// Shoes at 199 kr with 25 % (25.5 % in Finland), books at 49.90 kr with 6 %, gift cards without tax, and a statue at
/// the price of the dearest line that Kustom accepts.
pub(crate) fn products() -> Vec<Product> {
    vec![
        product(
            "SHOE",
            "goods",
            &[(19_900, "SEK", true), (3333, "SEK", false), (1999, "EUR", true)],
        ),
        product(
            "BOOK",
            "books",
            &[(4990, "SEK", true), (4708, "SEK", false), (500, "EUR", true)],
        ),
        product("GIFT", "none", &[(10_000, "SEK", true)]),
        product(
            "STATUE",
            "goods",
            &[(100_000_000, "SEK", true), (80_000_000, "SEK", false)],
        ),
        product("EURO-ONLY", "goods", &[(100, "EUR", true)]),
    ]
}

pub(crate) fn profiles() -> Vec<Profile> {
    vec![
        profile("se-webshop", "SEK", true, &["SE", "FI"]),
        profile("de-webshop", "EUR", true, &["DE", "AT"]),
        profile("se-b2b", "SEK", false, &["SE"]),
    ]
}

pub(crate) fn tax_classes() -> Vec<TaxClass> {
    vec![
        tax_class("goods", 2500, &[("FI", 2550), ("DE", 1900), ("AT", 2000)]),
        tax_class("books", 600, &[("FI", 1400), ("DE", 700), ("AT", 1000)]),
        tax_class("none", 0, &[]),
    ]
}

pub(crate) fn catalogue() -> Catalogue {
    catalogue_of(products(), profiles(), tax_classes())
}

pub(crate) fn catalogue_of(
    products: Vec<Product>,
    profiles: Vec<Profile>,
    tax_classes: Vec<TaxClass>,
) -> Catalogue {
    let shop = Shop::new(profiles, tax_classes, Vec::new()).unwrap();
    Catalogue::new(shop, products).unwrap()
}

/// The shop with promotions.
pub(crate) fn catalogue_with(promotions: Vec<Promotion>) -> Catalogue {
    let shop = Shop::new(profiles(), tax_classes(), promotions).unwrap();
    Catalogue::new(shop, products()).unwrap()
}

/// The shop after a product has been taken out of it.
pub(crate) fn catalogue_without(number: &str) -> Catalogue {
    let mut products = products();
    products.retain(|product| product.number != number);
    catalogue_of(products, profiles(), tax_classes())
}

/// An empty cart as the store gives it back.
pub(crate) fn empty_cart(profile_key: &str) -> Cart {
    let locale = Locale::parse("sv_SE").unwrap();
    let change = command::create(cart_id(), profile_key, &locale, None, catalogue().shop(), now()).unwrap();
    let Some(CartWrite::Insert(mut cart)) = change.cart else {
        panic!("a new cart is inserted");
    };
    cart.number = "C100042".into();
    *cart
}

/// A cart of `se-webshop`; the items are numbered from one.
pub(crate) fn cart_with(contents: &[(&str, u32)]) -> Cart {
    filled(empty_cart("se-webshop"), contents)
}

pub(crate) fn filled(cart: Cart, contents: &[(&str, u32)]) -> Cart {
    (1..)
        .zip(contents)
        .fold(cart, |cart, (number, (product, quantity))| {
            changed(&cart, add(number, product, *quantity))
        })
}

pub(crate) fn add(item: u128, product_number: &str, quantity: u32) -> CartCommand {
    CartCommand::AddItem {
        item_id: item_id(item),
        product_number: product_number.into(),
        quantity: Quantity::new(quantity).unwrap(),
    }
}

pub(crate) fn set_quantity(item: u128, quantity: u32) -> CartCommand {
    CartCommand::SetQuantity {
        item_id: item_id(item),
        quantity: Quantity::new(quantity).unwrap(),
    }
}

pub(crate) fn remove(item: u128) -> CartCommand {
    CartCommand::RemoveItem {
        item_id: item_id(item),
    }
}

pub(crate) fn apply(cart: &Cart, command: CartCommand) -> Result<Change, CartError> {
    command::apply(cart, command, &catalogue(), &TIMING, now())
}

/// The cart after a command that must succeed.
pub(crate) fn changed(cart: &Cart, command: CartCommand) -> Cart {
    written(&apply(cart, command).unwrap())
}

/// The cart that a change writes.
pub(crate) fn written(change: &Change) -> Cart {
    match &change.cart {
        Some(CartWrite::Update(cart) | CartWrite::Insert(cart)) => Cart::clone(cart),
        None => panic!("the change writes no cart"),
    }
}

pub(crate) fn priced(cart: &Cart) -> Priced {
    price(cart, &catalogue(), now()).unwrap()
}

pub(crate) fn state(cart: &Cart) -> &KustomState {
    cart.kustom.as_ref().unwrap()
}

pub(crate) fn draft(cart: &Cart) -> Draft {
    let shop = catalogue();
    let profile = shop.profile(&cart.profile_key).unwrap();
    open::plan_create(
        cart,
        priced(cart),
        profile,
        session_id(),
        storefront_urls(),
        callbacks(),
    )
    .unwrap()
}

/// A cart with an open Kustom order, and all that the opening wrote.
pub(crate) struct Opened {
    pub(crate) cart: Cart,
    pub(crate) snapshot: Snapshot,
    pub(crate) kustom_order: KustomOrder,
}

pub(crate) fn opened(cart: &Cart) -> Opened {
    let draft = draft(cart);
    let created = answer(&draft.snapshot);
    let change = open::absorb_created(cart, &priced(cart), draft, &created, None, &TIMING, now()).unwrap();
    let [KustomOrderWrite::Open(kustom_order)] = change.kustom_orders.as_slice() else {
        panic!("exactly one Kustom order is opened");
    };
    Opened {
        cart: written(&change),
        snapshot: change.snapshots[0].clone(),
        kustom_order: kustom_order.clone(),
    }
}

/// An open cart after one more command, with the snapshot that it made.
pub(crate) fn edited(cart: &Cart, command: CartCommand) -> (Cart, Snapshot) {
    let change = apply(cart, command).unwrap();
    (written(&change), change.snapshots[0].clone())
}

/// Kustom's answer when it holds exactly this snapshot.
pub(crate) fn answer(snapshot: &Snapshot) -> CheckoutOrder {
    CheckoutOrder {
        order_id: Some(kustom_id("k1")),
        status: Some(CheckoutStatus::Incomplete),
        merchant_reference1: Some("C100042".into()),
        html_snippet: Some("<div></div>".into()),
        ..snapshot.offer.to_payload()
    }
}

pub(crate) fn shopper() -> Address {
    Address {
        given_name: Some("Testperson".into()),
        family_name: Some("Approved".into()),
        email: Some("shopper@example.test".into()),
        phone: Some("+46 70 123 45 67".into()),
        street_address: Some("Stårgatan 1".into()),
        postal_code: Some("12345".into()),
        city: Some("Ankeborg".into()),
        country: Some("se".into()),
        ..Address::default()
    }
}

/// What both of Kustom's APIs say once this snapshot has been paid.
pub(crate) fn evidence(snapshot: &Snapshot) -> Evidence {
    let checkout = CheckoutOrder {
        status: Some(CheckoutStatus::Complete),
        billing_address: Some(shopper()),
        shipping_address: Some(shopper()),
        ..answer(snapshot)
    };
    let managed = ManagedOrder {
        order_id: kustom_id("k1"),
        status: ManagementStatus::Authorized,
        fraud_status: FraudStatus::Accepted,
        order_amount: snapshot.offer.order_amount,
        original_order_amount: snapshot.offer.order_amount,
        captured_amount: 0,
        refunded_amount: 0,
        remaining_authorized_amount: snapshot.offer.order_amount,
        purchase_country: snapshot.offer.purchase_country.clone(),
        purchase_currency: snapshot.offer.purchase_currency.clone(),
        locale: None,
        order_lines: checkout.order_lines.clone().unwrap(),
        merchant_reference1: Some("C100042".into()),
        merchant_reference2: None,
        merchant_data: None,
        klarna_reference: None,
        customer: None,
        billing_address: Some(shopper()),
        shipping_address: Some(shopper()),
        created_at: Some(now()),
        expires_at: Some(seconds_later(28 * 86_400)),
        captures: Vec::new(),
        refunds: Vec::new(),
        shipping_info: Vec::new(),
        initial_payment_method: Some(InitialPaymentMethod {
            method_type: "INVOICE".into(),
            description: None,
            number_of_installments: None,
        }),
        selected_shipping_option: None,
    };
    Evidence { checkout, managed }
}
