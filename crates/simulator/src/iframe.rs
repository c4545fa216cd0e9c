//! The iframe: a shopper's hand on the emulator's core, and the questions that Kustom asks the shop in between.

use crate::kustom::what_was;
use crate::report::Situation;
use crate::shopper::ask;
use crate::store::short;
use crate::weather::Fault;
use crate::world::{Core, World};
use kassa::validation::{Validated, ValidationError};
use kustom_api::{Address, CheckoutOrder, KustomOrderId};
use kustom_emulator::{CallbackAnswer, DueCallback, Outcome, PaymentStep, Purchase, PurchaseRefusal};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// What became of a press on the button.
pub enum Payment {
    Made,
    Refused(String),
}

/// The order that a snippet shows.
pub fn order_in(snippet: &str) -> Option<KustomOrderId> {
    let (_, rest) = snippet.split_once("\"ORDER_ID\":\"")?;
    let (id, _) = rest.split_once('"')?;
    Some(KustomOrderId(id.to_owned()))
}

/// Pays what the order is by now: the iframe reads the total anew whenever it resumes.
pub async fn pay(world: &Arc<World>, id: &KustomOrderId) -> Payment {
    world.rest(100, 4_000).await;
    let purchase = purchase(world);
    let mut step = advance(world, id, |kustom| kustom.pay(id, purchase, world.now()));
    loop {
        step = match step {
            Ok(PaymentStep::Done(_)) => return Payment::Made,
            Ok(PaymentStep::Validating(callback)) => {
                let answer = validated(world, &callback).await;
                advance(world, id, |kustom| {
                    kustom.payment_answered(callback.number, answer, world.now())
                })
            }
            Ok(PaymentStep::Authenticating) => {
                if !at_the_bank(world, id).await {
                    return Payment::Refused("the shopper leaves the bank's page".to_owned());
                }
                advance(world, id, |kustom| kustom.authenticated(id, world.now()))
            }
            Err(refusal) => return Payment::Refused(refusal.to_string()),
        };
    }
}

type Step = Result<PaymentStep, PurchaseRefusal>;

/// One step of a payment at Kustom, and the judge's look at it.
fn advance(
    world: &World,
    id: &KustomOrderId,
    act: impl FnOnce(&mut kustom_emulator::Kustom) -> Step,
) -> Step {
    let now = world.now();
    let core = &mut *world.core();
    let situations = core.judge.situation_at_payment(id, &core.tables);
    let was = what_was(world, core, Some(id), now);
    let step = act(&mut core.kustom);
    let Core {
        tables,
        kustom,
        judge,
        behind,
    } = core;
    if let Ok(PaymentStep::Done(_)) = &step {
        judge.saw_payment(id, world);
        situations.into_iter().for_each(|situation| world.saw(situation));
        behind.extend(was);
        world.count().purchases += 1;
        world.tell("Kustom", || format!("has reserved the money for {}", short(id)));
    }
    judge.look_at(id, tables, kustom, world);
    world.end_if_judged(core);
    world.kustom_stirred.notify_one();
    step
}

/// Kustom's question whether the shopper may pay, and the shop's answer as Kustom hears it.
async fn validated(world: &Arc<World>, callback: &DueCallback) -> CallbackAnswer {
    if world.strikes(Fault::GateIgnored) {
        return answered(200, String::new());
    }
    if world.strikes(Fault::ValidationLost) {
        world.rest(3_000, 10_000).await;
        return failed("lost on the way");
    }
    let patience = Duration::try_from(callback.patience).unwrap_or_default();
    let id = &callback.order_id;
    let since = world.core().judge.versions_behind(id);
    let Ok(asked) = serde_json::from_slice::<CheckoutOrder>(&callback.body) else {
        return failed("Kustom's own question cannot be read");
    };
    let answer = ask(world, |app| {
        let (id, asked) = (id.clone(), asked.clone());
        async move {
            let kustom_order = app
                .store
                .kustom_order(&id)
                .await?
                .ok_or(ValidationError::Unknown)?;
            app.validate(kustom_order, asked).await
        }
    });
    let answer = timeout(patience, answer).await.unwrap_or(None);
    world.tell("validation", || format!("of {} -> {answer:?}", short(id)));
    match answer {
        Some(Ok(Validated::Approved)) => {
            world.saw(Situation::PaymentApproved);
            let core = &mut *world.core();
            core.judge.approved(id, &asked, since);
            world.end_if_judged(core);
            answered(200, String::new())
        }
        Some(Ok(Validated::Denied { sentence })) => denied(world, sentence),
        Some(Err(ValidationError::Unknown)) => answered(404, String::new()),
        Some(Err(_)) => denied(world, "Try again."),
        None => failed("no answer"),
    }
}

fn denied(world: &World, sentence: &str) -> CallbackAnswer {
    world.saw(Situation::PaymentDenied);
    answered(
        400,
        format!(r#"{{"error_type":"approval_failed","error_text":"{sentence}"}}"#),
    )
}

fn answered(status: u16, body: String) -> CallbackAnswer {
    CallbackAnswer::Answered {
        status,
        location: None,
        body,
    }
}

fn failed(reason: &str) -> CallbackAnswer {
    CallbackAnswer::Failed {
        reason: reason.to_owned(),
    }
}

/// Whether the shopper comes back from the bank's page.
async fn at_the_bank(world: &World, id: &KustomOrderId) -> bool {
    match world.chance(35) {
        true => {
            world.saw(Situation::LongAtTheBank);
            world.rest(121_000, 300_000).await;
        }
        false => world.rest(2_000, 60_000).await,
    }
    if !world.chance(15) {
        return true;
    }
    let now = world.now();
    // Whatever Kustom says to this, the shopper is gone.
    let _ = world.core().kustom.abandon_payment(id, now);
    false
}

fn purchase(world: &World) -> Purchase {
    let text = |text: &str| Some(text.to_owned());
    Purchase {
        address: Address {
            given_name: text("Anna"),
            family_name: text("Andersson"),
            email: text("anna@example.com"),
            street_address: text("Storgatan 1"),
            postal_code: text("12345"),
            city: text("Ankeborg"),
            phone: text("+46765260000"),
            ..Address::default()
        },
        outcome: Some(match world.below(30) {
            0 => Outcome::Pending,
            1 => Outcome::Rejected,
            _ => Outcome::Approved,
        }),
        three_d_secure: world.chance(20),
        ..Purchase::default()
    }
}
