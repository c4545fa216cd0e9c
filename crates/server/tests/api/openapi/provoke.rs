//! How each error comes about. Codes that need nothing but another request first, then those of a shop in some state.

mod request;
mod state;

use super::ask::Ask;
use crate::answer::Answer;
use state::Scene;

/// Sends the request in a way, and in a shop, that makes it fail with this code.
pub(super) async fn provoke(code: &str, ask: Ask) -> Answer {
    let scene = Scene::set(code, &ask).await;
    let mut ask = scene.about(ask);
    request::change(code, &mut ask);
    let again = if code == "RATE_LIMITED" { 3 } else { 0 };
    for _ in 0..again {
        ask.send(&scene.shop).await;
    }
    ask.send(&scene.shop).await
}
