//! The shop and its products, in memory.

use kassa::store::{StoreError, StoredProducts, StoredShop};
use kassa_commerce::catalogue::{Catalogue, Product, Rest};
use kassa_commerce::change::CatalogueWrite;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Shared, because an import puts a new one into its place and a refused change the old one back.
#[derive(Clone, Debug, Default)]
pub struct Shelves {
    stored: Arc<StoredShop>,
    products: Arc<BTreeMap<String, Product>>,
}

impl Shelves {
    /// As the first import of this catalogue leaves them.
    pub fn of(catalogue: &Catalogue) -> Self {
        let stored = StoredShop {
            version: 1,
            shop: catalogue.shop().as_ref().clone(),
            start_file: None,
        };
        let products = catalogue.products();
        Self {
            stored: Arc::new(stored),
            products: Arc::new(
                products
                    .map(|product| (product.number.clone(), product.clone()))
                    .collect(),
            ),
        }
    }

    pub(super) fn shop(&self) -> StoredShop {
        self.stored.as_ref().clone()
    }

    pub(super) fn products(&self, numbers: &[String]) -> StoredProducts {
        let found = numbers.iter().filter_map(|number| self.products.get(number));
        StoredProducts {
            version: self.stored.version,
            products: found.cloned().collect(),
        }
    }

    /// The shelves after the import, and the numbers of the products that are gone.
    pub(super) fn after(&self, write: &CatalogueWrite) -> Result<(Self, Vec<String>), StoreError> {
        if write.planned_on != self.stored.version {
            return Err(StoreError::Conflict);
        }
        let mut products = self.products.as_ref().clone();
        let mut gone = Vec::new();
        if write.other_products == Rest::Removed {
            let named: BTreeSet<_> = write.products.iter().map(|product| &product.number).collect();
            gone.extend(products.keys().filter(|number| !named.contains(number)).cloned());
            products.retain(|number, _| named.contains(number));
        }
        let named = write.products.iter().cloned();
        products.extend(named.map(|product| (product.number.clone(), product)));
        let mut stored = self.shop();
        stored.version += 1;
        stored.start_file = write.start_file.clone().or(stored.start_file);
        if let Some(shop) = &write.shop {
            stored.shop = shop.clone();
        }
        let orphan = products
            .values()
            .find(|product| !stored.shop.has_tax_class(&product.tax_class));
        if let Some(orphan) = orphan {
            return Err(StoreError::TaxClassInUse {
                product_number: orphan.number.clone(),
                tax_class: orphan.tax_class.clone(),
            });
        }
        let shelves = Self {
            stored: Arc::new(stored),
            products: Arc::new(products),
        };
        Ok((shelves, gone))
    }
}
