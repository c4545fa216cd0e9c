//! Payments: one per purchase, holding what was reserved.

pub mod demo;

use crate::change::{AuthorizationWrite, Change};
use crate::id::{CartId, PaymentId};
use crate::money::Money;
use crate::review::{Review, ReviewReason};
use jiff::Timestamp;
use kustom_api::{FraudStatus, KustomOrderId, ManagedOrder, ManagementStatus};
use serde::{Deserialize, Serialize};

/// The payment of one purchase.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    pub id: PaymentId,
    pub cart_id: CartId,
    pub provider: Provider,
    pub authorization: Authorization,
    /// What the provider had taken when the purchase was placed. `None`: nothing.
    #[serde(default)]
    pub captured: Option<Money>,
    /// How the shopper chose to pay, in Kustom's words.
    pub method: Option<String>,
    pub created_at: Timestamp,
}

/// Who holds the money. It names the purchase there, and none has two payments.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    Kustom(KustomOrderId),
    /// Nobody: no money moves.
    Demo,
}

/// Money reserved for us.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Authorization {
    pub number: String,
    pub amount: Money,
    pub state: AuthorizationState,
    /// When the reservation lapses unless it is captured.
    pub expires_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorizationState {
    /// Kustom still examines the purchase: nothing may be shipped.
    Pending,
    Successful,
    /// Kustom declined after the purchase. This is final: nothing may be shipped, ever.
    Rejected,
    /// Given up with the order, at its owner's wish. This is final as well.
    Released,
}

impl Provider {
    pub fn key(&self) -> &'static str {
        match self {
            Self::Kustom(_) => "kustom",
            Self::Demo => "demo",
        }
    }

    pub fn kustom_order_id(&self) -> Option<&KustomOrderId> {
        match self {
            Self::Kustom(id) => Some(id),
            Self::Demo => None,
        }
    }
}

impl Payment {
    /// What the provider calls it, unique among the provider's payments.
    pub fn reference(&self) -> String {
        match &self.provider {
            Provider::Kustom(id) => id.to_string(),
            Provider::Demo => self.id.to_string(),
        }
    }

    /// Whether goods of this worth may leave the house. It is computed each time, so that no flag can be left standing.
    pub fn is_shippable(&self, order_total: Money) -> bool {
        self.authorization.state == AuthorizationState::Successful && self.authorization.amount == order_total
    }
}

impl AuthorizationState {
    /// What is over stays over, whatever is heard or decided later.
    pub fn may_become(self, next: Self) -> bool {
        let is_final = matches!(self, Self::Rejected | Self::Released);
        !is_final || self == next
    }

    /// What Kustom's verdict makes of a state. A rejected authorization never comes back, and of a released one nothing is
    /// wanted any more.
    pub fn after(self, verdict: &FraudStatus) -> Self {
        match (self, verdict) {
            (Self::Released, _) => Self::Released,
            (Self::Rejected, _) | (_, FraudStatus::Rejected | FraudStatus::Stopped) => Self::Rejected,
            (Self::Pending, FraudStatus::Accepted) => Self::Successful,
            (state, _) => state,
        }
    }
}

