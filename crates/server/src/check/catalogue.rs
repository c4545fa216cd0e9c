//! What is sold: whether every market can be bought from, and every coupon used.

mod coupon;
mod profile;

use super::Report;
use super::code::{
    CATALOGUE_COUPONS, CATALOGUE_FILE, CATALOGUE_ORDER_NUMBERS, CATALOGUE_ORIGINS, CATALOGUE_PRICES,
    CATALOGUE_PROFILES, CATALOGUE_SHIPPING, CATALOGUE_TAX,
};
use super::database::Known;
use crate::catalogue_file::{self, Context, FileProblem, Format, Incoming, Source};
use crate::clock::{Clock, SystemClock};
use crate::config::{CatalogueSource, Draft, KustomEnvironment};
use crate::demo;
use jiff::Timestamp;
use kassa_commerce::catalogue::{Product, Rest, Shop};
use std::path::Path;

/// What the next start sells.
struct Sold {
    shop: Shop,
    products: Vec<Product>,
    now: Timestamp,
    environment: Option<KustomEnvironment>,
}

pub(super) async fn check(report: &mut Report, draft: &Draft, database: &Known) {
    let all = [
        CATALOGUE_PROFILES,
        CATALOGUE_PRICES,
        CATALOGUE_TAX,
        CATALOGUE_SHIPPING,
        CATALOGUE_ORIGINS,
        CATALOGUE_COUPONS,
    ];
    let Some((shop, products)) = sold(report, draft, database) else {
        let because = match report.has_problem_with(CATALOGUE_FILE) {
            true => "the catalogue's file cannot be imported",
            false => "there is no database to read a catalogue from",
        };
        return report.skipped(&all, because);
    };
    let sold = Sold {
        shop,
        products,
        now: SystemClock.now(),
        environment: draft.environment,
    };
    if sold.shop.profiles().next().is_none() {
        let message =
            "found no profile, wanted a catalogue; import one with `kassa import FILE`, or set `catalogue`";
        report.problem(CATALOGUE_PROFILES, message);
        return report.skipped(&all[1..], "there is no profile");
    }
    check_accounts(report, draft, &sold.shop);
    profile::check(report, &sold);
    coupon::check(report, &sold);
    check_order_numbers(report, &sold.shop);
}

/// The file that a start would import, or else what the database has.
fn sold(report: &mut Report, draft: &Draft, database: &Known) -> Option<(Shop, Vec<Product>)> {
    let stored = database.content.as_ref();
    let stored_shop = stored
        .map(|content| content.shop.shop.clone())
        .unwrap_or_default();
    let is_sold_already = stored.is_some_and(|content| content.shop.version > 0);
    let incoming = match draft.catalogue.as_ref()? {
        CatalogueSource::File(path) => Some(read_file(report, draft, path, stored_shop)?),
        CatalogueSource::Demo if !is_sold_already => Some(read_demo()?),
        CatalogueSource::Demo | CatalogueSource::Database => None,
    };
    match incoming {
        Some(incoming) => Some((incoming.shop.unwrap_or_default(), incoming.products)),
        None if database.is_usable => {
            let content = stored.map(|content| (content.shop.shop.clone(), content.products.clone()));
            Some(content.unwrap_or_default())
        }
        None => None,
    }
}

fn read_file(report: &mut Report, draft: &Draft, path: &Path, stored: Shop) -> Option<Incoming> {
    let shown = path.display();
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let message =
                format!("catalogue: {shown} cannot be read ({error}); correct the path or its permissions");
            report.problem(CATALOGUE_FILE, message);
            return None;
        }
    };
    let source = Source {
        format: Format::of_path(path).unwrap_or(Format::Toml),
        bytes: &bytes,
    };
    let context = Context {
        stored,
        rest: Rest::Removed,
        accounts: draft.accounts.keys().cloned().collect(),
    };
    match catalogue_file::read(&[source], &context) {
        Ok(incoming) => {
            report.ok(
                CATALOGUE_FILE,
                format!("{shown} can be imported: {}", incoming.counts),
            );
            Some(incoming)
        }
        Err(problems) => {
            for FileProblem { line, problem, .. } in &problems.shown {
                let line = line.map(|line| format!(":{line}")).unwrap_or_default();
                report.problem(
                    CATALOGUE_FILE,
                    format!("{shown}{line}: {problem}; correct the catalogue"),
                );
            }
            None
        }
    }
}

fn read_demo() -> Option<Incoming> {
    let source = Source {
        format: Format::Toml,
        bytes: demo::CATALOGUE.as_bytes(),
    };
    catalogue_file::read(&[source], &Context::default()).ok()
}

/// An import refuses an unknown account, but the settings may have changed since.
fn check_accounts(report: &mut Report, draft: &Draft, shop: &Shop) {
    let mut unknown = Vec::new();
    for profile in shop.profiles() {
        if let Some(account) = profile
            .kustom_account
            .as_ref()
            .filter(|name| !draft.accounts.contains_key(*name))
        {
            unknown.push(format!("`{}` is paid into `{account}`", profile.key));
        }
    }
    match unknown.is_empty() {
        true => report.ok(
            CATALOGUE_PROFILES,
            format!("{} profiles", shop.profiles().count()),
        ),
        false => report.problem(
            CATALOGUE_PROFILES,
            format!(
                "profile {}, which is not in `kustom.accounts`; add it with `key_id` and `password_file`",
                unknown.join(", ")
            ),
        ),
    }
}

/// What they are called cannot be changed once customers have them, so they are shown.
fn check_order_numbers(report: &mut Report, shop: &Shop) {
    let mut numbers: Vec<String> = Vec::new();
    for profile in shop.profiles() {
        let series = profile.number_series();
        numbers.push(format!("{} from {}{}", profile.key, series.prefix, series.first));
    }
    report.ok(
        CATALOGUE_ORDER_NUMBERS,
        format!("{}: look before the first order", numbers.join(", ")),
    );
}
