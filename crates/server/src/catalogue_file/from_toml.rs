//! TOML as nodes.

use super::node::{Kind, Member, Node};
use super::problem::{CatalogueProblem, Place};
use super::value::Text;
use std::borrow::Cow;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub(super) fn tree(text: &str) -> Result<Node<'_>, Vec<(usize, CatalogueProblem)>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(Node {
            place: Place::at(0),
            kind: table_of(table.into_inner()),
        });
    }
    let problems = errors.iter().map(|error| {
        let at = error.span().map_or(0, |span| span.start);
        (at, CatalogueProblem::Shape(error.message().replace('\n', " ")))
    });
    Err(problems.collect())
}

fn table_of<'t>(table: DeTable<'t>) -> Kind<'t> {
    let mut members: Vec<_> = table.into_iter().map(|(key, value)| member(key, value)).collect();
    // As it was written: storefronts show profiles in this order.
    members.sort_by_key(|member| member.key.place);
    Kind::Table(members)
}

fn member<'t>(key: Spanned<Cow<'t, str>>, value: Spanned<DeValue<'t>>) -> Member<'t> {
    let place = Place::at(key.span().start);
    let mut value = node(value);
    if matches!(value.kind, Kind::Table(_)) {
        value.place = place;
    }
    Member {
        key: Text {
            place,
            text: key.into_inner(),
        },
        value,
    }
}

fn node(value: Spanned<DeValue<'_>>) -> Node<'_> {
    let place = Place::at(value.span().start);
    let kind = match value.into_inner() {
        DeValue::String(text) => Kind::Text(text),
        // A date may be written without quotes.
        DeValue::Datetime(time) => Kind::Text(time.to_string().into()),
        DeValue::Integer(number) => Kind::Whole(number.to_string().into()),
        DeValue::Float(number) => Kind::Fraction(number.to_string().into()),
        DeValue::Boolean(truth) => Kind::Truth(truth),
        DeValue::Array(list) => Kind::List(list.into_iter().map(node).collect()),
        DeValue::Table(table) => table_of(table),
    };
    Node { place, kind }
}
