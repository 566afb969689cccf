//! Work that would keep a worker from everybody else: it is done on a thread of its own, and in turn.

use crate::error::ApiError;
use crate::memory::{Held, Memory, caller, taker};
use crate::stream::internal;
use actix_web::http::header::ContentType;
use actix_web::rt::time::sleep;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use domain::admission::{Budget, Limits};
use domain::error::Error;
use serde::Serialize;
use std::time::Duration;

/// Turns in work that takes long: reading and writing what is large.
#[derive(Clone)]
pub struct LongWork(Budget);

impl LongWork {
    /// What has fewer bytes than this is done on the spot, within a few milliseconds.
    const LONG: usize = 128 * 1024;

    /// How long such work waits its turn.
    const PATIENCE: Duration = Duration::from_secs(4);

    /// How many may wait, and how many of one caller.
    const WAITING: (usize, usize) = (4_096, 256);

    /// For so many at a time, at most half of them (or one) of one caller.
    #[must_use]
    pub fn new(at_once: usize) -> Self {
        let (all, each) = Self::WAITING;
        let limits = Limits::parts(at_once.max(1) as u64, 2).with_waiting(all, each);
        Self(Budget::new(limits))
    }

    /// Does `work` on something of so many bytes.
    ///
    /// # Errors
    /// Its own, or that no turn came.
    pub(crate) async fn run<T: Send + 'static>(
        request: &HttpRequest,
        bytes: usize,
        work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let turns = request.app_data::<web::Data<Self>>();
        let Some(turns) = turns.filter(|_| bytes > Self::LONG) else {
            return work();
        };
        let turn = turns.0.take(caller(request), 1, sleep(Self::PATIENCE));
        let turn = turn
            .await
            .map_err(|_| Error::Overloaded { retry_after: 5 })?;
        // The turn goes with the work, which a client who leaves does not stop.
        let done = web::block(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.map_err(|error| Error::Internal(error.into()))?
    }
}

/// Answers with JSON that has so many bytes of text in it. A long one takes its memory while it waits for its
/// turn: the texts are there by then.
///
/// # Errors
/// It is long, and there is no memory for it, or no turn came to write it.
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
        // What grows takes twice its room.
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

    /// Writes down which thread has written it.
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
