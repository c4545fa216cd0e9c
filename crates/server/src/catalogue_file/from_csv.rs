//! Products as CSV: one row each, below a row with the names of the columns.

use super::DraftProduct;
use super::problem::{CatalogueProblem, Place};
use super::product::MAX_CATEGORIES;
use super::reading::Reading;
use super::value::Text;
use csv::{ReaderBuilder, StringRecord};
use kassa_commerce::catalogue::{Price, Product};
use kassa_commerce::money::Currency;
use std::collections::BTreeSet;

const COLUMNS: &str = "`number`, `description`, `image`, `tax_class`, `categories`, `weight_grams`, `stock`, \
                       `price_including_tax_SEK` and `price_excluding_tax_SEK` for each currency, and with `@channel` \
                       behind them for one channel";

enum Column {
    Number,
    Description,
    Image,
    TaxClass,
    Categories,
    WeightGrams,
    Stock,
    Price {
        currency: Currency,
        tax_included: bool,
        channel_key: Option<String>,
    },
}

pub(super) fn products(text: &str, reading: &mut Reading) -> Vec<DraftProduct> {
    let text = text.trim_start_matches('\u{feff}');
    // Rows of another width are ours to report, with their line and all of them.
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    let mut products = Vec::new();
    let mut columns: Option<Vec<Column>> = None;
    // What is read is in memory and is UTF-8, so nothing is left that could fail.
    while reader.read_record(&mut record).unwrap_or_default() {
        let at = beginning(text, &record);
        let Some(columns) = &columns else {
            columns = header(&record, at, reading);
            if columns.is_none() {
                return products;
            }
            continue;
        };
        products.extend(row(columns, &record, at, reading));
    }
    if columns.is_none() {
        reading.problem(
            Place::at(0),
            CatalogueProblem::Shape("there is no row".to_owned()),
        );
    }
    products
}

/// The reader counts a row from the end of the one before, which may lie some empty lines earlier.
fn beginning(text: &str, record: &StringRecord) -> usize {
    let after_last = record.position().map_or(0, csv::Position::byte);
    let after_last = usize::try_from(after_last).unwrap_or(text.len()).min(text.len());
    let skipped = text.as_bytes()[after_last..].iter();
    after_last + skipped.take_while(|byte| matches!(byte, b'\r' | b'\n')).count()
}

fn header(record: &StringRecord, at: usize, reading: &mut Reading) -> Option<Vec<Column>> {
    reading.columns = record.iter().map(|name| name.trim().to_owned()).collect();
    let names = reading.columns.clone();
    let mut columns = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, name) in names.iter().enumerate() {
        let place = Place::cell(at, index);
        if !seen.insert(name) {
            reading.problem(place, CatalogueProblem::DefinedTwice(name.clone()));
        }
        match column(name) {
            Some(column) => columns.push(column),
            None => {
                let problem = CatalogueProblem::UnknownColumn {
                    found: name.clone(),
                    expected: COLUMNS,
                };
                reading.problem(Place::at(at), problem);
            }
        }
    }
    for required in ["number", "description", "tax_class"] {
        if !names.iter().any(|name| name == required) {
            reading.columns.push(required.to_owned());
            let place = Place::cell(at, reading.columns.len() - 1);
            reading.problem(place, CatalogueProblem::MissingColumn);
        }
    }
    (!reading.has_problems()).then_some(columns)
}

fn column(name: &str) -> Option<Column> {
    Some(match name {
        "number" => Column::Number,
        "description" => Column::Description,
        "image" => Column::Image,
        "tax_class" => Column::TaxClass,
        "categories" => Column::Categories,
        "weight_grams" => Column::WeightGrams,
        "stock" => Column::Stock,
        _ => {
            let (price, channel_key) = match name.split_once('@') {
                Some((price, channel)) if !channel.is_empty() => (price, Some(channel.to_owned())),
                Some(_) => return None,
                None => (name, None),
            };
            let including = price.strip_prefix("price_including_tax_");
            let code = including.or_else(|| price.strip_prefix("price_excluding_tax_"))?;
            Column::Price {
                currency: Currency::from_code(code)?,
                tax_included: including.is_some(),
                channel_key,
            }
        }
    })
}

fn row(columns: &[Column], record: &StringRecord, at: usize, reading: &mut Reading) -> Option<DraftProduct> {
    if record.len() != columns.len() {
        let (found, expected) = (record.len(), columns.len());
        reading.problem(Place::at(at), CatalogueProblem::WrongWidth { found, expected });
        return None;
    }
    let mut draft = DraftProduct {
        place: Place::at(at),
        tax_class_place: Place::at(at),
        product: Product {
            number: String::new(),
            description: String::new(),
            image: None,
            tax_class: String::new(),
            categories: BTreeSet::new(),
            weight_grams: None,
            is_counted: false,
            prices: Vec::new(),
        },
        stock: None,
    };
    let mut is_whole = true;
    for (index, (column, cell)) in columns.iter().zip(record).enumerate() {
        let cell = Text {
            place: Place::cell(at, index),
            text: cell.into(),
        };
        is_whole &= fill(&mut draft, column, &cell, reading).is_some();
    }
    draft.product.is_counted = draft.stock.is_some();
    is_whole.then_some(draft)
}

/// `None` once a problem has been noted down.
fn fill(draft: &mut DraftProduct, column: &Column, cell: &Text<'_>, reading: &mut Reading) -> Option<()> {
    let product = &mut draft.product;
    if cell.text.is_empty() {
        return match column {
            Column::Number | Column::Description | Column::TaxClass => {
                cell.refused(CatalogueProblem::EmptyCell, reading)
            }
            _ => Some(()),
        };
    }
    match column {
        Column::Number => {
            draft.place = cell.place;
            product.number = cell.name(reading)?;
        }
        Column::Description => product.description = cell.prose(reading)?,
        Column::Image => product.image = Some(cell.prose(reading)?),
        Column::TaxClass => {
            draft.tax_class_place = cell.place;
            product.tax_class = cell.to_owned();
        }
        Column::Categories => product.categories = categories(cell, reading)?,
        Column::WeightGrams => product.weight_grams = Some(whole(cell, reading)?),
        Column::Stock => draft.stock = Some(whole(cell, reading)?),
        Column::Price {
            currency,
            tax_included,
            channel_key,
        } => product.prices.push(Price {
            unit_price: cell.money(*currency, reading)?,
            tax_included: *tax_included,
            channel_key: channel_key.clone(),
        }),
    }
    Some(())
}

fn categories(cell: &Text<'_>, reading: &mut Reading) -> Option<BTreeSet<String>> {
    let names = cell.text.split('|').map(|name| Text {
        place: cell.place,
        text: name.trim().into(),
    });
    let categories: BTreeSet<String> = names.map(|name| name.name(reading)).collect::<Option<_>>()?;
    if categories.len() > MAX_CATEGORIES {
        return cell.refused(CatalogueProblem::TooMany(MAX_CATEGORIES), reading);
    }
    Some(categories)
}

fn whole(cell: &Text<'_>, reading: &mut Reading) -> Option<u32> {
    let digits = cell.text.bytes().all(|byte| byte.is_ascii_digit());
    let number = cell.text.parse().ok().filter(|_| digits);
    number.or_else(|| {
        cell.refused(
            CatalogueProblem::NotAWholeNumber {
                text: cell.to_owned(),
                most: u32::MAX.into(),
            },
            reading,
        )
    })
}
