//! How many durable commits a second the SQLite store makes: one after the other, and with many waiting at once.
//!
//! Only the ratio can be compared between machines and days. The time of a bare sync is printed beside it, because that
//! is what a lone commit waits for and what a group shares.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot measure has nothing better to do than stop"
)]

use futures_util::future::join_all;
use jiff::Timestamp;
use kassa::store::Store;
use kassa::store::sqlite::SqliteStore;
use kassa_commerce::address::CountryCode;
use kassa_commerce::cart::{Cart, CartState};
use kassa_commerce::change::{CartWrite, Change};
use kassa_commerce::id::CartId;
use kassa_commerce::job::{JobKey, JobRequest};
use kassa_commerce::money::Currency;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// As many as a busy shop has in flight; the design's figures are for this number.
const WAITING: usize = 64;

/// A disk's mood changes within seconds, so both sides of the ratio are measured in turns.
const ROUNDS: usize = 5;

const ROUND_TIME: Duration = Duration::from_secs(1);

/// About what a cart with ten items takes.
const CART_BYTES: usize = 3000;

fn main() {
    // Test runners start every benchmark as well, without this argument.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let store = SqliteStore::open(&directory.path().join("kassa.db")).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut rounds: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let sync_us = sync_time_us(directory.path());
            let alone = runtime.block_on(commits_per_second(&store, 1));
            let grouped = runtime.block_on(commits_per_second(&store, WAITING));
            println!(
                "sync {sync_us:6.0} us   alone {alone:7.0}/s   {WAITING} waiting {grouped:7.0}/s   ratio {:5.1}",
                grouped / alone
            );
            grouped / alone
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    println!("store_group_commit_ratio {:.1}", rounds[ROUNDS / 2]);
}

fn sync_time_us(directory: &Path) -> f64 {
    const SYNCS: u32 = 50;
    let mut file = File::create(directory.join("sync")).unwrap();
    let start = Instant::now();
    for _ in 0..SYNCS {
        file.write_all(&[0; 4096]).unwrap();
        file.sync_data().unwrap();
    }
    start.elapsed().as_secs_f64() * 1e6 / f64::from(SYNCS)
}

async fn commits_per_second(store: &SqliteStore, waiting: usize) -> f64 {
    let start = Instant::now();
    let shoppers = (0..waiting).map(|_| shop(store, start + ROUND_TIME));
    let commits: u32 = join_all(shoppers).await.into_iter().sum();
    f64::from(commits) / start.elapsed().as_secs_f64()
}

/// Changes one cart over and over, each time with its sync job, as every mutation of an offered cart does.
async fn shop(store: &SqliteStore, end: Instant) -> u32 {
    let mut cart = new_cart();
    let insertion = Change {
        cart: Some(CartWrite::Insert(Box::new(cart.clone()))),
        ..Change::default()
    };
    store.commit(insertion).await.unwrap();
    let mut commits = 0;
    while Instant::now() < end {
        cart.version += 1;
        let change = Change {
            cart: Some(CartWrite::Update(Box::new(cart.clone()))),
            jobs: vec![JobRequest::at(JobKey::Sync(cart.id), Timestamp::UNIX_EPOCH)],
            ..Change::default()
        };
        store.commit(change).await.unwrap();
        commits += 1;
    }
    commits
}

fn new_cart() -> Cart {
    Cart {
        id: random_cart_id(),
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
        items: Vec::new(),
        coupons: Vec::new(),
        shipping_choice: None,
        address: None,
        invoice_recipient: None,
        email: None,
        phone: None,
        fields: BTreeMap::from([("note".to_owned(), "x".repeat(CART_BYTES).into())]),
        kustom: None,
        payload_revision: 0,
        bought_by: None,
        in_review: None,
        used_at: Timestamp::UNIX_EPOCH,
        frozen: None,
        created_at: Timestamp::UNIX_EPOCH,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark has no caller who could give it ids"
)]
fn random_cart_id() -> CartId {
    CartId(Uuid::new_v4())
}
