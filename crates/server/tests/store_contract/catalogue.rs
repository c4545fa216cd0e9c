//! The shop and its products: every import is a version, and all of it is there or none.

use crate::data::{cart, cart_id, insertion, sek, standard_rate};
use futures_util::future::join_all;
use kassa::store::{Scarce, Store, StoreError, StoredShop};
use kassa_commerce::address::CountryCode;
use kassa_commerce::catalogue::{Price, Product, Profile, Rest, ShippingMode, Shop, TaxClass};
use kassa_commerce::change::{CatalogueWrite, Change, StockWrite};
use kassa_commerce::money::Currency;
use std::collections::{BTreeMap, BTreeSet};

fn profile(key: &str) -> Profile {
    let country = CountryCode::from_code("SE").unwrap();
    Profile {
        key: key.to_owned(),
        channel_key: "web".to_owned(),
        currency: Currency::from_code("SEK").unwrap(),
        tax_included: true,
        default_country: country.clone(),
        allowed_countries: vec![country],
        locales: Vec::new(),
        shipping_mode: ShippingMode::Cart,
        shipping_methods: Vec::new(),
        shipping_tax_class: "goods".to_owned(),
        customer_types: Vec::new(),
        origins: Vec::new(),
        kustom_account: None,
        order_numbers: None,
    }
}

fn shop(profiles: &[&str], tax_classes: &[&str]) -> Shop {
    let class = |key: &&str| TaxClass {
        key: (*key).to_owned(),
        default_rate: standard_rate(),
        rates: BTreeMap::new(),
    };
    let profiles = profiles.iter().map(|key| profile(key)).collect();
    Shop::new(profiles, tax_classes.iter().map(class).collect(), Vec::new()).unwrap()
}

fn product(number: &str, price: i64) -> Product {
    Product {
        number: number.to_owned(),
        description: format!("Ett \"{number}\""),
        image: None,
        tax_class: "goods".to_owned(),
        categories: BTreeSet::from(["shoes".to_owned()]),
        weight_grams: Some(900),
        is_counted: true,
        prices: vec![Price {
            unit_price: sek(price),
            tax_included: true,
            channel_key: Some("web".to_owned()),
        }],
    }
}

fn import(planned_on: u64, shop: Option<Shop>, products: &[Product]) -> CatalogueWrite {
    CatalogueWrite {
        planned_on,
        shop,
        products: products.to_vec(),
        other_products: Rest::Kept,
        start_file: None,
    }
}

async fn commit(store: &dyn Store, write: CatalogueWrite) -> Result<(), StoreError> {
    let change = Change {
        catalogue: Some(write),
        ..Change::default()
    };
    store.commit(change).await.map(drop)
}

/// Version and products, in the order of their numbers.
async fn products(store: &dyn Store, numbers: &[&str]) -> (u64, Vec<Product>) {
    let numbers: Vec<String> = numbers.iter().map(|number| (*number).to_owned()).collect();
    let mut stored = store.products(&numbers).await.unwrap();
    stored
        .products
        .sort_by(|one, other| one.number.cmp(&other.number));
    (stored.version, stored.products)
}

pub(crate) async fn stocked(store: &dyn Store) {
    let goods = [product("A", 100), product("B", 200)];
    let all = shop(&["se", "no"], &["goods", "books"]);
    commit(store, import(0, Some(all), &goods)).await.unwrap();
}

pub(crate) async fn before_the_first_import_there_is_no_shop(store: &dyn Store) {
    assert_eq!(store.shop().await.unwrap(), StoredShop::default());
    assert_eq!(products(store, &["A"]).await, (0, Vec::new()));
    assert_eq!(products(store, &[]).await, (0, Vec::new()));
}

pub(crate) async fn an_import_is_read_back(store: &dyn Store) {
    stocked(store).await;
    let stored = store.shop().await.unwrap();
    assert_eq!(
        (stored.version, stored.shop),
        (1, shop(&["se", "no"], &["goods", "books"]))
    );
    let both = vec![product("A", 100), product("B", 200)];
    assert_eq!(products(store, &["B", "X", "A"]).await, (1, both));
    assert_eq!(products(store, &["X", "a", "A "]).await, (1, Vec::new()));
}

