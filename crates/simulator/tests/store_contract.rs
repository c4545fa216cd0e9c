//! The contract that every store keeps, kept by the simulated one as well: the same tests, from where the server has them.

#![expect(
    clippy::unwrap_used,
    reason = "the whole binary is tests, which the lint sees only in functions marked as such"
)]

#[macro_use]
#[path = "../../server/tests/store_contract/contract.rs"]
mod contract;

#[path = "../../server/tests/store_contract/answer.rs"]
mod answer;
#[path = "../../server/tests/store_contract/cart.rs"]
mod cart;
#[path = "../../server/tests/store_contract/catalogue.rs"]
mod catalogue;
#[path = "../../server/tests/store_contract/data.rs"]
mod data;
#[path = "../../server/tests/store_contract/hold.rs"]
mod hold;
#[path = "../../server/tests/store_contract/job_claim.rs"]
mod job_claim;
#[path = "../../server/tests/store_contract/job_settle.rs"]
mod job_settle;
#[path = "../../server/tests/store_contract/job_wish.rs"]
mod job_wish;
#[path = "../../server/tests/store_contract/kustom_order.rs"]
mod kustom_order;
#[path = "../../server/tests/store_contract/purchase.rs"]
mod purchase;
#[path = "../../server/tests/store_contract/restart.rs"]
mod restart;
#[path = "../../server/tests/store_contract/snapshot.rs"]
mod snapshot;
#[path = "../../server/tests/store_contract/whole_change.rs"]
mod whole_change;

pub(crate) use contract::Backend;

use kassa::store::Store;
use kassa_simulator::store::NodeStore;

struct SimulatedBackend {
    store: NodeStore,
}

impl Backend for SimulatedBackend {
    async fn new() -> Self {
        Self {
            store: NodeStore::healthy(),
        }
    }

    fn store(&self) -> &dyn Store {
        &self.store
    }

    /// What a process remembers is not in the store.
    async fn restarted(self) -> Self {
        Self {
            store: self.store.in_another_life(),
        }
    }
}

contract!(on_the_simulated_store, crate::SimulatedBackend);
