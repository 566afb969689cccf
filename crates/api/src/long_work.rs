//! Work that would block a worker for too long: it runs on a separate thread, in turn.

use crate::error::ApiError;
use crate::memory::{HeldMemory, busy, caller, needs};
use crate::stream::internal;
use actix_web::http::Method;
use actix_web::http::header::ContentType;
use actix_web::rt::time::sleep;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use domain::admission::{Budget, BudgetLimits, Caller};
use domain::error::Error;
use domain::id::OwnerId;
use domain::search::Comparing;
use serde::Serialize;
use std::io::{self, Write};
use std::time::Duration;

/// The limit of long work: parsing and writing large data.
#[derive(Clone)]
pub struct LongWork(Budget);

impl LongWork {
    /// Work on fewer bytes than this runs at once, within a few milliseconds.
    const LONG: usize = 128 * 1024;

    /// How long such work waits for a permit.
    const PATIENCE: Duration = Duration::from_secs(4);

    /// For an answer. It may wait longer, since its data is read already.
    const PATIENCE_OF_AN_ANSWER: Duration = Duration::from_secs(60);

    /// How many may wait: of all callers, and of one.
    const WAITING: (usize, usize) = (4_096, 256);

    /// Allows `parallel` pieces of work at a time, at most half of them (or one) of one caller.
    #[must_use]
    pub fn new(parallel: usize) -> Self {
        let (all, each) = Self::WAITING;
        let limits = BudgetLimits::parts(parallel.max(1) as u64, 2).with_waiting(all, each);
        Self(Budget::new(limits))
    }

    /// The limit of work that runs at the same time.
    #[must_use]
    pub fn budget(&self) -> Budget {
        self.0.clone()
    }

    /// Runs the long work of a request, in the name of its caller.
    pub(crate) fn runner(request: &HttpRequest) -> LongWorkRunner {
        LongWorkRunner {
            work: request.app_data::<web::Data<Self>>().cloned(),
            caller: caller(request),
            patience: Self::PATIENCE,
        }
    }

    /// Does `work` on `bytes` bytes of data.
    ///
    /// # Errors
    /// The work's own errors, or that no permit was free in time.
    pub(crate) async fn run<T: Send + 'static>(
        request: &HttpRequest,
        bytes: usize,
        work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        Self::runner(request).run(bytes, work).await
    }
}

#[async_trait::async_trait]
impl Comparing for LongWork {
    /// Words take longer to compare than text to write, so less of it is long.
    async fn run(
        &self,
        owner: OwnerId,
        bytes: usize,
        work: Box<dyn FnOnce() + Send>,
    ) -> Result<(), Error> {
        if bytes <= Self::LONG / 8 {
            work();
            return Ok(());
        }
        let permit = self.0.take(Caller::Owner(owner), 1, sleep(Self::PATIENCE));
        let permit = permit
            .await
            .map_err(|_| Error::Overloaded { retry_after: 5 })?;
        let done = web::block(move || {
            work();
            drop(permit);
        });
        done.await.map_err(|error| Error::Internal(error.into()))
    }
}

/// Runs the long work of one caller.
pub(crate) struct LongWorkRunner {
    work: Option<web::Data<LongWork>>,
    caller: Caller,
    patience: Duration,
}

impl LongWorkRunner {
    /// Waits longer, for an answer: its data is read already, or its beginning is sent.
    pub(crate) fn for_an_answer(self) -> Self {
        Self {
            patience: LongWork::PATIENCE_OF_AN_ANSWER,
            ..self
        }
    }

    /// As [`LongWork::run`].
    ///
    /// # Errors
    /// The work's own errors, or that no permit was free in time.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        bytes: usize,
        work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let limited = self.work.as_ref();
        let Some(limited) = limited.filter(|_| bytes > LongWork::LONG) else {
            return work();
        };
        let permit = limited.0.take(self.caller, 1, sleep(self.patience));
        let permit = permit
            .await
            .map_err(|_| Error::Overloaded { retry_after: 5 })?;
        // The permit stays with the work, which continues when the client disconnects.
        let done = web::block(move || {
            let done = work();
            drop(permit);
            done
        });
        done.await.map_err(|error| Error::Internal(error.into()))?
    }
}

