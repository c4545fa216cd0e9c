//! Who has subscribed to what, and with which secrets.

use super::WebhookType;
use super::signature;
use crate::rules::Rules;
use crate::validation::is_callback_url;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// After an exchange of secrets the earlier one signs, too, for so long.
/// Source: <https://docs.kustom.co/contents/api/api-basics/webhooks>.
const ROTATION: SignedDuration = SignedDuration::from_mins(10);

/// More than anybody has servers to test.
const ENDPOINT_LIMIT: usize = 20;

const MERCHANT_ID: &str = "M000001";

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Webhooks {
    merchant_id: Option<String>,
    endpoints: Vec<Endpoint>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Endpoint {
    url: String,
    secret: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    earlier_secret: Option<EarlierSecret>,
    /// Empty is everything.
    types: BTreeSet<WebhookType>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct EarlierSecret {
    secret: String,
    signs_until: Timestamp,
}

/// The body of `PUT /_emulator/webhooks`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    merchant_id: Option<String>,
    endpoints: Vec<WantedEndpoint>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WantedEndpoint {
    url: String,
    /// Without one the earlier one stays, or a new one is made.
    secret: Option<String>,
    #[serde(default)]
    types: BTreeSet<WebhookType>,
}

impl Webhooks {
    pub(super) fn merchant_id(&self) -> &str {
        self.merchant_id.as_deref().unwrap_or(MERCHANT_ID)
    }

    pub(super) fn subscribers(&self, kind: WebhookType) -> Vec<String> {
        self.endpoints
            .iter()
            .filter(|endpoint| endpoint.types.is_empty() || endpoint.types.contains(&kind))
            .map(|endpoint| endpoint.url.clone())
            .collect()
    }

    /// Those that sign now, the newest first. `None` for an address that has not subscribed.
    pub(super) fn secrets(&self, url: &str, now: Timestamp) -> Option<Vec<String>> {
        let endpoint = self.endpoint(url)?;
        let earlier = endpoint.earlier_secret.iter();
        let earlier = earlier.filter(|earlier| now < earlier.signs_until);
        let earlier = earlier.map(|earlier| earlier.secret.clone());
        Some(std::iter::once(endpoint.secret.clone()).chain(earlier).collect())
    }

    /// What `wanted` makes of these. Nothing is taken over when anything in it is wrong.
    pub(super) fn replaced(
        &self,
        wanted: Wanted,
        rules: &Rules,
        mut new_secret: impl FnMut() -> String,
        now: Timestamp,
    ) -> Result<Self, String> {
        if wanted.endpoints.len() > ENDPOINT_LIMIT {
            return Err(format!("there can be at most {ENDPOINT_LIMIT} endpoints"));
        }
        let mut endpoints: Vec<Endpoint> = Vec::new();
        for endpoint in wanted.endpoints {
            check(&endpoint, &endpoints, rules)?;
            endpoints.push(self.endpoint_of(endpoint, &mut new_secret, now));
        }
        Ok(Self {
            merchant_id: wanted.merchant_id,
            endpoints,
        })
    }

    fn endpoint_of(
        &self,
        wanted: WantedEndpoint,
        new_secret: &mut impl FnMut() -> String,
        now: Timestamp,
    ) -> Endpoint {
        let known = self.endpoint(&wanted.url);
        let secret = wanted
            .secret
            .or_else(|| known.map(|known| known.secret.clone()))
            .unwrap_or_else(new_secret);
        let earlier_secret = match known {
            Some(known) if known.secret == secret => known.earlier_secret.clone(),
            Some(known) => now.checked_add(ROTATION).ok().map(|signs_until| EarlierSecret {
                secret: known.secret.clone(),
                signs_until,
            }),
            None => None,
        };
        Endpoint {
            url: wanted.url,
            secret,
            earlier_secret,
            types: wanted.types,
        }
    }

    fn endpoint(&self, url: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.url == url)
    }
}

fn check(wanted: &WantedEndpoint, before: &[Endpoint], rules: &Rules) -> Result<(), String> {
    if !is_callback_url(&wanted.url, rules) {
        return Err(format!(
            "{} is not an address that webhooks go to: https is",
            wanted.url
        ));
    }
    if before.iter().any(|endpoint| endpoint.url == wanted.url) {
        return Err(format!("{} stands there twice", wanted.url));
    }
    match &wanted.secret {
        Some(secret) if signature::key(secret).is_none() => {
            Err("a secret is `whsec_` and at least 24 bytes in base64".to_owned())
        }
        _ => Ok(()),
    }
}
