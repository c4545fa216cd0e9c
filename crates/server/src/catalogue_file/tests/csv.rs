//! Products as rows.

use super::CATALOGUE;
use crate::catalogue_file::{Context, Format, Incoming, Source, parse, read};
use kassa_commerce::change::StockWrite;

const HEADER: &str = "number,description,image,tax_class,categories,weight_grams,stock,price_including_tax_SEK,\
                      price_excluding_tax_SEK,price_including_tax_SEK@se";

fn csv(text: &str) -> Result<Incoming, String> {
    let shop = parse(CATALOGUE).unwrap();
    let context = Context {
        stored: shop.shop().as_ref().clone(),
        ..Context::default()
    };
    let source = Source {
        format: Format::Csv,
        bytes: text.as_bytes(),
    };
    read(&[source], &context).map_err(|problems| problems.to_string())
}

#[test]
fn a_row_is_a_product() {
    let text = format!(
        "\u{feff}{HEADER}\r\nMUG,\"Mug, \"\"large\"\"\nand round\",https://shop.example/mug.jpg,goods,cups | gifts,400,0,129.50,\
         103.60,119\r\n\r\nCUP,Cup,,goods,,,,99,,\r\n"
    );
    let incoming = csv(&text).unwrap();
    let [mug, cup] = incoming.products.as_slice() else {
        panic!("two products")
    };
    assert_eq!(mug.description, "Mug, \"large\"\nand round");
    assert_eq!(mug.image.as_deref(), Some("https://shop.example/mug.jpg"));
    assert_eq!(mug.categories.iter().collect::<Vec<_>>(), ["cups", "gifts"]);
    assert_eq!((mug.weight_grams, mug.is_counted), (Some(400), true));
    let prices: Vec<_> = mug
        .prices
        .iter()
        .map(|price| {
            (
                price.unit_price.amount_minor(),
                price.tax_included,
                price.channel_key.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        prices,
        [
            (12_950, true, None),
            (10_360, false, None),
            (11_900, true, Some("se"))
        ]
    );
    assert_eq!(
        (cup.prices.len(), cup.is_counted, cup.weight_grams),
        (1, false, None)
    );
    let stock = |number: &str, on_hand| StockWrite {
        product_number: number.to_owned(),
        on_hand,
    };
    assert_eq!(incoming.stock, [stock("MUG", Some(0)), stock("CUP", None)]);
    assert_eq!(incoming.counts.to_string(), "2 products");
    assert_eq!(incoming.shop, None);
}

#[test]
fn what_is_wrong_is_named_with_its_line_and_column() {
    let rows = "MUG,Mug,,goods,,x,,129.50,,\r\n\r\nMUG,Mug,,food,,,-1,129.505,,\r\n,Cup,,goods\r\nJUG,\"a\nb\",,goods,,,,,,\r\n\
                ,Cup,,goods,,,,,,\r\n";
    assert_eq!(
        csv(&format!("{HEADER}\r\n{rows}")).unwrap_err(),
        "line 2: column `weight_grams`: `x` is not a whole number from 0 to 4294967295\n\
         line 4: column `stock`: `-1` is not a whole number from 0 to 4294967295\n\
         line 4: column `price_including_tax_SEK`: `129.505` has more decimals than SEK has, which is 2\n\
         line 5: the row has 4 cells, and the first row has 10\n\
         line 8: column `number`: the cell is empty"
    );
    assert_eq!(
        csv("number,description,tax_class\nMUG,Mug,food\nMUG,Mug,goods\n").unwrap_err(),
        "line 2: column `tax_class`: there is no tax class `food`\nline 3: column `number`: `MUG` is defined twice"
    );
}

#[test]
fn columns_are_known_and_complete() {
    let refused = csv("number,description,colour,number\n").unwrap_err();
    assert!(
        refused.starts_with("line 1: there is no column `colour`; the columns are `number`, "),
        "{refused}"
    );
    assert!(
        refused.contains("\nline 1: column `number`: `number` is defined twice"),
        "{refused}"
    );
    assert!(
        refused.ends_with("\nline 1: column `tax_class`: the column is missing"),
        "{refused}"
    );
    for column in ["price_including_tax_DEM", "price_SEK", "price_including_tax_SEK@"] {
        let refused = csv(&format!("number,description,tax_class,{column}\n")).unwrap_err();
        assert!(
            refused.starts_with(&format!("line 1: there is no column `{column}`")),
            "{refused}"
        );
    }
    // As spreadsheets of some countries write it.
    assert!(
        csv("number;description;tax_class\n")
            .unwrap_err()
            .starts_with("line 1: there is no column")
    );
    assert_eq!(csv("").unwrap_err(), "line 1: there is no row");
    assert_eq!(csv("number,description,tax_class\n").unwrap().products, []);
}
