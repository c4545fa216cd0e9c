//! Kustom's pushes on their way to a node: lost, doubled, late, or on time.

use crate::report::Situation;
use crate::shopper::ask;
use crate::store::short;
use crate::weather::Fault;
use crate::world::World;
use kassa::app::App;
use kassa::push::PushError;
use kassa_commerce::job::JobKey;
use kustom_emulator::{CallbackAnswer, DueCallback};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

/// Sends what falls due, as long as the world lasts.
pub async fn deliver_pushes(world: Arc<World>) {
    if world.weather.is_without_pushes {
        return;
    }
    loop {
        let next = world.core().kustom.next_callback_at();
        let stirred = world.kustom_stirred.notified();
        match next {
            None => stirred.await,
            Some(at) => {
                let wait = Duration::try_from(at.duration_since(world.now())).unwrap_or_default();
                tokio::select! {
                    biased;
                    () = sleep(wait) => (),
                    () = stirred => (),
                }
            }
        }
        let now = world.now();
        let due = world.core().kustom.due_callbacks(now);
        for callback in due {
            tokio::spawn(deliver(Arc::clone(&world), callback));
        }
    }
}

async fn deliver(world: Arc<World>, callback: DueCallback) {
    let answer = match world.strikes(Fault::PushLost) {
        true => failed("lost on the way"),
        false => {
            if world.strikes(Fault::PushLate) {
                world.rest(1_000, 120_000).await;
            }
            if world.strikes(Fault::PushDoubled) {
                let (world, callback) = (Arc::clone(&world), callback.clone());
                tokio::spawn(async move { ring(&world, &callback).await });
            }
            ring(&world, &callback).await
        }
    };
    let now = world.now();
    world
        .core()
        .kustom
        .callback_answered(callback.number, answer, now);
    world.kustom_stirred.notify_one();
}

/// The push handler, token aside.
async fn ring(world: &Arc<World>, callback: &DueCallback) -> CallbackAnswer {
    let id = &callback.order_id;
    let had_job = world.core().tables.has_job(&JobKey::Complete(id.clone()));
    let answer = ask(world, |app: App| {
        let id = id.clone();
        async move {
            let kustom_order = app.store.kustom_order(&id).await?.ok_or(PushError::Unknown)?;
            app.hear_push(&kustom_order).await
        }
    });
    let answer = answer.await;
    world.tell("push", || match &answer {
        Some(Ok(_)) => format!("for {} is accepted", short(id)),
        Some(Err(error)) => format!("for {} is refused: {error}", short(id)),
        None => format!("for {} gets no answer", short(id)),
    });
    match answer {
        Some(Ok(_)) => {
            world.saw(Situation::PushAccepted);
            let core = &mut *world.core();
            core.judge.push_accepted(id, &core.tables, had_job);
            world.end_if_judged(core);
            CallbackAnswer::Answered {
                status: 200,
                location: None,
                body: String::new(),
            }
        }
        Some(Err(error)) => {
            world.saw(Situation::PushRefused);
            failed(&error.to_string())
        }
        None => failed("no answer"),
    }
}

fn failed(reason: &str) -> CallbackAnswer {
    CallbackAnswer::Failed {
        reason: reason.to_owned(),
    }
}
