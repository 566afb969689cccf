//! Work that would block a worker for too long: it runs on a separate thread, in turn.

use crate::error::ApiError;
use crate::memory::{Held, Memory, caller, taker};
use crate::stream::internal;
use actix_web::http::header::ContentType;
use actix_web::rt::time::sleep;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use domain::admission::{Budget, Caller, Limits};
use domain::error::Error;
use serde::Serialize;
use std::time::Duration;

/// Turns for long work: parsing and writing large data.
#[derive(Clone)]
pub struct LongWork(Budget);

impl LongWork {
    /// Work on fewer bytes than this runs at once, within a few milliseconds.
    const LONG: usize = 128 * 1024;

    /// How long such work waits for its turn.
    const PATIENCE: Duration = Duration::from_secs(4);

    /// The same for the next part of an answer that has begun.
    const PATIENCE_OF_A_STREAM: Duration = Duration::from_secs(60);

    /// How many may wait: of all callers, and of one.
    const WAITING: (usize, usize) = (4_096, 256);

    /// Allows `at_once` pieces of work at a time, at most half of them (or one) of one caller.
    #[must_use]
    pub fn new(at_once: usize) -> Self {
        let (all, each) = Self::WAITING;
        let limits = Limits::parts(at_once.max(1) as u64, 2).with_waiting(all, each);
        Self(Budget::new(limits))
    }

    /// The turns of a request's caller.
    pub(crate) fn turns(request: &HttpRequest) -> Turns {
        Turns {
            work: request.app_data::<web::Data<Self>>().cloned(),
            caller: caller(request),
            patience: Self::PATIENCE,
        }
    }

    /// Does `work` on `bytes` bytes of data.
    ///
    /// # Errors
    /// The work's own errors, or that no turn came in time.
    pub(crate) async fn run<T: Send + 'static>(
        request: &HttpRequest,
        bytes: usize,
        work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        Self::turns(request).run(bytes, work).await
    }
}

/// The turns of one caller.
pub(crate) struct Turns {
    work: Option<web::Data<LongWork>>,
    caller: Caller,
    patience: Duration,
}

impl Turns {
    /// The same for an answer that has begun: it waits longer, since it would be cut off.
    pub(crate) fn for_a_stream(self) -> Self {
        Self {
            patience: LongWork::PATIENCE_OF_A_STREAM,
            ..self
        }
    }

    /// As [`LongWork::run`].
    ///
    /// # Errors
    /// The work's own errors, or that no turn came in time.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        bytes: usize,
        work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let turns = self.work.as_ref();
        let Some(turns) = turns.filter(|_| bytes > LongWork::LONG) else {
            return work();
        };
        let turn = turns.0.take(self.caller, 1, sleep(self.patience));
        let turn = turn
            .await
            .map_err(|_| Error::Overloaded { retry_after: 5 })?;
        // The turn stays with the work, which goes on when the client disconnects.
        let done = web::block(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.map_err(|error| Error::Internal(error.into()))?
    }
}

/// Answers with JSON that contains so many bytes of text. A long answer takes its memory before it
/// waits for its turn, since its texts are in memory by then.
///
/// # Errors
/// The answer is long, and there is no memory for it, or no turn came in time.
pub(crate) async fn json(
    request: &HttpRequest,
    bytes: usize,
    body: impl Serialize + Send + 'static,
) -> Result<HttpResponse, ApiError> {
    let memory = request.app_data::<web::Data<Memory>>();
    if let Some(memory) = memory.filter(|_| bytes > LongWork::LONG) {
        let taken = memory.for_answer(taker(request), bytes as u64)?;
        request.extensions_mut().insert(Held(taken));
    }
    let writing = LongWork::run(request, bytes, move || {
        // A buffer that grows needs twice its size.
        let mut text = Vec::with_capacity(bytes + bytes / 16 + 1024);
        serde_json::to_writer(&mut text, &body).map_err(internal)?;
        Ok(text)
    });
    let text = writing.await?;
    let json = ContentType::json();
    Ok(HttpResponse::Ok().content_type(json).body(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::to_bytes;
    use actix_web::test::TestRequest;
    use serde::Serializer;
    use std::thread::{ThreadId, current};

    /// Records the thread that serialises it.
    struct Written(std::sync::mpsc::Sender<ThreadId>);

    impl Serialize for Written {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.0.send(current().id()).unwrap();
            serializer.serialize_str("written")
        }
    }

    #[actix_web::test]
    async fn a_long_answer_is_written_beside_the_workers() {
        let turns = web::Data::new(LongWork::new(1));
        let request = TestRequest::get().app_data(turns).to_http_request();
        for (bytes, here) in [(LongWork::LONG, true), (LongWork::LONG + 1, false)] {
            let (sender, writers) = std::sync::mpsc::channel();
            let answer = json(&request, bytes, Written(sender)).await.unwrap();
            assert_eq!(writers.recv().unwrap() == current().id(), here, "{bytes}");
            let kind = answer.headers().get("content-type").cloned();
            assert_eq!(kind.unwrap(), "application/json");
            assert_eq!(to_bytes(answer.into_body()).await.unwrap(), "\"written\"");
        }
    }
}
