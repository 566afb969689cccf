//! How a provider is asked.

use super::bytes::{AnswerLimits, beginning, read};
use super::failure::of_status;
use super::request::{PreparedRequest, prepare};
use super::settings::ProviderSettings;
use bytes::Bytes;
use domain::error::{Error, Result};
use domain::error::{ProviderFailure, Report};
use domain::replies::ChatRequest;
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

/// The pause before the second attempt.
const BACK_OFF: Duration = Duration::from_millis(300);

/// A provider, and the client that sends requests to it.
pub(super) struct Exchange {
    pub(super) client: Client,
    pub(super) settings: ProviderSettings,
    /// Adds headers by which the provider continues the current trace.
    pub(super) carry: fn(&mut HeaderMap),
    /// The runtime of the connections. The workers' own runtimes end before the last reply does.
    pub(super) runtime: Handle,
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

/// A failure, and whether a second attempt may help.
struct Attempt {
    failure: ProviderFailure,
    again: bool,
}

impl Exchange {
    /// Asks for a completion.
    pub(super) async fn ask(self: &Arc<Self>, body: Bytes, streamed: bool) -> Result<Response> {
        let base_url = &self.settings.base_url;
        let mut post = Request::new(Method::POST, base_url.endpoint("chat/completions"));
        let json = HeaderValue::from_static("application/json");
        let accept = match streamed {
            true => HeaderValue::from_static("text/event-stream"),
            false => json.clone(),
        };
        post.headers_mut().insert(CONTENT_TYPE, json);
        post.headers_mut().insert(ACCEPT, accept);
        (self.carry)(post.headers_mut());
        *post.body_mut() = Some(body.into());
        self.send(post).await
    }

    /// Sends a request on the runtime of the connections.
    pub(super) async fn send(self: &Arc<Self>, request: Request) -> Result<Response> {
        let exchange = Arc::clone(self);
        let sending = async move { exchange.send_here(request).await };
        // A set, so that the task ends when this future is dropped.
        let mut sent = JoinSet::new();
        sent.spawn_on(sending.in_current_span(), &self.runtime);
        match sent.join_next().await {
            Some(Ok(response)) => Ok(response?),
            Some(Err(error)) => Err(Error::Internal(error.into())),
            None => Err(Error::Internal("the request was never sent".into())),
        }
    }

    /// The HTTP request.
    pub(super) fn prepare(
        &self,
        request: &ChatRequest,
    ) -> std::result::Result<PreparedRequest, ProviderFailure> {
        let ProviderSettings {
            model,
            strict_roles,
            ..
        } = &self.settings;
        prepare(request, model.as_deref(), *strict_roles)
    }

    async fn send_here(&self, request: Request) -> std::result::Result<Response, ProviderFailure> {
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
        let body = beginning(read(response, AnswerLimits::of_error(*silence))).await;
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
