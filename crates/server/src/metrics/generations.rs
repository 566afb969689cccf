//! Answers of models.

use crate::failure_kind::{KINDS, failure_kind};
use domain::admission::Caller;
use domain::error::{Error, Result};
use domain::figures::{Count, Level, Times};
use domain::replies::{ChatChunk, ChatRequest, ChatStream, Model, ModelProvider};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Instant;

/// Figures about the answers of models.
#[derive(Debug, Default)]
pub(super) struct Generations {
    /// Requests to a model that are not answered completely.
    pub(super) running: Level,
    /// The time until an answer begins, with the wait for a permit.
    pub(super) begins: Times,
    /// The time until it is complete.
    pub(super) times: Times,
    pub(super) completed: Count,
    /// Answers whose reader has left before their end.
    pub(super) dropped: Count,
    pub(super) failures: AnswerFailures,
    /// Tokens, if the provider reports them: of requests, and of answers.
    pub(super) prompt_tokens: Count,
    pub(super) completion_tokens: Count,
}

/// Failed answers by kind.
#[derive(Debug, Default)]
pub(super) struct AnswerFailures([Count; KINDS.len()]);

impl AnswerFailures {
    fn add(&self, error: &Error) {
        let kind = failure_kind(error);
        let counts = KINDS.iter().zip(&self.0);
        let mut of_kind = counts.filter(|(name, _)| **name == kind);
        if let Some((_, count)) = of_kind.next() {
            count.add(1);
        }
    }

    pub(super) fn read(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = self.0.iter().map(Count::read);
        KINDS.into_iter().zip(counts)
    }
}

/// Counts what a provider answers.
pub(super) struct CountedProvider {
    provider: Arc<dyn ModelProvider>,
    generations: Arc<Generations>,
}

impl CountedProvider {
    pub(super) fn new(provider: &Arc<dyn ModelProvider>, generations: &Arc<Generations>) -> Self {
        Self {
            provider: Arc::clone(provider),
            generations: Arc::clone(generations),
        }
    }
}

#[async_trait::async_trait]
impl ModelProvider for CountedProvider {
    async fn chat(&self, caller: Caller, request: ChatRequest) -> Result<Box<dyn ChatStream>> {
        let running = Running::begin(&self.generations);
        match self.provider.chat(caller, request).await {
            Ok(answer) => {
                self.generations.begins.add(running.begun.elapsed());
                Ok(Box::new(CountedStream { answer, running }))
            }
            Err(error) => {
                running.fails(&error);
                Err(error)
            }
        }
    }

    async fn models(&self) -> Result<Vec<Model>> {
        self.provider.models().await
    }
}

/// A request to a model, until it has ended in some way.
struct Running {
    generations: Arc<Generations>,
    begun: Instant,
    is_settled: bool,
    /// Whether its last part has come: a reader of a whole answer asks for no more.
    is_finished: bool,
}

impl Running {
    fn begin(generations: &Arc<Generations>) -> Self {
        generations.running.rise();
        Self {
            generations: Arc::clone(generations),
            begun: Instant::now(),
            is_settled: false,
            is_finished: false,
        }
    }

    fn fails(mut self, error: &Error) {
        self.settle();
        self.generations.failures.add(error);
    }

    fn completes(&mut self) {
        if self.settle() {
            self.generations.completed.add(1);
            self.generations.times.add(self.begun.elapsed());
        }
    }

    /// Whether it was not settled before.
    fn settle(&mut self) -> bool {
        !std::mem::replace(&mut self.is_settled, true)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.generations.running.fall();
        if self.is_finished {
            self.completes();
        }
        if self.settle() {
            self.generations.dropped.add(1);
        }
    }
}

struct CountedStream {
    answer: Box<dyn ChatStream>,
    running: Running,
}

#[async_trait::async_trait]
impl ChatStream for CountedStream {
    async fn next(&mut self) -> Result<Option<ChatChunk>> {
        let next = self.answer.next().await;
        let generations = &Arc::clone(&self.running.generations);
        match &next {
            Ok(Some(chunk)) => {
                self.running.is_finished |= chunk.finish_reason.is_some();
                count_tokens(&chunk.json, generations);
            }
            Ok(None) => self.running.completes(),
            Err(error) if self.running.settle() => generations.failures.add(error),
            Err(_) => {}
        }
        next
    }
}

#[derive(Deserialize)]
struct ReportedUsage {
    usage: Option<Tokens>,
}

#[derive(Deserialize)]
struct Tokens {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
}

fn count_tokens(json: &str, generations: &Generations) {
    // Most chunks tell no tokens, and are not read.
    if json.contains("\"prompt_tokens\"")
        && let Ok(ReportedUsage { usage: Some(usage) }) = serde_json::from_str(json)
    {
        generations.prompt_tokens.add(usage.prompt_tokens);
        generations.completion_tokens.add(usage.completion_tokens);
    }
}
