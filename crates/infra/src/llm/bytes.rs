//! The bytes of an answer, with a limit on everything.

use bytes::Bytes;
use domain::error::{ProviderFailure, Report};
use futures_util::stream::{self, Stream, StreamExt as _, TryStreamExt as _};
use reqwest::Response;
use std::time::Duration;
use tokio::time::Instant;

/// The most bytes of a streamed answer. A reply of a million characters with a chunk for each would
/// be longer, but is refused before.
const STREAMED: usize = 64 * 1024 * 1024;

/// The most bytes of an answer in one piece, and of a line of a streamed answer.
const WHOLE: usize = 16 * 1024 * 1024;

/// The most bytes of an error that are read.
const ERROR: usize = 1024 * 1024;

/// The total time for an answer, as a multiple of the allowed silence.
const PATIENCE: u32 = 10;

/// The limits for a provider's answer.
#[derive(Clone, Copy)]
pub(super) struct AnswerLimits {
    silence: Duration,
    deadline: Instant,
    bytes: usize,
    line: usize,
}

impl AnswerLimits {
    pub(super) fn streamed(silence: Duration) -> Self {
        Self {
            silence,
            deadline: Instant::now() + silence * PATIENCE,
            bytes: STREAMED,
            line: WHOLE,
        }
    }

    pub(super) fn whole(silence: Duration) -> Self {
        Self {
            bytes: WHOLE,
            ..Self::streamed(silence)
        }
    }

    pub(super) fn of_error(silence: Duration) -> Self {
        Self {
            bytes: ERROR,
            deadline: Instant::now() + silence,
            ..Self::streamed(silence)
        }
    }
}

/// Why an answer has stopped.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error("silence")]
    Silent,
    #[error("too long")]
    TooLong,
    #[error("cut off")]
    Cut(#[source] reqwest::Error),
}

impl Broken {
    pub(super) fn failure(&self) -> ProviderFailure {
        match self {
            Self::Silent => ProviderFailure::TimedOut,
            Self::TooLong => ProviderFailure::lasting("its answer is too long."),
            Self::Cut(error) => {
                ProviderFailure::failed(Report::from("its answer broke off.").caused_by(error))
            }
        }
    }
}

struct Reading {
    response: Response,
    limits: AnswerLimits,
    seen: usize,
    /// Bytes since the last line ended.
    line: usize,
}

/// The answer piece by piece, until its end or a limit.
pub(super) fn read(
    response: Response,
    limits: AnswerLimits,
) -> impl Stream<Item = Result<Bytes, Broken>> + Send {
    let reading = Reading {
        response,
        limits,
        seen: 0,
        line: 0,
    };
    stream::try_unfold(reading, |mut reading| async move {
        let AnswerLimits {
            silence, deadline, ..
        } = reading.limits;
        let now = Instant::now();
        // While bytes are available, a wait does not end by itself.
        if now >= deadline {
            return Err(Broken::Silent);
        }
        let until = deadline.min(now + silence);
        let piece = tokio::time::timeout_at(until, reading.response.chunk())
            .await
            .map_err(|_| Broken::Silent)?
            .map_err(|error| match error.is_timeout() {
                true => Broken::Silent,
                false => Broken::Cut(error.without_url()),
            })?;
        let Some(piece) = piece else {
            return Ok(None);
        };
        reading.seen += piece.len();
        reading.line = match piece.iter().rev().position(|byte| *byte == b'\n') {
            Some(after) => after,
            None => reading.line + piece.len(),
        };
        if reading.seen > reading.limits.bytes || reading.line > reading.limits.line {
            return Err(Broken::TooLong);
        }
        Ok(Some((piece, reading)))
    })
}

/// Collects all bytes of a stream.
pub(super) async fn collect(
    bytes: impl Stream<Item = Result<Bytes, Broken>>,
) -> Result<Vec<u8>, ProviderFailure> {
    let whole = bytes.try_fold(Vec::new(), |mut whole, piece| {
        whole.extend_from_slice(&piece);
        std::future::ready(match whole.len() > WHOLE {
            true => Err(Broken::TooLong),
            false => Ok(whole),
        })
    });
    whole.await.map_err(|broken| broken.failure())
}

/// Collects the bytes of a stream until it ends or breaks.
pub(super) async fn beginning(bytes: impl Stream<Item = Result<Bytes, Broken>>) -> Vec<u8> {
    let mut bytes = std::pin::pin!(bytes);
    let mut beginning = Vec::new();
    while let Some(Ok(piece)) = bytes.next().await {
        beginning.extend_from_slice(&piece);
    }
    beginning
}
