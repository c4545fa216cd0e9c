use super::*;
use crate::catalogue::ProductFacts;
use crate::fixture::{currency, now, seconds_later, sek};
use crate::money::{Money, Share};

pub(crate) fn promotion(key: &str, target: Target, benefit: Benefit) -> Promotion {
    Promotion {
        key: key.into(),
        description: format!("The {key}"),
        code: None,
        profiles: BTreeSet::new(),
        valid_from: None,
        valid_until: None,
        usage_limit: None,
        limit_per_cart: None,
        group: None,
        exclusive: false,
        minimum: Vec::new(),
        target,
        benefit,
        message: BTreeMap::new(),
    }
}

fn ten_percent() -> Promotion {
    let share = Share::from_basis_points(1000).unwrap();
    promotion(
        "TEN",
        Target::Products(Selection::default()),
        Benefit::Percentage(share),
    )
}

fn facts(categories: &[&str]) -> ProductFacts {
    ProductFacts {
        description: String::new(),
        image: None,
        unit_price: sek(1),
        tax_rate: crate::fixture::rate(2500),
        categories: categories.iter().map(|&category| category.to_owned()).collect(),
        weight_grams: None,
    }
}

fn set(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn a_selection_is_everything_unless_it_names_something() {
    let everything = Selection::default();
    assert!(everything.includes("SHOE", &facts(&[])));
    let shoes = Selection {
        products: set(&["SHOE"]),
        categories: set(&["sale"]),
        ..Selection::default()
    };
    assert!(shoes.includes("SHOE", &facts(&[])));
    assert!(shoes.includes("HAT", &facts(&["sale", "hats"])));
    assert!(!shoes.includes("HAT", &facts(&["hats"])));
    let without = Selection {
        except_products: set(&["SHOE"]),
        except_categories: set(&["gifts"]),
        ..Selection::default()
    };
    assert!(!without.includes("SHOE", &facts(&[])));
    assert!(!without.includes("CARD", &facts(&["gifts"])));
    assert!(without.includes("HAT", &facts(&["hats"])));
}

/// Each row: what the promotion is made to say, and why it is no good.
#[test]
fn a_promotion_is_usable_in_its_markets_and_in_its_time() {
    type Change = fn(&mut Promotion);
    let rows: [(Change, Result<(), Unusable>); 11] = [
        (|_| (), Ok(())),
        (|it| it.profiles = set(&["se-webshop"]), Ok(())),
        (
            |it| it.profiles = set(&["no-webshop"]),
            Err(Unusable::OtherProfile),
        ),
        (
            |it| it.minimum = vec![Money::new(1, currency("NOK"))],
            Err(Unusable::OtherCurrency),
        ),
        (
            |it| it.minimum = vec![Money::new(1, currency("NOK")), sek(1)],
            Ok(()),
        ),
        (
            |it| it.benefit = Benefit::Fixed(vec![Money::new(1, currency("EUR"))]),
            Err(Unusable::OtherCurrency),
        ),
        (|it| it.benefit = Benefit::Fixed(vec![sek(5)]), Ok(())),
        (|it| it.valid_from = Some(now()), Ok(())),
        (|it| it.valid_from = Some(seconds_later(1)), Err(Unusable::NotYet)),
        (|it| it.valid_until = Some(now()), Err(Unusable::Over)),
        (|it| it.valid_until = Some(seconds_later(1)), Ok(())),
    ];
    for (number, (change, expected)) in rows.into_iter().enumerate() {
        let mut promotion = ten_percent();
        change(&mut promotion);
        let usable = promotion.check_usable("se-webshop", currency("SEK"), now());
        assert_eq!(usable, expected, "row {number}");
    }
}

#[test]
fn a_promotion_is_stored_and_read_back_whole() {
    let mut promotion = ten_percent();
    promotion.code = Some(CouponCode::parse("ten").unwrap());
    promotion.minimum = vec![sek(50_000)];
    promotion.valid_until = Some(now());
    let text = serde_json::to_string(&promotion).unwrap();
    assert_eq!(serde_json::from_str::<Promotion>(&text).unwrap(), promotion);
}
