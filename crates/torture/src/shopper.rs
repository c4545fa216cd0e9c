//! A shopper: one cart after the other, each with a story of its own.

use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::basket::{Edit, Goods, Outcome};
use crate::books::{Entry, Paid};
use crate::cart::Cart;
use crate::chance::Chance;
use crate::http::Answer;
use crate::world::{CARTS, World};

const PROFILES: [&str; 4] = ["se-webshop", "no-webshop", "de-webshop", "se-b2b"];
const PRODUCTS: [&str; 5] = ["SH005-BLK-10", "SH006-WHT-09", "BOOK-001", "FOOD-001", "GIFT-100"];

/// How long a shopper tries to open a checkout, to pay, or to have a purchase confirmed, before leaving. What was paid
/// until then must find its fate without them.
const PATIENCE: Duration = Duration::from_secs(45);

const TRY_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// A page suspends its iframe while a change is on its way to Kustom. Some shoppers find a way to pay all the same.
const WAIT_FOR_SYNC: Duration = Duration::from_secs(4);

pub(crate) struct Shopper {
    world: Arc<World>,
    chance: Chance,
    entry: Entry,
}

/// Shops until the fire is out.
pub(crate) async fn shop(world: Arc<World>, mut chance: Chance) {
    while world.is_on_fire() {
        let Some(cart_id) = create_cart(&world, &mut chance).await else {
            tokio::time::sleep(TRY_AGAIN_AFTER).await;
            continue;
        };
        let mut shopper = Shopper {
            world: Arc::clone(&world),
            chance: chance.fork(),
            entry: Entry {
                cart_id,
                ..Entry::default()
            },
        };
        world.books.count("carts");
        // Whoever could not go on has left a violation, or an unfinished cart that is judged like any other.
        let _ = shopper.story().await;
        world.books.close(shopper.entry);
    }
}

async fn create_cart(world: &World, chance: &mut Chance) -> Option<String> {
    let body = json!({ "profileKey": chance.one_of(&PROFILES), "locale": "sv-SE" });
    let created = world.server.post(CARTS, &body).await.ok()?.ok().ok()?;
    created["cartId"].as_str().map(str::to_owned)
}

impl Shopper {
    async fn story(&mut self) -> Option<()> {
        for _ in 0..self.chance.within(1..4) {
            let edit = self.an_addition();
            self.edit(edit).await?;
        }
        self.edit_at_will(2).await?;
        if self.entry.basket.item_ids().is_empty() || self.chance.of_a_hundred(12) {
            return Some(());
        }
        self.open().await?;
        self.edit_at_will(3).await?;
        if self.chance.of_a_hundred(20) {
            self.edit_in_two_tabs().await?;
        }
        if self.entry.basket.item_ids().is_empty() || self.chance.of_a_hundred(8) {
            return Some(());
        }
        self.pay().await?;
        if self.chance.of_a_hundred(70) {
            self.come_back().await?;
        }
        Some(())
    }

    fn an_addition(&mut self) -> Edit {
        Edit::Add(Goods {
            product: (*self.chance.one_of(&PRODUCTS)).to_owned(),
            quantity: self.chance.within(1..6),
        })
    }

    fn a_change_of(&mut self, item_id: String) -> Edit {
        match self.chance.of_a_hundred(20) {
            true => Edit::Remove { item_id },
            false => Edit::SetQuantity {
                item_id,
                quantity: self.chance.within(1..10),
            },
        }
    }

    /// Some edits, and the undoing of some.
    async fn edit_at_will(&mut self, most: u64) -> Option<()> {
        for _ in 0..self.chance.within(0..most + 1) {
            let item_ids = self.entry.basket.item_ids();
            if item_ids.is_empty() || self.chance.of_a_hundred(20) {
                let edit = self.an_addition();
                self.edit(edit).await?;
                continue;
            }
            let item_id = self.chance.one_of(&item_ids).clone();
            let before = self.entry.basket.quantity_of(&item_id);
            let edit = self.a_change_of(item_id.clone());
            let is_removal = matches!(edit, Edit::Remove { .. });
            self.edit(edit).await?;
            if let (Some(quantity), false, true) = (before, is_removal, self.chance.of_a_hundred(30)) {
                self.edit(Edit::SetQuantity { item_id, quantity }).await?;
            }
        }
        Some(())
    }

