//! The shop and its products.

use super::apply::document as written;
use super::query::{document, first, unreadable};
use crate::store::{StoreError, StoredProducts, StoredShop};
use kassa_commerce::catalogue::{Product, Rest, Shop};
use kassa_commerce::change::CatalogueWrite;
use rusqlite::{Connection, OptionalExtension, params};

pub(super) fn shop(connection: &Connection) -> Result<StoredShop, StoreError> {
    let sql = "SELECT version, start_file, body FROM shop";
    let stored = first(connection, sql, [], |row| {
        Ok(StoredShop {
            version: row.get(0)?,
            start_file: row.get(1)?,
            shop: document(row, 2)?,
        })
    })?;
    stored.ok_or_else(|| StoreError::Internal("the row of the shop is gone".to_owned()))
}

const PRODUCTS: &str = "SELECT shop.version, product.body FROM shop LEFT JOIN json_each(?1) AS wanted
                        LEFT JOIN product ON product.number = wanted.value";

/// In one statement with the version, so that nobody takes a product of one import for one of another.
pub(super) fn products(connection: &Connection, numbers: &[String]) -> Result<StoredProducts, StoreError> {
    let mut stored = StoredProducts::default();
    let mut statement = connection.prepare_cached(PRODUCTS)?;
    let mut rows = statement.query([written(&numbers)?])?;
    while let Some(row) = rows.next()? {
        stored.version = row.get(0)?;
        if row.get_ref(1)?.as_str_or_null().map_err(unreadable)?.is_some() {
            stored.products.push(document(row, 1)?);
        }
    }
    Ok(stored)
}

pub(super) fn write(connection: &Connection, write: &CatalogueWrite) -> Result<(), StoreError> {
    let sql =
        "UPDATE shop SET version = version + 1, start_file = coalesce(?2, start_file) WHERE version = ?1";
    let updated = connection
        .prepare_cached(sql)?
        .execute(params![write.planned_on, write.start_file])?;
    if updated == 0 {
        return Err(StoreError::Conflict);
    }
    let version = write.planned_on + 1;
    for product in &write.products {
        upsert(connection, product, version)?;
    }
    if write.other_products == Rest::Removed {
        remove_others(connection, version)?;
    }
    match &write.shop {
        Some(shop) => write_shop(connection, shop),
        None => Ok(()),
    }
}

fn upsert(connection: &Connection, product: &Product, version: u64) -> Result<(), StoreError> {
    let sql = "INSERT INTO product (number, tax_class, imported_in, body) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (number) DO UPDATE SET
               tax_class = excluded.tax_class, imported_in = excluded.imported_in, body = excluded.body";
    connection.prepare_cached(sql)?.execute(params![
        product.number,
        product.tax_class,
        version,
        written(product)?
    ])?;
    Ok(())
}

fn remove_others(connection: &Connection, version: u64) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "DELETE FROM stock WHERE product_number IN (SELECT number FROM product WHERE imported_in <> ?1)",
        )?
        .execute([version])?;
    connection
        .prepare_cached("DELETE FROM product WHERE imported_in <> ?1")?
        .execute([version])?;
    Ok(())
}

fn write_shop(connection: &Connection, shop: &Shop) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE shop SET body = ?1")?
        .execute([written(shop)?])?;
    let known: Vec<&str> = shop.tax_classes().map(|class| class.key.as_str()).collect();
    let sql = "SELECT number, tax_class FROM product
               WHERE tax_class NOT IN (SELECT value FROM json_each(?1)) LIMIT 1";
    let orphan = connection
        .prepare_cached(sql)?
        .query_row([written(&known)?], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match orphan {
        Some((product_number, tax_class)) => Err(StoreError::TaxClassInUse {
            product_number,
            tax_class,
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A scan would read a hundred thousand products for a cart with one.
    #[test]
    fn products_are_searched_for_by_their_numbers() {
        let mut connection = Connection::open_in_memory().unwrap();
        crate::store::sqlite::connection::migrate(&mut connection).unwrap();
        let mut statement = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {PRODUCTS}"))
            .unwrap();
        let plan = statement
            .query_map(["[]"], |row| row.get::<_, String>(3))
            .unwrap();
        let plan: Vec<_> = plan.map(Result::unwrap).collect();
        assert!(
            plan.iter()
                .any(|step| step.starts_with("SEARCH product USING INDEX")),
            "{plan:?}"
        );
    }
}
