//! JSON as nodes. Each level is read by itself, because then every value is a piece of the text and knows where it stands.

use super::node::{Kind, Member, Node};
use super::problem::{CatalogueProblem, Place};
use super::value::Text;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

/// The format has seven levels.
const MAX_DEPTH: usize = 16;

type Problem = (usize, CatalogueProblem);

pub(super) fn tree(text: &str) -> Result<Node<'_>, Vec<Problem>> {
    let text = text.trim_start_matches('\u{feff}');
    let whole: Result<&RawValue, _> = serde_json::from_str(text);
    let whole = whole.map_err(|error| {
        let before = text.split_inclusive('\n').take(error.line().saturating_sub(1));
        let at = before.map(str::len).sum();
        vec![(
            at,
            CatalogueProblem::Shape(format!("this is not JSON, at column {}", error.column())),
        )]
    })?;
    match node(whole, text, MAX_DEPTH) {
        Ok(Some(node)) => Ok(node),
        Ok(None) => Err(vec![(0, CatalogueProblem::Shape("there is nothing".to_owned()))]),
        Err(problem) => Err(vec![problem]),
    }
}

/// `None` for `null`, which says as much as leaving it out.
fn node<'t>(raw: &'t RawValue, text: &'t str, depth: usize) -> Result<Option<Node<'t>>, Problem> {
    let written = raw.get();
    let at = written.as_ptr().addr() - text.as_ptr().addr();
    if depth == 0 {
        return Err((at, CatalogueProblem::Shape("this is nested too deep".to_owned())));
    }
    let refused = |error: serde_json::Error| {
        let text = error.to_string();
        let said = text.split(" at line ").next().unwrap_or_default();
        (at, CatalogueProblem::Shape(said.to_owned()))
    };
    let kind = match written.as_bytes().first() {
        Some(b'n') => return Ok(None),
        Some(b't') => Kind::Truth(true),
        Some(b'f') => Kind::Truth(false),
        Some(b'"') => Kind::Text(string(written).map_err(refused)?),
        Some(b'[') => {
            let list: Vec<&RawValue> = serde_json::from_str(written).map_err(refused)?;
            let nodes = list.into_iter().map(|raw| node(raw, text, depth - 1));
            Kind::List(nodes.filter_map(Result::transpose).collect::<Result<_, _>>()?)
        }
        Some(b'{') => {
            let members: Members<'_> = serde_json::from_str(written).map_err(refused)?;
            let members = members
                .0
                .into_iter()
                .map(|(key, raw)| member(key, raw, text, depth));
            Kind::Table(members.filter_map(Result::transpose).collect::<Result<_, _>>()?)
        }
        _ if written.contains(['.', 'e', 'E']) => Kind::Fraction(written.into()),
        _ => Kind::Whole(written.into()),
    };
    Ok(Some(Node {
        place: Place::at(at),
        kind,
    }))
}

fn member<'t>(
    key: String,
    raw: &'t RawValue,
    text: &'t str,
    depth: usize,
) -> Result<Option<Member<'t>>, Problem> {
    let value = node(raw, text, depth - 1)?;
    Ok(value.map(|value| Member {
        key: Text {
            place: value.place,
            text: key.into(),
        },
        value,
    }))
}

fn string(written: &str) -> Result<Cow<'_, str>, serde_json::Error> {
    match written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(plain) if !plain.contains('\\') => Ok(Cow::Borrowed(plain)),
        _ => serde_json::from_str::<String>(written).map(Cow::Owned),
    }
}

/// In the order of the text, and each key once.
struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'t> Deserialize<'t> for Members<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl<'t> Visitor<'t> for Read {
            type Value = Members<'t>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Members<'t>, A::Error> {
                let (mut members, mut keys) = (Vec::new(), BTreeSet::new());
                while let Some((key, value)) = map.next_entry::<String, &'t RawValue>()? {
                    if !keys.insert(key.clone()) {
                        return Err(A::Error::custom(format_args!("duplicate key `{key}`")));
                    }
                    members.push((key, value));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Read)
    }
}
