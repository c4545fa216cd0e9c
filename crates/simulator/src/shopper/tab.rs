//! One tab: a page that shows a cart and perhaps an iframe.

use super::ask;
use crate::iframe::{self, Payment};
use crate::judge::Edit;
use crate::report::Situation;
use crate::world::World;
use kassa::app::PricedCart;
use kassa::completion::Purchase;
use kassa_commerce::address::{Address, CountryCode};
use kassa_commerce::cart::CartState;
use kassa_commerce::command::{CartCommand, Quantity};
use kassa_commerce::contact::Email;
use kassa_commerce::id::{CartId, CartItemId};
use kassa_commerce::kustom::StorefrontUrls;
use kustom_api::KustomOrderId;
use std::sync::Arc;

const PRODUCTS: [&str; 5] = ["SH005-BLK-10", "SH006-WHT-09", "BOOK-001", "FOOD-001", "GIFT-100"];

pub(super) struct Tab {
    pub(super) world: Arc<World>,
    cart_id: CartId,
    name: String,
    /// The newest cart that the page was shown.
    seen: Option<PricedCart>,
    /// The order that the iframe shows.
    iframe: Option<KustomOrderId>,
    /// What the tab changed last, for changing it back.
    last_set: Option<(CartItemId, u32)>,
}

impl Tab {
    pub(super) fn new(world: &Arc<World>, cart_id: CartId, name: String) -> Self {
        Self {
            world: Arc::clone(world),
            cart_id,
            name,
            seen: None,
            iframe: None,
            last_set: None,
        }
    }

    pub(super) fn tell(&self, what: &str) {
        self.world.tell(&self.name, || what.to_owned());
    }

    /// The first minute in a shop.
    pub(super) async fn fill(&mut self) {
        for _ in 0..=self.world.below(3) {
            self.add().await;
        }
        if self.world.chance(20) {
            let email = Email::parse("anna@example.com").expect("the text is an e-mail address");
            self.edit(Edit::Aside, CartCommand::SetEmail { email }).await;
        }
        if self.world.chance(20) {
            self.move_house().await;
        }
    }

    /// A repeated request has the same item id, as the published client does it.
    async fn add(&mut self) {
        let id = CartItemId(self.world.uuid());
        let product = (*self.world.pick(&PRODUCTS)).to_owned();
        let quantity = self.some_quantity();
        let edit = Edit::Add {
            id,
            product: product.clone(),
            quantity,
        };
        for _ in 0..3 {
            let command = CartCommand::AddItem {
                item_id: id,
                product_number: product.clone(),
                quantity: whole(quantity),
            };
            if self.edit(edit.clone(), command).await {
                return;
            }
        }
    }

    fn some_quantity(&self) -> u32 {
        u32::try_from(1 + self.world.below(5)).unwrap_or(1)
    }

    /// An edit as people make them, some of them back and forth.
    pub(super) async fn edit_somehow(&mut self) {
        let items = self
            .seen
            .as_ref()
            .map(|seen| seen.cart.items.clone())
            .unwrap_or_default();
        if items.is_empty() {
            return self.add().await;
        }
        let item = self.world.pick(&items).clone();
        match self.world.below(10) {
            0..=3 => self.set(item.id, self.some_quantity(), item.quantity).await,
            4..=6 => match self.last_set.take() {
                Some((id, quantity)) => {
                    self.world.saw(Situation::EditUndone);
                    self.set(id, quantity, quantity).await;
                }
                None => {
                    // There and back again, faster than any sync.
                    self.set(item.id, item.quantity + 1, item.quantity).await;
                    self.world.rest(0, 600).await;
                    self.world.saw(Situation::EditUndone);
                    self.set(item.id, item.quantity, item.quantity).await;
                    self.last_set = None;
                }
            },
            7 => self.add().await,
            8 => {
                let edit = Edit::Remove { id: item.id };
                self.edit(edit, CartCommand::RemoveItem { item_id: item.id })
                    .await;
            }
            _ => self.move_house().await,
        }
    }

