//! Promotions and coupons.

use super::CATALOGUE;
use crate::catalogue_file::parse;
use kassa_commerce::money::Share;
use kassa_commerce::promotion::{Benefit, Promotion, Target};

fn read(members: &str) -> Result<Promotion, String> {
    let text = format!("{CATALOGUE}\n[promotions.x]\ndescription = \"X\"\n{members}");
    let catalogue = parse(&text).map_err(|problems| problems.to_string())?;
    Ok(catalogue.shop().promotions()[0].clone())
}

#[test]
fn every_member_is_read() {
    let promotion = read(
        "code = \"summer 2026\"\nprofiles = [\"shop\"]\nvalid_from = 2026-06-01\nvalid_until = \"2026-09-01\"\nusage_limit = 100\n\
         limit_per_cart = 3\ngroup = \"season\"\nexclusive = true\nminimum = { SEK = \"500\" }\ncategories = [\"cups\"]\n\
         products = [\"MUG\"]\nexcept_products = [\"JUG\"]\nexcept_categories = [\"gifts\"]\npercent = \"12.5\"\n\
         message = { en = \"{remaining} more\", no = \"{remaining} igjen\" }"
            .replace("summer 2026", "summer2026")
            .as_str(),
    )
    .unwrap();
    assert_eq!(promotion.key, "x");
    assert_eq!(promotion.code.as_ref().unwrap().as_str(), "SUMMER2026");
    assert!(promotion.profiles.contains("shop") && promotion.exclusive);
    assert_eq!(promotion.valid_from.unwrap().to_string(), "2026-06-01T00:00:00Z");
    assert_eq!(promotion.valid_until.unwrap().to_string(), "2026-09-01T00:00:00Z");
    assert_eq!(
        (promotion.usage_limit, promotion.limit_per_cart),
        (Some(100), Some(3))
    );
    assert_eq!(promotion.group.as_deref(), Some("season"));
    assert_eq!(promotion.minimum[0].amount_minor(), 50_000);
    let Target::Products(selection) = &promotion.target else {
        panic!("products")
    };
    assert!(selection.products.contains("MUG") && selection.categories.contains("cups"));
    assert!(selection.except_products.contains("JUG") && selection.except_categories.contains("gifts"));
    assert_eq!(
        promotion.benefit,
        Benefit::Percentage(Share::from_basis_points(1250).unwrap())
    );
    assert_eq!(promotion.message["en"], "{remaining} more");
    assert_eq!(
        promotion.message["nb"], "{remaining} igjen",
        "where it is looked for"
    );
}

#[test]
fn a_benefit_is_a_part_an_amount_or_some_for_nothing() {
    let benefit = |members| read(members).unwrap().benefit;
    assert!(
        matches!(benefit("amount = { SEK = \"50\" }"), Benefit::Fixed(amounts) if amounts[0].amount_minor() == 5000)
    );
    let of = |off| Benefit::BuyGet { buy: 2, get: 1, off };
    assert_eq!(benefit("buy = 2\nget = 1"), of(Share::ALL));
    assert_eq!(
        benefit("buy = 2\nget = 1\npercent = \"50\""),
        of(Share::from_basis_points(5000).unwrap())
    );
    assert!(matches!(
        read("shipping = true\npercent = \"100\"").unwrap().target,
        Target::Shipping(methods) if methods.is_empty()
    ));
    assert!(matches!(
        read("shipping = [\"post\"]\npercent = \"100\"").unwrap().target,
        Target::Shipping(methods) if methods.contains("post")
    ));
}

#[test]
fn what_nobody_could_mean_is_refused() {
    let one = "a promotion has exactly one of `percent`, `amount`, and `buy` with `get`";
    let rate = "`0` is not a percentage from 0 to 100 with at most two decimals, such as `25` or `5.5`";
    for (members, line, problem) in [
        ("", 24, one),
        ("percent = \"5\"\namount = { SEK = \"5\" }", 24, one),
        ("buy = 2", 24, one),
        ("buy = 2\nget = 1\namount = { SEK = \"5\" }", 24, one),
        ("amount = {}", 24, one),
        (
            "buy = 2\nget = 1\nshipping = true",
            24,
            "`buy` and `get` speak of products, not of shipping",
        ),
        (
            "percent = \"5\"\nshipping = true\nproducts = [\"MUG\"]",
            24,
            "`shipping` and a choice of products exclude each other",
        ),
        (
            "percent = \"5\"\nshipping = []",
            27,
            "`shipping` is `true` or names ways to ship",
        ),
        ("percent = \"0\"", 26, rate),
        (
            "percent = \"5\"\nusage_limit = 0",
            27,
            "`usage_limit` must be at least 1",
        ),
        (
            "percent = \"5\"\ncode = \"A B\"",
            27,
            "`A B` is not a coupon code: 1 to 64 characters, none of them a space",
        ),
        (
            "percent = \"5\"\nprofiles = [\"x\"]",
            27,
            "there is no profile `x`",
        ),
        (
            "percent = \"5\"\nmessage = { english = \"x\" }",
            27,
            "`english` is not a locale such as `sv` or `sv-SE`",
        ),
        (
            "percent = \"5\"\nvalid_from = 2026-02-01\nvalid_until = 2026-02-01",
            24,
            "`valid_from` is not before `valid_until`",
        ),
    ] {
        assert_eq!(
            read(members).unwrap_err(),
            format!("line {line}: {problem}"),
            "{members}"
        );
    }
}

#[test]
fn a_code_belongs_to_one_promotion() {
    let refused = read(
        "percent = \"5\"\ncode = \"a\"\n[promotions.y]\ndescription = \"Y\"\npercent = \"5\"\ncode = \"A\"",
    );
    assert_eq!(
        refused.unwrap_err(),
        "line 28: the coupon code `A` belongs to `x` and to `y`"
    );
}
