//! Faults between the server and Kustom, where the emulator can make them.

use anyhow::Result;
use hyper::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

use crate::chance::Chance;
use crate::world::World;

const ROUTE: &str = "/_emulator/faults";

const EFFECTS: [&str; 16] = [
    "delay",
    "timeout",
    "lost_answer",
    "applied_late",
    "applied_twice",
    "unauthorized",
    "forbidden_page",
    "not_found",
    "too_many_requests",
    "server_error",
    "gateway_timeout",
    "empty",
    "truncated",
    "reset",
    "foreign_order",
    "foreign_location",
];

const CALLS: [(&str, &str); 9] = [
    ("POST", "/checkout/v3/orders"),
    ("POST", "/checkout/v3/orders/*"),
    ("GET", "/checkout/v3/orders/*"),
    ("*", "/checkout/*"),
    ("GET", "/ordermanagement/v1/orders/*"),
    ("POST", "/ordermanagement/v1/orders/*/acknowledge"),
    ("PATCH", "/ordermanagement/v1/orders/*/merchant-references"),
    ("POST", "/ordermanagement/v1/orders/*/cancel"),
    ("*", "/ordermanagement/*"),
];

/// Between one rule and the next.
const PAUSE_MS: std::ops::Range<u64> = 150..900;

/// The emulator keeps a hundred rules.
const RULES_KEPT: u64 = 50;

/// Whether this emulator has the route.
pub(crate) async fn are_there(world: &World) -> bool {
    let found = world.emulator.get(ROUTE).await;
    found.is_ok_and(|answer| answer.is_ok())
}

/// Makes rules until the fire is out, and removes what is left of them. Answers how often each effect struck.
pub(crate) async fn strike(world: &World, mut chance: Chance) -> Result<BTreeMap<String, u64>> {
    let mut struck = BTreeMap::new();
    let mut rules = 0;
    while world.is_on_fire() {
        let rule = rule(&mut chance);
        let made = world.emulator.post(ROUTE, &rule).await?;
        anyhow::ensure!(made.status == 201, "the emulator refused {rule}: {}", made.body);
        rules += 1;
        if rules % RULES_KEPT == 0 {
            remove(world, &mut struck).await?;
        }
        tokio::time::sleep(chance.millis(PAUSE_MS)).await;
    }
    remove(world, &mut struck).await?;
    Ok(struck)
}

async fn remove(world: &World, struck: &mut BTreeMap<String, u64>) -> Result<()> {
    let rules = world.emulator.get(ROUTE).await?.ok()?;
    for rule in rules["faults"].as_array().into_iter().flatten() {
        let effect = rule["effect"].as_str().unwrap_or_default().to_owned();
        *struck.entry(effect).or_default() += rule["struck"].as_u64().unwrap_or(0);
    }
    world.emulator.send(Method::DELETE, ROUTE, None).await?.ok()?;
    Ok(())
}

fn rule(chance: &mut Chance) -> Value {
    let (method, path) = *chance.one_of(&CALLS);
    let effect = *chance.one_of(&EFFECTS);
    let mut rule = json!({
        "method": method,
        "path": path,
        "times": chance.within(1..4),
        "skip": chance.within(0..3),
        "effect": effect,
    });
    match effect {
        "delay" | "applied_late" => rule["ms"] = json!(chance.within(20..4000)),
        "timeout" => rule["ms"] = json!(chance.within(500..12_000)),
        "gateway_timeout" => rule["applied"] = json!(chance.of_a_hundred(50)),
        // To a message whose success has no body anyway, this must not be a lie: nobody could see through it.
        "empty" => rule["applied"] = json!(path.starts_with("/ordermanagement") || chance.of_a_hundred(50)),
        _ => {}
    }
    rule
}