    /// Both are sent at once, so neither answer shows what the other one has done.
    async fn edit_in_two_tabs(&mut self) -> Option<()> {
        let item_ids = self.entry.basket.item_ids();
        let one = match item_ids.as_slice() {
            [] => self.an_addition(),
            item_ids => {
                let item_id = self.chance.one_of(item_ids).clone();
                self.a_change_of(item_id)
            }
        };
        let other = self.an_addition();
        let (done, also_done) = tokio::join!(self.send(&one), self.send(&other));
        self.entry.basket.note(&one, self.outcome(done.as_ref()));
        self.entry.basket.note(&other, self.outcome(also_done.as_ref()));
        self.look().await.map(drop)
    }

    async fn edit(&mut self, edit: Edit) -> Option<()> {
        let answer = self.send(&edit).await;
        let outcome = self.outcome(answer.as_ref());
        self.entry.basket.note(&edit, outcome);
        match (outcome, answer) {
            (Outcome::Acknowledged, Some(answer)) => match Cart::read(&answer.body) {
                Ok(cart) => self.see(&cart),
                Err(error) => self.object(&format!("{error:#}")),
            },
            _ => self.look().await.map(drop),
        }
    }

    async fn send(&self, edit: &Edit) -> Option<Answer> {
        let (call, body) = match edit {
            Edit::Add(goods) => (
                "add-item",
                json!({ "productNumber": goods.product, "quantity": goods.quantity }),
            ),
            Edit::SetQuantity { item_id, quantity } => (
                "set-quantity",
                json!({ "cartItemId": item_id, "quantity": quantity }),
            ),
            Edit::Remove { item_id } => ("remove-item", json!({ "cartItemId": item_id })),
        };
        let path = format!("{CARTS}/{}/{call}", self.entry.cart_id);
        self.world.server.post(&path, &body).await.ok()
    }

    /// A refusal is certain only where the server says so: what it could not do in time it may have done.
    fn outcome(&self, answer: Option<&Answer>) -> Outcome {
        match answer.map(|answer| answer.status) {
            Some(200) => {
                self.world.books.count("edits acknowledged");
                Outcome::Acknowledged
            }
            Some(400..500) => Outcome::Refused,
            _ => {
                self.world.books.count("edits without an answer");
                Outcome::Unknown
            }
        }
    }

    async fn look(&mut self) -> Option<Cart> {
        let cart = self.world.cart(&self.entry.cart_id).await?;
        self.see(&cart)?;
        Some(cart)
    }

    fn see(&mut self, cart: &Cart) -> Option<()> {
        match self.entry.see(cart) {
            Ok(()) => Some(()),
            Err(problem) => self.object(&problem),
        }
    }

    /// Ends the story.
    fn object<T>(&self, problem: &str) -> Option<T> {
        self.world
            .books
            .violation(format!("cart {}: {problem}", self.entry.cart_id));
        None
    }

    fn payment(&self, call: &str) -> String {
        format!("{CARTS}/{}/payment/kustom{call}", self.entry.cart_id)
    }

    async fn open(&mut self) -> Option<()> {
        let pages = json!({
            "termsUrl": "http://localhost/terms",
            "checkoutUrl": "http://localhost/checkout",
            "confirmationUrl": "http://localhost/confirmation",
        });
        let started = Instant::now();
        while self.world.is_patient(started, PATIENCE) {
            let path = self.payment("");
            let opened = self.world.server.post(&path, &pages).await;
            match opened {
                Ok(answer) if answer.is_ok() => {
                    self.world.books.count("checkouts opened");
                    return Some(());
                }
                Ok(answer) if answer.code() == "CART_NOT_OPEN" => return self.look().await.map(drop),
                _ => tokio::time::sleep(TRY_AGAIN_AFTER).await,
            }
        }
        self.world.books.count("checkouts given up");
        None
    }

