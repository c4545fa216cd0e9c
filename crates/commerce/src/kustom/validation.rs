//! The gate before a payment: may the shopper pay what the checkout shows?
//!
//! Kustom asks when the shopper presses the pay button, and takes no money without our yes. The answer compares the
//! whole content with the cart and, with a yes, freezes the cart while the payment runs. Nothing rests on the freeze: an
//! order is built from what was paid, whatever the cart has become.
//!
//! Source: <https://docs.kustom.co/contents/checkout/use-cases/validate-order>.

use crate::cart::{Cart, CartState};
use crate::change::{CartWrite, Change};
use crate::job::{JobKey, JobRequest};
use crate::kustom::hook::{self, SyncTiming};
use crate::kustom::offer::Offer;
use crate::kustom::state::{Approval, KustomOrder, KustomOrderState, KustomState};
use crate::kustom::{open, reconcile, sync};
use crate::planted::{self, Bug};
use crate::pricing::{Priced, PricingError};
use jiff::{SignedDuration, Timestamp};

/// A card payment with its detour to a bank takes less. The freeze ends by itself, because nobody tells us of a payment
/// that came to nothing.
pub const FREEZE: SignedDuration = SignedDuration::from_secs(120);

/// With 3-D Secure Kustom asks again after the bank has answered. By then money may be reserved, and what was approved
/// stays approved.
pub const APPROVAL_LIFETIME: SignedDuration = SignedDuration::from_mins(15);

/// What Kustom is told, and what must be durable before it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    Approved(Box<Change>),
    Denied { denial: Denial, change: Box<Change> },
}

/// Why the shopper may not pay now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// The cart is bought, or its payment is being looked into.
    Finished,
    /// The cart has another checkout by now; this one is of a page that was left open.
    Replaced,
    /// Kustom does not hold what the cart is: it is being told.
    Changing,
    /// We could not find out in time.
    Unsure,
}

/// Decides about the content that Kustom is about to sell. `asked` is that content as Kustom sent it.
pub fn validate(
    cart: &Cart,
    kustom_order: &KustomOrder,
    priced_now: &Priced,
    asked: Option<&Offer>,
    timing: &SyncTiming,
    now: Timestamp,
) -> Result<Verdict, PricingError> {
    if cart.state != CartState::Open || cart.in_review.is_some() {
        return Ok(denied(Denial::Finished));
    }
    match kustom_order.state {
        KustomOrderState::Open => (),
        KustomOrderState::Retired => return Ok(denied(Denial::Replaced)),
        KustomOrderState::Completed
        | KustomOrderState::Acknowledged
        | KustomOrderState::InReview
        | KustomOrderState::GivenBack => return Ok(denied(Denial::Finished)),
    }
    let Some(kustom) = cart
        .kustom
        .as_ref()
        .filter(|kustom| kustom.kustom_order_id == kustom_order.id)
    else {
        return Ok(denied(Denial::Replaced));
    };
    let Some(asked_hash) = asked.map(Offer::content_hash) else {
        return Ok(denied(Denial::Changing));
    };
    if was_approved(kustom, &asked_hash, now) || planted::is(Bug::GateAlwaysOpen) {
        return Ok(approved(cart, kustom, asked_hash, now));
    }
    if let Some(change) = price_change(cart, priced_now, timing, now)? {
        return Ok(Verdict::Denied {
            denial: Denial::Changing,
            change: Box::new(change),
        });
    }
    if kustom.is_syncing() {
        return Ok(still_changing(cart, kustom.clone(), now));
    }
    if asked_hash != kustom.content_hash {
        return Ok(still_changing(cart, sync::doubted(kustom, asked), now));
    }
    Ok(approved(cart, kustom, asked_hash, now))
}

fn was_approved(kustom: &KustomState, asked_hash: &str, now: Timestamp) -> bool {
    kustom
        .approval
        .as_ref()
        .is_some_and(|approval| approval.content_hash == asked_hash && approval.is_alive(now))
}

/// A price or a tax rate may have changed since the checkout was opened. Then the new total is for the shopper to see
/// first.
fn price_change(
    cart: &Cart,
    priced_now: &Priced,
    timing: &SyncTiming,
    now: Timestamp,
) -> Result<Option<Change>, PricingError> {
    let mut cart = cart.clone();
    let effects = hook::on_cart_mutation(&mut cart, priced_now, timing, now)?;
    let changed = effects.snapshot.is_some();
    Ok(changed.then(|| open::refreshed(cart, effects)))
}

