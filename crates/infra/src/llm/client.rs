use super::answer::Answer;
use super::bytes::{Limits, beginning, collect, read};
use super::failure::{self, of_status};
use super::request::{Prepared, halved, prepare};
use super::settings::ProviderSettings;
use super::wire;
use bytes::Bytes;
use domain::admission::{Budget, Caller, Limits as Places};
use domain::error::{Error, Result};
use domain::replies::{
    Ask, ChatRequest, ChatStream, Model, ModelProvider, ProviderFailure, Report,
};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, Method, Request, Response, redirect};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tracing::Instrument as _;

/// How long making a connection may take.
const CONNECT: Duration = Duration::from_secs(10);

/// A request with fewer bytes is serialised at once, within a millisecond.
const LONG: usize = 128 * 1024;

/// The pause before the second attempt.
const BACK_OFF: Duration = Duration::from_millis(300);

/// How many requests may wait for each place: of all callers, and of one.
const WAITING: usize = 4;

/// All places are taken. A place in the queue may be free after a few seconds.
const BUSY: ProviderFailure = ProviderFailure::Busy { retry_after: 5 };

/// No TLS certificates can be used, so the provider cannot be reached safely.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct CertificatesUnusable(#[from] reqwest::Error);

/// A server with OpenAI's API: llama.cpp, Ollama, vLLM, OpenAI itself.
pub struct OpenAiCompatible {
    exchange: Arc<Exchange>,
    places: Budget,
    /// Turns for serialising long requests.
    turns: Budget,
    /// The runtime of the connections. The workers' own runtimes end before the last reply does.
    runtime: Handle,
}

impl OpenAiCompatible {
    /// Must be called on the runtime that keeps the connections.
    ///
    /// # Errors
    /// This system's trusted certificates cannot be read.
    pub fn new(settings: ProviderSettings) -> std::result::Result<Self, CertificatesUnusable> {
        let client = client(&settings)?;
        let places = Budget::new(places(&settings));
        let turns = Budget::new(turns(&settings));
        Ok(Self {
            exchange: Arc::new(Exchange { client, settings }),
            places,
            turns,
            runtime: Handle::current(),
        })
    }

    /// Serialises a request. A long one is serialised on a separate thread, in turn, since it would
    /// block all requests of the worker meanwhile.
    async fn prepared(&self, caller: Caller, request: ChatRequest) -> Result<Prepared> {
        if bytes(&request) <= LONG {
            return Ok(self.exchange.prepare(&request)?);
        }
        let patience = sleep(self.exchange.settings.silence);
        let turn = self.turns.take(caller, 1, patience).await;
        let turn = turn.map_err(|_| BUSY)?;
        let exchange = Arc::clone(&self.exchange);
        let prepared = self.runtime.spawn_blocking(move || {
            let prepared = exchange.prepare(&request);
            drop((request, turn));
            prepared
        });
        let prepared = prepared.await;
        Ok(prepared.map_err(|error| Error::Internal(error.into()))??)
    }

    async fn ask(&self, body: Bytes, streamed: bool) -> Result<Response> {
        let base_url = &self.exchange.settings.base_url;
        let mut post = Request::new(Method::POST, base_url.endpoint("chat/completions"));
        let json = HeaderValue::from_static("application/json");
        let accept = match streamed {
            true => HeaderValue::from_static("text/event-stream"),
            false => json.clone(),
        };
        post.headers_mut().insert(CONTENT_TYPE, json);
        post.headers_mut().insert(ACCEPT, accept);
        *post.body_mut() = Some(body.into());
        self.send(post).await
    }

    /// Sends a request on the runtime of the connections.
    async fn send(&self, request: Request) -> Result<Response> {
        let exchange = Arc::clone(&self.exchange);
        let sending = async move { exchange.send(request).await };
        // A set, so that the task ends when this future is dropped.
        let mut sent = JoinSet::new();
        sent.spawn_on(sending.in_current_span(), &self.runtime);
        match sent.join_next().await {
            Some(Ok(response)) => Ok(response?),
            Some(Err(error)) => Err(Error::Internal(error.into())),
            None => Err(Error::Internal("the request was never sent".into())),
        }
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
        let Prepared { body, streamed } = self.prepared(caller, request).await?;
        let body = Bytes::from(body);
        let place = self.places.take(caller, 1, sleep(*silence));
        let place = place.await.map_err(|_| BUSY)?;
        let response = match self.ask(body.clone(), streamed).await {
            Err(Error::Provider(failure)) if has_context && failure::is_too_long(&failure) => {
                let half = self.runtime.spawn_blocking(move || halved(&body)).await;
                let half = half.map_err(|error| Error::Internal(error.into()))?;
                let Some(half) = half else {
                    return Err(Error::Provider(failure));
                };
                tracing::info!(error = ?failure, "asking the model provider with half the context");
                self.ask(half.into(), streamed).await?
            }
            response => response?,
        };
        let answer = Answer::new(response, streamed, *silence, api_key.clone(), place);
        Ok(Box::new(answer))
    }

