//! Test data. Everything is made from small numbers, so that a failed comparison can be read.

use jiff::Timestamp;
use kassa::store::{Store, StoreError};
use kassa_commerce::address::{Address, CountryCode};
use kassa_commerce::cart::{Cart, CartItem, CartState};
use kassa_commerce::catalogue::ProductFacts;
use kassa_commerce::change::{CartWrite, Change, Claim, Committed, KustomOrderWrite, Settle};
use kassa_commerce::id::{CartId, CartItemId, OrderId, PaymentId, SessionId};
use kassa_commerce::job::{ClaimedJob, JobEnd, JobKey, JobRequest};
use kassa_commerce::kustom::{KustomOrder, KustomOrderState, Offer};
use kassa_commerce::money::{Currency, Money, TaxRate};
use kassa_commerce::order::{Contact, Delivery, DeliveryLine, DeliveryState, NumberSeries, Order};
use kassa_commerce::payment::{Authorization, AuthorizationState, Payment, Provider};
use kassa_commerce::pricing::{Priced, PricedLine};
use kassa_commerce::promotion::CouponCode;
use kassa_commerce::review::{Review, ReviewReason};
use kassa_commerce::snapshot::Snapshot;
use kustom_api::KustomOrderId;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Milliseconds after an arbitrary start, plus a few nanoseconds, so that a store that rounds is found out.
pub(crate) fn at(milliseconds: i64) -> Timestamp {
    let start = Timestamp::from_second(1_800_000_000).unwrap();
    let nanoseconds = i128::from(milliseconds) * 1_000_000 + 789;
    Timestamp::from_nanosecond(start.as_nanosecond() + nanoseconds).unwrap()
}

pub(crate) fn cart_id(number: u128) -> CartId {
    CartId(Uuid::from_u128(number))
}

pub(crate) fn kustom_order_id(number: u128) -> KustomOrderId {
    KustomOrderId(format!("kustom-{number}"))
}

pub(crate) fn sek(amount_minor: i64) -> Money {
    Money::new(amount_minor, Currency::from_code("SEK").unwrap())
}

pub(crate) fn standard_rate() -> TaxRate {
    TaxRate::from_basis_points(2500).unwrap()
}

pub(crate) fn cart(number: u128) -> Cart {
    Cart {
        id: cart_id(number),
        number: String::new(),
        version: 0,
        order: None,
        state: CartState::Open,
        profile_key: "se-webshop".to_owned(),
        channel_key: "web".to_owned(),
        currency: Currency::from_code("SEK").unwrap(),
        tax_included: true,
        locale: "sv_SE".to_owned(),
        country: CountryCode::from_code("SE").unwrap(),
        items: vec![item()],
        coupons: vec![CouponCode::parse("SUMMER2026").unwrap()],
        shipping_choice: Some("post".to_owned()),
        address: Some(Address {
            city: Some("Västerås \"vid\" Mälaren".to_owned()),
            ..Address::default()
        }),
        invoice_recipient: None,
        email: Some("a@example.com".to_owned()),
        phone: None,
        fields: BTreeMap::from([("gift".to_owned(), serde_json::json!({ "wrap": [1, 2.5, null] }))]),
        kustom: None,
        payload_revision: 0,
        bought_by: None,
        in_review: None,
        used_at: at(0),
        frozen: None,
        created_at: at(0),
    }
}

fn item() -> CartItem {
    CartItem {
        id: CartItemId(Uuid::from_u128(70)),
        product_number: "SH005-BLK-10".to_owned(),
        quantity: 2,
        last_known: ProductFacts {
            description: "Shoe".to_owned(),
            image: None,
            unit_price: sek(49_900),
            tax_rate: standard_rate(),
            categories: BTreeSet::from(["shoes".to_owned()]),
            weight_grams: Some(900),
        },
    }
}

pub(crate) fn kustom_order(number: u128, cart_id: CartId) -> KustomOrder {
    KustomOrder {
        id: kustom_order_id(number),
        cart_id,
        session_id: SessionId(Uuid::from_u128(number)),
        location: Some(format!("https://kustom.example/orders/{number}")),
        account: Some("nordic".to_owned()),
        state: KustomOrderState::Open,
        opened_at: at(i64::try_from(number).unwrap()),
    }
}

