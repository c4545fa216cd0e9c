//! The person who looks at reviews, now and then, and decides.

use crate::shopper::ask;
use crate::world::World;
use kassa::review::Decision;
use kassa_commerce::review::{ReviewAction, ReviewReason};
use std::sync::Arc;

const ACTIONS: [ReviewAction; 3] = [ReviewAction::Retry, ReviewAction::Cancel, ReviewAction::Close];

/// Decides about some of the reviews until the world is at peace. What is left then waits, as reviews may.
pub async fn decide(world: Arc<World>) {
    while !world.is_calm() {
        world.rest(5_000, 40_000).await;
        let mut open = world.core().tables.reviews();
        // A duplicate is given back by itself; looking at it again once that is done would only raise a doubt.
        open.retain(|review| review.is_open() && review.reason != ReviewReason::DuplicatePurchase);
        if open.is_empty() || world.chance(40) {
            continue;
        }
        let review = world.pick(&open);
        let decision = Decision {
            kustom_order_id: review.kustom_order_id.clone(),
            reason: Some(review.reason),
            action: *world.pick(&ACTIONS),
            by: "operator".to_owned(),
            note: String::new(),
        };
        world.tell("operator", || format!("decides: {decision:?}"));
        let answer = ask(&world, |app| async move { app.resolve_review(decision).await });
        if let Some(Err(error)) = answer.await {
            world.tell("operator", || format!("is refused: {error}"));
        }
    }
}
