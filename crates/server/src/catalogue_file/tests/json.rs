//! The same members in JSON.

use super::CATALOGUE;
use crate::catalogue_file::{Context, Format, Incoming, Source, read};

fn toml(text: &str) -> Incoming {
    let source = Source {
        format: Format::Toml,
        bytes: text.as_bytes(),
    };
    read(&[source], &Context::default()).unwrap()
}

fn json(text: &str) -> Result<Incoming, String> {
    let source = Source {
        format: Format::Json,
        bytes: text.as_bytes(),
    };
    read(&[source], &Context::default()).map_err(|problems| problems.to_string())
}

/// One member a line.
fn pretty(text: &str) -> String {
    let value: toml::Value = toml::from_str(text).unwrap();
    serde_json::to_string_pretty(&value).unwrap()
}

#[test]
fn json_says_the_same_as_toml() {
    let text = pretty(CATALOGUE);
    assert_eq!(json(&text).unwrap(), toml(CATALOGUE));
    let demo = pretty(crate::demo::CATALOGUE);
    let products = |incoming: Incoming| incoming.products.into_iter().map(|product| product.number);
    assert_eq!(
        products(json(&demo).unwrap()).collect::<Vec<_>>().len(),
        products(toml(crate::demo::CATALOGUE)).count()
    );
    let escaped = text.replace("\"Mug\"", "\"M\\u00e5g \\\"x\\\"\"");
    assert_eq!(json(&escaped).unwrap().products[0].description, "Måg \"x\"");
    let nothing = text.replace("\"Mug\"", "\"Mug\", \"image\": null");
    assert_eq!(json(&nothing).unwrap(), toml(CATALOGUE));
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    let text = pretty(CATALOGUE);
    let line_of = |needle: &str| text.lines().position(|line| line.contains(needle)).unwrap() + 1;
    let wrong = text
        .replace("\"129.50\"", "129.50")
        .replace("\"103.60\"", "\"x\"");
    assert_eq!(
        json(&wrong).unwrap_err(),
        format!(
            "line {}: `x` is not an amount such as `1299.00`\nline {}: invalid type: floating point `129.50`, expected a \
             string",
            line_of("103.60"),
            line_of("129.50")
        )
    );
    assert_eq!(
        json("{\n  \"products\": {,}\n}").unwrap_err(),
        "line 2: this is not JSON, at column 16"
    );
    assert_eq!(
        json("[]").unwrap_err(),
        "line 1: invalid type: sequence, expected a map"
    );
    assert_eq!(json("null").unwrap_err(), "line 1: there is nothing");
    let twice = "{\"products\": {\n\"A\": {}, \"A\": {}}}";
    assert_eq!(json(twice).unwrap_err(), "line 1: duplicate key `A`");
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    assert_eq!(
        json(&format!("{{\"products\": {deep}}}")).unwrap_err(),
        "line 1: this is nested too deep"
    );
}