fn priced() -> Priced {
    Priced {
        currency: Currency::from_code("SEK").unwrap(),
        tax_included: true,
        lines: vec![PricedLine {
            item_id: item().id,
            product_number: item().product_number,
            description: "Shoe".to_owned(),
            image: None,
            quantity: 2,
            unit_price: sek(49_900),
            discount: sek(0),
            total: sek(99_800),
            tax: sek(19_960),
            tax_rate: standard_rate(),
        }],
        shipping: None,
        shipping_options: Vec::new(),
        shipping_in_checkout: false,
        is_unshippable: false,
        promotions: Vec::new(),
        coupons: vec!["SUMMER2026".to_owned()],
        invalid_coupons: Vec::new(),
        product_total: sek(99_800),
        shipping_total: sek(0),
        shipping_discount: sek(0),
        shipping_tax: sek(0),
        order_total: sek(99_800),
        order_tax_total: sek(19_960),
    }
}

pub(crate) fn snapshot(cart_id: CartId, revision: u64, content_hash: &str) -> Snapshot {
    Snapshot {
        cart_id,
        revision,
        content_hash: content_hash.to_owned(),
        offer: Offer {
            // As good as any other content.
            purchase_country: content_hash.to_owned(),
            ..Offer::new(&priced(), &CountryCode::from_code("SE").unwrap()).unwrap()
        },
        priced: priced(),
        items: vec![item()],
    }
}

pub(crate) fn payment(number: u128, kustom_order: &KustomOrder) -> Payment {
    Payment {
        id: PaymentId(Uuid::from_u128(number)),
        cart_id: kustom_order.cart_id,
        provider: Provider::Kustom(kustom_order.id.clone()),
        captured: None,
        authorization: Authorization {
            number: kustom_order.id.to_string(),
            amount: sek(99_800),
            state: AuthorizationState::Successful,
            expires_at: Some(at(1_000_000)),
        },
        method: Some("INVOICE".to_owned()),
        created_at: at(500),
    }
}

pub(crate) fn order(number: u128, kustom_order: &KustomOrder) -> Order {
    Order {
        id: OrderId(Uuid::from_u128(number)),
        number: String::new(),
        version: 0,
        series: NumberSeries::default(),
        cart_id: kustom_order.cart_id,
        cart_number: "C100001".to_owned(),
        kustom_order_id: Some(kustom_order.id.clone()),
        payment_id: PaymentId(Uuid::from_u128(number)),
        profile_key: "se-webshop".to_owned(),
        channel_key: "web".to_owned(),
        locale: "sv_SE".to_owned(),
        payload_revision: Some(1),
        priced: priced(),
        deliveries: vec![delivery()],
        cancelled_at: None,
        billing: Some(Contact::default()),
        shipping: None,
        organization_registration_id: None,
        vat_id: None,
        fields: BTreeMap::new(),
        placed_at: at(500),
    }
}

fn delivery() -> Delivery {
    Delivery {
        state: DeliveryState::Open,
        lines: vec![DeliveryLine {
            item_id: item().id,
            product_number: item().product_number,
            quantity: 2,
        }],
        shipping: None,
        address: Some(Contact::default()),
    }
}

pub(crate) fn review(kustom_order_number: u128, reason: ReviewReason, detail: &str) -> Review {
    Review {
        kustom_order_id: kustom_order_id(kustom_order_number),
        cart_id: cart_id(1),
        reason,
        detail: detail.to_owned(),
        opened_at: at(500),
        resolution: None,
    }
}

/// What completion writes besides the cart.
pub(crate) fn completion(number: u128, kustom_order: &KustomOrder) -> Change {
    Change {
        kustom_orders: vec![KustomOrderWrite::SetState {
            id: kustom_order.id.clone(),
            state: KustomOrderState::Completed,
        }],
        payment: Some(payment(number, kustom_order)),
        order: Some(Box::new(order(number, kustom_order))),
        ..Change::default()
    }
}

pub(crate) fn insertion(cart: Cart) -> Change {
    Change {
        cart: Some(CartWrite::Insert(Box::new(cart))),
        ..Change::default()
    }
}

