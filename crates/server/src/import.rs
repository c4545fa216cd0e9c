//! Brings a catalogue in: reads it, compares it with what there is, and writes all of it or nothing.

use crate::app::App;
use crate::catalogue_file::{
    self, CatalogueProblem, Context, Counts, FileProblems, Format, Incoming, Source,
};
use crate::store::{Store, StoreError};
use bytes::Bytes;
use kassa_commerce::catalogue::{CatalogueError, Rest};
use kassa_commerce::change::{CatalogueWrite, Change};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::ops::Range;
use thiserror::Error;
use tokio::task::spawn_blocking;

/// Imports are rare, and each time another one came first.
const MAX_PLANS: u32 = 5;

/// One or several files that belong together.
#[derive(Clone, Debug)]
pub struct Import {
    /// All files, one after the other, because they may be large and are copied nowhere.
    pub bytes: Bytes,
    /// Where each of them is in there.
    pub files: Vec<(Format, Range<usize>)>,
    pub rest: Rest,
    /// Set by a start, so that the next start knows what it imported.
    pub start_file: Option<String>,
}

#[derive(Debug, Error)]
pub enum ImportError {
    #[error("{0}")]
    Files(FileProblems),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Import {
    pub fn of_one(format: Format, bytes: impl Into<Bytes>, rest: Rest) -> Self {
        let bytes = bytes.into();
        Self {
            files: vec![(format, 0..bytes.len())],
            bytes,
            rest,
            start_file: None,
        }
    }

    /// What tells this content from another.
    pub fn digest(&self) -> String {
        hex::encode(Sha256::digest(&self.bytes))
    }

    fn read(&self, context: &Context) -> Result<Incoming, FileProblems> {
        let sources = self.files.iter().map(|(format, range)| Source {
            format: *format,
            bytes: self.bytes.get(range.clone()).unwrap_or_default(),
        });
        catalogue_file::read(&sources.collect::<Vec<_>>(), context)
    }
}

/// Writes what the files say. `accounts` are the Kustom accounts that their profiles may name.
pub async fn import(
    store: &dyn Store,
    import: &Import,
    accounts: &BTreeSet<String>,
) -> Result<Counts, ImportError> {
    for _ in 0..MAX_PLANS {
        let stored = store.shop().await?;
        let planned_on = stored.version;
        let context = Context {
            stored: stored.shop,
            rest: import.rest,
            accounts: accounts.clone(),
        };
        let incoming = read(import.clone(), context).await?;
        let counts = incoming.counts;
        let change = change(planned_on, incoming, import.start_file.clone());
        match store.commit(change).await {
            Ok(_) => return Ok(counts),
            Err(StoreError::TaxClassInUse {
                product_number,
                tax_class,
            }) => return Err(still_in_use(product_number, tax_class)),
            // Whether it was written after all or not: once more makes no difference.
            Err(error) if error.asks_to_plan_again() => (),
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Busy.into())
}

/// A large file is seconds of work, which must not keep others waiting.
async fn read(import: Import, context: Context) -> Result<Incoming, ImportError> {
    let reading = spawn_blocking(move || import.read(&context)).await;
    match reading {
        Ok(read) => read.map_err(ImportError::Files),
        Err(error) => Err(StoreError::Internal(error.to_string()).into()),
    }
}

fn change(planned_on: u64, incoming: Incoming, start_file: Option<String>) -> Change {
    Change {
        stock: incoming.stock,
        catalogue: Some(CatalogueWrite {
            planned_on,
            shop: incoming.shop,
            products: incoming.products,
            other_products: incoming.other_products,
            start_file,
        }),
        ..Change::default()
    }
}

fn still_in_use(user: String, tax_class: String) -> ImportError {
    let error = CatalogueError::UnknownTaxClass { user, tax_class };
    ImportError::Files(FileProblems::of_all(CatalogueProblem::Catalogue(error)))
}

impl App {
    /// Imports while the shop is open. Whoever renders a cart from now on sees what it says.
    ///
    /// It runs to its end even if whoever asked leaves, or the shelf would be older than the store.
    pub async fn import(&self, files: Import) -> Result<Counts, ImportError> {
        let app = self.clone();
        let work = async move {
            let accounts = app.kustom_accounts.keys().cloned().collect();
            let counts = import(app.store.as_ref(), &files, &accounts).await?;
            app.shelf.refresh(app.store.as_ref()).await?;
            Ok(counts)
        };
        self.to_the_end(work)
            .await
            .unwrap_or_else(|| Err(StoreError::Internal("an import stopped unexpectedly".to_owned()).into()))
    }
}