    async fn set(&mut self, id: CartItemId, quantity: u32, before: u32) {
        self.last_set = Some((id, before));
        let edit = Edit::Set { id, quantity };
        let command = CartCommand::SetQuantity {
            item_id: id,
            quantity: whole(quantity),
        };
        self.edit(edit, command).await;
    }

    /// An address, and with it sometimes another country.
    async fn move_house(&mut self) {
        let country = self
            .seen
            .as_ref()
            .map_or("SE", |seen| match seen.cart.profile_key.as_str() {
                "de-webshop" => *self.world.pick(&["DE", "AT"]),
                "no-webshop" => "NO",
                _ => "SE",
            });
        let address = Address {
            city: Some("Ankeborg".to_owned()),
            country_code: CountryCode::from_code(country),
            ..Address::default()
        };
        let command = CartCommand::SetAddress {
            address: Some(Box::new(address)),
            invoice_recipient: None,
        };
        if self.seen.is_some() {
            self.edit(Edit::Country(country.to_owned()), command).await;
        }
    }

    /// Whether the shopper was told that it is done.
    async fn edit(&mut self, edit: Edit, command: CartCommand) -> bool {
        let since = {
            let judge = &mut self.world.core().judge;
            judge.asked(self.cart_id, edit.clone());
            judge.versions_of(self.cart_id)
        };
        self.world.tell(&self.name, || format!("wants {edit:?}"));
        let id = self.cart_id;
        let answer = ask(
            &self.world,
            |app| async move { app.mutate_cart(id, command).await },
        )
        .await;
        match answer {
            Some(Ok(told)) => {
                let core = &mut *self.world.core();
                core.judge.told_edited(&edit, &told, since);
                self.world.end_if_judged(core);
                keep_newest(&mut self.seen, told);
                true
            }
            Some(Err(error)) => {
                self.world.tell(&self.name, || format!("is refused: {error}"));
                false
            }
            None => false,
        }
    }

    /// What the event stream brings: the cart as it is by now.
    async fn look(&mut self) {
        let id = self.cart_id;
        if let Some(Ok(Some(told))) = ask(&self.world, |app| async move { app.priced_cart(id).await }).await {
            let core = &mut *self.world.core();
            core.judge.told_cart(&told);
            self.world.end_if_judged(core);
            keep_newest(&mut self.seen, told);
        }
    }

    /// Opens the checkout. Whether the page has an iframe.
    pub(super) async fn open(&mut self) -> bool {
        for _ in 0..5 {
            let since = self.world.core().judge.step();
            let (id, urls) = (self.cart_id, self.urls());
            if !self.world.core().judge.begin_opening(id) {
                self.world.saw(Situation::TabsAtOnce);
            }
            let answer = ask(
                &self.world,
                |app| async move { app.open_checkout(id, urls).await },
            )
            .await;
            self.world.core().judge.end_opening(id);
            match answer {
                Some(Ok(snippet)) => {
                    self.show(&snippet, since);
                    return true;
                }
                Some(Err(error)) => {
                    self.world
                        .tell(&self.name, || format!("gets no checkout: {error}"));
                    if !self.world.core().judge.is_open(id) {
                        return false;
                    }
                }
                None => (),
            }
            self.world.rest(200, 4_000).await;
        }
        self.iframe.is_some()
    }

    fn show(&mut self, snippet: &str, since: u64) {
        let shown = iframe::order_in(snippet);
        let core = &mut *self.world.core();
        if core.judge.told_snippet(self.cart_id, shown.as_ref(), since) {
            self.world.count().checkouts += 1;
        }
        self.world.end_if_judged(core);
        self.world.tell(&self.name, || {
            format!("shows {}", shown.as_ref().map_or("nothing", crate::store::short))
        });
        self.iframe = shown;
    }

    /// Pages of the same shop have different addresses now and then.
    fn urls(&self) -> StorefrontUrls {
        let page = self.world.below(2);
        StorefrontUrls {
            terms: "https://shop.example/terms".to_owned(),
            checkout: format!("https://shop.example/checkout/{page}"),
            confirmation: "https://shop.example/thanks".to_owned(),
        }
    }

