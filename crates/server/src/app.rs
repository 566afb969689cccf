use crate::listening::listen;
use crate::pages::{cors, swagger_ui};
use crate::parts::Parts;
use crate::services::Services;
use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App, web};
use api::browsers::refuse_foreign_pages;
use api::conditions::{Conditions, check_conditions};
use api::methods::{Methods, no_route};
use api::request::around_request;
use api::room::{Needs, refuse_on_full_disk};
use std::net::TcpListener;
use std::sync::LazyLock;
use utoipa::openapi::OpenApi;

/// Built once per process: making the documents is the slowest part of a start.
pub(crate) static DOCUMENT: LazyLock<OpenApi> = LazyLock::new(api::openapi::document);
static JAN_DOCUMENT: LazyLock<OpenApi> = LazyLock::new(api::jan::document);
static OPENAI_DOCUMENT: LazyLock<OpenApi> = LazyLock::new(api::openai::document);
static METHODS: LazyLock<web::Data<Methods>> = LazyLock::new(|| {
    web::Data::new(
        Methods::of(&DOCUMENT)
            .and(&JAN_DOCUMENT)
            .and(&OPENAI_DOCUMENT),
    )
});
static CONDITIONS: LazyLock<web::Data<Conditions>> =
    LazyLock::new(|| web::Data::new(Conditions::of(&DOCUMENT)));
static NEEDS: LazyLock<web::Data<Needs>> = LazyLock::new(|| {
    web::Data::new(
        Needs::of(&DOCUMENT)
            .and(&JAN_DOCUMENT)
            .and(&OPENAI_DOCUMENT),
    )
});

/// Serves `listener` until the returned server is stopped.
///
/// # Errors
/// The listener cannot be used.
pub fn start(listener: TcpListener, mut parts: Parts) -> std::io::Result<Server> {
    let services = Services::wire(&mut parts);
    let methods = METHODS.clone();
    let (terms, workers) = (parts.terms.clone(), parts.workers);
    listen(listener, terms, workers, move || {
        App::new()
            .configure(api::routes::routes)
            .configure(api::jan::routes)
            .configure(api::openai::routes)
            .configure(|config| services.register(config))
            .app_data(methods.clone())
            .app_data(NEEDS.clone())
            .app_data(CONDITIONS.clone())
            .configure(api::routes::pages)
            .service(web::redirect("/docs", "/docs/"))
            .configure(swagger_ui)
            .default_service(web::to(no_route))
            .wrap(from_fn(refuse_on_full_disk))
            .wrap(from_fn(check_conditions))
            .wrap(cors(&parts.cors))
            .wrap(from_fn(refuse_foreign_pages))
            .wrap(from_fn(around_request))
    })
}
