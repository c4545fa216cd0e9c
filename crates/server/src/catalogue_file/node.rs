//! The common shape of TOML and JSON: values that know where they stand.

use super::problem::{CatalogueProblem, Place};
use super::reading::Reading;
use super::value::Text;
use std::borrow::Cow;

pub(super) struct Node<'t> {
    pub place: Place,
    pub kind: Kind<'t>,
}

pub(super) enum Kind<'t> {
    Text(Cow<'t, str>),
    /// As it was written.
    Whole(Cow<'t, str>),
    Fraction(Cow<'t, str>),
    Truth(bool),
    List(Vec<Node<'t>>),
    Table(Vec<Member<'t>>),
}

pub(super) struct Member<'t> {
    pub key: Text<'t>,
    pub value: Node<'t>,
}

impl<'t> Node<'t> {
    pub(super) fn text(self, reading: &mut Reading) -> Option<Text<'t>> {
        match self.kind {
            Kind::Text(text) => Some(Text {
                place: self.place,
                text,
            }),
            _ => self.refused("a string", reading),
        }
    }

    pub(super) fn truth(self, reading: &mut Reading) -> Option<bool> {
        match self.kind {
            Kind::Truth(truth) => Some(truth),
            _ => self.refused("a boolean", reading),
        }
    }

    pub(super) fn whole(self, reading: &mut Reading) -> Option<u32> {
        let number = self.number(u32::MAX.into(), reading)?;
        u32::try_from(number).ok()
    }

    /// A whole number up to this one.
    pub(super) fn number(self, most: u64, reading: &mut Reading) -> Option<u64> {
        let Kind::Whole(written) = &self.kind else {
            return self.refused("a whole number", reading);
        };
        let number = written.parse().ok().filter(|number| *number <= most);
        if number.is_none() {
            let text = written.to_string();
            reading.problem(self.place, CatalogueProblem::NotAWholeNumber { text, most });
        }
        number
    }

    pub(super) fn list(self, reading: &mut Reading) -> Option<Vec<Self>> {
        match self.kind {
            Kind::List(list) if list.len() > MAX_LIST => {
                reading.problem(self.place, CatalogueProblem::TooMany(MAX_LIST));
                None
            }
            Kind::List(list) => Some(list),
            _ => self.refused("a sequence", reading),
        }
    }

    pub(super) fn table(self, reading: &mut Reading) -> Option<Vec<Member<'t>>> {
        match self.kind {
            Kind::Table(members) => Some(members),
            _ => self.refused("a map", reading),
        }
    }

    fn refused<T>(self, expected: &str, reading: &mut Reading) -> Option<T> {
        let found = match self.kind {
            Kind::Text(_) => "string".to_owned(),
            Kind::Whole(written) => format!("integer `{written}`"),
            Kind::Fraction(written) => format!("floating point `{written}`"),
            Kind::Truth(truth) => format!("boolean `{truth}`"),
            Kind::List(_) => "sequence".to_owned(),
            Kind::Table(_) => "map".to_owned(),
        };
        let problem = CatalogueProblem::Shape(format!("invalid type: {found}, expected {expected}"));
        reading.problem(self.place, problem);
        None
    }
}

/// No list in a catalogue is anywhere near as long, and each entry of one is work for carts.
const MAX_LIST: usize = 1000;

/// The members of a table, taken out one by one by those who know what they mean.
pub(super) struct Fields<'t> {
    place: Place,
    members: Vec<Member<'t>>,
    known: Vec<&'static str>,
}

impl<'t> Fields<'t> {
    pub(super) fn of(node: Node<'t>, reading: &mut Reading) -> Option<Self> {
        Some(Self {
            place: node.place,
            members: node.table(reading)?,
            known: Vec::new(),
        })
    }

    pub(super) fn optional(&mut self, key: &'static str) -> Option<Node<'t>> {
        self.known.push(key);
        let index = self
            .members
            .iter()
            .position(|member| member.key.text.as_ref() == key)?;
        Some(self.members.swap_remove(index).value)
    }

    pub(super) fn required(&mut self, key: &'static str, reading: &mut Reading) -> Option<Node<'t>> {
        let value = self.optional(key);
        if value.is_none() {
            reading.problem(self.place, CatalogueProblem::MissingField(key));
        }
        value
    }

    /// Whatever nobody has taken is misspelt.
    pub(super) fn end(self, reading: &mut Reading) {
        for member in self.members {
            let expected: Vec<_> = self.known.iter().map(|key| format!("`{key}`")).collect();
            let problem = CatalogueProblem::UnknownField {
                found: member.key.to_owned(),
                expected: expected.join(", "),
            };
            reading.problem(member.key.place, problem);
        }
    }
}
