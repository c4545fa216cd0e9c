//! Shoppers: what people do in one or two tabs, in good faith and in bad.
//!
//! A tab goes by what its page was last shown. The judge hears of every wish before it is put and of every answer.

mod tab;

use crate::report::Situation;
use crate::weather::Fault;
use crate::world::World;
use crate::world::node::Living;
use kassa::app::App;
use kassa_commerce::id::CartId;
use kassa_commerce::locale::Locale;
use std::sync::Arc;
use std::time::Duration;
use tab::Tab;
use tokio::time::sleep;

const PROFILES: [&str; 4] = ["se-webshop", "no-webshop", "de-webshop", "se-b2b"];

/// Nobody watches a page load for longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// One person with one cart, from the first look to the end, whatever that is.
pub async fn shop(world: Arc<World>, number: usize) {
    world.rest(0, 8_000).await;
    let name = format!("shopper {number}");
    let Some(cart_id) = create(&world, &name).await else {
        return;
    };
    let mut tab = Tab::new(&world, cart_id, format!("{name} tab 1"));
    tab.fill().await;
    let percent = if world.weather.is_eager { 95 } else { 45 };
    let second = world.chance(percent).then(|| {
        let tab = Tab::new(&world, cart_id, format!("{name} tab 2"));
        tokio::spawn(second_tab(tab))
    });
    first_tab(&mut tab).await;
    if let Some(second) = second {
        // A tab that panics is a fault of the simulation, which its message tells of.
        let _ = second.await;
    }
}

async fn create(world: &Arc<World>, name: &str) -> Option<CartId> {
    let profile = *world.pick(&PROFILES);
    let locale = Locale::parse("sv-SE").expect("the text is a locale");
    for _ in 0..6 {
        let locale = locale.clone();
        let answer = ask(world, |app| async move {
            app.create_cart(profile, &locale, None).await
        });
        if let Some(Ok(cart_id)) = answer.await {
            world.tell(name, || format!("has a cart in {profile}"));
            return Some(cart_id);
        }
        world.rest(100, 1_000).await;
    }
    None
}

/// The tab that most purchases are made in.
async fn first_tab(tab: &mut Tab) {
    if !tab.open().await {
        return;
    }
    if !tab.world.weather.is_eager {
        browse(tab).await;
    }
    if tab.world.chance(15) {
        tab.world.rest(100, 30_000).await;
        tab.open().await;
    }
    let is_eager = tab.world.weather.is_eager;
    if tab.world.chance(12) && !is_eager {
        return tab.tell("gives up");
    }
    let obeys = !is_eager && !tab.world.chance(12);
    if tab.pay(obeys).await {
        after_payment(tab).await;
    }
}

async fn browse(tab: &mut Tab) {
    for _ in 0..tab.world.below(4) {
        tab.edit_somehow().await;
        tab.world.rest(0, 1_500).await;
    }
}

async fn second_tab(mut tab: Tab) {
    tab.world.rest(0, 4_000).await;
    if !tab.open().await {
        return;
    }
    let is_eager = tab.world.weather.is_eager;
    if !is_eager {
        tab.world.rest(0, 12_000).await;
        for _ in 0..tab.world.below(3) {
            tab.edit_somehow().await;
            tab.world.rest(0, 800).await;
        }
    }
    if is_eager || tab.world.chance(40) {
        let obeys = !is_eager && tab.world.chance(60);
        if tab.pay(obeys).await {
            after_payment(&mut tab).await;
        }
    }
}

async fn after_payment(tab: &mut Tab) {
    if tab.world.chance(25) {
        return tab.tell("closes the browser");
    }
    if tab.world.chance(15) {
        tab.edit_somehow().await;
    }
    if tab.confirm_until_told().await && tab.world.regrets(15) {
        tab.cancel_order().await;
    }
}

/// A request to whichever node the load balancer picks. `None` if no answer came: nobody knows what was done.
pub async fn ask<T, F>(world: &Arc<World>, work: impl FnOnce(App) -> F) -> Option<T>
where
    F: Future<Output = T>,
{
    let node = world.below(world.nodes.len());
    let Some(Living { app, incarnation }) = world.nodes[node].living() else {
        world.rest(20, 500).await;
        return None;
    };
    let leaves = world.strikes(Fault::BrowserLeft);
    let patience = match leaves {
        true => world.between_ms(0, 800),
        false => PATIENCE,
    };
    world.rest(1, 20).await;
    tokio::select! {
        biased;
        () = incarnation.death() => None,
        answer = work(app) => Some(answer),
        () = sleep(patience) => None,
    }
}

/// Someone who has paid comes back and asks once more. Whether the shop knows of the order by now.
pub async fn ask_again(world: &Arc<World>, cart_id: CartId) -> bool {
    let answer = tab::confirm(world, cart_id).await;
    if answer.is_some() {
        let now = world.now();
        world.core().judge.asked_in_peace(cart_id, now);
    }
    answer.unwrap_or(false)
}

/// Checkouts come to the end of their life at Kustom, sooner than anybody thought.
pub async fn let_checkouts_expire(world: Arc<World>) {
    while !world.is_calm() {
        world.rest(500, 3_000).await;
        if !world.strikes(Fault::CheckoutExpired) {
            continue;
        }
        let now = world.now();
        let core = &mut *world.core();
        let ids: Vec<_> = core.kustom.orders().map(|order| order.id.clone()).collect();
        if ids.is_empty() {
            continue;
        }
        let id = world.pick(&ids);
        if core.kustom.expire(id, now).is_ok() {
            world.tell("Kustom", || format!("lets {} expire", crate::store::short(id)));
            world.saw(Situation::CheckoutExpired);
        }
    }
}
