//! A merchant that notes every call it gets, and answers with the statuses it was told, the last one for ever.

use crate::support::serve;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use std::sync::{Arc, Mutex};

#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

#[derive(Clone)]
pub(crate) struct Merchant {
    pub(crate) address: String,
    calls: Arc<Mutex<Vec<Call>>>,
}

type Notes = (Arc<Mutex<Vec<Call>>>, Arc<[u16]>);

impl Merchant {
    pub(crate) async fn answering(statuses: &[u16]) -> Self {
        let calls = Arc::<Mutex<Vec<Call>>>::default();
        let notes: Notes = (calls.clone(), statuses.into());
        let address = serve(Router::new().fallback(note).with_state(notes)).await;
        Self { address, calls }
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }
}

async fn note(
    State((calls, statuses)): State<Notes>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let mut calls = calls.lock().unwrap();
    calls.push(Call {
        path: uri.to_string(),
        headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    });
    let status = statuses.get(calls.len() - 1).or(statuses.last()).unwrap();
    StatusCode::from_u16(*status).unwrap()
}