/// Answers with JSON that contains `bytes` bytes of text. An answer that only reads is refused if it
/// outgrows the free memory.
///
/// # Errors
/// The memory is used up, or the queue for long work is too long.
pub(crate) async fn json(
    request: &HttpRequest,
    bytes: usize,
    body: impl Serialize + Send + 'static,
) -> Result<HttpResponse, ApiError> {
    needs(request, texts_and_json(bytes));
    let memory = request.extensions_mut().remove::<HeldMemory>();
    let is_bounded = request.method() == Method::GET;
    let runner = LongWork::runner(request).for_an_answer();
    let writing = runner.run(bytes, move || {
        let text = Vec::with_capacity(capacity(bytes));
        let mut paid = Paid {
            text,
            besides: bytes,
            memory,
            is_bounded,
        };
        let written = serde_json::to_writer(&mut paid, &body);
        written.map_err(|error| match error.is_io() {
            true => busy(),
            false => internal(error),
        })?;
        Ok((without_slack(paid.text), paid.memory))
    });
    let (text, memory) = writing.await?;
    if let Some(memory) = memory {
        request.extensions_mut().insert(memory);
    }
    let json = ContentType::json();
    Ok(HttpResponse::Ok().content_type(json).body(text))
}

/// The bytes of a page without its texts.
const AROUND: usize = 64 * 1024;

/// The bytes for the JSON of a text, in which few characters take more than one. A buffer that grows
/// needs twice its size.
fn capacity(bytes: usize) -> usize {
    bytes + bytes / 16 + 1024
}

/// The memory of texts and of their JSON, in which a character may take two bytes, with the fields
/// around each of them.
fn texts_and_json(bytes: usize) -> u64 {
    (bytes + 2 * capacity(bytes) + AROUND) as u64
}

/// Copies the text into a buffer that fits, if more than an eighth of the present one is unused: the answer keeps
/// it until its client has read it. Allocators leave a buffer that shrinks by less than half as it is.
pub(crate) fn without_slack(text: Vec<u8>) -> Vec<u8> {
    match text.capacity() - text.len() > text.len() / 8 {
        true => Vec::from(text.as_slice()),
        false => text,
    }
}

/// An answer that is being written, and its memory.
struct Paid {
    text: Vec<u8>,
    /// The bytes of the texts of which it is written.
    besides: usize,
    memory: Option<HeldMemory>,
    /// Whether it may not become larger than its memory.
    is_bounded: bool,
}

impl Paid {
    /// Takes the memory for a larger buffer.
    fn grow(&mut self, capacity: usize) -> io::Result<()> {
        let Some(HeldMemory(memory)) = &mut self.memory else {
            return Ok(());
        };
        let needed = (self.besides + capacity) as u64;
        let grown = memory.grow(needed.saturating_sub(memory.bytes()));
        match grown {
            Err(_) if self.is_bounded => Err(io::ErrorKind::OutOfMemory.into()),
            _ => Ok(()),
        }
    }
}

impl Write for Paid {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let needed = self.text.len() + bytes.len();
        if needed > self.text.capacity() {
            let capacity = needed.max(self.text.capacity() * 3 / 2);
            self.grow(capacity)?;
            self.text.reserve_exact(capacity - self.text.len());
        }
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
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
        let limited = web::Data::new(LongWork::new(1));
        let request = TestRequest::get().app_data(limited).to_http_request();
        for (bytes, here) in [(LongWork::LONG, true), (LongWork::LONG + 1, false)] {
            let (sender, writers) = std::sync::mpsc::channel();
            let answer = json(&request, bytes, Written(sender)).await.unwrap();
            assert_eq!(writers.recv().unwrap() == current().id(), here, "{bytes}");
            let kind = answer.headers().get("content-type").cloned();
            assert_eq!(kind.unwrap(), "application/json");
            assert_eq!(to_bytes(answer.into_body()).await.unwrap(), "\"written\"");
        }
    }

    #[actix_web::test]
    async fn texts_that_get_no_turn_to_be_compared_in_time_are_refused() {
        let limited = LongWork::new(2);
        let [busy, other] = ["0", "1"].map(|n| OwnerId::read(&format!("user_{n:0>26}")).unwrap());
        let never = std::future::pending::<()>();
        let turn = limited.budget().take(Caller::Owner(busy), 1, never).await;
        let compare = async |owner, bytes| limited.run(owner, bytes, Box::new(|| ())).await;
        assert!(compare(busy, LongWork::LONG / 8).await.is_ok(), "short");
        assert!(compare(other, LongWork::LONG).await.is_ok(), "other");
        let refused = compare(busy, LongWork::LONG).await;
        assert!(matches!(refused, Err(Error::Overloaded { retry_after: 5 })));
        drop(turn);
        assert!(compare(busy, LongWork::LONG).await.is_ok());
    }
}