impl Approval {
    /// Whether a payment that was let through may still come about.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        now < hook::after(self.first_at, APPROVAL_LIFETIME)
    }
}

fn approved(cart: &Cart, kustom: &KustomState, content_hash: String, now: Timestamp) -> Verdict {
    let earlier = kustom
        .approval
        .as_ref()
        .filter(|approval| approval.content_hash == content_hash && approval.is_alive(now));
    let first_at = earlier.map_or(now, |approval| approval.first_at);
    let mut cart = cart.clone();
    let id = kustom.kustom_order_id.clone();
    cart.used_at = now;
    cart.kustom = Some(KustomState {
        approval: Some(Approval {
            content_hash,
            first_at,
            at: now,
        }),
        ..kustom.clone()
    });
    Verdict::Approved(Box::new(Change {
        cart: Some(CartWrite::Update(Box::new(cart))),
        // Whether the payment came about is looked into, however it ends.
        jobs: vec![JobRequest::at(
            JobKey::Reconcile(id),
            reconcile::first_look_after_approval(now),
        )],
        ..Change::default()
    }))
}

/// Kustom does not hold what the cart is. Where that is a surprise, `kustom` says so from now on, and the pages suspend
/// their checkout until Kustom has been told. A job that tells it exists, unless it has been lost: ask for it again.
fn still_changing(cart: &Cart, kustom: KustomState, now: Timestamp) -> Verdict {
    let changed = cart.kustom.as_ref() != Some(&kustom);
    let mut cart = cart.clone();
    cart.kustom = Some(kustom);
    let change = Change {
        jobs: vec![JobRequest::at(JobKey::Sync(cart.id), now)],
        cart: changed.then(|| CartWrite::Update(Box::new(cart))),
        ..Change::default()
    };
    Verdict::Denied {
        denial: Denial::Changing,
        change: Box::new(change),
    }
}

fn denied(denial: Denial) -> Verdict {
    Verdict::Denied {
        denial,
        change: Box::default(),
    }
}

impl Denial {
    /// For the shopper, in the checkout's language where we have it.
    pub fn sentence(self, locale: &str) -> &'static str {
        let language = locale
            .split(['-', '_'])
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let [finished, replaced, changing, unsure] = match language.as_str() {
            "sv" => [
                "Den här varukorgen är redan betald eller under behandling.",
                "Kassan har öppnats på nytt. Ladda om sidan.",
                "Varukorgen har ändrats. Vänta ett ögonblick och försök igen.",
                "Köpet kunde inte kontrolleras. Försök igen om en stund.",
            ],
            "nb" | "no" | "nn" => [
                "Denne handlekurven er allerede betalt eller under behandling.",
                "Kassen er åpnet på nytt. Last inn siden på nytt.",
                "Handlekurven er endret. Vent et øyeblikk og prøv igjen.",
                "Kjøpet kunne ikke kontrolleres. Prøv igjen om litt.",
            ],
            "da" => [
                "Denne kurv er allerede betalt eller under behandling.",
                "Kassen er åbnet igen. Genindlæs siden.",
                "Kurven er ændret. Vent et øjeblik, og prøv igen.",
                "Købet kunne ikke kontrolleres. Prøv igen om lidt.",
            ],
            "fi" => [
                "Tämä ostoskori on jo maksettu tai sitä käsitellään.",
                "Kassa on avattu uudelleen. Lataa sivu uudelleen.",
                "Ostoskori on muuttunut. Odota hetki ja yritä uudelleen.",
                "Ostosta ei voitu tarkistaa. Yritä hetken kuluttua uudelleen.",
            ],
            "de" => [
                "Dieser Warenkorb ist bereits bezahlt oder wird geprüft.",
                "Die Kasse wurde neu geöffnet. Bitte die Seite neu laden.",
                "Der Warenkorb hat sich geändert. Bitte kurz warten und noch einmal versuchen.",
                "Der Kauf konnte nicht geprüft werden. Bitte gleich noch einmal versuchen.",
            ],
            _ => [
                "This cart is already paid or being processed.",
                "The checkout was opened again. Please reload the page.",
                "The cart has changed. Please wait a moment and try again.",
                "The purchase could not be checked. Please try again in a moment.",
            ],
        };
        match self {
            Self::Finished => finished,
            Self::Replaced => replaced,
            Self::Changing => changing,
            Self::Unsure => unsure,
        }
    }
}

#[cfg(test)]
mod tests;
