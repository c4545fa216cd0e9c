//! The catalogue as a merchant writes it, in TOML, JSON or CSV, read into what an import writes.
//!
//! A wrong price is worse than no price, so nothing is guessed: amounts are exact decimals, names must exist, and what
//! is wrong is named with its line. docs/catalogue.md describes the format.

mod decimal;
mod from_csv;
mod from_json;
mod from_toml;
mod node;
mod problem;
mod product;
mod promotion;
mod reading;
mod shop;
#[cfg(test)]
mod tests;
mod time;
mod value;

pub use problem::{CatalogueProblem, FileProblem, FileProblems, MAX_SHOWN};

use kassa_commerce::catalogue::{
    Catalogue, CatalogueError, Product, Profile, Rest, Shop, ShopEdit, TaxClass,
};
use kassa_commerce::change::StockWrite;
use kassa_commerce::promotion::Promotion;
use problem::Place;
use reading::{Known, Named, Reading};
use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::path::Path;

/// A hundred thousand products with texts take some 40 MiB. Larger files can be imported in parts.
pub const MAX_FILE_BYTES: usize = 256 * 1024 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Toml,
    Json,
    Csv,
}

/// One file of an import.
#[derive(Clone, Copy, Debug)]
pub struct Source<'t> {
    pub format: Format,
    pub bytes: &'t [u8],
}

/// What a file is compared with.
#[derive(Clone, Debug, Default)]
pub struct Context {
    pub stored: Shop,
    pub rest: Rest,
    /// The Kustom accounts that profiles may name.
    pub accounts: BTreeSet<String>,
}

/// What an import says, consistent in itself and with the shop that there was.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Incoming {
    /// `None` if nothing of the kind was spoken of.
    pub shop: Option<Shop>,
    pub products: Vec<Product>,
    pub other_products: Rest,
    pub stock: Vec<StockWrite>,
    pub counts: Counts,
}

/// How much of each kind was named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub products: usize,
    pub profiles: usize,
    pub tax_classes: usize,
    pub promotions: usize,
}

/// A product of a file, and where what may be wrong with it stands.
struct DraftProduct {
    place: Place,
    tax_class_place: Place,
    product: Product,
    stock: Option<u32>,
}

/// What a file says of each kind, before it is compared with anything else.
#[derive(Default)]
struct Draft {
    tax_classes: Option<Vec<TaxClass>>,
    profiles: Option<Vec<Profile>>,
    promotions: Option<Vec<Promotion>>,
    products: Option<Vec<DraftProduct>>,
}

/// `100000 products, 4 profiles, 1 promotion`: the kinds that were spoken of.
impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = [
            (self.products, "product", "products"),
            (self.profiles, "profile", "profiles"),
            (self.tax_classes, "tax class", "tax classes"),
            (self.promotions, "promotion", "promotions"),
        ];
        let named = kinds.into_iter().filter(|(count, ..)| *count > 0);
        let texts =
            named.map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }));
        let texts: Vec<_> = texts.collect();
        match texts.is_empty() {
            true => formatter.write_str("nothing"),
            false => formatter.write_str(&texts.join(", ")),
        }
    }
}

impl Format {
    pub const ALL: [Self; 3] = [Self::Toml, Self::Json, Self::Csv];

    pub fn name(self) -> &'static str {
        match self {
            Self::Toml => "toml",
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|format| format.name().eq_ignore_ascii_case(name))
    }

    pub fn of_path(path: &Path) -> Option<Self> {
        Self::from_name(path.extension()?.to_str()?)
    }
}

