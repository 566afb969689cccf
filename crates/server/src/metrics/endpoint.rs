//! Serves the metrics: on a separate port and threads, so that a scrape does not wait for requests.

use super::Metrics;
use crate::listening::{ConnectionTerms, listen};
use actix_web::body::BoxBody;
use actix_web::dev::ServerHandle;
use actix_web::http::header::ContentType;
use actix_web::middleware::from_fn;
use actix_web::rt::System;
use actix_web::{App, HttpResponse, web};
use api::connection::{ClientTimeouts, ConnectionLimits, Unlimited};
use std::net::TcpListener;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

/// The format of the answers.
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A scraper has few connections, and one that is not used, or whose answer is not read, is closed. One
/// address has at most half of them.
const CONNECTIONS: u64 = 64;

/// The memory of incomplete heads.
const HEADS: u64 = 1024 * 1024;

/// The endpoint for scrapes. It ends with this.
pub struct Endpoint(ServerHandle);

impl Endpoint {
    /// Serves `GET /metrics` on this listener.
    ///
    /// # Errors
    /// The listener cannot be used, or the system gives no thread.
    pub fn start(
        listener: TcpListener,
        metrics: Metrics,
        patience: ClientTimeouts,
    ) -> std::io::Result<Self> {
        let metrics = Arc::new(metrics);
        let connections = ConnectionLimits::new(CONNECTIONS, CONNECTIONS / 2, Unlimited::default());
        let terms = ConnectionTerms {
            connections: connections.with_memory_of_heads(HEADS),
            patience,
            finishing: Duration::from_secs(1),
        };
        let (started, starts) = mpsc::channel();
        thread::Builder::new()
            .name("metrics".to_owned())
            .spawn(move || {
                System::new().block_on(async move {
                    let app = move || app(Arc::clone(&metrics));
                    match listen(listener, terms, Some(1), app) {
                        Ok(server) => {
                            let _ = started.send(Ok(server.handle()));
                            let _ = server.await;
                        }
                        Err(error) => {
                            let _ = started.send(Err(error));
                        }
                    }
                });
            })?;
        let handle = starts.recv().map_err(std::io::Error::other)??;
        Ok(Self(handle))
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        // The command is sent at once; its result is of no interest.
        drop(self.0.stop(false));
    }
}

fn app(
    metrics: Arc<Metrics>,
) -> App<
    impl actix_web::dev::ServiceFactory<
        actix_web::dev::ServiceRequest,
        Config = (),
        Response = actix_web::dev::ServiceResponse<BoxBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    let scrape = web::get().to(move || {
        let text = metrics.text();
        async move { HttpResponse::Ok().content_type(FORMAT).body(text) }
    });
    App::new()
        .wrap(from_fn(api::alone))
        .route("/metrics", scrape)
        .default_service(web::to(|| async {
            let text = "The metrics are at /metrics.\n";
            HttpResponse::NotFound()
                .content_type(ContentType::plaintext())
                .body(text)
        }))
}