pub(crate) fn update(cart: &Cart) -> Change {
    Change {
        cart: Some(CartWrite::Update(Box::new(cart.clone()))),
        ..Change::default()
    }
}

pub(crate) fn opening(kustom_order: &KustomOrder) -> Change {
    Change {
        kustom_orders: vec![KustomOrderWrite::Open(kustom_order.clone())],
        ..Change::default()
    }
}

pub(crate) fn state_change(number: u128, state: KustomOrderState) -> Change {
    Change {
        kustom_orders: vec![KustomOrderWrite::SetState {
            id: kustom_order_id(number),
            state,
        }],
        ..Change::default()
    }
}

/// A cart that is stored, as the store gives it back.
pub(crate) async fn stored_cart(store: &dyn Store, number: u128) -> Cart {
    store.commit(insertion(cart(number))).await.unwrap();
    store.cart(cart_id(number)).await.unwrap().unwrap()
}

/// A stored cart and its open Kustom order of the same number.
pub(crate) async fn offered_cart(store: &dyn Store, number: u128) -> (Cart, KustomOrder) {
    let cart = stored_cart(store, number).await;
    let kustom_order = kustom_order(number, cart.id);
    store.commit(opening(&kustom_order)).await.unwrap();
    (cart, kustom_order)
}

pub(crate) fn sync(number: u128) -> JobKey {
    JobKey::Sync(cart_id(number))
}

/// Times are milliseconds, as for [`at`].
pub(crate) fn request(key: JobKey, run_at: i64, latest_at: i64) -> JobRequest {
    JobRequest {
        key,
        run_at: at(run_at),
        latest_at: at(latest_at),
    }
}

pub(crate) async fn wish(store: &dyn Store, key: JobKey, run_at: i64, latest_at: i64) {
    let change = Change {
        jobs: vec![request(key, run_at, latest_at)],
        ..Change::default()
    };
    store.commit(change).await.unwrap();
}

pub(crate) fn claim_of_due(now: i64, until: i64, limit: u32) -> Change {
    Change {
        claim: Some(Claim::Due {
            now: at(now),
            until: at(until),
            limit,
        }),
        ..Change::default()
    }
}

pub(crate) async fn claim_due(store: &dyn Store, now: i64, until: i64) -> Vec<ClaimedJob> {
    store.commit(claim_of_due(now, until, 100)).await.unwrap().claimed
}

pub(crate) async fn claim_one(store: &dyn Store, key: JobKey, now: i64, until: i64) -> Option<ClaimedJob> {
    let claim = Claim::One {
        key,
        now: at(now),
        until: at(until),
    };
    let change = Change {
        claim: Some(claim),
        ..Change::default()
    };
    let claimed = store.commit(change).await.unwrap().claimed;
    assert!(claimed.len() <= 1);
    claimed.into_iter().next()
}

pub(crate) fn settlement(job: &ClaimedJob, end: JobEnd) -> Change {
    Change {
        settle: Some(Settle {
            key: job.key.clone(),
            lease: job.lease.clone(),
            end,
        }),
        ..Change::default()
    }
}

pub(crate) async fn settle(
    store: &dyn Store,
    job: &ClaimedJob,
    end: JobEnd,
) -> Result<Committed, StoreError> {
    store.commit(settlement(job, end)).await
}

pub(crate) fn retry(run_at: i64) -> JobEnd {
    JobEnd::Retry { run_at: at(run_at) }
}

pub(crate) fn proceed(run_at: i64) -> JobEnd {
    JobEnd::Continue { run_at: at(run_at) }
}

pub(crate) async fn assert_due_at(store: &dyn Store, milliseconds: i64) {
    assert_eq!(store.next_job_at().await.unwrap(), Some(at(milliseconds)));
}

pub(crate) async fn assert_no_job(store: &dyn Store) {
    assert_eq!(store.next_job_at().await.unwrap(), None);
}

/// The outcomes that are not `Ok`; there must be exactly one that is.
pub(crate) fn losers<T: std::fmt::Debug>(outcomes: Vec<Result<T, StoreError>>) -> Vec<StoreError> {
    let count = outcomes.len();
    let losers: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
    assert_eq!(losers.len() + 1, count, "exactly one wins: {losers:?}");
    losers
}
