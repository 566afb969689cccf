//! Sends batches of spans to the collector.

use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use reqwest::redirect::Policy;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;

/// The HTTP client of the exporter. The exporter has its own thread; the connections are made on
/// the runtime of the program.
#[derive(Debug)]
pub(super) struct ExporterClient {
    http: reqwest::Client,
    runtime: Handle,
    /// Whether the last export failed: the log has that once.
    is_failing: Arc<AtomicBool>,
}

impl ExporterClient {
    pub(super) fn new(timeout: Duration) -> reqwest::Result<Self> {
        let http = reqwest::Client::builder()
            // Headers with credentials go only to the named collector.
            .redirect(Policy::none())
            .no_proxy()
            .timeout(timeout)
            .build()?;
        Ok(Self {
            http,
            runtime: Handle::current(),
            is_failing: Arc::default(),
        })
    }

    /// Notes how an export ended. Neither the address nor the headers are logged.
    fn has_ended(&self, problem: Option<&str>) {
        let was_failing = self.is_failing.swap(problem.is_some(), Ordering::Relaxed);
        match problem {
            Some(problem) if !was_failing => {
                tracing::warn!(
                    problem,
                    "traces cannot be exported; spans are lost meanwhile"
                );
            }
            None if was_failing => tracing::info!("traces are exported again"),
            _ => {}
        }
    }
}

#[async_trait::async_trait]
impl HttpClient for ExporterClient {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let request = reqwest::Request::try_from(request)?;
        let http = self.http.clone();
        let sent = self
            .runtime
            .spawn(async move { http.execute(request).await });
        let answer = match sent.await? {
            Ok(answer) => answer,
            Err(error) => {
                let error = error.without_url();
                let problem = match (error.is_timeout(), error.is_connect()) {
                    (true, _) => "the collector does not answer in time",
                    (_, true) => "the collector cannot be reached",
                    _ => "the connection ended without an answer",
                };
                self.has_ended(Some(problem));
                return Err(error.into());
            }
        };
        let status = answer.status();
        let refused = format!("the collector answers {status}");
        self.has_ended((!status.is_success()).then_some(&refused));
        // The body of a collector's answer has no use here.
        Ok(Response::builder()
            .status(status.as_u16())
            .body(Bytes::new())?)
    }
}
