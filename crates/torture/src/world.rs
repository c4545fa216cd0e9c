//! What shoppers, killers and judges share.

use serde_json::json;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::books::Books;
use crate::cart::Cart;
use crate::http::Client;

pub(crate) const CARTS: &str = "/ingress/commerce/carts";

/// Of a shopper who sees no more kills.
const PATIENCE_AFTER_FIRE: Duration = Duration::from_secs(5);

/// After this long a server that is killed every other second has answered many times, and one that is not, always.
const PATIENCE: Duration = Duration::from_secs(90);

const TRY_AGAIN_AFTER: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) server: Client,
    pub(crate) admin: Client,
    pub(crate) emulator: Client,
    pub(crate) books: Books,
    fire: Mutex<Fire>,
}

/// While it burns, shoppers come and the server is killed.
#[derive(Clone, Copy, Debug)]
enum Fire {
    Burning,
    OutSince(Instant),
}

impl World {
    pub(crate) fn new(server: Client, admin: Client, emulator: Client) -> Self {
        Self {
            server,
            admin,
            emulator,
            books: Books::default(),
            fire: Mutex::new(Fire::OutSince(Instant::now())),
        }
    }

    pub(crate) fn is_on_fire(&self) -> bool {
        matches!(self.fire(), Fire::Burning)
    }

    pub(crate) fn light_fire(&self) {
        self.set_fire(Fire::Burning);
    }

    pub(crate) fn put_fire_out(&self) {
        if self.is_on_fire() {
            self.set_fire(Fire::OutSince(Instant::now()));
        }
    }

    /// Whether a shopper who has tried since then tries once more.
    pub(crate) fn is_patient(&self, since: Instant, patience: Duration) -> bool {
        let is_late = match self.fire() {
            Fire::Burning => false,
            Fire::OutSince(out) => out.elapsed() > PATIENCE_AFTER_FIRE,
        };
        !is_late && since.elapsed() < patience
    }

    fn fire(&self) -> Fire {
        *self.fire.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_fire(&self, fire: Fire) {
        *self.fire.lock().unwrap_or_else(PoisonError::into_inner) = fire;
    }

    /// The cart, as soon as the server is there to tell. `None` after a violation.
    pub(crate) async fn cart(&self, cart_id: &str) -> Option<Cart> {
        let started = Instant::now();
        let path = format!("{CARTS}/{cart_id}");
        let mut last = String::new();
        while started.elapsed() < PATIENCE {
            match self.server.get(&path).await {
                Ok(answer) if answer.is_ok() => match Cart::read(&answer.body) {
                    Ok(cart) => return Some(cart),
                    Err(error) => last = format!("{error:#}"),
                },
                Ok(answer) if answer.status == 404 => {
                    self.books.violation(format!("cart {cart_id} is gone"));
                    return None;
                }
                Ok(answer) => last = format!("{} {}", answer.status, answer.code()),
                Err(error) => last = format!("{error:#}"),
            }
            tokio::time::sleep(TRY_AGAIN_AFTER).await;
        }
        self.books.violation(format!(
            "cart {cart_id} could not be read for {} s: {last}",
            PATIENCE.as_secs()
        ));
        None
    }

    /// The emulator's clock, by which pushes come.
    pub(crate) async fn let_time_pass(&self, seconds: u64) -> Result<()> {
        let body = json!({ "seconds": seconds });
        self.emulator
            .post("/_emulator/clock/advance", &body)
            .await?
            .ok()?;
        Ok(())
    }
}
