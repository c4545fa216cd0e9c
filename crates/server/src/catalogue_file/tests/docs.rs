//! The page that describes the format.

use crate::catalogue_file::{Context, Format, Source, parse, read};

const PAGE: &str = include_str!("../../../../../docs/catalogue.md");

#[test]
fn every_example_of_the_page_is_read() {
    let demo = parse(crate::demo::CATALOGUE).unwrap();
    let context = Context {
        stored: demo.shop().as_ref().clone(),
        ..Context::default()
    };
    let mut formats = Vec::new();
    for block in PAGE.split("\n```").skip(1).step_by(2) {
        let (language, text) = block.split_once('\n').unwrap();
        let Some(format) = Format::from_name(language) else {
            assert_eq!(language, "sh");
            continue;
        };
        let source = Source {
            format,
            bytes: text.as_bytes(),
        };
        let incoming = read(&[source], &context).unwrap_or_else(|problems| panic!("{problems}\n{text}"));
        assert_ne!(incoming.counts.to_string(), "nothing");
        formats.push(format);
    }
    for format in Format::ALL {
        assert!(formats.contains(&format), "{format:?} has an example");
    }
}

/// Each member is accepted by what reads it, so whatever the page leaves out is hidden from its readers.
#[test]
fn every_member_is_on_the_page() {
    let source = [
        include_str!("../shop.rs"),
        include_str!("../product.rs"),
        include_str!("../promotion.rs"),
    ]
    .join("");
    let quoted = source.split('"').skip(1).step_by(2);
    let members = quoted
        .filter(|text| text.len() > 2 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
    let missing: Vec<_> = members.filter(|member| !PAGE.contains(*member)).collect();
    assert_eq!(missing, [] as [&str; 0]);
}
