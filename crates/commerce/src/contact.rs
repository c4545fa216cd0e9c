//! What a shopper types about herself: checked for harm, not for completeness.

use crate::address::{Address, InvoiceRecipient};
use thiserror::Error;

/// Source of the length: RFC 5321, section 4.5.3.1.3.
const MAX_EMAIL_BYTES: usize = 254;
/// Longer than any national number with an extension.
const MAX_PHONE_CHARS: usize = 40;
/// What order management accepts in one part of an address.
/// Source: <https://docs.kustom.co/contents/api/order-management>.
const MAX_ADDRESS_PART_CHARS: usize = 100;
/// The longest postal code in use has 10 characters.
const MAX_POSTAL_CODE_CHARS: usize = 10;

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ContactError {
    #[error("not an e-mail address")]
    Email,
    #[error("a phone number has digits, spaces and `+-()./` only")]
    Phone,
    #[error("`{member}` is too long, has control characters or is impossible")]
    Address { member: &'static str },
}

/// A syntactically valid e-mail address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    pub fn parse(text: &str) -> Result<Self, ContactError> {
        let text = text.trim_matches(' ');
        let well_formed = text.len() <= MAX_EMAIL_BYTES && garde::rules::email::parse_email(text).is_ok();
        if well_formed {
            Ok(Self(text.to_owned()))
        } else {
            Err(ContactError::Email)
        }
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

/// A phone number in whatever form its owner writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    pub fn parse(text: &str) -> Result<Self, ContactError> {
        let text = text.trim_matches(' ');
        let allowed = |character: char| character.is_ascii_digit() || " +-()./".contains(character);
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let well_formed = digits >= 3 && text.len() <= MAX_PHONE_CHARS && text.chars().all(allowed);
        if well_formed {
            Ok(Self(text.to_owned()))
        } else {
            Err(ContactError::Phone)
        }
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

/// Refuses what no postal service could read. Incomplete is fine: storefronts save on every blur.
pub fn check_address(address: &Address) -> Result<(), ContactError> {
    let parts = [
        ("name", &address.name),
        ("careOf", &address.care_of),
        ("attention", &address.attention),
        ("addressLine1", &address.address_line1),
        ("addressLine2", &address.address_line2),
        ("city", &address.city),
        ("state", &address.state),
    ];
    for (member, part) in parts {
        check_text(member, part.as_deref(), MAX_ADDRESS_PART_CHARS)?;
    }
    check_postal_code(address.postal_code.as_deref())
}

pub fn check_invoice_recipient(recipient: &InvoiceRecipient) -> Result<(), ContactError> {
    check_address(&recipient.address)?;
    check_text("taxId", recipient.tax_id.as_deref(), MAX_ADDRESS_PART_CHARS)?;
    check_text(
        "taxIdType",
        recipient.tax_id_type.as_deref(),
        MAX_ADDRESS_PART_CHARS,
    )
}

fn check_text(member: &'static str, text: Option<&str>, max_chars: usize) -> Result<(), ContactError> {
    let Some(text) = text else { return Ok(()) };
    let readable = text.chars().count() <= max_chars && !text.chars().any(char::is_control);
    if readable {
        Ok(())
    } else {
        Err(ContactError::Address { member })
    }
}

fn check_postal_code(code: Option<&str>) -> Result<(), ContactError> {
    let Some(code) = code else { return Ok(()) };
    let member = "postalCode";
    check_text(member, Some(code), MAX_POSTAL_CODE_CHARS)?;
    let possible = code
        .chars()
        .all(|character| character.is_ascii_alphanumeric() || " -".contains(character));
    if possible {
        Ok(())
    } else {
        Err(ContactError::Address { member })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails_of_real_people_pass() {
        for text in [
            "a@example.test",
            "first.last+tag@sub.example.co",
            " padded@example.test ",
        ] {
            assert!(Email::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn broken_and_smuggled_emails_are_refused() {
        let long = format!("{}@example.test", "a".repeat(250));
        for text in [
            "",
            "a",
            "a@",
            "@b",
            "a@b@c",
            "a@b.test,c@d.test",
            "a@b.test\r\nBcc: c@d.test",
            &long,
        ] {
            assert_eq!(Email::parse(text), Err(ContactError::Email), "{text}");
        }
    }

    #[test]
    fn phones_are_lenient_but_have_no_letters() {
        for text in ["+46 70-123 45 67", "(08) 12 34 56", "112"] {
            assert!(Phone::parse(text).is_ok(), "{text}");
        }
        for text in ["", "+", "call me", "070 123 45 67x1", &"1".repeat(41)] {
            assert_eq!(Phone::parse(text), Err(ContactError::Phone), "{text}");
        }
    }

    #[test]
    fn an_address_may_be_incomplete_but_not_unreadable() {
        let check = |change: fn(&mut Address)| {
            let mut address = Address::default();
            change(&mut address);
            check_address(&address)
        };
        assert_eq!(check(|_| ()), Ok(()));
        assert_eq!(check(|address| address.name = Some("<b>Åsa</b>".into())), Ok(()));
        assert_eq!(
            check(|address| address.postal_code = Some("SW1A 1AA".into())),
            Ok(())
        );
        let refused = |member| Err(ContactError::Address { member });
        assert_eq!(
            check(|address| address.city = Some("x".repeat(101))),
            refused("city")
        );
        assert_eq!(
            check(|address| address.name = Some("a\u{0}b".into())),
            refused("name")
        );
        assert_eq!(
            check(|address| address.postal_code = Some("12345678901".into())),
            refused("postalCode")
        );
        assert_eq!(
            check(|address| address.postal_code = Some("§§".into())),
            refused("postalCode")
        );
    }
}
