//! The test person of each country, for a button in the form and for purchases without a browser.
//!
//! Sweden's is the documented one, as it stands in the samples at
//! <https://docs.kustom.co/contents/checkout/use-cases/update-ongoing-order>; the other Nordic ones and Germany's are
//! those of the Klarna era. The rest is invented and merely looks right.

use kustom_api::{Address, Customer};

struct Person {
    country: &'static str,
    name: (&'static str, &'static str),
    street_address: &'static str,
    postal_code: &'static str,
    city: &'static str,
    phone: &'static str,
}

#[rustfmt::skip]
const PEOPLE: &[Person] = &[
    person("SE", ("Testperson-se", "Approved"), "Stårgatan 1", "12345", "Ankeborg", "+46765260000"),
    person("NO", ("Testperson-no", "Approved"), "Sæffleberggate 56", "0563", "Oslo", "+4740123456"),
    person("FI", ("Testperson-fi", "Approved"), "Kiväärikatu 10", "28100", "Pori", "+358401234567"),
    person("DK", ("Testperson-dk", "Approved"), "Sæffleberggate 56,1", "6800", "Varde", "+4542555628"),
    person("DE", ("Testperson-de", "Approved"), "Hellersbergstraße 14", "41460", "Neuss", "+4901522113356"),
    person("AT", ("Testperson-at", "Approved"), "Stephansplatz 1", "1010", "Wien", "+436762600456"),
    person("BE", ("Testperson-be", "Approved"), "Grote Markt 1", "1000", "Brussel", "+32485121291"),
    person("CH", ("Testperson-ch", "Approved"), "Bahnhofstrasse 1", "8001", "Zürich", "+41791234567"),
    person("ES", ("Testperson-es", "Approved"), "Calle Mayor 1", "28013", "Madrid", "+34672563009"),
    person("FR", ("Testperson-fr", "Approved"), "1 rue de la Paix", "75002", "Paris", "+33689854321"),
    person("GB", ("Testperson-gb", "Approved"), "13 New Burlington Street", "W13 3BG", "London", "+447755564318"),
    person("NL", ("Testperson-nl", "Approved"), "Osdorpplein 137", "1068SR", "Amsterdam", "+31689124321"),
    person("PL", ("Testperson-pl", "Approved"), "Ulica 1", "00-001", "Warszawa", "+48795222325"),
    person("US", ("Testperson-us", "Approved"), "1 Market Street", "43215", "Columbus", "+13106683312"),
];

const SOMEBODY: Person = person(
    "",
    ("Testperson", "Approved"),
    "Main Street 1",
    "12345",
    "Springfield",
    "+46765260000",
);

/// Kustom's test company. Its registration id goes with it.
pub(crate) const ORGANIZATION_NAME: &str = "Testcompany-se";
pub(crate) const ORGANIZATION_REGISTRATION_ID: &str = "002031-0132";

/// What an organisation does not say of itself is the test company's.
pub(crate) fn organization(customer: Customer) -> Customer {
    if customer.customer_type.as_deref() != Some("organization") {
        return customer;
    }
    Customer {
        organization_registration_id: customer
            .organization_registration_id
            .or_else(|| Some(ORGANIZATION_REGISTRATION_ID.to_owned())),
        ..customer
    }
}

pub(crate) fn of(country: &str) -> Address {
    let person = PEOPLE
        .iter()
        .find(|person| person.country.eq_ignore_ascii_case(country))
        .unwrap_or(&SOMEBODY);
    let country = country.to_ascii_uppercase();
    Address {
        given_name: Some(person.name.0.to_owned()),
        family_name: Some(person.name.1.to_owned()),
        email: Some(format!("{}@kustom.co", person.name.0)),
        street_address: Some(person.street_address.to_owned()),
        postal_code: Some(person.postal_code.to_owned()),
        city: Some(person.city.to_owned()),
        region: (country == "US").then(|| "OH".to_owned()),
        phone: Some(person.phone.to_owned()),
        country: Some(country),
        ..Address::default()
    }
}

const fn person(
    country: &'static str,
    name: (&'static str, &'static str),
    street_address: &'static str,
    postal_code: &'static str,
    city: &'static str,
    phone: &'static str,
) -> Person {
    Person {
        country,
        name,
        street_address,
        postal_code,
        city,
        phone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_has_a_person_and_sweden_has_the_documented_one() {
        assert_eq!(of("se").email.as_deref(), Some("Testperson-se@kustom.co"));
        assert_eq!(of("se").country.as_deref(), Some("SE"));
        assert_eq!(of("JP").country.as_deref(), Some("JP"));
    }
}
