//! Carrying out what a fault does to an answer and to its connection.

use super::serve::{Cut, Cutter};
use crate::message::Response;
use crate::struck::Ending;
use axum::body::{Body, HttpBody};
use axum::http::header;
use axum::response::IntoResponse;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// Until then the half of a body has left the machine, which it would not if the connection ended at once.
const HALF_SENT_AFTER: Duration = Duration::from_millis(100);

/// `cutter` is there when the emulator serves its connections itself.
pub(super) async fn answer(ending: Ending, cutter: Option<Cutter>) -> axum::response::Response {
    match ending {
        Ending::Answered { response, after_ms } => {
            wait(after_ms).await;
            response.into_response()
        }
        Ending::Truncated(response) => truncated(response),
        Ending::Closed { after_ms } => {
            wait(after_ms).await;
            end(cutter, Cut::Close).await
        }
        Ending::Reset => end(cutter, Cut::Reset).await,
    }
}

async fn wait(ms: u64) {
    if ms > 0 {
        sleep(Duration::from_millis(ms)).await;
    }
}

/// On foreign connections the closest thing is a body that breaks off before its first byte.
async fn end(cutter: Option<Cutter>, cut: Cut) -> axum::response::Response {
    let Some(cutter) = cutter else {
        tracing::warn!("only `Emulator::serve` can end a connection without any answer");
        return Body::new(BrokenBody::new(Bytes::new(), 1)).into_response();
    };
    cutter.cut(cut);
    std::future::pending().await
}

fn truncated(response: Response) -> axum::response::Response {
    let length = response.body.len();
    let half = response.body.slice(..length / 2);
    let (mut parts, _) = response.into_response().into_parts();
    parts.headers.insert(header::CONTENT_LENGTH, length.into());
    let body = Body::new(BrokenBody::new(half, length as u64));
    axum::response::Response::from_parts(parts, body)
}

/// Promises more than it has.
struct BrokenBody {
    rest: Bytes,
    promised: u64,
    end: Option<Pin<Box<Sleep>>>,
}

impl BrokenBody {
    fn new(rest: Bytes, promised: u64) -> Self {
        Self {
            rest,
            promised,
            end: None,
        }
    }
}

impl HttpBody for BrokenBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let rest = std::mem::take(&mut self.rest);
        if !rest.is_empty() {
            self.promised -= rest.len() as u64;
            self.end = Some(Box::pin(sleep(HALF_SENT_AFTER)));
            return Poll::Ready(Some(Ok(Frame::data(rest))));
        }
        if let Some(end) = &mut self.end {
            ready!(end.as_mut().poll(context));
        }
        Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into())))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}
