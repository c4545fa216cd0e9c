//! How long a large import takes, how long others wait for it, and what it costs to look products up for a cart.
//!
//! Times depend on the machine. The ratio is of a cart's products from the shelf to the same from a catalogue that is
//! wholly in memory, as it was before the database had it.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot measure has nothing better to do than stop"
)]

use jiff::Timestamp;
use kassa::catalogue_file::Format;
use kassa::import::{Import, import};
use kassa::shelf::Shelf;
use kassa::store::Store;
use kassa::store::sqlite::SqliteStore;
use kassa_commerce::catalogue::{Catalogue, Rest};
use kassa_commerce::change::Change;
use kassa_commerce::change::Claim;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const PRODUCTS: usize = 100_000;

/// As many as a well-filled cart has.
const IN_CART: usize = 10;

const LOOKS: u32 = 20_000;

fn main() {
    // Test runners start every benchmark as well, without this argument.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let store = Arc::new(SqliteStore::open(&directory.path().join("kassa.db")).unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let shop = Import::of_one(Format::Toml, kassa::demo::CATALOGUE, Rest::Kept);
        import(store.as_ref(), &shop, &BTreeSet::new()).await.unwrap();
        for (format, text) in [
            (Format::Csv, csv()),
            (Format::Json, json()),
            (Format::Toml, toml()),
        ] {
            let files = Import::of_one(format, text, Rest::Removed);
            import_time(&store, &files, format).await;
        }
        look_up(store.as_ref()).await;
    });
}

fn csv() -> String {
    let mut text =
        "number,description,image,tax_class,categories,weight_grams,stock,price_including_tax_SEK\n"
            .to_owned();
    for number in 0..PRODUCTS {
        let _ = writeln!(
            text,
            "P{number},\"Product number {number}, in its box\",https://shop.example/images/{number}.jpg,standard,shoes|sale,900,\
             {number},{}.90",
            number % 5000
        );
    }
    text
}

fn json() -> String {
    let products = (0..PRODUCTS).map(|number| {
        format!(
            "\"P{number}\": {{ \"description\": \"Product number {number}, in its box\", \"tax_class\": \"standard\", \
             \"image\": \"https://shop.example/images/{number}.jpg\", \"categories\": [\"shoes\", \"sale\"], \
             \"weight_grams\": 900, \"stock\": {number}, \"prices_including_tax\": {{ \"SEK\": \"{}.90\" }} }}",
            number % 5000
        )
    });
    format!(
        "{{ \"products\": {{\n{}\n}} }}",
        products.collect::<Vec<_>>().join(",\n")
    )
}

fn toml() -> String {
    let products = (0..PRODUCTS).map(|number| {
        format!(
            "[products.P{number}]\ndescription = \"Product number {number}, in its box\"\ntax_class = \"standard\"\n\
             image = \"https://shop.example/images/{number}.jpg\"\ncategories = [\"shoes\", \"sale\"]\nweight_grams = 900\n\
             stock = {number}\nprices_including_tax = {{ SEK = \"{}.90\" }}\n",
            number % 5000
        )
    });
    products.collect()
}

/// The import itself, and the longest that a small commit waits meanwhile.
async fn import_time(store: &Arc<SqliteStore>, files: &Import, format: Format) {
    let done = Arc::new(AtomicBool::new(false));
    let waiting = tokio::spawn(longest_wait(Arc::clone(store), Arc::clone(&done)));
    let start = Instant::now();
    let counts = import(store.as_ref(), files, &BTreeSet::new()).await.unwrap();
    let took = start.elapsed();
    done.store(true, Ordering::Relaxed);
    let wait = waiting.await.unwrap();
    println!(
        "import of {counts} as {}: {:.2} s; another commit waited at most {:.2} s",
        format.name(),
        took.as_secs_f64(),
        wait.as_secs_f64()
    );
}

async fn longest_wait(store: Arc<SqliteStore>, done: Arc<AtomicBool>) -> Duration {
    let mut longest = Duration::ZERO;
    while !done.load(Ordering::Relaxed) {
        let change = Change {
            claim: Some(Claim::Due {
                now: Timestamp::UNIX_EPOCH,
                until: Timestamp::UNIX_EPOCH,
                limit: 1,
            }),
            ..Change::default()
        };
        let start = Instant::now();
        store.commit(change).await.unwrap();
        longest = longest.max(start.elapsed());
    }
    longest
}

async fn look_up(store: &SqliteStore) {
    let numbers: Vec<String> = (0..IN_CART).map(|number| format!("P{}", number * 7919)).collect();
    let shelf = Shelf::open(store).await.unwrap();
    let all: Vec<String> = (0..PRODUCTS).map(|number| format!("P{number}")).collect();
    let products = store.products(&all).await.unwrap().products;
    let memory = Catalogue::view(shelf.shop(), products);
    let wanted = || numbers.iter().map(String::as_str);
    let start = Instant::now();
    black_box(shelf.catalogue(store, wanted()).await.unwrap());
    let first = start.elapsed();
    let start = Instant::now();
    for _ in 0..LOOKS {
        black_box(shelf.catalogue(store, wanted()).await.unwrap());
    }
    let from_shelf = start.elapsed();
    let start = Instant::now();
    for _ in 0..LOOKS {
        black_box(memory.only(wanted()));
    }
    let from_memory = start.elapsed();
    println!(
        "{IN_CART} products: read first in {} us, then from the shelf in {:.1} us, from memory in {:.1} us",
        first.as_micros(),
        from_shelf.as_secs_f64() * 1e6 / f64::from(LOOKS),
        from_memory.as_secs_f64() * 1e6 / f64::from(LOOKS)
    );
    println!(
        "catalogue_shelf_to_memory_ratio {:.2}",
        from_shelf.as_secs_f64() / from_memory.as_secs_f64()
    );
}