pub(crate) async fn an_import_overwrites_what_it_names_and_keeps_the_rest(store: &dyn Store) {
    stocked(store).await;
    let goods = [product("B", 250), product("C", 300)];
    commit(store, import(1, None, &goods)).await.unwrap();
    let expected = vec![product("A", 100), product("B", 250), product("C", 300)];
    assert_eq!(products(store, &["A", "B", "C"]).await, (2, expected));
    let kept = store.shop().await.unwrap();
    assert_eq!(kept.shop, shop(&["se", "no"], &["goods", "books"]));
}

pub(crate) async fn an_import_that_replaces_removes_the_rest_with_its_count(store: &dyn Store) {
    stocked(store).await;
    store.commit(insertion(cart(1))).await.unwrap();
    let count = |number: &str| StockWrite {
        product_number: number.to_owned(),
        on_hand: Some(5),
    };
    let counted = Change {
        stock: vec![count("A"), count("B")],
        ..Change::default()
    };
    store.commit(counted).await.unwrap();
    let replacing = CatalogueWrite {
        other_products: Rest::Removed,
        ..import(1, None, &[product("B", 250)])
    };
    commit(store, replacing).await.unwrap();
    assert_eq!(products(store, &["A", "B"]).await, (2, vec![product("B", 250)]));
    let scarce = Scarce {
        products: vec!["A".to_owned(), "B".to_owned()],
        ..Scarce::default()
    };
    let left = store
        .left_over(cart_id(1), &scarce, crate::data::at(0))
        .await
        .unwrap();
    assert_eq!(left.available, [("B".to_owned(), 5)]);
}

pub(crate) async fn an_import_planned_on_an_older_catalogue_is_refused(store: &dyn Store) {
    stocked(store).await;
    let late = import(0, Some(shop(&["de"], &["goods"])), &[product("A", 1)]);
    assert_eq!(commit(store, late).await, Err(StoreError::Conflict));
    assert_eq!(products(store, &["A"]).await, (1, vec![product("A", 100)]));
}

pub(crate) async fn of_many_imports_at_once_one_wins(store: &dyn Store) {
    stocked(store).await;
    let imports = (1..=10).map(|price| commit(store, import(1, None, &[product("A", price)])));
    for error in crate::data::losers(join_all(imports).await) {
        assert_eq!(error, StoreError::Conflict);
    }
    assert_eq!(store.shop().await.unwrap().version, 2);
}

pub(crate) async fn a_tax_class_that_a_product_needs_stays(store: &dyn Store) {
    stocked(store).await;
    let books_only = shop(&[], &["books"]);
    let refused = commit(store, import(1, Some(books_only.clone()), &[product("B", 250)])).await;
    assert!(
        matches!(&refused, Err(StoreError::TaxClassInUse { tax_class, .. }) if tax_class == "goods"),
        "{refused:?}"
    );
    assert_eq!(products(store, &["B"]).await, (1, vec![product("B", 200)]));
    assert_eq!(
        store.shop().await.unwrap().shop,
        shop(&["se", "no"], &["goods", "books"])
    );
    // With the products that needed it, it can go.
    let mut book = product("B", 250);
    book.tax_class = "books".to_owned();
    let replacing = CatalogueWrite {
        other_products: Rest::Removed,
        ..import(1, Some(books_only), &[book])
    };
    commit(store, replacing).await.unwrap();
}

pub(crate) async fn an_import_that_is_refused_undoes_the_change_it_is_part_of(store: &dyn Store) {
    stocked(store).await;
    let change = Change {
        catalogue: Some(import(0, None, &[])),
        ..insertion(cart(1))
    };
    assert_eq!(store.commit(change).await, Err(StoreError::Conflict));
    assert_eq!(store.cart(cart_id(1)).await.unwrap(), None);
}

pub(crate) async fn what_a_start_has_imported_is_remembered(store: &dyn Store) {
    let starting = CatalogueWrite {
        start_file: Some("abc".to_owned()),
        ..import(0, Some(shop(&["se"], &["goods"])), &[])
    };
    commit(store, starting).await.unwrap();
    commit(store, import(1, None, &[product("A", 1)])).await.unwrap();
    let stored = store.shop().await.unwrap();
    assert_eq!((stored.version, stored.start_file.as_deref()), (2, Some("abc")));
}
