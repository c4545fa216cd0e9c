//! The hosted payment page: a page of Kustom's own that sells an order of the checkout, for shops without one.
//!
//! Source: <https://docs.kustom.co/contents/api/hosted-payment-page>. Which error codes it has is not documented; those here
//! are the other APIs'. The page ends at `merchant_urls.success` instead of the order's confirmation page.

mod page;
mod session;

use crate::agenda::Task;
use crate::callback::{CallbackKind, DueCallback};
use crate::kustom::{Call, Kustom};
use crate::message::Response;
use crate::order::{Order, OrderState};
use crate::rendering;
use crate::strictness::Strictness;
use crate::validation::{self, Finding};
use http::{Method, StatusCode};
use jiff::Timestamp;
use kustom_api::KustomOrderId;
use serde::Deserialize;
use serde_json::{Value, json};
use session::{HostedOptions, HostedUrls, LIFETIME};

pub(crate) use page::answer as answer_page;
pub(crate) use session::{HostedSession, HostedStatus};

/// As many as there may be orders; a merchant who opens page after page of one must not fill the machine.
const SESSION_LIMIT: usize = 20_000;

#[derive(Deserialize)]
struct NewSession {
    payment_session_url: String,
    #[serde(default)]
    merchant_urls: HostedUrls,
    #[serde(default)]
    options: HostedOptions,
}

#[derive(Deserialize)]
struct Distribution {
    method: String,
    contact_information: Contact,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Contact {
    email: Option<String>,
    phone: Option<String>,
    phone_country: Option<String>,
    access_id: Option<String>,
}

/// `rest` is what follows `/hpp/v1/sessions`.
pub(crate) fn answer(kustom: &mut Kustom, rest: &[&str], call: &Call<'_>, now: Timestamp) -> Response {
    let session = match rest {
        [id] | [id, "distribution"] => kustom.hosted_session(id, now),
        _ => None,
    };
    match (rest, &call.request.method) {
        ([], &Method::POST) => create(kustom, call, now),
        ([_], &Method::GET) => with(session, call, |session| read(kustom, &session)),
        ([_], &Method::DELETE) => with(session, call, |session| disable(kustom, session, call, now)),
        ([_, "distribution"], &Method::POST) => {
            let strictness = kustom.rules.strictness;
            with(session, call, |session| distribute(&session, call, strictness))
        }
        ([] | [_] | [_, "distribution"], _) => Response::empty(StatusCode::METHOD_NOT_ALLOWED),
        _ => Response::empty(StatusCode::NOT_FOUND),
    }
}

fn with(
    session: Option<HostedSession>,
    call: &Call<'_>,
    answer: impl FnOnce(HostedSession) -> Response,
) -> Response {
    match session {
        Some(session) => answer(session),
        None => call.refuse(StatusCode::NOT_FOUND, "NOT_FOUND", "No such session"),
    }
}

impl Kustom {
    /// Where a purchase on the newest open page of this order ends. The session is completed by it.
    pub(crate) fn end_hosted_page(&mut self, id: &KustomOrderId, now: Timestamp) -> Option<String> {
        let order = self.orders.get(id);
        let mut sessions: Vec<HostedSession> = self
            .hosted
            .values()
            .filter(|session| session.order_id == *id && session.is_open() && !session.is_expired(order, now))
            .cloned()
            .collect();
        // Those of one order differ by when they were touched last, and else by nothing that matters.
        sessions.sort_by_key(|session| session.updated_at);
        let session = sessions.pop()?;
        let url = session.merchant_url(|urls| urls.success.as_ref());
        self.move_hosted_session(session, HostedStatus::Completed, now);
        url
    }

    /// The message to `merchant_urls.status_update`. `None` when nobody wants one.
    pub(crate) fn begin_hosted_status(
        &mut self,
        id: &str,
        status: HostedStatus,
        now: Timestamp,
    ) -> Option<DueCallback> {
        let session = self.hosted.get(id)?.clone();
        let url = session.merchant_url(|urls| urls.status_update.as_ref())?;
        let told = HostedSession { status, ..session };
        let body = json!({ "event_id": self.ids.uuid(), "session": self.view(&told) });
        let kind = CallbackKind::HostedStatus;
        let callback = self.news(&told.order_id, kind, url, rendering::bytes(&body), now);
        self.begin(callback, now)
    }

    fn hosted_session(&self, id: &str, now: Timestamp) -> Option<HostedSession> {
        let session = self.hosted.get(id)?;
        let order = self.orders.get(&session.order_id);
        (!session.is_expired(order, now)).then(|| session.clone())
    }

    /// The one place where a session changes, and where that is told.
    fn move_hosted_session(&mut self, session: HostedSession, status: HostedStatus, now: Timestamp) {
        if session.status == status {
            return;
        }
        let session_id = session.id.clone();
        if session.merchant_urls.status_update.is_some() {
            let session_id = session_id.clone();
            self.agenda
                .plan(now, Task::TellHostedStatus { session_id, status });
        }
        let moved = HostedSession {
            status,
            updated_at: now,
            ..session
        };
        self.hosted.insert(session_id, moved);
    }