/// Reads the files of one import together: what one of them names, another may use.
pub fn read(sources: &[Source<'_>], context: &Context) -> Result<Incoming, FileProblems> {
    let mut files: Vec<_> = sources.iter().map(read_alone).collect();
    check_names(&mut files, context);
    let is_sound = !files.iter().any(|(_, reading)| reading.has_problems());
    let incoming = is_sound.then(|| combined(&mut files, &context.stored, context.rest));
    incoming
        .flatten()
        .ok_or_else(|| FileProblems::of(sources, files.into_iter().map(|(_, reading)| reading)))
}

/// A whole catalogue in TOML.
pub fn parse(text: &str) -> Result<Catalogue, FileProblems> {
    let source = Source {
        format: Format::Toml,
        bytes: text.as_bytes(),
    };
    let incoming = read(&[source], &Context::default())?;
    let products = incoming.products;
    Ok(Catalogue::view(
        incoming.shop.unwrap_or_default().into(),
        products,
    ))
}

/// The line of a byte, counted from one.
pub(crate) fn line_at(text: &[u8], offset: usize) -> usize {
    let before = text.iter().take(offset);
    before.filter(|byte| **byte == b'\n').count() + 1
}

fn read_alone(source: &Source<'_>) -> (Draft, Reading) {
    let mut reading = Reading::default();
    let text = match std::str::from_utf8(source.bytes) {
        Ok(text) => text,
        Err(error) => {
            reading.problem(Place::at(error.valid_up_to()), CatalogueProblem::NotUtf8);
            return (Draft::default(), reading);
        }
    };
    let tree = match source.format {
        Format::Csv => {
            let products = Some(from_csv::products(text, &mut reading));
            let draft = Draft {
                products,
                ..Draft::default()
            };
            return (draft, reading);
        }
        Format::Toml => from_toml::tree(text),
        Format::Json => from_json::tree(text),
    };
    let draft = match tree {
        Ok(tree) => shop::draft(tree, &mut reading).unwrap_or_default(),
        Err(problems) => {
            for (at, problem) in problems {
                reading.problem(Place::at(at), problem);
            }
            Draft::default()
        }
    };
    (draft, reading)
}

/// Every name that is used exists: in one of the files, or in the shop that there was as far as it stays.
fn check_names(files: &mut [(Draft, Reading)], context: &Context) {
    let Context {
        stored,
        rest,
        accounts,
    } = context;
    let speaks = |of: fn(&Draft) -> bool| files.iter().any(|(draft, _)| of(draft));
    let keeps_tax_classes = *rest == Rest::Kept || !speaks(|draft| draft.tax_classes.is_some());
    let keeps_profiles = *rest == Rest::Kept || !speaks(|draft| draft.profiles.is_some());
    // A definition that is wrong is reported once, and not again by everybody who uses it.
    let defined = |named| {
        files
            .iter()
            .flat_map(move |(_, reading)| reading.defined(named).cloned())
    };
    let mut known = Known {
        tax_classes: defined(Named::TaxClass).collect(),
        profiles: defined(Named::Profile).collect(),
        accounts: accounts.clone(),
    };
    if keeps_tax_classes {
        let kept = stored.tax_classes().map(|class| class.key.clone());
        known.tax_classes.extend(kept);
    }
    if keeps_profiles {
        let kept = stored.profiles().map(|profile| profile.key.clone());
        known.profiles.extend(kept);
    }
    let mut numbers: HashSet<&str> = HashSet::new();
    for (draft, reading) in files.iter_mut() {
        reading.check_uses(&known);
        for draft in draft.products.iter().flatten() {
            let product = &draft.product;
            if !known.tax_classes.contains(&product.tax_class) {
                let problem = CatalogueProblem::UnknownTaxClass(product.tax_class.clone());
                reading.problem(draft.tax_class_place, problem);
            }
            if !numbers.insert(&product.number) {
                reading.problem(
                    draft.place,
                    CatalogueProblem::DefinedTwice(product.number.clone()),
                );
            }
        }
    }
}

/// `None` once a problem has been noted down.
fn combined(files: &mut [(Draft, Reading)], stored: &Shop, rest: Rest) -> Option<Incoming> {
    let mut edit = ShopEdit::default();
    let mut products: Option<Vec<DraftProduct>> = None;
    for (draft, _) in files.iter_mut() {
        append(&mut edit.tax_classes, draft.tax_classes.take());
        append(&mut edit.profiles, draft.profiles.take());
        append(&mut edit.promotions, draft.promotions.take());
        append(&mut products, draft.products.take());
    }
    let counts = Counts {
        products: count(products.as_ref()),
        profiles: count(edit.profiles.as_ref()),
        tax_classes: count(edit.tax_classes.as_ref()),
        promotions: count(edit.promotions.as_ref()),
    };
    let shop = match edit.is_empty() {
        true => None,
        false => match stored.clone().edited(edit, rest) {
            Ok(shop) => Some(shop),
            Err(error) => return blame(files, error),
        },
    };
    let stock = products.iter().flatten().map(|draft| StockWrite {
        product_number: draft.product.number.clone(),
        on_hand: draft.stock,
    });
    Some(Incoming {
        shop,
        stock: stock.collect(),
        other_products: if products.is_some() { rest } else { Rest::Kept },
        products: products
            .into_iter()
            .flatten()
            .map(|draft| draft.product)
            .collect(),
        counts,
    })
}

/// Notes the problem down where the thing stands that it is about.
fn blame<T>(files: &mut [(Draft, Reading)], error: CatalogueError) -> Option<T> {
    let about = error.user().to_owned();
    let culprit = files
        .iter()
        .rposition(|(_, reading)| reading.place_of(&about).is_some());
    let (_, reading) = files.get_mut(culprit.unwrap_or_default())?;
    let place = reading.place_of(&about).unwrap_or(Place::UNKNOWN);
    reading.problem(place, CatalogueProblem::Catalogue(error));
    None
}

fn append<T>(all: &mut Option<Vec<T>>, more: Option<Vec<T>>) {
    match (all, more) {
        (Some(all), Some(more)) => all.extend(more),
        (all @ None, more) => *all = more,
        (Some(_), None) => (),
    }
}

fn count<T>(items: Option<&Vec<T>>) -> usize {
    items.map_or(0, Vec::len)
}
