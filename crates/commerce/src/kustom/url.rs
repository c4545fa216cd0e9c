//! Which pages a shopper may be sent to.
//!
//! The storefront names its pages at every init, and so could anybody who knows a cart. Kustom would send a paying
//! shopper wherever we say, so a page is accepted only on an origin that the profile lists.

use crate::kustom::state::StorefrontUrls;
use thiserror::Error;
use url::{Host, Url};

/// Kustom's limit. Source: <https://docs.kustom.co/contents/api/checkout>.
const MAX_URL_CHARS: usize = 2000;

/// The pages that a profile trusts.
#[derive(Clone, Debug, Default)]
pub struct OriginPolicy {
    /// Exact origins such as `https://shop.example`.
    pub origins: Vec<String>,
    /// Any page on this machine, for development.
    pub any_loopback: bool,
    /// Refuses `http` even where an origin with it is listed.
    pub https_only: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UrlError {
    #[error("`{member}` must be a page on one of the profile's origins")]
    NotAllowed { member: &'static str },
    #[error("`{member}` must differ from the other URLs")]
    NotDistinct { member: &'static str },
}

impl OriginPolicy {
    /// Whether a page of this origin, as browsers write it in a header, may call us and be returned to.
    pub fn allows_origin(&self, origin: &str) -> bool {
        Url::parse(origin).is_ok_and(|url| url.origin().ascii_serialization() == origin && self.allows(&url))
    }

    /// Accepts the storefront's three pages, or names the member that is wrong.
    pub fn check(
        &self,
        terms: String,
        checkout: String,
        confirmation: String,
    ) -> Result<StorefrontUrls, UrlError> {
        for (member, text) in [
            ("termsUrl", &terms),
            ("checkoutUrl", &checkout),
            ("confirmationUrl", &confirmation),
        ] {
            if !self.allows_text(text) {
                return Err(UrlError::NotAllowed { member });
            }
        }
        if checkout == terms {
            return Err(UrlError::NotDistinct {
                member: "checkoutUrl",
            });
        }
        if confirmation == terms || confirmation == checkout {
            return Err(UrlError::NotDistinct {
                member: "confirmationUrl",
            });
        }
        Ok(StorefrontUrls {
            terms,
            checkout,
            confirmation,
        })
    }

    fn allows_text(&self, text: &str) -> bool {
        let readable = text.chars().count() <= MAX_URL_CHARS
            && !text
                .chars()
                .any(|character| character.is_control() || character.is_whitespace() || character == '\\');
        let Ok(url) = Url::parse(text) else { return false };
        let origin = url.origin().ascii_serialization();
        // The parser forgives; Kustom and the browser get the text itself, so that must begin with the origin too.
        let begins_with_origin = text
            .strip_prefix(origin.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']));
        readable && begins_with_origin && self.allows(&url)
    }

    fn allows(&self, url: &Url) -> bool {
        let scheme_fits = match url.scheme() {
            "https" => true,
            "http" => !self.https_only,
            _ => false,
        };
        let has_userinfo = !url.username().is_empty() || url.password().is_some();
        let listed = self.origins.contains(&url.origin().ascii_serialization());
        scheme_fits && !has_userinfo && (listed || (self.any_loopback && is_loopback(url)))
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost" || domain.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop() -> OriginPolicy {
        OriginPolicy {
            origins: vec!["https://shop.example".into()],
            any_loopback: false,
            https_only: true,
        }
    }

    fn confirmation(policy: &OriginPolicy, url: &str) -> Result<StorefrontUrls, UrlError> {
        policy.check(
            "https://shop.example/terms".into(),
            "https://shop.example/checkout".into(),
            url.into(),
        )
    }

    #[test]
    fn pages_of_a_listed_origin_are_accepted() {
        for url in [
            "https://shop.example",
            "https://shop.example/thanks",
            "https://shop.example?cart=1",
            "https://shop.example/thanks?order={checkout.order.id}#top",
        ] {
            assert!(confirmation(&shop(), url).is_ok(), "{url}");
        }
    }

    #[test]
    fn every_other_page_is_refused_by_name() {
        let long = format!("https://shop.example/{}", "x".repeat(2000));
        for url in [
            "https://evil.example/thanks",
            "https://shop.example@evil.example/",
            "https://user:pw@shop.example/",
            "https://shop.example.evil.example/",
            "//evil.example/thanks",
            "https:/\\evil.example/",
            "https:\\\\shop.example/",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://192.0.2.1/",
            "https://127.0.0.1/",
            "https://localhost/",
            "https://shop.example:8443/",
            "https://shop.example:443/",
            "https://xn--shp-sna.example/",
            "https://shöp.example/",
            "https://shop.example/a\tb",
            "https://sh\top.example/",
            " https://shop.example/",
            "http://shop.example/thanks",
            "https://SHOP.example/",
            "/thanks",
            "",
            &long,
        ] {
            let refused = Err(UrlError::NotAllowed {
                member: "confirmationUrl",
            });
            assert_eq!(confirmation(&shop(), url), refused, "{url}");
        }
    }

    #[test]
    fn the_three_pages_are_distinct() {
        let refused = |member| Err(UrlError::NotDistinct { member });
        assert_eq!(
            confirmation(&shop(), "https://shop.example/terms"),
            refused("confirmationUrl")
        );
        assert_eq!(
            confirmation(&shop(), "https://shop.example/checkout"),
            refused("confirmationUrl")
        );
        let twins = shop().check(
            "https://shop.example/a".into(),
            "https://shop.example/a".into(),
            "https://shop.example/b".into(),
        );
        assert_eq!(twins, refused("checkoutUrl"));
    }

    #[test]
    fn development_trusts_this_machine_only() {
        let policy = OriginPolicy {
            any_loopback: true,
            ..OriginPolicy::default()
        };
        for origin in [
            "http://localhost:5173",
            "https://127.0.0.1:3300",
            "http://[::1]:8080",
            "http://a.localhost",
        ] {
            assert!(policy.allows_origin(origin), "{origin}");
        }
        for origin in [
            "http://192.168.1.2",
            "https://localhost.evil.example",
            "null",
            "http://localhost:5173/",
        ] {
            assert!(!policy.allows_origin(origin), "{origin}");
        }
    }
}
