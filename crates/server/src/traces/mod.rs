//! Traces by OpenTelemetry, over OTLP. Spans have the target `traces`. Without traces that target
//! is disabled, and they cost as much as a disabled line of the log.

mod client;
mod context;
mod provider;
mod settings;
mod standard;

pub use context::{carry, tracing};
pub use provider::traced;

use crate::config::ConfigError;
use client::ExporterClient;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use settings::TraceSettings;
use std::time::Duration;
use tracing::{Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

/// The target of all spans that are exported.
const TARGET: &str = "traces";

/// How long the end of the process waits for spans that are not exported yet.
const PATIENCE: Duration = Duration::from_secs(2);

/// The exporter of this process.
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Begins to export, if the environment names a collector. Must be called on the runtime that makes
    /// the connections.
    ///
    /// # Errors
    /// A variable cannot be used.
    pub fn start() -> Result<Option<Self>, ConfigError> {
        let Some(settings) = TraceSettings::read(|name| std::env::var(name).ok())? else {
            return Ok(None);
        };
        let unusable = |error: &dyn std::fmt::Display| ConfigError {
            variable: settings::ENDPOINT,
            problem: format!("cannot be used: {error}"),
        };
        let client = ExporterClient::new(settings.timeout).map_err(|error| unusable(&error))?;
        // It reads the headers from the environment.
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_endpoint(settings.endpoint)
            .with_timeout(settings.timeout)
            .build()
            .map_err(|error| unusable(&error))?;
        let version = opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        let resource = Resource::builder().with_attribute(version);
        let resource = match settings.is_named {
            true => resource,
            false => resource.with_service_name("jan-conversations"),
        };
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource.build())
            .build();
        Ok(Some(Self(provider)))
    }

    /// Takes spans of our target, and no lines of the log.
    pub(crate) fn layer<S>(&self) -> impl Layer<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("jan-conversations"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(filter_fn(|metadata| {
                metadata.is_span() && metadata.target() == TARGET
            }))
    }

    /// Exports the last spans.
    pub async fn finish(self) {
        let ending = move || drop(self.0.shutdown_with_timeout(PATIENCE));
        let _ = tokio::task::spawn_blocking(ending).await;
    }
}

/// Whether spans are exported.
fn are_on() -> bool {
    tracing::span_enabled!(target: TARGET, Level::INFO)
}
