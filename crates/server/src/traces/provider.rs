//! The spans of answers of models.

use super::are_on;
use crate::failure_kind::failure_kind;
use domain::admission::Caller;
use domain::error::{Error, Result};
use domain::replies::{ChatChunk, ChatRequest, ChatStream, Model, ModelProvider};
use std::sync::Arc;
use tracing::field::Empty;
use tracing::{Instrument as _, Span, info_span};

/// Wraps a provider: each answer gets a span, if spans are exported.
#[must_use]
pub fn traced(provider: Arc<dyn ModelProvider>) -> Arc<dyn ModelProvider> {
    match are_on() {
        true => Arc::new(TracedProvider(provider)),
        false => provider,
    }
}

struct TracedProvider(Arc<dyn ModelProvider>);

#[async_trait::async_trait]
impl ModelProvider for TracedProvider {
    async fn chat(&self, caller: Caller, request: ChatRequest) -> Result<Box<dyn ChatStream>> {
        let span = info_span!(
            target: "traces",
            "chat",
            otel.kind = "client",
            otel.status_code = Empty,
            gen_ai.operation.name = "chat",
            "error.type" = Empty,
        );
        let asked = self.0.chat(caller, request).instrument(span.clone()).await;
        match asked {
            Ok(answer) => Ok(Box::new(TracedStream { answer, span })),
            Err(error) => {
                note(&span, &error);
                Err(error)
            }
        }
    }

    async fn models(&self) -> Result<Vec<Model>> {
        self.0.models().await
    }
}

/// Its span lasts as long as the answer is read.
struct TracedStream {
    answer: Box<dyn ChatStream>,
    span: Span,
}

#[async_trait::async_trait]
impl ChatStream for TracedStream {
    async fn next(&mut self) -> Result<Option<ChatChunk>> {
        let next = self.answer.next().await;
        if let Err(error) = &next {
            note(&self.span, error);
        }
        next
    }
}

fn note(span: &Span, error: &Error) {
    span.record("otel.status_code", "ERROR");
    span.record("error.type", failure_kind(error));
}