    async fn models(&self) -> Result<Vec<Model>> {
        let ProviderSettings {
            base_url, silence, ..
        } = &self.exchange.settings;
        let get = Request::new(Method::GET, base_url.endpoint("models"));
        let response = self.send(get).await?;
        let list = collect(read(response, Limits::whole(*silence))).await?;
        wire::models(&list).ok_or_else(|| {
            ProviderFailure::failed("its list of models is not one of OpenAI's API.").into()
        })
    }
}

/// The HTTP client for a provider.
pub(super) fn client(settings: &ProviderSettings) -> reqwest::Result<Client> {
    let mut headers = HeaderMap::new();
    let key = settings.api_key.as_ref();
    headers.extend(key.and_then(|key| Some((AUTHORIZATION, key.header()?))));
    let mut client = Client::builder()
        .default_headers(headers)
        .user_agent(concat!("jan-conversations/", env!("CARGO_PKG_VERSION")))
        // The key must go only to the configured server.
        .redirect(redirect::Policy::none())
        .no_proxy()
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT.min(settings.silence));
    if !settings.base_url.is_encrypted() {
        // Certificates are not needed then; a small container may have none.
        client = client.tls_certs_only([]);
    }
    client.build()
}

struct Exchange {
    client: Client,
    settings: ProviderSettings,
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

/// The limits for serialising long requests at once, and for waiting for that.
fn turns(settings: &ProviderSettings) -> Places {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let at_once = (processors / 2).max(1) as u64;
    Places::parts(at_once, 2).with_waiting(
        settings.concurrency * WAITING,
        settings.owner_concurrency * WAITING,
    )
}

/// The limits for running requests, and for waiting ones.
fn places(settings: &ProviderSettings) -> Places {
    let share = settings.owner_concurrency.min(settings.concurrency);
    Places {
        total: settings.concurrency as u64,
        share: share as u64,
        waiting: settings.concurrency * WAITING,
        waiting_each: share * WAITING,
    }
}

/// A failure, and whether a second attempt may help.
struct Attempt {
    failure: ProviderFailure,
    again: bool,
}

impl Exchange {
    fn prepare(&self, request: &ChatRequest) -> std::result::Result<Prepared, ProviderFailure> {
        let ProviderSettings {
            model,
            strict_roles,
            ..
        } = &self.settings;
        prepare(request, model.as_deref(), *strict_roles)
    }

    async fn send(&self, request: Request) -> std::result::Result<Response, ProviderFailure> {
        // Bodies are in memory, so the request can be cloned.
        let spare = request.try_clone();
        match (self.attempt(request).await, spare) {
            (Ok(response), _) => Ok(response),
            (
                Err(Attempt {
                    failure,
                    again: true,
                }),
                Some(spare),
            ) => {
                tracing::info!(error = ?failure, "asking the model provider once more");
                sleep(BACK_OFF).await;
                self.attempt(spare).await.map_err(|attempt| attempt.failure)
            }
            (Err(attempt), _) => Err(attempt.failure),
        }
    }

    async fn attempt(&self, request: Request) -> std::result::Result<Response, Attempt> {
        let ProviderSettings {
            silence, api_key, ..
        } = &self.settings;
        // The address contains no credentials: LLM_BASE_URL does not allow them.
        let address = request.url().to_string();
        let sent = tokio::time::timeout(*silence, self.client.execute(request)).await;
        let response = match sent {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(unsent(error, &address)),
            Err(_) => {
                return Err(Attempt {
                    failure: ProviderFailure::TimedOut,
                    again: false,
                });
            }
        };
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let headers = response.headers().clone();
        let body = beginning(read(response, Limits::of_error(*silence))).await;
        Err(Attempt {
            failure: of_status(status, &headers, &body, api_key.as_ref()).asked_at(&address),
            again: status.is_server_error(),
        })
    }
}

/// The failure of a request without an answer. The provider's address is for the log only.
fn unsent(error: reqwest::Error, address: &str) -> Attempt {
    let error = error.without_url();
    if error.is_timeout() {
        return Attempt {
            failure: ProviderFailure::TimedOut,
            again: error.is_connect(),
        };
    }
    let happened = match error.is_connect() {
        true => "it cannot be reached.",
        false => "the connection ended without an answer.",
    };
    Attempt {
        failure: ProviderFailure::failed(Report::from(happened).caused_by(&error))
            .asked_at(address),
        again: true,
    }
}
