//! Kustom as a node reaches it: the emulator's core, and a network that loses, delays and repeats.
//!
//! A call that has left its node arrives whether or not the node lives on. Nothing takes effect later than
//! [`LATEST_EFFECT`] after it was sent, which is what Kustom's own time limit promises.

use crate::report::Situation;
use crate::store::short;
use crate::weather::Fault;
use crate::world::node::Incarnation;
use crate::world::{Core, World};
use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use jiff::Timestamp;
use kassa::kustom::{Created, Kustom, OrderAddress};
use kustom_api::{
    CheckoutOrder, Failure, FraudStatus, IDEMPOTENCY_KEY_HEADER, KustomOrderId, ManagedOrder,
    ManagementStatus, MerchantReferences,
};
use kustom_emulator::{Request, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;
use uuid::Uuid;

const BASE_URL: &str = "https://kustom.example";

/// As the real client has it: no call takes longer.
const LONGEST_CALL: Duration = Duration::from_secs(9);

/// Kustom gives up after 30 seconds, and the way there takes some.
const LATEST_EFFECT_MS: u64 = 33_000;

/// How long a read may show what was before. Longer than that is no longer moments.
const LONGEST_BEHIND_MS: u64 = 4_000;

/// What reads show of an order while they are behind.
pub struct Behind {
    until: Timestamp,
    checkout: Response,
    managed: Response,
}

/// Kustom, as one life of a node reaches it.
pub struct NodeKustom {
    node: Arc<Incarnation>,
}

/// What a call is about, as far as the network and the judge must know.
#[derive(Clone)]
struct Call {
    name: &'static str,
    id: Option<KustomOrderId>,
    request: Request,
}

/// How a call comes to nothing without ever having been made.
const NOT_MADE: [Fault; 7] = [
    Fault::Unreachable,
    Fault::RequestLost,
    Fault::ErrorNotApplied,
    Fault::TooManyRequests,
    Fault::Unauthorized,
    Fault::Blocked,
    Fault::SpuriousGone,
];

impl NodeKustom {
    pub fn new(node: Arc<Incarnation>) -> Self {
        Self { node }
    }

    async fn send(&self, call: Call) -> Result<Response, Failure> {
        let world = &self.node.world;
        self.node.pass().await;
        if call.name == "update"
            && let Some(id) = &call.id
        {
            let core = &mut *world.core();
            core.judge.updates(id, self.node.node, world.now());
            world.end_if_judged(core);
        }
        let answer = self.exchange(&call).await;
        self.node.pass().await;
        let id = call.id.as_ref().map_or("", |id| short(id));
        self.node.tell(|| match &answer {
            Ok(response) => format!("{} {id} -> {}", call.name, response.status),
            Err(failure) => format!("{} {id} -> {failure}", call.name),
        });
        if let Some(id) = &call.id {
            let core = &mut *world.core();
            core.judge.answered(call.name, id, &answer, self.node.node, world);
        }
        answer
    }

    async fn exchange(&self, call: &Call) -> Result<Response, Failure> {
        let world = &self.node.world;
        for fault in NOT_MADE {
            let applies = fault != Fault::SpuriousGone || matches!(call.name, "read" | "update");
            if applies && world.strikes(fault) {
                return Err(not_made(world, fault, call).await);
            }
        }
        if call.name == "abort" && world.strikes(Fault::AbortFails) {
            return Err(Failure::from_answer(503, None, b""));
        }
        if world.strikes(Fault::AppliedLate) {
            return Err(made_late(world, call).await);
        }
        match world.strikes(Fault::SlowCall) {
            true => world.rest(300, 4_000).await,
            false => world.rest(5, 60).await,
        }
        let mut response = apply(world, call);
        if world.strikes(Fault::AppliedTwice) {
            response = apply(world, call);
        }
        world.rest(1, 30).await;
        if world.strikes(Fault::ErrorApplied) {
            return Err(Failure::from_answer(504, None, b""));
        }
        if world.strikes(Fault::AnswerLost) {
            if call.name == "create" {
                world.saw(Situation::CreateAnswerLost);
            }
            world.rest(10, 4_000).await;
            return Err(ambiguous("time ran out"));
        }
        if world.strikes(Fault::Garbled) && response.status.is_success() {
            response.body = Bytes::from_static(b"{\"order_id\":\"");
        }
        Ok(response)
    }

    fn call(name: &'static str, method: Method, path: String, id: Option<&KustomOrderId>) -> Call {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Basic simulator"));
        Call {
            name,
            id: id.cloned(),
            request: Request {
                method,
                path,
                headers,
                body: Bytes::new(),
                base_url: BASE_URL.to_owned(),
            },
        }
    }

    fn checkout(name: &'static str, method: Method, id: &KustomOrderId, rest: &str) -> Call {
        Self::call(name, method, format!("/checkout/v3/orders/{id}{rest}"), Some(id))
    }

    fn managed(name: &'static str, method: Method, id: &KustomOrderId, rest: &str) -> Call {
        Self::call(
            name,
            method,
            format!("/ordermanagement/v1/orders/{id}{rest}"),
            Some(id),
        )
    }

    async fn write(&self, call: Call, key: Uuid) -> Result<(), Failure> {
        if let Some(id) = &call.id {
            let core = &mut *self.node.world.core();
            core.judge.message_sent(call.name, id, key);
            self.node.world.end_if_judged(core);
        }
        let call = call.with_key(key);
        expect(&self.send(call).await?, StatusCode::NO_CONTENT)
    }
}

impl Call {
    fn with_json(mut self, body: &impl Serialize) -> Self {
        self.request.body = serde_json::to_vec(body)
            .expect("wire types have text keys")
            .into();
        self
    }

    fn with_key(mut self, key: Uuid) -> Self {
        let key = HeaderValue::from_str(&key.to_string()).expect("a UUID is hexadecimal");
        self.request.headers.insert(IDEMPOTENCY_KEY_HEADER, key);
        self
    }
}

async fn not_made(world: &World, fault: Fault, call: &Call) -> Failure {
    match fault {
        Fault::Unreachable => {
            world.rest(1, 2_000).await;
            Failure::Unreachable {
                reason: "no connection".to_owned(),
            }
        }
        Fault::RequestLost => {
            world.rest(100, 9_000).await;
            if call.name == "create" {
                world.saw(Situation::CreateAnswerLost);
            }
            ambiguous("time ran out")
        }
        Fault::TooManyRequests => Failure::from_answer(429, Some("1"), b""),
        Fault::Unauthorized => Failure::from_answer(401, None, b""),
        Fault::Blocked => Failure::from_answer(403, None, b"<html>"),
        Fault::SpuriousGone => Failure::from_answer(404, None, b""),
        _ => Failure::from_answer(503, None, b""),
    }
}

/// The caller gives up, and the effect comes when it comes.
async fn made_late(world: &Arc<World>, call: &Call) -> Failure {
    let effect_in = world.between_ms(200, LATEST_EFFECT_MS);
    let patience = world.between_ms(100, 9_000);
    let (later, call) = (Arc::clone(world), call.clone());
    tokio::spawn(async move {
        sleep(effect_in).await;
        later.tell("network", || format!("a late {} arrives", call.name));
        apply(&later, &call);
    });
    sleep(patience).await;
    ambiguous("time ran out")
}

/// The effect at Kustom, and the judge's look at it.
fn apply(world: &World, call: &Call) -> Response {
    let now = world.now();
    let core = &mut *world.core();
    if let Some(response) = behind(core, call, now) {
        return response;
    }
    if call.name == "update"
        && world.weather.has_stale_contents
        && let Some((id, was)) = what_was(world, core, call.id.as_ref(), now)
    {
        core.behind.insert(id, was);
    }
    let response = core.kustom.handle(&call.request, now);
    let Core {
        tables,
        kustom,
        judge,
        ..
    } = core;
    judge.kustom_handled(call.name, call.id.as_ref(), &response, tables, kustom, world);
    world.end_if_judged(core);
    world.kustom_stirred.notify_one();
    response
}

fn behind(core: &mut Core, call: &Call, now: Timestamp) -> Option<Response> {
    let behind = core
        .behind
        .get(call.id.as_ref()?)
        .filter(|behind| behind.until > now)?;
    match call.name {
        "read" => Some(behind.checkout.clone()),
        "read_managed" => Some(behind.managed.clone()),
        _ => None,
    }
}

/// What reads may show for a while, although something is about to change.
pub fn what_was(
    world: &World,
    core: &mut Core,
    id: Option<&KustomOrderId>,
    now: Timestamp,
) -> Option<(KustomOrderId, Behind)> {
    let id = id.filter(|_| world.strikes(Fault::BehindRead))?;
    let mut look = |call: Call| core.kustom.handle(&call.request, now);
    let behind = Behind {
        checkout: look(NodeKustom::checkout("read", Method::GET, id, "")),
        managed: look(NodeKustom::managed("read_managed", Method::GET, id, "")),
        until: now + world.between_ms(100, LONGEST_BEHIND_MS),
    };
    Some((id.clone(), behind))
}

fn ambiguous(reason: &str) -> Failure {
    Failure::Ambiguous {
        status: None,
        reason: reason.to_owned(),
    }
}

fn expect(response: &Response, status: StatusCode) -> Result<(), Failure> {
    if response.status == status {
        return Ok(());
    }
    Err(Failure::from_answer(
        response.status.as_u16(),
        None,
        &response.body,
    ))
}

fn parsed<T: DeserializeOwned>(response: &Response, status: StatusCode) -> Result<T, Failure> {
    expect(response, status)?;
    serde_json::from_slice(&response.body).map_err(|_| ambiguous("unreadable body"))
}

#[async_trait]
impl Kustom for NodeKustom {
    fn longest_call(&self) -> Duration {
        LONGEST_CALL
    }

    async fn create(&self, order: &CheckoutOrder) -> Result<Created, Failure> {
        let path = "/checkout/v3/orders".to_owned();
        let call = Self::call("create", Method::POST, path, None).with_json(order);
        let response = self.send(call).await?;
        let order: CheckoutOrder = parsed(&response, StatusCode::CREATED)?;
        let location = response.headers.get(header::LOCATION);
        let location = location
            .and_then(|location| location.to_str().ok())
            .map(str::to_owned);
        if let Some(id) = &order.order_id {
            let world = &self.node.world;
            world
                .core()
                .judge
                .told_of_creation(id, self.node.node, world.now());
        }
        Ok(Created { order, location })
    }

    async fn read(&self, order: OrderAddress<'_>) -> Result<CheckoutOrder, Failure> {
        let response = self
            .send(Self::checkout("read", Method::GET, order.id, ""))
            .await?;
        parsed(&response, StatusCode::OK)
    }

    async fn update(
        &self,
        order: OrderAddress<'_>,
        payload: &CheckoutOrder,
    ) -> Result<CheckoutOrder, Failure> {
        let call = Self::checkout("update", Method::POST, order.id, "").with_json(payload);
        let response = self.send(call).await?;
        parsed(&response, StatusCode::OK)
    }

    async fn abort(&self, order: OrderAddress<'_>) -> Result<(), Failure> {
        let response = self
            .send(Self::checkout("abort", Method::POST, order.id, "/abort"))
            .await?;
        expect(&response, StatusCode::OK)
    }

    async fn read_managed(&self, id: &KustomOrderId) -> Result<ManagedOrder, Failure> {
        let response = self
            .send(Self::managed("read_managed", Method::GET, id, ""))
            .await?;
        let mut managed: ManagedOrder = parsed(&response, StatusCode::OK)?;
        match self.node.world.core().judge.strangeness_of(id) {
            0 => (),
            1 => managed.fraud_status = FraudStatus::Rejected,
            2 => managed.fraud_status = FraudStatus::from("UNDER_A_SPELL".to_owned()),
            _ => managed.status = ManagementStatus::from("IN_LIMBO".to_owned()),
        }
        Ok(managed)
    }

    async fn acknowledge(&self, id: &KustomOrderId, key: Uuid) -> Result<(), Failure> {
        let call = Self::managed("acknowledge", Method::POST, id, "/acknowledge");
        self.write(call, key).await
    }

    async fn cancel(&self, id: &KustomOrderId, key: Uuid) -> Result<(), Failure> {
        let call = Self::managed("cancel", Method::POST, id, "/cancel");
        self.write(call, key).await
    }

    async fn set_merchant_references(
        &self,
        id: &KustomOrderId,
        references: &MerchantReferences,
        key: Uuid,
    ) -> Result<(), Failure> {
        let call = Self::managed("set references", Method::PATCH, id, "/merchant-references");
        self.write(call.with_json(references), key).await
    }
}
