//! A shop as it is written down, and how an import changes it.

use super::{CatalogueError, Profile, Shop, TaxClass};
use crate::promotion::Promotion;
use serde::{Deserialize, Serialize};

/// A shop in the order in which somebody wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShopParts {
    pub profiles: Vec<Profile>,
    pub tax_classes: Vec<TaxClass>,
    pub promotions: Vec<Promotion>,
}

/// What an import says of a shop. `None`: nothing of that kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShopEdit {
    pub profiles: Option<Vec<Profile>>,
    pub tax_classes: Option<Vec<TaxClass>>,
    pub promotions: Option<Vec<Promotion>>,
}

/// What becomes of what an import does not name, of the kinds that it speaks of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rest {
    #[default]
    Kept,
    Removed,
}

impl TryFrom<ShopParts> for Shop {
    type Error = CatalogueError;

    fn try_from(parts: ShopParts) -> Result<Self, CatalogueError> {
        Self::new(parts.profiles, parts.tax_classes, parts.promotions)
    }
}

impl From<Shop> for ShopParts {
    fn from(shop: Shop) -> Self {
        Self {
            profiles: shop.profiles,
            tax_classes: shop.tax_classes.into_values().collect(),
            promotions: shop.promotions,
        }
    }
}

impl ShopEdit {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Shop {
    /// The shop after an import. What is named keeps its place and has its new content; what is new comes last. Where the
    /// rest is removed, the order is the import's own.
    pub fn edited(self, edit: ShopEdit, rest: Rest) -> Result<Self, CatalogueError> {
        let parts = ShopParts::from(self);
        for profile in edit.profiles.iter().flatten() {
            let known = parts.profiles.iter().find(|known| known.key == profile.key);
            let same_money = |known: &Profile| {
                (known.currency, known.tax_included) == (profile.currency, profile.tax_included)
            };
            if known.is_some_and(|known| !same_money(known)) {
                return Err(CatalogueError::OtherMoney {
                    profile: profile.key.clone(),
                });
            }
        }
        ShopParts {
            profiles: merged(parts.profiles, edit.profiles, rest, |profile| &profile.key)?,
            tax_classes: merged(parts.tax_classes, edit.tax_classes, rest, |class| &class.key)?,
            promotions: merged(parts.promotions, edit.promotions, rest, |promotion| {
                &promotion.key
            })?,
        }
        .try_into()
    }
}

fn merged<T>(
    known: Vec<T>,
    named: Option<Vec<T>>,
    rest: Rest,
    key: impl Fn(&T) -> &String,
) -> Result<Vec<T>, CatalogueError> {
    let Some(named) = named else { return Ok(known) };
    let named = super::distinct(named, &key)?;
    if rest == Rest::Removed {
        return Ok(named);
    }
    let mut all = known;
    for item in named {
        match all.iter_mut().find(|known| key(known) == key(&item)) {
            Some(known) => *known = item,
            None => all.push(item),
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{catalogue, profiles, tax_classes};

    fn shop() -> Shop {
        catalogue().shop().as_ref().clone()
    }

    fn keys(shop: &Shop) -> Vec<&str> {
        shop.profiles().map(|profile| profile.key.as_str()).collect()
    }

    #[test]
    fn a_shop_is_read_back_as_it_was_written() {
        let text = serde_json::to_string(&shop()).unwrap();
        assert_eq!(serde_json::from_str::<Shop>(&text).unwrap(), shop());
        let torn = text.replace("\"shipping_tax_class\":\"goods\"", "\"shipping_tax_class\":\"x\"");
        assert_ne!(torn, text);
        assert!(
            serde_json::from_str::<Shop>(&torn).is_err(),
            "a shop is consistent however it came"
        );
    }

    #[test]
    fn what_is_named_changes_in_its_place_and_the_rest_stays() {
        let mut renamed = profiles()[0].clone();
        renamed.channel_key = "other".to_owned();
        let mut added = renamed.clone();
        added.key = "another".to_owned();
        let edit = ShopEdit {
            profiles: Some(vec![added, renamed]),
            ..ShopEdit::default()
        };
        let edited = shop().edited(edit, Rest::Kept).unwrap();
        let mut expected = keys(&shop()).join(" ");
        expected.push_str(" another");
        assert_eq!(keys(&edited).join(" "), expected);
        assert_eq!(edited.profiles().next().unwrap().channel_key, "other");
        assert_eq!(
            edited.tax_classes().collect::<Vec<_>>(),
            shop().tax_classes().collect::<Vec<_>>()
        );
    }

    #[test]
    fn replacing_removes_the_rest_of_the_same_kind_only() {
        let one = profiles()[1].clone();
        let edit = ShopEdit {
            profiles: Some(vec![one.clone()]),
            ..ShopEdit::default()
        };
        let edited = shop().edited(edit, Rest::Removed).unwrap();
        assert_eq!(keys(&edited), [one.key.as_str()]);
        assert_eq!(edited.tax_classes().count(), shop().tax_classes().count());
    }

    #[test]
    fn a_tax_class_that_is_in_use_cannot_be_removed() {
        let edit = ShopEdit {
            tax_classes: Some(
                tax_classes()
                    .into_iter()
                    .filter(|class| class.key != "goods")
                    .collect(),
            ),
            ..ShopEdit::default()
        };
        let refused = shop().edited(edit, Rest::Removed).unwrap_err();
        assert!(
            matches!(&refused, CatalogueError::UnknownTaxClass { tax_class, .. } if tax_class == "goods"),
            "{refused}"
        );
        let twice = ShopEdit {
            profiles: Some(vec![profiles()[0].clone(), profiles()[0].clone()]),
            ..ShopEdit::default()
        };
        assert_eq!(
            shop().edited(twice, Rest::Kept).unwrap_err(),
            CatalogueError::Duplicate(profiles()[0].key.clone())
        );
    }
}