    /// A session as it is read. It names the order once that is bought.
    fn view(&self, session: &HostedSession) -> Value {
        let managed = self.orders.get(&session.order_id);
        let managed = managed.and_then(|order| order.managed.as_ref());
        let mut view = json!({
            "session_id": session.id,
            "status": session.status,
            "updated_at": session.updated_at,
            "expires_at": session.expires_at,
        });
        if let Some(managed) = managed.filter(|_| session.status == HostedStatus::Completed) {
            view["order_id"] = json!(managed.order_id);
            view["klarna_reference"] = json!(managed.klarna_reference);
        }
        view
    }
}

fn create(kustom: &mut Kustom, call: &Call<'_>, now: Timestamp) -> Response {
    let sent: NewSession = match validation::read_session(&call.request.body, kustom.rules.strictness) {
        Ok(sent) => sent,
        Err(findings) => return call.bad_value(&findings),
    };
    let path = "payment_session_url";
    let Some((_, order_id)) = sent.payment_session_url.rsplit_once("/checkout/v3/orders/") else {
        return call.bad_value(&[Finding::new(path, "is not the address of an order")]);
    };
    let order_id = KustomOrderId(order_id.to_owned());
    match kustom.orders.get(&order_id).map(|order| order.state(now)) {
        Some(OrderState::Open) => {}
        Some(OrderState::Complete | OrderState::Aborted) => {
            return call.bad_value(&[Finding::new(path, "the order cannot be bought any more")]);
        }
        Some(OrderState::Expired) | None => {
            return call.refuse(
                StatusCode::NOT_FOUND,
                "NOT_FOUND",
                "The payment session has expired",
            );
        }
    }
    let session = HostedSession {
        id: kustom.ids.uuid().to_string(),
        order_id,
        merchant_urls: sent.merchant_urls,
        options: sent.options,
        status: HostedStatus::Waiting,
        updated_at: now,
        expires_at: now.checked_add(LIFETIME).unwrap_or(Timestamp::MAX),
    };
    let response = Response::json(StatusCode::CREATED, &addresses(&session, &call.request.base_url));
    keep(kustom, session);
    response
}

/// Makes room where there is none, by the session that was touched last of all the longest ago.
fn keep(kustom: &mut Kustom, session: HostedSession) {
    while kustom.hosted.len() >= SESSION_LIMIT {
        let sessions = kustom.hosted.values();
        let oldest = sessions.min_by_key(|session| session.updated_at);
        let Some(oldest) = oldest.map(|session| session.id.clone()) else {
            break;
        };
        kustom.hosted.remove(&oldest);
    }
    kustom.hosted.insert(session.id.clone(), session);
}

/// What a new session is answered with. An image of a code to scan is not among it.
fn addresses(session: &HostedSession, base_url: &str) -> Value {
    let session_url = format!("{base_url}/hpp/v1/sessions/{}", session.id);
    json!({
        "session_id": session.id,
        "session_url": session_url,
        "redirect_url": format!("{base_url}/browser/hosted/{}", session.id),
        "distribution_url": format!("{session_url}/distribution"),
        "expires_at": session.expires_at,
    })
}

fn read(kustom: &Kustom, session: &HostedSession) -> Response {
    Response::json(StatusCode::OK, &kustom.view(session))
}

fn disable(kustom: &mut Kustom, session: HostedSession, call: &Call<'_>, now: Timestamp) -> Response {
    if session.status == HostedStatus::Completed {
        return call.refuse(StatusCode::BAD_REQUEST, "BAD_REQUEST", "The session is completed");
    }
    kustom.move_hosted_session(session, HostedStatus::Disabled, now);
    Response::empty(StatusCode::NO_CONTENT)
}

/// Nothing is sent from here: that the call is right is all that can be said.
fn distribute(session: &HostedSession, call: &Call<'_>, strictness: Strictness) -> Response {
    let sent: Distribution = match validation::read_distribution(&call.request.body, strictness) {
        Ok(sent) => sent,
        Err(findings) => return call.bad_value(&findings),
    };
    let contact = &sent.contact_information;
    let needed: &[(&str, &Option<String>)] = match sent.method.as_str() {
        "email" => &[("email", &contact.email)],
        "sms" => &[
            ("phone", &contact.phone),
            ("phone_country", &contact.phone_country),
        ],
        _ => &[("access_id", &contact.access_id)],
    };
    let missing = needed
        .iter()
        .filter(|(_, text)| text.as_deref().is_none_or(|text| text.trim().is_empty()))
        .map(|(name, _)| {
            Finding::new(
                format!("contact_information.{name}"),
                "is required for this method",
            )
        });
    let missing: Vec<Finding> = missing.collect();
    if !missing.is_empty() {
        return call.bad_value(&missing);
    }
    match session.is_open() {
        true => Response::empty(StatusCode::NO_CONTENT),
        false => call.refuse(
            StatusCode::BAD_REQUEST,
            "BAD_REQUEST",
            "The session is not open any more",
        ),
    }
}

/// The order that a page sells, if it can still be bought there.
fn order_on_sale<'a>(kustom: &'a Kustom, session: &HostedSession, now: Timestamp) -> Option<&'a Order> {
    let order = kustom.orders.get(&session.order_id)?;
    (session.is_open() && order.state(now) == OrderState::Open).then_some(order)
}
