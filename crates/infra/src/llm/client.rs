use super::answer::ProviderAnswer;
use super::bytes::{AnswerLimits, collect, read};
use super::exchange::{Exchange, client};
use super::failure;
use super::request::{PreparedRequest, halved};
use super::settings::ProviderSettings;
use super::wire;
use bytes::Bytes;
use domain::admission::{Budget, BudgetLimits, Caller};
use domain::error::ProviderFailure;
use domain::error::{Error, Result};
use domain::replies::{Ask, ChatRequest, ChatStream, Model, ModelProvider};
use reqwest::header::HeaderMap;
use reqwest::{Method, Request, Response};
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::time::sleep;

/// A request with fewer bytes is serialised at once, within a millisecond.
const LONG: usize = 128 * 1024;

/// How many requests may wait for each permit: of all callers, and of one.
const WAITING: usize = 4;

/// All permits are taken. The queue may have a free place after a few seconds.
const BUSY: ProviderFailure = ProviderFailure::Busy { retry_after: 5 };

/// No TLS certificates can be used, so the provider cannot be reached safely.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct CertificatesUnusable(#[from] reqwest::Error);

/// A server with OpenAI's API: llama.cpp, Ollama, vLLM, OpenAI itself.
pub struct OpenAiCompatible {
    exchange: Arc<Exchange>,
    /// The limit of requests that run.
    budget: Budget,
    /// The limit of long requests that are serialised at the same time.
    serialising: Budget,
}

impl OpenAiCompatible {
    /// Must be called on the runtime that keeps the connections. `carry` adds headers by which the
    /// provider continues the current trace.
    ///
    /// # Errors
    /// This system's trusted certificates cannot be read.
    pub fn new(
        settings: ProviderSettings,
        carry: fn(&mut HeaderMap),
    ) -> std::result::Result<Self, CertificatesUnusable> {
        let client = client(&settings)?;
        let budget = Budget::new(limits(&settings));
        let serialising = Budget::new(serialising_limits(&settings));
        Ok(Self {
            exchange: Arc::new(Exchange {
                client,
                settings,
                carry,
                runtime: Handle::current(),
            }),
            budget,
            serialising,
        })
    }

    /// The limit of running requests.
    #[must_use]
    pub fn budget(&self) -> Budget {
        self.budget.clone()
    }

    /// Serialises a request. A long one is serialised on a separate thread, in turn, since it would
    /// block all requests of the worker meanwhile.
    async fn prepared(&self, caller: Caller, request: ChatRequest) -> Result<PreparedRequest> {
        if bytes(&request) <= LONG {
            return Ok(self.exchange.prepare(&request)?);
        }
        let patience = sleep(self.exchange.settings.silence);
        let permit = self.serialising.take(caller, 1, patience).await;
        let permit = permit.map_err(|_| BUSY)?;
        let exchange = Arc::clone(&self.exchange);
        let prepared = self.exchange.runtime.spawn_blocking(move || {
            let prepared = exchange.prepare(&request);
            drop((request, permit));
            prepared
        });
        let prepared = prepared.await;
        Ok(prepared.map_err(|error| Error::Internal(error.into()))??)
    }

    /// Asks once more with half the context, which was found too long.
    async fn ask_for_less(
        &self,
        body: Bytes,
        streamed: bool,
        failure: ProviderFailure,
    ) -> Result<Response> {
        let half = self.exchange.runtime.spawn_blocking(move || halved(&body));
        let half = half.await.map_err(|error| Error::Internal(error.into()))?;
        let Some(half) = half else {
            return Err(Error::Provider(failure));
        };
        tracing::info!(error = ?failure, "asking the model provider with half the context");
        self.exchange.ask(half.into(), streamed).await
    }
}

#[async_trait::async_trait]
impl ModelProvider for OpenAiCompatible {
    async fn chat(&self, caller: Caller, request: ChatRequest) -> Result<Box<dyn ChatStream>> {
        let ProviderSettings {
            silence, api_key, ..
        } = &self.exchange.settings;
        // A request without a context is passed on as sent, and never shortened.
        let has_context = !request.context.is_empty();
        let PreparedRequest { body, streamed } = self.prepared(caller, request).await?;
        let body = Bytes::from(body);
        let permit = self.budget.take(caller, 1, sleep(*silence));
        let permit = permit.await.map_err(|_| BUSY)?;
        let spare = has_context.then(|| body.clone());
        let answer =
            |response| ProviderAnswer::new(response, streamed, *silence, api_key.clone(), permit);
        match (self.exchange.ask(body, streamed).await, spare) {
            (Ok(response), Some(spare)) => {
                let mut answer = answer(response);
                // Some providers refuse under 200, in their first words.
                match answer.begin_to_read().await {
                    Err(failure) if failure::is_too_long(&failure) => {
                        let response = self.ask_for_less(spare, streamed, failure).await?;
                        answer.again(response, *silence);
                    }
                    begun => begun?,
                }
                Ok(Box::new(answer))
            }
            (Ok(response), None) => Ok(Box::new(answer(response))),
            (Err(Error::Provider(failure)), Some(spare)) if failure::is_too_long(&failure) => {
                let response = self.ask_for_less(spare, streamed, failure).await?;
                Ok(Box::new(answer(response)))
            }
            (Err(error), _) => Err(error),
        }
    }

    async fn models(&self) -> Result<Vec<Model>> {
        let ProviderSettings {
            base_url, silence, ..
        } = &self.exchange.settings;
        let get = Request::new(Method::GET, base_url.endpoint("models"));
        let response = self.exchange.send(get).await?;
        let list = collect(read(response, AnswerLimits::whole(*silence))).await?;
        wire::models(&list).ok_or_else(|| {
            ProviderFailure::failed("its list of models is not one of OpenAI's API.").into()
        })
    }
}

/// The size of the request's text in bytes.
fn bytes(request: &ChatRequest) -> usize {
    let context = request.context.iter().map(|message| message.content.len());
    let asked = match &request.ask {
        Ask::Passed(json) | Ask::Resumed { body: json, .. } => json.len(),
        Ask::Reply { .. } => 0,
    };
    asked + context.sum::<usize>()
}

/// How many long requests are serialised at the same time, and how many wait for that.
fn serialising_limits(settings: &ProviderSettings) -> BudgetLimits {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let parallel = (processors / 2).max(1) as u64;
    BudgetLimits::parts(parallel, 2).with_waiting(
        settings.concurrency * WAITING,
        settings.owner_concurrency * WAITING,
    )
}

/// The limits for running requests, and for waiting ones.
fn limits(settings: &ProviderSettings) -> BudgetLimits {
    let share = settings.owner_concurrency.min(settings.concurrency);
    BudgetLimits {
        total: settings.concurrency as u64,
        share: share as u64,
        waiting: settings.concurrency * WAITING,
        waiting_each: share * WAITING,
    }
}