    async fn pay(&mut self) -> Option<()> {
        let is_hasty = self.chance.of_a_hundred(15);
        let started = Instant::now();
        while self.world.is_patient(started, PATIENCE) {
            let cart = self.look().await?;
            if cart.is_completed {
                return Some(());
            }
            let waits = !is_hasty && !cart.is_synced && started.elapsed() < WAIT_FOR_SYNC;
            let Some(order_id) = cart.kustom_order_id.clone().filter(|_| !waits) else {
                if cart.kustom_order_id.is_none() {
                    self.open().await?;
                }
                tokio::time::sleep(TRY_AGAIN_AFTER).await;
                continue;
            };
            match self.press_the_button(&order_id).await {
                Some(answer) if answer.is_ok() && answer.body["outcome"] != "rejected" => {
                    return self.write_down_payment(order_id, &cart).await;
                }
                Some(answer) if ["NO_SUCH_ORDER", "ORDER_ABORTED"].contains(&answer.code()) => {
                    self.open().await?;
                }
                _ => tokio::time::sleep(TRY_AGAIN_AFTER).await,
            }
        }
        self.world.books.count("payments given up");
        None
    }

    /// Now and then another tab edits at the same moment.
    async fn press_the_button(&mut self, order_id: &str) -> Option<Answer> {
        let outcome = match self.chance.within(0..100) {
            0..5 => "rejected",
            5..15 => "pending",
            _ => "approved",
        };
        let (emulator, path) = (
            self.world.emulator.clone(),
            format!("/_emulator/orders/{order_id}/pay"),
        );
        let body = json!({ "outcome": outcome });
        let paying = emulator.post(&path, &body);
        if !self.chance.of_a_hundred(6) {
            return paying.await.ok();
        }
        let edit = self.an_addition();
        let (paid, edited) = tokio::join!(paying, self.send(&edit));
        self.entry.basket.note(&edit, self.outcome(edited.as_ref()));
        self.entry.is_edited_late = true;
        paid.ok()
    }

    async fn write_down_payment(&mut self, order_id: String, cart: &Cart) -> Option<()> {
        let amount = self.amount_at_kustom(&order_id).await?;
        self.world.books.count("purchases");
        if cart.is_synced && !self.entry.is_edited_late && amount != cart.to_pay {
            let shown = cart.to_pay;
            return self.object(&format!("Kustom took {amount} where the cart showed {shown}"));
        }
        self.entry.paid.push(Paid {
            kustom_order_id: order_id,
            amount,
        });
        Some(())
    }

    async fn amount_at_kustom(&self, order_id: &str) -> Option<i64> {
        let path = format!("/_emulator/orders/{order_id}");
        let order: Value = self.world.emulator.get(&path).await.ok()?.body;
        match order["order_amount"].as_i64() {
            Some(amount) => Some(amount),
            None => self.object(&format!("the emulator has no amount for {order_id}")),
        }
    }

    /// The browser's return to the confirmation page, which asks until it knows.
    async fn come_back(&mut self) -> Option<()> {
        let path = self.payment("/confirm");
        let started = Instant::now();
        while self.world.is_patient(started, PATIENCE) {
            let confirmed = self.world.server.post(&path, &json!({})).await;
            let confirmed = confirmed.ok().filter(Answer::is_ok);
            if confirmed.is_some_and(|answer| answer.body["status"] == "checkout_complete") {
                self.entry.is_confirmed = true;
                self.world.books.count("purchases confirmed");
                return self.look().await.map(drop);
            }
            tokio::time::sleep(TRY_AGAIN_AFTER).await;
        }
        self.world.books.count("confirmations given up");
        Some(())
    }
}
