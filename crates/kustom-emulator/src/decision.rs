//! What becomes of a purchase that is pending, and how the merchant hears of it.
//!
//! `fraud_status` begins as `PENDING`. Once decided, it is changed in order management, and `merchant_urls.notification`
//! gets a POST with `order_id` and `event_type`. A purchase can be stopped that was never pending. Source:
//! <https://developers.klarna.com/en/gb/kco-v3/pending-orders>. Inferred: it is posted once, whatever is answered, and
//! `status` stays as it is.

use crate::agenda::Task;
use crate::callback::{CallbackKind, DueCallback};
use crate::kustom::Kustom;
use crate::management;
use crate::order::Change;
use crate::persona;
use crate::rendering;
use jiff::Timestamp;
use kustom_api::{Address, FraudStatus, KustomOrderId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use thiserror::Error;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    #[default]
    Accepted,
    Rejected,
    /// Found out later: nothing may be sent any more.
    Stopped,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DecisionRefusal {
    #[error("no such order")]
    NoSuchOrder,
    #[error("the order is not bought, so there is nothing to decide")]
    NotBought,
    #[error("the purchase is not pending; it can only be stopped")]
    NotPending,
}

impl DecisionRefusal {
    /// Stable, for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoSuchOrder => "NO_SUCH_ORDER",
            Self::NotBought => "ORDER_NOT_BOUGHT",
            Self::NotPending => "ORDER_NOT_PENDING",
        }
    }
}

impl Decision {
    fn fraud_status(self) -> FraudStatus {
        match self {
            Self::Accepted => FraudStatus::Accepted,
            Self::Rejected => FraudStatus::Rejected,
            Self::Stopped => FraudStatus::Stopped,
        }
    }

    fn event_type(self) -> &'static str {
        match self {
            Self::Accepted => "FRAUD_RISK_ACCEPTED",
            Self::Rejected => "FRAUD_RISK_REJECTED",
            Self::Stopped => "FRAUD_RISK_STOPPED",
        }
    }

    fn change(self) -> Change {
        match self {
            Self::Accepted => Change::FraudAccepted,
            Self::Rejected => Change::FraudRejected,
            Self::Stopped => Change::FraudStopped,
        }
    }
}

impl Kustom {
    /// Decides about a purchase. The callback is to be sent now; there is none when the order names nobody to tell.
    pub fn decide(
        &mut self,
        id: &KustomOrderId,
        decision: Decision,
        now: Timestamp,
    ) -> Result<Option<DueCallback>, DecisionRefusal> {
        let order = self.orders.get_mut(id).ok_or(DecisionRefusal::NoSuchOrder)?;
        let managed = order.managed.as_mut().ok_or(DecisionRefusal::NotBought)?;
        let is_stopped = managed.fraud_status == FraudStatus::Stopped;
        if managed.fraud_status != FraudStatus::Pending && (decision != Decision::Stopped || is_stopped) {
            return Err(DecisionRefusal::NotPending);
        }
        managed.fraud_status = decision.fraud_status();
        order.record(decision.change(), now);
        management::capture_automatically(self, id, now);
        let order = self.orders.get(id).ok_or(DecisionRefusal::NoSuchOrder)?;
        let Some(url) = order.merchant_url(|urls| urls.notification.as_ref()) else {
            return Ok(None);
        };
        let body = rendering::bytes(&json!({ "order_id": id, "event_type": decision.event_type() }));
        let callback = self.news(id, CallbackKind::Notification, url, body, now);
        Ok(self.begin(callback, now))
    }

    /// Decides later. By then somebody else may have decided, which is no error.
    pub fn plan_decision(&mut self, id: &KustomOrderId, decision: Decision, at: Timestamp) {
        let order_id = id.clone();
        self.agenda.plan(at, Task::Decide { order_id, decision });
    }

    /// What the shopper's address says about her purchase, or else the rules about every one that is pending.
    pub(crate) fn plan_decision_of(&mut self, id: &KustomOrderId, address: &Address, now: Timestamp) {
        let (after, decision) = match persona::decision(address) {
            Some(decision) => (Some(persona::DECIDED_AFTER), decision),
            None => (self.rules.pending_decided_after, self.rules.pending_decision),
        };
        if let Some(at) = after.and_then(|after| now.checked_add(after).ok()) {
            self.plan_decision(id, decision, at);
        }
    }
}
