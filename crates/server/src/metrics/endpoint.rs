//! Serves the metrics: on a port and on threads of their own, so that a scrape does not wait for requests.

use super::Metrics;
use actix_web::dev::ServerHandle;
use actix_web::http::header::ContentType;
use actix_web::rt::System;
use actix_web::{App, HttpResponse, HttpServer, web};
use std::net::TcpListener;
use std::sync::{Arc, mpsc};
use std::thread;

/// The format of the answers.
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A scraper has few connections, and one that is not used is closed.
const CONNECTIONS: usize = 64;

/// The endpoint for scrapes. It ends with this.
pub struct Endpoint(ServerHandle);

impl Endpoint {
    /// Serves `GET /metrics` on this listener.
    ///
    /// # Errors
    /// The listener cannot be used, or the system gives no thread.
    pub fn start(listener: TcpListener, metrics: Metrics) -> std::io::Result<Self> {
        let metrics = Arc::new(metrics);
        let (started, starts) = mpsc::channel();
        thread::Builder::new()
            .name("metrics".to_owned())
            .spawn(move || {
                System::new().block_on(async move {
                    let server = HttpServer::new(move || app(Arc::clone(&metrics)))
                        .workers(1)
                        .max_connections(CONNECTIONS)
                        .disable_signals()
                        .shutdown_timeout(1)
                        .listen(listener);
                    match server.map(HttpServer::run) {
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
        Response = actix_web::dev::ServiceResponse,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    let scrape = web::get().to(move || {
        let text = metrics.text();
        async move { HttpResponse::Ok().content_type(FORMAT).body(text) }
    });
    App::new()
        .route("/metrics", scrape)
        .default_service(web::to(|| async {
            let text = "The metrics are at /metrics.\n";
            HttpResponse::NotFound()
                .content_type(ContentType::plaintext())
                .body(text)
        }))
}
