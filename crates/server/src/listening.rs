//! The HTTP server: the framework's, over our own streams.

use actix_http::body::MessageBody;
use actix_http::error::DispatchError;
use actix_http::{HttpService, KeepAlive};
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt as _, map_config};
use actix_web::dev::{AppConfig, Server, fn_service};
use actix_web::rt::net::TcpStream;
use api::connection::{ClientStream, ClientTimeouts, Connection, ConnectionLimits};
use std::net::TcpListener;
use std::time::Duration;

/// More connections per worker than a process can have files: the framework would otherwise stop
/// accepting any. [`ConnectionLimits`] has the real limit.
const UNLIMITED: usize = 1 << 24;

/// The limits for clients' connections.
#[derive(Clone)]
pub struct ConnectionTerms {
    pub connections: ConnectionLimits,
    pub patience: ClientTimeouts,
    /// How long running requests may take after the signal to stop.
    pub finishing: Duration,
}

/// Serves the application that `factory` makes for each worker.
pub(crate) fn listen<F, I, S, B>(
    listener: TcpListener,
    terms: ConnectionTerms,
    workers: Option<usize>,
    factory: F,
) -> std::io::Result<Server>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, actix_http::Request>,
    S: ServiceFactory<actix_http::Request, Config = AppConfig> + 'static,
    S::Error: Into<actix_web::Error> + 'static,
    S::InitError: std::fmt::Debug,
    S::Response: Into<actix_http::Response<B>> + 'static,
    <S::Service as actix_service::Service<actix_http::Request>>::Future: 'static,
    S::Service: 'static,
    B: MessageBody + 'static,
{
    let server = Server::build()
        .max_concurrent_connections(UNLIMITED)
        .disable_signals()
        .shutdown_timeout(terms.finishing.as_secs());
    let stopping = server.graceful_shutdown_signal();
    let address = listener.local_addr()?;
    let server = match workers {
        Some(workers) => server.workers(workers),
        None => server,
    };
    let server = server.listen("http", listener, move || {
        let (stopping, terms) = (stopping.clone(), terms.clone());
        let app = factory()
            .into_factory()
            .map_err(|error| error.into().error_response());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            // Our streams keep the time: the framework would look at the clock before it reads, and
            // refuse whole requests that came while the service was held up.
            .client_request_timeout(Duration::ZERO)
            .keep_alive(KeepAlive::Os)
            .client_disconnect_timeout(Duration::from_secs(1))
            .on_connect_ext(|stream: &ClientStream, data| {
                data.insert::<Connection>(stream.connection());
            })
            // The framework makes this only for its own server. Only the port of it is used.
            .h1(map_config(app, move |()| {
                AppConfig::__priv_test_new(false, address.to_string(), address)
            }));
        let accept = fn_service(move |stream: TcpStream| {
            let accepted = ClientStream::accept(stream, &terms.connections, terms.patience);
            // The framework does not log this error: the connection is closed.
            std::future::ready(accepted.ok_or(DispatchError::InternalError))
        });
        accept.and_then(http)
    })?;
    Ok(server.run())
}
