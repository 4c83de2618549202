//! Bodies of requests in time: one that comes too slowly is given up, so that nobody holds a connection for as long as they
//! like.

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use actix_web::{HttpMessage, HttpResponse};
use futures_util::stream::{self, Stream, StreamExt};
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// Each body is waited for so long altogether, and longer the more of it comes.
const PATIENCE: Duration = Duration::from_secs(10);
/// What has to come in each further second, on average.
const BYTES_A_SECOND: f64 = 4096.0;

type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>>;

/// The body of a request that was late; none as long as it is in time.
#[derive(Clone, Default)]
pub struct LateBody(Rc<RefCell<Option<Payload>>>);

/// Has the body end with an error when it is late, whoever reads it. Only waiting counts: who reads slowly takes nothing away
/// from who sends.
pub fn in_time(request: &mut ServiceRequest) -> LateBody {
    let late = LateBody::default();
    let payload = request.take_payload();
    if !matches!(payload, Payload::None) {
        let pieces: Pieces = Box::pin(limited(payload, late.clone()));
        request.set_payload(Payload::from(pieces));
    }
    late
}

fn limited(payload: Payload, late: LateBody) -> impl Stream<Item = Result<Bytes, PayloadError>> {
    let pieces = stream::unfold(Some((payload, PATIENCE)), move |state| {
        let late = late.clone();
        async move {
            let (mut payload, left) = state?;
            let since = Instant::now();
            match timeout(left, payload.next()).await {
                Ok(Some(Ok(piece))) => {
                    let earned = Duration::from_secs_f64(piece.len() as f64 / BYTES_A_SECOND);
                    let left = left.saturating_sub(since.elapsed()) + earned;
                    Some((Ok(piece), Some((payload, left))))
                }
                Ok(Some(Err(error))) => Some((Err(error), None)),
                Ok(None) => None,
                Err(_) => {
                    late.0.replace(Some(payload));
                    let error = std::io::Error::from(std::io::ErrorKind::TimedOut);
                    Some((Err(PayloadError::Io(error)), None))
                }
            }
        }
    });
    // Some readers ask once more behind the end.
    pieces.fuse()
}

impl LateBody {
    /// The answer to a late body, if it was one: with it the connection ends. What is left of a body in chunks would be read
    /// and thrown away for as long as it comes, if nobody held it any more.
    pub fn answer(&self, answer: impl FnOnce() -> HttpResponse) -> Option<HttpResponse> {
        let payload = self.0.take()?;
        Some(answer().map_body(|_, body| {
            AnswerWithPayload {
                body,
                _payload: payload,
            }
            .boxed()
        }))
    }
}

/// An answer that keeps the rest of the request's body until it is sent.
struct AnswerWithPayload {
    body: BoxBody,
    _payload: Payload,
}

impl MessageBody for AnswerWithPayload {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}
