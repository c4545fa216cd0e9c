//! What can go wrong in a call to Kustom, as a type that says what may be done next.
//!
//! Two questions matter after a failure: may the call be repeated, and may it have taken effect all the same? Both are
//! answered here, once, so that no caller guesses. Source of the error bodies:
//! <https://docs.kustom.co/contents/checkout/additional-resources/errors-in-checkout>.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The documented error body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ErrorBody {
    pub error_code: String,
    pub error_messages: Vec<String>,
    pub correlation_id: String,
}

/// Kustom read the request and declined it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    /// Empty when the answer carried none.
    pub code: String,
    pub messages: Vec<String>,
    /// Quote this to Kustom's support. Empty when the answer carried none.
    pub correlation_id: String,
}

/// A call to Kustom that did not give what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    /// No connection: the request never left.
    #[error("could not connect to Kustom: {reason}")]
    Unreachable { reason: String },
    /// The request may have been carried out: time ran out, the connection broke, or the answer cannot be trusted.
    #[error("outcome unknown: {reason}")]
    Ambiguous { status: Option<u16>, reason: String },
    /// 403 `READ_ONLY_ORDER`: bought or aborted. News rather than an error: read the order.
    #[error("the order is read-only")]
    ReadOnly,
    /// 404: unknown or expired.
    #[error("no such order")]
    Gone,
    /// 401: Kustom does not know these credentials.
    #[error("Kustom refused the credentials")]
    Unauthorized,
    /// A firewall in front of the API answered, not the API: nothing was carried out.
    #[error("blocked in front of Kustom with status {status}")]
    Blocked { status: u16 },
    /// 429, or 408 and 425 from a gateway.
    #[error("Kustom asked to be called later")]
    TooManyRequests { retry_after_seconds: Option<u32> },
    /// Any other 4xx.
    #[error("refused with status {} {}", .0.status, .0.code)]
    Refused(Refusal),
}

impl Failure {
    /// Whether the request may have taken effect although it looks failed.
    pub fn is_ambiguous(&self) -> bool {
        matches!(self, Self::Ambiguous { .. })
    }

    /// Whether the same request may succeed later without anybody changing anything.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::Ambiguous { .. }
            | Self::Blocked { .. }
            | Self::TooManyRequests { .. } => true,
            Self::ReadOnly | Self::Gone | Self::Unauthorized | Self::Refused(_) => false,
        }
    }

    /// Reads a finished HTTP answer that is not the expected success.
    ///
    /// Bodies may be empty (expired orders), HTML (gateways) or one of two JSON forms; none of them may break us.
    pub fn from_answer(status: u16, retry_after: Option<&str>, body: &[u8]) -> Self {
        let parsed = ErrorBody::read(body);
        match status {
            401 => Self::Unauthorized,
            404 => Self::Gone,
            408 | 425 | 429 => Self::TooManyRequests {
                retry_after_seconds: retry_after.and_then(|seconds| seconds.trim().parse().ok()),
            },
            403 if parsed
                .as_ref()
                .is_some_and(|body| body.error_code == "READ_ONLY_ORDER") =>
            {
                Self::ReadOnly
            }
            403 if parsed.is_none() => Self::Blocked { status },
            400..=499 => {
                let body = parsed.unwrap_or_default();
                Self::Refused(Refusal {
                    status,
                    code: body.error_code,
                    messages: body.error_messages,
                    correlation_id: body.correlation_id,
                })
            }
            _ => Self::Ambiguous {
                status: Some(status),
                reason: format!("status {status}"),
            },
        }
    }
}

impl ErrorBody {
    /// Reads the documented form, and the gateway's `http_status_message` form, which has no code.
    fn read(body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct GatewayBody {
            http_status_message: String,
        }
        if let Ok(documented) = serde_json::from_slice::<Self>(body)
            && !documented.error_code.is_empty()
        {
            return Some(documented);
        }
        let gateway: GatewayBody = serde_json::from_slice(body).ok()?;
        Some(Self {
            error_messages: vec![gateway.http_status_message],
            ..Self::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BAD_VALUE: &[u8] =
        br#"{"error_code":"BAD_VALUE","error_messages":["Bad value: locale"],"correlation_id":"c"}"#;
    const READ_ONLY: &[u8] = br#"{"error_code":"READ_ONLY_ORDER","error_messages":[],"correlation_id":"c"}"#;
    const GATEWAY: &[u8] =
        br#"{"http_status_code":401,"http_status_message":"Unauthorized","internal_message":"no"}"#;
    const PAGE: &[u8] = b"<html><title>403 Forbidden</title></html>";

    /// Each row: status, body, the failure's `Display`, may it be repeated, may it have taken effect.
    #[test]
    fn every_known_error_shape_is_survived_and_classified() {
        let rows: &[(u16, &[u8], &str, bool, bool)] = &[
            (400, BAD_VALUE, "refused with status 400 BAD_VALUE", false, false),
            (400, b"", "refused with status 400 ", false, false),
            (401, b"", "Kustom refused the credentials", false, false),
            (401, GATEWAY, "Kustom refused the credentials", false, false),
            (403, READ_ONLY, "the order is read-only", false, false),
            (
                403,
                PAGE,
                "blocked in front of Kustom with status 403",
                true,
                false,
            ),
            (403, GATEWAY, "refused with status 403 ", false, false),
            (404, b"", "no such order", false, false),
            (404, PAGE, "no such order", false, false),
            (413, PAGE, "refused with status 413 ", false, false),
            (422, b"[]", "refused with status 422 ", false, false),
            (429, b"", "Kustom asked to be called later", true, false),
            (500, b"", "outcome unknown: status 500", true, true),
            (502, PAGE, "outcome unknown: status 502", true, true),
            (504, BAD_VALUE, "outcome unknown: status 504", true, true),
            (302, b"", "outcome unknown: status 302", true, true),
        ];
        for (status, body, display, retryable, ambiguous) in rows {
            let failure = Failure::from_answer(*status, None, body);
            assert_eq!(failure.to_string(), *display);
            assert_eq!(failure.is_retryable(), *retryable, "{failure}");
            assert_eq!(failure.is_ambiguous(), *ambiguous, "{failure}");
        }
    }

    #[test]
    fn retry_after_is_read_when_it_is_a_number() {
        let failure = Failure::from_answer(429, Some(" 7 "), b"");
        assert_eq!(
            failure,
            Failure::TooManyRequests {
                retry_after_seconds: Some(7)
            }
        );
        let failure = Failure::from_answer(429, Some("Wed, 21 Oct 2026 07:28:00 GMT"), b"");
        assert_eq!(
            failure,
            Failure::TooManyRequests {
                retry_after_seconds: None
            }
        );
    }
}