/// What becomes of a purchase that was asked about again. `None` if nothing has changed. One that Kustom examined until its
/// reservation was over is declined as well.
pub fn absorb_verdict(payment: &Payment, managed: &ManagedOrder, now: Timestamp) -> Option<Change> {
    let kustom_order_id = payment.provider.kustom_order_id()?;
    let is_over = matches!(
        managed.status,
        ManagementStatus::Cancelled | ManagementStatus::Expired
    ) && payment.authorization.state == AuthorizationState::Pending;
    let verdict = if is_over {
        &FraudStatus::Stopped
    } else {
        &managed.fraud_status
    };
    let state = payment.authorization.state.after(verdict);
    if state == payment.authorization.state {
        return None;
    }
    let review = Review::new(
        kustom_order_id.clone(),
        payment.cart_id,
        ReviewReason::FraudRejected,
        format!(
            "fraud status {}, status {}, after the order was made",
            managed.fraud_status.as_str(),
            managed.status.as_str()
        ),
        now,
    );
    Some(Change {
        authorization: Some(AuthorizationWrite {
            payment_id: payment.id,
            state,
        }),
        reviews: (state == AuthorizationState::Rejected)
            .then_some(review)
            .into_iter()
            .collect(),
        ..Change::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{cart_with, currency, evidence, now, opened, sek};
    use uuid::Uuid;

    fn payment(state: AuthorizationState) -> Payment {
        Payment {
            id: PaymentId(Uuid::from_u128(1)),
            cart_id: CartId(Uuid::from_u128(2)),
            provider: Provider::Kustom(KustomOrderId("k1".into())),
            captured: None,
            authorization: Authorization {
                number: "k1".into(),
                amount: sek(100),
                state,
                expires_at: None,
            },
            method: None,
            created_at: now(),
        }
    }

    fn managed(fraud_status: FraudStatus, status: ManagementStatus) -> ManagedOrder {
        let opened = opened(&cart_with(&[("SHOE", 1)]));
        ManagedOrder {
            fraud_status,
            status,
            ..evidence(&opened.snapshot).managed
        }
    }

    #[test]
    fn what_is_examined_until_its_reservation_is_over_is_declined() {
        use AuthorizationState::{Pending, Successful};
        for status in [ManagementStatus::Expired, ManagementStatus::Cancelled] {
            let managed = managed(FraudStatus::Pending, status);
            let change = absorb_verdict(&payment(Pending), &managed, now()).unwrap();
            assert_eq!(change.authorization.unwrap().state, AuthorizationState::Rejected);
            assert_eq!(change.reviews.len(), 1);
            // An order that the merchant has cancelled was no verdict on its payment.
            assert_eq!(absorb_verdict(&payment(Successful), &managed, now()), None);
        }
    }

    #[test]
    fn only_what_is_accepted_in_full_may_be_shipped() {
        use AuthorizationState::{Pending, Rejected, Successful};
        assert!(payment(Successful).is_shippable(sek(100)));
        assert!(!payment(Successful).is_shippable(sek(101)));
        assert!(!payment(Successful).is_shippable(Money::new(100, currency("EUR"))));
        assert!(!payment(Pending).is_shippable(sek(100)));
        assert!(!payment(Rejected).is_shippable(sek(100)));
    }

    /// Each row: the state, the verdict, the state after it.
    #[test]
    fn a_verdict_moves_an_authorization_and_a_no_is_final() {
        use AuthorizationState::{Pending, Rejected, Released, Successful};
        let unknown = || FraudStatus::Other("ODD".into());
        let rows = [
            (Pending, FraudStatus::Pending, Pending),
            (Pending, FraudStatus::Accepted, Successful),
            (Pending, FraudStatus::Rejected, Rejected),
            (Pending, FraudStatus::Stopped, Rejected),
            (Pending, unknown(), Pending),
            (Successful, FraudStatus::Pending, Successful),
            (Successful, FraudStatus::Stopped, Rejected),
            (Rejected, FraudStatus::Accepted, Rejected),
            (Rejected, unknown(), Rejected),
            (Released, FraudStatus::Accepted, Released),
            (Released, FraudStatus::Rejected, Released),
        ];
        for (before, verdict, after) in rows {
            assert_eq!(before.after(&verdict), after, "{before:?} {verdict:?}");
            let managed = managed(verdict.clone(), ManagementStatus::Authorized);
            let change = absorb_verdict(&payment(before), &managed, now());
            assert_eq!(change.is_some(), before != after, "{before:?} {verdict:?}");
            let reviews = change.map_or(0, |change| change.reviews.len());
            assert_eq!(reviews, usize::from(before != after && after == Rejected));
        }
    }
}
