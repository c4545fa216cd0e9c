//! Who may call the merchant APIs.
//!
//! Two forms are documented: `Basic <API key>`, the key as it is, and `Basic base64(<username>:<API key>)`.
//! Source: <https://docs.kustom.co/contents/api/api-basics/authentication>.

use crate::message::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The only credentials that are accepted. Without any, everything but nothing is.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub username: Option<String>,
    pub api_key: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Credentials(…)")
    }
}

/// Whether the request may go on.
pub(crate) fn are_accepted(request: &Request, configured: Option<&Credentials>) -> bool {
    let Some(sent) = basic_value(request) else {
        return false;
    };
    match configured {
        None => true,
        Some(configured) => sent == configured.api_key || user_and_key_fit(sent, configured),
    }
}

fn basic_value(request: &Request) -> Option<&str> {
    let (scheme, value) = request.header("authorization")?.split_once(' ')?;
    let value = value.trim();
    (scheme.eq_ignore_ascii_case("basic") && !is_blank(value)).then_some(value)
}

/// An empty user with an empty key is what a client sends whose settings are missing.
fn is_blank(value: &str) -> bool {
    value.is_empty() || STANDARD.decode(value).is_ok_and(|plain| plain == b":")
}

/// The username is optional, but when one is sent it must be the right one.
fn user_and_key_fit(sent: &str, configured: &Credentials) -> bool {
    let Some(plain) = STANDARD
        .decode(sent)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
    else {
        return false;
    };
    let Some((user, key)) = plain.split_once(':') else {
        return false;
    };
    let user_fits = user.is_empty() || configured.username.as_deref().is_none_or(|name| name == user);
    user_fits && key == configured.api_key
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use http::{HeaderMap, Method};

    fn accepted(header: Option<&str>, configured: bool) -> bool {
        let mut headers = HeaderMap::new();
        if let Some(header) = header {
            headers.insert("authorization", header.parse().unwrap());
        }
        let request = Request {
            method: Method::GET,
            path: String::new(),
            headers,
            body: Bytes::new(),
            base_url: String::new(),
        };
        let credentials = Credentials {
            username: Some("K1".to_owned()),
            api_key: "kco_test_api_a".to_owned(),
        };
        are_accepted(&request, configured.then_some(&credentials))
    }

    fn pair(plain: &str) -> String {
        format!("Basic {}", STANDARD.encode(plain))
    }

    #[test]
    fn any_credentials_are_accepted_unless_some_are_configured() {
        assert!(accepted(Some("Basic x"), false));
        assert!(accepted(Some(&pair("a:b")), false));
        assert!(!accepted(None, false));
        assert!(!accepted(Some("Basic "), false));
        assert!(!accepted(Some(&pair(":")), false));
        assert!(!accepted(Some("Bearer x"), false));
    }

    #[test]
    fn configured_credentials_are_accepted_in_both_documented_forms() {
        assert!(accepted(Some("Basic kco_test_api_a"), true));
        assert!(accepted(Some(&pair("K1:kco_test_api_a")), true));
        assert!(accepted(Some(&pair(":kco_test_api_a")), true));
        assert!(!accepted(Some(&pair("K2:kco_test_api_a")), true));
        assert!(!accepted(Some(&pair("K1:other")), true));
        assert!(!accepted(Some(&pair("kco_test_api_a")), true));
    }
}
