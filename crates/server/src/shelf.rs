//! What is known of the catalogue without asking the store: the shop, and the products that carts ask for.
//!
//! The store is the truth. What is on the shelf is of one version, and an import makes a new shelf, so nothing here is
//! ever older than it says.

use crate::store::{Store, StoreError, StoredShop};
use kassa_commerce::catalogue::{Catalogue, Product, Shop};
use quick_cache::sync::Cache;
use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::Semaphore;

/// Some twenty megabytes. Carts of a day ask for fewer products than a shop has, and what was evicted is one read away.
const MAX_KEPT: usize = 20_000;

/// Whoever sends longer numbers shall not fill the memory with them. The import takes none that is longer.
pub const MAX_NUMBER_CHARS: usize = 64;

/// Imports are minutes apart. More than a few between two steps of one reader means that something else is wrong.
const MAX_LOOKS: u32 = 10;

pub struct Shelf {
    stock: RwLock<Arc<Stock>>,
    /// An import may be large, so there is room for one at a time.
    pub imports: Semaphore,
}

/// What one import has left.
struct Stock {
    version: u64,
    shop: Arc<Shop>,
    /// Also which numbers there are not, or a cart with a product that is sold no more would ask each time.
    products: Cache<String, Option<Arc<Product>>>,
}

impl Shelf {
    /// The shop as it is now, and nothing on the shelf yet.
    pub async fn open(store: &dyn Store) -> Result<Arc<Self>, StoreError> {
        let stock = Stock::of(store.shop().await?);
        Ok(Arc::new(Self {
            stock: RwLock::new(Arc::new(stock)),
            imports: Semaphore::new(1),
        }))
    }

    pub fn shop(&self) -> Arc<Shop> {
        Arc::clone(&self.stock().shop)
    }

    /// Looks whether there has been an import.
    pub async fn refresh(&self, store: &dyn Store) -> Result<(), StoreError> {
        let stored = store.shop().await?;
        let mut stock = self.stock.write().unwrap_or_else(PoisonError::into_inner);
        // Whoever has read earlier may come here later.
        if stored.version > stock.version {
            *stock = Arc::new(Stock::of(stored));
        }
        Ok(())
    }

    /// The shop with those of these products that there are, all of one version.
    pub async fn catalogue(
        &self,
        store: &dyn Store,
        numbers: impl Iterator<Item = &str>,
    ) -> Result<Catalogue, StoreError> {
        let numbers: BTreeSet<&str> = numbers
            .filter(|number| number.chars().count() <= MAX_NUMBER_CHARS)
            .collect();
        for _ in 0..MAX_LOOKS {
            let stock = self.stock();
            let (mut found, missing) = stock.look_up(&numbers);
            if missing.is_empty() {
                return Ok(stock.catalogue(&found));
            }
            let read = store.products(&missing).await?;
            if read.version == stock.version {
                found.extend(stock.keep(missing, read.products));
                return Ok(stock.catalogue(&found));
            }
            self.refresh(store).await?;
        }
        Err(StoreError::Busy)
    }

    fn stock(&self) -> Arc<Stock> {
        Arc::clone(&self.stock.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Stock {
    fn of(stored: StoredShop) -> Self {
        Self {
            version: stored.version,
            shop: Arc::new(stored.shop),
            products: Cache::new(MAX_KEPT),
        }
    }

    fn look_up(&self, numbers: &BTreeSet<&str>) -> (Vec<Arc<Product>>, Vec<String>) {
        let (mut found, mut missing) = (Vec::with_capacity(numbers.len()), Vec::new());
        for number in numbers {
            match self.products.get(*number) {
                Some(known) => found.extend(known),
                None => missing.push((*number).to_owned()),
            }
        }
        (found, missing)
    }

    /// Remembers what was read, and what was not there.
    fn keep(&self, asked: Vec<String>, products: Vec<Product>) -> Vec<Arc<Product>> {
        let products: Vec<_> = products.into_iter().map(Arc::new).collect();
        for number in asked {
            let product = products.iter().find(|product| product.number == number);
            self.products.insert(number, product.cloned());
        }
        products
    }

    fn catalogue(&self, products: &[Arc<Product>]) -> Catalogue {
        let products = products.iter().map(|product| product.as_ref().clone());
        Catalogue::view(Arc::clone(&self.shop), products)
    }
}
