//! What the merchant's answer to a validation means.
//!
//! 200 approves, a redirect sends the shopper away, 400 with a type and a text denies. Source:
//! <https://docs.kustom.co/contents/checkout/use-cases/validate-order>. What any other answer means is not documented:
//! here it counts as no answer, and so does an answer that says too little, such as a redirect to nowhere.

use crate::callback::CallbackAnswer;
use crate::refusal::PurchaseRefusal;
use serde::Deserialize;
use url::Url;

/// The documented types, and whether each needs a text.
pub(crate) const ERROR_TYPES: [(&str, bool); 3] = [
    ("address_error", true),
    ("unsupported_shipping_address", false),
    ("approval_failed", true),
];

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Approved,
    Refused(PurchaseRefusal),
    /// No answer, or one that counts as none, and why.
    Unanswered {
        reason: String,
    },
}

#[derive(Deserialize)]
struct Denial {
    error_type: String,
    #[serde(default)]
    error_text: Option<String>,
}

/// `url` is the address that was asked. A relative `Location` counts from there, as it does in a browser.
pub(crate) fn verdict(url: &str, answer: &CallbackAnswer) -> Verdict {
    let (status, location, body) = match answer {
        CallbackAnswer::Answered {
            status,
            location,
            body,
        } => (*status, location.as_deref(), body),
        CallbackAnswer::Failed { reason } => return unanswered(reason),
    };
    match status {
        200 => Verdict::Approved,
        301 | 302 | 303 | 307 => redirect(url, location).unwrap_or_else(|| {
            unanswered(&format!(
                "status {status} without a Location that a browser could open"
            ))
        }),
        400 => denial(body).unwrap_or_else(|reason| unanswered(&reason)),
        _ => unanswered(&format!("status {status} is neither an approval nor a denial")),
    }
}

fn unanswered(reason: &str) -> Verdict {
    Verdict::Unanswered {
        reason: reason.to_owned(),
    }
}

fn redirect(url: &str, location: Option<&str>) -> Option<Verdict> {
    let page = Url::parse(url).ok()?.join(location?).ok()?;
    matches!(page.scheme(), "http" | "https").then(|| {
        Verdict::Refused(PurchaseRefusal::SentAway {
            location: page.to_string(),
        })
    })
}

/// Strict on purpose: whether Kustom shows the text of a type it does not know is not documented.
fn denial(body: &str) -> Result<Verdict, String> {
    let denial: Denial = serde_json::from_str(body)
        .map_err(|error| format!("status 400 without error_type and error_text: {error}"))?;
    let Some((_, needs_text)) = ERROR_TYPES.iter().find(|(name, _)| *name == denial.error_type) else {
        return Err(format!(
            "the error_type {} is not a documented one",
            denial.error_type
        ));
    };
    let error_text = denial.error_text.unwrap_or_default();
    if *needs_text && error_text.trim().is_empty() {
        return Err(format!(
            "the error_type {} needs an error_text",
            denial.error_type
        ));
    }
    Ok(Verdict::Refused(PurchaseRefusal::Denied {
        error_type: denial.error_type,
        error_text,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: u16, location: Option<&str>, body: &str, expected: &str) {
        let answer = CallbackAnswer::Answered {
            status,
            location: location.map(str::to_owned),
            body: body.to_owned(),
        };
        let found = match verdict("https://shop.example/validate/1?t=x", &answer) {
            Verdict::Approved => "approved".to_owned(),
            Verdict::Refused(PurchaseRefusal::Denied {
                error_type,
                error_text,
            }) => format!("{error_type}: {error_text}"),
            Verdict::Refused(PurchaseRefusal::SentAway { location }) => location,
            Verdict::Refused(other) => panic!("{other:?}"),
            Verdict::Unanswered { .. } => "unanswered".to_owned(),
        };
        assert_eq!(found, expected, "{status} {location:?} {body}");
    }

    #[test]
    fn only_200_approves() {
        check(200, None, "whatever", "approved");
        for status in [201, 202, 204, 304, 308, 401, 403, 404, 409, 422, 500, 503] {
            check(
                status,
                Some("/sorry"),
                r#"{"error_type":"approval_failed","error_text":"No"}"#,
                "unanswered",
            );
        }
    }

    #[test]
    fn a_redirect_needs_a_page() {
        for status in [301, 302, 303, 307] {
            check(
                status,
                Some("https://shop.example/sorry?a=1"),
                "",
                "https://shop.example/sorry?a=1",
            );
            check(status, Some("/sorry"), "", "https://shop.example/sorry");
            check(status, None, "", "unanswered");
            check(status, Some("javascript:alert(1)"), "", "unanswered");
            check(status, Some("https://"), "", "unanswered");
        }
    }

    #[test]
    fn a_denial_needs_a_documented_type_and_mostly_a_text() {
        let sold_out = r#"{"error_type":"approval_failed","error_text":"Sold out"}"#;
        check(400, None, sold_out, "approval_failed: Sold out");
        let address = r#"{"error_type":"address_error","error_text":"No such street","more":1}"#;
        check(400, None, address, "address_error: No such street");
        let silent = r#"{"error_type":"unsupported_shipping_address"}"#;
        check(400, None, silent, "unsupported_shipping_address: ");
        for body in [
            "",
            "Sold out",
            "{}",
            "[]",
            r#"{"error_type":"approval_failed"}"#,
            r#"{"error_type":"approval_failed","error_text":null}"#,
            r#"{"error_type":"address_error","error_text":" "}"#,
            r#"{"error_type":"sold_out","error_text":"Sold out"}"#,
            r#"{"error_text":"Sold out"}"#,
        ] {
            check(400, None, body, "unanswered");
        }
    }

    #[test]
    fn a_failure_says_its_reason() {
        let reason = "no answer within 3 seconds".to_owned();
        let answer = CallbackAnswer::Failed {
            reason: reason.clone(),
        };
        assert_eq!(
            verdict("https://shop.example", &answer),
            Verdict::Unanswered { reason }
        );
    }
}