    /// Presses the button in the iframe. Whether money is reserved now.
    pub(super) async fn pay(&mut self, obeys: bool) -> bool {
        if obeys && !self.wait_until_synced().await {
            self.tell("waits in vain for the iframe to come back");
            return false;
        }
        if !obeys {
            self.world.saw(Situation::Disobeyed);
        }
        let Some(id) = self.iframe.clone() else {
            return false;
        };
        self.world
            .tell(&self.name, || format!("pays {}", crate::store::short(&id)));
        match iframe::pay(&self.world, &id).await {
            Payment::Made => true,
            Payment::Refused(reason) => {
                self.world.saw(Situation::PaymentRefused);
                self.world.tell(&self.name, || format!("cannot pay: {reason}"));
                false
            }
        }
    }

    /// The page's rule: no hash is pending, or the pending one is synced.
    async fn wait_until_synced(&mut self) -> bool {
        let mut pause_ms = 100;
        for _ in 0..14 {
            self.look().await;
            let kustom = self.seen.as_ref().and_then(|seen| seen.cart.kustom.as_ref());
            match kustom {
                None => return self.seen.is_some(),
                Some(kustom) => {
                    let is_synced = kustom
                        .pending_hash
                        .as_ref()
                        .is_none_or(|hash| *hash == kustom.sync_hash);
                    if is_synced {
                        return true;
                    }
                }
            }
            self.world.rest(pause_ms, pause_ms * 2).await;
            pause_ms = (pause_ms * 2).min(6_000);
        }
        false
    }

    /// Asks until told, with back-off, or until the shopper has had enough. Whether the shopper was told.
    pub(super) async fn confirm_until_told(&mut self) -> bool {
        let mut pause_ms = 500;
        for _ in 0..=2 + self.world.below(6) {
            if let Some(true) = confirm(&self.world, self.cart_id).await {
                self.world.saw(Situation::ShopperTold);
                self.tell("is told that the purchase is complete");
                return true;
            }
            self.world.rest(pause_ms, pause_ms * 2).await;
            pause_ms = (pause_ms * 2).min(8_000);
        }
        false
    }

    /// Has second thoughts about the purchase, and insists.
    pub(super) async fn cancel_order(&mut self) {
        self.tell("wants the order cancelled");
        let id = self.cart_id;
        self.world.core().judge.wants_cancelled(id);
        for _ in 0..4 {
            match ask(&self.world, |app| async move { app.cancel_order(id).await }).await {
                Some(Ok(told)) => {
                    let core = &mut *self.world.core();
                    core.judge.told_cancelled(&told);
                    self.world.end_if_judged(core);
                    keep_newest(&mut self.seen, told);
                    return;
                }
                Some(Err(error)) => self.world.tell(&self.name, || format!("is refused: {error}")),
                None => (),
            }
            self.world.rest(500, 5_000).await;
        }
    }
}

/// As the confirm route does it. `None` if no answer came.
pub(super) async fn confirm(world: &Arc<World>, id: CartId) -> Option<bool> {
    world.core().judge.asks_about(id);
    let answer = ask(world, |app| async move {
        match app.store.cart(id).await {
            Ok(Some(cart)) if cart.state == CartState::Completed => true,
            Ok(Some(_)) => matches!(app.complete_cart(id).await, Ok(Some(Ok(Purchase::Completed)))),
            _ => false,
        }
    });
    let is_complete = answer.await?;
    if is_complete {
        let core = &mut *world.core();
        core.judge.told_complete(id);
        world.end_if_judged(core);
    }
    Some(is_complete)
}

fn keep_newest(seen: &mut Option<PricedCart>, told: PricedCart) {
    let is_news = seen
        .as_ref()
        .is_none_or(|seen| told.cart.version >= seen.cart.version);
    if is_news {
        *seen = Some(told);
    }
}

fn whole(quantity: u32) -> Quantity {
    Quantity::new(quantity).expect("shoppers here want few of each")
}
