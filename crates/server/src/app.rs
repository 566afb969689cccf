use crate::listening::listen;
use crate::pages::{cors, swagger_ui};
use crate::parts::ServiceParts;
use crate::services::Services;
use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App, web};
use api::Table;
use api::conditions::{Conditions, check_conditions};
use api::foreign_pages::refuse_foreign_pages;
use api::methods::{Methods, no_route};
use api::request::around_request;
use api::room::{RoomNeeds, refuse_on_full_disk};
use std::net::TcpListener;
use std::sync::LazyLock;

/// Built once per process, by the first request that needs it: one without a route, one with a condition, or one to a
/// full disk.
static METHODS: LazyLock<Methods> = LazyLock::new(|| {
    Methods::of(&api::openapi::document())
        .and(&api::jan::document())
        .and(&api::openai::document())
});
static CONDITIONS: LazyLock<Conditions> =
    LazyLock::new(|| Conditions::of(&api::openapi::document()));
static NEEDS: LazyLock<RoomNeeds> = LazyLock::new(|| {
    RoomNeeds::of(&api::openapi::document())
        .and(&api::jan::document())
        .and(&api::openai::document())
});

/// Serves `listener` until the returned server is stopped.
///
/// # Errors
/// The listener cannot be used.
pub fn start(listener: TcpListener, mut parts: ServiceParts) -> std::io::Result<Server> {
    let services = Services::wire(&mut parts);
    let (terms, workers) = (parts.terms.clone(), parts.workers);
    listen(listener, terms, workers, move || {
        App::new()
            .configure(api::routes::routes)
            .configure(api::jan::routes)
            .configure(api::openai::routes)
            .configure(|config| services.register(config))
            .app_data(web::Data::<Table<Methods>>::new(&METHODS))
            .app_data(web::Data::<Table<RoomNeeds>>::new(&NEEDS))
            .app_data(web::Data::<Table<Conditions>>::new(&CONDITIONS))
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
