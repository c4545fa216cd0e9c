//! What a cart may hold, by what its shopper has been answered.
//!
//! An edit that was acknowledged has been made. One that got no answer has been made or not, until the cart is seen
//! again. Whatever else the cart shows has been lost or invented.

use std::collections::BTreeMap;

use crate::cart::Line;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Goods {
    pub(crate) product: String,
    pub(crate) quantity: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    Add(Goods),
    SetQuantity { item_id: String, quantity: u64 },
    Remove { item_id: String },
}

/// What became of an edit, as far as its shopper knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Acknowledged,
    Refused,
    Unknown,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Basket {
    known: BTreeMap<String, Belief>,
    /// Added and acknowledged, under an id that the shopper has not seen yet.
    owed: Vec<Goods>,
    maybe_added: Vec<Goods>,
}

#[derive(Clone, Debug)]
struct Belief {
    product: String,
    /// `None` is not there.
    possible: Vec<Option<u64>>,
}

impl Basket {
    pub(crate) fn note(&mut self, edit: &Edit, outcome: Outcome) {
        match edit {
            Edit::Add(goods) => match outcome {
                Outcome::Acknowledged => self.owed.push(goods.clone()),
                Outcome::Unknown => self.maybe_added.push(goods.clone()),
                Outcome::Refused => {}
            },
            Edit::SetQuantity { item_id, quantity } => self.note_line(item_id, Some(*quantity), outcome),
            Edit::Remove { item_id } => self.note_line(item_id, None, outcome),
        }
    }

    fn note_line(&mut self, item_id: &str, quantity: Option<u64>, outcome: Outcome) {
        let Some(belief) = self.known.get_mut(item_id) else {
            return;
        };
        match outcome {
            Outcome::Acknowledged => belief.possible = vec![quantity],
            Outcome::Unknown => belief.possible.push(quantity),
            Outcome::Refused => {}
        }
    }

    /// Compares with what the cart shows, when no edit is under way. From then on that is what it holds.
    pub(crate) fn see(&mut self, shown: &[Line]) -> Result<(), String> {
        for line in shown {
            self.see_line(line)?;
        }
        let is_shown = |item_id: &String| shown.iter().any(|line| line.item_id == *item_id);
        for (item_id, belief) in &self.known {
            if !is_shown(item_id) && !belief.possible.contains(&None) {
                return Err(format!("an item of {} is lost", belief.product));
            }
        }
        if let Some(lost) = self.owed.first() {
            return Err(format!(
                "{} × {} was added and is lost",
                lost.quantity, lost.product
            ));
        }
        self.known.retain(|item_id, _| is_shown(item_id));
        // What is not there now will not come: the server that it was sent to is dead.
        self.maybe_added.clear();
        Ok(())
    }

    fn see_line(&mut self, line: &Line) -> Result<(), String> {
        let seen = Some(line.quantity);
        if let Some(belief) = self.known.get_mut(&line.item_id) {
            if !belief.possible.contains(&seen) || belief.product != line.product {
                let possible = &belief.possible;
                return Err(format!(
                    "{line:?} is shown where {} × {possible:?} should be",
                    belief.product
                ));
            }
            belief.possible = vec![seen];
            return Ok(());
        }
        let is_this = |goods: &Goods| goods.product == line.product && goods.quantity == line.quantity;
        let found = [&mut self.owed, &mut self.maybe_added]
            .into_iter()
            .find_map(|added| {
                let place = added.iter().position(is_this)?;
                Some(added.swap_remove(place))
            });
        let Some(goods) = found else {
            return Err(format!("nobody has added {line:?}"));
        };
        let belief = Belief {
            product: goods.product,
            possible: vec![seen],
        };
        self.known.insert(line.item_id.clone(), belief);
        Ok(())
    }

    pub(crate) fn item_ids(&self) -> Vec<String> {
        self.known.keys().cloned().collect()
    }

    /// The quantity of an item, where it is certain.
    pub(crate) fn quantity_of(&self, item_id: &str) -> Option<u64> {
        match self.known.get(item_id)?.possible.as_slice() {
            [quantity] => *quantity,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(item_id: &str, quantity: u64) -> Line {
        Line {
            item_id: item_id.to_owned(),
            product: "BOOK-001".to_owned(),
            quantity,
        }
    }

    fn add(quantity: u64) -> Edit {
        Edit::Add(Goods {
            product: "BOOK-001".to_owned(),
            quantity,
        })
    }

    fn set(quantity: u64) -> Edit {
        Edit::SetQuantity {
            item_id: "1".to_owned(),
            quantity,
        }
    }

    fn remove() -> Edit {
        Edit::Remove {
            item_id: "1".to_owned(),
        }
    }

    /// One item of quantity 2, and then these edits.
    fn after(edits: &[(Edit, Outcome)]) -> Basket {
        let mut basket = Basket::default();
        basket.note(&add(2), Outcome::Acknowledged);
        basket.see(&[line("1", 2)]).unwrap();
        for (edit, outcome) in edits {
            basket.note(edit, *outcome);
        }
        basket
    }

    #[test]
    fn an_acknowledged_edit_must_be_there() {
        for (edit, shown) in [(set(5), line("1", 5)), (add(1), line("2", 1))] {
            let basket = after(&[(edit, Outcome::Acknowledged)]);
            assert!(basket.clone().see(&[line("1", 2)]).is_err());
            let others = if shown.item_id == "1" {
                vec![]
            } else {
                vec![line("1", 2)]
            };
            assert_eq!(basket.clone().see(&[others, vec![shown]].concat()), Ok(()));
        }
        assert_eq!(after(&[(remove(), Outcome::Acknowledged)]).see(&[]), Ok(()));
        assert!(
            after(&[(remove(), Outcome::Acknowledged)])
                .see(&[line("1", 2)])
                .is_err()
        );
    }

    #[test]
    fn an_edit_without_an_answer_may_be_there_and_then_stays() {
        for shown in [vec![line("1", 2)], vec![line("1", 5)]] {
            let mut basket = after(&[(set(5), Outcome::Unknown)]);
            assert_eq!(basket.see(&shown), Ok(()));
            assert_eq!(basket.quantity_of("1"), Some(shown[0].quantity));
            let other = if shown[0].quantity == 2 { 5 } else { 2 };
            assert!(basket.see(&[line("1", other)]).is_err());
        }
        let mut basket = after(&[(add(7), Outcome::Unknown)]);
        assert_eq!(basket.clone().see(&[line("1", 2), line("2", 7)]), Ok(()));
        assert_eq!(basket.see(&[line("1", 2)]), Ok(()));
        assert!(
            basket.see(&[line("1", 2), line("2", 7)]).is_err(),
            "it came too late"
        );
    }

    #[test]
    fn a_later_acknowledged_edit_ends_an_earlier_doubt() {
        let mut basket = after(&[(set(5), Outcome::Unknown), (set(6), Outcome::Acknowledged)]);
        assert!(basket.clone().see(&[line("1", 5)]).is_err());
        assert_eq!(basket.see(&[line("1", 6)]), Ok(()));
    }

    #[test]
    fn what_nobody_did_must_not_be_there() {
        assert!(after(&[]).see(&[]).is_err());
        assert!(after(&[]).see(&[line("1", 3)]).is_err());
        assert!(after(&[]).see(&[line("1", 2), line("2", 2)]).is_err());
        assert!(after(&[(set(5), Outcome::Refused)]).see(&[line("1", 5)]).is_err());
    }
}
